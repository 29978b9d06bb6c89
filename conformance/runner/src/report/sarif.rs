//! SARIF 2.1.0: a rule per clause that failed, a result per failure, for code scanning.

use serde_json::{Value, json};

use super::summary;
use crate::outcome::Level;
use crate::results::{CaseInfo, Results};

/// Writes `results.sarif`.
pub(crate) fn log(results: &Results) -> String {
    let mut rules: Vec<&str> = results.failures().map(CaseInfo::blamed).collect();
    rules.sort_unstable();
    rules.dedup();
    let findings = results
        .failures()
        .map(|case| finding(results, case, &rules));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": results.suite.name,
                "version": results.suite.version,
                "rules": rules.iter().map(|id| rule(results, id)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("{}/", summary::implementation(results)) },
            "results": findings.collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rule(results: &Results, id: &str) -> Value {
    match results.clause(id) {
        None => json!({ "id": id }),
        Some(info) => json!({
            "id": id,
            "shortDescription": { "text": info.clause.title },
            "fullDescription": { "text": info.clause.rule },
            "defaultConfiguration": { "level": level(info.clause.level) },
        }),
    }
}

fn finding(results: &Results, case: &CaseInfo, rules: &[&str]) -> Value {
    let mut message = format!(
        "{}: {}; expected {}",
        case.outcome, case.title, case.expected
    );
    for more in [&case.got, &case.detail].into_iter().flatten() {
        message.push_str("; got ");
        message.push_str(more);
    }
    json!({
        "ruleId": case.blamed(),
        "ruleIndex": rules.iter().position(|rule| *rule == case.blamed()),
        "level": level(case.level),
        "message": { "text": message },
        "locations": [{ "logicalLocations": [{
            "name": summary::implementation(results),
            "fullyQualifiedName": case.id,
            "kind": "function",
        }]}],
        "partialFingerprints": { "vector/v1": case.id },
    })
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Must | Level::Def => "error",
        Level::Should => "warning",
        Level::May => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;

    #[test]
    fn a_failure_is_a_result_of_the_rule_it_breaks() {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let results = run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        );
        let log: Value = serde_json::from_str(&log(&results)).unwrap();
        let run = &log["runs"][0];
        assert_eq!(
            run["results"].as_array().unwrap().len(),
            results.failures().count()
        );
        let first = &run["results"][0];
        assert_eq!(first["ruleId"], "PRIN-17");
        assert_eq!(first["level"], "error");
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "PRIN-17");
        assert_eq!(
            first["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
            "t/bad-checksum"
        );
    }

    /// What the schema of SARIF 2.1.0 demands of the parts that are used here.
    ///
    /// Source: SARIF 2.1.0, OASIS Standard, section 3 and its JSON schema.
    #[test]
    fn the_log_has_what_the_standard_demands() {
        for broken in ["accepts", "errs"] {
            let adapter = testing::adapter(move |_, _| match broken {
                "accepts" => json!({ "ok": { "bytes": "abcd01" } }),
                _ => json!({ "error": { "message": "x" } }),
            });
            let options = Options::default();
            let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
            let log: Value = serde_json::from_str(&log(&results)).unwrap();
            assert_eq!(log["version"], "2.1.0");
            let [run] = log["runs"].as_array().unwrap().as_slice() else {
                panic!("one run")
            };
            let driver = &run["tool"]["driver"];
            assert!(driver["name"].is_string() && driver["version"].is_string());
            let rules = driver["rules"].as_array().unwrap();
            let ids: std::collections::BTreeSet<_> =
                rules.iter().map(|r| r["id"].as_str()).collect();
            assert_eq!(ids.len(), rules.len(), "rules are unique");
            for rule in rules {
                assert!(rule["shortDescription"]["text"].is_string());
            }
            let found = run["results"].as_array().unwrap();
            assert!(!found.is_empty());
            for result in found {
                assert!(!result["message"]["text"].as_str().unwrap().is_empty());
                assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(rules[index]["id"], result["ruleId"]);
                let prints = result["partialFingerprints"].as_object().unwrap();
                assert!(prints.values().all(Value::is_string));
            }
        }
    }

    #[test]
    fn a_run_without_failures_has_no_rules() {
        let adapter = testing::adapter(testing::good);
        let results = run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        );
        let log: Value = serde_json::from_str(&log(&results)).unwrap();
        assert_eq!(log["runs"][0]["results"], json!([]));
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], json!([]));
    }
}
