//! `envelope.sign`, and the equation by which its answers are judged.
//!
//! An envelope can be encoded in many ways. Where an answer need not be equal to that of the model, it
//! is right if it says the same: the members asked for, nothing else, and a valid signature.

use serde_json::{Value, json};

use crate::cbor::{self, Item, SELF_DESCRIBED};
use crate::context::{Context, Preset, Stop, Verdict};
use crate::crypto::ed25519::{ed25519_public_key, ed25519_sign, ed25519_verify};
use crate::deleg::{Link, ed25519_spki, secret_key};
use crate::input::{Fields, hex};
use crate::reqid::hash::hash_map;
use crate::value::Typed;

const NAMES: [&str; 4] = ["secret_key", "content", "delegations", "sender_pubkey"];

/// What is to be signed, by whom and through which chain.
struct Task {
    secret: [u8; 32],
    content: Vec<(String, Typed)>,
    sender_pubkey: Vec<u8>,
    links: Vec<Link>,
}

impl Task {
    fn read(ctx: &Context<'_>, fields: &Fields<'_>) -> Result<Self, Stop> {
        let secret = secret_key(fields)?;
        let Typed::Map(content) = Typed::from_json(fields.required("content")?)? else {
            return Err(Stop::Error("the content must be a map".to_owned()));
        };
        let key = fields.optional_bytes("sender_pubkey")?;
        let mut links = Vec::new();
        if fields.optional("delegations").is_some() {
            for value in fields.list("delegations")? {
                links.push(Link::signed(ctx, value)?);
            }
        }
        Ok(Self {
            sender_pubkey: key.unwrap_or_else(|| ed25519_spki(&ed25519_public_key(&secret))),
            secret,
            content,
            links,
        })
    }

    /// What the signature covers.
    fn payload(&self, ctx: &Context<'_>) -> Vec<u8> {
        let content = Typed::Map(self.content.clone()).to_cbor().encode();
        let message = if ctx.has("ENV-6/encoding") {
            crate::crypto::sha256(&content).to_vec()
        } else {
            hash_map(ctx, &self.content, true)
        };
        let separator: &[u8] = if ctx.has("ENV-6/no-separator") {
            b""
        } else {
            b"\x0aic-request"
        };
        [separator, &message].concat()
    }

    /// The envelope with this signature, its members in the order of the agents.
    fn envelope(&self, signature: &[u8]) -> Item {
        let mut members = vec![
            ("content", Typed::Map(self.content.clone()).to_cbor()),
            ("sender_pubkey", Item::bytes(&self.sender_pubkey)),
            ("sender_sig", Item::bytes(signature)),
        ];
        if !self.links.is_empty() {
            let links = self.links.iter().map(Link::to_cbor).collect();
            members.push(("sender_delegation", Item::Array(links)));
        }
        Item::record(&members)
    }
}

/// `envelope.sign`.
pub(super) fn sign(ctx: &Context<'_>, input: &Value) -> Verdict {
    let task = Task::read(ctx, &Fields::top(input, &NAMES)?)?;
    let signature = ed25519_sign(&task.secret, &task.payload(ctx));
    let envelope = task.envelope(&signature).self_described().encode();
    Ok(json!({"envelope": hex(&envelope)}))
}

/// `envelope.signs`: whether `answer` is an envelope as `envelope.sign` should have made it.
pub(super) fn judge_signed(_: &Context<'_>, input: &Value) -> Verdict {
    let faithful = Context::new(None, Preset::Spec);
    let mut names = NAMES.to_vec();
    names.push("answer");
    let fields = Fields::top(input, &names)?;
    let task = Task::read(&faithful, &fields)?;
    let wrong = || Stop::violated("ENV-6");

    let answer = cbor::decode(&fields.bytes("answer")?).map_err(|_| wrong())?;
    let Item::Tag(SELF_DESCRIBED, envelope) = answer else {
        return Err(wrong());
    };
    let signature = envelope.field("sender_sig").and_then(Item::as_bytes);
    let signature = signature.ok_or_else(wrong)?;
    let mut expected = task.envelope(signature);
    if let (Some(Item::Array(links)), Item::Map(members)) =
        (envelope.field("sender_delegation"), &mut expected)
        && links.is_empty()
        && task.links.is_empty()
    {
        // An empty chain is none.
        members.push((Item::text("sender_delegation"), Item::Array(Vec::new())));
    }
    let key = ed25519_public_key(&task.secret);
    let valid = ed25519_verify(&key, &task.payload(&faithful), signature);
    if valid && sorted(&envelope) == sorted(&expected) {
        Ok(json!({}))
    } else {
        Err(wrong())
    }
}

/// The item with all maps in one order.
fn sorted(item: &Item) -> Item {
    match item {
        Item::Map(entries) => {
            let sorted = entries
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            let mut entries: Vec<_> = sorted.collect();
            entries.sort_by_key(|(key, _)| key.encode());
            Item::Map(entries)
        }
        Item::Array(items) => Item::Array(items.iter().map(sorted).collect()),
        item => item.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{sha224, test_seed};
    use crate::{Outcome, run};

    fn question() -> Value {
        let secret = test_seed("sign");
        let key = ed25519_spki(&ed25519_public_key(&secret));
        let sender = [sha224(&key).as_slice(), &[2]].concat();
        json!({"secret_key": hex(&secret), "content": {"map": [
            ["request_type", {"text": "query"}],
            ["ingress_expiry", {"nat": "5"}],
            ["sender", {"blob": hex(&sender)}],
            ["canister_id", {"blob": "01"}],
            ["method_name", {"text": "m"}],
            ["arg", {"blob": ""}],
        ]}})
    }

    fn signed() -> Value {
        match run("envelope.sign", &question(), None) {
            Outcome::Ok(output) => output["envelope"].clone(),
            outcome => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn signs_what_verifies() {
        let input = json!({"envelope": signed(), "endpoint": "query", "now": "5", "root_key": ""});
        let outcome = run("envelope.verify", &input, None);
        assert!(outcome.is_accept(), "{outcome:?}");
        let mut input = input;
        input["now"] = json!("6");
        assert_eq!(
            run("envelope.verify", &input, None),
            Outcome::reject("ENV-10")
        );
        input["endpoint"] = json!("call");
        assert_eq!(
            run("envelope.verify", &input, None),
            Outcome::reject("ENV-18")
        );
    }

    #[test]
    fn judges_envelopes_by_what_they_say() {
        let mut input = question();
        let bytes = crate::input::bytes(&signed()).unwrap();
        let item = cbor::decode(&bytes).unwrap();
        let Item::Tag(tag, inner) = item else {
            panic!("untagged");
        };
        let other_order = Item::Tag(tag, Box::new(sorted(&inner)));
        assert_ne!(other_order.encode(), bytes);
        input["answer"] = json!(hex(&other_order.encode()));
        assert!(run("envelope.signs", &input, None).is_accept());
        input["content"]["map"][4][1]["text"] = json!("n");
        assert!(!run("envelope.signs", &input, None).is_accept());
    }
}
