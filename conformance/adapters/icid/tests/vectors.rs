//! Plays every vector of the suite in this process, with both providers.

use std::collections::BTreeSet;

use icid_adapter::Adapter;
use icid_adapter::Answer;
use icid_adapter::Provider;
use model::Outcome;
use serde_json::Value;
use serde_json::json;

/// What is wrong with an answer, one line for each vector.
struct Findings {
    played: usize,
    wrong: Vec<String>,
}

fn play(adapter: &Adapter) -> Findings {
    let mut findings = Findings {
        played: 0,
        wrong: Vec::new(),
    };
    let policies = declared_policies(adapter);
    for (path, text) in vectors::FILES {
        let file: Value = match serde_json::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                findings.wrong.push(format!("{path}: {error}"));
                continue;
            }
        };
        let op = text_of(&file, "op");
        for test in list_of(&file, "tests") {
            let id = text_of(test, "id");
            let mut input = test.get("input").cloned().unwrap_or_default();
            if let (Some(preset), Some(input)) = (test.get("preset"), input.as_object_mut()) {
                input.insert("policy".to_owned(), preset.clone());
            }
            let expect = test.get("expect").cloned().unwrap_or_default();
            let answer = adapter.answer(op, &input);
            findings.played += 1;
            if let Some(flaw) = flaw(op, &input, &expect, &answer, &policies) {
                findings.wrong.push(format!("{id}: {flaw}"));
            }
        }
    }
    findings
}

fn declared_policies(adapter: &Adapter) -> Value {
    let input = json!({"protocol": 1, "suite": "0.1.0", "spec": "0.66.0"});
    match adapter.answer("hello", &input) {
        Answer::Ok(hello) => hello.get("policies").cloned().unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Returns what is wrong with an answer.
fn flaw(
    op: &str,
    input: &Value,
    expect: &Value,
    answer: &Answer,
    policies: &Value,
) -> Option<String> {
    let verdict = text_of(expect, "verdict");
    match (verdict, answer) {
        ("accept", Answer::Ok(output)) if expect.get("output_check").is_some() => {
            judge(op, input, output)
        }
        ("accept", Answer::Ok(output)) if Some(output) == expect.get("output") => None,
        ("reject", Answer::Reject { clause, .. }) => {
            let named = core::iter::once(text_of(expect, "clause"))
                .chain(list_of(expect, "also").iter().filter_map(Value::as_str));
            let named: BTreeSet<&str> = named.collect();
            (!named.contains(clause)).then(|| format!("rejected for {clause}, not for {named:?}"))
        }
        // An open question is answered as the adapter declares.
        ("either", _) => {
            let declared = text_of(policies, text_of(expect, "policy"));
            let answers = expect.get("by_policy").cloned().unwrap_or_default();
            let declared = answers.get(declared).cloned().unwrap_or_default();
            match (text_of(&declared, "verdict"), answer) {
                ("accept", Answer::Ok(output)) if Some(output) == declared.get("output") => None,
                ("reject", Answer::Reject { .. }) => None,
                _ => Some(format!("declared {declared}, found {answer:?}")),
            }
        }
        _ => Some(format!("expected {expect}, found {answer:?}")),
    }
}

/// Where several outputs are right, an equation judges, which the model knows.
fn judge(op: &str, input: &Value, output: &Value) -> Option<String> {
    let (equation, member) = match op {
        "hashtree.prune" => ("hashtree.prunes", "tree"),
        "envelope.sign" => ("envelope.signs", "envelope"),
        "ii.storage_migrate" => ("ii.migrates", "memory"),
        _ => return Some(format!("{op} has no equation")),
    };
    let mut question = input.as_object().cloned().unwrap_or_default();
    let answer = output.get(member).cloned().unwrap_or_default();
    question.insert("answer".to_owned(), answer);
    let outcome = model::run(equation, &Value::Object(question), None);
    (outcome != Outcome::Ok(json!({}))).then(|| format!("{outcome:?} for {output}"))
}

fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list_of<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn assert_passes(provider: Provider) {
    let name = provider.name();
    let findings = play(&Adapter::new(provider));
    let ids = vectors::IDS_LOCK
        .lines()
        .filter(|line| !line.is_empty())
        .count();
    assert_eq!(findings.played, ids, "{name}: every vector is played");
    let wrong = &findings.wrong;
    assert!(
        wrong.is_empty(),
        "{name}: {} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_native_provider_passes_every_vector() {
    assert_passes(Provider::native());
}

#[test]
fn the_rustcrypto_provider_passes_every_vector() {
    assert_passes(Provider::rustcrypto());
}
