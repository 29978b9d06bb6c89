//! `icid ii`: who a person is at an application of Internet Identity.

use clap::Subcommand;
use internet_identity::seed::{Salt, Seed};
use principal::Principal;

use crate::cli::Options;
use crate::commands::storage;
use crate::failure::{Failure, malformed};
use crate::options::parse_principal;
use crate::output::{Record, Value};

/// The canister of Internet Identity on the public network.
///
/// Source: Internet Identity specification, "Identity design and data model".
const SERVICE: &str = "rdmx6-jaaaa-aaaaa-aaadq-cai";

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Derive the seed of an anchor or account at an origin
    Seed(Derivation),
    /// Derive the key and the principal of an anchor or account at an origin
    Principal {
        #[command(flatten)]
        derivation: Derivation,
        /// The canister that the service runs as
        #[arg(long, value_name = "ID", default_value = SERVICE, value_parser = parse_principal)]
        canister: Principal,
    },
}

#[derive(clap::Args, Debug)]
struct Derivation {
    /// The number of the anchor
    #[arg(long, value_name = "NUMBER", required_unless_present = "account")]
    anchor: Option<u64>,
    /// The number of an account that was added, in place of the anchor's own
    #[arg(long, value_name = "NUMBER", conflicts_with = "anchor")]
    account: Option<u64>,
    /// The origin of the application, with its scheme
    #[arg(long, value_name = "ORIGIN")]
    origin: String,
    /// The salt of the service: 32 bytes, a file, hexadecimal, base64, or -
    #[arg(long, value_name = "SALT", required_unless_present = "storage")]
    salt: Option<String>,
    /// A storage image of the service that has the salt
    #[arg(long, value_name = "IMAGE", conflicts_with = "salt")]
    storage: Option<String>,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    match &args.question {
        Question::Seed(derivation) => {
            let seed = derivation.seed(options)?;
            Ok(derivation
                .describe()
                .with("seed", Value::bytes(seed.as_bytes())))
        }
        Question::Principal {
            derivation,
            canister,
        } => {
            let seed = derivation.seed(options)?;
            let key = seed
                .user_key(*canister)
                .map_err(|error| malformed("a seed", error))?;
            Ok(derivation
                .describe()
                .with("canister", Value::Principal(*canister))
                .with("seed", Value::bytes(seed.as_bytes()))
                .with("key", Value::Bytes(key.to_der()))
                .with("principal", Value::Principal(key.principal())))
        }
    }
}

impl Derivation {
    fn seed(&self, options: &Options) -> Result<Seed, Failure> {
        let salt = self.salt(options)?;
        let seed = match (self.anchor, self.account) {
            (_, Some(account)) => Seed::of_account(&salt, account, &self.origin),
            (anchor, None) => Seed::of_anchor(&salt, anchor.unwrap_or_default(), &self.origin),
        };
        seed.map_err(|error| Failure::data(format!("there is no seed: {error}")))
    }

    fn salt(&self, options: &Options) -> Result<Salt, Failure> {
        if let Some(image) = &self.storage {
            let salt = storage::open(image)?.salt();
            return salt
                .and_then(|salt| Salt::new(*salt.as_bytes()))
                .ok_or_else(|| Failure::data("the image has no salt, so nobody signed in yet"));
        }
        let input = options.read(self.salt.as_deref().unwrap_or_default())?;
        let bytes = <[u8; Salt::LENGTH]>::try_from(input.bytes.as_slice()).map_err(|_| {
            let length = input.bytes.len();
            let expected = Salt::LENGTH;
            input.explain(Failure::data(format!(
                "a salt of {length} bytes, where {expected} are needed"
            )))
        })?;
        Salt::new(bytes).ok_or_else(|| {
            Failure::data("the salt is all zeros, which stands for one that is not drawn yet")
        })
    }

    fn describe(&self) -> Record {
        let record = Record::new()
            .maybe("anchor", self.anchor.map(Value::Natural))
            .maybe("account", self.account.map(Value::Natural));
        match remapped(&self.origin) {
            Some(legacy) => record.noted(
                "origin",
                Value::text(self.origin.as_str()),
                format!("the service's front end derives from {legacy} instead"),
            ),
            None => record.with("origin", Value::text(self.origin.as_str())),
        }
    }
}

/// Returns the origin that the front end of Internet Identity puts in the place of one below
/// `icp0.io`, so that people keep who they were below `ic0.app`.
///
/// Source: Internet Identity specification, as II-SEED-8 of the clause catalogue; with `.raw` as the
/// published front end has it.
fn remapped(origin: &str) -> Option<String> {
    let name = origin.strip_prefix("https://")?.strip_suffix(".icp0.io")?;
    let label = name.strip_suffix(".raw").unwrap_or(name);
    let is_word = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    let is_label = !label.is_empty() && label.chars().all(is_word);
    is_label.then(|| format!("https://{name}.ic0.app"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_origins_below_icp0_io_are_remapped() {
        let id = "rdmx6-jaaaa-aaaaa-aaadq-cai";
        for (origin, legacy) in [
            (
                format!("https://{id}.icp0.io"),
                Some(format!("https://{id}.ic0.app")),
            ),
            (
                format!("https://{id}.raw.icp0.io"),
                Some(format!("https://{id}.raw.ic0.app")),
            ),
            (format!("http://{id}.icp0.io"), None),
            (format!("https://{id}.icp0.io:443"), None),
            ("https://a.b.icp0.io".to_owned(), None),
            ("https://.icp0.io".to_owned(), None),
            ("https://example.com".to_owned(), None),
        ] {
            assert_eq!(remapped(&origin), legacy, "{origin}");
        }
    }
}
