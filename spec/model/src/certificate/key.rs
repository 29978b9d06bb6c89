//! The DER form of BLS keys.

use crate::context::{Context, Stop};
use crate::crypto::bls_compress_key;

/// What stands before the 96 bytes of a BLS key: a sequence, the two object identifiers of SDEL-5,
/// and the head of a bit string without unused bits.
pub const DER_PREFIX: &[u8] = b"\x30\x81\x82\x30\x1d\x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01\x06\x0c\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x02\x01\x03\x61\x00";

/// The DER form of a 96-byte key.
#[must_use]
pub fn bls_key_to_der(key: &[u8]) -> Vec<u8> {
    [DER_PREFIX, key].concat()
}

/// The 96 bytes of the root key.
pub(super) fn extract_root_key(ctx: &Context<'_>, der: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut key = exact(der);
    if ctx.has("ROOT-4/raw") && der.len() == 96 {
        key = Some(der.to_vec());
    }
    if ctx.has("ROOT-4/tail") {
        key = last_96(der);
    }
    key.ok_or_else(|| Stop::violated("ROOT-4"))
}

/// `extract_der` of the specification, for the key of a delegation.
pub(super) fn extract_delegation_key(ctx: &Context<'_>, der: &[u8]) -> Option<Vec<u8>> {
    let raw = ctx.has("SDEL-5/raw") || ctx.has("STATE-3/raw");
    let head = DER_PREFIX.len();
    match der.len() {
        96 if raw => Some(der.to_vec()),
        133 if ctx.has("SDEL-5/oids") => last_96(der),
        97.. if ctx.has("SDEL-5/tail") => last_96(der),
        133.. if ctx.has("SDEL-5/head") => der.get(head..133).map(<[u8]>::to_vec),
        229.. if ctx.has("SDEL-5/uncompressed") => {
            bls_compress_key(der.get(der.len().saturating_sub(192)..)?)
        }
        _ => exact(der),
    }
}

fn exact(der: &[u8]) -> Option<Vec<u8>> {
    der.strip_prefix(DER_PREFIX)
        .filter(|key| key.len() == 96)
        .map(<[u8]>::to_vec)
}

fn last_96(der: &[u8]) -> Option<Vec<u8>> {
    der.get(der.len().checked_sub(96)?..).map(<[u8]>::to_vec)
}
