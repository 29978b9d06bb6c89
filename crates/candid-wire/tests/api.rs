//! Properties of the public types.

use core::error::Error;

use icid_candid_wire::{
    Arguments, Elements, EncodeError, FieldId, Fields, Kind, ReadError, Reader, Reason, Type, Value,
};

const fn is_send_and_sync<T: Send + Sync>() {}
const fn is_error<T: Error + Copy + Eq + Send + Sync + 'static>() {}
const fn is_copy<T: Copy>() {}

#[test]
fn types_are_what_callers_expect() {
    is_send_and_sync::<Arguments<'_>>();
    is_send_and_sync::<Reader<'_, '_>>();
    is_send_and_sync::<Type>();
    is_send_and_sync::<Value<'_>>();
    is_error::<ReadError>();
    is_error::<EncodeError>();
    is_copy::<Reader<'_, '_>>();
    is_copy::<(Elements, Fields, FieldId, Kind, Reason)>();
}

#[test]
fn sizes_stay_small() {
    assert!(size_of::<ReadError>() <= 32);
    assert!(size_of::<EncodeError>() <= 8);
    assert!(size_of::<Reader<'_, '_>>() <= 112);
    assert!(size_of::<Arguments<'_>>() <= 600);
}
