//! An executable reading of the interface specification, with named mistakes.
//!
//! [`run`] takes an operation of the adapter protocol and its input and says what the text demands:
//! an answer, or the set of clauses the input violates. Told to make one *fault* (`"PRIN-17/off"`),
//! it behaves like an implementation with exactly that mistake. A vector on which the two differ
//! *kills* the fault; this is how the suite proves that its vectors can tell right from wrong.
//!
//! The model is slow and obvious on purpose, and shares no code with the crates under test: not
//! their parsers, and not their cryptographic libraries.
//!
//! # Example
//!
//! ```
//! use icid_model::{Outcome, run};
//! use serde_json::json;
//!
//! let input = json!({"text": "fm77e-bvlzu-aq"}); // one letter of the checksum changed
//! assert_eq!(run("principal.decode_text", &input, None), Outcome::reject("PRIN-17"));
//! let output = json!({"bytes": "abcd01"});
//! assert_eq!(run("principal.decode_text", &input, Some("PRIN-17/off")), Outcome::Ok(output));
//! ```
//!
//! # Specification
//!
//! Interface specification 0.66.0; the clauses are in `spec/requirements`.
//!
//! # Deviations
//!
//! Where the text is silent the model answers as the preset says (`policy` of the input).

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod cbor;
pub mod crypto;
pub mod input;
pub mod value;

mod cborcheck;
pub mod certificate;
mod context;
pub mod csig;
pub mod deleg;
pub mod env;
pub mod hashtree;
pub mod ii;
mod prin;
pub mod querysig;
mod readstate;
mod reqid;
pub mod sig;
mod sinfo;
mod state;

use serde_json::Value;

pub use context::{Context, Outcome, Preset, Stop, Verdict, Violations};

/// The function behind one operation.
type Operation = fn(&Context<'_>, &Value) -> Verdict;

/// What a family module offers: its operations and the faults it implements.
type Family = (
    &'static [(&'static str, Operation)],
    &'static [&'static str],
);

/// The families.
const FAMILIES: &[Family] = &[
    (prin::OPERATIONS, prin::FAULTS),
    (cborcheck::OPERATIONS, cborcheck::FAULTS),
    (reqid::OPERATIONS, reqid::FAULTS),
    (certificate::OPERATIONS, certificate::FAULTS),
    (hashtree::OPERATIONS, hashtree::FAULTS),
    (state::OPERATIONS, state::FAULTS),
    (sig::OPERATIONS, sig::FAULTS),
    (csig::OPERATIONS, csig::FAULTS),
    (deleg::OPERATIONS, deleg::FAULTS),
    (sinfo::OPERATIONS, sinfo::FAULTS),
    (env::OPERATIONS, env::FAULTS),
    (readstate::OPERATIONS, readstate::FAULTS),
    (querysig::OPERATIONS, querysig::FAULTS),
    (ii::OPERATIONS, ii::FAULTS),
    (ii::storage::OPERATIONS, ii::storage::FAULTS),
];

/// Every fault the model can make, family by family.
pub const FAULTS: &[&str] = &concatenated();

/// Runs `op` on `input`, making the mistake `fault` if one is named.
///
/// `input` is the `input` object of the adapter protocol. An unknown operation is
/// [`Outcome::Unsupported`]; malformed input and an unknown fault are [`Outcome::Error`].
#[must_use]
pub fn run(op: &str, input: &Value, fault: Option<&str>) -> Outcome {
    if let Some(fault) = fault
        && !FAULTS.contains(&fault)
    {
        return Outcome::Error(format!("unknown fault {fault}"));
    }
    let operations = FAMILIES
        .iter()
        .flat_map(|(operations, _)| operations.iter());
    let Some((_, operation)) = operations.into_iter().find(|(name, _)| *name == op) else {
        return Outcome::Unsupported;
    };
    let preset = match input.get("policy").map(Value::as_str) {
        None | Some(Some("spec")) => Preset::Spec,
        Some(Some("replica")) => Preset::Replica,
        Some(_) => return Outcome::Error("policy must be spec or replica".to_owned()),
    };
    operation(&Context::new(fault, preset), input).into()
}

/// The operations the model knows, sorted by family.
#[must_use]
pub fn operations() -> Vec<&'static str> {
    let operations = FAMILIES
        .iter()
        .flat_map(|(operations, _)| operations.iter());
    operations.map(|(name, _)| *name).collect()
}

const FAULT_COUNT: usize = {
    let (mut total, mut families) = (0, FAMILIES);
    while let [(_, faults), rest @ ..] = families {
        total += faults.len();
        families = rest;
    }
    total
};

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a compile-time error if it fails"
)]
const fn concatenated() -> [&'static str; FAULT_COUNT] {
    let mut all = [""; FAULT_COUNT];
    let (mut next, mut families) = (0, FAMILIES);
    while let [(_, faults), rest @ ..] = families {
        let mut faults = *faults;
        while let [fault, more @ ..] = faults {
            all[next] = fault;
            next += 1;
            faults = more;
        }
        families = rest;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_unique_and_named_after_clauses() {
        let mut seen = alloc::collections::BTreeSet::new();
        for fault in FAULTS {
            assert!(seen.insert(fault), "{fault} is listed twice");
            assert!(
                fault
                    .split_once('/')
                    .is_some_and(|(clause, id)| { clause.contains('-') && !id.is_empty() })
            );
        }
    }

    #[test]
    fn operations_are_unique() {
        let mut all = operations();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn rejects_unknown_operations_faults_and_policies() {
        assert_eq!(run("no.such", &json!({}), None), Outcome::Unsupported);
        let input = json!({"bytes": "04"});
        assert_eq!(
            run("principal.classify", &input, Some("PRIN-0/off")),
            Outcome::Error("unknown fault PRIN-0/off".to_owned())
        );
        let input = json!({"bytes": "04", "policy": "lenient"});
        assert_eq!(
            run("principal.classify", &input, None),
            Outcome::Error("policy must be spec or replica".to_owned())
        );
    }
}
