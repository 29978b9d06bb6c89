//! `ic-certificate-verification`, `ic-signature-verification`, `ic-certification` 4, and the crates of
//! the plain schemes: `ic-ed25519`, `ic-secp256k1`, `ic-secp256r1`.
//!
//! Not offered, because there is no public function for it: everything else. In particular,
//! `hashtree.decode` (nothing tells whether a tree is well formed), `hashtree.lookup_prefix` and
//! `hashtree.prune` (one path is looked up at a time, and only trees of one's own are pruned),
//! `state.read`, `delegation.verify`, `envelope.verify`, `senderinfo.verify` and `query_sig.verify`
//! (single signatures are checked, not what they are for).

use ic_canister_sig_creation::CanisterSigPublicKey;
use ic_canister_sig_creation::extract_raw_root_pk_from_der;
use ic_cbor::CertificateToCbor;
use ic_cbor::HashTreeToCbor;
use ic_certificate_verification::VerifyCertificate;
use ic_certification_4::Certificate;
use ic_certification_4::HashTree;
use ic_certification_4::LookupResult;
use ic_signature_verification::verify_canister_sig;
use serde_json::Value;
use serde_json::json;

use crate::Operation;
use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;
use crate::input::Scope;
use crate::input::hex;

pub(crate) const OPERATIONS: &[Operation] = &[
    // HashTree::lookup_path, of what HashTree::from_cbor reads
    ("hashtree.lookup", |fields| {
        let (tree, path) = (fields.bytes("tree")?, fields.path("path")?);
        fields.end()?;
        let tree = HashTree::from_cbor(&tree).map_err(Refusal::reject)?;
        Ok(found(&tree.lookup_path(path)))
    }),
    ("certificate.verify", |fields| {
        let certificate = verified(fields)?;
        let LookupResult::Found(mut time) = certificate.tree.lookup_path([b"time"]) else {
            return Err(Refusal::error("a verified certificate without a time"));
        };
        let time = leb128::read::unsigned(&mut time).map_err(Refusal::error)?;
        let root_hash = hex(certificate.tree.digest());
        let mut output = json!({ "root_hash": root_hash, "time": time.to_string() });
        if let Some(delegation) = &certificate.delegation {
            let subnet = &delegation.subnet_id;
            output["subnet_id"] = hex(subnet);
            let certificate = Certificate::from_cbor(&delegation.certificate);
            let tree = certificate.map_err(Refusal::reject)?.tree;
            let path: [&[u8]; 3] = [b"subnet", subnet, b"type"];
            if let LookupResult::Found(name) = tree.lookup_path(path) {
                let name = String::from_utf8_lossy(name);
                output["subnet_type"] = name.into();
            }
        }
        Ok(output)
    }),
    // VerifyCertificate::verify, and HashTree::lookup_path
    ("certificate.lookup", |fields| {
        let path = fields.path("path")?;
        Ok(found(&verified(fields)?.tree.lookup_path(path)))
    }),
    // The key parser of each crate in turn
    ("key.decode", |fields| {
        let spki = fields.bytes("spki")?;
        fields.end()?;
        Ok(match Key::parse(&spki)? {
            Key::Ed25519(_) => json!({ "scheme": "ed25519" }),
            Key::P256(_) => json!({ "scheme": "ecdsa_p256" }),
            Key::Secp256k1(_) => json!({ "scheme": "ecdsa_secp256k1" }),
            Key::Canister(key) => json!({
                "scheme": "canister",
                "canister_id": hex(key.canister_id),
                "seed": hex(key.seed),
            }),
        })
    }),
    // CanisterSigPublicKey::to_der
    ("key.encode_canister", |fields| {
        let canister = input::principal(&fields.bytes("canister_id")?)?;
        let key = CanisterSigPublicKey::new(canister, fields.bytes("seed")?);
        fields.end()?;
        Ok(json!({ "spki": hex(key.to_der()) }))
    }),
    ("sig.verify", verify_signature),
];

/// `VerifyCertificate::verify`, of what `Certificate::from_cbor` reads.
fn verified(fields: &Fields<'_>) -> Result<Certificate, Refusal> {
    let (bytes, root_key) = (fields.bytes("certificate")?, fields.bytes("root_key")?);
    let scope = Scope::read(fields)?;
    let now = fields.optional_number("now")?;
    let max_age = fields.optional_number("max_age")?;
    let max_skew = fields.optional_number("max_skew")?;
    let max_delegation_age = fields.optional_number("max_delegation_age")?;
    let ranges = fields.optional("ranges");
    fields.end()?;
    // It has one limit for both directions of time, and none for delegations.
    let (now, limit) = match (now, max_age, max_skew, max_delegation_age) {
        (None, None, None, None) => (0, u128::MAX),
        (Some(now), Some(age), Some(skew), None) if age == skew => (now.into(), age.into()),
        _ => return Err(Refusal::Unsupported("past and future have one limit")),
    };
    if ranges.is_some_and(|ranges| ranges != "sharded") {
        return Err(Refusal::Unsupported("which ranges count is fixed"));
    }
    let certificate = Certificate::from_cbor(&bytes).map_err(Refusal::reject)?;
    let canister = match (scope, &certificate.delegation) {
        (Scope::Canister(id), _) => id.as_slice().to_vec(),
        // Only a delegation makes it look for whom a certificate is.
        (_, None) => Vec::new(),
        (_, Some(_)) => return Err(Refusal::Unsupported("a certificate is for a canister")),
    };
    certificate
        .verify(&canister, &root_key, &now, &limit)
        .map_err(Refusal::reject)?;
    Ok(certificate)
}

/// `verify_canister_sig` for keys of canisters, and for others `PublicKey::verify_signature` of the
/// scheme's crate.
fn verify_signature(fields: &Fields<'_>) -> Outcome {
    let (spki, payload) = (fields.bytes("spki")?, fields.bytes("payload")?);
    let (signature, root_key) = (
        fields.bytes("signature")?,
        fields.optional_bytes("root_key")?,
    );
    fields.end()?;
    let holds = match Key::parse(&spki)? {
        Key::Ed25519(key) => key.verify_signature(&payload, &signature).is_ok(),
        Key::P256(key) => key.verify_signature(&payload, &signature),
        // Other than its sibling, the plain function wants the smaller of two equivalent signatures.
        Key::Secp256k1(key) => key.verify_signature_with_malleability(&payload, &signature),
        Key::Canister(_) => {
            let root_key = root_key.ok_or(Refusal::Unsupported("there is no root key"))?;
            let root_key = extract_raw_root_pk_from_der(&root_key).map_err(Refusal::reject)?;
            verify_canister_sig(&payload, &signature, &spki, &root_key).map_err(Refusal::reject)?;
            true
        }
    };
    if holds {
        Ok(json!({}))
    } else {
        Err(Refusal::reject("the signature does not hold"))
    }
}

/// A key of a scheme that one of the crates has.
enum Key {
    Ed25519(ic_ed25519::PublicKey),
    P256(ic_secp256r1::PublicKey),
    Secp256k1(ic_secp256k1::PublicKey),
    Canister(CanisterSigPublicKey),
}

impl Key {
    /// Asks the parser of each crate.
    fn parse(spki: &[u8]) -> Result<Self, Refusal> {
        for algorithm in WITHOUT_A_CRATE {
            if spki
                .windows(algorithm.len())
                .any(|bytes| bytes == algorithm)
            {
                return Err(Refusal::Unsupported("no crate has this scheme"));
            }
        }
        ic_ed25519::PublicKey::deserialize_rfc8410_der(spki)
            .map(Self::Ed25519)
            .or_else(|_| ic_secp256r1::PublicKey::deserialize_der(spki).map(Self::P256))
            .or_else(|_| ic_secp256k1::PublicKey::deserialize_der(spki).map(Self::Secp256k1))
            .or_else(|_| CanisterSigPublicKey::try_from(spki).map(Self::Canister))
            .map_err(|error| Refusal::reject(format!("a key of no scheme; {error}")))
    }
}

/// The object identifiers of schemes that none of the crates has.
const WITHOUT_A_CRATE: [&[u8]; 2] = [
    // COSE keys of WebAuthn, 1.3.6.1.4.1.56387.1.1.
    b"\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x01",
    // BLS12-381, 1.3.6.1.4.1.44668.5.3.1.2.1.
    b"\x06\x0d\x2b\x06\x01\x04\x01\x82\xdc\x7c\x05\x03\x01\x02\x01",
];

fn found(result: &LookupResult<'_>) -> Value {
    match result {
        LookupResult::Absent => json!({ "result": "absent" }),
        LookupResult::Unknown => json!({ "result": "unknown" }),
        LookupResult::Found(value) => json!({ "result": "found", "value": hex(value) }),
        LookupResult::Error => json!({ "result": "error" }),
    }
}
