//! What holds for all points in time and all lengths of time.

use icid_time::{Lifetime, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn a_point_and_a_length_are_the_numbers_they_were_made_of() {
    for nanos in [0, 1, 2, 1_700_000_000_000_000_000, u64::MAX] {
        assert_eq!(Timestamp::from_nanos(nanos).as_nanos(), nanos);
        assert_eq!(Lifetime::from_nanos(nanos).as_nanos(), nanos);
    }
}

fn points() -> impl Strategy<Value = Timestamp> {
    // The ends are where it may go wrong.
    prop_oneof![any::<u64>(), 0..10_u64, u64::MAX - 10..=u64::MAX].prop_map(Timestamp::from_nanos)
}

fn lifetimes() -> impl Strategy<Value = Lifetime> {
    points().prop_map(|point| Lifetime::from_nanos(point.as_nanos()))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x71e),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_was_added_is_the_distance_unless_time_ends(start in points(), length in lifetimes()) {
        let end = start.saturating_add(length);
        if u64::MAX - start.as_nanos() >= length.as_nanos() {
            prop_assert_eq!(end.since(start), Some(length));
        } else {
            prop_assert_eq!(end, Timestamp::MAX);
            prop_assert!(end.since(start) < Some(length));
        }
    }

    #[test]
    fn there_is_a_distance_to_what_is_not_later(one in points(), other in points()) {
        match one.since(other) {
            Some(distance) => {
                prop_assert!(one >= other);
                prop_assert_eq!(other.saturating_add(distance), one);
            }
            None => prop_assert!(one < other),
        }
    }

    #[test]
    fn later_and_longer_stay_later(
        points in (points(), points()),
        lengths in (lifetimes(), lifetimes()),
    ) {
        let (early, late) = (points.0.min(points.1), points.0.max(points.1));
        let (short, long) = (lengths.0.min(lengths.1), lengths.0.max(lengths.1));
        prop_assert!(early.saturating_add(short) <= late.saturating_add(long));
    }

    #[test]
    fn seconds_are_exact_or_the_longest_lifetime(
        seconds in prop_oneof![any::<u64>(), 0..40_000_000_000_u64],
    ) {
        let exact = u128::from(seconds) * 1_000_000_000;
        let expected = u64::try_from(exact).unwrap_or(u64::MAX);
        prop_assert_eq!(Lifetime::from_secs(seconds).as_nanos(), expected);
    }
}
