//! Promises of the types.

use core::error::Error;

use icid_json::MAX_NESTING;
use icid_json::Members;
use icid_json::Number;
use icid_json::ReadError;
use icid_json::Reader;
use icid_json::Text;

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<Members>();
    is_shareable::<Number<'static>>();
    is_shareable::<Reader<'static>>();
    is_shareable::<Text<'static>>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<ReadError>(None);
    assert!(size_of::<ReadError>() <= 32);
}

#[test]
fn passing_over_a_value_takes_little_of_the_stack() {
    assert!(size_of::<Members>() * MAX_NESTING <= 16 << 10);
}
