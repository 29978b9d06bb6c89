//! Which cases are made of a certificate.

use serde_json::Value;

use super::table::{ELSEWHERE, Known};
use super::{Certificate, base, canister_id};
use crate::hex;

/// One case: questions that differ in one thing, and one expectation for all.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) clauses: &'static [&'static str],
    pub(super) expected: Expected,
    vary: Vary,
    ranges: &'static [&'static str],
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// Accepted, and these fields of the output are known.
    Accept {
        output: &'static [(&'static str, &'static str)],
    },
    /// Accepted with one of the values of `ranges`, tried in order.
    AcceptEither,
    /// Rejected, whatever the reason.
    Reject,
}

impl Expected {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Accept { .. } | Self::AcceptEither => "accept",
            Self::Reject => "reject",
        }
    }
}

/// What is changed in the questions of a case.
#[derive(Clone, Copy, Debug)]
enum Vary {
    Nothing,
    /// Another canister is asked for.
    Canister,
    /// Another root key is trusted.
    RootKey,
    /// One bit of one byte of the certificate, for every byte.
    EveryByte,
}

/// Returns the cases of a file of the table.
pub(super) fn of_known(known: &'static Known) -> Vec<Plan> {
    let mut plans = Plans::new(format!("mainnet/{}", known.name.replace('_', "-")));
    if let Some((ranges, output)) = &known.verifies {
        let ranges = core::slice::from_ref(ranges);
        let title = format!("Verifies for its canister with {} ranges", ranges.concat());
        let expected = Expected::Accept { output };
        plans.add(
            "verifies",
            &title,
            &VERIFIES,
            expected,
            Vary::Nothing,
            ranges,
        );
        plans.add_negatives(ranges);
    }
    for ranges in known.fails {
        let slug = format!("not-with-{ranges}-ranges");
        let title = format!("Does not verify with {ranges} ranges");
        let ranges = core::slice::from_ref(ranges);
        plans.add(
            &slug,
            &title,
            &["SDEL-7"],
            Expected::Reject,
            Vary::Nothing,
            ranges,
        );
    }
    plans.plans
}

/// Returns the cases of a file that somebody captured.
pub(super) fn of_captured(name: &str) -> Vec<Plan> {
    let mut plans = Plans::new(format!("mainnet/captured/{name}"));
    let title = "Verifies for its canister with sharded or else with flat ranges";
    let both = &["sharded", "flat"];
    plans.add(
        "verifies",
        title,
        &VERIFIES,
        Expected::AcceptEither,
        Vary::Nothing,
        both,
    );
    plans.add_negatives(both);
    plans.plans
}

/// The clauses that stand behind a certificate that verifies.
const VERIFIES: [&str; 3] = ["CERT-2", "SDEL-3", "SDEL-7"];

/// The cases of one file, under construction.
struct Plans {
    prefix: String,
    plans: Vec<Plan>,
}

impl Plans {
    const fn new(prefix: String) -> Self {
        Self {
            prefix,
            plans: Vec::new(),
        }
    }

    fn add(
        &mut self,
        slug: &str,
        title: &str,
        clauses: &'static [&'static str],
        expected: Expected,
        vary: Vary,
        ranges: &'static [&'static str],
    ) {
        let (id, title) = (format!("{}/{slug}", self.prefix), title.to_owned());
        self.plans.push(Plan {
            id,
            title,
            clauses,
            expected,
            vary,
            ranges,
        });
    }

    /// Adds what must fail for every certificate that verifies.
    fn add_negatives(&mut self, ranges: &'static [&'static str]) {
        let title = "Does not verify for a canister of another subnet";
        self.add(
            "other-canister",
            title,
            &["SDEL-7"],
            Expected::Reject,
            Vary::Canister,
            ranges,
        );
        let title = "Does not verify under another root key";
        self.add(
            "other-root-key",
            title,
            &["ROOT-1"],
            Expected::Reject,
            Vary::RootKey,
            ranges,
        );
        let title = "Does not verify with any byte changed";
        self.add(
            "every-byte",
            title,
            &["CERT-2"],
            Expected::Reject,
            Vary::EveryByte,
            ranges,
        );
    }
}

impl Plan {
    /// Returns the questions, each with a note on what it is.
    pub(super) fn questions(&self, certificate: &Certificate) -> Vec<(String, Value)> {
        let Certificate { bytes, canister } = certificate;
        let mut questions = Vec::new();
        for ranges in self.ranges {
            match self.vary {
                Vary::Nothing => {
                    questions.push((format!("{ranges} ranges"), base(bytes, canister, ranges)));
                }
                Vary::Canister => {
                    let other = canister_id(ELSEWHERE).unwrap_or_default();
                    questions.push((format!("for {ELSEWHERE}"), base(bytes, &other, ranges)));
                }
                Vary::RootKey => {
                    let mut input = base(bytes, canister, ranges);
                    if let Some(key) = input.get_mut("root_key") {
                        *key = Value::String(hex::encode(&another_root_key()));
                    }
                    questions.push(("under another root key".to_owned(), input));
                }
                Vary::EveryByte => {
                    for position in 0..bytes.len() {
                        let mut changed = bytes.clone();
                        if let Some(byte) = changed.get_mut(position) {
                            *byte ^= 1;
                        }
                        let note = format!("with the lowest bit of byte {position} changed");
                        questions.push((note, base(&changed, canister, ranges)));
                    }
                }
            }
        }
        questions
    }
}

/// Returns a valid root key whose secret is not that of the network: DER.
fn another_root_key() -> Vec<u8> {
    let seed = model::crypto::test_seed("mainnet/another-root");
    let mut der = hex::decode(super::ROOT_KEY).unwrap_or_default();
    let key = model::crypto::bls_public_key(&seed);
    der.truncate(der.len().saturating_sub(key.len()));
    der.extend_from_slice(&key);
    der
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mainnet::table::KNOWN;

    #[test]
    fn the_cases_of_the_table_have_ids_of_their_own() {
        let ids: Vec<_> = KNOWN
            .iter()
            .flat_map(of_known)
            .map(|plan| plan.id)
            .collect();
        assert_eq!(ids.len(), 13);
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), ids.len());
        assert_eq!(ids[0], "mainnet/ivg37-time/verifies");
    }

    #[test]
    fn every_byte_is_changed_once_per_kind_of_ranges() {
        let certificate = Certificate {
            bytes: vec![0, 255],
            canister: vec![1],
        };
        let plan = of_known(&KNOWN[0])
            .into_iter()
            .find(|plan| plan.id.ends_with("every-byte"))
            .unwrap();
        let questions = plan.questions(&certificate);
        let bytes: Vec<_> = questions
            .iter()
            .map(|(_, input)| input["certificate"].as_str().unwrap())
            .collect();
        assert_eq!(bytes, ["01ff", "00fe"]);
    }

    #[test]
    fn the_other_root_key_has_the_form_of_a_root_key() {
        let key = another_root_key();
        assert_eq!(key.len(), 133);
        assert_ne!(hex::encode(&key), super::super::ROOT_KEY);
    }
}
