//! Everything that is written, and the comparison with what is there.

use alloc::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::{Catalogue, Suite};

/// The generated files: path below the root of the repository, and text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Output(BTreeMap<String, String>);

/// Where the vectors are.
const VECTORS: &str = "conformance/vectors";

impl Output {
    /// Everything that follows from `suite` and the files of the repository at `root`.
    ///
    /// Ids are never given up: an id in `ids.lock` that is not in `suite` is a problem, unless
    /// `relock` allows it.
    ///
    /// # Errors
    ///
    /// Returns one line per problem.
    pub fn new(suite: Suite, root: &Path, relock: bool) -> Result<Self, Vec<String>> {
        let (vectors, ids) = suite.finish()?;
        let mut problems = Vec::new();
        let mut output = Self::default();
        let clauses = match requirements(root) {
            Ok(clauses) => clauses,
            Err(problem) => {
                problems.push(problem);
                Catalogue::default()
            }
        };
        output.add("clauses.json", clauses.to_json());
        match policies(root) {
            Ok(policies) => output.add("policies.json", pretty(&policies)),
            Err(problem) => problems.push(problem),
        }
        let lock = fs::read_to_string(root.join(VECTORS).join("ids.lock")).unwrap_or_default();
        let locked: BTreeSet<String> = lock.lines().map(str::to_owned).collect();
        if !relock {
            let lost = locked.difference(&ids);
            problems.extend(lost.map(|id| format!("{id}: in ids.lock, but no vector any more (ids are permanent; --relock before the first release)")));
        }
        output.add("ids.lock", ids.iter().map(|id| format!("{id}\n")).collect());
        output.add(
            "src/files.rs",
            files_rs(vectors.iter().map(|(path, _)| path.as_str())),
        );
        for (path, text) in vectors {
            output.add(&path, text);
        }
        if problems.is_empty() {
            Ok(output)
        } else {
            Err(problems)
        }
    }

    /// The files: path below the root of the repository, and text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn add(&mut self, path: &str, text: String) {
        self.0.insert(format!("{VECTORS}/{path}"), text);
    }
}

/// Writes `output` below `root` and removes vector files that are no longer generated.
///
/// # Errors
///
/// Returns the first failure of the file system.
pub fn write(output: &Output, root: &Path) -> io::Result<()> {
    for path in stale(output, root)? {
        fs::remove_file(root.join(path))?;
    }
    for (path, text) in output.files() {
        let path = root.join(path);
        if fs::read_to_string(&path).is_ok_and(|present| present == text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// The differences between `output` and the files below `root`; none if all are equal to the byte.
///
/// # Errors
///
/// Returns the first failure of the file system, other than that a file is not there.
pub fn check(output: &Output, root: &Path) -> io::Result<Vec<String>> {
    let mut differences: Vec<_> = stale(output, root)?
        .iter()
        .map(|path| format!("{path}: is not generated"))
        .collect();
    for (path, text) in output.files() {
        match fs::read(root.join(path)) {
            Ok(present) if present == text.as_bytes() => {}
            Ok(_) => differences.push(format!("{path}: differs")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.push(format!("{path}: is missing"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(differences)
}

/// JSON as we write it: two spaces, fields in order, a line feed at the end.
pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// JSON files below the vectors that `output` does not have.
fn stale(output: &Output, root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(VECTORS)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let text = path.to_string_lossy().replace('\\', "/");
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if text.ends_with(".json") && !output.0.contains_key(&text) {
                found.push(text);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn requirements(root: &Path) -> Result<Catalogue, String> {
    let folder = root.join("spec/requirements");
    let mut files = Vec::new();
    let entries = fs::read_dir(&folder).map_err(|error| format!("spec/requirements: {error}"))?;
    for entry in entries {
        let entry = entry.map_err(|error| format!("spec/requirements: {error}"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".toml") {
            let text = fs::read_to_string(entry.path());
            files.push((
                name.clone(),
                text.map_err(|error| format!("{name}: {error}"))?,
            ));
        }
    }
    files.sort();
    Catalogue::from_toml(&files).map_err(|error| error.to_string())
}

fn policies(root: &Path) -> Result<Value, String> {
    match fs::read_to_string(root.join("spec/policies.toml")) {
        Ok(text) => toml::from_str::<toml::Table>(&text)
            .map(|table| crate::catalogue::to_json(toml::Value::Table(table)))
            .map_err(|error| format!("spec/policies.toml: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Value::Object(Map::new())),
        Err(error) => Err(format!("spec/policies.toml: {error}")),
    }
}

fn files_rs<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    let mut paths: Vec<_> = paths.collect();
    paths.sort_unstable();
    let mut text = "//! The list of files. Generated by `cargo run -p icid-generate`.\n\n\
        /// Path below `conformance/vectors` and text of every vector file.\n\
        #[rustfmt::skip]\n\
        pub const FILES: &[(&str, &str)] = &[\n"
        .to_owned();
    for path in paths {
        text.push_str(&format!("    ({path:?}, include_str!(\"../{path}\")),\n"));
    }
    text.push_str("];\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vector;
    use serde_json::json;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn suite() -> Suite {
        let mut suite = Suite::new();
        let mut file = suite.file("principal.decode_text", "test", "test");
        let text = json!({"text": "em77e-bvlzu-aq"});
        file.add(Vector::accept("good", "Good", text).clauses(&["PRIN-17"]));
        suite
    }

    #[test]
    fn refuses_to_lose_an_id() {
        let problems = Output::new(suite(), &root(), false)
            .err()
            .unwrap_or_default();
        assert!(
            problems
                .iter()
                .any(|line| line.contains("no vector any more")),
            "{problems:?}"
        );
        assert!(Output::new(suite(), &root(), true).is_ok());
    }
}
