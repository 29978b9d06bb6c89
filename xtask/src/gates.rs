//! The gates: all that can stop a change, and the tests that trip each of them on purpose.
//!
//! A gate that never fails may be one that cannot. So each has at least one test that breaks what it
//! guards and sees it fail; the tests below hold the table to the steps, checks and rules that there
//! are, and to tests that exist.

/// A gate, the file of the tests that trip it, and their names.
type Gate = (&'static str, &'static str, &'static [&'static str]);

/// Names of gates that are steps of `cargo xtask test` begin with `test: `, those of checks of
/// `cargo xtask check` with `check: `, those of rules of the kill matrix with `kill: rule `. What a
/// step runs has gates of its own below.
#[rustfmt::skip]
const GATES: &[Gate] = &[
    // cargo xtask check
    ("check: fmt", "xtask/src/check.rs", &["fmt_fails_on_a_file_that_is_not_formatted"]),
    ("check: layers", "xtask/src/layers.rs", &[
        "rejects_an_import_that_is_not_in_the_table", "rejects_a_table_that_is_out_of_date", "rejects_a_lock_file_with_a_peer",
        "rejects_a_model_that_shares_code_with_the_crates", "the_budget_is_twelve_third_party_crates",
        "the_budget_has_no_room_for_banned_or_double_crates", "rejects_a_package_that_the_table_does_not_know",
    ]),
    ("check: tidy", "xtask/src/tidy.rs", &[
        "text_ends_in_a_line_feed_and_has_no_trailing_space", "text_names_no_folder_of_one_machine", "text_has_no_unfinished_places",
        "rust_files_start_with_documentation", "rust_files_have_at_most_eight_hundred_lines", "crate_roots_forbid_unsafe_code",
        "modules_are_not_called_mod", "reference_links_with_spaces_are_defined", "relative_links_lead_somewhere",
        "members_inherit_lints_and_versions_and_are_documented", "an_invariant_names_a_check_that_exists",
        "the_readme_names_every_published_crate",
    ]),
    ("check: spec lint", "xtask/src/spec/rules/tests.rs", &[
        "rejects_unknown_keys_everywhere", "rejects_missing_files", "rejects_a_missing_set", "rejects_duplicate_ids", "rejects_gaps",
        "rejects_tested_without_fault_or_operation", "rejects_bad_faults", "rejects_bad_sources",
        "rejects_sets_that_differ_from_the_tested_clauses", "rejects_marks_of_unknown_clauses_and_near_misses",
        "compares_hashes_with_the_documents",
    ]),
    ("check: clippy", "xtask/src/check.rs", &["clippy_fails_on_a_warning"]),
    ("check: docs", "xtask/src/check.rs", &["docs_fail_on_a_broken_link"]),
    ("check: typos", "xtask/src/check.rs", &["a_speller_that_complains_fails_and_one_that_is_missing_is_skipped"]),
    // cargo xtask test
    ("test: check", "xtask/src/check.rs", &["one_check_that_fails_fails_all"]),
    ("test: unit and integration tests", "xtask/src/suite.rs", &[
        "a_test_command_that_runs_no_test_has_failed", "a_test_command_that_dies_has_failed_even_if_it_counted_no_failure",
        "a_failed_step_is_counted_and_fails_the_run",
    ]),
    ("test: documentation tests", "xtask/src/suite.rs", &["a_test_command_that_dies_has_failed_even_if_it_counted_no_failure"]),
    ("test: real certificates are at hand", "xtask/src/suite.rs", &["only_a_run_in_ci_must_have_the_real_certificates"]),
    ("test: vectors are as generated", "conformance/generate/tests/output.rs", &["lists_changed_missing_and_surplus_files"]),
    ("test: conformance with native libraries", "conformance/runner/tests/cli.rs", &["a_failure_gives_one_and_a_block_that_explains_it"]),
    ("test: conformance in pure Rust", "xtask/src/suite.rs", &["any_exit_code_but_zero_fails_a_step"]),
    ("test: the model in Python agrees", "xtask/src/suite/second_model.rs", &["a_check_that_does_not_name_the_wrong_vector_has_failed"]),
    ("test: kill matrix", "xtask/src/suite.rs", &["any_exit_code_but_zero_fails_a_step"]),
    ("test: audit packs are the same again", "xtask/src/suite/audit.rs", &[
        "packs_that_differ_in_one_byte_are_found", "an_empty_pack_proves_nothing",
    ]),
    ("test: packages of the vectors", "xtask/src/packages.rs", &["what_a_package_holds_must_be_what_is_locked"]),
    ("test: bare-target builds", "xtask/src/bare.rs", &["a_library_that_needs_std_does_not_build"]),
    ("test: WebAssembly builds", "xtask/src/wasm.rs", &["the_limit_itself_is_allowed"]),
    ("test: interop with published peers", "xtask/src/suite.rs", &["a_test_command_that_dies_has_failed_even_if_it_counted_no_failure"]),
    ("test: fuzz targets", "xtask/src/suite.rs", &["a_test_command_that_runs_no_test_has_failed"]),
    ("test: benches start", "xtask/src/process.rs", &["a_command_that_fails_is_a_problem"]),
    // cargo xtask fuzz, mutants and conformance peers
    ("fuzz ledger", "xtask/src/fuzz/tests.rs", &[
        "a_run_below_any_floor_fails", "a_target_that_is_not_in_the_ledger_is_named",
    ]),
    ("fuzz run", "xtask/src/fuzz/run.rs", &["a_run_that_prints_no_figures_has_failed"]),
    ("surviving mutants", "xtask/src/mutants.rs", &["a_survivor_is_named_and_fails"]),
    ("peers are called rightly", "xtask/src/conformance/peers/smoke.rs", &[
        "an_operation_that_takes_nothing_is_called_wrongly", "an_adapter_that_is_asked_nothing_has_failed",
    ]),
    ("the time that the tutorial promises", "xtask/src/conformance/tutorial.rs", &["a_quarter_of_an_hour_is_kept_and_more_is_not"]),
    // The vectors.
    ("form of the vectors", "conformance/generate/src/lint.rs", &["refuses_every_broken_form", "names_file_line_and_reason"]),
    ("ids are permanent", "conformance/generate/src/output.rs", &["refuses_to_lose_an_id"]),
    ("kill: rule 1", "conformance/generate/src/kill.rs", &[
        "breaks_rule_one_without_the_killing_vector", "breaks_rule_one_for_a_fault_that_is_wrongly_excused",
        "breaks_rule_one_for_a_fault_that_model_or_catalogue_lacks",
    ]),
    ("kill: rule 2", "conformance/generate/src/kill.rs", &[
        "breaks_rule_two_for_another_clause_output_or_list_of_kills", "breaks_rule_two_for_another_verdict",
    ]),
    ("kill: rule 3", "conformance/generate/src/kill.rs", &["breaks_rule_three_without_the_twin", "breaks_rule_three_if_the_twin_rejects"]),
    ("kill: rule 4", "conformance/generate/src/kill.rs", &["breaks_rule_four_when_a_limit_is_tested_from_one_side"]),
    // A run: one per exit code, and what a green case must mean.
    ("run: failures, exit code 1", "conformance/runner/tests/cli.rs", &["a_failure_gives_one_and_a_block_that_explains_it"]),
    ("run: usage, exit code 2", "conformance/runner/tests/cli.rs", &["usage_gives_two"]),
    ("run: adapter broken, exit code 3", "conformance/runner/tests/cli.rs", &[
        "a_broken_adapter_gives_three_and_still_writes_the_reports", "a_missing_adapter_gives_three",
    ]),
    ("run: suite broken, exit code 4", "conformance/runner/src/suite/check.rs", &["rejects_what_does_not_fit_together"]),
    ("run: stale expected failure, exit code 5", "conformance/runner/src/xfail.rs", &[
        "a_stale_entry_fails_the_run", "a_failure_that_is_not_covered_stays_a_failure", "a_careless_list_is_refused",
        "a_part_of_the_suite_makes_nothing_stale_that_it_left_out",
    ]),
    ("run: every mistake is blamed", "conformance/selftest/tests/faults.rs", &["every_fault_fails_the_run_and_its_clause_is_blamed"]),
    ("run: every vice is seen", "conformance/selftest/tests/modes.rs", &["the_runner_makes_of_every_mode_what_is_expected"]),
    ("run: difference from the model", "conformance/runner/src/difffuzz/tests.rs", &[
        "finds_and_minimises_a_mistake", "a_crash_and_an_error_are_differences",
    ]),
    ("run: the protocol", "conformance/runner/src/cli/examine.rs", &[
        "an_adapter_that_answers_anything_is_found_out", "an_adapter_of_moods_is_found_out",
    ]),
];

/// Lists the gates, each with the tests that trip it.
pub(crate) fn list() -> String {
    let mut text = String::new();
    for (gate, file, tests) in GATES {
        text.push_str(&format!("{gate}\n"));
        for test in *tests {
            text.push_str(&format!("    {file}  {test}\n"));
        }
    }
    let tests: usize = GATES.iter().map(|(_, _, tests)| tests.len()).sum();
    text.push_str(&format!("{} gates, tripped {tests} times", GATES.len()));
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::{check, suite};

    fn read(file: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        fs::read_to_string(root.join(file)).unwrap()
    }

    fn gates(prefix: &str) -> Vec<&'static str> {
        let names = GATES.iter().map(|(name, _, _)| *name);
        names.filter_map(|name| name.strip_prefix(prefix)).collect()
    }

    #[test]
    fn every_check_and_every_step_is_a_gate() {
        let checks: Vec<&str> = check::CHECKS.iter().map(|(name, _)| *name).collect();
        assert_eq!(gates("check: "), checks);
        let steps: Vec<&str> = suite::STEPS.iter().map(|step| step.name).collect();
        assert_eq!(gates("test: "), steps);
    }

    #[test]
    fn every_rule_of_the_kill_matrix_is_a_gate() {
        let source = read("conformance/generate/src/kill.rs");
        let calls: Vec<&str> = source.split("self.problem(").skip(1).collect();
        let rules: BTreeSet<&str> = calls
            .iter()
            .map(|call| call.trim_start().get(..1).unwrap())
            .collect();
        let expected: BTreeSet<&str> = gates("kill: rule ").into_iter().collect();
        assert_eq!(rules, expected);
    }

    #[test]
    fn every_exit_code_is_a_gate() {
        let help = read("conformance/runner/src/cli.rs");
        let rows = help.lines().filter_map(|line| line.strip_prefix("//! | "));
        let codes: Vec<&str> = rows
            .filter_map(|row| row.split_once(" |"))
            .map(|(code, _)| code)
            .filter(|code| code.parse::<u8>().is_ok_and(|code| code > 0))
            .collect();
        let gates = gates("run: ");
        let named = gates
            .iter()
            .filter_map(|name| name.split_once("exit code "));
        let named: Vec<&str> = named.map(|(_, code)| code).collect();
        assert_eq!(named, codes);
    }

    #[test]
    fn no_gate_is_listed_twice_and_none_without_a_test() {
        let names: BTreeSet<&str> = GATES.iter().map(|(name, _, _)| *name).collect();
        assert_eq!(names.len(), GATES.len());
        assert!(GATES.iter().all(|(_, _, tests)| !tests.is_empty()));
        assert!(list().ends_with(" times"));
    }

    #[test]
    fn every_test_of_the_table_exists() {
        let mut missing = Vec::new();
        for (gate, file, tests) in GATES {
            let source = read(file);
            for test in *tests {
                if !is_test(&source, test) {
                    missing.push(format!("{gate}: {file}: {test}"));
                }
            }
        }
        assert_eq!(missing, [""; 0]);
    }

    /// Whether a source has a test function of this name, which is not left out.
    fn is_test(source: &str, name: &str) -> bool {
        let lines: Vec<&str> = source.lines().map(str::trim).collect();
        let at = lines
            .iter()
            .position(|line| *line == format!("fn {name}() {{"));
        at.and_then(|at| at.checked_sub(1))
            .is_some_and(|above| lines[above] == "#[test]")
    }

    #[test]
    fn a_function_that_is_no_test_is_not_taken_for_one() {
        let source = "#[test]\nfn good() {\n}\n#[ignore]\nfn left_out() {\n}\nfn other() {\n}\n";
        assert!(is_test(source, "good"));
        assert!(!is_test(source, "left_out"));
        assert!(!is_test(source, "other"));
        assert!(!is_test(source, "none"));
    }
}
