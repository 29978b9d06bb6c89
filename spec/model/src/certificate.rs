//! Certificates: families CERT, SDEL and RANGE, ROOT-1 and ROOT-4, and LOOKUP-12.
//!
//! The clause that the model names for each flaw; an adapter that declares `reasons: "clause"` must
//! name the same, or one in brackets where its library cannot tell the two apart:
//!
//! | flaw | clause |
//! |---|---|
//! | a certificate or delegation certificate is not one item, untagged, not a map, a key missing or twice, a signature that is no byte string | CERT-1 |
//! | the tree in it is no tree; a pruned hash of another length; too deep | CERT-9; CERT-10; TREE-12 |
//! | an unknown field; `null` for the delegation (preset `spec`) | CBOR-10; CBOR-12 |
//! | `root_key` is not the DER form of a BLS key | ROOT-4 |
//! | the key in the delegation is not the DER form of a BLS key | SDEL-5 |
//! | a key that is no point, outside the group, or the identity | CERT-4 |
//! | a signature that is not the 48-byte encoding of a point | CERT-3 [CERT-2, SDEL-3] |
//! | a signature outside the group, or the identity | CERT-4 [CERT-2, SDEL-3] |
//! | the certificate's signature does not fit | CERT-2 |
//! | the delegation certificate's signature does not fit | SDEL-3 |
//! | the delegation is no map of `subnet_id` and `certificate`, both byte strings | SDEL-1 |
//! | the delegation's certificate has a delegation | SDEL-2 |
//! | the delegation's certificate has no key for the subnet | SDEL-4 |
//! | the subnet id has more than 29 bytes | SDEL-8 |
//! | either certificate has no `/time` | CERT-5 |
//! | either `/time` is not one LEB128 number; it has more than 64 bits | CERT-8; STATE-1 |
//! | `/time` more than `max_age` before or `max_skew` after `now` | CERT-6 |
//! | the delegation's `/time` more than `max_delegation_age` before `now` | SDEL-9 |
//! | `scope` names another subnet than the delegation, or without one, than the root subnet | CERT-11 |
//! | no visible range contains the canister of `scope`, whatever the reason | SDEL-7 |
//! | a list of ranges that has to be read is malformed | RANGE-1 |
//!
//! A certificate without delegation is signed by the root key itself and passes for every canister.
//! For which subnets it passes is policy `certificate.root_scope`: here for the root subnet, whose id
//! is derived from the root key.

mod key;
mod parse;
mod ranges;
mod signature;
mod time;
mod value;

use serde_json::{Map, Value, json};

use self::key::{extract_delegation_key, extract_root_key};
use self::parse::parse;
use self::ranges::covers;
use self::signature::check_signature;
use self::time::{is_fresh, is_young, time_of};
use crate::Operation;
use crate::cbor::Item;
use crate::context::{Context, Stop, Verdict, Violations};
use crate::crypto::sha224;
use crate::hashtree::{Lookup, Tree, lookup_output, lookup_path, reconstruct};
use crate::input::{self, Fields, hex};

pub use self::key::{DER_PREFIX, bls_key_to_der};
pub(crate) use self::value::{natural, path, principal_text, utf8};

pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("certificate.verify", verify_operation),
    ("certificate.lookup", lookup_operation),
];

pub(crate) const FAULTS: &[&str] = &[
    "CERT-1/any-tag",
    "CERT-1/last-wins",
    "CERT-1/ordered",
    "CERT-1/signature-optional",
    "CERT-1/tag-always",
    "CERT-1/text-signature",
    "CERT-1/trailing",
    "CERT-1/untagged",
    "CERT-2/encoding-signed",
    "CERT-2/no-length",
    "CERT-2/no-separator",
    "CERT-2/off",
    "CERT-3/pads",
    "CERT-3/pop-suite",
    "CERT-3/reduces",
    "CERT-3/swallowed",
    "CERT-3/truncates",
    "CERT-3/uncompressed",
    "CERT-4/identity",
    "CERT-4/key-group",
    "CERT-4/off",
    "CERT-4/signature-group",
    "CERT-4/swallowed",
    "CERT-5/delegation",
    "CERT-5/off",
    "CERT-5/zero",
    "CERT-6/age-exclusive",
    "CERT-6/demanded",
    "CERT-6/future",
    "CERT-6/no-skew",
    "CERT-6/off",
    "CERT-6/overflow",
    "CERT-6/same-time",
    "CERT-6/skew-exclusive",
    "CERT-6/skew-is-age",
    "CERT-8/63-bits",
    "CERT-8/big-endian",
    "CERT-8/double",
    "CERT-8/fixed-width",
    "CERT-8/high-first",
    "CERT-8/lossy",
    "CERT-8/signed",
    "CERT-8/trailing",
    "CERT-8/unterminated",
    "CERT-9/wrapped",
    "CERT-11/ranges-always",
    "CERT-11/root-refused",
    "CERT-11/subnet-off",
    "CERT-12/ordered",
    "CERT-14/embedded",
    "SDEL-1/inline",
    "SDEL-1/text-id",
    "SDEL-2/off",
    "SDEL-2/refuses-all",
    "SDEL-3/off",
    "SDEL-3/own-key",
    "SDEL-4/any-subnet",
    "SDEL-4/leaf-tree",
    "SDEL-4/root-fallback",
    "SDEL-5/head",
    "SDEL-5/oids",
    "SDEL-5/raw",
    "SDEL-5/tail",
    "SDEL-5/uncompressed",
    "SDEL-6/required",
    "SDEL-7/any-subnet",
    "SDEL-7/either-any",
    "SDEL-7/either-both",
    "SDEL-7/either-flat",
    "SDEL-7/either-sharded",
    "SDEL-7/flat-fallback",
    "SDEL-7/leaf-tree",
    "SDEL-7/missing-all",
    "SDEL-7/off",
    "SDEL-7/pruned-all",
    "SDEL-8/exact-29",
    "SDEL-8/28",
    "SDEL-8/off",
    "SDEL-9/exclusive",
    "SDEL-9/max-age",
    "SDEL-9/off",
    "RANGE-1/long-principal",
    "RANGE-1/28",
    "RANGE-1/tag-always",
    "RANGE-1/trailing",
    "RANGE-1/triple",
    "RANGE-1/untagged",
    "RANGE-2/half-open-high",
    "RANGE-2/half-open-low",
    "RANGE-2/length-first",
    "RANGE-2/numeric",
    "RANGE-4/empty-all",
    "RANGE-8/complete",
    "RANGE-8/first-shard",
    "RANGE-8/inverted",
    "RANGE-8/last-shard",
    "RANGE-9/swapped",
    "RANGE-10/class",
    "LOOKUP-12/unverified",
    "ROOT-1/built-in",
    "ROOT-4/raw",
    "ROOT-4/tail",
    "STATE-3/raw",
    "STATE-4/leaf-tree",
    "STATE-5/any-subnet",
    "STATE-8/own-label",
    "STATE-19/text-subnet",
];

/// The input of every operation that verifies a certificate.
pub(crate) const INPUTS: [&str; 8] = [
    "certificate",
    "root_key",
    "scope",
    "now",
    "max_age",
    "max_skew",
    "max_delegation_age",
    "ranges",
];

/// A certificate, decoded and not verified.
#[derive(Clone, Debug)]
struct Certificate {
    tree: Tree,
    tree_item: Item,
    signature: Vec<u8>,
    delegation: Option<Delegation>,
}

#[derive(Clone, Debug)]
struct Delegation {
    subnet_id: Vec<u8>,
    certificate: Box<Certificate>,
}

/// A certificate, verified.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    /// The tree.
    pub(crate) tree: Tree,
    output: Value,
}

/// What the verifier wants to use the certificate for.
enum Scope {
    Canister(Vec<u8>),
    Subnet(Vec<u8>),
    None,
}

/// Where ranges are looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ranges {
    Sharded,
    Flat,
    Either,
}

fn verify_operation(ctx: &Context<'_>, input: &Value) -> Verdict {
    let fields = Fields::top(input, &INPUTS)?;
    Ok(verify(ctx, &fields)?.output)
}

fn lookup_operation(ctx: &Context<'_>, input: &Value) -> Verdict {
    let mut names = INPUTS.to_vec();
    names.push("path");
    let fields = Fields::top(input, &names)?;
    let path = fields.byte_strings("path")?;
    if ctx.has("LOOKUP-12/unverified") {
        let certificate = parse(ctx, &fields.bytes("certificate")?)?;
        return Ok(lookup_output(&lookup_path(ctx, &path, &certificate.tree)));
    }
    let verified = verify(ctx, &fields)?;
    Ok(lookup_output(&lookup_path(ctx, &path, &verified.tree)))
}

/// Verifies the certificate in the input of an operation.
pub(crate) fn verify(ctx: &Context<'_>, fields: &Fields<'_>) -> Result<Verified, Stop> {
    let bytes = fields.bytes("certificate")?;
    let root_key = fields.bytes("root_key")?;
    let scope = scope(fields.required("scope")?)?;
    let ranges = ranges_policy(ctx, fields)?;
    let window = window(fields)?;
    let max_delegation_age = fields.optional_number("max_delegation_age")?;

    let root_key = extract_root_key(ctx, &root_key)?;
    let certificate = parse(ctx, &bytes)?;
    let mut violations = Violations::new();
    verify_cert(ctx, &mut violations, &certificate, &root_key, "CERT-2");

    let time = violations
        .absorb(time_of(ctx, &certificate.tree, "CERT-5/off"))?
        .flatten();
    if let (Some(time), Some((now, max_age, max_skew))) = (time, window) {
        violations.require(is_fresh(ctx, time, now, max_age, max_skew), "CERT-6");
    }
    violations.require(window.is_some() || !ctx.has("CERT-6/demanded"), "CERT-6");

    if let Some(delegation) = &certificate.delegation {
        let tree = &delegation.certificate.tree;
        let issued = violations
            .absorb(time_of(ctx, tree, "CERT-5/delegation"))?
            .flatten();
        if let (Some(issued), Some((now, max_age, _))) = (issued, window) {
            violations.require(
                is_young(ctx, issued, now, max_age, max_delegation_age),
                "SDEL-9",
            );
        }
        if ctx.has("CERT-12/ordered") && issued > time {
            violations.add("CERT-12");
        }
        if ctx.has("SDEL-2/refuses-all") {
            violations.add("SDEL-2");
        }
    } else if ctx.has("SDEL-6/required") {
        violations.add("SDEL-6");
    }

    check_scope(
        ctx,
        &mut violations,
        &certificate,
        &root_key,
        &scope,
        ranges,
    )?;

    let mut output = Map::new();
    output.insert(
        "root_hash".to_owned(),
        json!(hex(&reconstruct(ctx, &certificate.tree))),
    );
    if let Some(time) = time {
        output.insert("time".to_owned(), json!(time.to_string()));
    }
    if let Some(delegation) = &certificate.delegation {
        let subnet = &delegation.subnet_id;
        output.insert("subnet_id".to_owned(), json!(hex(subnet)));
        let path = path(&[b"subnet", subnet, b"type"]);
        let leaf_tree = ctx.has("STATE-4/leaf-tree");
        let tree = if leaf_tree {
            &certificate.tree
        } else {
            &delegation.certificate.tree
        };
        if let Lookup::Found(bytes) = lookup_path(ctx, &path, tree) {
            let text = violations.absorb(utf8(ctx, bytes))?;
            output.insert("subnet_type".to_owned(), json!(text));
        }
    }
    violations.or(Verified {
        tree: certificate.tree,
        output: Value::Object(output),
    })
}

fn scope(value: &Value) -> Result<Scope, Stop> {
    if value == "none" {
        return Ok(Scope::None);
    }
    let fields = Fields::of(value, &["canister", "subnet"])?;
    match (
        fields.optional_bytes("canister")?,
        fields.optional_bytes("subnet")?,
    ) {
        (Some(canister), None) => Ok(Scope::Canister(canister)),
        (None, Some(subnet)) => Ok(Scope::Subnet(subnet)),
        _ => Err(Stop::Error(
            "a scope is a canister, a subnet or none".to_owned(),
        )),
    }
}

fn ranges_policy(ctx: &Context<'_>, fields: &Fields<'_>) -> Result<Ranges, Stop> {
    match fields.optional_text("ranges")? {
        None if ctx.is_replica() => Ok(Ranges::Either),
        None | Some("sharded") => Ok(Ranges::Sharded),
        Some("flat") => Ok(Ranges::Flat),
        Some("either") => Ok(Ranges::Either),
        Some(_) => Err(Stop::Error(
            "ranges must be sharded, flat or either".to_owned(),
        )),
    }
}

/// `now`, `max_age` and `max_skew`: all or none.
fn window(fields: &Fields<'_>) -> Result<Option<(u64, u64, u64)>, Stop> {
    let now = fields.optional_number("now")?;
    let max_age = fields.optional_number("max_age")?;
    let max_skew = fields.optional_number("max_skew")?;
    match (now, max_age, max_skew) {
        (None, None, None) => Ok(None),
        (Some(now), Some(max_age), Some(max_skew)) => Ok(Some((now, max_age, max_skew))),
        _ => Err(Stop::Error(
            "now, max_age and max_skew come together".to_owned(),
        )),
    }
}

/// `verify_cert` of the specification. A signature that does not fit violates `clause`.
fn verify_cert(
    ctx: &Context<'_>,
    violations: &mut Violations,
    certificate: &Certificate,
    root_key: &[u8],
    clause: &'static str,
) {
    let mut key = Some(root_key.to_vec());
    if let Some(delegation) = &certificate.delegation {
        key = check_delegation(ctx, violations, certificate, delegation, root_key);
    }
    if ctx.has("ROOT-1/built-in") && certificate.delegation.is_none() {
        key = input::unhex(MAINNET_ROOT_KEY);
    }
    let trusts_embedded = (ctx.has("CERT-14/embedded") && certificate.delegation.is_none())
        || (ctx.has("SDEL-3/own-key") && clause == "SDEL-3");
    if trusts_embedded {
        key = embedded_key(certificate).or(key);
    }
    let skipped = (ctx.has("CERT-2/off") && clause == "CERT-2")
        || (ctx.has("SDEL-3/off") && clause == "SDEL-3")
        || (ctx.has("CERT-1/signature-optional") && certificate.signature.is_empty());
    if let Some(key) = key
        && !skipped
    {
        check_signature(ctx, violations, certificate, &key, clause);
    }
}

/// `check_delegation` and `delegation_key` of the specification: the key delegated to.
fn check_delegation(
    ctx: &Context<'_>,
    violations: &mut Violations,
    certificate: &Certificate,
    delegation: &Delegation,
    root_key: &[u8],
) -> Option<Vec<u8>> {
    let inner = &delegation.certificate;
    let subnet = &delegation.subnet_id;
    let length_fits = match subnet.len() {
        29 => !ctx.has("SDEL-8/28"),
        0..29 => !ctx.has("SDEL-8/exact-29"),
        _ => ctx.has("SDEL-8/off"),
    };
    violations.require(length_fits, "SDEL-8");
    violations.require(
        inner.delegation.is_none() || ctx.has("SDEL-2/off"),
        "SDEL-2",
    );
    verify_cert(ctx, violations, inner, root_key, "SDEL-3");

    let tree = if ctx.has("SDEL-4/leaf-tree") {
        &certificate.tree
    } else {
        &inner.tree
    };
    let found = if ctx.has("SDEL-4/any-subnet") {
        any_subnet_key(tree)
    } else {
        let label = if ctx.has("STATE-19/text-subnet") {
            principal_text(subnet)
        } else {
            subnet.clone()
        };
        match lookup_path(ctx, &path(&[b"subnet", &label, b"public_key"]), tree) {
            Lookup::Found(der) => Some(der.to_vec()),
            _ => None,
        }
    };
    let Some(der) = found else {
        if ctx.has("SDEL-4/root-fallback") {
            return Some(root_key.to_vec());
        }
        violations.add("SDEL-4");
        return None;
    };
    let key = extract_delegation_key(ctx, &der);
    violations.require(key.is_some(), "SDEL-5");
    key
}

fn check_scope(
    ctx: &Context<'_>,
    violations: &mut Violations,
    certificate: &Certificate,
    root_key: &[u8],
    scope: &Scope,
    ranges: Ranges,
) -> Result<(), Stop> {
    let Some(delegation) = &certificate.delegation else {
        // Policy `certificate.root_scope`.
        let is_root_subnet = |id: &Vec<u8>| *id == self_authenticating(root_key);
        let fits = match scope {
            Scope::Subnet(id) => is_root_subnet(id),
            Scope::Canister(_) | Scope::None => true,
        };
        let refused = (ctx.has("CERT-11/root-refused") && !matches!(scope, Scope::None))
            || (ctx.has("READ-28/ranges-always") && matches!(scope, Scope::Canister(_)));
        violations.require(
            (fits || ctx.has("CERT-11/subnet-off")) && !refused,
            "CERT-11",
        );
        return Ok(());
    };
    let subnet = &delegation.subnet_id;
    let tree = if ctx.has("SDEL-7/leaf-tree") {
        &certificate.tree
    } else {
        &delegation.certificate.tree
    };
    match scope {
        Scope::Canister(canister) => {
            let careless = ctx.has("SDEL-7/off")
                || (ctx.has("READ-25/off") && ranges == Ranges::Flat)
                || (ctx.has("READ-26/off") && ranges == Ranges::Sharded);
            let ranges = match ranges {
                Ranges::Sharded if ctx.has("READ-26/flat") => Ranges::Either,
                ranges => ranges,
            };
            let covered = violations.absorb(covers(ctx, tree, subnet, canister, ranges))?;
            violations.require(covered != Some(false) || careless, "SDEL-7");
        }
        Scope::Subnet(wanted) => {
            let careless = ctx.has("CERT-11/subnet-off") || ctx.has("READ-27/off");
            violations.require(wanted == subnet || careless, "CERT-11");
        }
        Scope::None => {}
    }
    if ctx.has("CERT-11/ranges-always") && !matches!(scope, Scope::Canister(_)) {
        let prefix = path(&[b"canister_ranges", subnet]);
        let visible = !crate::hashtree::lookup_star(ctx, &prefix, tree).is_empty();
        violations.require(visible, "CERT-11");
    }
    Ok(())
}

/// The self-authenticating id of a BLS key, which is what its subnet is called.
fn self_authenticating(key: &[u8]) -> Vec<u8> {
    let mut id = sha224(&bls_key_to_der(key)).to_vec();
    id.push(2);
    id
}

/// The mistake of trusting a key that the certificate brings along.
fn embedded_key(certificate: &Certificate) -> Option<Vec<u8>> {
    let der = any_subnet_key(&certificate.tree)?;
    der.strip_prefix(DER_PREFIX).map(<[u8]>::to_vec)
}

/// The first key of any subnet in a tree.
fn any_subnet_key(tree: &Tree) -> Option<Vec<u8>> {
    let faithful = Context::new(None, crate::Preset::Spec);
    let mut paths =
        crate::hashtree::lookup_star_paths(&faithful, &path(&[b"subnet"]), tree).into_iter();
    paths.find_map(|(path, value)| match path.as_slice() {
        [_, _, last] if last == b"public_key" => Some(value),
        _ => None,
    })
}

/// The root key of the Internet Computer: public, and here only for the mistake of building it in.
const MAINNET_ROOT_KEY: &str = "814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc5341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{bls_public_key, bls_sign, test_seed};
    use crate::{Outcome, run};

    fn signed(tree: &Tree, delegation: Option<Item>) -> Vec<u8> {
        let message = [b"\x0dic-state-root".as_slice(), &tree.root()].concat();
        let signature = Item::Bytes(bls_sign(&test_seed("bls/test"), &message));
        let mut fields = vec![("tree", tree.to_item()), ("signature", signature)];
        fields.extend(delegation.map(|delegation| ("delegation", delegation)));
        Item::record(&fields).self_described().encode()
    }

    fn verified(certificate: &[u8], scope: &Value) -> Outcome {
        let root_key = bls_key_to_der(&bls_public_key(&test_seed("bls/test")));
        let input =
            json!({"certificate": hex(certificate), "root_key": hex(&root_key), "scope": scope});
        run("certificate.verify", &input, None)
    }

    #[test]
    fn verifies_what_the_root_key_signed() {
        let tree = Tree::labeled("time", Tree::leaf([5]));
        let output = json!({"root_hash": hex(&tree.root()), "time": "5"});
        assert_eq!(
            verified(&signed(&tree, None), &json!("none")),
            Outcome::Ok(output)
        );
        let empty = signed(&Tree::Empty, None);
        assert_eq!(verified(&empty, &json!("none")), Outcome::reject("CERT-5"));
    }

    #[test]
    fn names_every_violated_clause() {
        let tree = Tree::labeled("time", Tree::leaf([5]));
        let delegation = Item::record(&[
            ("subnet_id", Item::bytes(&[0; 30])),
            ("certificate", Item::Bytes(signed(&Tree::Empty, None))),
        ]);
        let outcome = verified(&signed(&tree, Some(delegation)), &json!({"canister": "01"}));
        let clauses = ["CERT-5", "SDEL-4", "SDEL-7", "SDEL-8"];
        assert_eq!(outcome, Outcome::Reject(clauses.into()));
    }

    #[test]
    fn takes_a_malformed_question_for_no_verdict() {
        for scope in [
            json!("all"),
            json!({}),
            json!({"canister": "01", "subnet": "01"}),
        ] {
            assert!(
                matches!(verified(&[], &scope), Outcome::Error(_)),
                "{scope}"
            );
        }
    }
}
