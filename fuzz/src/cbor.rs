//! The CBOR profile.

use cbor::Items;
use cbor::Kind;
use cbor::Natural;
use cbor::Policy;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
use cbor::TagRule;
use cbor::Writer;
use model::Outcome;
use serde_cbor::Value;
use serde_json::json;

use crate::Verdict;

/// What is accepted is what the model accepts, means the same to `serde_cbor`, and means the same
/// after it was written again.
pub fn cbor(data: &[u8]) -> Verdict {
    let checked = cbor::check(data, Policy::SPEC);
    let modelled = model::run(
        "cbor.check",
        &json!({"bytes": model::input::hex(data)}),
        None,
    );
    match (&checked, &modelled) {
        (Ok(()), Outcome::Ok(_)) | (Err(_), Outcome::Reject(_)) => {}
        // The model has no budgets.
        (Err(error), _) if matches!(error.reason, Reason::TooDeep | Reason::TooManyEntries) => {}
        _ => panic!("{checked:?} but {modelled:?}"),
    }
    if checked.is_err() {
        return Verdict::Rejected;
    }
    assert_eq!(
        cbor::check(data, Policy::REPLICA),
        Ok(()),
        "REPLICA accepts what SPEC accepts"
    );
    let value: Value = serde_cbor::from_slice(data).expect("serde_cbor accepts it");

    let (written, has_bignum) = rewritten(data);
    assert_eq!(cbor::check(&written, Policy::SPEC), Ok(()));
    assert_eq!(
        rewritten(&written).0,
        written,
        "the writer is deterministic"
    );
    let again: Value = serde_cbor::from_slice(&written).expect("serde_cbor accepts it");
    // To `serde_cbor` a bignum is a byte string, with zeros in front that don't count.
    assert!(has_bignum || again == value, "{again:?} but {value:?}");
    Verdict::Accepted
}

/// Writes an item again. Returns it, and whether a bignum is in it.
fn rewritten(data: &[u8]) -> (Vec<u8>, bool) {
    let mut reader = Reader::new(data);
    let mut writer = Writer::new();
    reader
        .self_described_tag(TagRule::Required)
        .expect("the tag is there");
    writer.self_described_tag();
    let mut has_bignum = false;
    copy(&mut reader, &mut writer, &mut has_bignum).expect("it was checked");
    reader.finish().expect("it was checked");
    (writer.into_bytes(), has_bignum)
}

/// Copies one item. It was checked, so it is not deep.
fn copy(
    reader: &mut Reader<'_>,
    writer: &mut Writer,
    has_bignum: &mut bool,
) -> Result<(), ReadError> {
    match reader.kind()? {
        Kind::Array => {
            let mut items = reader.array()?;
            writer.array(count(*reader, items, 1)?);
            while reader.next(&mut items)? {
                copy(reader, writer, has_bignum)?;
            }
        }
        Kind::Map => {
            let mut entries = reader.map()?;
            writer.map(count(*reader, entries, 2)?);
            while reader.next(&mut entries)? {
                writer.text(reader.text()?);
                copy(reader, writer, has_bignum)?;
            }
        }
        Kind::Bytes => {
            writer.bytes(reader.bytes()?);
        }
        Kind::Text => {
            writer.text(reader.text()?);
        }
        Kind::Unsigned => {
            writer.unsigned(reader.unsigned()?);
        }
        Kind::Negative => {
            let value = !reader.integer()?;
            writer.negative(u64::try_from(value).expect("it is negative"));
        }
        Kind::Tag => {
            *has_bignum = true;
            match reader.natural()? {
                Natural::Big(bytes) => _ = writer.natural(bytes),
                Natural::Small(value) => _ = writer.unsigned(value),
            }
        }
        Kind::Bool => _ = writer.boolean(reader.boolean()?),
        kind => panic!("{kind} is not in the profile"),
    }
    Ok(())
}

/// How many entries of `width` items follow.
fn count(mut reader: Reader<'_>, mut items: Items, width: u32) -> Result<u64, ReadError> {
    let mut count = 0;
    while reader.next(&mut items)? {
        for _ in 0..width {
            reader.skip()?;
        }
        count += 1;
    }
    Ok(count)
}
