//! `verify_envelope` of the specification: what proves who sent a request, and what for.

use super::candid::principal_field;
use super::request::{Invocation, Kind, Request};
use crate::cbor::Item;
use crate::context::{Context, Stop, Violations};
use crate::crypto::sha224;
use crate::deleg::{self, Chain, Link, Signed, is_signed, verify_chain};
use crate::reqid::envelope::Envelope;
use crate::sig::{self, Key};
use crate::sinfo;

/// The members of an envelope beside the content.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    key: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
    links: Option<Vec<Link>>,
}

impl Proof {
    /// Reads them.
    pub(super) fn read(ctx: &Context<'_>, envelope: &Envelope) -> Result<Self, Stop> {
        let mut violations = Violations::new();
        let mut links = Vec::new();
        for item in envelope.links.iter().flatten() {
            links.extend(violations.absorb(Link::from_cbor(ctx, item))?);
        }
        violations.or(Self {
            key: envelope.blob("sender_pubkey"),
            signature: envelope.blob("sender_sig"),
            links: envelope.links.as_ref().map(|_: &Vec<Item>| links),
        })
    }

    const fn is_absent(&self) -> bool {
        self.key.is_none() && self.signature.is_none() && self.links.is_none()
    }
}

/// What is asked about a proof.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) request: &'a Request,
    /// The request id.
    pub(super) id: &'a [u8],
    /// The hash of the encoded content, which only a mistake looks at.
    pub(super) encoded: &'a [u8],
    pub(super) now: u64,
    pub(super) root_key: &'a [u8],
    /// Whether the request came to the endpoint of a subnet.
    pub(super) at_subnet: bool,
}

/// Checks that the sender sent the request, and returns the chain it was signed through, if any.
pub(super) fn check_proof(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question<'_>,
    proof: &Proof,
) -> Result<Option<Chain>, Stop> {
    let request = question.request;
    if request.is_anonymous() {
        let ignored = ctx.has("ENV-2/ignored")
            || (ctx.has("ENV-2/signature-only") && proof.signature.is_none())
            || (ctx.has("ENV-2/empty-chain")
                && proof.key.is_none()
                && proof.signature.is_none()
                && proof.links.as_ref().is_some_and(Vec::is_empty));
        violations.require(proof.is_absent() || ignored, "ENV-2");
        violations.require(!ctx.has("ENV-1/signed-only"), "ENV-1");
        let ignored = ctx.has("SINFO-3/ignored");
        violations.require(request.sender_info.is_none() || ignored, "SINFO-3");
        return Ok(None);
    }
    if proof.is_absent() {
        let sender = &request.sender;
        let taken_for_anonymous = (ctx.has("ENV-1/empty-sender") && sender.is_empty())
            || (ctx.has("ENV-1/first-byte") && sender.first() == Some(&4))
            || (ctx.has("ENV-1/last-byte") && sender.last() == Some(&4));
        violations.require(taken_for_anonymous || ctx.has("ENV-1/off"), "ENV-1");
        return Ok(None);
    }
    let empty = proof.links.as_ref().is_some_and(Vec::is_empty);
    violations.require(!(empty && ctx.has("ENV-17/rejected")), "ENV-17");

    let mut links = proof.links.clone().unwrap_or_default();
    let (key, signature) = match (&proof.key, &proof.signature) {
        (Some(key), Some(signature)) => (key.clone(), signature),
        (None, Some(signature)) if ctx.has("ENV-3/chain-suffices") && !links.is_empty() => {
            // The first link is taken on trust.
            let first = links.remove(0);
            (first.key().to_vec(), signature)
        }
        (Some(_), None) if ctx.has("ENV-3/key-suffices") => return Ok(None),
        _ if ctx.has("ENV-3/off") => return Ok(None),
        _ => {
            violations.add("ENV-3");
            return Ok(None);
        }
    };
    let reads = request.kind != Kind::Call;
    let refused = reads && ctx.has("DELEG-22/no-reads") && !links.is_empty();
    violations.require(!refused, "DELEG-22");
    let about_chain = deleg::Question {
        root: &key,
        links: &links,
        now: question.now,
        root_key: Some(question.root_key),
        expires: !(reads && ctx.has("DELEG-9/reads-exempt")),
    };
    let chain = verify_chain(ctx, violations, &about_chain)?;

    let principal = if ctx.has("ENV-4/last-key") {
        self_authenticating(&chain.leaf)
    } else {
        self_authenticating(&key)
    };
    let unchecked = ctx.has("ENV-4/off") || proof.key.is_none();
    violations.require(request.sender == principal || unchecked, "ENV-4");

    check_signature(ctx, violations, question, &key, &chain, signature)?;
    check_sender_info(ctx, violations, question, &key, &chain)?;
    if let Some(invocation) = &request.invocation {
        check_authority(ctx, violations, request.kind, invocation, &chain);
    }
    Ok(Some(chain))
}

/// The self-authenticating principal of a key.
fn self_authenticating(key: &[u8]) -> Vec<u8> {
    [sha224(key).as_slice(), &[2]].concat()
}

/// ENV-6.
fn check_signature(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question<'_>,
    key: &[u8],
    chain: &Chain,
    signature: &[u8],
) -> Result<(), Stop> {
    let reads = question.request.kind == Kind::ReadState;
    let unchecked =
        ctx.has("ENV-6/off") || !chain.leaf_usable || (ctx.has("READ-29/unsigned") && reads);
    if unchecked {
        return Ok(());
    }
    let message = if ctx.has("ENV-6/encoding") {
        question.encoded
    } else {
        question.id
    };
    let separator: &[u8] = if ctx.has("ENV-6/no-separator") {
        b""
    } else {
        b"\x0aic-request"
    };
    let payload = [separator, message].concat();
    let root_key = Some(question.root_key);
    let mut signed = is_signed(ctx, &chain.leaf, &payload, signature, root_key)?;
    if signed != Signed::Right && ctx.has("ENV-6/root-key") {
        signed = is_signed(ctx, key, &payload, signature, root_key)?;
    }
    violations.require(signed == Signed::Right, "ENV-6");
    Ok(())
}

/// The family SINFO, for senders with a key.
fn check_sender_info(
    ctx: &Context<'_>,
    violations: &mut Violations,
    question: &Question<'_>,
    key: &[u8],
    chain: &Chain,
) -> Result<(), Stop> {
    let Some((info, signed)) = &question.request.sender_info else {
        let canister = matches!(sig::parse_key(ctx, key), Ok(Key::Canister { .. }));
        violations.require(!(canister && ctx.has("SINFO-8/required")), "SINFO-8");
        return Ok(());
    };
    // Absent only where the fault SINFO-1/no-sig lets it be.
    if !signed || (question.at_subnet && ctx.has("SINFO-14/skipped")) {
        return Ok(());
    }
    let mut info = info.clone();
    if let (Ok(Key::Canister { id, .. }), true) =
        (sig::parse_key(ctx, key), ctx.has("SINFO-1/no-signer"))
        && info.signer.is_empty()
    {
        info.signer = id;
    }
    let root_key = Some(question.root_key);
    let verified = sinfo::verify(ctx, key, &chain.leaf, &info, root_key);
    violations.absorb(verified)?;
    Ok(())
}

/// PERM-2, DELEG-11: whether the chain serves a call or a query.
fn check_authority(
    ctx: &Context<'_>,
    violations: &mut Violations,
    kind: Kind,
    invocation: &Invocation,
    chain: &Chain,
) {
    let called_query =
        ctx.has("PERM-2/query-methods") && QUERY_METHODS.contains(&invocation.method.as_str());
    let permitted =
        !chain.queries_only || kind != Kind::Call || called_query || ctx.has("PERM-2/off");

    let managed = principal_field(&invocation.arg, "canister_id");
    let target = match managed {
        Some(managed) if invocation.is_management() && ctx.has("DELEG-16/managed-canister") => {
            managed
        }
        _ => invocation.canister_id.clone(),
    };
    let listed = chain
        .targets
        .as_ref()
        .is_none_or(|list| list.contains(&target));
    let targeted = listed
        || ctx.has("DELEG-11/off")
        || (ctx.has("DELEG-16/exempt") && invocation.is_management());

    let restricted_twice = chain.queries_only && chain.targets.is_some();
    if ctx.has("PERM-8/either") && restricted_twice && (permitted || targeted) {
        return;
    }
    violations.require(permitted, "PERM-2");
    violations.require(targeted, "DELEG-11");
}

/// Methods that are queries by their name alone, for the mistake of looking at it.
const QUERY_METHODS: [&str; 4] = [
    "canister_status",
    "fetch_canister_logs",
    "http_request",
    "list_canisters",
];
