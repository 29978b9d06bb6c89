//! Where bytes come from, and how they are written down.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use clap::ValueEnum;

use crate::escape::quote;
use crate::failure::Failure;
use crate::output::Value;
use crate::{base64, hex};

/// How many bytes are read at most of anything but a storage image.
///
/// Source: our own, far more than requests and certificates have.
const MAX_LENGTH: u64 = 64 << 20;

/// How an input is written down.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Encoding {
    /// Hexadecimal digits, white space left out
    Hex,
    /// Base64 of either alphabet, with or without padding
    Base64,
    /// A PEM block
    Pem,
    /// The bytes themselves
    Raw,
}

impl Encoding {
    const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hexadecimal",
            Self::Base64 => "base64",
            Self::Pem => "PEM",
            Self::Raw => "raw bytes",
        }
    }
}

/// Bytes, and how they got here.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
    source: Source,
    encoding: Encoding,
    is_guessed: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Source {
    Argument,
    File(String),
    Stdin,
}

impl Input {
    /// Reads what an argument names: `-` for standard input, a file if there is one of that name, and
    /// otherwise the argument itself, in hexadecimal or base64.
    pub(crate) fn read(argument: &str, encoding: Option<Encoding>) -> Result<Self, Failure> {
        let (written, source) = load(argument)?;
        let is_argument = source == Source::Argument;
        let (bytes, found) = match encoding {
            Some(encoding) => {
                let bytes = decode(&written, encoding).ok_or_else(|| {
                    let name = encoding.name();
                    Failure::data(format!("the input is not {name}, as --input says it is"))
                        .with("input", Value::Phrase(source.to_string()))
                        .hint("leave --input out, and the encoding is guessed")
                })?;
                (bytes, encoding)
            }
            None if is_argument => guess_text(&written).ok_or_else(|| no_such_file(argument))?,
            None => guess_text(&written).unwrap_or((written, Encoding::Raw)),
        };
        Ok(Self {
            bytes,
            source,
            encoding: found,
            is_guessed: encoding.is_none(),
        })
    }

    /// Reads what an argument names, as it is: text.
    pub(crate) fn read_text(argument: &str) -> Result<Self, Failure> {
        let (bytes, source) = load(argument)?;
        if source == Source::Argument && !argument.trim_start().starts_with(['{', '[']) {
            return Err(Failure::usage(format!(
                "there is no file {}, and the argument is not JSON either",
                quote(argument)
            ))
            .hint("give a file, JSON in quotation marks, or - for standard input"));
        }
        Ok(Self {
            bytes,
            source,
            encoding: Encoding::Raw,
            is_guessed: false,
        })
    }

    /// Says what was read, and how: `84 bytes from file "x", taken for hexadecimal`.
    pub(crate) fn describe(&self) -> String {
        let Self {
            bytes,
            source,
            encoding,
            is_guessed,
        } = self;
        let how = if *is_guessed { ", taken for " } else { ", " };
        let name = encoding.name();
        format!("{} bytes from {source}{how}{name}", bytes.len())
    }

    /// Returns what else to try if the bytes turn out to be nonsense.
    pub(crate) fn hint(&self) -> Option<String> {
        match (self.is_guessed, &self.source, self.encoding) {
            (true, Source::Argument, Encoding::Base64) => {
                Some("there is no file of that name, so the argument itself was read".to_owned())
            }
            (true, Source::File(_) | Source::Stdin, Encoding::Hex | Encoding::Base64) => {
                Some("--input raw, if the guess is wrong".to_owned())
            }
            _ => None,
        }
    }

    /// Adds to a failure how the input was read.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        failure
            .with("input", Value::Phrase(self.describe()))
            .maybe_hint(self.hint())
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Argument => f.write_str("the argument"),
            Self::File(name) => write!(f, "file {}", quote(name)),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

fn load(argument: &str) -> Result<(Vec<u8>, Source), Failure> {
    if argument == "-" {
        let bytes = read_all(io::stdin().lock(), "standard input")?;
        return Ok((bytes, Source::Stdin));
    }
    match File::open(argument) {
        Ok(file) => {
            let bytes = read_all(file, &format!("file {}", quote(argument)))?;
            Ok((bytes, Source::File(argument.to_owned())))
        }
        // Not `NotFound` alone: digits may be too long for a name.
        Err(_) if !exists(argument) => Ok((argument.as_bytes().to_vec(), Source::Argument)),
        Err(error) => Err(unreadable(&format!("file {}", quote(argument)), &error)),
    }
}

fn exists(argument: &str) -> bool {
    Path::new(argument).try_exists().unwrap_or(false)
}

fn read_all(reader: impl io::Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_LENGTH.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(name, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_LENGTH) {
        let mebibytes = MAX_LENGTH >> 20;
        return Err(Failure::data(format!(
            "{name} has more than {mebibytes} MiB, at most that much is read"
        )));
    }
    Ok(bytes)
}

pub(crate) fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::usage(format!("{name} cannot be read: {error}"))
}

fn no_such_file(argument: &str) -> Failure {
    let shown: String = argument.chars().take(80).collect();
    let shown = if shown.len() < argument.len() {
        format!("{}…", quote(&shown))
    } else {
        quote(&shown)
    };
    Failure::usage(format!(
        "there is no file {shown}, and the argument is neither hexadecimal nor base64"
    ))
    .hint("give a file, hexadecimal, base64, or - for standard input")
}

fn decode(written: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    if encoding == Encoding::Raw {
        return Some(written.to_vec());
    }
    let text = std::str::from_utf8(written).ok()?;
    match encoding {
        Encoding::Hex => hex::decode(without_prefix(text.trim())),
        Encoding::Base64 => base64::decode(text),
        Encoding::Pem => pem(text),
        Encoding::Raw => None,
    }
}

/// Decodes what looks like one of the encodings made of text; hexadecimal comes first, for its digits
/// are also characters of base64.
fn guess_text(written: &[u8]) -> Option<(Vec<u8>, Encoding)> {
    let is_empty = written.iter().all(u8::is_ascii_whitespace);
    if is_empty {
        return None;
    }
    [Encoding::Pem, Encoding::Hex, Encoding::Base64]
        .into_iter()
        .find_map(|encoding| Some((decode(written, encoding)?, encoding)))
}

fn without_prefix(text: &str) -> &str {
    text.strip_prefix("0x").unwrap_or(text)
}

/// Returns the bytes of a PEM block (RFC 7468).
fn pem(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    base64::decode(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_comes_before_base64_and_raw_is_the_rest() {
        for (written, expected) in [
            ("0a0b", Some((vec![0x0a, 0x0b], Encoding::Hex))),
            ("0x0A0b\n", Some((vec![0x0a, 0x0b], Encoding::Hex))),
            ("Cgs=", Some((vec![0x0a, 0x0b], Encoding::Base64))),
            (
                "-----BEGIN X-----\nCgs=\n-----END X-----\n",
                Some((vec![0x0a, 0x0b], Encoding::Pem)),
            ),
            ("{}", None),
            ("", None),
            (" \n", None),
        ] {
            assert_eq!(guess_text(written.as_bytes()), expected, "{written}");
        }
        assert_eq!(guess_text(b"\xd9\xd9\xf7"), None);
    }
}
