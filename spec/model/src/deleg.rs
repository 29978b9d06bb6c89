//! Delegations: the families DELEG and PERM.
//!
//! The clause that the model names for each flaw; an adapter that declares `reasons: "clause"` must
//! name the same, or one in brackets where its library cannot tell the two apart:
//!
//! | flaw | clause |
//! |---|---|
//! | more than 20 links | DELEG-5 |
//! | a key occurs twice, the sender's included | DELEG-6 |
//! | a link has expired | DELEG-7 |
//! | a link has more than 1000 targets | DELEG-10 |
//! | a target has more than 29 bytes | DELEG-15 \[PRIN-1\] |
//! | the sender's key is none of a supported scheme | ENV-5 \[SIG-3, SIG-5, SIG-7\] |
//! | a later key, the last one included, is none | SIG-6 |
//! | a link's signature does not fit, for whatever reason | DELEG-2 \[DELEG-3, DELEG-4, DELEG-18, ENV-16\] |
//! | it is a canister's and there is no root key | CSIG-17 \[DELEG-2\] |
//! | permissions that are `queries` or `all` but for case and spaces, or empty | PERM-6 \[PERM-5\] |
//! | other unknown permissions | PERM-5 |
//!
//! and, for links in CBOR, which is how they stand in envelopes:
//!
//! | flaw | clause |
//! |---|---|
//! | a link or a delegation is no map; a required member is missing | DELEG-1 |
//! | a key, a signature or a target is no byte string; the expiration is no number | CBOR-3; CBOR-5 \[DELEG-1\] |
//! | the targets are no array | DELEG-1 \[CBOR-8\] |
//! | the permissions are no text | PERM-1 \[CBOR-4\] |
//! | a member that the text doesn't know (preset `spec`) | CBOR-10 |

mod chain;
mod link;

use serde_json::{Map, Value, json};

pub(crate) use self::chain::{Chain, Question, Signed, is_signed, verify_chain};
pub(crate) use self::link::Link;
use crate::crypto::ed25519::ed25519_sign;
use crate::input::{Fields, Malformed, hex};
use crate::{Context, Operation, Verdict, Violations};

/// The operations of this module.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("delegation.hash", hash),
    ("delegation.sign", sign),
    ("delegation.verify", verify),
];

/// The faults this module can make.
pub(crate) const FAULTS: &[&str] = &[
    "DELEG-1/any-type",
    "DELEG-1/flat",
    "DELEG-1/no-expiration",
    "DELEG-1/no-signature",
    "DELEG-2/encoding",
    "DELEG-2/no-separator",
    "DELEG-2/off",
    "DELEG-2/request-separator",
    "DELEG-3/first-unchecked",
    "DELEG-4/root-signs-all",
    "DELEG-5/max-19",
    "DELEG-5/max-21",
    "DELEG-5/max-4",
    "DELEG-5/min-1",
    "DELEG-5/off",
    "DELEG-6/off",
    "DELEG-6/root-left-out",
    "DELEG-6/root-only",
    "DELEG-6/self-only",
    "DELEG-7/drift",
    "DELEG-7/exclusive",
    "DELEG-7/first-only",
    "DELEG-7/last-only",
    "DELEG-7/off",
    "DELEG-8/63-bits",
    "DELEG-8/nested",
    "DELEG-9/reads-exempt",
    "DELEG-10/distinct",
    "DELEG-10/max-1001",
    "DELEG-10/max-999",
    "DELEG-10/off",
    "DELEG-12/disjoint-is-all",
    "DELEG-12/first-wins",
    "DELEG-12/last-wins",
    "DELEG-12/union",
    "DELEG-13/unrestricted",
    "DELEG-14/sorted",
    "DELEG-14/unique",
    "DELEG-15/long",
    "DELEG-15/not-empty",
    "DELEG-15/opaque-only",
    "DELEG-18/middle-unchecked",
    "DELEG-19/one-scheme",
    "DELEG-20/hashed",
    "DELEG-21/default-permissions",
    "DELEG-21/empty-targets-dropped",
    "DELEG-23/no-canister-keys",
    "ENV-5/bls",
    "ENV-5/plain-rsa",
    "ENV-5/skipped",
    "ENV-16/any-order",
    "PERM-1/any-type",
    "PERM-3/unknown",
    "PERM-4/first-wins",
    "PERM-4/last-wins",
    "PERM-5/as-all",
    "PERM-5/as-queries",
    "PERM-6/case",
    "PERM-6/empty",
    "PERM-6/trimmed",
    "PERM-7/unhashed",
    "SIG-6/skipped",
];

fn hash(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["delegation"])?;
    let link = Link::unsigned(ctx, fields.required("delegation")?)?;
    Ok(json!({"hash": hex(&link.hash(ctx))}))
}

fn sign(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["secret_key", "delegation"])?;
    let secret = secret_key(&fields)?;
    let link = Link::unsigned(ctx, fields.required("delegation")?)?;
    Ok(json!({"signature": hex(&ed25519_sign(&secret, &link.payload(ctx)))}))
}

/// The 32 bytes of an Ed25519 secret key.
pub(crate) fn secret_key(fields: &Fields<'_>) -> Result<[u8; 32], Malformed> {
    let bytes = fields.bytes("secret_key")?;
    bytes
        .try_into()
        .map_err(|_| Malformed::new("an Ed25519 secret key has 32 bytes"))
}

fn verify(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &["sender_pubkey", "delegations", "now", "root_key"])?;
    let root = fields.bytes("sender_pubkey")?;
    let now = fields.number("now")?;
    let root_key = fields.optional_bytes("root_key")?;

    let mut violations = Violations::new();
    let mut links = Vec::new();
    for value in fields.list("delegations")? {
        links.extend(violations.absorb(Link::signed(ctx, value))?);
    }
    violations.or(())?;

    let mut violations = Violations::new();
    let question = Question {
        root: &root,
        links: &links,
        now,
        root_key: root_key.as_deref(),
        expires: true,
    };
    let chain = verify_chain(ctx, &mut violations, &question)?;
    let mut output = Map::new();
    output.insert("leaf".to_owned(), json!(hex(&chain.leaf)));
    chain.describe(&mut output);
    violations.or(Value::Object(output))
}

/// The DER form of an Ed25519 key.
pub(crate) fn ed25519_spki(key: &[u8; 32]) -> Vec<u8> {
    [
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(),
        key,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::ed25519::ed25519_public_key;
    use crate::crypto::test_seed;
    use crate::{Outcome, run};

    const NOW: u64 = 1_700_000_000_000_000_000;

    fn key(label: &str) -> Vec<u8> {
        ed25519_spki(&ed25519_public_key(&test_seed(label)))
    }

    /// A link to the key `to`, signed by the key `by`.
    fn link(by: &str, to: &str, more: &Value) -> Value {
        let mut delegation = json!({"pubkey": hex(&key(to)), "expiration": NOW.to_string()});
        let fields = delegation.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        let input = json!({"secret_key": hex(&test_seed(by)), "delegation": delegation});
        let Outcome::Ok(output) = run("delegation.sign", &input, None) else {
            panic!("not signed");
        };
        let mut signed = delegation;
        signed["signature"] = output["signature"].clone();
        signed
    }

    fn verified(links: &[Value], now: u64) -> Outcome {
        let input = json!({
            "sender_pubkey": hex(&key("a")),
            "delegations": links,
            "now": now.to_string(),
        });
        run("delegation.verify", &input, None)
    }

    /// The hashes of interface-spec delegations, computed by hand from the rules for hashing.
    #[test]
    fn hashes_what_is_present() {
        for (more, hash) in [
            (
                json!({}),
                "6ccc91d777f1a2b156834c0f8b879f3cdc0a57ecef1dd80f1e1a9f2129b082a0",
            ),
            (
                json!({"permissions": "queries"}),
                "ccd2f0fb7d7613ea7e7d82e8214d256681649a10b0456cacef27ceb65221abf9",
            ),
            (
                json!({"targets": []}),
                "8b489d2dbb91043ef49f78b000af98c79d463604a36db153d32e092da3b5f835",
            ),
        ] {
            let mut delegation = json!({"pubkey": "010203", "expiration": "0"});
            let fields = delegation.as_object_mut().unwrap();
            fields.extend(more.as_object().unwrap().clone());
            let outcome = run("delegation.hash", &json!({"delegation": delegation}), None);
            assert_eq!(outcome, Outcome::Ok(json!({"hash": hash})));
        }
    }

    #[test]
    fn intersects_targets_and_keeps_queries() {
        let links = [
            link(
                "a",
                "b",
                &json!({"targets": ["02", "01"], "permissions": "queries"}),
            ),
            link("b", "c", &json!({"targets": ["01", "03", "01"]})),
        ];
        let output = json!({"leaf": hex(&key("c")), "queries_only": true, "targets": ["01"]});
        assert_eq!(verified(&links, NOW), Outcome::Ok(output));
        assert_eq!(verified(&links, NOW + 1), Outcome::reject("DELEG-7"));
    }

    #[test]
    fn rejects_cycles_and_foreign_signatures() {
        let back = [link("a", "b", &json!({})), link("b", "a", &json!({}))];
        assert_eq!(verified(&back, NOW), Outcome::reject("DELEG-6"));
        let foreign = [link("b", "c", &json!({}))];
        assert_eq!(verified(&foreign, NOW), Outcome::reject("DELEG-2"));
    }
}
