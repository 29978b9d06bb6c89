//! Principals and texts that nearly are texts of principals, against the model and `ic_principal`.

use arbitrary::Result;
use arbitrary::Unstructured;
use model::Outcome;
use model::input::hex;
use principal::Principal;
use serde_json::json;

use crate::Verdict;

/// What may take the place of a character: of the alphabet, beside it, and others that change their
/// case into it.
const CHARACTERS: &[char] = &[
    'a', 'A', 'b', 'z', '2', '7', '0', '1', '8', '-', '=', ' ', '\n', 'é', '\u{17f}', '\u{212a}',
];

/// The crate, the model and `ic_principal` make the same principals and texts of bytes and keys, and
/// accept the same texts.
pub fn principal_structure(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    let Ok((bytes, text)) = case(&mut data) else {
        return Verdict::Discarded;
    };
    let ours = Principal::try_from(bytes.as_slice());
    let theirs = ic_principal::Principal::try_from_slice(&bytes);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{bytes:02x?}");
    if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
        assert_eq!(ours.to_text().as_str(), theirs.to_text());
        let modelled = model::run(
            "principal.encode_text",
            &json!({"bytes": hex(&bytes)}),
            None,
        );
        assert_eq!(modelled, Outcome::Ok(json!({"text": theirs.to_text()})));
    }
    let ours = Principal::self_authenticating(&bytes);
    let theirs = ic_principal::Principal::self_authenticating(&bytes);
    assert_eq!(ours.as_bytes(), theirs.as_slice());

    let ours = Principal::from_text(&text);
    let theirs = ic_principal::Principal::from_text(&text);
    let modelled = model::run("principal.decode_text", &json!({"text": text}), None);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours.as_bytes(), theirs.as_slice(), "{text:?}");
            let bytes = json!({"bytes": hex(theirs.as_slice())});
            assert_eq!(modelled, Outcome::Ok(bytes), "{text:?}");
            Verdict::Accepted
        }
        (Err(_), Err(_)) => {
            assert!(matches!(modelled, Outcome::Reject(_)), "{text:?}");
            Verdict::Rejected
        }
        (ours, theirs) => panic!("{text:?}: {ours:?} but {theirs:?}"),
    }
}

/// Some bytes, and a text of them that was changed in up to three places.
fn case(data: &mut Unstructured<'_>) -> Result<(Vec<u8>, String)> {
    let length = data.int_in_range(0..=31)?.min(data.len());
    let bytes = data.bytes(length)?.to_vec();
    let checksum = if data.ratio(7, 8)? {
        crc32(&bytes)
    } else {
        data.arbitrary()?
    };
    let mut text = grouped(&[&checksum.to_be_bytes(), bytes.as_slice()].concat());
    for _ in 0..data.int_in_range(0..=3)? {
        let at = data.choose_index(text.len())?;
        match data.int_in_range(0..=4)? {
            0 => text[at] = *data.choose(CHARACTERS)?,
            1 => text.insert(at, *data.choose(CHARACTERS)?),
            2 if text.len() > 1 => drop(text.remove(at)),
            3 => text.truncate(at + 1),
            _ => text[at] = text[at].to_ascii_uppercase(),
        }
    }
    Ok((bytes, text.into_iter().collect()))
}

/// Base 32 in groups of five, written from RFC 4648 alone.
fn grouped(bytes: &[u8]) -> Vec<char> {
    let alphabet: Vec<char> = ('a'..='z').chain('2'..='7').collect();
    let bit = |index: usize| {
        let byte = bytes.get(index / 8).copied().unwrap_or(0);
        usize::from(byte >> (7 - index % 8) & 1)
    };
    let mut text = Vec::new();
    for group in 0..(bytes.len() * 8).div_ceil(5) {
        if group > 0 && group % 5 == 0 {
            text.push('-');
        }
        let value = (0..5).fold(0, |value, index| value << 1 | bit(group * 5 + index));
        text.push(alphabet[value]);
    }
    text
}

/// The check sequence of ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !bytes.iter().fold(!0, byte)
}
