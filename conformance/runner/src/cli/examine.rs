//! `adapter check`: does an adapter keep the protocol, whatever its library is worth?

use core::fmt::Write;
use core::time::Duration;

use serde_json::{Value, json};

use crate::judge;
use crate::protocol::{Hello, Reply};
use crate::run;
use crate::session::{Broken, Exchanged, Session, Shared};
use crate::suite::{Expect, Suite, Vector};
use crate::transport::Adapter;

/// How long a line an adapter has to bear, in bytes: a little less than the protocol's 16 MiB.
const LONG: usize = 15 << 20;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// For people, a line per check.
    pub(super) text: String,
    /// How many checks failed.
    pub(super) failed: usize,
}

impl Findings {
    fn note(&mut self, is_good: bool, what: &str) {
        let mark = if is_good { "✓" } else { "✗" };
        self.failed += usize::from(!is_good);
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{mark} {what}");
    }
}

/// Examines an adapter: its introduction, one question to accept and one to reject for each
/// operation, and questions that it must refuse without breaking.
///
/// # Errors
///
/// Returns why the adapter cannot be used at all.
pub(super) fn examine(
    suite: &Suite,
    adapter: &Adapter,
    timeout: Duration,
) -> Result<Findings, Broken> {
    let shared = Shared::new(adapter, suite.version(), &suite.spec, timeout);
    let mut session = Session::new(&shared);
    let mut findings = Findings::default();
    let hello = session.hello()?;
    findings.note(true, &format!("hello: {} operations", hello.ops.len()));
    introduction(suite, &hello, &mut findings);
    for op in suite.operations() {
        if hello.offers(op) {
            smoke(suite, op, &mut session, timeout, &hello, &mut findings)?;
        }
    }
    oddities(&hello, &mut session, timeout, &mut findings)?;
    let late = session.finish();
    findings.note(
        late.is_none(),
        &format!(
            "end: {}",
            late.as_deref().unwrap_or("ends with its input, silently")
        ),
    );
    Ok(findings)
}

fn introduction(suite: &Suite, hello: &Hello, findings: &mut Findings) {
    let known = suite.operations();
    let unknown = hello.ops.iter().filter(|op| !known.contains(&op.as_str()));
    let unknown: Vec<&str> = unknown.map(String::as_str).collect();
    if !unknown.is_empty() {
        let what = format!("hello: the suite asks nothing about {}", unknown.join(", "));
        findings.note(true, &what);
    }
    let is_known = |preset: &&String| !["spec", "replica"].contains(&preset.as_str());
    let presets: Vec<&String> = hello.presets.iter().filter(is_known).collect();
    findings.note(
        presets.is_empty(),
        &format!("hello: {} unknown presets", presets.len()),
    );
    let wrong = hello.policies.iter().filter(|(name, value)| {
        let policy = suite.policies.iter().find(|policy| policy.name == **name);
        policy.is_none_or(|policy| !policy.values.contains(value))
    });
    let wrong: Vec<String> = wrong
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let what = match wrong.as_slice() {
        [] => format!("hello: {} policies", hello.policies.len()),
        wrong => format!("hello: no such policies: {}", wrong.join(", ")),
    };
    findings.note(wrong.is_empty(), &what);
}

/// Asks an accept vector, a reject vector made from it, and the first one again.
fn smoke(
    suite: &Suite,
    op: &str,
    session: &mut Session<'_>,
    timeout: Duration,
    hello: &Hello,
    findings: &mut Findings,
) -> Result<(), Broken> {
    let of_op = || {
        let vectors = suite
            .vectors
            .iter()
            .filter(|vector| vector.op == op && !vector.is_big());
        vectors.filter(|vector| run::not_offered(vector, hello).is_none())
    };
    let reject = of_op().find(|vector| matches!(vector.expect, Expect::Reject { .. }));
    let accept = reject
        .and_then(|reject| suite.twin(reject))
        .or_else(|| of_op().find(|vector| matches!(vector.expect, Expect::Accept(_))));
    let Some(accept) = accept else {
        return Ok(());
    };
    let mut ask =
        |vector: &Vector| session.ask(op, &run::question(vector), run::patience(vector, timeout));
    let first = ask(accept)?.result;
    let is_ok = matches!(first, Exchanged::Reply(Reply::Ok(_)));
    findings.note(
        is_ok,
        &format!("{op}: accepts {}: {}", accept.id, shown(&first)),
    );
    if let Some(reject) = reject {
        let answer = ask(reject)?.result;
        let is_rejected = matches!(answer, Exchanged::Reply(Reply::Reject { .. }));
        findings.note(
            is_rejected,
            &format!("{op}: rejects {}: {}", reject.id, shown(&answer)),
        );
    }
    let again = ask(accept)?.result;
    findings.note(
        again == first,
        &format!("{op}: answers the same question alike"),
    );
    Ok(())
}

/// Asks what must be refused.
fn oddities(
    hello: &Hello,
    session: &mut Session<'_>,
    timeout: Duration,
    findings: &mut Findings,
) -> Result<(), Broken> {
    let answer = session
        .ask("no.such.operation", &json!({}), timeout)?
        .result;
    let is_unsupported = matches!(answer, Exchanged::Reply(Reply::Unsupported(_)));
    let what = format!("an unknown operation is unsupported: {}", shown(&answer));
    findings.note(is_unsupported, &what);
    let long = json!({ "bytes": "00".repeat(LONG / 2) });
    let answer = session
        .ask("no.such.operation", &long, timeout.saturating_mul(10))?
        .result;
    let is_unsupported = matches!(answer, Exchanged::Reply(Reply::Unsupported(_)));
    findings.note(
        is_unsupported,
        &format!("a line of 15 MiB is read: {}", shown(&answer)),
    );
    let Some(op) = hello.ops.first() else {
        return Ok(());
    };
    for (what, input) in [
        (
            "a field that no operation has",
            json!({ "no such field": "" }),
        ),
        ("an input without its fields", json!({})),
        (
            "control characters and emoji",
            json!({ "text": "\u{0}\u{1f}\u{7f}\u{202e}🦀" }),
        ),
    ] {
        let answer = session.ask(op, &input, timeout)?.result;
        let is_error = matches!(
            answer,
            Exchanged::Reply(Reply::Error(_) | Reply::Reject { .. })
        );
        findings.note(is_error, &format!("{op}: {what}: {}", shown(&answer)));
    }
    Ok(())
}

fn shown(exchanged: &Exchanged) -> String {
    let judgement = judge::without_answer(exchanged);
    match (judgement.got, judgement.detail) {
        (Some(Value::Object(answer)), _) => {
            let names: Vec<&String> = answer.keys().collect();
            names
                .first()
                .map_or_else(String::new, |name| (*name).clone())
        }
        (_, detail) => detail.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn of(answer: impl Fn(&str, &Value) -> Value + Send + Sync + 'static) -> Findings {
        let (suite, adapter) = (testing::suite(), testing::adapter(answer));
        examine(&suite, &adapter, Duration::from_secs(9)).unwrap()
    }

    /// Answers as an adapter does that reads its questions.
    fn careful(op: &str, input: &Value) -> Value {
        match (op, input["text"].as_str()) {
            ("principal.decode_text", Some(text)) if text.is_ascii() => testing::good(op, input),
            ("principal.decode_text", _) => json!({ "error": { "message": "text is missing" } }),
            _ => json!({ "unsupported": { "why": "operation" } }),
        }
    }

    #[test]
    fn a_careful_adapter_has_no_findings() {
        let findings = of(careful);
        assert_eq!(findings.failed, 0, "{}", findings.text);
        assert!(
            findings
                .text
                .contains("✓ principal.decode_text: rejects t/bad-checksum: reject")
        );
    }

    #[test]
    fn an_adapter_that_answers_anything_is_found_out() {
        let findings = of(testing::good);
        let failed: Vec<&str> = findings
            .text
            .lines()
            .filter(|line| line.starts_with('✗'))
            .collect();
        assert_eq!(
            failed,
            [
                "✗ an unknown operation is unsupported: ok",
                "✗ a line of 15 MiB is read: ok",
                "✗ principal.decode_text: a field that no operation has: ok",
                "✗ principal.decode_text: an input without its fields: ok",
                "✗ principal.decode_text: control characters and emoji: ok",
            ]
        );
        assert_eq!(findings.failed, 5);
    }

    #[test]
    fn an_adapter_of_moods_is_found_out() {
        let turn = core::sync::atomic::AtomicUsize::new(0);
        let findings = of(move |op, input| {
            let turn = turn.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
            match input["text"].as_str() {
                Some("em77e-bvlzu-aq") => json!({ "ok": { "bytes": format!("{turn:02x}") } }),
                _ => careful(op, input),
            }
        });
        let line = "✗ principal.decode_text: answers the same question alike";
        assert!(
            findings.text.lines().any(|found| found == line),
            "{}",
            findings.text
        );
    }
}
