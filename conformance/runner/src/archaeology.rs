//! The topic "archaeology": published images of Internet Identity's stable memory.
//!
//! They are no vectors: people's labels are in them, so they are read from a folder at run time.
//! Without the folder every case is counted as skipped, by name.

mod table;

use std::fs;
use std::path::Path;

use model::ii::storage::image::Image;
use serde_json::{Map, Value, json};

use crate::glob::Filter;
use crate::hex;
use crate::judge;
use crate::outcome::{Outcome, Standing};
use crate::protocol::{Hello, Reply};
use crate::real::RealCase;
use crate::run::{Options, Progress};
use crate::session::{Broken, Exchanged, Session};

use table::{CANISTER, Device, Known};

/// The name of the topic.
pub(crate) const TOPIC: &str = "archaeology";

const DECODE: &str = "ii.storage_decode";
const MIGRATE: &str = "ii.storage_migrate";

/// The versions that images are brought to.
const TARGETS: [u64; 6] = [3, 5, 6, 7, 8, 9];

/// Returns all cases as not run.
pub(crate) fn not_run(options: &Options, why: &str) -> Vec<RealCase> {
    let plans = selected(options, &table::KNOWN).into_iter();
    plans
        .map(|plan| plan.without(Outcome::NotRun, why))
        .collect()
}

/// Asks all cases for which there are images. The second value is set if the adapter broke.
pub(crate) fn run(
    session: &mut Session<'_>,
    hello: &Hello,
    options: &Options,
    progress: &mut dyn Progress,
) -> (Vec<RealCase>, Option<String>) {
    ask_all(session, hello, options, progress, &table::KNOWN)
}

fn ask_all(
    session: &mut Session<'_>,
    hello: &Hello,
    options: &Options,
    progress: &mut dyn Progress,
    images: &'static [Known],
) -> (Vec<RealCase>, Option<String>) {
    let mut done = Vec::new();
    let mut broken = None;
    for plan in selected(options, images) {
        let case = match (&options.data, &broken) {
            (_, Some(_)) => plan.without(Outcome::NotRun, "the adapter is broken"),
            (None, None) => plan.without(Outcome::Skipped, "no old images: give --data DIR"),
            (Some(data), None) => {
                let missing = plan.ops().into_iter().find(|op| !hello.offers(op));
                match (missing, plan.known.read(data)) {
                    (Some(op), _) => {
                        let why = format!("the adapter does not offer {op}");
                        plan.without(Outcome::NotRun, &why)
                    }
                    (None, Err((outcome, why))) => plan.without(outcome, &why),
                    (None, Ok(memory)) => match plan.ask(session, &memory, options) {
                        Ok(case) => case,
                        Err(Broken(reason)) => {
                            broken = Some(reason);
                            plan.without(Outcome::NotRun, "the adapter is broken")
                        }
                    },
                }
            }
        };
        let is_good = case.outcome.standing(true) != Standing::Failed;
        progress.asked(TOPIC, 0, 0, is_good);
        done.push(case);
    }
    // A last answer too many cannot be blamed any more; the session ends here.
    drop(session.finish());
    (done, broken)
}

/// The cases, without what the filter or the options leave out.
fn selected(options: &Options, images: &'static [Known]) -> Vec<Plan> {
    let filter = Filter::new(options.filter.as_deref());
    let is_wanted = options.mainnet && options.about.is_none();
    let all = images.iter().flat_map(plans);
    all.filter(|plan| is_wanted && filter.matches(&plan.id()))
        .collect()
}

fn plans(known: &'static Known) -> Vec<Plan> {
    let mut asks = vec![Ask::Reads];
    asks.extend(known.user.map(|_| Ask::User));
    asks.extend(TARGETS.map(Ask::Migrates));
    asks.into_iter().map(|ask| Plan { known, ask }).collect()
}

/// One case.
#[derive(Clone, Copy, Debug)]
struct Plan {
    known: &'static Known,
    ask: Ask,
}

/// What is asked about an image.
#[derive(Clone, Copy, Debug)]
enum Ask {
    /// Which anchors and devices are in it?
    Reads,
    /// Who is the user of a known anchor at a known origin?
    User,
    /// What does it become in this version, and is everything still there?
    Migrates(u64),
}

impl Known {
    /// The image as the protocol has it, or the outcome of the cases without it, and why.
    fn read(&self, data: &Path) -> Result<Value, (Outcome, String)> {
        let name = self.file;
        let bytes = fs::read(data.join("stable-memory").join(name)).map_err(|error| {
            let why = format!("cannot read stable-memory/{name}: {error}");
            (Outcome::Skipped, why)
        })?;
        let digest = hex::digest(&bytes);
        if digest != self.sha256 {
            let why = format!("stable-memory/{name} is another file: its SHA-256 is {digest}");
            return Err((Outcome::Inconclusive, why));
        }
        let mut image = Image::new(0);
        image.write(0, &bytes);
        Ok(image.to_json())
    }
}

/// What is wrong with an answer, and the answer.
type Wrong = (Outcome, String, Option<Value>);

impl Plan {
    fn id(self) -> String {
        let slug = match self.ask {
            Ask::Reads => "reads".to_owned(),
            Ask::User => "user".to_owned(),
            Ask::Migrates(to) => format!("migrates-to-v{to}"),
        };
        format!("{TOPIC}/{}/{slug}", self.known.name)
    }

    fn title(self) -> String {
        let Known { what, anchors, .. } = self.known;
        match (self.ask, self.known.user) {
            (Ask::User, Some((anchor, origin, _))) => {
                format!("The user of anchor {anchor} of {what} at {origin}")
            }
            (Ask::Reads | Ask::User, _) => match anchors {
                [_] => format!("The anchor in {what}, with all devices"),
                anchors => format!("All {} anchors in {what}, with all devices", anchors.len()),
            },
            (Ask::Migrates(to), _) => format!("Everything in {what}, brought to version {to}"),
        }
    }

    fn clauses(self) -> Vec<&'static str> {
        match self.ask {
            Ask::Reads => vec!["II-STORE-8", "II-ANCHOR-2", "II-ANCHOR-14"],
            Ask::User => vec!["II-SEED-1", "II-SEED-7"],
            Ask::Migrates(_) => vec!["II-STORE-24", "II-STORE-25", "II-STORE-28"],
        }
    }

    fn ops(self) -> Vec<&'static str> {
        match self.ask {
            Ask::Reads => vec![DECODE],
            Ask::User => vec!["ii.user_key", "ii.seed", DECODE],
            Ask::Migrates(_) => vec![MIGRATE, DECODE],
        }
    }

    fn without(self, outcome: Outcome, why: &str) -> RealCase {
        RealCase {
            topic: TOPIC,
            op: self.ops().first().copied().unwrap_or(DECODE),
            id: self.id(),
            title: self.title(),
            clauses: self.clauses(),
            expected: "accept",
            requests: 0,
            outcome,
            detail: Some(why.to_owned()),
            got: None,
        }
    }

    fn ask(
        self,
        session: &mut Session<'_>,
        memory: &Value,
        options: &Options,
    ) -> Result<RealCase, Broken> {
        let mut asker = Asker {
            session,
            options,
            requests: 0,
        };
        let verdict = match self.ask {
            Ask::Reads => self.reads(&mut asker, memory)?,
            Ask::User => self.user(&mut asker, memory)?,
            Ask::Migrates(to) => Self::migrates(&mut asker, memory, to)?,
        };
        let requests = asker.requests;
        Ok(match verdict {
            Ok(()) => RealCase {
                requests,
                detail: None,
                ..self.without(Outcome::Pass, "")
            },
            Err((outcome, why, got)) => RealCase {
                requests,
                got,
                ..self.without(outcome, &why)
            },
        })
    }

    /// Judges the answer by what is known of the image, then by the model's, which knows all of it.
    fn reads(self, asker: &mut Asker<'_, '_>, memory: &Value) -> Result<Result<(), Wrong>, Broken> {
        let input = json!({ "memory": memory });
        let output = match asker.ask(DECODE, &input)? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let wrong = |why: String| Err((Outcome::FailOutput, why, None));
        if let Err(why) = self.known.holds(&output) {
            return Ok(wrong(why));
        }
        Ok(match model::run(DECODE, &input, None) {
            model::Outcome::Ok(model) if model == output => Ok(()),
            model::Outcome::Ok(_) => wrong("another device, or another order".to_owned()),
            _ => Err((
                Outcome::Inconclusive,
                "the model can't read the image".to_owned(),
                None,
            )),
        })
    }

    fn user(self, asker: &mut Asker<'_, '_>, memory: &Value) -> Result<Result<(), Wrong>, Broken> {
        let Some((anchor, origin, principal)) = self.known.user else {
            return Ok(Ok(()));
        };
        let output = match asker.ask(DECODE, &json!({ "memory": memory }))? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let input =
            json!({ "salt": output.get("salt"), "anchor": anchor.to_string(), "origin": origin });
        let output = match asker.ask("ii.seed", &input)? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let input = json!({ "canister_id": CANISTER, "seed": output.get("seed") });
        let output = match asker.ask("ii.user_key", &input)? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let found = output.get("principal").and_then(Value::as_str);
        let found = found.map(text_of).unwrap_or_default();
        if found == principal {
            return Ok(Ok(()));
        }
        let why = format!("the user is {found}, not {principal}");
        Ok(Err((Outcome::FailOutput, why, None)))
    }

    fn migrates(
        asker: &mut Asker<'_, '_>,
        memory: &Value,
        to: u64,
    ) -> Result<Result<(), Wrong>, Broken> {
        let question = json!({ "memory": memory, "to": to });
        let output = match asker.ask(MIGRATE, &question)? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let mut judged = question.as_object().cloned().unwrap_or_default();
        let answer = output.get("memory").cloned().unwrap_or_default();
        judged.insert("answer".to_owned(), answer.clone());
        let wrong = |why: &str| Err((Outcome::FailOutput, why.to_owned(), None));
        match model::run("ii.migrates", &Value::Object(judged), None) {
            model::Outcome::Ok(_) => {}
            model::Outcome::Reject(clauses) => {
                let clauses: Vec<_> = clauses.into_iter().collect();
                return Ok(wrong(&format!("the image violates {}", clauses.join(", "))));
            }
            _ => return Ok(wrong("the answer is no image")),
        }
        // The adapter reads what it wrote, and finds what it found before.
        let mut read = |memory: &Value| asker.ask(DECODE, &json!({ "memory": memory }));
        let before = match read(memory)? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let after = match read(&answer)? {
            Ok(output) => output,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let without_version = |output: Value| {
            let mut output = output.as_object().cloned().unwrap_or_default();
            output.remove("version");
            output
        };
        if without_version(before) == without_version(after) {
            Ok(Ok(()))
        } else {
            Ok(wrong("the migrated image reads otherwise"))
        }
    }
}

/// Asks questions and counts them.
struct Asker<'a, 's> {
    session: &'a mut Session<'s>,
    options: &'a Options,
    requests: usize,
}

impl Asker<'_, '_> {
    /// The output, or what is wrong with the answer.
    fn ask(&mut self, op: &str, input: &Value) -> Result<Result<Value, Wrong>, Broken> {
        let exchange = self.session.ask(op, input, self.options.timeout)?;
        self.requests += 1;
        let got = match &exchange.result {
            Exchanged::Reply(reply) => Some(judge::in_protocol(reply)),
            _ => None,
        };
        Ok(match &exchange.result {
            Exchanged::Reply(Reply::Ok(output)) => Ok(output.clone()),
            Exchanged::Reply(Reply::Reject { .. }) => {
                Err((Outcome::FailRejects, format!("rejected by {op}"), got))
            }
            Exchanged::Reply(Reply::Unsupported(why)) => {
                Err((Outcome::Unsupported, format!("{op}: {why}"), got))
            }
            Exchanged::Reply(Reply::Error(message)) => {
                Err((Outcome::Error, format!("{op}: {message}"), got))
            }
            other => {
                let judgement = judge::without_answer(other);
                let detail = judgement.detail.unwrap_or_default();
                Err((judgement.outcome, format!("{op}: {detail}"), got))
            }
        })
    }
}

impl Known {
    /// Holds an answer against what is known, without any label.
    fn holds(&self, output: &Value) -> Result<(), String> {
        for (name, value) in [
            ("version", json!(1)),
            ("id_range", json!(self.id_range)),
            ("salt", json!(self.salt)),
        ] {
            if output.get(name) != Some(&value) {
                return Err(format!("{name} is not {value}"));
            }
        }
        let none = Vec::new();
        let anchors = output
            .get("anchors")
            .and_then(Value::as_array)
            .unwrap_or(&none);
        if anchors.len() != self.anchors.len() {
            return Err(format!(
                "{} anchors, not {}",
                anchors.len(),
                self.anchors.len()
            ));
        }
        let mut phrases = 0;
        for ((number, anchor), known) in (self.first..).zip(anchors).zip(self.anchors) {
            if anchor.get("anchor") != Some(&json!(number.to_string())) {
                return Err(format!("anchor {number} is missing or out of order"));
            }
            let devices = anchor
                .get("devices")
                .and_then(Value::as_array)
                .unwrap_or(&none);
            let found: Vec<_> = devices.iter().map(shape).collect();
            let wanted: Vec<_> = known
                .iter()
                .map(|(length, principal): &Device| (*length, (*principal).to_owned()))
                .collect();
            if found != wanted {
                return Err(format!("anchor {number} has other devices"));
            }
            let is_phrase = |device: &&Value| device.get("key_type") == Some(&json!("seed_phrase"));
            phrases += devices.iter().filter(is_phrase).count();
        }
        if phrases != self.phrases {
            return Err(format!("{phrases} recovery phrases, not {}", self.phrases));
        }
        Ok(())
    }
}

/// The length of a device's credential id, and the principal of its key.
fn shape(device: &Value) -> (Option<usize>, String) {
    let none = Map::new();
    let device = device.as_object().unwrap_or(&none);
    let text = |name: &str| device.get(name).and_then(Value::as_str);
    let length = text("credential_id").map(|id| id.len() / 2);
    let input = json!({ "spki": text("pubkey") });
    let principal = match model::run("principal.from_pubkey", &input, None) {
        model::Outcome::Ok(output) => output.get("bytes").and_then(Value::as_str).map(text_of),
        _ => None,
    };
    (length, principal.unwrap_or_default())
}

/// A principal in text form, from its bytes in hex.
fn text_of(bytes: &str) -> String {
    match model::run("principal.encode_text", &json!({ "bytes": bytes }), None) {
        model::Outcome::Ok(output) => {
            let text = output.get("text").and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
