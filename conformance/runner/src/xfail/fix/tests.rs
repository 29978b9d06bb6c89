//! A list before and after.

use super::*;
use crate::run::{Options, Silent, run};
use crate::testing;
use serde_json::json;

/// A run of the small suite in which only `t/bad-checksum` fails, by being accepted.
fn results(options: &Options) -> Results {
    let adapter = testing::adapter(|_, _| json!({ "ok": { "bytes": "abcd01" } }));
    run(&testing::suite(), &adapter, options, &mut Silent::new())
}

fn complete() -> Options {
    Options {
        mainnet: false,
        ..Options::default()
    }
}

fn fixed(text: &str) -> Fixed {
    let list = ExpectedFailures::from_toml(text).unwrap();
    let mut results = results(&complete());
    list.apply(&mut results);
    fix(&list, text, &results).unwrap()
}

const MESSY: &str = r#"# What is known about the library.

# Fixed long ago.
[[xfail]]
id = "t/abcd01"
outcome = "crash"
reason = "once it did"

# The library takes any checksum.
[[xfail]]
reason  = "no checksums yet"   # see the issue
id      = "t/bad-checksum"
outcome = "crash"              # so it was
issue   = "https://example.org/1"

[[xfail]]
id = "t/gone"
outcome = "timeout"
reason = "slow"
# The end.
"#;

#[test]
fn what_is_stale_goes_and_what_stays_keeps_its_words() {
    let fixed = fixed(MESSY);
    let text = r#"# What is known about the library.

# The library takes any checksum.
[[xfail]]
reason  = "no checksums yet"   # see the issue
id      = "t/bad-checksum"
outcome = "fail-accepts"              # so it was
issue   = "https://example.org/1"
# The end.
"#;
    assert_eq!(
        fixed,
        Fixed {
            text: text.to_owned(),
            removed: vec!["t/abcd01".to_owned(), "t/gone".to_owned()],
            changed: vec!["t/bad-checksum: fail-accepts".to_owned()],
            ..Fixed::default()
        }
    );
}

#[test]
fn a_list_that_is_right_is_left_as_it_is() {
    for id in ["id = \"t/bad-checksum\"", "id = \"t/bad*\"\nmax = 1"] {
        let text = format!("# One.\n[[xfail]]\n{id}\noutcome = \"fail-accepts\"\nreason = \"r\"\n");
        let fixed = fixed(&text);
        assert_eq!(fixed.text, text);
        assert_eq!((&fixed.removed, &fixed.changed), (&vec![], &vec![]));
        // And what was rewritten stays as it is.
        assert_eq!(self::fixed(&fixed.text).text, text);
    }
}

#[test]
fn a_failure_on_no_list_is_added_without_a_reason_which_the_list_then_lacks() {
    let fixed = fixed("");
    let text = "\n[[xfail]]\nid = \"t/bad-checksum\"\noutcome = \"fail-accepts\"\nreason = \"\"\n";
    assert_eq!(fixed.text.trim_start(), text.trim_start());
    assert_eq!(fixed.added, ["t/bad-checksum"]);
    assert_eq!(
        ExpectedFailures::from_toml(&fixed.text).map(|_| ()),
        Err("t/bad-checksum: the reason is empty".to_owned())
    );
}

#[test]
fn max_only_shrinks() {
    let pattern = |max: usize| {
        format!(
            "[[xfail]]\nid = \"t/bad*\"\nmax = {max}\noutcome = \"fail-accepts\"\nreason = \"r\"\n"
        )
    };
    let wide = fixed(&pattern(7));
    assert_eq!(
        (wide.text, wide.changed),
        (pattern(1), vec!["t/bad*: at most 1".to_owned()])
    );
    let narrow = fixed(&pattern(0));
    assert_eq!(
        (narrow.text, narrow.left),
        (
            pattern(0),
            vec!["t/bad*: fits 1 failures, at most 0 are allowed".to_owned()]
        )
    );
}

#[test]
fn an_entry_whose_version_has_come_is_for_a_person() {
    let text = "[[xfail]]\nid = \"t/bad-checksum\"\noutcome = \"fail-accepts\"\nreason = \"r\"\n\
                until = \"0.0.1\"\n";
    let fixed = fixed(text);
    assert_eq!(fixed.text, text);
    assert_eq!(
        fixed.left,
        ["t/bad-checksum: its version has come, and it still fails"]
    );
    assert_eq!(fixed.added, [""; 0]);
}

#[test]
fn an_entry_about_real_data_that_were_not_there_stays() {
    let id = "mainnet/ivg37-time/accepts";
    let options = Options::default();
    let results = results(&options);
    let skipped = results
        .cases
        .iter()
        .find(|case| case.outcome == Outcome::Skipped)
        .unwrap();
    let text = format!(
        "[[xfail]]\nid = {:?}\noutcome = \"crash\"\nreason = \"{id}\"\n",
        skipped.id
    );
    let list = ExpectedFailures::from_toml(&text).unwrap();
    let fixed = fix(&list, &text, &results).unwrap();
    assert_eq!(fixed.removed, [""; 0]);
    assert!(fixed.text.starts_with(&text), "{}", fixed.text);
}

#[test]
fn only_a_complete_run_rewrites() {
    let list = ExpectedFailures::default();
    let partial = Options {
        filter: Some("t/".to_owned()),
        ..complete()
    };
    assert_eq!(
        fix(&list, "", &results(&partial)),
        Err("the run was not complete: it was of a part of the suite".to_owned())
    );
    let dead = crate::Adapter::inside(|_| "nonsense".to_owned());
    let results = run(&testing::suite(), &dead, &complete(), &mut Silent::new());
    assert_eq!(
        fix(&list, "", &results),
        Err(
            "the run was not complete: the adapter failed 3 times at hello: a line is not JSON: \
             nonsense"
                .to_owned()
        )
    );
}

#[test]
fn entries_in_another_form_are_refused() {
    let text = "xfail = [{ id = \"t/a\", outcome = \"crash\", reason = \"r\" }]\n";
    let list = ExpectedFailures::from_toml(text).unwrap();
    assert_eq!(
        fix(&list, text, &results(&complete())),
        Err("the entries are not written as [[xfail]]".to_owned())
    );
}
