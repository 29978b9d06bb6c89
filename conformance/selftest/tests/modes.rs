//! Every mode as a process: the runner makes of it what `expected.toml` says.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what a person asks for"
)]

use core::time::Duration;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use conformance::{Adapter, Options, Silent, Suite, run};
use icid_selftest::Mode;
use serde::Deserialize;

/// The part of the suite that is run: enough cases for twenty restarts, all of them quick.
const FILTER: &str = "principal/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    exit: u8,
    broken: Option<String>,
    seen: Vec<String>,
    never: Vec<String>,
}

fn check(name: &str, expected: &Expected, suite: &Suite) -> Result<(), String> {
    let binary = env!("CARGO_BIN_EXE_icid-selftest");
    let adapter = Adapter::process(vec![binary.into(), name.into()]);
    let mut options = Options::default();
    options.filter = Some(FILTER.to_owned());
    options.mainnet = false;
    let is_slow = matches!(Mode::from_name(name), Some(Mode::Hang | Mode::SlowDrip));
    options.timeout = Duration::from_millis(if is_slow { 60 } else { 20_000 });
    let results = run(suite, &adapter, &options, &mut Silent::new());
    let outcomes: Vec<_> = results
        .counts()
        .keys()
        .map(|outcome| outcome.name())
        .collect();
    if results.exit_code() != expected.exit {
        return Err(format!(
            "exit code {}, outcomes {outcomes:?}",
            results.exit_code()
        ));
    }
    match (&expected.broken, results.broken()) {
        (None, None) => {}
        (Some(part), Some(reason)) if reason.contains(part) => {}
        (_, reason) => return Err(format!("given up because of {reason:?}")),
    }
    let is_in = |list: &&String| outcomes.contains(&list.as_str());
    if let Some(missing) = expected.seen.iter().find(|outcome| !is_in(outcome)) {
        return Err(format!("{missing} does not occur, only {outcomes:?}"));
    }
    match expected.never.iter().find(is_in) {
        Some(wrong) => Err(format!("{wrong} occurs, among {outcomes:?}")),
        None => Ok(()),
    }
}

#[test]
fn the_runner_makes_of_every_mode_what_is_expected() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("expected.toml");
    let text = fs::read_to_string(path).unwrap();
    let expected: BTreeMap<String, Expected> = toml::from_str(&text).unwrap();
    let mut names: Vec<_> = Mode::names().collect();
    names.sort_unstable();
    assert_eq!(
        expected.keys().map(String::as_str).collect::<Vec<_>>(),
        names
    );
    let suite = Suite::embedded().unwrap();
    let problems: Vec<_> = expected
        .iter()
        .filter_map(|(name, expected)| {
            check(name, expected, &suite)
                .err()
                .map(|problem| format!("{name}: {problem}"))
        })
        .collect();
    println!(
        "vices: {} adapters, the runner makes of {} what is expected",
        expected.len(),
        expected.len() - problems.len()
    );
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_fault_as_a_process_fails_the_run() {
    let suite = Suite::embedded().unwrap();
    let expected = Expected {
        exit: 1,
        broken: None,
        seen: vec!["pass".to_owned(), "fail-accepts".to_owned()],
        never: vec!["crash".to_owned(), "error".to_owned()],
    };
    assert_eq!(check("fault=PRIN-17/off", &expected, &suite), Ok(()));
}
