//! Times and lengths of time as people write them.

use std::time::{SystemTime, UNIX_EPOCH};

use time::{Lifetime, Timestamp};

const NANOS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// Returns the present: the one look at a clock that the program takes.
#[expect(
    clippy::disallowed_methods,
    reason = "a command line may look at the clock; everything below it gets the time as an argument"
)]
pub(crate) fn present() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_nanos(since.as_nanos().try_into().unwrap_or(u64::MAX))
}

/// Returns the time in UTC as RFC 3339 has it, with as many digits after the second as there are.
pub(crate) fn to_utc(time: Timestamp) -> String {
    // Years up to 9999 can be told, and a timestamp ends in 2554.
    jiff::Timestamp::from_nanosecond(time.as_nanos().into())
        .map_or_else(|_| time.as_nanos().to_string(), |time| time.to_string())
}

/// Reads a time: RFC 3339 with any offset, a date alone for its first moment in UTC, or nanoseconds
/// since 1970.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let nanos = text.parse();
        return nanos
            .map(Timestamp::from_nanos)
            .map_err(|_| "more than 2^64 - 1 nanoseconds, which is in the year 2554".to_owned());
    }
    let is_date = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let time = if is_date {
        format!("{text}T00:00:00Z").parse()
    } else {
        text.parse()
    };
    let time: jiff::Timestamp = time.map_err(|_| {
        "expected RFC 3339 such as 2026-01-31T12:00:00Z, a date such as 2026-01-31, or nanoseconds \
         since 1970"
            .to_owned()
    })?;
    u64::try_from(time.as_nanosecond())
        .map(Timestamp::from_nanos)
        .map_err(|_| "expected a time from 1970 to July 2554".to_owned())
}

/// Reads a length of time: a whole number and a unit, such as `5m`.
pub(crate) fn parse_lifetime(text: &str) -> Result<Lifetime, String> {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let nanos = match unit {
        "ns" => 1,
        "us" => 1000,
        "ms" => 1_000_000,
        "s" => NANOS_PER_SECOND,
        "m" => 60 * NANOS_PER_SECOND,
        "h" => 3600 * NANOS_PER_SECOND,
        "d" => SECONDS_PER_DAY * NANOS_PER_SECOND,
        _ => {
            return Err("expected a number and one of the units ns, us, ms, s, m, h, d".to_owned());
        }
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a whole number in front of the unit, such as 5m".to_owned())?;
    let nanos = number.checked_mul(nanos);
    nanos
        .map(Lifetime::from_nanos)
        .ok_or_else(|| "longer than 584 years, which is the most there is".to_owned())
}

/// Returns a length of time in its two greatest units, the rest left out: `3 days 4 hours`.
pub(crate) fn describe(lifetime: Lifetime) -> String {
    let nanos = lifetime.as_nanos();
    let units = [
        ("day", SECONDS_PER_DAY * NANOS_PER_SECOND),
        ("hour", 3600 * NANOS_PER_SECOND),
        ("minute", 60 * NANOS_PER_SECOND),
        ("second", NANOS_PER_SECOND),
        ("millisecond", 1_000_000),
        ("microsecond", 1000),
        ("nanosecond", 1),
    ];
    let is_one_at_least = |(_, unit): &&(&str, u64)| nanos >= *unit;
    let Some(index) = units.iter().position(|unit| is_one_at_least(&unit)) else {
        return "no time".to_owned();
    };
    let mut rest = nanos;
    let mut parts = Vec::new();
    for (name, unit) in units.iter().skip(index).take(2) {
        let number = rest / unit;
        rest %= unit;
        // Below a second, one unit is enough.
        let is_fine = *unit < NANOS_PER_SECOND && !parts.is_empty();
        if number > 0 && !is_fine {
            let plural = if number == 1 { "" } else { "s" };
            parts.push(format!("{number} {name}{plural}"));
        }
    }
    parts.join(" ")
}

/// Returns how far a time is from `now`: `in 3 days`, `2 hours ago`, `now`.
pub(crate) fn from_now(time: Timestamp, now: Timestamp) -> String {
    match (time.since(now), now.since(time)) {
        (Some(Lifetime::ZERO), _) => "now".to_owned(),
        (Some(ahead), _) => format!("in {}", describe(ahead)),
        (None, Some(ago)) => format!("{} ago", describe(ago)),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_with_the_digits_they_have() {
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1, "1970-01-01T00:00:00.000000001Z"),
            (68_169_600_000_000_000, "1972-02-29T00:00:00Z"),
            (951_868_799_500_000_000, "2000-02-29T23:59:59.5Z"),
            (1_700_000_000_000_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400_000_000_000, "2100-03-01T00:00:00Z"),
            (u64::MAX, "2554-07-21T23:34:33.709551615Z"),
        ] {
            let time = Timestamp::from_nanos(nanos);
            assert_eq!(to_utc(time), text);
            assert_eq!(parse(text), Ok(time));
        }
    }

    #[test]
    fn offsets_dates_and_nanoseconds_are_read() {
        let noon = Timestamp::from_nanos(1_769_860_800_000_000_000);
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31 12:00:00z",
            "2026-01-31t13:30:00+01:30",
            "2026-01-30T23:00:00-13:00",
            "2026-02-01T00:00:00+12:00",
            "1769860800000000000",
        ] {
            assert_eq!(parse(text), Ok(noon), "{text}");
        }
        let midnight = Timestamp::from_nanos(1_769_817_600_000_000_000);
        assert_eq!(parse("2026-01-31"), Ok(midnight));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "now",
            "2026-02-29",
            "2100-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "1969-12-31",
            "2555-01-01",
            "2554-07-21T23:34:33.709551616Z",
            "1970-01-01T00:00:00+00:01",
            "2026-01-31T12:00:00",
            "2026-01-31T24:00:00Z",
            "2026-01-31T23:60:00Z",
            "2026-01-31T23:59:59.Z",
            "2026-01-31T23:59:59.0000000001Z",
            "2026-01-31T23:59:59é01:00",
            "18446744073709551616",
            "-1",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_of_time_need_a_unit() {
        assert_eq!(parse_lifetime("5m"), Ok(Lifetime::from_secs(300)));
        assert_eq!(parse_lifetime("7d"), Ok(Lifetime::from_secs(604_800)));
        assert_eq!(parse_lifetime("0s"), Ok(Lifetime::ZERO));
        assert_eq!(parse_lifetime("9ns"), Ok(Lifetime::from_nanos(9)));
        for text in ["", "5", "m", "-5m", "1.5h", "5 m", "5w", "213504d"] {
            assert!(parse_lifetime(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_of_time_are_told_in_two_units() {
        for (nanos, text) in [
            (0, "no time"),
            (1, "1 nanosecond"),
            (1_500, "1 microsecond"),
            (999_999_999, "999 milliseconds"),
            (1_000_000_000, "1 second"),
            (61_000_000_000, "1 minute 1 second"),
            (7_200_000_000_000, "2 hours"),
            (90_061_000_000_000, "1 day 1 hour"),
            (u64::MAX, "213503 days 23 hours"),
        ] {
            assert_eq!(describe(Lifetime::from_nanos(nanos)), text);
        }
    }

    #[test]
    fn a_time_is_before_or_after_now_or_now() {
        let [early, late] = [5, 7].map(|s| Timestamp::from_nanos(s * NANOS_PER_SECOND));
        assert_eq!(from_now(late, early), "in 2 seconds");
        assert_eq!(from_now(early, late), "2 seconds ago");
        assert_eq!(from_now(late, late), "now");
    }
}
