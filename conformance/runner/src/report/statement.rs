//! An in-toto statement: which program was tested with which suite, and what passed. It is unsigned;
//! whoever vouches for it signs it.

use serde_json::json;

use super::summary;
use crate::outcome::Standing;
use crate::results::Results;

/// Writes `statement.json` about a program with this name and SHA-256.
pub(crate) fn statement(results: &Results, subject: &str, sha256: &str) -> String {
    let bound = results.options.reason_bound;
    let of = |standings: &[Standing]| {
        let cases = results.cases.iter();
        let cases = cases.filter(|case| standings.contains(&case.standing(bound)));
        cases.map(|case| case.id.as_str()).collect::<Vec<_>>()
    };
    let has_known = results.cases.iter().any(|case| case.known.is_some());
    let result = match (results.exit_code(), has_known) {
        (0, false) => "PASSED",
        (0, true) => "WARNED",
        _ => "FAILED",
    };
    let suite = &results.suite;
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": subject, "digest": { "sha256": sha256 } }],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": result,
            "configuration": [{
                "name": format!("{} {} vectors, specification {}", suite.name, suite.version, suite.spec),
                "digest": { "sha256": suite.digest },
                "annotations": {
                    "implementation": summary::implementation(results),
                    "headline": summary::headline(results),
                },
            }],
            "passedTests": of(&[Standing::Passed]),
            "warnedTests": of(&[Standing::Known, Standing::Recorded, Standing::Open]),
            "failedTests": of(&[Standing::Failed]),
        },
    });
    format!("{statement:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::Value;

    /// The fields that the predicate and the statement demand, with the kinds of their values.
    ///
    /// Source: in-toto attestation framework, "Predicate type: Test Result" 0.1 and "Statement" v1.
    #[test]
    fn a_statement_has_what_the_predicate_demands() {
        for (answer, result) in [("abcd01", "FAILED"), ("", "PASSED")] {
            let adapter = testing::adapter(move |op, input| match answer {
                "" => testing::good(op, input),
                bytes => json!({ "ok": { "bytes": bytes } }),
            });
            let options = Options::default();
            let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
            let text = statement(&results, "adapter", &"ab".repeat(32));
            let statement: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
            let kind = "https://in-toto.io/attestation/test-result/v0.1";
            assert_eq!(statement["predicateType"], kind);
            let predicate = &statement["predicate"];
            assert_eq!(predicate["result"], result);
            for descriptors in [&statement["subject"], &predicate["configuration"]] {
                let descriptors = descriptors.as_array().unwrap();
                assert_eq!(descriptors.len(), 1);
                assert!(descriptors[0]["name"].is_string());
                assert_eq!(
                    descriptors[0]["digest"]["sha256"].as_str().unwrap().len(),
                    64
                );
            }
            for list in ["passedTests", "warnedTests", "failedTests"] {
                let names = predicate[list].as_array().unwrap();
                assert!(names.iter().all(Value::is_string), "{list}");
            }
        }
    }

    #[test]
    fn a_run_that_passes_but_for_what_was_expected_is_a_warning() {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let options = Options::default();
        let mut results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        let list =
            "[[xfail]]\nid = \"t/bad-checksum\"\noutcome = \"fail-accepts\"\nreason = \"r\"\n";
        let list = crate::ExpectedFailures::from_toml(list).unwrap();
        list.apply(&mut results);
        let statement: Value = serde_json::from_str(&statement(&results, "a", "00")).unwrap();
        assert_eq!(statement["predicate"]["result"], "WARNED");
        let warned = statement["predicate"]["warnedTests"].as_array().unwrap();
        assert!(warned.contains(&json!("t/bad-checksum")));
    }

    #[test]
    fn every_case_is_in_one_list() {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let results = run(
            &testing::suite(),
            &adapter,
            &Options::default(),
            &mut Silent::new(),
        );
        let statement: Value = serde_json::from_str(&statement(&results, "adapter", "00")).unwrap();
        let predicate = &statement["predicate"];
        assert_eq!(predicate["result"], "FAILED");
        assert_eq!(statement["subject"][0]["digest"]["sha256"], "00");
        let length = |name: &str| predicate[name].as_array().unwrap().len();
        let all = length("passedTests") + length("warnedTests") + length("failedTests");
        assert_eq!(all, results.cases.len());
        assert_eq!(length("failedTests"), results.failures().count());
    }
}
