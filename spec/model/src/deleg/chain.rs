//! `verify_delegations` of the specification, and the rules in prose around it.

use alloc::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Link;
use super::link::Permission;
use crate::context::{Context, Preset, Stop, Violations};
use crate::crypto::rsa::rsa_verify;
use crate::crypto::{BLS_SUITE, bls_equation, bls_key_form, bls_signature_form};
use crate::input::hex;
use crate::sig::{self, Key};

/// What is asked about a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// The sender's key.
    pub(crate) root: &'a [u8],
    /// The links in the order in which they came.
    pub(crate) links: &'a [Link],
    /// The present.
    pub(crate) now: u64,
    /// The root key of the IC, for canister signatures.
    pub(crate) root_key: Option<&'a [u8]>,
    /// Whether expirations count, which only a mistake denies.
    pub(crate) expires: bool,
}

/// What a chain says.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The last key, if anybody can use it.
    pub(crate) leaf: Vec<u8>,
    /// Whether the last key is one of a supported scheme.
    pub(crate) leaf_usable: bool,
    /// The canisters it serves; all if there is no list.
    pub(crate) targets: Option<BTreeSet<Vec<u8>>>,
    /// Whether it serves queries and reads only.
    pub(crate) queries_only: bool,
}

impl Chain {
    /// The fields of an output that every operation on chains has.
    pub(crate) fn describe(&self, output: &mut Map<String, Value>) {
        output.insert("queries_only".to_owned(), json!(self.queries_only));
        if let Some(targets) = &self.targets {
            let targets: Vec<String> = targets.iter().map(|target| hex(target)).collect();
            output.insert("targets".to_owned(), json!(targets));
        }
    }
}

/// Checks a chain and says what it allows.
pub(crate) fn verify_chain(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question<'_>,
) -> Result<Chain, Stop> {
    let sorted;
    let mut question = *question;
    if ctx.has("ENV-16/any-order") {
        sorted = in_order(&question);
        question.links = &sorted;
    }
    let Question { root, links, .. } = question;

    check_length(ctx, violations, links.len());
    check_expirations(ctx, violations, &question);
    check_cycles(ctx, violations, root, links);
    for link in links {
        check_targets(ctx, violations, link);
    }
    let usable = check_keys(ctx, violations, &question);
    check_signatures(ctx, violations, &question, &usable)?;

    let leaf = links.last().map_or(root, |link| &link.key);
    Ok(Chain {
        leaf: leaf.to_vec(),
        leaf_usable: usable.last() == Some(&true),
        targets: targets(ctx, links),
        queries_only: queries_only(ctx, links),
    })
}

/// DELEG-5.
fn check_length(ctx: &Context<'_>, violations: &mut Violations, length: usize) {
    let max = if ctx.has("DELEG-5/max-4") {
        4
    } else if ctx.has("DELEG-5/max-19") {
        19
    } else if ctx.has("DELEG-5/max-21") {
        21
    } else {
        20
    };
    let fits = length <= max || ctx.has("DELEG-5/off");
    let refused = length == 0 && ctx.has("DELEG-5/min-1");
    violations.require(fits && !refused, "DELEG-5");
}

/// DELEG-7, DELEG-8.
fn check_expirations(ctx: &Context<'_>, violations: &mut Violations, question: &Question<'_>) {
    let Question { links, now, .. } = *question;
    let last = links.len().saturating_sub(1);
    let drift = if ctx.has("DELEG-7/drift") {
        30_000_000_000
    } else {
        0
    };
    let mut earliest = u64::MAX;
    for (index, link) in links.iter().enumerate() {
        // Absent only where the fault DELEG-1/no-expiration lets it be.
        let expiration = link.expiration.unwrap_or(u64::MAX);
        let unchecked = !question.expires
            || ctx.has("DELEG-7/off")
            || (ctx.has("DELEG-7/last-only") && index < last)
            || (ctx.has("DELEG-7/first-only") && index > 0);
        let valid = if ctx.has("DELEG-7/exclusive") {
            now < expiration
        } else {
            now <= expiration.saturating_add(drift)
        };
        violations.require(valid || unchecked, "DELEG-7");
        let refused = (ctx.has("DELEG-8/nested") && expiration > earliest)
            || (ctx.has("DELEG-8/63-bits") && i64::try_from(expiration).is_err());
        violations.require(!refused, "DELEG-8");
        earliest = earliest.min(expiration);
    }
}

/// DELEG-6.
fn check_cycles(ctx: &Context<'_>, violations: &mut Violations, root: &[u8], links: &[Link]) {
    let mut keys: Vec<&[u8]> = vec![root];
    keys.extend(links.iter().map(|link| link.key.as_slice()));
    for (index, key) in keys.iter().enumerate() {
        let mut earlier = keys.iter().take(index).enumerate();
        let repeated = earlier.any(|(position, other)| {
            let next = position.saturating_add(1) == index;
            let overlooked = ctx.has("DELEG-6/off")
                || (ctx.has("DELEG-6/self-only") && !next)
                || (ctx.has("DELEG-6/root-only") && position > 0)
                || (ctx.has("DELEG-6/root-left-out") && position == 0);
            other == key && !overlooked
        });
        violations.require(!repeated, "DELEG-6");
    }
}

/// DELEG-10, DELEG-14; the form of targets is checked when they are read.
fn check_targets(ctx: &Context<'_>, violations: &mut Violations, link: &Link) {
    let Some(targets) = &link.targets else { return };
    let distinct: BTreeSet<&Vec<u8>> = targets.iter().collect();
    let count = if ctx.has("DELEG-10/distinct") {
        distinct.len()
    } else {
        targets.len()
    };
    let max = if ctx.has("DELEG-10/max-999") {
        999
    } else if ctx.has("DELEG-10/max-1001") {
        1001
    } else {
        1000
    };
    violations.require(count <= max || ctx.has("DELEG-10/off"), "DELEG-10");
    let refused = (ctx.has("DELEG-14/sorted") && !targets.is_sorted())
        || (ctx.has("DELEG-14/unique") && distinct.len() < targets.len());
    violations.require(!refused, "DELEG-14");
}

/// ENV-5, SIG-6, DELEG-19, DELEG-23: which keys can sign, the sender's first.
fn check_keys(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question<'_>,
) -> Vec<bool> {
    let Question { root, links, .. } = *question;
    let root_scheme = sig::parse_key(ctx, root).ok();
    let mut usable = vec![is_usable(ctx, root, !links.is_empty())];
    if usable == [false] {
        let let_through = ctx.has("ENV-5/skipped")
            || (ctx.has("ENV-5/bls") && matches!(root_scheme, Some(Key::Bls(_))))
            || (ctx.has("ENV-5/plain-rsa") && sig::parse_plain_rsa(root).is_some());
        violations.require(let_through, "ENV-5");
        if let_through && !ctx.has("ENV-5/skipped") {
            usable = vec![true];
        }
    }
    for (index, link) in links.iter().enumerate() {
        let signs_links = index.saturating_add(1) < links.len();
        let works = is_usable(ctx, &link.key, signs_links);
        violations.require(works || ctx.has("SIG-6/skipped"), "SIG-6");
        let key = sig::parse_key(ctx, &link.key).ok();
        let canister = matches!(key, Some(Key::Canister { .. }));
        violations.require(
            !(canister && ctx.has("DELEG-23/no-canister-keys")),
            "DELEG-23",
        );
        let same = scheme(key.as_ref()) == scheme(root_scheme.as_ref());
        violations.require(same || !ctx.has("DELEG-19/one-scheme"), "DELEG-19");
        usable.push(works);
    }
    usable
}

/// Whether a key is of a scheme that users sign with; plain RSA is policy
/// `delegation.plain_rsa_signer`, and only for keys that sign links.
fn is_usable(ctx: &Context<'_>, key: &[u8], signs_links: bool) -> bool {
    match sig::parse_key(ctx, key) {
        Ok(Key::Bls(_)) => false,
        Ok(_) => true,
        Err(_) => ctx.is_replica() && signs_links && sig::parse_plain_rsa(key).is_some(),
    }
}

fn scheme(key: Option<&Key>) -> Option<core::mem::Discriminant<Key>> {
    key.map(core::mem::discriminant)
}

/// DELEG-2, DELEG-3, DELEG-4, DELEG-18.
fn check_signatures(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question<'_>,
    usable: &[bool],
) -> Result<(), Stop> {
    let Question { root, links, .. } = *question;
    let last = links.len().saturating_sub(1);
    let mut signer = root;
    for (index, (link, signer_usable)) in links.iter().zip(usable).enumerate() {
        let unchecked = ctx.has("DELEG-2/off")
            || !signer_usable
            || (ctx.has("DELEG-3/first-unchecked") && index == 0)
            || (ctx.has("DELEG-18/middle-unchecked") && index > 0 && index < last);
        // Absent only where the fault DELEG-1/no-signature lets it be.
        if let (Some(signature), false) = (&link.signature, unchecked) {
            let payload = link.payload(ctx);
            let mut signed = is_signed(ctx, signer, &payload, signature, question.root_key)?;
            if signed != Signed::Right && ctx.has("DELEG-4/root-signs-all") {
                signed = is_signed(ctx, root, &payload, signature, question.root_key)?;
            }
            match signed {
                Signed::Right => {}
                Signed::Wrong => violations.add("DELEG-2"),
                Signed::NoRootKey => violations.add("CSIG-17"),
            }
        }
        signer = &link.key;
    }
    Ok(())
}

/// What a signature is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signed {
    Right,
    Wrong,
    NoRootKey,
}

/// Whether `signature` is one of `key` on `payload`.
pub(crate) fn is_signed(
    ctx: &Context<'_>,
    key: &[u8],
    payload: &[u8],
    signature: &[u8],
    root_key: Option<&[u8]>,
) -> Result<Signed, Stop> {
    let right = |right: bool| Ok(if right { Signed::Right } else { Signed::Wrong });
    if let Some((n, e)) = sig::parse_plain_rsa(key)
        && (ctx.is_replica() || ctx.has("ENV-5/plain-rsa"))
    {
        return right(rsa_verify(&n, &e, payload, signature));
    }
    if let (Ok(Key::Bls(raw)), true) = (sig::parse_key(ctx, key), ctx.has("ENV-5/bls")) {
        let form = bls_key_form(&raw) && bls_signature_form(signature);
        return right(form && bls_equation(BLS_SUITE, &raw, payload, signature));
    }
    match sig::verify(ctx, key, payload, signature, root_key) {
        Ok(()) => Ok(Signed::Right),
        Err(Stop::Reject(clauses)) if clauses.iter().eq(["CSIG-17"].iter()) => {
            Ok(Signed::NoRootKey)
        }
        Err(Stop::Reject(_)) => Ok(Signed::Wrong),
        Err(stop @ Stop::Error(_)) => Err(stop),
    }
}

/// DELEG-12, DELEG-13: the canisters that every link allows.
fn targets(ctx: &Context<'_>, links: &[Link]) -> Option<BTreeSet<Vec<u8>>> {
    let mut lists = links.iter().map(|link| {
        let list = link.targets.as_ref();
        let list = list.filter(|list| !list.is_empty() || !ctx.has("DELEG-13/unrestricted"));
        list.map(|list| list.iter().cloned().collect::<BTreeSet<_>>())
    });
    if ctx.has("DELEG-12/last-wins") {
        return lists.next_back().flatten();
    }
    if ctx.has("DELEG-12/first-wins") {
        return lists.next().flatten();
    }
    let mut lists = lists.flatten();
    let mut all = lists.next()?;
    for list in lists {
        if ctx.has("DELEG-12/union") {
            all.extend(list);
        } else {
            all.retain(|target| list.contains(target));
            if all.is_empty() && ctx.has("DELEG-12/disjoint-is-all") {
                return None;
            }
        }
    }
    Some(all)
}

/// PERM-2, PERM-4: whether any link says `queries`.
fn queries_only(ctx: &Context<'_>, links: &[Link]) -> bool {
    let mut permissions = links
        .iter()
        .map(|link| link.permission(ctx).ok().flatten() == Some(Permission::Queries));
    if ctx.has("PERM-4/last-wins") {
        permissions.next_back() == Some(true)
    } else if ctx.has("PERM-4/first-wins") {
        permissions.next() == Some(true)
    } else {
        permissions.any(|queries| queries)
    }
}

/// The mistake ENV-16/any-order: the links as they would follow each other.
fn in_order(question: &Question<'_>) -> Vec<Link> {
    let faithful = Context::new(None, Preset::Spec);
    let mut rest = question.links.to_vec();
    let mut sorted: Vec<Link> = Vec::new();
    let mut signer = question.root.to_vec();
    while let Some(index) = rest.iter().position(|link| {
        let signature = link.signature.as_deref().unwrap_or_default();
        let payload = link.payload(&faithful);
        let signed = is_signed(&faithful, &signer, &payload, signature, question.root_key);
        signed == Ok(Signed::Right)
    }) {
        let link = rest.remove(index);
        signer.clone_from(&link.key);
        sorted.push(link);
    }
    sorted.append(&mut rest);
    sorted
}
