//! The content of a request: which members it has and what they hold.

use super::member;
use crate::context::{Context, Stop, Violations};
use crate::reqid::envelope::Envelope;
use crate::sinfo::SenderInfo;
use crate::value::Typed;

/// The three kinds of requests, and of endpoints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Call,
    Query,
    ReadState,
}

/// A request without what proves its sender.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) kind: Kind,
    /// The members that this kind has, for the request id.
    pub(super) content: Vec<(String, Typed)>,
    pub(super) sender: Vec<u8>,
    /// Absent only by the mistake of not asking for it.
    pub(super) expiry: Option<u64>,
    /// In calls and queries.
    pub(super) invocation: Option<Invocation>,
    /// In calls and queries, with whether it has a signature.
    pub(super) sender_info: Option<(SenderInfo, bool)>,
    /// In `read_state` requests.
    pub(super) paths: Option<Vec<Vec<Vec<u8>>>>,
}

/// What a call or query asks for.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) canister_id: Vec<u8>,
    pub(super) method: String,
    pub(super) arg: Vec<u8>,
}

impl Invocation {
    /// Whether the management canister is asked.
    pub(super) const fn is_management(&self) -> bool {
        self.canister_id.is_empty()
    }
}

impl Kind {
    /// The kind that the protocol calls `name`.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name {
            "call" => Some(Self::Call),
            "query" => Some(Self::Query),
            "read_state" => Some(Self::ReadState),
            _ => None,
        }
    }

    /// Whether requests of this kind have a member called `name`.
    fn has(self, name: &str) -> bool {
        match name {
            "paths" => self == Self::ReadState,
            "canister_id" | "method_name" | "arg" | "sender_info" => self != Self::ReadState,
            _ => true,
        }
    }
}

impl Request {
    /// Reads the content of an envelope that was sent to the endpoint for requests of kind
    /// `endpoint`.
    pub(super) fn read(
        ctx: &Context<'_>,
        envelope: &Envelope,
        endpoint: Kind,
    ) -> Result<Self, Stop> {
        let request = Self::form(ctx, envelope, Some(endpoint))?;
        let nonce = blob(&request.content, "nonce").unwrap_or_default();
        let mut violations = Violations::new();
        violations.require(nonce_fits(ctx, request.kind, nonce.len()), "ENV-7");
        violations.or(request)
    }

    /// Reads the content of an envelope, with nothing checked but its form.
    pub(super) fn form(
        ctx: &Context<'_>,
        envelope: &Envelope,
        endpoint: Option<Kind>,
    ) -> Result<Self, Stop> {
        let kind = kind(ctx, text(&envelope.content, "request_type"), endpoint)?;
        let mut violations = Violations::new();

        // A member of another kind of request is an unknown member.
        let foreign = |name: &String| !kind.has(name);
        let has_foreign = envelope.content.iter().any(|(name, _)| foreign(name));
        let clause = if kind == Kind::ReadState {
            "ENV-20"
        } else {
            "CBOR-10"
        };
        violations.require(!has_foreign || ctx.is_replica(), clause);
        let hashes_foreign = ctx.has("ENV-20/hashed");
        let mut content: Vec<(String, Typed)> = Vec::new();
        for (name, value) in &envelope.content {
            // Repeated only by the mistakes of CBOR-7; then the first one counts.
            let repeated = member(&content, name).is_some();
            if !repeated && (!foreign(name) || hashes_foreign) {
                content.push((name.clone(), value.clone()));
            }
        }

        let mut sender = blob(&content, "sender");
        if ctx.has("ENV-15/optional") {
            sender = sender.or_else(|| Some(vec![4]));
        }
        if ctx.has("ENV-15/long") {
            sender.iter_mut().for_each(|sender| sender.truncate(29));
        }
        let fits = sender.as_ref().is_some_and(|sender| sender.len() <= 29);
        violations.require(fits, "ENV-15");

        let expiry = number(&content, "ingress_expiry");
        let optional = ctx.has("ENV-9/optional");
        violations.require(expiry.is_some() || optional, "ENV-9");

        let invocation =
            (kind != Kind::ReadState).then(|| invocation(ctx, &content, &mut violations));
        let sender_info = sender_info(ctx, &content, &mut violations);
        let paths = (kind == Kind::ReadState).then(|| {
            let paths = paths(&content);
            violations.require(paths.is_some() || ctx.has("ENV-20/no-paths"), "ENV-20");
            paths.unwrap_or_default()
        });
        violations.or(Self {
            kind,
            content,
            sender: sender.unwrap_or_default(),
            expiry,
            invocation,
            sender_info,
            paths,
        })
    }

    /// Whether nobody has to prove to be the sender.
    pub(super) fn is_anonymous(&self) -> bool {
        self.sender == [4]
    }
}

/// ENV-18. Without an endpoint, any of the three types is right.
fn kind(
    ctx: &Context<'_>,
    request_type: Option<&str>,
    endpoint: Option<Kind>,
) -> Result<Kind, Stop> {
    let violated = || Stop::violated("ENV-18");
    let assumed = endpoint.unwrap_or(Kind::Call);
    let mut name = match request_type {
        None if ctx.has("ENV-18/optional") => return Ok(assumed),
        Some(_) if ctx.has("ENV-18/ignored") => return Ok(assumed),
        name => name.ok_or_else(violated)?.to_owned(),
    };
    if ctx.has("ENV-18/case") {
        name = name.to_lowercase();
    }
    match Kind::of_name(&name) {
        Some(kind) if endpoint.is_none_or(|endpoint| kind == endpoint) || ctx.has("ENV-18/off") => {
            Ok(kind)
        }
        // Calls and queries have the same members.
        Some(kind @ (Kind::Call | Kind::Query))
            if endpoint != Some(Kind::ReadState) && ctx.has("ENV-18/call-or-query") =>
        {
            Ok(kind)
        }
        _ => Err(violated()),
    }
}

/// ENV-7.
fn nonce_fits(ctx: &Context<'_>, kind: Kind, length: usize) -> bool {
    let max = if ctx.has("ENV-7/max-31") {
        31
    } else if ctx.has("ENV-7/max-33") {
        33
    } else {
        32
    };
    let unchecked = ctx.has("ENV-7/off") || (ctx.has("ENV-7/calls-only") && kind != Kind::Call);
    length <= max || unchecked
}

/// ENV-19, ENV-21.
fn invocation(
    ctx: &Context<'_>,
    content: &[(String, Typed)],
    violations: &mut Violations,
) -> Invocation {
    let canister_id = blob(content, "canister_id");
    let method = text(content, "method_name");
    let arg = blob(content, "arg");
    violations.require(
        canister_id.is_some() || ctx.has("ENV-19/no-canister"),
        "ENV-19",
    );
    violations.require(method.is_some() || ctx.has("ENV-19/no-method"), "ENV-19");
    violations.require(arg.is_some() || ctx.has("ENV-19/no-arg"), "ENV-19");
    let refused = (ctx.has("ENV-21/non-empty") && method == Some(""))
        || (ctx.has("ENV-21/ascii") && method.is_some_and(|method| !method.is_ascii()));
    violations.require(!refused, "ENV-21");
    let long = canister_id.as_ref().is_some_and(|id| id.len() > 29);
    violations.require(!long || ctx.has("PRIN-1/off"), "PRIN-1");
    Invocation {
        canister_id: canister_id.unwrap_or_default(),
        method: method.unwrap_or_default().to_owned(),
        arg: arg.unwrap_or_default(),
    }
}

/// SINFO-1.
fn sender_info(
    ctx: &Context<'_>,
    content: &[(String, Typed)],
    violations: &mut Violations,
) -> Option<(SenderInfo, bool)> {
    let Some(Typed::Map(members)) = member(content, "sender_info") else {
        return None;
    };
    let info = blob(members, "info");
    let signer = blob(members, "signer");
    let sig = blob(members, "sig");
    let signed = sig.is_some();
    violations.require(info.is_some() || ctx.has("SINFO-1/no-info"), "SINFO-1");
    violations.require(signer.is_some() || ctx.has("SINFO-1/no-signer"), "SINFO-1");
    violations.require(signed || ctx.has("SINFO-1/no-sig"), "SINFO-1");
    let long = signer.as_ref().is_some_and(|signer| signer.len() > 29);
    violations.require(!long || ctx.has("PRIN-1/off"), "PRIN-1");
    let info = SenderInfo {
        info: info.unwrap_or_default(),
        signer: signer.unwrap_or_default(),
        sig: sig.unwrap_or_default(),
    };
    Some((info, signed))
}

fn paths(content: &[(String, Typed)]) -> Option<Vec<Vec<Vec<u8>>>> {
    let Some(Typed::Array(paths)) = member(content, "paths") else {
        return None;
    };
    let label = |label: &Typed| match label {
        Typed::Blob(bytes) => bytes.clone(),
        _ => Vec::new(),
    };
    let path = |path: &Typed| match path {
        Typed::Array(labels) => labels.iter().map(label).collect(),
        _ => Vec::new(),
    };
    Some(paths.iter().map(path).collect())
}

fn blob(content: &[(String, Typed)], name: &str) -> Option<Vec<u8>> {
    match member(content, name) {
        Some(Typed::Blob(bytes)) => Some(bytes.clone()),
        _ => None,
    }
}

fn text<'a>(content: &'a [(String, Typed)], name: &str) -> Option<&'a str> {
    match member(content, name) {
        Some(Typed::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(content: &[(String, Typed)], name: &str) -> Option<u64> {
    match member(content, name) {
        Some(Typed::Nat(number)) => number.to_u64(),
        _ => None,
    }
}
