//! The house rules that a compiler does not know.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{self, Problem};

/// The longest a Rust file may be, in lines.
const MOST_LINES: usize = 800;

/// The one file that may contain `unsafe` code: the calls into the BLS library.
const UNSAFE_FILE: &str = "crates/provider-native/src/pairing.rs";

/// The checks that an `Invariant:` sentence of ARCHITECTURE.md may name.
const CHECKS: [&str; 9] = [
    "bare",
    "clippy",
    "conformance",
    "kill",
    "layers",
    "spec lint",
    "tests",
    "tidy",
    "wasm",
];

/// A file of the repository.
struct File {
    /// The path from the top folder, with `/` between names.
    path: String,
    text: String,
}

/// Runs all rules over every file that git tracks or would track.
pub(crate) fn run(root: &Path) -> Result<(), Problem> {
    let files = files(root)?;
    let paths: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    let mut problems = Vec::new();
    for file in &files {
        problems.extend(text_rules(file));
        if file.path.ends_with(".rs") {
            problems.extend(rust_rules(file));
        }
        if file.path.ends_with(".md") {
            problems.extend(links(file, &paths));
        }
        if file.path.ends_with("/Cargo.toml") {
            problems.extend(manifest_rules(file, &paths));
        }
        if file.path == "ARCHITECTURE.md" {
            problems.extend(invariants(file));
        }
    }
    let readme = files.iter().find(|file| file.path == "README.md");
    problems.extend(readme_names_every_crate(readme, &files));
    Problem::from_lines("tidy", &problems)?;
    println!("tidy: {} files keep the house rules", files.len());
    Ok(())
}

fn files(root: &Path) -> Result<Vec<File>, Problem> {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let list = process::output(&mut process::command(root, "git", &arguments))?;
    let mut files = Vec::new();
    for path in list.lines() {
        let full: PathBuf = root.join(path);
        // Deleted but not yet committed.
        if !full.is_file() {
            continue;
        }
        let bytes = fs::read(&full).map_err(|error| Problem(format!("{path}: {error}")))?;
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}

fn is_generated(path: &str) -> bool {
    path.ends_with(".lock")
        || path.ends_with(".snap")
        || path.starts_with("LICENSE")
        || (path.starts_with("conformance/vectors/") && path.ends_with(".json"))
}

/// Rules for every file written by hand.
fn text_rules(file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    if is_generated(&file.path) {
        return problems;
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        problems.push(format!("{}: does not end in a line feed", file.path));
    }
    // Assembled here, so that this file does not break its own rule.
    let home_folders = [
        ["/ho", "me/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/Us", "ers/"].concat(),
    ];
    let unfinished = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
    ];
    for (number, line) in (1..).zip(file.text.lines()) {
        let at = format!("{}:{number}", file.path);
        if line.ends_with([' ', '\t']) {
            problems.push(format!("{at}: trailing white space"));
        }
        if home_folders
            .iter()
            .any(|folder| line.contains(folder.as_str()))
        {
            problems.push(format!("{at}: names a folder of one machine"));
        }
        if unfinished.iter().any(|mark| {
            line.split(|c: char| !c.is_alphanumeric())
                .any(|w| w == mark)
        }) {
            problems.push(format!("{at}: unfinished; file an issue instead"));
        }
    }
    problems
}

/// Rules for Rust files.
fn rust_rules(file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    let File { path, text } = file;
    if !text.starts_with("//!") && !text.starts_with("#!/") && !text.starts_with("#![no_main]") {
        problems.push(format!("{path}: does not start with `//!` documentation"));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        problems.push(format!(
            "{path}: {lines} lines, at most {MOST_LINES} are allowed"
        ));
    }
    if path.ends_with("/mod.rs") {
        problems.push(format!("{path}: name the file after its module"));
    }
    let is_root = path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs");
    let has_exception = path == "crates/provider-native/src/lib.rs";
    if is_root && !has_exception && !text.contains("#![forbid(unsafe_code)]") {
        problems.push(format!("{path}: lacks #![forbid(unsafe_code)]"));
    }
    let keyword = ["uns", "afe {"].concat();
    if path != UNSAFE_FILE && text.contains(&keyword) {
        problems.push(format!("{path}: only {UNSAFE_FILE} may hold such code"));
    }
    problems.extend(reference_links(file));
    problems
}

/// Returns the reference links in documentation whose label is defined nowhere in the file.
///
/// rustdoc ignores a label with a space, so such a link breaks without a warning.
fn reference_links(file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    let is_doc = |line: &str| line.starts_with("///") || line.starts_with("//!");
    for (number, line) in (1..)
        .zip(file.text.lines())
        .filter(|(_, l)| is_doc(l.trim_start()))
    {
        for (_, rest) in line.match_indices("][").map(|(at, _)| line.split_at(at)) {
            let Some((label, _)) = rest.trim_start_matches("][").split_once(']') else {
                continue;
            };
            let definition = format!("[{label}]:");
            if label.contains(' ') && !file.text.contains(&definition) {
                problems.push(format!("{}:{number}: [{label}] is not defined", file.path));
            }
        }
    }
    problems
}

/// Returns the relative links of a Markdown file that lead nowhere.
fn links(file: &File, paths: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut in_code = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let target = line
                .get(at.saturating_add(2)..)
                .and_then(|rest| rest.split(')').next());
            let Some(target) = target.map(|target| target.split('#').next().unwrap_or(target))
            else {
                continue;
            };
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let full = resolve(folder, target);
            let exists = paths.contains(&full)
                || paths
                    .iter()
                    .any(|path| path.starts_with(&format!("{full}/")));
            if !exists {
                problems.push(format!("{}:{number}: {target} does not exist", file.path));
            }
        }
    }
    problems
}

/// Returns `target` as seen from `folder`, from the top folder.
fn resolve(folder: &str, target: &str) -> String {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

/// Workspaces of their own, which share no lint table.
fn is_other_workspace(path: &str) -> bool {
    const OTHERS: [&str; 5] = [
        "conformance/adapters/rust-agent/",
        "conformance/bench/",
        "conformance/interop/",
        "conformance/wasm-size/",
        "fuzz/",
    ];
    OTHERS.iter().any(|top| path.starts_with(top))
}

/// Rules for the manifest of a member.
fn manifest_rules(file: &File, paths: &BTreeSet<String>) -> Vec<String> {
    let File { path, text } = file;
    let mut problems = Vec::new();
    if is_other_workspace(path) {
        return problems;
    }
    if !text.contains("[lints]\nworkspace = true") {
        problems.push(format!("{path}: does not inherit the workspace's lints"));
    }
    let mut in_dependencies = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && line.contains('=') && !line.contains("workspace = true") {
            problems.push(format!(
                "{path}:{number}: versions stand in the workspace manifest only"
            ));
        }
    }
    let folder = path.trim_end_matches("/Cargo.toml");
    if !text.contains("publish = false") {
        for name in ["CHANGELOG.md", "README.md"] {
            if !paths.contains(&format!("{folder}/{name}")) {
                problems.push(format!("{folder}: a published crate needs a {name}"));
            }
        }
    }
    problems
}

/// Returns the `Invariant:` sentences that name no check, or none that exists.
fn invariants(file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    let mut count = 0_usize;
    for (number, line) in (1..)
        .zip(file.text.lines())
        .filter(|(_, l)| l.contains("Invariant:"))
    {
        count = count.saturating_add(1);
        let named = line
            .rsplit_once("(check: `")
            .and_then(|(_, rest)| rest.split('`').next());
        match named {
            Some(check) if CHECKS.contains(&check) => {}
            Some(check) => problems.push(format!(
                "{}:{number}: there is no check `{check}`",
                file.path
            )),
            None => problems.push(format!(
                "{}:{number}: an invariant names its check",
                file.path
            )),
        }
    }
    if count == 0 {
        problems.push(format!("{}: states no invariant", file.path));
    }
    problems
}

/// Returns the published crates that the README's table leaves out.
fn readme_names_every_crate(readme: Option<&File>, files: &[File]) -> Vec<String> {
    let text = readme.map_or("", |file| file.text.as_str());
    let published = files.iter().filter(|file| {
        file.path.starts_with("crates/")
            && file.path.ends_with("/Cargo.toml")
            && !file.text.contains("publish = false")
    });
    let folders = published.map(|file| file.path.trim_end_matches("/Cargo.toml"));
    folders
        .filter(|folder| !text.contains(&format!("({folder})")))
        .map(|folder| format!("README.md: the table of crates leaves out {folder}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn paths(all: &[&str]) -> BTreeSet<String> {
        all.iter().map(|&path| path.to_owned()).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn text_ends_in_a_line_feed_and_has_no_trailing_space() {
        assert_eq!(text_rules(&file("a.md", "good\n")), NONE);
        assert_eq!(
            text_rules(&file("a.md", "bad")),
            ["a.md: does not end in a line feed"]
        );
        assert_eq!(
            text_rules(&file("a.md", "bad \n")),
            ["a.md:1: trailing white space"]
        );
    }

    #[test]
    fn text_names_no_folder_of_one_machine() {
        let text = ["see /ho", "me/ada\n"].concat();
        assert_eq!(
            text_rules(&file("a.md", &text)),
            ["a.md:1: names a folder of one machine"]
        );
    }

    #[test]
    fn text_has_no_unfinished_places() {
        let text = ["// TO", "DO: later\n"].concat();
        assert_eq!(
            text_rules(&file("a.rs", &text)),
            ["a.rs:1: unfinished; file an issue instead"]
        );
    }

    #[test]
    fn rust_files_start_with_documentation() {
        let found = rust_rules(&file("crates/a/src/b.rs", "fn a() {}\n"));
        assert_eq!(
            found,
            ["crates/a/src/b.rs: does not start with `//!` documentation"]
        );
    }

    #[test]
    fn rust_files_have_at_most_eight_hundred_lines() {
        let text = |lines: usize| "//! A.\n".repeat(lines);
        assert_eq!(rust_rules(&file("a/b.rs", &text(800))), NONE);
        let found = rust_rules(&file("a/b.rs", &text(801)));
        assert_eq!(found, ["a/b.rs: 801 lines, at most 800 are allowed"]);
    }

    #[test]
    fn crate_roots_forbid_unsafe_code() {
        let found = rust_rules(&file("crates/a/src/lib.rs", "//! A.\n"));
        assert_eq!(
            found,
            ["crates/a/src/lib.rs: lacks #![forbid(unsafe_code)]"]
        );
        let text = ["//! A.\nfn a() { uns", "afe { b() } }\n"].concat();
        let found = rust_rules(&file("crates/a/src/b.rs", &text));
        assert_eq!(
            found,
            [format!(
                "crates/a/src/b.rs: only {UNSAFE_FILE} may hold such code"
            )]
        );
        assert_eq!(rust_rules(&file(UNSAFE_FILE, &text)), NONE);
    }

    #[test]
    fn modules_are_not_called_mod() {
        let found = rust_rules(&file("a/mod.rs", "//! A.\n"));
        assert_eq!(found, ["a/mod.rs: name the file after its module"]);
    }

    #[test]
    fn reference_links_with_spaces_are_defined() {
        let good = "//! See [the rule][the rule].\n//!\n//! [the rule]: https://example.org\n";
        assert_eq!(reference_links(&file("a.rs", good)), NONE);
        let found = reference_links(&file("a.rs", "//! See [the rule][the rule].\n"));
        assert_eq!(found, ["a.rs:1: [the rule] is not defined"]);
    }

    #[test]
    fn relative_links_lead_somewhere() {
        let all = paths(&["docs/a.md", "crates/b/Cargo.toml"]);
        let good = file(
            "docs/a.md",
            "[b](../crates/b) [a](a.md#top) [c](https://example.org)\n",
        );
        assert_eq!(links(&good, &all), NONE);
        let code = file("docs/a.md", "```python\nOPS[q](a)\n```\n");
        assert_eq!(links(&code, &all), NONE);
        let found = links(&file("docs/a.md", "[b](b.md)\n"), &all);
        assert_eq!(found, ["docs/a.md:1: b.md does not exist"]);
    }

    #[test]
    fn members_inherit_lints_and_versions_and_are_documented() {
        let head = "[package]\nname = \"a\"\n";
        let lints = "\n[lints]\nworkspace = true\n";
        let complete = paths(&["crates/a/README.md", "crates/a/CHANGELOG.md"]);
        let good = format!("{head}[dependencies]\nb.workspace = true\n{lints}");
        assert_eq!(
            manifest_rules(&file("crates/a/Cargo.toml", &good), &complete),
            NONE
        );
        let found = manifest_rules(&file("crates/a/Cargo.toml", head), &complete);
        assert_eq!(
            found,
            ["crates/a/Cargo.toml: does not inherit the workspace's lints"]
        );
        let own = format!("{head}[dependencies]\nb = \"1\"\n{lints}");
        let found = manifest_rules(&file("crates/a/Cargo.toml", &own), &complete);
        let expected = ["crates/a/Cargo.toml:4: versions stand in the workspace manifest only"];
        assert_eq!(found, expected);
        let found = manifest_rules(&file("crates/a/Cargo.toml", &good), &paths(&[]));
        let expected = [
            "crates/a: a published crate needs a CHANGELOG.md",
            "crates/a: a published crate needs a README.md",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_invariant_names_a_check_that_exists() {
        let good = "**Invariant:** imports go down (check: `layers`).\n";
        assert_eq!(invariants(&file("A.md", good)), NONE);
        let found = invariants(&file("A.md", "**Invariant:** all is well.\n"));
        assert_eq!(found, ["A.md:1: an invariant names its check"]);
        let found = invariants(&file(
            "A.md",
            "**Invariant:** all is well (check: `hope`).\n",
        ));
        assert_eq!(found, ["A.md:1: there is no check `hope`"]);
        assert_eq!(
            invariants(&file("A.md", "nothing\n")),
            ["A.md: states no invariant"]
        );
    }

    #[test]
    fn the_readme_names_every_published_crate() {
        let all = [
            file("crates/a/Cargo.toml", ""),
            file("crates/b/Cargo.toml", "publish = false"),
        ];
        let readme = file("README.md", "[a](crates/a)\n");
        assert_eq!(readme_names_every_crate(Some(&readme), &all), NONE);
        let found = readme_names_every_crate(None, &all);
        assert_eq!(
            found,
            ["README.md: the table of crates leaves out crates/a"]
        );
    }
}
