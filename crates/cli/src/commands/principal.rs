//! `icid principal`: the id of a user, a canister, or anything else.

use ::principal::{Class, ParsePrincipalTextError, Principal};

use crate::cli::Options;
use crate::escape::quote;
use crate::failure::{Failure, malformed};
use crate::output::{Record, Value};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The text form, or the bytes in hexadecimal; or a file with one of them, or -
    principal: String,
    /// Also show the principal that this one derives from a nonce
    #[arg(long, value_name = "NONCE")]
    derive: Option<String>,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let principal = read(&args.principal, options)?;
    let derived = match &args.derive {
        Some(nonce) => Some(principal.derived(&options.read(nonce)?.bytes)),
        None => None,
    };
    let record = describe(&principal);
    Ok(record.maybe("derived", derived.map(Value::Principal)))
}

fn describe(principal: &Principal) -> Record {
    let text = principal.to_string();
    let (class, meaning) = explain(principal.class());
    let checksum = decode_base32(&text)
        .get(..CHECKSUM_LENGTH)
        .map(<[u8]>::to_vec);
    Record::new()
        .with("text", Value::Principal(*principal))
        .with("bytes", Value::bytes(principal.as_bytes()))
        .with("length", Value::size(principal.as_bytes()))
        .noted("class", Value::Name(class), meaning)
        .with("checksum", Value::Bytes(checksum.unwrap_or_default()))
}

/// Returns the name of a class in the adapter protocol, and what it means.
const fn explain(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Management => ("management", "the management canister"),
        Class::Anonymous => ("anonymous", "the sender of unsigned requests"),
        Class::SelfAuthenticating => ("self_authenticating", "the hash of a public key"),
        Class::Derived => ("derived", "the hash of another principal and a nonce"),
        Class::Reserved => ("reserved", "for uses off the network"),
        Class::Opaque => ("opaque", "given by the network, to canisters above all"),
        _ => ("unknown", ""),
    }
}

/// Reads a principal from its text form, from bytes, or from a file with one of them.
fn read(argument: &str, options: &Options) -> Result<Principal, Failure> {
    // Text forms have a dash and hexadecimal has none; a file of that name comes first all the same.
    if looks_like_text(argument) && !std::path::Path::new(argument).exists() {
        return from_text(argument);
    }
    if argument.is_empty() {
        return Err(Failure::usage("an empty argument names no principal")
            .hint("aaaaa-aa, the text form of the principal without bytes"));
    }
    let input = options.read(argument)?;
    if let Ok(text) = std::str::from_utf8(&input.bytes)
        && looks_like_text(text.trim())
    {
        return from_text(text.trim());
    }
    Principal::from_slice(&input.bytes)
        .map_err(|error| input.explain(malformed("a principal", error)))
}

fn looks_like_text(text: &str) -> bool {
    let is_possible = |character: char| character.is_ascii_alphanumeric() || character == '-';
    text.len() > 1 && text.contains('-') && text.chars().all(is_possible)
}

fn from_text(text: &str) -> Result<Principal, Failure> {
    Principal::from_text(text).map_err(|error| match error {
        ParsePrincipalTextError::WrongChecksum { found, expected } => {
            wrong_checksum(text, found, expected)
        }
        error => {
            let failure = malformed("a principal", error).with("text", Value::Phrase(quote(text)));
            match error {
                ParsePrincipalTextError::UnexpectedCharacter { .. } => {
                    failure.hint("five letters or digits from 2 to 7, a dash, five more, and so on")
                }
                _ => failure.hint("compare it with its source: something is missing, or too much"),
            }
        }
    })
}

fn wrong_checksum(text: &str, found: u32, expected: u32) -> Failure {
    let bytes = decode_base32(text);
    let bytes = bytes.get(CHECKSUM_LENGTH..).unwrap_or_default();
    let right = Principal::from_slice(bytes).ok();
    Failure::data("this is not a principal: its checksum is not that of its bytes")
        .with("text", Value::Phrase(quote(text)))
        .with("bytes", Value::bytes(bytes))
        .with("checksum", Value::bytes(&found.to_be_bytes()))
        .with("expected", Value::bytes(&expected.to_be_bytes()))
        .hint("compare it with its source: one letter is wrong, or more")
        .maybe_hint(right.map(|right| format!("{right}, if the bytes are right")))
}

const CHECKSUM_LENGTH: usize = 4;

/// Returns the bytes of a text form whose characters were checked, checksum first.
fn decode_base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Fewer than 13 bits: those of a byte that is not complete, and five more.
    let (mut bits, mut count) = (0_u32, 0_u32);
    for character in text.bytes().filter(|byte| *byte != b'-') {
        let value = match character.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => continue,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count));
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_text_come_after_its_checksum() {
        let text = "em77e-bvlzu-aq";
        assert_eq!(decode_base32(text).get(4..), Some(&[0xab, 0xcd, 0x01][..]));
        assert_eq!(decode_base32("AAAAA-aa"), [0; 4]);
    }
}
