//! Sender information: the part of the family SINFO that needs no envelope.
//!
//! | flaw | clause |
//! |---|---|
//! | the sender's key is not one of canister signatures | SINFO-2 |
//! | `signer` is not the canister of the key | SINFO-4 |
//! | `sig` is not a canister signature of the sender's key on the information, for whatever reason | SINFO-5 |
//!
//! That the payload has the right form (SINFO-6) and that nothing is left out of the check
//! (SINFO-7) shows only in what SINFO-5 accepts.

use serde_json::{Value, json};

use crate::Operation;
use crate::context::{Context, Stop, Verdict, Violations};
use crate::crypto::sha256;
use crate::csig;
use crate::input::Fields;
use crate::sig::{self, Key};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[("senderinfo.verify", verify_operation)];

pub(crate) const FAULTS: &[&str] = &[
    "SINFO-2/ignored",
    "SINFO-4/off",
    "SINFO-4/prefix",
    "SINFO-5/leaf-key",
    "SINFO-5/off",
    "SINFO-6/map-hash",
    "SINFO-6/no-length",
    "SINFO-6/no-separator",
    "SINFO-6/signer-too",
    "SINFO-7/no-ranges",
    "SINFO-7/no-tree",
    "SINFO-7/no-type",
    "SINFO-10/expires",
    "SINFO-13/non-empty",
];

/// What a request says about its sender.
#[derive(Clone, Debug)]
pub(crate) struct SenderInfo {
    pub(crate) info: Vec<u8>,
    pub(crate) signer: Vec<u8>,
    pub(crate) sig: Vec<u8>,
}

fn verify_operation(ctx: &Context<'_>, input: &Value) -> Verdict {
    let names = ["sender_pubkey", "info", "signer", "sig", "root_key"];
    let fields = Fields::top(input, &names)?;
    let key = fields.bytes("sender_pubkey")?;
    let info = SenderInfo {
        info: fields.bytes("info")?,
        signer: fields.bytes("signer")?,
        sig: fields.bytes("sig")?,
    };
    let root_key = fields.bytes("root_key")?;
    verify(ctx, &key, &key, &info, Some(&root_key))?;
    Ok(json!({}))
}

/// Whether a sender with this key may claim `info`.
///
/// `leaf` is the last key of the sender's chain, or the sender's own; only a mistake looks at it.
pub(crate) fn verify(
    ctx: &Context<'_>,
    sender_pubkey: &[u8],
    leaf: &[u8],
    info: &SenderInfo,
    root_key: Option<&[u8]>,
) -> Result<(), Stop> {
    let (id, seed) = match sig::parse_key(ctx, sender_pubkey) {
        Ok(Key::Canister { id, seed }) => (id, seed),
        Err(stop @ Stop::Error(_)) => return Err(stop),
        Ok(_) | Err(Stop::Reject(_)) if ctx.has("SINFO-2/ignored") => return Ok(()),
        Ok(_) | Err(Stop::Reject(_)) => return Err(Stop::violated("SINFO-2")),
    };
    let mut violations = Violations::new();
    let same = info.signer == id
        || (ctx.has("SINFO-4/prefix") && id.starts_with(&info.signer))
        || ctx.has("SINFO-4/off");
    violations.require(same, "SINFO-4");
    violations.require(
        !info.info.is_empty() || !ctx.has("SINFO-13/non-empty"),
        "SINFO-13",
    );
    let payload = payload(ctx, info);
    let verified = if ctx.has("SINFO-5/leaf-key") {
        sig::verify(ctx, leaf, &payload, &info.sig, root_key)
    } else if ctx.has("SINFO-10/expires") {
        let strict = Context::new(Some("CSIG-15/five-minutes"), ctx.preset());
        csig::verify(&strict, &id, &seed, &payload, &info.sig, root_key)
    } else {
        csig::verify(ctx, &id, &seed, &payload, &info.sig, root_key)
    };
    let unchecked: &[&str] = if ctx.has("SINFO-7/no-type") {
        &["CSIG-8", "CSIG-9"]
    } else if ctx.has("SINFO-7/no-ranges") {
        &["CSIG-7"]
    } else if ctx.has("SINFO-7/no-tree") {
        &["CSIG-11"]
    } else {
        &[]
    };
    match verified {
        Err(Stop::Reject(clauses)) => {
            let checked = clauses.iter().any(|clause| !unchecked.contains(clause));
            violations.require(!checked || ctx.has("SINFO-5/off"), "SINFO-5");
        }
        verified => verified?,
    }
    violations.or(())
}

/// What `sig` covers.
fn payload(ctx: &Context<'_>, info: &SenderInfo) -> Vec<u8> {
    let separator: &[u8] = if ctx.has("SINFO-6/no-separator") {
        b""
    } else if ctx.has("SINFO-6/no-length") {
        b"ic-sender-info"
    } else {
        b"\x0eic-sender-info"
    };
    if ctx.has("SINFO-6/map-hash") {
        return [separator, &map_hash(info)].concat();
    }
    if ctx.has("SINFO-6/signer-too") {
        return [separator, &info.info, &info.signer].concat();
    }
    [separator, &info.info].concat()
}

/// The representation-independent hash of the map without its signature.
fn map_hash(info: &SenderInfo) -> [u8; 32] {
    let mut entries = [
        [sha256(b"info"), sha256(&info.info)].concat(),
        [sha256(b"signer"), sha256(&info.signer)].concat(),
    ];
    entries.sort();
    sha256(&entries.concat())
}
