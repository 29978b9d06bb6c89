//! Whole documents: what is accepted, and every way to miss it.

use icid_json::Expected;
use icid_json::MAX_LENGTH;
use icid_json::MAX_MEMBERS;
use icid_json::MAX_NESTING;
use icid_json::ReadError;
use icid_json::Reader;
use icid_json::Reason;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert_eq;
use proptest::prelude::proptest;
use proptest::test_runner::RngSeed;
use serde_json::Value;

/// Checks a whole document.
fn check(document: &[u8]) -> Result<(), ReadError> {
    let mut reader = Reader::new(document)?;
    reader.skip()?;
    reader.finish()
}

fn error<T>(position: usize, reason: Reason) -> Result<T, ReadError> {
    Err(ReadError { position, reason })
}

fn unexpected<T>(position: usize, found: u8, expected: Expected) -> Result<T, ReadError> {
    error(position, Reason::Unexpected { found, expected })
}

fn end<T>(position: usize, expected: Expected) -> Result<T, ReadError> {
    error(position, Reason::UnexpectedEnd { expected })
}

#[test]
fn every_kind_of_value_is_a_document() {
    for document in [
        "{}",
        "[]",
        "\"\"",
        "0",
        "-1.5e3",
        "true",
        "false",
        "null",
        " \t\r\n{ \"a\" : [ 1 , { } , [ ] ] , \"b\" : null } \n",
        r#"{"a":{"a":{"a":1}},"b":{"a":1}}"#,
    ] {
        assert_eq!(check(document.as_bytes()), Ok(()), "{document}");
    }
}

#[test]
fn every_fault_is_named() {
    for (document, result) in [
        ("", end(0, Expected::Value)),
        (" ", end(1, Expected::Value)),
        ("tru", unexpected(0, b't', Expected::Boolean)),
        ("truex", unexpected(0, b't', Expected::Boolean)),
        ("nulls", unexpected(0, b'n', Expected::Value)),
        ("None", unexpected(0, b'N', Expected::Value)),
        ("'a'", unexpected(0, b'\'', Expected::Value)),
        ("// a", unexpected(0, b'/', Expected::Value)),
        ("\u{b}1", unexpected(0, 0x0b, Expected::Value)),
        ("\u{a0}1", unexpected(0, 0xc2, Expected::Value)),
        ("01", error(0, Reason::MalformedNumber)),
        ("-", error(0, Reason::MalformedNumber)),
        ("1.", error(0, Reason::MalformedNumber)),
        ("1.2.3", error(0, Reason::MalformedNumber)),
        ("0x10", error(0, Reason::MalformedNumber)),
        ("+1", unexpected(0, b'+', Expected::Value)),
        ("1 2", error(2, Reason::TrailingData)),
        ("{}{}", error(2, Reason::TrailingData)),
        ("{} x", error(3, Reason::TrailingData)),
        ("[", end(1, Expected::Value)),
        ("[1", end(2, Expected::CommaOrEndOfArray)),
        ("[1 2]", unexpected(3, b'2', Expected::CommaOrEndOfArray)),
        ("[1,]", unexpected(3, b']', Expected::Value)),
        ("[,1]", unexpected(1, b',', Expected::Value)),
        ("[1}", unexpected(2, b'}', Expected::CommaOrEndOfArray)),
        ("{", end(1, Expected::Name)),
        ("{a:1}", unexpected(1, b'a', Expected::Name)),
        ("{1:1}", unexpected(1, b'1', Expected::Name)),
        ("{\"a\"", end(4, Expected::Colon)),
        ("{\"a\" 1}", unexpected(5, b'1', Expected::Colon)),
        ("{\"a\":}", unexpected(5, b'}', Expected::Value)),
        ("{\"a\":1", end(6, Expected::CommaOrEndOfObject)),
        ("{\"a\":1,}", unexpected(7, b'}', Expected::Name)),
        ("{,}", unexpected(1, b',', Expected::Name)),
        (
            "{\"a\":1]",
            unexpected(6, b']', Expected::CommaOrEndOfObject),
        ),
        ("\"a", end(2, Expected::EndOfText)),
        ("[\"\\q\"]", error(2, Reason::InvalidEscape)),
        ("[\"\\ud800\"]", error(2, Reason::LoneSurrogate)),
        ("[\"a\tb\"]", error(3, Reason::ControlCharacter)),
        ("]", unexpected(0, b']', Expected::Value)),
    ] {
        assert_eq!(check(document.as_bytes()), result, "{document}");
    }
}

// spec: SIG-WEBAUTHN-14
#[test]
fn no_name_comes_twice_in_an_object() {
    for (document, position) in [
        (r#"{"a":1,"a":1}"#, 7),
        (r#"{"a":1,"b":2,"\u0061":1}"#, 13),
        (r#"{"\u0061":1, "a":1}"#, 13),
        (r#"{"a":1,"b":{"c":1,"c":2}}"#, 18),
        (r#"[{"":1,"":1}]"#, 7),
        (r#"{"a":{"a":1},"a":1}"#, 13),
    ] {
        assert_eq!(
            check(document.as_bytes()),
            error(position, Reason::DuplicateName),
            "{document}"
        );
    }
}

#[test]
fn names_with_one_fingerprint_are_still_two_names() {
    // Found by trying: both have the FNV-1a hash 0xe33c74e1.
    let (one, other) = ("c40b9f1603", "a3b2d252b5");
    let document = format!("{{\"{one}\":1,\"{other}\":2}}");
    assert_eq!(check(document.as_bytes()), Ok(()));
    let document = format!("{{\"{one}\":1,\"{other}\":2,\"{one}\":3}}");
    let position = document.len() - one.len() - 5;
    assert_eq!(
        check(document.as_bytes()),
        error(position, Reason::DuplicateName)
    );
}

// spec: SIG-WEBAUTHN-14
#[test]
fn a_document_is_utf8_without_a_byte_order_mark() {
    assert_eq!(check(b"\xef\xbb\xbf{}"), error(0, Reason::ByteOrderMark));
    assert_eq!(check(b"\"a\xffb\""), error(2, Reason::InvalidUtf8));
    assert_eq!(check(b"\"\xed\xa0\x80\""), error(1, Reason::InvalidUtf8));
    assert_eq!(check("\"\u{feff}\"".as_bytes()), Ok(()));
    // A mark elsewhere is no space.
    assert_eq!(
        check("[\u{feff}]".as_bytes()),
        unexpected(1, 0xef, Expected::Value)
    );
}

#[test]
fn there_are_at_most_16_levels() {
    let nested = |levels| ["[".repeat(levels), "]".repeat(levels)].concat();
    assert_eq!(check(nested(MAX_NESTING).as_bytes()), Ok(()));
    let too_deep = error(MAX_NESTING + 1, Reason::TooDeep);
    assert_eq!(check(nested(MAX_NESTING + 1).as_bytes()), too_deep);
    assert_eq!(check("[".repeat(10_000).as_bytes()), too_deep);

    let nested = |levels| ["{\"\":".repeat(levels), "1".into(), "}".repeat(levels)].concat();
    assert_eq!(check(nested(MAX_NESTING).as_bytes()), Ok(()));
    let too_deep = error(MAX_NESTING * 4 + 1, Reason::TooDeep);
    assert_eq!(check(nested(MAX_NESTING + 1).as_bytes()), too_deep);
}

#[test]
fn there_are_at_most_64_members() {
    let object = |count| {
        let members: Vec<String> = (0..count).map(|name| format!("\"{name:02}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(check(object(MAX_MEMBERS).as_bytes()), Ok(()));
    let document = object(MAX_MEMBERS + 1);
    let position = document.len() - "\"64\":0}".len();
    assert_eq!(
        check(document.as_bytes()),
        error(position, Reason::TooManyMembers)
    );
}

#[test]
fn there_are_at_most_2_mebibytes() {
    let mut document = vec![b' '; MAX_LENGTH];
    document[0] = b'1';
    assert_eq!(check(&document), Ok(()));
    document.push(b' ');
    let length = MAX_LENGTH + 1;
    assert_eq!(check(&document), error(0, Reason::TooLong { length }));
}

#[test]
fn the_wrong_kind_is_named_and_nothing_is_taken() {
    let mut reader = Reader::new(b" 7").unwrap();
    assert_eq!(reader.text(), unexpected(1, b'7', Expected::Text));
    assert_eq!(
        reader.object().map(|_| ()),
        unexpected(1, b'7', Expected::Object)
    );
    assert_eq!(
        reader.array().map(|_| ()),
        unexpected(1, b'7', Expected::Array)
    );
    assert_eq!(reader.boolean(), unexpected(1, b'7', Expected::Boolean));
    assert!(!reader.null());
    assert_eq!(reader.position(), 0);
    assert_eq!(reader.peek(), Some(b'7'));
    assert_eq!(reader.remaining(), " 7");
    assert_eq!(reader.number().unwrap().to_string(), "7");
    assert_eq!(reader.finish(), Ok(()));

    let mut reader = Reader::new(b"null").unwrap();
    assert_eq!(
        reader.number().map(|_| ()),
        unexpected(0, b'n', Expected::Number)
    );
    assert!(reader.null());
    assert_eq!(reader.boolean(), end(4, Expected::Boolean));
}

#[test]
fn naturals_are_numbers_or_decimal_strings() {
    let natural = |document: &str| Reader::new(document.as_bytes()).unwrap().natural();
    assert_eq!(natural("0"), Ok(0));
    assert_eq!(natural(" \"18446744073709551615\""), Ok(u64::MAX));
    for document in [
        "-1",
        "1.0",
        "1e3",
        "18446744073709551616",
        "\"\"",
        "\"01\"",
        "\"0x1\"",
    ] {
        assert_eq!(
            natural(document),
            error(0, Reason::MalformedNumber),
            "{document}"
        );
    }
    assert_eq!(natural("true"), unexpected(0, b't', Expected::Number));
}

#[test]
fn an_end_stays_the_end() {
    let mut reader = Reader::new(b"[] {}").unwrap();
    let mut elements = reader.array().unwrap();
    assert_eq!(reader.element(&mut elements), Ok(false));
    assert_eq!(reader.element(&mut elements), Ok(false));
    let mut members = reader.object().unwrap();
    assert_eq!(reader.member(&mut members), Ok(None));
    assert_eq!(reader.member(&mut members), Ok(None));
    assert_eq!(reader.finish(), Ok(()));
}

#[test]
fn a_document_may_end_anywhere_without_a_panic() {
    let document = r#"{"a":[1,-2.5e+3,"\ud83d\ude00é"],"b":{"c":null,"d":true}}"#.as_bytes();
    for length in 0..document.len() {
        assert!(check(&document[..length]).is_err(), "{length} bytes");
    }
    assert_eq!(check(document), Ok(()));
}

/// Reads a document into the value model of the oracle; `None` if this crate refuses it.
fn read(reader: &mut Reader<'_>) -> Option<Value> {
    Some(match reader.peek()? {
        b'{' => {
            let mut members = reader.object().ok()?;
            let mut object = serde_json::Map::new();
            while let Some(name) = reader.member(&mut members).ok()? {
                object.insert(name.to_string(), read(reader)?);
            }
            Value::Object(object)
        }
        b'[' => {
            let mut elements = reader.array().ok()?;
            let mut array = Vec::new();
            while reader.element(&mut elements).ok()? {
                array.push(read(reader)?);
            }
            Value::Array(array)
        }
        b'"' => Value::String(reader.text().ok()?.to_string()),
        b't' | b'f' => Value::Bool(reader.boolean().ok()?),
        b'n' => reader.null().then_some(Value::Null)?,
        _ => serde_json::from_str(reader.number().ok()?.as_str()).ok()?,
    })
}

fn value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::{Just, Strategy as _, prop_oneof};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 40, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::Array),
            vec((any::<String>(), inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Fragments of which most documents are nearly JSON.
const FRAGMENTS: [&str; 24] = [
    "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\":", "\\", "\\u0061", "\\ud83d", "\\ude00",
    "1", "-0.5e1", "0", "true", "false", "null", " ", "\n", "é", "\u{1}", "{\"a\":",
];

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_others_write_reads_as_they_meant(value in value(), is_pretty in any::<bool>()) {
        let document = if is_pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            value.to_string()
        };
        prop_assert_eq!(check(document.as_bytes()), Ok(()));
        let mut reader = Reader::new(document.as_bytes()).unwrap();
        prop_assert_eq!(read(&mut reader), Some(value));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn near_documents_get_the_verdict_of_others(
        fragments in vec(0..FRAGMENTS.len(), 0..12),
    ) {
        let document: String = fragments.into_iter().filter_map(|at| FRAGMENTS.get(at).copied()).collect();
        let result = check(document.as_bytes());
        let oracle = serde_json::from_str::<Value>(&document);
        // The oracle lets the last of two members of one name win.
        let is_duplicate = matches!(
            result,
            Err(ReadError { reason: Reason::DuplicateName, .. })
        );
        if !is_duplicate {
            prop_assert_eq!(result.is_ok(), oracle.is_ok(), "{}", document);
        }
        if let (Ok(()), Ok(value)) = (result, oracle) {
            prop_assert_eq!(read(&mut Reader::new(document.as_bytes()).unwrap()), Some(value));
        }
    }

    #[test]
    fn no_input_panics(bytes in vec(any::<u8>(), 0..100)) {
        let _ = check(&bytes);
    }
}
