//! Lines, and what is read from them.

use super::*;

fn read(line: &str) -> Result<Command, String> {
    let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
    parse(&words)
}

#[test]
fn reads_a_run() {
    let line = "run --filter cert --jobs=3 --timeout-ms 50 --reason-bound --format json \
                --env A --env B --out o -- python3 adapter.py --filter x";
    let Ok(Command::Run(run)) = read(line) else {
        panic!("no run")
    };
    assert_eq!(run.options.filter.as_deref(), Some("cert"));
    assert_eq!(run.options.jobs, 3);
    assert_eq!(run.options.timeout, Duration::from_millis(50));
    assert!(run.options.reason_bound);
    assert_eq!(run.format, Format::Json);
    assert_eq!(run.environment, ["A", "B"]);
    assert_eq!(run.out, PathBuf::from("o"));
    assert_eq!(
        run.command,
        ["python3", "adapter.py", "--filter", "x"].map(OsString::from)
    );
}

#[test]
fn says_what_is_wrong() {
    for (line, reason) in [
        ("", "there is no command"),
        ("fly", "there is no command \"fly\""),
        ("run", "run needs the adapter's command after --"),
        ("run --", "run needs the adapter's command after --"),
        (
            "run adapter",
            "unexpected \"adapter\"; the adapter's command goes after --",
        ),
        ("run --bogus -- a", "there is no option \"--bogus\" here"),
        ("run --jobs", "--jobs needs a value"),
        ("run --jobs 0 -- a", "--jobs must be 1 to 256"),
        ("run --jobs x -- a", "--jobs \"x\" is no natural number"),
        ("run --timeout-ms 0 -- a", "--timeout-ms must be at least 1"),
        ("run --out a --out b -- c", "--out is given twice"),
        (
            "run --format pdf -- a",
            "--format \"pdf\" is not human, json or github",
        ),
        (
            "run --data /no/such -- a",
            "--data /no/such: there is no such folder",
        ),
        (
            "run --profile slow -- a",
            "--profile \"slow\" is not full or quick",
        ),
        (
            "run --shard 3/2 -- a",
            "--shard \"3/2\" is not K/N with 1 ≤ K ≤ N ≤ 1024",
        ),
        ("run --fix -- a", "--fix needs --xfail FILE"),
        (
            "run --fix --xfail x --filter f -- a",
            "--fix needs a complete run: no --filter, --profile or --shard",
        ),
        (
            "run --fix --xfail x --profile quick -- a",
            "--fix needs a complete run: no --filter, --profile or --shard",
        ),
        (
            "run --fix --xfail x --shard 1/2 -- a",
            "--fix needs a complete run: no --filter, --profile or --shard",
        ),
        ("show", "expected an id, got 0 words"),
        ("replay -- a", "replay needs the id of a vector"),
        ("replay x", "replay needs the adapter's command after --"),
        ("adapter", "expected new or check, got 0 words"),
        ("adapter fly", "adapter knows new and check, not \"fly\""),
        ("adapter new", "adapter new needs --lang LANG"),
        (
            "adapter check",
            "adapter check needs the adapter's command after --",
        ),
        ("bridge --ops a", "bridge needs --exec 'tool {op}'"),
        (
            "bridge --exec a",
            "bridge needs --ops A,B,…: the operations that the tool knows",
        ),
        (
            "diff-fuzz",
            "diff-fuzz needs the adapter's command after --",
        ),
        (
            "diff-fuzz --cases 1 --seconds 1 -- a",
            "--cases and --seconds exclude each other",
        ),
        ("compare a", "expected two results.json, got 1 words"),
        (
            "matrix",
            "matrix needs the results.json of each implementation",
        ),
        ("extract", "extract needs --out DIR"),
        (
            "audit-pack --out a.tar",
            "expected a results.json, got 0 words",
        ),
        ("audit-pack results.json", "audit-pack needs --out TAR"),
        ("kill A B", "expected one family, got 2 words"),
        ("capture --out d", "capture needs --canister ID"),
        ("capture --canister x", "capture needs --out DIR"),
        (
            "list --reason-bound",
            "there is no option \"--reason-bound\" here",
        ),
    ] {
        assert_eq!(read(line).map(|_| ()), Err(reason.to_owned()), "{line}");
    }
}

#[test]
fn a_list_is_rewritten_only_if_asked() {
    for (line, is_asked) in [
        ("run --xfail x -- a", false),
        ("run --xfail x --fix -- a", true),
        ("run --xfail x --profile full --fix -- a", true),
    ] {
        let Ok(Command::Run(run)) = read(line) else {
            panic!("no run: {line}")
        };
        assert_eq!(run.fix, is_asked, "{line}");
    }
}

#[test]
fn asks_for_help() {
    for line in ["--help", "run --help", "kill -h"] {
        assert!(matches!(read(line), Ok(Command::Help)), "{line}");
    }
}
