//! `icid delegation`: who delegated what to whom, until when, and whether it holds.

use ::delegation::{Delegation, DelegationChain, Permissions, SignedDelegation};
use principal::Principal;
use request::Policy;
use serde::{Deserialize, Deserializer};
use time::Timestamp;

use crate::cli::Options;
use crate::failure::{Failure, malformed};
use crate::hex;
use crate::options::{At, Reading, RootKey};
use crate::output::{Record, Value};
use crate::view;

#[derive(clap::Args, Debug)]
#[command(after_help = "\
The JSON is that of agents, {\"delegations\":[{\"delegation\":{…},\"signature\":\"…\"}],\"publicKey\":\"…\"},
as DelegationChain.toJSON writes it, or that of the adapter protocol,
{\"sender_pubkey\":\"…\",\"delegations\":[{\"pubkey\":\"…\",\"expiration\":\"…\",\"signature\":\"…\"}]}.")]
pub(crate) struct Args {
    /// The delegations in JSON: the JSON itself, a file, or -
    chain: String,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    root_key: RootKey,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let input = options.read_text(&args.chain)?;
    let policy = args.reading.preset.policy();
    let chain = parse(&input.bytes, policy).map_err(|failure| {
        let hint = args
            .reading
            .preset
            .hint(|policy| parse(&input.bytes, policy).is_ok());
        failure.maybe_hint(hint)
    })?;
    let (root_key, _) = args.root_key.read(options)?;
    let now = args.at.now();
    let user = view::key::summary(chain.root_key(), policy);
    let record = Record::new()
        .with("now", Value::Time(now))
        .with("user", Value::Record(user))
        .with("links", view::chain::links(&chain, now, policy));
    let (record, verdict) = view::chain::judge(record, &chain, now, root_key, args.reading.preset);
    Ok(record.with("verdict", Value::Verdict(verdict)))
}

/// Reads either form. What is wrong is said of the one that the member names look like.
fn parse(json: &[u8], policy: Policy) -> Result<DelegationChain<'_>, Failure> {
    const NAME: &[u8] = b"\"sender_pubkey\"";
    if json.windows(NAME.len()).any(|window| window == NAME) {
        let chain: ProtocolChain = serde_json::from_slice(json)
            .map_err(|error| malformed("a chain of the adapter protocol", error))?;
        return Ok(chain.into_chain());
    }
    DelegationChain::parse_json(json, policy.cbor)
        .map_err(|error| malformed("a delegation chain of agents in JSON", error))
}

/// A chain as `delegation.verify` of the adapter protocol has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtocolChain {
    sender_pubkey: Hex,
    delegations: Vec<ProtocolLink>,
    /// Of vectors; the time to judge by is an argument here.
    #[serde(default, rename = "now")]
    _now: Option<String>,
    #[serde(default, rename = "root_key")]
    _root_key: Option<String>,
    #[serde(default, rename = "policy")]
    _policy: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtocolLink {
    pubkey: Hex,
    expiration: Nanos,
    targets: Option<Vec<Target>>,
    permissions: Option<Allowance>,
    signature: Hex,
}

impl ProtocolChain {
    fn into_chain(self) -> DelegationChain<'static> {
        let links = self.delegations.into_iter().map(ProtocolLink::into_link);
        DelegationChain::new(self.sender_pubkey.0, links.collect())
    }
}

impl ProtocolLink {
    fn into_link(self) -> SignedDelegation<'static> {
        let mut delegation = Delegation::new(self.pubkey.0, self.expiration.0);
        if let Some(targets) = self.targets {
            let targets: Vec<Principal> = targets.into_iter().map(|target| target.0).collect();
            delegation = delegation.with_targets(targets);
        }
        if let Some(permissions) = self.permissions {
            delegation = delegation.with_permissions(permissions.0);
        }
        SignedDelegation::new(delegation, self.signature.0)
    }
}

/// Bytes in hexadecimal.
#[derive(Debug)]
struct Hex(Vec<u8>);

/// Decimal nanoseconds.
#[derive(Debug)]
struct Nanos(Timestamp);

/// A principal in hexadecimal.
#[derive(Debug)]
struct Target(Principal);

/// The name of permissions.
#[derive(Debug)]
struct Allowance(Permissions);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "expected hexadecimal digits", |text| {
            hex::decode(text).map(Self)
        })
    }
}

impl<'de> Deserialize<'de> for Nanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "expected decimal nanoseconds", |text| {
            text.parse().ok().map(Timestamp::from_nanos).map(Self)
        })
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(
            deserializer,
            "expected a principal in hexadecimal",
            |text| {
                let bytes = hex::decode(text)?;
                Principal::from_slice(&bytes).ok().map(Self)
            },
        )
    }
}

impl<'de> Deserialize<'de> for Allowance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "expected `all` or `queries`", |text| {
            Permissions::from_name(text).map(Self)
        })
    }
}

/// Reads a string, and what it stands for.
fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    read(&text).ok_or_else(|| serde::de::Error::custom(expected))
}
