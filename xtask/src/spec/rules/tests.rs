//! Breaks every lint rule on purpose, on a complete little spine held in memory.

use super::super::catalogue::CLAUSES;
use super::*;

const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NONE: [&str; 0] = [];
const PERM: &str = "spec/requirements/perm.toml";

/// Returns clause `id` as TOML, with `more` keys.
fn clause(id: &str, status: &str, more: &str) -> String {
    format!(
        "[[clause]]\nid = \"{id}\"\ntitle = \"T\"\nlevel = \"must\"\nside = [\"verifier\"]\n\
         rule = \"R\"\nsource = [{{ doc = \"index.md\", anchor = \"one\", sha256 = \"{HASH}\" }}]\n\
         status = \"{status}\"\n{more}\n"
    )
}

/// Returns the file of a family whose first clause is `first`; the others are pending.
fn family(name: &str, count: usize, first: &str) -> String {
    let mut text = format!("family = \"{name}\"\ntitle = \"T\"\n\n{first}");
    for number in 2..=count {
        text.push_str(&clause(&format!("{name}-{number}"), "pending", ""));
    }
    text
}

/// Returns a spine without problems: one clause of each status, the others pending.
fn spine() -> Snapshot {
    let mut snapshot = Snapshot::default()
        .with(
            "spec/errata.toml",
            "[[erratum]]\nid = \"AMB-1\"\ntitle = \"T\"\ndocuments = [\"index.md\"]\n\
             problem = \"P\"\nreading = \"R\"\npolicy = \"tag\"\nclauses = [\"PERM-1\"]\n",
        )
        .with(
            "spec/policies.toml",
            "[[policy]]\nname = \"tag\"\nquestion = \"Q\"\nvalues = [\"required\", \"optional\"]\n\
             spec = \"required\"\nreplica = \"optional\"\nclauses = [\"PERM-1\"]\n",
        )
        .with(
            "spec/UPSTREAM.toml",
            "source = \"S\"\ncommit = \"C\"\nversion = \"0.66.0\"\nreleased = \"D\"\n\
             retrieved = \"D\"\n",
        )
        .with("spec/sets/0.66.0.toml", &set("\"PRIN-1\"", "\"PRIN\""))
        .with(
            "crates/a/src/lib.rs",
            "// spec: PRIN-1, PERM-1\nfn a() {}\n",
        );
    for (name, count) in FAMILIES {
        let id = format!("{name}-1");
        let first = match name {
            "PRIN" => tested(&id),
            "CBOR" => clause(&id, "excluded", "excluded = \"because\""),
            "TREE" => clause(&id, "unspecified", "policy = \"tag\""),
            _ => clause(&id, "pending", "errata = [\"AMB-1\"]"),
        };
        snapshot = snapshot.with(&file_of(name), &family(name, count, &first));
    }
    snapshot
}

fn tested(id: &str) -> String {
    let fault = "[[clause.fault]]\nid = \"off\"\nwhat = \"no check\"";
    clause(id, "tested", &format!("ops = [\"cbor.check\"]\n{fault}"))
}

fn set(clauses: &str, families: &str) -> String {
    format!(
        "spec = \"0.66.0\"\ndate = \"D\"\nrule = \"R\"\nfamilies = [{families}]\n\
         clauses = [{clauses}]\n"
    )
}

fn found(snapshot: &Snapshot) -> Vec<String> {
    let report = check(snapshot, None);
    report
        .problems
        .iter()
        .map(|problem| problem.text().to_owned())
        .collect()
}

/// Returns the problems of the spine whose first PERM clause is `first`.
fn with_clause(first: &str) -> Vec<String> {
    found(&spine().with(PERM, &family("PERM", 9, first)))
}

/// Returns the problems of the spine whose first PERM clause is pending and has `more` keys.
fn with_keys(more: &str) -> Vec<String> {
    with_clause(&clause("PERM-1", "pending", more))
}

#[test]
fn accepts_the_spine_and_counts_it() {
    let report = check(&spine(), None);
    assert_eq!(report.problems, []);
    assert_eq!(report.skips.len(), 1);
    assert_eq!(report.marks, 2);
    let expected = Totals {
        tested: 1,
        pending: CLAUSES - 3,
        excluded: 1,
        unspecified: 1,
        faults: 1,
    };
    assert_eq!(report.totals, expected);
    // The interface specification, and the seeds and the stable memory of Internet Identity.
    assert_eq!(report.totals.sum(), 355 + 8 + 39 + 16);
}

#[test]
fn rejects_unknown_keys_everywhere() {
    for path in [
        PERM,
        "spec/errata.toml",
        "spec/policies.toml",
        "spec/UPSTREAM.toml",
    ] {
        let snapshot = spine();
        let text = format!("colour = 1\n{}", snapshot.text(path).unwrap());
        let problems = check(&snapshot.with(path, &text), None).problems;
        assert!(
            problems[0]
                .to_string()
                .starts_with(&format!("{path}:1: unknown field `colour`"))
        );
    }
    assert!(with_keys("colour = 1")[0].starts_with("unknown field `colour`"));
    assert!(with_keys("[[clause.fault]]\ncolour = 1")[0].starts_with("unknown field `colour`"));
}

#[test]
fn rejects_missing_files() {
    for path in [
        "spec/errata.toml",
        "spec/policies.toml",
        "spec/UPSTREAM.toml",
    ] {
        assert_eq!(found(&spine().without(path)), ["the file is missing"]);
    }
    assert_eq!(
        found(&spine().without(&file_of("SDEL"))),
        ["the family SDEL is missing"]
    );
}

#[test]
fn rejects_a_missing_set() {
    let pin = spine()
        .text("spec/UPSTREAM.toml")
        .unwrap()
        .replace("0.66.0", "0.67.0");
    assert_eq!(
        found(&spine().with("spec/UPSTREAM.toml", &pin)),
        ["the file is missing"]
    );
}

#[test]
fn rejects_duplicate_ids() {
    let text = family("PERM", 8, &clause("PERM-1", "pending", ""));
    let text = text + &clause("PERM-8", "pending", "");
    let problems = found(&spine().with(PERM, &text));
    assert_eq!(
        problems,
        [
            "PERM-8: PERM-9 comes here",
            &format!("PERM-8: also in {PERM}")
        ]
    );
}

#[test]
fn rejects_gaps() {
    let text = family("PERM", 9, &clause("PERM-1", "pending", "")).replace("PERM-5", "PERM-55");
    assert_eq!(
        found(&spine().with(PERM, &text)),
        ["PERM-55: PERM-5 comes here"]
    );
}

#[test]
fn rejects_too_few_and_too_many_clauses() {
    for count in [8, 10] {
        let text = family("PERM", count, &clause("PERM-1", "pending", ""));
        let expected = format!("PERM has {count} clauses of 9");
        assert_eq!(found(&spine().with(PERM, &text)), [expected]);
    }
}

#[test]
fn rejects_unknown_families_and_wrong_file_names() {
    let problems =
        found(&spine().with("spec/requirements/a.toml", "family = \"A\"\ntitle = \"T\""));
    assert_eq!(problems, ["there is no family A"]);
    let problems =
        found(&spine().with("spec/requirements/b.toml", "family = \"A\"\ntitle = \" \""));
    let expected = [
        "A belongs in spec/requirements/a.toml",
        "the title is empty",
        "there is no family A",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn rejects_words_outside_the_vocabulary() {
    let good = clause("PERM-1", "pending", "");
    for (from, to) in [
        ("\"must\"", "\"MUST\""),
        ("verifier", "reader"),
        ("pending", "done"),
    ] {
        let problems = with_clause(&good.replace(from, to));
        assert!(problems[0].contains("unknown variant"), "{problems:?}");
    }
}

#[test]
fn rejects_empty_and_ill_formed_texts() {
    let good = clause("PERM-1", "pending", "");
    for (from, to, expected) in [
        (
            "title = \"T\"",
            "title = \" \"",
            "PERM-1: the title is empty",
        ),
        ("rule = \"R\"", "rule = \"\"", "PERM-1: the rule is empty"),
        (
            "title = \"T\"",
            "title = \"T.\"",
            "PERM-1: the title ends in a full stop",
        ),
        ("[\"verifier\"]", "[]", "PERM-1: it binds nobody"),
    ] {
        assert_eq!(with_clause(&good.replace(from, to)), [expected]);
    }
}

#[test]
fn rejects_tested_without_fault_or_operation() {
    let good = tested("PRIN-1");
    let file = |first: &str| family("PRIN", 20, first);
    let path = file_of("PRIN");
    let (without_fault, _) = good.split_once("[[clause.fault]]").unwrap();
    let problems = found(&spine().with(&path, &file(without_fault)));
    assert_eq!(problems, ["PRIN-1: it is tested but has no fault"]);
    let without_op = good.replace("\"cbor.check\"", "");
    let problems = found(&spine().with(&path, &file(&without_op)));
    assert_eq!(problems, ["PRIN-1: it is tested but names no operation"]);
}

#[test]
fn rejects_exclusion_without_reason_and_reason_without_exclusion() {
    let excluded = |more| with_clause(&clause("PERM-1", "excluded", more));
    assert_eq!(excluded(""), ["PERM-1: it is excluded without a reason"]);
    assert_eq!(
        excluded("excluded = \" \""),
        ["PERM-1: the reason for the exclusion is empty"]
    );
    let expected = ["PERM-1: it has a reason for an exclusion but is not excluded"];
    assert_eq!(with_keys("excluded = \"R\""), expected);
}

#[test]
fn rejects_unspecified_without_policy_and_policy_without_unspecified() {
    let unspecified = |more| with_clause(&clause("PERM-1", "unspecified", more));
    assert_eq!(
        unspecified(""),
        ["PERM-1: it is unspecified without a policy"]
    );
    assert_eq!(
        unspecified("policy = \"x\""),
        ["PERM-1: there is no policy x"]
    );
    assert_eq!(
        with_keys("policy = \"tag\""),
        ["PERM-1: it has a policy but is not unspecified"]
    );
}

#[test]
fn rejects_unknown_errata_and_operations() {
    assert_eq!(
        with_keys("errata = [\"AMB-2\"]"),
        ["PERM-1: there is no erratum AMB-2"]
    );
    assert_eq!(
        with_keys("ops = [\"a.b\"]"),
        ["PERM-1: there is no operation a.b"]
    );
}

#[test]
fn rejects_bad_sources() {
    let good = clause("PERM-1", "pending", "");
    let (first, last) = (HASH.to_uppercase(), &HASH[1..]);
    for (from, to, expected) in [
        ("index.md", "x.md", "PERM-1: there is no document x.md"),
        (
            HASH,
            &first,
            "PERM-1: the sha256 of index.md#one is not 64 lower-case hex digits",
        ),
        (
            HASH,
            last,
            "PERM-1: the sha256 of index.md#one is not 64 lower-case hex digits",
        ),
        (
            &format!(", sha256 = \"{HASH}\""),
            "",
            "PERM-1: index.md#one has no sha256; run `cargo xtask spec bump`",
        ),
    ] {
        assert_eq!(with_clause(&good.replace(from, to)), [expected]);
    }
    let (before, after) = good.split_once("source = ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let none = format!("{before}source = []\n{after}");
    assert_eq!(with_clause(&none), ["PERM-1: it has no source"]);
}

#[test]
fn takes_a_file_of_a_known_repository_for_a_source() {
    let good = clause("PERM-1", "pending", "");
    let (before, after) = good.split_once("source = ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let with = |repository: &str, keys: &str| {
        let source = format!("{{ doc = \"dfinity/{repository}\", anchor = \"a.rs\"{keys} }}");
        with_clause(&format!("{before}source = [{source}]\n{after}"))
    };
    let commit = format!(", commit = \"{}\"", &HASH[..40]);
    assert_eq!(with("candid", &commit), [""; 0]);
    assert_eq!(with("candid", ", as_of = \"May 2023\""), [""; 0]);
    let undated = ["PERM-1: dfinity/candid#a.rs has neither a commit nor words for a state"];
    for keys in [
        String::new(),
        ", as_of = \" \"".to_owned(),
        commit.replace("commit = \"", "commit = \"0"),
        format!("{commit}, as_of = \"May 2023\""),
    ] {
        assert_eq!(with("candid", &keys), undated, "{keys}");
    }
    assert_eq!(
        with("candid", &format!("{commit}, sha256 = \"{HASH}\"")),
        ["PERM-1: dfinity/candid#a.rs is a file, which has a commit and no hash"]
    );
    assert_eq!(
        with("other", &format!(", sha256 = \"{HASH}\"")),
        ["PERM-1: there is no document dfinity/other"]
    );
}

#[test]
fn rejects_bad_faults() {
    let fault = |id: &str, what: &str, more: &str| {
        with_keys(&format!(
            "[[clause.fault]]\nid = \"{id}\"\nwhat = \"{what}\"\n{more}"
        ))
    };
    assert_eq!(fault("max-21", "w", "killable = false\nwhy = \"y\""), NONE);
    assert_eq!(
        fault("a_b", "w", ""),
        ["PERM-1: \"a_b\" is not a fault id (a-z, 0-9, -)"]
    );
    assert_eq!(
        fault("a", " ", ""),
        ["PERM-1: fault a doesn't say what it does"]
    );
    let no_why = ["PERM-1: fault a can't be killed and doesn't say why"];
    assert_eq!(fault("a", "w", "killable = false"), no_why);
    assert_eq!(
        fault("a", "w", "why = \"y\""),
        ["PERM-1: fault a can be killed but says why not"]
    );
    let twice = fault("a", "w", "[[clause.fault]]\nid = \"a\"\nwhat = \"w\"");
    assert_eq!(twice, ["PERM-1: fault a occurs twice"]);
}

#[test]
fn rejects_bad_errata_and_policies() {
    let snapshot = spine();
    for (path, from, to, expected) in [
        (
            "spec/errata.toml",
            "index.md",
            "x.md",
            "AMB-1: there is no document x.md",
        ),
        (
            "spec/errata.toml",
            "\"tag\"",
            "\"x\"",
            "AMB-1: there is no policy x",
        ),
        (
            "spec/errata.toml",
            "PERM-1",
            "PERM-10",
            "AMB-1: there is no clause PERM-10",
        ),
        (
            "spec/errata.toml",
            "\"P\"",
            "\"\"",
            "AMB-1: the problem is empty",
        ),
        (
            "spec/policies.toml",
            "\"Q\"",
            "\"\"",
            "tag: the question is empty",
        ),
        (
            "spec/policies.toml",
            "PERM-1",
            "PERM-10",
            "tag: there is no clause PERM-10",
        ),
        (
            "spec/policies.toml",
            "replica = \"optional\"",
            "replica = \"maybe\"",
            "tag: the replica answer maybe is not one of the values",
        ),
    ] {
        let text = snapshot.text(path).unwrap().replace(from, to);
        assert_eq!(found(&spine().with(path, &text)), [expected]);
    }
    for (path, expected) in [
        ("spec/errata.toml", "AMB-1 occurs twice"),
        ("spec/policies.toml", "tag occurs twice"),
    ] {
        let text = snapshot.text(path).unwrap().repeat(2);
        assert_eq!(found(&spine().with(path, &text)), [expected]);
    }
}

#[test]
fn rejects_sets_that_differ_from_the_tested_clauses() {
    let path = "spec/sets/0.66.0.toml";
    let with = |clauses, families| found(&spine().with(path, &set(clauses, families)));
    assert_eq!(with("", ""), ["PRIN-1 is tested but not in the set"]);
    assert_eq!(
        with("\"PRIN-1\", \"PRIN-2\"", "\"PRIN\""),
        ["PRIN-2 is not tested"]
    );
    assert_eq!(
        with("\"PRIN-1\", \"PRIN-1\"", "\"PRIN\""),
        ["PRIN-1 occurs twice"]
    );
    assert_eq!(
        with("\"PRIN-1\", \"PRIN-21\"", "\"PRIN\""),
        ["there is no clause PRIN-21"]
    );
    let expected = ["the families are not those of the clauses"];
    assert_eq!(with("\"PRIN-1\"", "\"PRIN\", \"SIG\""), expected);
}

#[test]
fn rejects_marks_of_unknown_clauses_and_near_misses() {
    let code = "// spec: PRIN-21\n//spec: PRIN-1\nlet a = \"// spec: PRIN-22\";\n";
    let report = check(&spine().with("xtask/src/a.rs", code), None);
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let expected = [
        "xtask/src/a.rs:1: there is no clause PRIN-21",
        "xtask/src/a.rs:2: `//spec: PRIN-1` is not a mark; write `// spec: FAMILY-1`",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn compares_hashes_with_the_documents() {
    let page = "## One {#one}\nIt must be so.\n";
    let texts = DOCUMENTS.map(|doc| (doc, page));
    let upstream = Upstream::new(texts);
    let section = upstream.section_hash("index.md", "one").unwrap();
    let whole = upstream.document_hash("index.md").unwrap().to_owned();

    let mut snapshot = spine();
    for (name, _) in FAMILIES {
        let text = snapshot
            .text(&file_of(name))
            .unwrap()
            .replace(HASH, &section);
        snapshot = snapshot.with(&file_of(name), &text);
    }
    let mut pin = snapshot.text(UPSTREAM).unwrap().to_owned();
    for doc in DOCUMENTS {
        pin += &format!("[[file]]\ndoc = \"{doc}\"\npath = \"p/{doc}\"\nsha256 = \"{whole}\"\n");
    }
    let snapshot = snapshot.with(UPSTREAM, &pin);
    let against = |snapshot: &Snapshot, upstream: &Upstream| -> Vec<String> {
        let report = check(snapshot, Some(upstream));
        assert_eq!(report.skips, NONE);
        report
            .problems
            .iter()
            .map(|problem| problem.text().to_owned())
            .collect()
    };
    assert_eq!(against(&snapshot, &upstream), NONE);

    let changed = Upstream::new(texts.map(|(doc, text)| match doc {
        "index.md" => (doc, "## One {#one}\nIt may be so.\n"),
        _ => (doc, text),
    }));
    let problems = against(&snapshot, &changed);
    assert_eq!(problems.len(), CLAUSES + 1);
    assert_eq!(problems[0], "p/index.md is not the document that was read");
    assert_eq!(
        problems[1],
        "CALLERINFO-1: index.md#one has changed; read it again, then `spec bump`"
    );

    let renamed = Upstream::new(texts.map(|(doc, text)| match doc {
        "index.md" => (doc, "## One {#two}\n"),
        _ => (doc, text),
    }));
    assert_eq!(
        against(&snapshot, &renamed)[1],
        "CALLERINFO-1: there is no section index.md#one"
    );
    let unpinned = snapshot.with(UPSTREAM, spine().text(UPSTREAM).unwrap());
    assert_eq!(against(&unpinned, &upstream).len(), DOCUMENTS.len());
}
