//! The two tables of the fuzz targets: `ledger.toml` with what each must reach, which people edit, and
//! `runs.toml` with what each did reach, which only this program writes.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::process::Problem;

use super::run::Figures;

/// The first lines of `runs.toml`.
const HEADER: &str = "\
# Runs of the fuzz targets with libFuzzer, by target and sanitizer. Every run that is here ended without
# a crash. Written by `cargo xtask fuzz --seconds N --record`, never by hand; README.md says what the
# figures mean.
";

/// In which order an entry is written.
const ORDER: [&str; 12] = [
    "commit",
    "compiler",
    "seconds",
    "executions",
    "accepted",
    "rejected",
    "discarded",
    "edges",
    "features",
    "corpus_files",
    "corpus_bytes",
    "peak_rss_mb",
];

/// What the ledger demands of a run with libFuzzer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Floors {
    pub(super) executions_per_second: u64,
    pub(super) edges: u64,
    pub(super) discarded_percent: u64,
}

/// A run to be recorded.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub(super) commit: &'a str,
    pub(super) compiler: &'a str,
    pub(super) seconds: u32,
    pub(super) figures: Figures,
}

/// Reads what the ledger demands, by target.
pub(super) fn floors(path: &Path) -> Result<Vec<(String, Floors)>, Problem> {
    let table = read(path)?;
    let floors = table.iter().map(|(target, entry)| {
        let number = |name: &str| {
            let number = entry.get(name).and_then(toml::Value::as_integer);
            number
                .and_then(|number| u64::try_from(number).ok())
                .ok_or_else(|| {
                    Problem(format!("{}: {target} has no number {name}", path.display()))
                })
        };
        let floors = Floors {
            executions_per_second: number("executions_per_second")?,
            edges: number("edges")?,
            discarded_percent: number("discarded_percent")?,
        };
        Ok((target.clone(), floors))
    });
    floors.collect()
}

/// Puts a run in the place of the one before it.
pub(super) fn record(
    path: &Path,
    target: &str,
    sanitizer: &str,
    entry: &Entry<'_>,
) -> Result<(), Problem> {
    let mut runs = if path.exists() {
        read(path)?
    } else {
        toml::Table::new()
    };
    let of_target = runs
        .entry(target)
        .or_insert_with(|| toml::Value::Table(toml::Table::new()));
    let Some(of_target) = of_target.as_table_mut() else {
        return Err(Problem(format!("{}: {target} is no table", path.display())));
    };
    of_target.insert(sanitizer.to_owned(), toml::Value::Table(table_of(entry)?));
    let problem = |error: std::io::Error| Problem(format!("{}: {error}", path.display()));
    fs::write(path, text(&runs)).map_err(problem)
}

fn read(path: &Path) -> Result<toml::Table, Problem> {
    let problem = |error: &dyn std::fmt::Display| Problem(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| problem(&error))?;
    text.parse().map_err(|error| problem(&error))
}

fn table_of(entry: &Entry<'_>) -> Result<toml::Table, Problem> {
    let figures = &entry.figures;
    let texts = [("commit", entry.commit), ("compiler", entry.compiler)];
    let numbers = [
        ("seconds", u64::from(entry.seconds)),
        ("executions", figures.executions),
        ("accepted", figures.accepted),
        ("rejected", figures.rejected),
        ("discarded", figures.discarded),
        ("edges", figures.edges),
        ("features", figures.features),
        ("corpus_files", figures.corpus_files),
        ("corpus_bytes", figures.corpus_bytes),
        ("peak_rss_mb", figures.peak_rss_mb),
    ];
    let mut table = toml::Table::new();
    for (name, text) in texts {
        table.insert(name.to_owned(), text.into());
    }
    for (name, number) in numbers {
        let number = i64::try_from(number)
            .map_err(|_| Problem(format!("{name}: {number} is too large for TOML")))?;
        table.insert(name.to_owned(), number.into());
    }
    Ok(table)
}

/// Returns the file, sorted by target and sanitizer.
fn text(runs: &toml::Table) -> String {
    let mut text = HEADER.to_owned();
    for (target, sanitizers) in runs {
        for (sanitizer, entry) in sanitizers.as_table().into_iter().flatten() {
            // Writing to a string can't fail.
            _ = writeln!(text, "\n[{target}.{sanitizer}]");
            for name in ORDER {
                if let Some(value) = entry.get(name) {
                    _ = writeln!(text, "{name} = {value}");
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(executions: u64) -> Entry<'static> {
        Entry {
            commit: "0123456789ab",
            compiler: "rustc 1.88.0",
            seconds: 600,
            figures: Figures {
                executions,
                accepted: 2,
                rejected: 3,
                discarded: 4,
                edges: 5,
                features: 6,
                corpus_files: 7,
                corpus_bytes: 8,
                peak_rss_mb: 9,
            },
        }
    }

    fn temporary(name: &str) -> std::path::PathBuf {
        let name = format!("icid-xtask-fuzz-{}-{name}.toml", std::process::id());
        std::env::temp_dir().join(name)
    }

    #[test]
    fn a_run_takes_the_place_of_the_one_before_it_and_of_no_other() {
        let path = temporary("runs");
        record(&path, "json", "none", &entry(1)).unwrap();
        record(&path, "cbor", "none", &entry(10)).unwrap();
        record(&path, "json", "address", &entry(100)).unwrap();
        record(&path, "json", "none", &entry(1000)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let rest = "accepted = 2\nrejected = 3\ndiscarded = 4\nedges = 5\nfeatures = 6\n\
                    corpus_files = 7\ncorpus_bytes = 8\npeak_rss_mb = 9\n";
        let mut expected = HEADER.to_owned();
        for (name, executions) in [
            ("cbor.none", 10),
            ("json.address", 100),
            ("json.none", 1000),
        ] {
            expected.push_str(&format!(
                "\n[{name}]\ncommit = \"0123456789ab\"\ncompiler = \"rustc 1.88.0\"\n\
                 seconds = 600\nexecutions = {executions}\n{rest}"
            ));
        }
        assert_eq!(text, expected);
    }

    #[test]
    fn a_floor_that_is_missing_is_a_problem() {
        let path = temporary("floors");
        let good = "[cbor]\nexecutions_per_second = 1\nedges = 2\ndiscarded_percent = 3\n";
        fs::write(&path, good).unwrap();
        let floors_of_cbor = Floors {
            executions_per_second: 1,
            edges: 2,
            discarded_percent: 3,
        };
        assert_eq!(floors(&path), Ok(vec![("cbor".to_owned(), floors_of_cbor)]));
        fs::write(&path, good.replace("edges = 2\n", "")).unwrap();
        let problem = format!("{}: cbor has no number edges", path.display());
        assert_eq!(floors(&path), Err(Problem(problem)));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn every_target_has_floors_and_no_recorded_run_is_below_them() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let floors = floors(&fuzz.join("ledger.toml")).unwrap();
        let runs = read(&fuzz.join("runs.toml")).unwrap();
        assert!(floors.len() >= 24 && runs.len() >= 21, "{runs:?}");
        for (name, floors) in &floors {
            assert!(
                floors.executions_per_second > 0 && floors.edges > 0,
                "{name}"
            );
        }
        for (name, sanitizers) in &runs {
            let (_, floors) = floors.iter().find(|(known, _)| known == name).unwrap();
            let run = &sanitizers["none"];
            let number = |field: &str| u64::try_from(run[field].as_integer().unwrap()).unwrap();
            assert!(number("edges") >= floors.edges, "{name}");
            let executions = floors.executions_per_second * number("seconds");
            assert!(number("executions") >= executions, "{name}");
            assert!(
                number("accepted") > 0 && number("corpus_files") > 0,
                "{name}"
            );
        }
        let text = fs::read_to_string(fuzz.join("runs.toml")).unwrap();
        assert_eq!(text, self::text(&runs), "edited by hand");
    }
}
