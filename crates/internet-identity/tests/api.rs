//! Promises of the types.

use core::error::Error;

use icid_internet_identity::seed::{DeriveSeedError, Salt, Seed};

fn is_shareable<T: Copy + Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<Salt>();
    is_shareable::<Seed>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<DeriveSeedError>(None);
    assert!(size_of::<DeriveSeedError>() <= 8);
}
