//! `replay`: single vectors again, with every line that goes over the wire.

use core::fmt::{self, Write};
use core::time::Duration;

use crate::judge;
use crate::outcome::Standing;
use crate::protocol;
use crate::run::{self, Case};
use crate::session::{Broken, Exchanged, Session, Shared};
use crate::suite::{Suite, Vector};
use crate::transport::Adapter;

/// What was seen.
pub(super) struct Replayed {
    /// For people.
    pub(super) text: String,
    /// Whether every vector passed, twins included, or was recorded.
    pub(super) is_good: bool,
}

/// Asks these vectors, each after its twin, without which a rejection shows nothing.
///
/// # Errors
///
/// Returns why the adapter cannot be used.
pub(super) fn replay(
    suite: &Suite,
    adapter: &Adapter,
    vectors: &[&Vector],
    timeout: Duration,
) -> Result<Replayed, Broken> {
    let shared = Shared::new(adapter, suite.version(), &suite.spec, timeout);
    let mut session = Session::new(&shared);
    let hello = session.hello()?;
    let mut wires = Vec::new();
    let mut cases = Vec::new();
    for vector in with_twins(suite, vectors) {
        if let Some(why) = run::not_offered(vector, &hello) {
            wires.push(String::new());
            cases.push(run::not_run(vector, &why));
            continue;
        }
        let input = run::question(vector);
        let exchange = session.ask(&vector.op, &input, run::patience(vector, timeout))?;
        let number = u64::try_from(cases.len()).unwrap_or_default();
        let asked = protocol::question(number.saturating_add(1), &vector.op, &input);
        let mut wire = format!("→ {}\n", asked.trim_end());
        if let Exchanged::Reply(reply) = &exchange.result {
            // Writing to a string cannot fail.
            let _ = writeln!(wire, "← {}", judge::in_protocol(reply));
        }
        for line in exchange.stderr.lines() {
            let _ = writeln!(wire, "stderr: {line}");
        }
        wires.push(wire);
        cases.push(Case {
            vector,
            judgement: judge::judge(vector, &exchange.result, &hello),
            stderr: exchange.stderr,
        });
    }
    run::join_twins(&mut cases);
    let is_good = |case: &Case<'_>| {
        let standing = case.judgement.outcome.standing(false);
        matches!(standing, Standing::Passed | Standing::Recorded)
    };
    let mut text = String::new();
    for (case, wire) in cases.iter().zip(&wires) {
        // Writing to a string cannot fail.
        let _ = show(&mut text, case, wire);
    }
    Ok(Replayed {
        text,
        is_good: cases.iter().all(is_good),
    })
}

/// Returns the vectors in the order in which they are asked, none of them twice.
fn with_twins<'a>(suite: &'a Suite, vectors: &[&'a Vector]) -> Vec<&'a Vector> {
    let mut all: Vec<&Vector> = Vec::new();
    for vector in vectors {
        for one in suite.twin(vector).into_iter().chain([*vector]) {
            if !all.iter().any(|other| other.id == one.id) {
                all.push(one);
            }
        }
    }
    all
}

fn show(out: &mut String, case: &Case<'_>, wire: &str) -> fmt::Result {
    let Case {
        vector, judgement, ..
    } = case;
    writeln!(out, "{}\n{}", vector.id, vector.title)?;
    out.push_str(wire);
    match &judgement.detail {
        Some(detail) => writeln!(out, "{}: {detail}\n", judgement.outcome),
        None => writeln!(out, "{}\n", judgement.outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use serde_json::json;

    fn of(id: &str, adapter: &Adapter) -> Replayed {
        let suite = testing::suite();
        let vectors = [suite.vector(id).unwrap()];
        replay(&suite, adapter, &vectors, Duration::from_secs(9)).unwrap()
    }

    #[test]
    fn a_vector_is_asked_after_its_twin() {
        let replayed = of("t/bad-checksum", &testing::adapter(testing::good));
        assert!(replayed.is_good);
        let lines: Vec<&str> = replayed.text.lines().collect();
        assert_eq!(lines[0], "t/abcd01");
        assert_eq!(lines[3], r#"← {"ok":{"bytes":"abcd01"}}"#);
        assert_eq!(lines[4], "pass");
        assert_eq!(lines[6], "t/bad-checksum");
        assert_eq!(lines[9], r#"← {"reject":{"code":"PRIN-17"}}"#);
        assert_eq!(lines[10], "pass");
        assert!(lines[2].starts_with(r#"→ {"id":1,"op":"principal.decode_text","#));
        assert!(lines[8].starts_with(r#"→ {"id":2,"#));
    }

    #[test]
    fn rejecting_the_twin_too_is_not_good() {
        let adapter = testing::adapter(|_, _| json!({ "reject": { "code": "PRIN-17" } }));
        let replayed = of("t/bad-checksum", &adapter);
        assert!(!replayed.is_good);
        assert!(replayed.text.contains("\nfail-rejects\n"));
        assert!(
            replayed
                .text
                .contains("\ninconclusive: the rejection proves nothing")
        );
    }

    #[test]
    fn what_is_not_offered_is_not_good() {
        let replayed = of("t/encode", &testing::adapter(testing::good));
        assert!(!replayed.is_good);
        let reason = "not-run: the adapter does not offer principal.encode_text";
        assert!(replayed.text.contains(reason), "{}", replayed.text);
    }
}
