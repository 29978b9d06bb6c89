//! One link of a chain, from the protocol and from CBOR, and what its signature covers.

use serde_json::Value;

use crate::cbor::{Item, NULL};
use crate::context::{Context, Stop, Violations};
use crate::input::{self, Fields};
use crate::reqid::envelope::{blob, check_names, natural};
use crate::reqid::hash::hash_map;
use crate::value::{Natural, Typed};

/// A delegation and its signature.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(super) key: Vec<u8>,
    /// Absent only by the mistake of not asking for it.
    pub(super) expiration: Option<u64>,
    pub(super) targets: Option<Vec<Vec<u8>>>,
    pub(super) permissions: Option<String>,
    /// What the member `senders` held in former versions; nothing but a mistake looks at it.
    senders: Option<Typed>,
    /// Absent in a delegation that is not signed yet, and by the mistake of not asking for it.
    pub(super) signature: Option<Vec<u8>>,
}

/// What permissions say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Permission {
    All,
    Queries,
}

impl Link {
    /// A delegation of the protocol.
    pub(super) fn unsigned(ctx: &Context<'_>, value: &Value) -> Result<Self, Stop> {
        let names = ["pubkey", "expiration", "targets", "permissions"];
        Self::of_protocol(ctx, &Fields::of(value, &names)?, None)
    }

    /// A delegation of the protocol with its signature.
    pub(crate) fn signed(ctx: &Context<'_>, value: &Value) -> Result<Self, Stop> {
        let names = [
            "pubkey",
            "expiration",
            "targets",
            "permissions",
            "signature",
        ];
        let fields = Fields::of(value, &names)?;
        let signature = fields.bytes("signature")?;
        Self::of_protocol(ctx, &fields, Some(signature))
    }

    fn of_protocol(
        ctx: &Context<'_>,
        fields: &Fields<'_>,
        signature: Option<Vec<u8>>,
    ) -> Result<Self, Stop> {
        let targets = fields.optional("targets").map(input::byte_strings);
        let targets: Option<Vec<Vec<u8>>> = targets.transpose()?;
        let link = Self {
            key: fields.bytes("pubkey")?,
            expiration: Some(fields.number("expiration")?),
            targets,
            permissions: fields.optional_text("permissions")?.map(str::to_owned),
            senders: None,
            signature,
        };
        let mut violations = Violations::new();
        let targets = link.targets.iter().flatten();
        targets.for_each(|target| check_target(ctx, target, &mut violations));
        let permission = link.permission(ctx).map_err(Stop::violated);
        violations.absorb(permission)?;
        violations.or(link)
    }

    /// A link of `sender_delegation`.
    pub(crate) fn from_cbor(ctx: &Context<'_>, item: &Item) -> Result<Self, Stop> {
        let Some(entries) = item.as_map() else {
            return Err(Stop::violated("DELEG-1"));
        };
        let mut violations = Violations::new();
        let merged = item.field("delegation").is_none() && ctx.has("DELEG-1/flat");
        let delegation = if merged {
            item
        } else {
            check_names(ctx, entries, &["delegation", "signature"], &mut violations);
            match item.field("delegation") {
                Some(delegation @ Item::Map(entries)) => {
                    let names = ["pubkey", "expiration", "targets", "permissions"];
                    check_names(ctx, entries, &names, &mut violations);
                    delegation
                }
                _ => return Err(Stop::violated("DELEG-1")),
            }
        };
        // Only the replica preset meets `null` here: CBOR-12 is checked before.
        let field = |item: &Item, name: &str| item.field(name).filter(|f| **f != NULL).cloned();

        let key = field(delegation, "pubkey").map(|item| blob_of(ctx, &item));
        let key = violations.absorb(key.transpose())?;
        violations.require(key != Some(None), "DELEG-1");
        let expiration = field(delegation, "expiration").map(|item| number_of(ctx, &item));
        let expiration = violations.absorb(expiration.transpose())?;
        let optional = ctx.has("DELEG-1/no-expiration");
        violations.require(expiration != Some(None) || optional, "DELEG-1");
        let signature = field(item, "signature").map(|item| blob_of(ctx, &item));
        let signature = violations.absorb(signature.transpose())?;
        let optional = ctx.has("DELEG-1/no-signature");
        violations.require(signature != Some(None) || optional, "DELEG-1");
        let absent = |item: &Item| ctx.has("DELEG-1/any-type") && item.as_array().is_none();
        let targets = field(delegation, "targets").filter(|item| !absent(item));
        let targets = targets.map(|item| targets_of(ctx, &item));
        let targets = violations.absorb(targets.transpose())?;
        let permissions = match field(delegation, "permissions") {
            None => None,
            Some(Item::Text(text)) => Some(String::from_utf8_lossy(&text).into_owned()),
            Some(_) => {
                violations.require(ctx.has("PERM-1/any-type"), "PERM-1");
                None
            }
        };
        let senders = field(delegation, "senders");
        let link = Self {
            key: key.flatten().unwrap_or_default(),
            expiration: expiration.flatten(),
            targets: targets.flatten(),
            permissions,
            senders: senders.as_ref().map(principals),
            signature: signature.flatten(),
        };
        let permission = link.permission(ctx).map_err(Stop::violated);
        violations.absorb(permission)?;
        violations.or(link)
    }

    /// The key that is delegated to.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// PERM-3, PERM-5, PERM-6: what the permissions say, or the clause that they violate.
    pub(super) fn permission(&self, ctx: &Context<'_>) -> Result<Option<Permission>, &'static str> {
        let Some(text) = self.permissions.as_deref() else {
            return Ok(None);
        };
        let mut read = text.to_owned();
        if ctx.has("PERM-6/case") {
            read = read.to_lowercase();
        }
        if ctx.has("PERM-6/trimmed") {
            read = read.trim().to_owned();
        }
        match read.as_str() {
            "queries" => Ok(Some(Permission::Queries)),
            "all" if ctx.has("PERM-3/unknown") => Err("PERM-3"),
            "all" => Ok(Some(Permission::All)),
            "" if ctx.has("PERM-6/empty") => Ok(None),
            _ if ctx.has("PERM-5/as-all") => Ok(Some(Permission::All)),
            _ if ctx.has("PERM-5/as-queries") => Ok(Some(Permission::Queries)),
            _ => match text.trim().to_lowercase().as_str() {
                "queries" | "all" | "" => Err("PERM-6"),
                _ => Err("PERM-5"),
            },
        }
    }

    /// DELEG-2: what the signature covers.
    pub(crate) fn payload(&self, ctx: &Context<'_>) -> Vec<u8> {
        let hash = if ctx.has("DELEG-2/encoding") {
            Typed::Map(self.fields(ctx)).to_cbor().encode()
        } else {
            self.hash(ctx)
        };
        let separator: &[u8] = if ctx.has("DELEG-2/no-separator") {
            b""
        } else if ctx.has("DELEG-2/request-separator") {
            b"\x0aic-request"
        } else {
            b"\x1aic-request-auth-delegation"
        };
        [separator, &hash].concat()
    }

    /// The representation-independent hash of the delegation.
    pub(super) fn hash(&self, ctx: &Context<'_>) -> Vec<u8> {
        hash_map(ctx, &self.fields(ctx), true)
    }

    /// DELEG-21: the members that take part in the hash.
    fn fields(&self, ctx: &Context<'_>) -> Vec<(String, Typed)> {
        let mut fields = vec![("pubkey", Typed::Blob(self.key.clone()))];
        let expiration = self.expiration.map(Natural::from).map(Typed::Nat);
        fields.extend(expiration.map(|value| ("expiration", value)));
        if let Some(targets) = &self.targets {
            let dropped = targets.is_empty() && ctx.has("DELEG-21/empty-targets-dropped");
            let targets = targets.iter().cloned().map(Typed::Blob).collect();
            if !dropped {
                fields.push(("targets", Typed::Array(targets)));
            }
        }
        let mut permissions = self.permissions.clone();
        if ctx.has("DELEG-21/default-permissions") {
            permissions = permissions.or_else(|| Some("all".to_owned()));
        }
        if ctx.has("PERM-7/unhashed") {
            permissions = None;
        }
        fields.extend(permissions.map(|text| ("permissions", Typed::Text(text))));
        if ctx.has("DELEG-20/hashed") {
            fields.extend(self.senders.clone().map(|value| ("senders", value)));
        }
        let named = |(name, value): (&str, Typed)| (name.to_owned(), value);
        fields.into_iter().map(named).collect()
    }

    /// The link as it stands in `sender_delegation`.
    pub(crate) fn to_cbor(&self) -> Item {
        let faithful = Context::new(None, crate::Preset::Spec);
        let delegation = Typed::Map(self.fields(&faithful)).to_cbor();
        let signature = self.signature.clone().unwrap_or_default();
        Item::record(&[
            ("delegation", delegation),
            ("signature", Item::Bytes(signature)),
        ])
    }
}

/// DELEG-15.
fn check_target(ctx: &Context<'_>, target: &[u8], violations: &mut Violations) {
    let long = target.len() > 29 && !ctx.has("DELEG-15/long");
    let refused = (target.is_empty() && ctx.has("DELEG-15/not-empty"))
        || (matches!(target, [.., 2]) && target.len() == 29 && ctx.has("DELEG-15/opaque-only"));
    violations.require(!long && !refused, "DELEG-15");
}

fn blob_of(ctx: &Context<'_>, item: &Item) -> Result<Vec<u8>, Stop> {
    blob(ctx, item).ok_or_else(|| Stop::violated("CBOR-3"))
}

fn number_of(ctx: &Context<'_>, item: &Item) -> Result<u64, Stop> {
    let number = natural(ctx, item).and_then(|number| number.to_u64());
    number.ok_or_else(|| Stop::violated("CBOR-5"))
}

fn targets_of(ctx: &Context<'_>, item: &Item) -> Result<Vec<Vec<u8>>, Stop> {
    let Some(items) = item.as_array() else {
        return Err(Stop::violated("DELEG-1"));
    };
    let mut violations = Violations::new();
    let mut targets = Vec::new();
    for item in items {
        if let Some(target) = violations.absorb(blob_of(ctx, item))? {
            check_target(ctx, &target, &mut violations);
            targets.push(target);
        }
    }
    violations.or(targets)
}

/// A list of principals, as `senders` was one.
fn principals(item: &Item) -> Typed {
    let items = item.as_array().unwrap_or_default().iter();
    let blobs = items.filter_map(Item::as_bytes);
    Typed::Array(blobs.map(|bytes| Typed::Blob(bytes.to_vec())).collect())
}
