//! The topic "mainnet": certificates that the real network signed.
//!
//! They are no vectors: they belong to whoever fetched them, so they are read from a folder at run
//! time. Without the folder every case is counted as skipped, by name.

pub(crate) mod capture;
mod cases;
mod table;

use std::fs;
use std::path::Path;

use model::cbor;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::glob::Filter;
use crate::hex;
use crate::judge;
use crate::outcome::{Outcome, Standing};
use crate::protocol::{Hello, Reply};
use crate::real::RealCase;
use crate::run::{Options, Progress};
use crate::session::{Broken, Exchanged, Session};

use cases::{Expected, Plan};
use table::{Known, ROOT_KEY};

/// The operation all cases ask for.
pub(crate) const OP: &str = "certificate.verify";

/// The name of the topic.
pub(crate) const TOPIC: &str = "mainnet";

/// Returns all known cases as not run.
pub(crate) fn not_run(options: &Options, why: &str) -> Vec<RealCase> {
    all(options, Outcome::NotRun, why)
}

fn all(options: &Options, outcome: Outcome, why: &str) -> Vec<RealCase> {
    let plans = table::KNOWN.iter().flat_map(cases::of_known);
    selected(options, plans)
        .map(|plan| plan.without(outcome, why))
        .collect()
}

/// Drops what the filter or the options leave out.
fn selected(options: &Options, plans: impl Iterator<Item = Plan>) -> impl Iterator<Item = Plan> {
    let filter = Filter::new(options.filter.as_deref());
    let is_wanted = options.mainnet && options.about.is_none();
    plans.filter(move |plan| is_wanted && filter.matches(&plan.id))
}

/// Asks all cases for which there are data. The second value is set if the adapter broke.
pub(crate) fn run(
    session: &mut Session<'_>,
    hello: &Hello,
    options: &Options,
    progress: &mut dyn Progress,
) -> (Vec<RealCase>, Option<String>) {
    let Some(data) = &options.data else {
        return (
            all(
                options,
                Outcome::Skipped,
                "no real certificates: give --data DIR",
            ),
            None,
        );
    };
    let folder = data.join("certificates");
    let mut done = Vec::new();
    let mut broken = None;
    let mut ask = |plans: Vec<Plan>, certificate: Result<&Certificate, (Outcome, String)>| {
        for plan in selected(options, plans.into_iter()) {
            let case = match (&certificate, &broken) {
                (_, Some(_)) => plan.without(Outcome::NotRun, "the adapter is broken"),
                (Err((outcome, why)), None) => plan.without(*outcome, why),
                (Ok(_), None) if !hello.offers(OP) => {
                    plan.without(Outcome::NotRun, &format!("the adapter does not offer {OP}"))
                }
                (Ok(certificate), None) => match plan.ask(session, certificate, options) {
                    Ok(case) => case,
                    Err(Broken(reason)) => {
                        broken = Some(reason);
                        plan.without(Outcome::NotRun, "the adapter is broken")
                    }
                },
            };
            let is_good = case.outcome.standing(true) != Standing::Failed;
            progress.asked(TOPIC, 0, 0, is_good);
            done.push(case);
        }
    };
    for known in &table::KNOWN {
        let certificate = known_file(&folder, known);
        ask(
            cases::of_known(known),
            certificate.as_ref().map_err(Clone::clone),
        );
    }
    for (name, certificate) in captured(&folder) {
        ask(
            cases::of_captured(&name),
            certificate.as_ref().map_err(Clone::clone),
        );
    }
    // A last answer too many cannot be blamed any more; the session ends here.
    drop(session.finish());
    (done, broken)
}

/// A certificate, or the outcome of the cases that cannot be asked without it, and why.
type Loaded = Result<Certificate, (Outcome, String)>;

/// A certificate as it came from the network.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    bytes: Vec<u8>,
    canister: Vec<u8>,
}

fn known_file(folder: &Path, known: &Known) -> Loaded {
    let name = format!("{}.bin", known.name);
    let body = fs::read(folder.join(&name)).map_err(|error| {
        (
            Outcome::Skipped,
            format!("cannot read certificates/{name}: {error}"),
        )
    })?;
    let digest = hex::digest(&body);
    if digest != known.sha256 {
        let why = format!("certificates/{name} is another file: its SHA-256 is {digest}");
        return Err((Outcome::Inconclusive, why));
    }
    certificate(&body, known.canister).map_err(|why| (Outcome::Inconclusive, why))
}

/// What a file was asked for; written by `capture`.
#[derive(Debug, Deserialize)]
struct Sidecar {
    canister: String,
}

/// Returns the files that have a sidecar, in the order of their names.
fn captured(folder: &Path) -> Vec<(String, Loaded)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let is_sidecar = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        is_sidecar.then(|| {
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned())
        })?
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    let load = |name: String| {
        let certificate = captured_file(folder, &name);
        (name, certificate)
    };
    names.into_iter().map(load).collect()
}

fn captured_file(folder: &Path, name: &str) -> Loaded {
    let missing = |file: &str, error: &dyn core::fmt::Display| {
        (
            Outcome::Skipped,
            format!("cannot read certificates/{file}: {error}"),
        )
    };
    let sidecar = format!("{name}.toml");
    let text = fs::read_to_string(folder.join(&sidecar)).map_err(|e| missing(&sidecar, &e))?;
    let sidecar: Sidecar = toml::from_str(&text).map_err(|e| missing(&sidecar, &e.message()))?;
    let body = format!("{name}.bin");
    let body = fs::read(folder.join(&body)).map_err(|e| missing(&body, &e))?;
    certificate(&body, &sidecar.canister).map_err(|why| (Outcome::Inconclusive, why))
}

/// Takes the certificate out of the body of a `read_state` response.
fn certificate(body: &[u8], canister: &str) -> Result<Certificate, String> {
    let item = cbor::decode(body).map_err(|_| "the body is not CBOR")?;
    let map = match &item {
        cbor::Item::Tag(cbor::SELF_DESCRIBED, map) => map,
        other => other,
    };
    let bytes = map.field("certificate").and_then(cbor::Item::as_bytes);
    let bytes = bytes
        .ok_or("the body has no byte string called certificate")?
        .to_vec();
    Ok(Certificate {
        bytes,
        canister: canister_id(canister)?,
    })
}

/// Reads a principal in text form.
pub(crate) fn canister_id(text: &str) -> Result<Vec<u8>, String> {
    match model::run("principal.decode_text", &json!({ "text": text }), None) {
        model::Outcome::Ok(output) => {
            let bytes = output
                .get("bytes")
                .and_then(Value::as_str)
                .and_then(hex::decode);
            bytes.ok_or_else(|| "the model gives no bytes".to_owned())
        }
        model::Outcome::Reject(clauses) => Err(format!(
            "{text:?} is no canister id: it violates {clauses:?}"
        )),
        model::Outcome::Error(message) => Err(message),
        model::Outcome::Unsupported => Err("the model has no principals".to_owned()),
    }
}

impl Plan {
    fn without(&self, outcome: Outcome, why: &str) -> RealCase {
        RealCase {
            topic: TOPIC,
            op: OP,
            id: self.id.clone(),
            title: self.title.clone(),
            clauses: self.clauses.to_vec(),
            expected: self.expected.name(),
            requests: 0,
            outcome,
            detail: Some(why.to_owned()),
            got: None,
        }
    }

    /// Asks all questions of the case. The first answer that is not as expected decides.
    fn ask(
        &self,
        session: &mut Session<'_>,
        certificate: &Certificate,
        options: &Options,
    ) -> Result<RealCase, Broken> {
        let mut case = RealCase {
            detail: None,
            ..self.without(Outcome::Pass, "")
        };
        let questions = self.questions(certificate);
        for (note, input) in &questions {
            let exchange = session.ask(OP, input, options.timeout)?;
            case.requests += 1;
            let (outcome, detail) = match (&exchange.result, &self.expected) {
                (Exchanged::Reply(Reply::Ok(output)), Expected::Accept { output: known }) => {
                    match known
                        .iter()
                        .find(|(name, value)| output.get(*name) != Some(&json!(value)))
                    {
                        None => (Outcome::Pass, None),
                        Some((name, value)) => {
                            (Outcome::FailOutput, Some(format!("{name} is not {value}")))
                        }
                    }
                }
                (Exchanged::Reply(Reply::Ok(_)), Expected::AcceptEither) => {
                    (Outcome::Pass, Some(format!("verifies with {note}")))
                }
                (Exchanged::Reply(Reply::Ok(_)), Expected::Reject) => {
                    (Outcome::FailAccepts, Some(note.clone()))
                }
                (Exchanged::Reply(Reply::Reject { .. }), Expected::Reject) => (Outcome::Pass, None),
                (Exchanged::Reply(Reply::Reject { .. }), Expected::AcceptEither)
                    if case.requests < questions.len() =>
                {
                    continue;
                }
                (Exchanged::Reply(Reply::Reject { .. }), _) => {
                    (Outcome::FailRejects, Some(note.clone()))
                }
                (Exchanged::Reply(Reply::Unsupported(why)), _) => {
                    (Outcome::Unsupported, Some(why.clone()))
                }
                (Exchanged::Reply(Reply::Error(message)), _) => {
                    (Outcome::Error, Some(format!("{note}: {message}")))
                }
                (other, _) => {
                    let judgement = judge::without_answer(other);
                    let detail = judgement.detail.unwrap_or_default();
                    (judgement.outcome, Some(format!("{note}: {detail}")))
                }
            };
            case.outcome = outcome;
            case.detail = detail.filter(|detail| !detail.is_empty());
            if let Exchanged::Reply(reply) = &exchange.result {
                case.got = Some(judge::in_protocol(reply));
            }
            if outcome != Outcome::Pass || matches!(self.expected, Expected::AcceptEither) {
                break;
            }
        }
        if questions.len() > 1 && case.outcome == Outcome::Pass && case.requests > 1 {
            case.got = None;
        }
        Ok(case)
    }
}

/// The input that all questions about a certificate vary.
fn base(certificate: &[u8], canister: &[u8], ranges: &str) -> Value {
    json!({
        "certificate": hex::encode(certificate),
        "root_key": ROOT_KEY,
        "scope": { "canister": hex::encode(canister) },
        "ranges": ranges,
    })
}

#[cfg(test)]
mod tests;
