//! `ii.*`.

use internet_identity::seed::DeriveSeedError;
use internet_identity::seed::Salt;
use internet_identity::seed::Seed;
use principal::Principal;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::error;
use crate::input::hex;
use crate::input::number;
use crate::ops::Operation;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[
    ("ii.seed", anchor_seed),
    ("ii.account_seed", account_seed),
    ("ii.user_key", user_key),
];

fn anchor_seed(_: &dyn VerifySignature, input: &Value) -> Outcome {
    seed(input, "anchor", Seed::of_anchor)
}

fn account_seed(_: &dyn VerifySignature, input: &Value) -> Outcome {
    seed(input, "account", Seed::of_account)
}

/// Answers for both kinds of seeds, which differ in the name of the number.
fn seed(
    input: &Value,
    name: &str,
    derive: fn(&Salt, u64, &str) -> Result<Seed, DeriveSeedError>,
) -> Outcome {
    let fields = Fields::of_operation(input, &["salt", name, "origin"])?;
    fields.policy()?;
    let salt = fields.bytes("salt")?;
    let number = number(fields.required(name)?)?;
    let origin = fields.text("origin")?;
    let salt = salt_of(&salt)?;
    let seed =
        derive(&salt, number, origin).map_err(|error| Refusal::reject("II-SEED-4", error))?;
    Ok(json!({"seed": hex(seed.as_bytes())}))
}

// spec: II-SEED-2
fn salt_of(bytes: &[u8]) -> Result<Salt, Refusal> {
    let bytes = <[u8; Salt::LENGTH]>::try_from(bytes).map_err(|_| {
        let length = bytes.len();
        Refusal::reject("II-SEED-2", format_args!("salt of {length} bytes"))
    })?;
    Salt::new(bytes).ok_or_else(|| Refusal::reject("II-SEED-2", "salt of zeros"))
}

fn user_key(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["canister_id", "seed"])?;
    fields.policy()?;
    let seed = <[u8; Seed::LENGTH]>::try_from(fields.bytes("seed")?)
        .map_err(|_| error("a seed of Internet Identity has 32 bytes"))?;
    let seed = Seed::from_bytes(seed);
    let canister_id = Principal::from_slice(&fields.bytes("canister_id")?)
        .map_err(|error| Refusal::reject("PRIN-1", error))?;
    let key = seed
        .user_key(canister_id)
        .map_err(|error| Refusal::reject("II-SEED-7", error))?;
    Ok(json!({"spki": hex(&key.to_der()), "principal": hex(key.principal().as_bytes())}))
}
