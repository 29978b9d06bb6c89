//! Arguments that several commands have.

use clap::{Args, ValueEnum};
use principal::Principal;
use public_key::BlsPublicKey;
use request::Policy;
use time::Timestamp;

use crate::cli::Options;
use crate::failure::{Failure, malformed};
use crate::moment;

/// The time to judge by.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct At {
    /// The time to judge by, in RFC 3339 or in nanoseconds since 1970; the present if left out
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<Timestamp>,
}

impl At {
    pub(crate) fn now(self) -> Timestamp {
        self.at.unwrap_or_else(moment::present)
    }
}

/// The root of trust.
#[derive(Args, Clone, Debug)]
pub(crate) struct RootKey {
    /// The root key in DER, or its 96 bytes; that of the public network if left out
    #[arg(long, value_name = "KEY")]
    root_key: Option<String>,
}

impl RootKey {
    /// Returns the key, and what to call it.
    pub(crate) fn read(&self, options: &Options) -> Result<(BlsPublicKey, String), Failure> {
        let Some(argument) = &self.root_key else {
            return Ok((BlsPublicKey::MAINNET_ROOT, MAINNET.to_owned()));
        };
        let input = options.read(argument)?;
        let key = match <[u8; BlsPublicKey::LENGTH]>::try_from(input.bytes.as_slice()) {
            Ok(bytes) => BlsPublicKey::from_bytes(bytes),
            Err(_) => BlsPublicKey::from_der(&input.bytes)
                .map_err(|error| input.explain(malformed("a root key", error)))?,
        };
        let name = if key == BlsPublicKey::MAINNET_ROOT {
            MAINNET.to_owned()
        } else {
            format!("of subnet {}", key.principal())
        };
        Ok((key, name))
    }
}

const MAINNET: &str = "of the public network";

/// Which of two readings of the specification to follow.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Preset {
    /// The text of the interface specification, read strictly
    Spec,
    /// What deployed replicas accept
    Replica,
}

impl Preset {
    pub(crate) const fn policy(self) -> Policy {
        match self {
            Self::Spec => Policy::SPEC,
            Self::Replica => Policy::REPLICA,
        }
    }

    /// Returns a hint to try the other one if that accepts what this one refuses.
    pub(crate) fn hint(self, accepts: impl FnOnce(Policy) -> bool) -> Option<String> {
        let is_leniency = self == Self::Spec && accepts(Policy::REPLICA);
        is_leniency.then(|| "--policy replica, which accepts it as deployed replicas do".to_owned())
    }
}

/// Returns why something is refused, with what to try if there is something.
pub(crate) fn with_hint(why: String, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{why}; try {hint}"),
        None => why,
    }
}

/// Which reading of the specification.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Whose reading of the specification to follow
    #[arg(long = "policy", value_name = "PRESET", default_value = "spec")]
    pub(crate) preset: Preset,
}

/// Reads a principal that is an argument.
pub(crate) fn parse_principal(text: &str) -> Result<Principal, String> {
    Principal::from_text(text).map_err(|error| error.to_string())
}
