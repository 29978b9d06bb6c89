//! Candid messages, against `candid`.

use candid::DecoderConfig;
use candid::de::IDLDeserialize;
use candid::types::value::IDLValue;
use candid_wire::Arguments;
use candid_wire::Kind;
use candid_wire::MAX_NESTING;
use candid_wire::ReadError;
use candid_wire::Reader;
use candid_wire::Reason;

use crate::Verdict;

/// How much work `candid` does for one message.
const QUOTA: usize = 1_000_000;

/// What is accepted is what `candid` accepts, apart from budgets. Reading value by value accepts the
/// same as skipping all, and numbers, texts, principals and blobs are what `candid` reads.
pub fn candid_wire(data: &[u8]) -> Verdict {
    let skipped = Arguments::parse(data).and_then(|arguments| arguments.reader().finish());
    let read = Arguments::parse(data).and_then(|arguments| {
        let mut reader = arguments.reader();
        let mut leaves = Vec::new();
        while reader.next_argument()? {
            value(&mut reader, &mut leaves, 0)?;
        }
        reader.finish()?;
        Ok(leaves)
    });
    let theirs = theirs(data);
    match (&skipped, &theirs) {
        (Ok(()), Ok(_)) | (Err(_), Err(_)) => {}
        // `candid` doesn't look at the references in a value of a future type.
        (Err(error), Ok(_)) => assert!(
            is_budget(error.reason) || error.reason == Reason::OpaqueReference,
            "{error}"
        ),
        // `candid` says so in words only.
        (Ok(()), Err(error)) => {
            let words = error.to_string();
            assert!(
                words.contains("quota") || words.contains("ecursion") || words.contains("limit"),
                "{words}"
            );
        }
    }
    match (&skipped, &read) {
        (Ok(()), Ok(leaves)) => {
            let theirs = theirs.ok().flatten();
            assert!(theirs.is_none_or(|theirs| theirs == *leaves), "{leaves:?}");
        }
        (Err(_), Err(_)) => {}
        // Beyond 128 bits there are numbers, but no way to read them here.
        (Ok(()), Err(error)) => assert_eq!(error.reason, Reason::NumberTooLarge),
        (Err(error), Ok(_)) => assert!(is_budget(error.reason), "{error}"),
    }
    if skipped.is_ok() {
        Verdict::Accepted
    } else {
        Verdict::Rejected
    }
}

fn is_budget(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::HeaderTooLong
            | Reason::TooDeep
            | Reason::TooManyTypes { .. }
            | Reason::TooManyValues
    )
}

/// Reads one value, and notes the parts that have no parts.
fn value(
    reader: &mut Reader<'_, '_>,
    leaves: &mut Vec<String>,
    depth: usize,
) -> Result<(), ReadError> {
    let deeper = depth + 1;
    match reader.kind()? {
        // So deep, nothing is accepted, but it isn't known before all of it was skipped.
        _ if depth > MAX_NESTING => reader.skip()?,
        Kind::Bool => leaves.push(reader.bool()?.to_string()),
        Kind::Text => leaves.push(format!("{:?}", reader.text()?)),
        Kind::Principal | Kind::Service => leaves.push(reader.principal()?.to_string()),
        Kind::Nat => leaves.push(reader.nat()?.to_string()),
        Kind::Int => leaves.push(reader.int()?.to_string()),
        Kind::Nat64 => leaves.push(reader.nat64()?.to_string()),
        Kind::Nat32 => leaves.push(reader.nat32()?.to_string()),
        Kind::Opt => {
            if reader.opt()? {
                value(reader, leaves, deeper)?;
            }
        }
        Kind::Record => {
            let mut fields = reader.record()?;
            while fields.next(reader)?.is_some() {
                value(reader, leaves, deeper)?;
            }
        }
        Kind::Variant => {
            reader.variant()?;
            value(reader, leaves, deeper)?;
        }
        Kind::Vec => match reader.blob() {
            Ok(bytes) => leaves.push(model::input::hex(bytes)),
            Err(_) => {
                let mut elements = reader.vec()?;
                while elements.next(reader)? {
                    value(reader, leaves, deeper)?;
                }
            }
        },
        _ => reader.skip()?,
    }
    Ok(())
}

/// The same parts as `candid` reads them; none if there is one that it reads in another way.
fn theirs(data: &[u8]) -> candid::Result<Option<Vec<String>>> {
    let mut config = DecoderConfig::new();
    config.set_decoding_quota(QUOTA).set_skipping_quota(QUOTA);
    let mut message = IDLDeserialize::new_with_config(data, &config)?;
    let mut leaves = Some(Vec::new());
    while !message.is_done() {
        let value = message.get_value::<IDLValue>()?;
        let known = leaves.as_mut().is_some_and(|leaves| note(&value, leaves));
        leaves = leaves.filter(|_| known);
    }
    message.done()?;
    Ok(leaves)
}

/// Notes the parts of a value. Returns whether it could.
fn note(value: &IDLValue, leaves: &mut Vec<String>) -> bool {
    match value {
        IDLValue::Bool(value) => leaves.push(value.to_string()),
        IDLValue::Text(text) => leaves.push(format!("{text:?}")),
        IDLValue::Principal(id) | IDLValue::Service(id) => leaves.push(id.to_text()),
        IDLValue::Nat(number) => leaves.push(number.0.to_string()),
        IDLValue::Int(number) => leaves.push(number.0.to_string()),
        IDLValue::Nat64(number) => leaves.push(number.to_string()),
        IDLValue::Nat32(number) => leaves.push(number.to_string()),
        IDLValue::Opt(value) => return note(value, leaves),
        IDLValue::Record(fields) => return fields.iter().all(|field| note(&field.val, leaves)),
        IDLValue::Variant(case) => return note(&case.0.val, leaves),
        IDLValue::Vec(values) => return values.iter().all(|value| note(value, leaves)),
        IDLValue::Blob(bytes) => leaves.push(model::input::hex(bytes)),
        IDLValue::Null
        | IDLValue::None
        | IDLValue::Reserved
        | IDLValue::Float32(_)
        | IDLValue::Float64(_)
        | IDLValue::Nat8(_)
        | IDLValue::Nat16(_)
        | IDLValue::Int8(_)
        | IDLValue::Int16(_)
        | IDLValue::Int32(_)
        | IDLValue::Int64(_)
        | IDLValue::Func(..) => {}
        IDLValue::Number(_) => return false,
    }
    true
}
