//! `icid certificate`: a certificate drawn, explained and verified.

use ::certificate::{
    Certificate, Freshness, Policy as CborPolicy, Ranges, Read, Rules, Scope, SubnetDelegation,
    VerifiedCertificate, VerifyCertificateError,
};
use hash_tree::HashTree;
use principal::Principal;
use provider_rustcrypto::RustCryptoProvider;
use public_key::BlsPublicKey;
use time::{Lifetime, Timestamp};

use crate::cli::Options;
use crate::failure::{Failure, malformed};
use crate::input::Input;
use crate::moment;
use crate::options::{At, Reading, RootKey, parse_principal, with_hint};
use crate::output::{Record, Value, Verdict};
use crate::view;
use crate::view::certificate::{Delegation, Parts, Range};

/// How far in the future a certificate may be if its age is looked at.
///
/// Source: our own, as `icid::QUERY_MAX_SKEW`: clocks differ.
const MAX_SKEW: Lifetime = Lifetime::from_secs(300);

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The certificate, or a response that has one: a file, hexadecimal, base64, or -
    certificate: String,
    /// The canister that the certificate should be about
    #[arg(long, value_name = "ID", value_parser = parse_principal, conflicts_with = "subnet")]
    canister: Option<Principal>,
    /// The subnet that the certificate should be about
    #[arg(long, value_name = "ID", value_parser = parse_principal)]
    subnet: Option<Principal>,
    #[command(flatten)]
    root_key: RootKey,
    #[command(flatten)]
    at: At,
    /// How old the certificate may be, such as 5m; any age if left out
    #[arg(long, value_name = "AGE", value_parser = moment::parse_lifetime)]
    max_age: Option<Lifetime>,
    #[command(flatten)]
    reading: Reading,
}

impl Args {
    fn scope(&self) -> Scope {
        match (self.canister, self.subnet) {
            (Some(canister), _) => Scope::Canister(canister),
            (None, Some(subnet)) => Scope::Subnet(subnet),
            (None, None) => Scope::Unscoped,
        }
    }
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let input = options.read(&args.certificate)?;
    let policy = args.reading.preset.policy();
    let (bytes, certificate) = parse(&input, policy.cbor, args)?;
    let (root_key, root_name) = args.root_key.read(options)?;
    let now = args.at.now();
    let rules = Rules {
        root_key,
        scope: args.scope(),
        ranges: policy.ranges,
        freshness: args.max_age.map(|max_age| Freshness {
            now,
            max_age,
            max_skew: MAX_SKEW,
            max_delegation_age: None,
        }),
    };
    let result = certificate.verify(&rules, &RustCryptoProvider::new(), None);

    let mut record = Record::new().with("now", Value::Time(now));
    if bytes.len() < input.bytes.len() {
        record.push("found_in", Value::Name("response"));
    }
    // What was parsed can be taken apart.
    if let Some(parts) = view::certificate::parts(bytes) {
        record = describe(record, &parts, &root_key, now, options);
    }
    let record = match &result {
        Ok(verified) => subnet_type(record, verified),
        Err(_) => record,
    };
    let verdict = match result {
        Ok(_) => Verdict::valid(praise(&rules, &root_name)),
        Err(error) => Verdict::invalid(explain(error, &certificate, &rules, args)),
    };
    Ok(record.with("verdict", Value::Verdict(verdict)))
}

/// Reads a certificate, or the one in a response.
fn parse<'a>(
    input: &'a Input,
    policy: CborPolicy,
    args: &Args,
) -> Result<(&'a [u8], Certificate<'a>), Failure> {
    let bytes = view::certificate::in_response(&input.bytes)
        .filter(|_| Certificate::parse(&input.bytes, policy).is_err())
        .unwrap_or(&input.bytes);
    let certificate = Certificate::parse(bytes, policy).map_err(|error| {
        let hint = args
            .reading
            .preset
            .hint(|policy| Certificate::parse(bytes, policy.cbor).is_ok());
        input
            .explain(malformed("a certificate", error))
            .maybe_hint(hint)
    })?;
    Ok((bytes, certificate))
}

fn describe(
    record: Record,
    parts: &Parts<'_>,
    root_key: &BlsPublicKey,
    now: Timestamp,
    options: &Options,
) -> Record {
    let record = match time_of(&parts.tree) {
        Some(time) => record.time("time", time, now),
        None => record,
    };
    let record = record
        .with("root_hash", Value::bytes(&parts.tree.root_hash()))
        .with("signature", Value::bytes(parts.signature));
    let record = match &parts.delegation {
        Some(delegation) => {
            let mut signer = describe_delegation(delegation, now);
            if options.json || options.verbose {
                let drawing = view::tree::drawing(&delegation.tree);
                signer.push("tree", Value::Drawing(drawing));
            }
            record.with("signed_by", Value::Record(signer))
        }
        None => {
            let signer = Record::new()
                .with("subnet", Value::Principal(root_key.principal()))
                .with("is_root_subnet", Value::Flag(true));
            record.with("signed_by", Value::Record(signer))
        }
    };
    record.with("tree", Value::Drawing(view::tree::drawing(&parts.tree)))
}

fn describe_delegation(delegation: &Delegation<'_>, now: Timestamp) -> Record {
    let mut record = Record::new()
        .with("subnet", Value::Principal(delegation.subnet))
        .with("is_root_subnet", Value::Flag(false));
    if let Some(time) = time_of(&delegation.tree) {
        record = record.time("delegated", time, now);
    }
    let path: [&[u8]; 3] = [b"subnet", delegation.subnet.as_bytes(), b"public_key"];
    if let hash_tree::Lookup::Found(key) = delegation.tree.lookup(&path) {
        record.push("key", Value::bytes(key));
    }
    let (flat, sharded) = (delegation.flat_ranges(), delegation.sharded_ranges());
    if flat.is_none() && sharded.is_none() {
        let note = "so it may speak for no canister in particular";
        record.push_noted("ranges", Value::Name("not_shown"), note);
    }
    if let Some(ranges) = sharded {
        record.push("sharded_ranges", listed(&ranges));
    }
    if let Some(ranges) = flat {
        record.push("flat_ranges", listed(&ranges));
    }
    record
}

fn listed(ranges: &[Range]) -> Value {
    let shown = ranges.iter().map(|range| {
        let record = Record::new()
            .with("low", Value::Principal(range.0))
            .with("high", Value::Principal(range.1));
        Value::Shown(view::tree::show_range(range), record)
    });
    Value::List(shown.collect())
}

/// Adds the type of the subnet that signed, which only a verified certificate tells.
fn subnet_type(record: Record, verified: &VerifiedCertificate<'_>) -> Record {
    let found = verified.delegation().map(SubnetDelegation::subnet_type);
    match found {
        Some(Ok(Read::Found(kind))) => record.with("subnet_type", Value::text(kind.as_str())),
        _ => record,
    }
}

fn time_of(tree: &HashTree<'_>) -> Option<Timestamp> {
    match tree.lookup(&[b"time"]) {
        hash_tree::Lookup::Found(value) => view::tree::natural(value).map(Timestamp::from_nanos),
        _ => None,
    }
}

fn praise(rules: &Rules, root_name: &str) -> String {
    let about = match rules.scope {
        Scope::Canister(canister) => format!(", and may speak for canister {canister}"),
        Scope::Subnet(subnet) => format!(", and is from subnet {subnet}"),
        Scope::Unscoped => "; whom it may speak for, only --canister or --subnet tell".to_owned(),
    };
    format!("signed under the root key {root_name}{about}")
}

/// Returns why a certificate is refused, for people, and what to try.
fn explain(
    error: VerifyCertificateError,
    certificate: &Certificate<'_>,
    rules: &Rules,
    args: &Args,
) -> String {
    let utc = moment::to_utc;
    match error {
        VerifyCertificateError::TooOld { time, now, max_age } => format!(
            "it is of {}, more than {} before {}",
            utc(time),
            moment::describe(max_age),
            utc(now)
        ),
        VerifyCertificateError::TooNew {
            time,
            now,
            max_skew,
        } => format!(
            "it is of {}, more than {} after {}",
            utc(time),
            moment::describe(max_skew),
            utc(now)
        ),
        VerifyCertificateError::MissingRanges {
            ranges: Ranges::Sharded,
        } => {
            let accepts = Rules {
                ranges: Ranges::Either,
                ..*rules
            };
            let accepted = certificate.check(&accepts).is_ok();
            let hint = args.reading.preset.hint(|_| accepted);
            with_hint(error.to_string(), hint)
        }
        VerifyCertificateError::InvalidDelegationSignature
            if rules.root_key == BlsPublicKey::MAINNET_ROOT =>
        {
            format!(
                "{error}, which is that of the public network: another network needs --root-key"
            )
        }
        VerifyCertificateError::InvalidSignature
            if rules.root_key == BlsPublicKey::MAINNET_ROOT && !certificate.is_delegated() =>
        {
            format!("{error}, the root key of the public network: another network needs --root-key")
        }
        error => error.to_string(),
    }
}
