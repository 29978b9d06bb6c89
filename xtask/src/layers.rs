//! Checks imports against the table in ARCHITECTURE.md, and the dependency budgets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fmt, fs};

use serde::Deserialize;

use crate::process::{self, Problem};

/// Third-party crates that a library without a provider may bring with default features.
///
/// Source: design decision "few dependencies": `sha2` and its closure, with room for one more.
const MOST_THIRD_PARTY: usize = 12;

/// The package that all providers are made of: who imports it, directly or not, brings cryptography.
const CRYPTOGRAPHY: &str = "provider-shared";

/// The package that needs C libraries, and so a system to run on.
const NATIVE: &str = "provider-native";

/// The package that imports providers of which one is optional.
const FACADE: &str = "icid";

/// The layer of programs, which no library is on but the façade.
const TOP: u8 = 5;

/// What no library without a provider may bring with default features.
const BANNED_WITHOUT_PROVIDER: [&str; 14] = [
    "blst",
    "candid",
    "curve25519-dalek",
    "ed25519-dalek",
    "ed25519-zebra",
    "getrandom",
    "ic_bls12_381",
    "k256",
    "p256",
    "rand",
    "rand_core",
    "ring",
    "rsa",
    "serde",
];

/// Peers and archived crates that must not enter the main lock file.
const BANNED_FROM_LOCK: [&str; 7] = [
    "ic-agent",
    "ic-cbor",
    "ic-certificate-verification",
    "ic-certification",
    "ic-signature-verification",
    "ic-transport-types",
    "serde_cbor",
];

/// Where the table stands in ARCHITECTURE.md.
const TABLE_BEGIN: &str = "<!-- layers: begin -->";
const TABLE_END: &str = "<!-- layers: end -->";

/// Runs all checks of this module.
pub(crate) fn run(root: &Path) -> Result<(), Problem> {
    let table = read_table(root)?;
    let graph = Graph::read(root)?;
    let mut problems = imports(&table, &graph);
    let lock = fs::read_to_string(root.join("Cargo.lock"))
        .map_err(|error| Problem(format!("Cargo.lock: {error}")))?;
    problems.extend(locked(&lock));
    for name in libraries(&table, CRYPTOGRAPHY) {
        problems.extend(budget(name, &third_party(root, name)?));
    }
    Problem::from_lines("layers", &problems)?;
    println!(
        "layers: {} packages import only what ARCHITECTURE.md allows",
        table.len()
    );
    Ok(())
}

/// Returns the packages that must build without an operating system: all without a provider.
pub(crate) fn bare_packages(root: &Path) -> Result<Vec<String>, Problem> {
    let table = read_table(root)?;
    let names = libraries(&table, CRYPTOGRAPHY);
    Ok(names.into_iter().map(package_name).collect())
}

/// Returns the packages that must build for a browser or a canister: all but those that need C.
pub(crate) fn wasm_packages(root: &Path) -> Result<Vec<String>, Problem> {
    let mut table = read_table(root)?;
    // The façade brings it only if asked to.
    if let Some(facade) = table.get_mut(FACADE) {
        facade.imports.remove(NATIVE);
    }
    let names = libraries(&table, NATIVE);
    Ok(names.into_iter().map(package_name).collect())
}

/// Returns the libraries that are not and do not import the package `without`, directly or not.
///
/// On the top layer are programs, and the façade.
fn libraries<'a>(table: &'a Table, without: &str) -> Vec<&'a str> {
    fn reaches(table: &Table, name: &str, goal: &str) -> bool {
        let imports = table.get(name).map(|row| &row.imports);
        // The graph has no cycle, for imports go down a layer.
        name == goal || imports.is_some_and(|names| names.iter().any(|n| reaches(table, n, goal)))
    }
    let is_library = |(name, row): &(&String, &Row)| {
        row.layer
            .is_some_and(|layer| layer.number < TOP || *name == FACADE)
    };
    let names = table.iter().filter(is_library);
    names
        .map(|(name, _)| name.as_str())
        .filter(|name| !reaches(table, name, without))
        .collect()
}

/// One row of the table: a package, its layer (`None` for tools) and what it may import.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Row {
    layer: Option<Layer>,
    imports: BTreeSet<String>,
}

/// A layer, such as L3, or a part of one that is split, such as L4a, which is below L4b.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Layer {
    number: u8,
    part: Option<char>,
}

impl Layer {
    /// Reads what stands in a row: `L`, a number, and at most one small letter.
    fn parse(cell: &str) -> Option<Self> {
        let name = cell.strip_prefix('L')?;
        let number = name.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let mut parts = name.strip_prefix(number)?.chars();
        let layer = Self {
            number: number.parse().ok()?,
            part: parts.next(),
        };
        parts.next().is_none().then_some(layer)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}", self.number)?;
        self.part.map_or(Ok(()), |part| write!(f, "{part}"))
    }
}

type Table = BTreeMap<String, Row>;

fn read_table(root: &Path) -> Result<Table, Problem> {
    let text = fs::read_to_string(root.join("ARCHITECTURE.md"))
        .map_err(|error| Problem(format!("ARCHITECTURE.md: {error}")))?;
    parse_table(&text)
}

fn parse_table(text: &str) -> Result<Table, Problem> {
    let missing = || {
        Problem(format!(
            "ARCHITECTURE.md has no {TABLE_BEGIN} … {TABLE_END}"
        ))
    };
    let (_, rest) = text.split_once(TABLE_BEGIN).ok_or_else(missing)?;
    let (body, _) = rest.split_once(TABLE_END).ok_or_else(missing)?;
    let mut table = Table::new();
    // The first two lines are the head and its rule.
    for line in body.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [layer, name, imports] = cells.as_slice() else {
            return Err(Problem(format!("ARCHITECTURE.md: not three cells: {line}")));
        };
        let layer = Layer::parse(layer);
        if layer.is_none() && cells.first() != Some(&"tool") {
            return Err(Problem(format!("ARCHITECTURE.md: no layer: {line}")));
        }
        let words = |cell: &str| -> BTreeSet<String> {
            let cell = cell.replace(['`', ','], " ");
            cell.split_whitespace()
                .filter(|&word| word != "–")
                .map(str::to_owned)
                .collect()
        };
        let row = Row {
            layer,
            imports: words(imports),
        };
        for name in words(name) {
            table.insert(name, row.clone());
        }
    }
    Ok(table)
}

/// What the workspace's packages are called in the table: without the common prefix.
fn short_name(package: &str) -> &str {
    package.strip_prefix("icid-").unwrap_or(package)
}

fn package_name(short: &str) -> String {
    if short == "icid" || short == "xtask" {
        short.to_owned()
    } else {
        format!("icid-{short}")
    }
}

/// Who imports whom among the workspace's packages, development dependencies left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Graph {
    imports: BTreeMap<String, BTreeSet<String>>,
    development: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

impl Graph {
    fn read(root: &Path) -> Result<Self, Problem> {
        let arguments = ["metadata", "--no-deps", "--format-version", "1"];
        let text = process::output(&mut process::cargo(root, &arguments))?;
        let metadata: Metadata = serde_json::from_str(&text)
            .map_err(|error| Problem(format!("cargo metadata: {error}")))?;
        let mut graph = Self::default();
        for package in metadata.packages {
            let name = short_name(&package.name).to_owned();
            let ours = |development: bool| -> BTreeSet<String> {
                let all = package
                    .dependencies
                    .iter()
                    .filter(|dependency| dependency.path.is_some());
                all.filter(|dependency| (dependency.kind.as_deref() == Some("dev")) == development)
                    .map(|dependency| short_name(&dependency.name).to_owned())
                    .collect()
            };
            graph.imports.insert(name.clone(), ours(false));
            graph.development.insert(name, ours(true));
        }
        Ok(graph)
    }
}

/// Returns every import that the table does not allow, and every way the table is out of date.
fn imports(table: &Table, graph: &Graph) -> Vec<String> {
    let mut problems = Vec::new();
    for name in graph
        .imports
        .keys()
        .filter(|name| !table.contains_key(*name))
    {
        problems.push(format!("`{name}` is not in the table of ARCHITECTURE.md"));
    }
    for (name, row) in table {
        let Some(actual) = graph.imports.get(name) else {
            problems.push(format!("`{name}` is in the table but not in the workspace"));
            continue;
        };
        for import in actual.difference(&row.imports) {
            problems.push(format!("`{name}` must not import `{import}`"));
        }
        for import in row.imports.difference(actual) {
            problems.push(format!(
                "`{name}` may import `{import}` by the table but does not"
            ));
        }
        let Some(layer) = row.layer else { continue };
        for import in actual {
            match table.get(import).and_then(|row| row.layer) {
                Some(below) if below < layer => {}
                Some(other) => problems.push(format!(
                    "`{name}` ({layer}) imports `{import}` ({other}): imports go down a layer"
                )),
                None => problems.push(format!("`{name}` ({layer}) imports the tool `{import}`")),
            }
        }
    }
    for name in ["model", "xtask"] {
        let both = [&graph.imports, &graph.development];
        for import in both.iter().filter_map(|edges| edges.get(name)).flatten() {
            problems.push(format!(
                "`{name}` must share no code with the crates, not even `{import}` in tests"
            ));
        }
    }
    problems
}

/// Returns the banned packages that a lock file names.
fn locked(lock: &str) -> Vec<String> {
    let is_locked = |name: &&str| {
        lock.lines()
            .any(|line| line == format!("name = \"{name}\""))
    };
    let banned = BANNED_FROM_LOCK.iter().copied().filter(is_locked);
    banned
        .map(|name| format!("Cargo.lock names `{name}`: peers live in workspaces of their own"))
        .collect()
}

/// Returns the third-party packages that a library brings with default features.
fn third_party(root: &Path, short: &str) -> Result<BTreeSet<String>, Problem> {
    let package = package_name(short);
    let arguments = [
        "tree", "-e", "normal", "--prefix", "none", "--format", "{p}", "-p", &package,
    ];
    let text = process::output(&mut process::cargo(root, &arguments))?;
    let lines = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)").trim());
    let foreign = lines.filter(|line| !line.is_empty() && !line.starts_with("icid-"));
    Ok(foreign
        .map(|line| line.trim_end_matches(" (proc-macro)").to_owned())
        .collect())
}

/// Returns how a library's third-party packages (`name vX.Y.Z`) break its budget.
fn budget(name: &str, packages: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    if packages.len() > MOST_THIRD_PARTY {
        problems.push(format!(
            "`{name}` brings {} third-party crates, at most {MOST_THIRD_PARTY} are allowed",
            packages.len()
        ));
    }
    let mut seen = BTreeSet::new();
    for package in packages {
        let crate_name = package.split(' ').next().unwrap_or(package);
        if BANNED_WITHOUT_PROVIDER.contains(&crate_name) {
            problems.push(format!(
                "`{name}` brings `{crate_name}` with default features"
            ));
        }
        if !seen.insert(crate_name) {
            problems.push(format!("`{name}` brings two versions of `{crate_name}`"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
<!-- layers: begin -->
| layer | crate | imports |
|---|---|---|
| L0 | `cbor`, `time` | – |
| L1 | `tree` | `cbor` |
| tool | `model` | – |
<!-- layers: end -->";

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let imports = edges
            .iter()
            .map(|(name, to)| ((*name).to_owned(), set(to)))
            .collect();
        Graph {
            imports,
            development: BTreeMap::new(),
        }
    }

    fn problems(edges: &[(&str, &[&str])]) -> Vec<String> {
        imports(&parse_table(TABLE).unwrap(), &graph(edges))
    }

    #[test]
    fn accepts_a_workspace_that_is_as_the_table_says() {
        let edges: [(&str, &[&str]); 4] = [
            ("cbor", &[]),
            ("time", &[]),
            ("tree", &["cbor"]),
            ("model", &[]),
        ];
        assert_eq!(problems(&edges), Vec::<String>::new());
    }

    #[test]
    fn rejects_an_import_that_is_not_in_the_table() {
        let edges: [(&str, &[&str]); 4] = [
            ("cbor", &[]),
            ("time", &[]),
            ("tree", &["cbor", "time"]),
            ("model", &[]),
        ];
        assert_eq!(problems(&edges), ["`tree` must not import `time`"]);
    }

    #[test]
    fn rejects_an_import_that_goes_sideways_even_if_the_table_allows_it() {
        let text = TABLE.replace(
            "| L0 | `cbor`, `time` | – |",
            "| L0 | `cbor` | `time` |\n| L0 | `time` | – |",
        );
        let edges: [(&str, &[&str]); 4] = [
            ("cbor", &["time"]),
            ("time", &[]),
            ("tree", &["cbor"]),
            ("model", &[]),
        ];
        let found = imports(&parse_table(&text).unwrap(), &graph(&edges));
        assert_eq!(
            found,
            ["`cbor` (L0) imports `time` (L0): imports go down a layer"]
        );
    }

    #[test]
    fn a_layer_may_have_parts_of_which_one_is_below_the_other() {
        let rows = "| L4a | `shared` | – |\n| L4b | `a`, `b` | `shared` |";
        let text = format!("{TABLE_BEGIN}\n|||\n|||\n{rows}\n{TABLE_END}");
        let table = parse_table(&text).unwrap();
        let edges: [(&str, &[&str]); 3] = [("shared", &[]), ("a", &["shared"]), ("b", &["shared"])];
        assert_eq!(imports(&table, &graph(&edges)), Vec::<String>::new());
        let text = text.replace("L4a", "L4b");
        let found = imports(&parse_table(&text).unwrap(), &graph(&edges));
        assert_eq!(
            found,
            [
                "`a` (L4b) imports `shared` (L4b): imports go down a layer",
                "`b` (L4b) imports `shared` (L4b): imports go down a layer"
            ]
        );
    }

    #[test]
    fn libraries_are_told_apart_by_what_they_reach() {
        let rows = "| L0 | `time` | – |\n| L1 | `deep` | `time` |\n| L2 | `top` | `deep` |\n\
                    | L2 | `other` | – |\n| L5 | `icid`, `program` | `other` |\n| tool | `kit` | – |";
        let table = parse_table(&format!("{TABLE_BEGIN}\n|||\n|||\n{rows}\n{TABLE_END}")).unwrap();
        assert_eq!(libraries(&table, "deep"), ["icid", "other", "time"]);
        assert_eq!(
            libraries(&table, "nothing"),
            ["deep", "icid", "other", "time", "top"]
        );
    }

    #[test]
    fn rejects_a_layer_of_another_form() {
        for name in ["4", "L", "L4ab", "L4B", "La", "L300", "tools"] {
            let text = TABLE.replace("| L1 |", &format!("| {name} |"));
            let line = format!("| {name} | `tree` | `cbor` |");
            let problem = Problem(format!("ARCHITECTURE.md: no layer: {line}"));
            assert_eq!(parse_table(&text), Err(problem));
        }
    }

    #[test]
    fn rejects_a_model_that_shares_code_with_the_crates() {
        let edges: [(&str, &[&str]); 4] = [
            ("cbor", &[]),
            ("time", &[]),
            ("tree", &["cbor"]),
            ("model", &["cbor"]),
        ];
        let found = problems(&edges);
        assert!(found.contains(&"`model` must not import `cbor`".to_owned()));
        assert!(
            found
                .iter()
                .any(|problem| problem.contains("must share no code"))
        );
    }

    #[test]
    fn rejects_a_package_that_the_table_does_not_know() {
        let edges: [(&str, &[&str]); 5] = [
            ("cbor", &[]),
            ("time", &[]),
            ("tree", &["cbor"]),
            ("model", &[]),
            ("new", &[]),
        ];
        assert_eq!(
            problems(&edges),
            ["`new` is not in the table of ARCHITECTURE.md"]
        );
    }

    #[test]
    fn rejects_a_table_that_is_out_of_date() {
        let edges: [(&str, &[&str]); 3] = [("cbor", &[]), ("tree", &[]), ("model", &[])];
        let expected = [
            "`time` is in the table but not in the workspace",
            "`tree` may import `cbor` by the table but does not",
        ];
        assert_eq!(problems(&edges), expected);
    }

    #[test]
    fn rejects_a_lock_file_with_a_peer() {
        let found = locked("[[package]]\nname = \"serde_cbor\"\n");
        assert_eq!(
            found,
            ["Cargo.lock names `serde_cbor`: peers live in workspaces of their own"]
        );
        assert_eq!(
            locked("[[package]]\nname = \"serde_json\"\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_budget_is_twelve_third_party_crates() {
        let many = |count: usize| (0..count).map(|n| format!("crate{n} v1.0.0")).collect();
        assert_eq!(budget("a", &many(12)), Vec::<String>::new());
        let found = budget("a", &many(13));
        assert_eq!(
            found,
            ["`a` brings 13 third-party crates, at most 12 are allowed"]
        );
    }

    #[test]
    fn the_budget_has_no_room_for_banned_or_double_crates() {
        let found = budget("a", &set(&["serde v1.0.0", "x v1.0.0", "x v2.0.0"]));
        assert_eq!(
            found,
            [
                "`a` brings `serde` with default features",
                "`a` brings two versions of `x`"
            ]
        );
    }
}
