//! `serde`: the same wire form as the crate `ic_principal` has, and the same inputs accepted.

use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de;

use crate::Principal;

/// Writes the text form in human-readable formats, the bytes in others.
impl Serialize for Principal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.to_text().as_str())
        } else {
            serializer.serialize_bytes(self.as_bytes())
        }
    }
}

/// Reads text or bytes. A human-readable format is asked for text and any other for bytes, but what
/// counts is what it gives.
impl<'de> Deserialize<'de> for Principal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(PrincipalVisitor)
        } else {
            deserializer.deserialize_bytes(PrincipalVisitor)
        }
    }
}

struct PrincipalVisitor;

impl de::Visitor<'_> for PrincipalVisitor {
    type Value = Principal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes or the text of a principal")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Principal, E> {
        Principal::from_text(text).map_err(E::custom)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Principal, E> {
        Principal::from_slice(bytes).map_err(E::custom)
    }

    /// Reads what only `candid` gives in this way: the bytes after a mark.
    ///
    /// Other formats that own their bytes are refused, as `ic_principal` does, because their bytes
    /// could be taken for marked ones.
    fn visit_byte_buf<E: de::Error>(self, marked: Vec<u8>) -> Result<Principal, E> {
        const CANDID_PRINCIPAL: u8 = 2;
        match marked.split_first() {
            Some((&CANDID_PRINCIPAL, bytes)) => self.visit_bytes(bytes),
            _ => Err(E::custom(
                "an owned byte string that does not come from candid",
            )),
        }
    }
}
