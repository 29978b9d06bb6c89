//! CBOR: what our reader accepts, against `serde_cbor`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use cbor::Kind;
use cbor::Natural;
use cbor::Policy;
use cbor::ReadError;
use cbor::Reader;
use cbor::Reason;
use cbor::TagRule;
use icid_interop::Rng;
use serde_cbor::Value;

/// What `serde_cbor` accepts and we refuse.
const STRICTER: &[Refusal] = &[
    Refusal {
        is: |reason| matches!(reason, Reason::MissingTag),
        why: "CBOR-1 wants the tag 55799",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::DuplicateKey),
        why: "CBOR-7 wants different keys; it takes the last value",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::NonTextKey { .. }),
        why: "CBOR-2 wants text for keys",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::NotInProfile { .. }),
        why: "CBOR-6 has no floats",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::Chunked { .. }),
        why: "nothing on the network sends strings in chunks",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::UnexpectedTag { .. }),
        why: "it skips tags",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::BignumTooSmall),
        why: "CBOR-5 wants plain integers if they are enough; it skips the tag of a bignum",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::WrongKind { .. }),
        why: "a bignum is bytes; it skips the tag",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::Null),
        why: "CBOR-12 is read strictly by this policy",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::TooManyEntries),
        why: "a budget of ours: 64 entries",
    },
    Refusal {
        is: |reason| matches!(reason, Reason::TooDeep),
        why: "a budget of ours: 64 levels; it has 128",
    },
];

struct Refusal {
    is: fn(Reason) -> bool,
    why: &'static str,
}

#[test]
fn what_we_accept_has_the_same_value() {
    let mut rng = Rng::new(30);
    for _ in 0..3_000 {
        let mut document = b"\xd9\xd9\xf7".to_vec();
        write(&mut rng, &mut document, 0);
        assert_eq!(
            cbor::check(&document, Policy::REPLICA),
            Ok(()),
            "{document:x?}"
        );
        let ours = read(&document).unwrap();
        let theirs: Value = serde_cbor::from_slice(&document).unwrap();
        assert_eq!(ours, theirs, "{document:x?}");
    }
}

#[test]
fn what_we_refuse_is_refused_by_both_or_listed() {
    let mut rng = Rng::new(31);
    let mut seen = BTreeSet::new();
    let mut accepted = 0_u32;
    let mut compare = |document: &[u8]| {
        let theirs = serde_cbor::from_slice::<Value>(document);
        match (cbor::check(document, Policy::SPEC), theirs) {
            (Ok(()), Ok(theirs)) => {
                assert_eq!(read(document).unwrap(), theirs);
                accepted += 1;
            }
            (Ok(()), Err(error)) => panic!("only we accept {document:x?}: {error}"),
            (Err(ReadError { reason, .. }), Ok(_)) => {
                let listed = STRICTER.iter().find(|refusal| (refusal.is)(reason));
                let refusal = listed.unwrap_or_else(|| panic!("{reason:?} {document:x?}"));
                seen.insert(refusal.why);
            }
            (Err(_), Err(_)) => {}
        }
    };
    for _ in 0..20_000 {
        let mut document = b"\xd9\xd9\xf7".to_vec();
        write(&mut rng, &mut document, 0);
        compare(&document);
        for _ in 0..=rng.below(2) {
            let index = rng.below(document.len());
            document[index] = rng.bits() as u8;
        }
        compare(&document);
        document.truncate(rng.below(document.len()));
        compare(&document);
    }
    // What mutations hardly make.
    let tagged = |item: &[u8]| [b"\xd9\xd9\xf7", item].concat();
    compare(&tagged(b"\xa2\x61a\x01\x61a\x02"));
    compare(&tagged(b"\xa1\x61a\xf6"));
    compare(&tagged(b"\xc2\x41\x01"));
    compare(&tagged(b"\xc2\x01"));
    compare(&tagged(b"\x5f\x41\x01\xff"));
    compare(&tagged(b"\x7f\x61a\xff"));
    compare(&tagged(&[&[0x81; 100][..], &[0]].concat()));
    let many: Vec<u8> = (0..65).flat_map(|key| [0x61, key, 0]).collect();
    compare(&tagged(&[b"\xb8\x41", &many[..]].concat()));

    assert!(accepted > 10_000, "{accepted}");
    for Refusal { why, .. } in STRICTER {
        assert!(seen.contains(why), "accepted, or refused by both: {why}");
    }
}

/// Reads a whole document into the value type of `serde_cbor`.
fn read(document: &[u8]) -> Result<Value, ReadError> {
    let mut reader = Reader::new(document);
    reader.self_described_tag(TagRule::Optional)?;
    let value = read_value(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

fn read_value(reader: &mut Reader<'_>) -> Result<Value, ReadError> {
    Ok(match reader.kind()? {
        Kind::Unsigned | Kind::Negative => Value::Integer(reader.integer()?),
        Kind::Bytes => Value::Bytes(reader.bytes()?.to_vec()),
        Kind::Text => Value::Text(reader.text()?.to_owned()),
        Kind::Bool => Value::Bool(reader.boolean()?),
        Kind::Array => {
            let mut items = reader.array()?;
            let mut array = Vec::new();
            while reader.next(&mut items)? {
                array.push(read_value(reader)?);
            }
            Value::Array(array)
        }
        Kind::Map => {
            let mut entries = reader.map()?;
            let mut map = BTreeMap::new();
            while reader.next(&mut entries)? {
                let key = Value::Text(reader.text()?.to_owned());
                assert!(
                    map.insert(key, read_value(reader)?).is_none(),
                    "keys are checked"
                );
            }
            Value::Map(map)
        }
        // A bignum, of which `serde_cbor` drops the tag.
        Kind::Tag => {
            let mut tagged = *reader;
            let natural = reader.natural()?;
            assert_eq!(tagged.tag()?, 2);
            let bytes = tagged.bytes()?;
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            assert_eq!(natural, Natural::Big(&bytes[zeros..]));
            Value::Bytes(bytes.to_vec())
        }
        Kind::Null => {
            reader.null(cbor::NullRule::Absent)?;
            Value::Null
        }
        other => panic!("an item of kind {other:?} was accepted"),
    })
}

/// Writes an item of the profile, in any of its encodings.
fn write(rng: &mut Rng, out: &mut Vec<u8>, depth: usize) {
    match rng.below(if depth < 4 { 10 } else { 7 }) {
        0 => {
            let number = rng.bits() >> rng.below(64);
            head(rng, out, 0, number);
        }
        1 => {
            let number = rng.bits() >> rng.below(64);
            head(rng, out, 1, number);
        }
        2 | 3 => {
            let length = rng.below(30);
            head(rng, out, 2, length as u64);
            out.extend(rng.bytes(length));
        }
        4 => text(rng, out, None),
        5 => out.push(*rng.choose(&[0xf4, 0xf5])),
        6 => {
            // A bignum, which must be longer than eight bytes.
            let length = 9 + rng.below(8);
            out.push(0xc2);
            head(rng, out, 2, length as u64);
            out.push(1);
            out.extend(rng.bytes(length - 1));
        }
        7 | 8 => {
            let length = rng.below(5);
            let definite = rng.below(3) > 0;
            if definite {
                head(rng, out, 4, length as u64);
            } else {
                out.push(0x9f);
            }
            (0..length).for_each(|_| write(rng, out, depth + 1));
            out.extend((!definite).then_some(0xff));
        }
        _ => {
            let length = rng.below(5);
            let definite = rng.below(3) > 0;
            if definite {
                head(rng, out, 5, length as u64);
            } else {
                out.push(0xbf);
            }
            for index in 0..length {
                text(rng, out, Some(index));
                write(rng, out, depth + 1);
            }
            out.extend((!definite).then_some(0xff));
        }
    }
}

fn text(rng: &mut Rng, out: &mut Vec<u8>, key: Option<usize>) {
    let mut text: String = (0..rng.below(10))
        .map(|_| *rng.choose(&['a', 'z', '\u{e9}', '\u{20ac}', '\u{1f600}']))
        .collect();
    text.extend(key.map(|index| char::from(b'0' + index as u8)));
    head(rng, out, 3, text.len() as u64);
    out.extend(text.bytes());
}

/// Writes a head in one of the widths that can hold the argument.
fn head(rng: &mut Rng, out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    let bytes = argument.to_be_bytes();
    let least = match argument {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 3,
        _ => 4,
    };
    match least
        + if rng.below(4) == 0 {
            rng.below(5 - least)
        } else {
            0
        } {
        0 => out.push(major | bytes[7]),
        1 => out.extend([major | 24, bytes[7]]),
        2 => out.extend([&[major | 25], &bytes[6..]].concat()),
        3 => out.extend([&[major | 26], &bytes[4..]].concat()),
        _ => out.extend([&[major | 27], &bytes[..]].concat()),
    }
}
