//! `icid envelope`: a request explained, and its sender authenticated.

use provider_rustcrypto::RustCryptoProvider;
use request::destination::Endpoint;
use request::{
    AuthenticateError, Content, Destination, Envelope, RequestType, Rules, Schemes, SenderInfo,
};
use time::{Lifetime, Timestamp};

use crate::cli::Options;
use crate::escape::plain_or_quoted;
use crate::failure::{Failure, malformed};
use crate::hex;
use crate::moment;
use crate::options::{At, Reading, RootKey, with_hint};
use crate::output::{Record, Value, Verdict};
use crate::view;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The body of a request: a file, hexadecimal, base64, or -
    envelope: String,
    /// Where it was sent: `call`, `query`, `read_state`, or the whole path or URL
    #[arg(long, value_name = "ENDPOINT", value_parser = parse_endpoint)]
    endpoint: Option<Target>,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    root_key: RootKey,
    #[command(flatten)]
    reading: Reading,
}

/// Where a request was sent.
#[derive(Clone, Copy, Debug)]
struct Target {
    request_type: RequestType,
    destination: Option<Destination>,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let input = options.read(&args.envelope)?;
    let policy = args.reading.preset.policy();
    let envelope = Envelope::parse(&input.bytes, policy).map_err(|error| {
        let hint = args
            .reading
            .preset
            .hint(|policy| Envelope::parse(&input.bytes, policy).is_ok());
        input
            .explain(malformed("a request", error))
            .maybe_hint(hint)
    })?;
    let (root_key, _) = args.root_key.read(options)?;
    let now = args.at.now();
    let rules = Rules {
        now,
        root_key: Some(root_key),
        extra_root_key: None,
        policy,
        endpoint: args.endpoint.map(|target| target.request_type),
        destination: args.endpoint.and_then(|target| target.destination),
    };
    let mut record = describe(envelope.content(), now);
    if let Some(chain) = envelope.chain() {
        let key = view::key::summary(chain.root_key(), policy);
        record.push("sender_key", Value::Record(key));
        if !chain.links().is_empty() {
            record.push("delegations", view::chain::links(chain, now, policy));
        }
    }
    if let Some(signature) = envelope.signature() {
        record.push("signature", Value::bytes(signature));
    }
    let verdict = match envelope.authenticate(&rules, &RustCryptoProvider::new(), None) {
        Ok(sender) => {
            if let Some(chain) = sender.chain() {
                let allowed = view::chain::allowed(chain, now);
                record.push("allows", Value::Record(allowed));
            }
            let about = match rules.endpoint {
                Some(_) => "",
                None => "; that it was sent to the right endpoint, only --endpoint tells",
            };
            let who = if sender.is_anonymous() {
                "anybody may have sent this anonymous request"
            } else {
                "the sender is who it says"
            };
            Verdict::valid(format!("{who}{about}"))
        }
        Err(error) => {
            let hint = args.reading.preset.hint(|policy| {
                let rules = Rules { policy, ..rules };
                let provider = RustCryptoProvider::new();
                envelope.authenticate(&rules, &provider, None).is_ok()
            });
            Verdict::invalid(with_hint(explain(error, &envelope, &rules), hint))
        }
    };
    Ok(record.with("verdict", Value::Verdict(verdict)))
}

/// Returns what the request says, whoever sent it.
fn describe(content: &Content<'_>, now: Timestamp) -> Record {
    let mut record = Record::new()
        .with("now", Value::Time(now))
        .with("request_type", Value::Name(content.request_type().name()))
        .with(
            "request_id",
            Value::bytes(content.request_id().as_bytes().as_slice()),
        )
        .with("sender", Value::Principal(content.sender()))
        .time("ingress_expiry", content.ingress_expiry(), now)
        .maybe("nonce", content.nonce().map(Value::bytes));
    if let Some(request) = content.canister_request() {
        let arg = request.arg();
        let note = if arg.starts_with(b"DIDL") {
            "Candid"
        } else {
            ""
        };
        record = record
            .with("canister", Value::Principal(request.canister_id()))
            .with("method", Value::text(request.method_name()))
            .noted("arg", Value::bytes(arg), note);
    }
    if let Some(paths) = content.paths() {
        let paths = paths.iter().map(|path| {
            let labels: Vec<String> = path.iter().map(|label| show_label(&label)).collect();
            Value::Phrase(format!("/{}", labels.join("/")))
        });
        record.push("paths", Value::List(paths.collect()));
    }
    if let Some(info) = content.sender_info() {
        record.push("sender_info", Value::Record(describe_info(info)));
    }
    record
}

fn describe_info(info: &SenderInfo<'_>) -> Record {
    Record::new()
        .with("signer", Value::Principal(info.signer()))
        .with("info", Value::bytes(info.info()))
        .with("signature", Value::bytes(info.signature()))
}

fn show_label(label: &[u8]) -> String {
    let text = std::str::from_utf8(label).ok();
    let text = text.filter(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()));
    text.map_or_else(|| format!("0x{}", hex::encode(label)), plain_or_quoted)
}

/// Returns why a request is refused, for people: links counted from 1, times in UTC.
fn explain(error: AuthenticateError, envelope: &Envelope<'_>, rules: &Rules) -> String {
    let utc = moment::to_utc;
    match error {
        AuthenticateError::Expired { expiry, now } => format!(
            "it expired at {}, {} before {}",
            utc(expiry),
            moment::describe(now.since(expiry).unwrap_or(Lifetime::ZERO)),
            utc(now)
        ),
        AuthenticateError::ExpiryTooFar { expiry, latest } => format!(
            "it is valid until {}, and replicas accept at most {}",
            utc(expiry),
            utc(latest)
        ),
        AuthenticateError::Chain(error) => match envelope.chain() {
            Some(chain) => {
                let provider = RustCryptoProvider::new();
                let schemes = Schemes::new(&provider, rules.policy).with_root_key(rules.root_key);
                view::chain::explain(error, chain, &schemes)
            }
            None => error.to_string(),
        },
        AuthenticateError::InvalidDelegation { link, error } => format!(
            "link {} is not signed by the key before it: {error}",
            link.saturating_add(1)
        ),
        AuthenticateError::TooManyLabels { path, count } => format!(
            "path {} has {count} labels, at most {} are allowed",
            path.saturating_add(1),
            request::MAX_LABELS
        ),
        error => error.to_string(),
    }
}

/// Reads the name of a request type, or the path of a URL.
fn parse_endpoint(text: &str) -> Result<Target, String> {
    if let Some(request_type) = RequestType::from_name(text) {
        return Ok(Target {
            request_type,
            destination: None,
        });
    }
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|start| rest.get(start..)),
        None => Some(text),
    };
    let endpoint = Endpoint::parse(path.unwrap_or_default()).map_err(|error| {
        format!("{error}; expected call, query, read_state, or a path such as /api/v3/canister/rdmx6-jaaaa-aaaaa-aaadq-cai/call")
    })?;
    Ok(Target {
        request_type: endpoint.request_type,
        destination: Some(endpoint.destination),
    })
}
