//! JUnit XML: a suite per topic, a case per vector, with clause, level and outcome as properties.

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::summary;
use crate::outcome::Standing;
use crate::results::{CaseInfo, Results};

/// Writes `junit.xml`.
pub(crate) fn xml(results: &Results) -> Result<String, quick_junit::SerializeError> {
    let name = format!("icid-conformance of {}", summary::implementation(results));
    let mut report = quick_junit::Report::new(name);
    for (topic, _) in summary::topics(results) {
        let mut suite = TestSuite::new(topic);
        for case in results.cases.iter().filter(|case| case.topic == topic) {
            suite.add_test_case(test_case(case, results.options.reason_bound));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn test_case(case: &CaseInfo, bound: bool) -> TestCase {
    let message = match case.known.as_ref().or(case.detail.as_ref()) {
        Some(detail) => format!("{}: {detail}", case.outcome),
        None => case.outcome.name().to_owned(),
    };
    let mut status = match case.standing(bound) {
        Standing::Passed | Standing::Recorded => TestCaseStatus::success(),
        Standing::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Standing::Open | Standing::Known => TestCaseStatus::skipped(),
    };
    match &mut status {
        TestCaseStatus::NonSuccess { .. } => {
            status.set_message(message);
            status.set_type(case.outcome.name());
            let got = case.got.as_deref().unwrap_or("no answer");
            status.set_description(format!("expected {}\ngot {got}", case.expected));
        }
        TestCaseStatus::Skipped { .. } => {
            status.set_message(message);
        }
        TestCaseStatus::Success { .. } => {}
    }
    let mut test = TestCase::new(case.id.as_str(), status);
    test.set_classname(case.topic.as_str());
    for (name, value) in [
        ("title", case.title.as_str()),
        ("clause", case.blamed()),
        ("level", case.level.name()),
        ("outcome", case.outcome.name()),
    ] {
        test.add_property(Property::new(name, value));
    }
    test
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;
    use serde_json::json;

    /// There is no standard, but every reader adds up.
    #[test]
    fn the_counts_are_those_of_the_elements() {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let options = Options::default();
        let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        let text = xml(&results).unwrap();
        let head = text.split("<testsuite ").next().unwrap();
        let count = |element: &str| text.matches(&format!("<{element}")).count();
        for (attribute, count) in [
            ("tests", count("testcase ")),
            ("failures", count("failure ")),
            ("skipped", count("skipped ")),
            ("errors", 0),
        ] {
            let expected = format!(" {attribute}=\"{count}\"");
            assert!(head.contains(&expected), "{expected} in {head}");
        }
        assert_eq!(count("testcase "), results.cases.len());
    }

    #[test]
    fn counts_failures_and_skips() {
        let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
        let options = Options {
            mainnet: false,
            ..Options::default()
        };
        let results = run(&testing::suite(), &adapter, &options, &mut Silent::new());
        insta::assert_snapshot!(xml(&results).unwrap());
    }
}
