//! Loading: each file by itself, then all against each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::file::{ExpectText, Test, VectorFile, Verdict};
use super::{Answer, Clause, Defect, Expect, Output, Policy, Suite, Texts, Vector};
use crate::outcome::Level;

const FORMAT: u64 = 1;
const SUITE: &str = "icid-conformance";

pub(super) fn load(texts: &Texts) -> Result<Suite, Defect> {
    let ClauseFile { families, clauses } = clauses(&texts.clauses)?;
    let by_clause: BTreeMap<_, _> = clauses
        .iter()
        .enumerate()
        .map(|(index, clause)| (clause.id.clone(), index))
        .collect();
    let level_of = |id: &str| Some(clauses.get(*by_clause.get(id)?)?.level);
    let mut spec = None;
    let mut vectors = Vec::new();
    for (name, text) in &texts.files {
        let file: VectorFile = parse(name, text)?;
        if file.format != FORMAT {
            let reason = format!("format {}, this program reads {FORMAT}", file.format);
            return Err(Defect::new(
                name.clone(),
                line_of(text, "\"format\""),
                reason,
            ));
        }
        if file.suite != SUITE {
            let reason = format!("suite {:?}, this program runs {SUITE:?}", file.suite);
            return Err(Defect::new(
                name.clone(),
                line_of(text, "\"suite\""),
                reason,
            ));
        }
        let first = spec.get_or_insert_with(|| file.spec.clone());
        if *first != file.spec {
            let reason = format!("spec {:?}, other files say {first:?}", file.spec);
            return Err(Defect::new(name.clone(), line_of(text, "\"spec\""), reason));
        }
        for test in &file.tests {
            let at = |reason: String| {
                let line = line_of(text, &format!("{:?}", test.id));
                Defect::new(name.clone(), line, format!("{}: {reason}", test.id))
            };
            vectors.push(vector(name, &file, test, &level_of).map_err(at)?);
        }
    }
    let suite = Suite {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        spec: spec.unwrap_or_default(),
        digest: digest(&texts.files),
        files: texts.files.len(),
        by_id: vectors
            .iter()
            .enumerate()
            .map(|(i, v): (_, &Vector)| (v.id.clone(), i))
            .collect(),
        vectors,
        clauses,
        policies: policies(&texts.policies)?,
        families: families.into_iter().map(|f| (f.family, f.title)).collect(),
        by_clause,
    };
    against_each_other(&suite, texts)?;
    Ok(suite)
}

fn vector(
    name: &str,
    file: &VectorFile,
    test: &Test,
    level_of: &dyn Fn(&str) -> Option<Level>,
) -> Result<Vector, String> {
    if test.clauses.is_empty() {
        return Err("names no clause".to_owned());
    }
    let mut level = Level::May;
    for clause in &test.clauses {
        let this = level_of(clause).ok_or_else(|| format!("unknown clause {clause}"))?;
        level = level.min(this);
    }
    let expect = expectation(&test.expect)?;
    if let Expect::Reject { clause, also } = &expect {
        if !test.clauses.contains(clause) {
            return Err(format!(
                "the violated clause {clause} is not among its clauses"
            ));
        }
        if let Some(unknown) = also.iter().find(|clause| level_of(clause).is_none()) {
            return Err(format!("unknown clause {unknown}"));
        }
        level = level_of(clause).unwrap_or(level);
        if test.twin.is_none() {
            return Err("a reject vector needs a twin".to_owned());
        }
    }
    for fault in &test.kills {
        let clause = fault.split_once('/').map(|(clause, _)| clause);
        if clause.and_then(level_of).is_none() {
            return Err(format!(
                "kills {fault:?}, which is no fault of a known clause"
            ));
        }
    }
    let note = |name: &String| match file.notes.get(name) {
        Some(note) => Ok((name.clone(), note.clone())),
        None => Err(format!("unknown note {name:?}")),
    };
    Ok(Vector {
        id: test.id.clone(),
        title: test.title.clone(),
        op: file.op.clone(),
        topic: file.topic.clone(),
        file: name.to_owned(),
        clauses: test.clauses.clone(),
        notes: test.notes.iter().map(note).collect::<Result<_, _>>()?,
        importance: test.importance,
        level,
        preset: test.preset.clone().filter(|preset| preset != "spec"),
        input: test.input.clone(),
        input_diag: test.input_diag.clone(),
        expect,
        twin: test.twin.clone(),
        mutation: test.mutation.clone(),
        kills: test.kills.clone(),
        provenance: test.provenance.clone(),
    })
}

/// Checks that the fields of an expectation belong to its verdict.
fn expectation(text: &ExpectText) -> Result<Expect, String> {
    let ExpectText {
        verdict,
        output,
        output_check,
        clause,
        also,
        policy,
        by_policy,
    } = text;
    let only = |fields: [(&str, bool); 3]| match fields.iter().find(|(_, present)| *present) {
        Some((name, _)) => Err(format!("{name} does not belong to this verdict")),
        None => Ok(()),
    };
    match verdict {
        Verdict::Accept => {
            only([
                ("clause", clause.is_some() || !also.is_empty()),
                ("policy", policy.is_some()),
                ("by_policy", by_policy.is_some()),
            ])?;
            match (output, output_check) {
                // The output is then an example, for readers.
                (_, Some(check)) => Ok(Expect::Accept(Output::Satisfies(*check))),
                (Some(output), None) => Ok(Expect::Accept(Output::Exactly(output.clone()))),
                (None, None) => Err("an accept vector needs an output".to_owned()),
            }
        }
        Verdict::Reject => {
            only([
                ("output", output.is_some() || output_check.is_some()),
                ("policy", policy.is_some()),
                ("by_policy", by_policy.is_some()),
            ])?;
            let clause = clause
                .clone()
                .ok_or("a reject vector names the violated clause")?;
            Ok(Expect::Reject {
                clause,
                also: also.clone(),
            })
        }
        Verdict::Either => {
            only([
                ("output", output.is_some()),
                ("output_check", output_check.is_some()),
                ("clause", clause.is_some() || !also.is_empty()),
            ])?;
            let (Some(policy), Some(by_policy)) = (policy, by_policy) else {
                return Err("an open vector names its policy and what each value means".to_owned());
            };
            let mut answers = BTreeMap::new();
            for (value, answer) in by_policy {
                let answer = answer_of(answer)
                    .ok_or_else(|| format!("by_policy/{value} is neither accept nor reject"))?;
                answers.insert(value.clone(), answer);
            }
            Ok(Expect::Either {
                policy: policy.clone(),
                by_policy: answers,
            })
        }
    }
}

/// Reads `"accept"`, `"reject"` or `{"verdict": …, "output": …}`.
fn answer_of(value: &Value) -> Option<Answer> {
    let (verdict, output) = match value {
        Value::String(verdict) => (verdict.as_str(), None),
        Value::Object(map) => (map.get("verdict")?.as_str()?, map.get("output").cloned()),
        _ => return None,
    };
    match verdict {
        "accept" => Some(Answer::Accept(output)),
        "reject" if output.is_none() => Some(Answer::Reject),
        _ => None,
    }
}

fn against_each_other(suite: &Suite, texts: &Texts) -> Result<(), Defect> {
    let at = |vector: &Vector, reason: String| {
        let text = texts.files.iter().find(|(name, _)| *name == vector.file);
        let id = format!("\"id\": {:?}", vector.id);
        let line = text.map_or(0, |(_, text)| line_of(text, &id));
        Defect::new(
            vector.file.clone(),
            line,
            format!("{}: {reason}", vector.id),
        )
    };
    let locked: BTreeSet<&str> = texts.ids.1.lines().filter(|line| is_id(line)).collect();
    let mut seen = BTreeSet::new();
    for vector in &suite.vectors {
        if !seen.insert(vector.id.as_str()) {
            return Err(at(vector, "the id is used twice".to_owned()));
        }
        if !locked.contains(vector.id.as_str()) {
            return Err(at(vector, format!("the id is not in {}", texts.ids.0)));
        }
        policy_is_known(suite, vector).map_err(|reason| at(vector, reason))?;
        let Some(twin) = &vector.twin else { continue };
        match suite.vector(twin) {
            None => return Err(at(vector, format!("the twin {twin} does not exist"))),
            Some(twin) if twin.op != vector.op => {
                return Err(at(
                    vector,
                    format!("the twin {} is of {}", twin.id, twin.op),
                ));
            }
            Some(twin) if twin.preset.is_some() && twin.preset != vector.preset => {
                return Err(at(
                    vector,
                    format!("the twin {} is of another preset", twin.id),
                ));
            }
            Some(twin) if !matches!(twin.expect, Expect::Accept(_)) => {
                return Err(at(
                    vector,
                    format!("the twin {} is no accept vector", twin.id),
                ));
            }
            Some(_) => {}
        }
    }
    match locked.iter().find(|id| !seen.contains(**id)) {
        None => Ok(()),
        Some(id) => {
            let line = line_of(&texts.ids.1, id);
            let reason = format!("{id} has no vector; ids are permanent");
            Err(Defect::new(texts.ids.0.clone(), line, reason))
        }
    }
}

/// Checks that an open question is in the catalogue, and each answer one of its values.
fn policy_is_known(suite: &Suite, vector: &Vector) -> Result<(), String> {
    let Expect::Either { policy, by_policy } = &vector.expect else {
        return Ok(());
    };
    if suite.policies.is_empty() {
        return Ok(());
    }
    let Some(known) = suite.policies.iter().find(|known| known.name == *policy) else {
        return Err(format!("unknown policy {policy}"));
    };
    match by_policy.keys().find(|value| !known.values.contains(value)) {
        Some(value) => Err(format!("{value} is no value of the policy {policy}")),
        None => Ok(()),
    }
}

/// Returns whether a line of `ids.lock` is an id: not empty, no comment.
fn is_id(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

/// The catalogue as exported for programs.
#[derive(Deserialize)]
struct ClauseFile {
    #[serde(default)]
    families: Vec<Family>,
    clauses: Vec<Clause>,
}

#[derive(Deserialize)]
struct Family {
    family: String,
    title: String,
}

fn clauses((name, text): &(String, String)) -> Result<ClauseFile, Defect> {
    let mut file: ClauseFile = parse(name, text)?;
    for clause in &mut file.clauses {
        if clause.family.is_empty() {
            clause.family = family_of(&clause.id).to_owned();
        }
        let id = clause.id.clone();
        for fault in &mut clause.faults {
            if !fault.id.contains('/') {
                fault.id = format!("{id}/{}", fault.id);
            }
        }
    }
    Ok(file)
}

/// Returns `SIG-ED` of `SIG-ED-5`.
fn family_of(clause: &str) -> &str {
    clause.rsplit_once('-').map_or(clause, |(family, _)| family)
}

fn policies((name, text): &(String, String)) -> Result<Vec<Policy>, Defect> {
    #[derive(Deserialize)]
    struct PolicyText {
        name: String,
        #[serde(default)]
        question: String,
        #[serde(default)]
        values: Vec<String>,
        #[serde(default)]
        clauses: Vec<String>,
    }
    let value: Value = parse(name, text)?;
    let list = match &value {
        Value::Object(map) => map.get("policy").or_else(|| map.get("policies")),
        list => Some(list),
    };
    let list: Vec<PolicyText> = Vec::deserialize(list.unwrap_or(&Value::Null))
        .map_err(|error| Defect::new(name.clone(), 0, error.to_string()))?;
    let checked = |policy: PolicyText| Policy {
        name: policy.name,
        question: policy.question,
        values: policy.values,
        clauses: policy.clauses,
    };
    Ok(list.into_iter().map(checked).collect())
}

fn parse<'a, T: Deserialize<'a>>(name: &str, text: &'a str) -> Result<T, Defect> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        // The position is in front already.
        let reason = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(reason, _)| reason);
        Defect::new(name.to_owned(), error.line(), reason.to_owned())
    })
}

/// Returns the number, from 1, of the first line that contains `needle`; 0 if none does.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines()
        .position(|line| line.contains(needle))
        .map_or(0, |index| index + 1)
}

fn digest(files: &[(String, String)]) -> String {
    let mut lines: Vec<_> = files.iter().map(|(name, text)| (name, text)).collect();
    lines.sort_unstable();
    let list: String = lines
        .iter()
        .map(|(name, text)| format!("{}  {name}\n", crate::hex::digest(text.as_bytes())))
        .collect();
    crate::hex::digest(list.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn defect(change: impl FnOnce(&mut Texts)) -> Defect {
        let mut texts = testing::texts();
        change(&mut texts);
        load(&texts).map(|suite| suite.digest).unwrap_err()
    }

    fn replace(texts: &mut Texts, from: &str, to: &str) {
        let (_, text) = &mut texts.files[0];
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
    }

    #[test]
    fn loads_a_good_suite() {
        let suite = load(&testing::texts()).unwrap();
        assert_eq!(
            suite.operations(),
            ["principal.decode_text", "principal.encode_text"]
        );
        assert_eq!(suite.vector("t/bad-checksum").unwrap().level, Level::Must);
    }

    #[test]
    fn names_file_line_and_reason_of_an_unknown_field() {
        let defect = defect(|texts| replace(texts, "\"mutation\":", "\"mutatoin\":"));
        let Defect { file, line, reason } = &defect;
        assert_eq!(file, "principal/decode_text/text.json");
        assert!(*line > 10, "{line}");
        assert!(reason.starts_with("unknown field `mutatoin`"), "{reason}");
        assert!(defect.to_string().starts_with(&format!("{file}:{line}: ")));
    }

    #[test]
    fn rejects_broken_json() {
        let defect = defect(|texts| texts.files[0].1.push('}'));
        assert_eq!(defect.reason, "trailing characters");
        assert!(defect.line > 1);
    }

    #[test]
    fn rejects_what_does_not_fit_together() {
        type Change = fn(&mut Texts);
        let cases: [(Change, &str); 12] = [
            (
                |t| replace(t, "\"principal.case\"", "\"principal.none\""),
                "t/upper: unknown policy principal.none",
            ),
            (
                |t| replace(t, "\"lenient\":", "\"relaxed\":"),
                "t/upper: relaxed is no value of the policy principal.case",
            ),
            (
                |t| replace(t, "\"twin\": \"t/abcd01\"", "\"twin\": \"t/replica\""),
                "t/bad-checksum: the twin t/replica is of another preset",
            ),
            (
                |t| replace(t, "\"format\": 1", "\"format\": 2"),
                "format 2, this program reads 1",
            ),
            (
                |t| replace(t, "t/abcd01\"", "t/new\""),
                "t/new: the id is not in ids.lock",
            ),
            (
                |t| t.ids.1.push_str("t/zzz\n"),
                "t/zzz has no vector; ids are permanent",
            ),
            (
                |t| replace(t, "\"twin\": \"t/abcd01\"", "\"twin\": \"t/none\""),
                "t/bad-checksum: the twin t/none does not exist",
            ),
            (
                |t| replace(t, "\"twin\": \"t/abcd01\"", "\"twin\": \"t/encode\""),
                "t/bad-checksum: the twin t/encode is of principal.encode_text",
            ),
            (
                |t| replace(t, "\"twin\": \"t/abcd01\"", "\"twin\": \"t/upper\""),
                "t/bad-checksum: the twin t/upper is no accept vector",
            ),
            (
                |t| replace(t, "\"clause\": \"PRIN-17\"", "\"clause\": \"PRIN-1\""),
                "t/bad-checksum: the violated clause PRIN-1 is not among its clauses",
            ),
            (
                |t| replace(t, "\"PRIN-17/off\"", "\"PRIN-99/off\""),
                "t/bad-checksum: kills \"PRIN-99/off\", which is no fault of a known clause",
            ),
            (
                |t| replace(t, "\"reject\",", "\"reject\", \"output\": {},"),
                "t/bad-checksum: output does not belong to this verdict",
            ),
        ];
        for (change, reason) in cases {
            assert_eq!(defect(change).reason, reason);
        }
    }

    #[test]
    fn the_digest_is_what_sha256sum_gives() {
        // printf 'a' > a.json; printf 'b' > b.json; sha256sum a.json b.json | sha256sum
        let files = [("b.json", "b"), ("a.json", "a")].map(|(n, t)| (n.to_owned(), t.to_owned()));
        assert_eq!(
            digest(&files),
            "42b8df7d402804294392835161e9f06653d83d1e1271435f2cc06292009fab90"
        );
    }
}
