//! Promises of the types.

use core::error::Error;

use icid_storage::{
    AllocateError, Anchor, AnchorError, AnchorRecord, Anchors, CopyAnchorError, CreateError,
    EncodeRecordError, Finding, Header, MemoryError, MigrateError, Migration, OpenError,
    ParseStateError, PersistentState, RangeError, ReadAnchorError, ReadHeaderError, ReadStateError,
    RecordBuffer, RecordError, SetRangeError, SetSaltError, Storage, Summary, WriteAnchorError,
    WriteStateError,
};

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<Header>();
    is_shareable::<Storage<Vec<u8>>>();
    is_shareable::<Storage<&'static [u8]>>();
    is_shareable::<Anchors<'static, Vec<u8>>>();
    is_shareable::<Anchor<'static>>();
    is_shareable::<AnchorRecord>();
    is_shareable::<PersistentState>();
    is_shareable::<Migration<Vec<u8>>>();
    is_shareable::<Finding>();
    is_shareable::<Summary>();
    is_shareable::<RecordBuffer>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<AllocateError>(None);
    is_an_error::<AnchorError>(None);
    is_an_error::<CopyAnchorError>(None);
    is_an_error::<CreateError>(None);
    is_an_error::<EncodeRecordError>(None);
    is_an_error::<MemoryError>(None);
    is_an_error::<MigrateError>(None);
    is_an_error::<OpenError>(None);
    is_an_error::<ParseStateError>(None);
    is_an_error::<RangeError>(None);
    is_an_error::<ReadAnchorError>(None);
    is_an_error::<ReadHeaderError>(None);
    is_an_error::<ReadStateError>(None);
    is_an_error::<RecordError>(None);
    is_an_error::<SetRangeError>(None);
    is_an_error::<SetSaltError>(None);
    is_an_error::<WriteAnchorError>(None);
    is_an_error::<WriteStateError>(None);
    assert!(
        size_of::<MigrateError>() <= 72,
        "{}",
        size_of::<MigrateError>()
    );
    assert!(size_of::<Finding>() <= 120, "{}", size_of::<Finding>());
}

#[test]
fn a_view_of_an_anchor_has_no_parts_of_its_own() {
    // The positions of its types, and a few numbers.
    assert!(
        size_of::<Anchor<'_>>() <= 700,
        "{}",
        size_of::<Anchor<'_>>()
    );
}
