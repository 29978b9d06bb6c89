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
    let result = if results.exit_code() == 0 {
        "PASSED"
    } else {
        "FAILED"
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
