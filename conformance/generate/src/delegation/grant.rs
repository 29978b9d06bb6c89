//! Delegations and links before they are an input.

use model::Outcome;
use model::cbor::Item;
use model::input::{hex, unhex};
use serde_json::{Value, json};

use super::LATER;
use crate::signer::Signer;

/// A delegation before it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    key: Vec<u8>,
    expiration: u64,
    targets: Option<Vec<Vec<u8>>>,
    permissions: Option<String>,
}

/// A delegation and a signature.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) grant: Grant,
    pub(crate) signature: Vec<u8>,
}

impl Grant {
    /// A delegation to the key of `signer` that expires [`LATER`].
    pub(crate) fn to(signer: &Signer) -> Self {
        Self::to_key(&signer.spki())
    }

    /// A delegation to what should be a key.
    pub(crate) fn to_key(key: &[u8]) -> Self {
        Self {
            key: key.to_vec(),
            expiration: LATER,
            targets: None,
            permissions: None,
        }
    }

    /// The same, until `expiration`.
    pub(crate) const fn until(mut self, expiration: u64) -> Self {
        self.expiration = expiration;
        self
    }

    /// The same, for these targets.
    pub(crate) fn for_targets(mut self, targets: &[Vec<u8>]) -> Self {
        self.targets = Some(targets.to_vec());
        self
    }

    /// The same, without targets.
    pub(crate) fn for_all(mut self) -> Self {
        self.targets = None;
        self
    }

    /// The same, with these permissions.
    pub(crate) fn allowing(mut self, permissions: &str) -> Self {
        self.permissions = Some(permissions.to_owned());
        self
    }

    /// The same, without permissions.
    pub(crate) fn without_permissions(mut self) -> Self {
        self.permissions = None;
        self
    }

    /// The delegation in the protocol.
    pub(crate) fn json(&self) -> Value {
        let mut value = json!({
            "pubkey": hex(&self.key),
            "expiration": self.expiration.to_string(),
        });
        if let Some(targets) = &self.targets {
            value["targets"] = targets.iter().map(|target| json!(hex(target))).collect();
        }
        if let Some(permissions) = &self.permissions {
            value["permissions"] = json!(permissions);
        }
        value
    }

    /// The delegation in CBOR.
    pub(crate) fn item(&self) -> Item {
        let mut fields = vec![
            ("pubkey", Item::bytes(&self.key)),
            ("expiration", Item::Unsigned(self.expiration)),
        ];
        if let Some(targets) = &self.targets {
            let targets = targets.iter().map(|target| Item::bytes(target));
            fields.push(("targets", Item::Array(targets.collect())));
        }
        if let Some(permissions) = &self.permissions {
            fields.push(("permissions", Item::text(permissions)));
        }
        Item::record(&fields)
    }

    /// What a signature of the delegation covers.
    pub(crate) fn payload(&self) -> Vec<u8> {
        payload_of(&self.item())
    }

    /// The link that `signer` makes of it.
    pub(crate) fn signed(self, signer: &Signer) -> Link {
        let signature = signer.sign(&self.payload());
        self.with_signature(signature)
    }

    /// The link with a signature that nobody checked.
    pub(crate) const fn with_signature(self, signature: Vec<u8>) -> Link {
        Link {
            grant: self,
            signature,
        }
    }
}

impl Link {
    /// The link in the protocol.
    pub(crate) fn json(&self) -> Value {
        let mut value = self.grant.json();
        value["signature"] = json!(hex(&self.signature));
        value
    }

    /// The link in CBOR.
    pub(crate) fn item(&self) -> Item {
        link_item(self.grant.item(), &self.signature)
    }

    /// The link with what the delegation says changed, and the old signature.
    pub(crate) fn altered(&self, change: impl FnOnce(Grant) -> Grant) -> Self {
        Self {
            grant: change(self.grant.clone()),
            signature: self.signature.clone(),
        }
    }

    /// The link with another signature.
    pub(crate) fn resigned(&self, signature: &[u8]) -> Self {
        self.grant.clone().with_signature(signature.to_vec())
    }
}

/// A link in CBOR from its two parts.
pub(crate) fn link_item(delegation: Item, signature: &[u8]) -> Item {
    Item::record(&[
        ("delegation", delegation),
        ("signature", Item::bytes(signature)),
    ])
}

/// What a signature covers of a delegation with whatever members.
pub(crate) fn payload_of(delegation: &Item) -> Vec<u8> {
    let separator = b"\x1aic-request-auth-delegation".as_slice();
    [separator, &hash_of_map(delegation)].concat()
}

/// The representation-independent hash of a map.
pub(crate) fn hash_of_map(map: &Item) -> Vec<u8> {
    match model::run("hash_of_map", &json!({"value": typed(map)}), None) {
        Outcome::Ok(output) => {
            unhex(output["hash"].as_str().unwrap_or_default()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// An item as a typed value of the protocol.
pub(crate) fn typed(item: &Item) -> Value {
    match item {
        Item::Bytes(bytes) => json!({"blob": hex(bytes)}),
        Item::Unsigned(number) => json!({"nat": number.to_string()}),
        Item::Array(items) => json!({"array": items.iter().map(typed).collect::<Vec<_>>()}),
        Item::Map(entries) => {
            let entry = |(key, value): &(Item, Item)| json!([key.as_text(), typed(value)]);
            json!({"map": entries.iter().map(entry).collect::<Vec<_>>()})
        }
        item => json!({"text": item.as_text().unwrap_or_default()}),
    }
}

/// A chain from `root` over the keys of `signers`, without restrictions.
pub(crate) fn chain(root: &Signer, signers: &[Signer]) -> Vec<Link> {
    chain_of(root, signers, |_, grant| grant)
}

/// As [`chain`], each delegation made from the plain one by `change`, which also gets its index.
pub(crate) fn chain_of(
    root: &Signer,
    signers: &[Signer],
    change: impl Fn(usize, Grant) -> Grant,
) -> Vec<Link> {
    let before = core::iter::once(root).chain(signers);
    let steps = before.zip(signers).enumerate();
    let link =
        |(index, (by, to)): (usize, (&Signer, &Signer))| change(index, Grant::to(to)).signed(by);
    steps.map(link).collect()
}
