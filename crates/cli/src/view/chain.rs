//! Chains of delegations, described and judged.

use delegation::{DelegationChain, SignedDelegation, Targets, VerifiedChain, VerifyChainError};
use principal::Principal;
use provider_rustcrypto::RustCryptoProvider;
use public_key::BlsPublicKey;
use request::{AllowedTargets, Policy, Schemes};
use signature::Claim;
use time::Timestamp;

use crate::moment;
use crate::options::{Preset, with_hint};
use crate::output::{Record, Value, Verdict};
use crate::view::key;

/// Returns the links of a chain, each with who hands on to whom.
pub(crate) fn links(chain: &DelegationChain<'_>, now: Timestamp, policy: Policy) -> Value {
    let mut signer = chain.root_key();
    let mut records = Vec::new();
    for link in chain.links() {
        records.push(describe(link, signer, now, policy));
        signer = link.delegation().public_key();
    }
    Value::Records("link", records)
}

fn describe(link: &SignedDelegation<'_>, signer: &[u8], now: Timestamp, policy: Policy) -> Record {
    let delegation = link.delegation();
    let record = Record::new()
        .with(
            "from",
            Value::Principal(Principal::self_authenticating(signer)),
        )
        .with(
            "to",
            Value::Record(key::summary(delegation.public_key(), policy)),
        )
        .time("expiration", delegation.expiration(), now);
    let record = match delegation.targets() {
        Some(targets) => record.noted("targets", targets_of(targets), "only these canisters"),
        None => record,
    };
    let record = match delegation.permissions() {
        Some(permissions) => record.with("permissions", Value::Name(permissions.name())),
        None => record,
    };
    record.with("signature", Value::bytes(link.signature()))
}

fn targets_of(targets: &Targets<'_>) -> Value {
    Value::principals(targets.iter())
}

/// Returns what a chain that holds allows, and until when.
pub(crate) fn allowed(chain: &VerifiedChain<'_>, now: Timestamp) -> Record {
    let record = Record::new()
        .with("calls", Value::Flag(!chain.queries_only()))
        .with("queries", Value::Flag(true));
    let record = match chain.targets() {
        AllowedTargets::Any => record.with("canisters", Value::Name("any")),
        AllowedTargets::Only(list) => {
            record.with("canisters", Value::principals(list.iter().copied()))
        }
    };
    match chain.expires_at() {
        Some(time) => record.time("until", time, now),
        None => record,
    }
}

/// Returns whether a chain holds, and adds to the record what it allows if it does.
pub(crate) fn judge(
    record: Record,
    chain: &DelegationChain<'_>,
    now: Timestamp,
    root_key: BlsPublicKey,
    preset: Preset,
) -> (Record, Verdict) {
    let provider = RustCryptoProvider::new();
    let under = |policy| Schemes::new(&provider, policy).with_root_key(Some(root_key));
    let schemes = under(preset.policy());
    match chain.verify(now, &schemes) {
        Ok(verified) => {
            let record = record.with("allows", Value::Record(allowed(&verified, now)));
            let why = match chain.links().len() {
                0 => "there are no delegations, so the key acts for itself".to_owned(),
                1 => "the delegation is signed and has not expired".to_owned(),
                count => format!("the {count} delegations are signed, and none has expired"),
            };
            (record, Verdict::valid(why))
        }
        Err(error) => {
            let hint = preset.hint(|policy| chain.verify(now, &under(policy)).is_ok());
            let why = with_hint(explain(error, chain, &schemes), hint);
            (record, Verdict::invalid(why))
        }
    }
}

/// Returns why a chain does not hold, for people: links counted from 1, times in UTC.
pub(crate) fn explain(
    error: VerifyChainError,
    chain: &DelegationChain<'_>,
    schemes: &Schemes<'_>,
) -> String {
    let number = |link: usize| link.saturating_add(1);
    match error {
        VerifyChainError::Expired {
            link,
            expiration,
            now,
        } => format!(
            "link {} expired at {}, {} before {}",
            number(link),
            moment::to_utc(expiration),
            moment::describe(now.since(expiration).unwrap_or(time::Lifetime::ZERO)),
            moment::to_utc(now)
        ),
        VerifyChainError::InvalidSignature { link } => {
            let why = reason(chain, link, schemes);
            format!(
                "link {} is not signed by the key before it{why}",
                number(link)
            )
        }
        VerifyChainError::RepeatedKey { link } => format!(
            "link {} is to a key that comes earlier in the chain",
            number(link)
        ),
        VerifyChainError::SubnetKey { link } => format!(
            "link {} is signed by a BLS12-381 key, which can only sign certificates",
            number(link)
        ),
        VerifyChainError::TooManyTargets { link, count } => format!(
            "link {} has {count} targets, at most {} are allowed",
            number(link),
            delegation::MAX_TARGETS
        ),
        error => error.to_string(),
    }
}

/// Returns what exactly is wrong with the signature of a link.
fn reason(chain: &DelegationChain<'_>, link: usize, schemes: &Schemes<'_>) -> String {
    let Some(signed) = chain.links().get(link) else {
        return String::new();
    };
    let before = link
        .checked_sub(1)
        .and_then(|before| chain.links().get(before));
    let key = before.map_or_else(|| chain.root_key(), |link| link.delegation().public_key());
    let payload = signed.delegation().signing_payload();
    let claim = Claim {
        key,
        message: &[&payload],
        signature: signed.signature(),
    };
    match schemes.check(claim) {
        Ok(()) => String::new(),
        Err(error) => format!(": {error}"),
    }
}
