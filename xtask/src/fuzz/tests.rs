//! Tests of what is asked for and of what is judged.

use super::*;

fn read(line: &str) -> Result<Request, Problem> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    parse(&words)
}

fn long_run() -> Long {
    Long {
        seconds: 30,
        jobs: 1,
        sanitizer: Sanitizer::None,
        record: false,
        targets: Vec::new(),
    }
}

#[test]
fn reads_what_is_asked_for() {
    assert_eq!(read(""), Ok(Request::Replay { factor: None }));
    let factor = Some(20);
    assert_eq!(read("--factor 20"), Ok(Request::Replay { factor }));
    assert_eq!(read("--seconds 30"), Ok(Request::Long(long_run())));
    let request = Long {
        jobs: 2,
        sanitizer: Sanitizer::Address,
        record: true,
        targets: vec!["cbor".to_owned(), "json".to_owned()],
        ..long_run()
    };
    let line = "cbor --jobs 2 --seconds 30 --record --sanitizer address json";
    assert_eq!(read(line), Ok(Request::Long(request)));
}

#[test]
fn rejects_what_it_does_not_know() {
    for line in [
        "cbor",
        "--factor",
        "--factor many",
        "--factor 2 cbor",
        "--seconds",
        "--seconds 0",
        "--seconds 30 --jobs 0",
        "--seconds 30 --sanitizer",
        "--seconds 30 --sanitizer memory",
        "--seconds 30 --fast",
    ] {
        assert_eq!(read(line), Err(Problem(USAGE.to_owned())), "{line}");
    }
}

fn floors() -> Floors {
    Floors {
        executions_per_second: 10,
        edges: 200,
        discarded_percent: 20,
    }
}

fn figures() -> Figures {
    Figures {
        executions: 300,
        accepted: 1,
        rejected: 79,
        discarded: 20,
        edges: 200,
        features: 900,
        corpus_files: 1,
        corpus_bytes: 1,
        peak_rss_mb: 50,
    }
}

#[test]
fn a_run_that_reaches_every_floor_passes() {
    assert_eq!(judge("cbor", &figures(), &floors(), &long_run()), Ok(()));
}

#[test]
fn a_run_below_any_floor_fails() {
    let below = |change: fn(&mut Figures)| {
        let mut figures = figures();
        change(&mut figures);
        judge("cbor", &figures, &floors(), &long_run())
    };
    let problem = |text: &str| Err(Problem(format!("cbor: 1 found\n  {text}")));
    assert_eq!(
        below(|figures| figures.executions -= 1),
        problem("299 executions, at least 300 expected")
    );
    assert_eq!(
        below(|figures| figures.edges -= 1),
        problem("199 edges covered, at least 200 expected")
    );
    assert_eq!(
        below(|figures| figures.corpus_files = 0),
        problem("the corpus is empty")
    );
    assert_eq!(
        below(|figures| (figures.accepted, figures.rejected) = (0, 80)),
        problem("no input was accepted")
    );
    assert_eq!(
        below(|figures| (figures.rejected, figures.discarded) = (78, 21)),
        problem("21 of 100 inputs discarded, at most 20 % expected")
    );
}

#[test]
fn with_a_sanitizer_speed_and_edges_are_not_judged() {
    let request = Long {
        sanitizer: Sanitizer::Address,
        ..long_run()
    };
    let figures = Figures {
        executions: 1,
        edges: 1,
        ..figures()
    };
    assert_eq!(judge("cbor", &figures, &floors(), &request), Ok(()));
}

#[test]
fn a_target_that_is_not_in_the_ledger_is_named() {
    let known = [("cbor".to_owned(), floors()), ("json".to_owned(), floors())];
    let names =
        |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
    assert_eq!(chosen(&known, &[]), Ok(known.to_vec()));
    assert_eq!(chosen(&known, &names(&["json"])), Ok(known[1..].to_vec()));
    let problem = "there is no fuzz target `jsn`; there are cbor, json";
    assert_eq!(
        chosen(&known, &names(&["cbor", "jsn"])),
        Err(Problem(problem.to_owned()))
    );
}
