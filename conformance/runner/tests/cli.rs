//! The program from outside: exit codes, what goes to stdout, and what is written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An adapter in shell that answers the small suite beside this file as it must.
const GOOD: &str = r#"
while read -r q; do
  i=${q#*:}; i=${i%%,*}
  case $q in
    *hello*) echo '{"id":'$i',"ok":{"protocol":1,"implementation":{"name":"sh","version":"1"},"ops":["principal.decode_text"],"reasons":"clause"}}';;
    *fm77e*) echo '{"id":'$i',"reject":{"code":"PRIN-17"}}';;
    *) echo '{"id":'$i',"ok":{"bytes":"abcd01"}}';;
  esac
done"#;

/// A folder for the files of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite")
}

fn start(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icid-conformance"));
    command
        .args(arguments)
        .env_remove("ICID_DATA")
        .output()
        .unwrap()
}

/// Runs a shell adapter against the small suite, with these options.
fn run(out: &Path, options: &[&str], adapter: &str) -> Output {
    let suite = suite();
    let mut arguments = vec!["run", "--out", out.to_str().unwrap()];
    if !options.contains(&"--vectors") {
        arguments.extend(["--vectors", suite.to_str().unwrap()]);
    }
    arguments.extend(options);
    arguments.extend(["--", "sh", "-c", adapter]);
    start(&arguments)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_good_adapter_gives_zero_and_three_files() {
    let out = folder("good");
    let output = run(&out, &[], GOOD);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("MUST 2/2"), "{text}");
    assert!(
        text.contains("SKIPPED 13: no real certificates: give --data DIR"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    for name in ["report.html", "results.json", "junit.xml"] {
        assert!(fs::metadata(out.join(name)).unwrap().len() > 1000, "{name}");
    }
}

#[test]
fn the_reports_are_the_same_bytes_again() {
    let (first, second, third) = (folder("first"), folder("second"), folder("third"));
    run(&first, &[], GOOD);
    run(&second, &["--jobs", "3"], GOOD);
    let results = first.join("results.json");
    let third_out = third.to_str().unwrap();
    let output = start(&["report", results.to_str().unwrap(), "--out", third_out]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for name in ["report.html", "results.json", "junit.xml"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read(&first), read(&second), "{name}");
        assert_eq!(read(&first), read(&third), "{name}");
    }
}

#[test]
fn a_failure_gives_one_and_a_block_that_explains_it() {
    let accept_all = GOOD.replace(
        "reject\":{\"code\":\"PRIN-17\"}",
        "ok\":{\"bytes\":\"abcd01\"}",
    );
    let output = run(&folder("accepts"), &[], &accept_all);
    assert_eq!(code(&output), 1);
    let text = stdout(&output);
    assert!(
        text.contains("✗ t/bad-checksum   MUST  PRIN-17  critical"),
        "{text}"
    );
    assert!(
        text.contains("      /text   em77e-bvlzu-aq → fm77e-bvlzu-aq"),
        "{text}"
    );
}

#[test]
fn other_formats() {
    let output = run(&folder("json"), &["--format", "json"], GOOD);
    assert!(stdout(&output).starts_with("{\n  \"format\": 1,"));
    let output = run(&folder("github"), &["--format", "github"], GOOD);
    assert!(stdout(&output).starts_with("::warning title=icid-conformance::"));
}

#[test]
fn usage_gives_two() {
    assert_eq!(code(&start(&[])), 2);
    assert_eq!(code(&start(&["show", "no-such-thing"])), 2);
    let output = run(&folder("no-case"), &["--filter", "nothing/like/this"], GOOD);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("no case matches the filter"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_broken_adapter_gives_three_and_still_writes_the_reports() {
    let out = folder("broken");
    let output = run(&out, &[], "echo welcome; cat");
    assert_eq!(code(&output), 3);
    let text = stdout(&output);
    let reason = "The adapter is broken: failed 3 times at hello: a line is not JSON: welcome";
    assert!(text.contains(reason), "{text}");
    assert!(out.join("report.html").exists());
}

#[test]
fn a_missing_adapter_gives_three() {
    let out = folder("missing");
    let out = out.to_str().unwrap();
    let output = start(&["run", "--out", out, "--", "./no/such/adapter"]);
    assert_eq!(code(&output), 3);
    assert!(stdout(&output).contains("cannot start ./no/such/adapter: "));
}

#[test]
fn a_broken_suite_gives_four_with_file_line_and_reason() {
    let folder = folder("defect");
    copy(&suite(), &folder);
    let file = folder.join("principal/decode_text/text.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"mutation\"", "\"mutatoin\"")).unwrap();
    let output = run(
        &folder.join("out"),
        &["--vectors", folder.to_str().unwrap()],
        GOOD,
    );
    assert_eq!(code(&output), 4);
    let text = stderr(&output);
    let place = "the suite is broken: principal/decode_text/text.json:32: unknown field `mutatoin`";
    assert!(text.contains(place), "{text}");
}

#[test]
fn a_stale_expectation_gives_five() {
    let folder = folder("stale");
    let list = folder.join("xfail.toml");
    let entry = "[[xfail]]\nid = \"t/abcd01\"\noutcome = \"crash\"\nreason = \"once it did\"\n";
    fs::write(&list, entry).unwrap();
    let output = run(
        &folder.join("out"),
        &["--xfail", list.to_str().unwrap()],
        GOOD,
    );
    assert_eq!(code(&output), 5);
    let reason = "STALE expected failure t/abcd01: expected crash, the outcome is pass";
    assert!(stdout(&output).contains(reason), "{}", stdout(&output));
}

#[test]
fn a_list_of_expected_failures_is_rewritten_and_then_wants_a_reason() {
    let folder = folder("fix");
    let list = folder.join("xfail.toml");
    let stale = "[[xfail]]\nid = \"t/abcd01\"\noutcome = \"crash\"\nreason = \"once it did\"\n";
    fs::write(&list, format!("# Known.\n\n{stale}")).unwrap();
    let accepting = GOOD.replace(
        "reject\":{\"code\":\"PRIN-17\"}",
        "ok\":{\"bytes\":\"abcd01\"}",
    );
    let (out, name) = (folder.join("out"), list.to_str().unwrap());
    let output = run(&out, &["--xfail", name, "--fix"], &accepting);
    assert_eq!(code(&output), 1, "the run is judged by the list before");
    let text = stderr(&output);
    assert!(
        text.contains("1 removed, 0 changed, 1 added, 0 left for you to decide"),
        "{text}"
    );
    let entry = "[[xfail]]\nid = \"t/bad-checksum\"\noutcome = \"fail-accepts\"\nreason = \"\"\n";
    assert_eq!(
        fs::read_to_string(&list).unwrap(),
        format!("# Known.\n\n{entry}")
    );
    let output = run(&out, &["--xfail", name], &accepting);
    assert_eq!(code(&output), 2);
    let text = stderr(&output);
    assert!(
        text.contains("t/bad-checksum: the reason is empty"),
        "{text}"
    );
    let reasoned = entry.replace("reason = \"\"", "reason = \"no checksums\"");
    fs::write(&list, reasoned).unwrap();
    assert_eq!(code(&run(&out, &["--xfail", name], &accepting)), 0);
    let missing = folder.join("none.toml");
    let name = missing.to_str().unwrap();
    assert_eq!(code(&run(&out, &["--xfail", name], &accepting)), 2);
    assert_eq!(code(&run(&out, &["--xfail", name, "--fix"], &accepting)), 1);
    assert!(missing.exists());
}

#[test]
fn a_pipe_is_told_how_far_a_long_run_is_in_plain_lines() {
    let out = folder("progress");
    let out = out.to_str().unwrap();
    let filter = "principal/decode-text/";
    let many = [
        "run", "--filter", filter, "--out", out, "--", "sh", "-c", GOOD,
    ];
    let text = stderr(&start(&many));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 10, "{text}");
    assert!(lines[0].starts_with(" 10 %  "), "{text}");
    assert!(lines[9].starts_with("100 %  "), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
}

#[test]
fn date_host_and_timings_are_kept_apart_from_the_results() {
    let out = folder("record");
    assert_eq!(code(&run(&out, &["--jobs", "2"], GOOD)), 0);
    let record = fs::read_to_string(out.join("run.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["jobs"], 2);
    assert_eq!(record["command"][0], "sh");
    assert!(record["started"].as_str().unwrap().ends_with('Z'));
    let results = fs::read_to_string(out.join("results.json")).unwrap();
    for word in ["started", "\"host\"", "\"ms\""] {
        assert!(!results.contains(word), "{word}");
    }
}

#[test]
fn capture_writes_a_request_and_prints_one_command() {
    let folder = folder("capture");
    let canister = "ryjl3-tyaaa-aaaaa-aaaba-cai";
    let out = folder.to_str().unwrap();
    let arguments = [
        "capture",
        "--canister",
        canister,
        "--out",
        out,
        "--expiry-nanos",
        "5",
    ];
    let output = start(&arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let command = stdout(&output);
    assert_eq!(command.lines().count(), 1);
    let address = format!("https://icp-api.io/api/v3/canister/{canister}/read_state");
    assert!(command.trim_end().ends_with(&address), "{command}");
    assert!(folder.join(format!("requests/{canister}-5.cbor")).exists());
    let note = fs::read_to_string(folder.join(format!("certificates/{canister}-5.toml"))).unwrap();
    assert!(
        note.contains("canister = \"ryjl3-tyaaa-aaaaa-aaaba-cai\""),
        "{note}"
    );
    let output = start(&["capture", "--canister", "ryjl3", "--out", out]);
    assert_eq!(code(&output), 2);
}

#[test]
fn the_built_in_suite_can_be_looked_at() {
    let output = start(&["list"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("principal.decode_text / "));
    let output = start(&["show", "PRIN-17"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).starts_with("PRIN-17  "));
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_vector_is_replayed_with_its_twin_and_every_line() {
    let suite = suite();
    let replay = |id: &str, adapter: &str| {
        let options = ["replay", "--vectors", suite.to_str().unwrap(), id];
        start(&[&options[..], &["--", "sh", "-c", adapter]].concat())
    };
    let good = replay("t/bad-checksum", GOOD);
    assert_eq!(code(&good), 0);
    let text = String::from_utf8(good.stdout).unwrap();
    assert_eq!(
        text.lines().filter(|line| line.starts_with("→ ")).count(),
        2
    );
    assert!(
        text.contains("← {\"reject\":{\"code\":\"PRIN-17\"}}\npass\n"),
        "{text}"
    );
    assert_eq!(
        code(&replay("t/bad-checksum", &GOOD.replace("reject", "error"))),
        1
    );
    assert_eq!(code(&replay("t/none", GOOD)), 2);
    assert_eq!(code(&replay("t/abcd01", "exit 1")), 3);
}

#[test]
fn two_runs_are_compared() {
    let (good, bad) = (folder("compare-good"), folder("compare-bad"));
    assert_eq!(code(&run(&good, &[], GOOD)), 0);
    let accepting = GOOD.replace(
        "\"reject\":{\"code\":\"PRIN-17\"}",
        "\"ok\":{\"bytes\":\"abcd01\"}",
    );
    assert_eq!(code(&run(&bad, &[], &accepting)), 1);
    let file = |folder: &Path| folder.join("results.json").to_str().unwrap().to_owned();
    let worse = start(&["compare", &file(&good), &file(&bad)]);
    assert_eq!(code(&worse), 1);
    let text = String::from_utf8(worse.stdout).unwrap();
    assert!(
        text.contains("t/bad-checksum  pass → fail-accepts"),
        "{text}"
    );
    assert_eq!(code(&start(&["compare", &file(&bad), &file(&good)])), 0);
    assert_eq!(code(&start(&["compare", &file(&bad), "no-such-file"])), 2);
}

#[test]
fn the_parts_of_a_run_are_the_whole() {
    let (first, second) = (folder("shard-1"), folder("shard-2"));
    assert_eq!(code(&run(&first, &["--shard", "1/2"], GOOD)), 0);
    assert_eq!(code(&run(&second, &["--shard", "2/2"], GOOD)), 0);
    let ids = |folder: &Path| {
        let text = fs::read_to_string(folder.join("results.json")).unwrap();
        let results: serde_json::Value = serde_json::from_str(&text).unwrap();
        let cases = results["cases"].as_array().unwrap().clone();
        let ids = cases
            .iter()
            .map(|case| case["id"].as_str().unwrap().to_owned());
        ids.filter(|id| id.starts_with("t/"))
            .collect::<std::collections::BTreeSet<_>>()
    };
    let (first, second) = (ids(&first), ids(&second));
    assert!(first.len() < 5 && second.len() < 5);
    assert_eq!(first.union(&second).count(), 5);
}

#[test]
fn vectors_that_were_extracted_can_be_run() {
    let (vectors, out) = (folder("extract/vectors"), folder("extract/out"));
    let path = vectors.to_str().unwrap();
    let extracted = start(&[
        "extract",
        "--out",
        path,
        "--filter",
        "principal/decode-text/kelvin-sign",
    ]);
    assert_eq!(code(&extracted), 0);
    let text = String::from_utf8(extracted.stdout).unwrap();
    assert!(text.starts_with("2 vectors in "), "{text}");
    let listed = start(&["list", "--filter", "principal", "--vectors", path]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 2);
    let ran = run(&out, &["--vectors", path], GOOD);
    assert_eq!(code(&ran), 1);
}

#[test]
fn a_program_for_each_question_is_an_adapter() {
    let tool = folder("bridge").join("tool");
    fs::write(
        &tool,
        "read -r q; case $q in *fm77e*) exit 10;; *) echo '{\"bytes\":\"abcd01\"}';; esac",
    )
    .unwrap();
    let bridge = [
        env!("CARGO_BIN_EXE_icid-conformance"),
        "bridge",
        "--ops",
        "principal.decode_text",
        "--exec",
        &format!("sh {} {{op}}", tool.display()),
    ];
    let (suite, out) = (suite(), folder("bridge/out"));
    let options = [
        "run",
        "--vectors",
        suite.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--",
    ];
    assert_eq!(code(&start(&[&options[..], &bridge].concat())), 0);
}

#[test]
fn an_audit_pack_is_refused_for_results_of_another_suite() {
    let out = folder("audit");
    assert_eq!(code(&run(&out, &[], GOOD)), 0);
    let archive = out.join("audit.tar");
    let file = out.join("results.json");
    let packed = start(&[
        "audit-pack",
        file.to_str().unwrap(),
        "--out",
        archive.to_str().unwrap(),
    ]);
    assert_eq!(code(&packed), 2);
    let text = stderr(&packed);
    assert!(
        text.contains("pack them with the program that ran them"),
        "{text}"
    );
    assert!(!archive.exists());
    let missing = out.join("none.json");
    let packed = start(&["audit-pack", missing.to_str().unwrap(), "--out", "x.tar"]);
    assert_eq!(code(&packed), 2);
}
