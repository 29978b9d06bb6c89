//! The text files that the spec spine consists of, read once.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The directories in which Rust code may carry `spec` marks.
const CODE: [&str; 5] = ["conformance", "crates", "fuzz", "spec/model", "xtask"];

/// Text files by path, relative to the root of the repository, with `/` between the parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    files: BTreeMap<String, String>,
}

impl Snapshot {
    /// Reads every `.toml` file of `spec` and every Rust file that may carry marks.
    pub(super) fn read(root: &Path) -> Result<Self, SpecError> {
        let mut files = BTreeMap::new();
        collect(root, &root.join("spec"), "toml", &mut files)?;
        for code in CODE {
            collect(root, &root.join(code), "rs", &mut files)?;
        }
        Ok(Self { files })
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Returns the files whose path begins with `prefix` and ends with `suffix`, in path order.
    pub(super) fn matching<'a>(
        &'a self,
        prefix: &'a str,
        suffix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(prefix) && path.ends_with(suffix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    #[cfg(test)]
    pub(super) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    #[cfg(test)]
    pub(super) fn without(mut self, path: &str) -> Self {
        self.files.remove(path);
        self
    }
}

/// Adds the files below `dir` with that extension; a missing `dir` adds nothing.
fn collect(
    root: &Path,
    dir: &Path,
    extension: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), SpecError> {
    if !dir.is_dir() {
        return Ok(());
    }
    for path in list(dir)? {
        if path.is_dir() {
            if path
                .file_name()
                .is_none_or(|name| name != "target" && name != "node_modules")
            {
                collect(root, &path, extension, files)?;
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = read_text(&path)?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            files.insert(relative.to_string_lossy().replace('\\', "/"), text);
        }
    }
    Ok(())
}

/// Returns the entries of a directory.
pub(super) fn list(dir: &Path) -> Result<Vec<PathBuf>, SpecError> {
    let failed = |error| SpecError::Io {
        path: dir.to_owned(),
        error,
    };
    fs::read_dir(dir)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
        .collect()
}

/// Returns the text of a file.
pub(super) fn read_text(path: &Path) -> Result<String, SpecError> {
    fs::read_to_string(path).map_err(|error| SpecError::Io {
        path: path.to_owned(),
        error,
    })
}

/// Why the spec spine could not be worked on.
#[non_exhaustive]
#[derive(Debug)]
pub(crate) enum SpecError {
    /// A file or directory can't be read or written.
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A cited section is not in the upstream documents.
    MissingSections {
        /// `doc#anchor (clause)`, each once.
        sections: Vec<String>,
    },
    /// There is no clause of that name.
    NoClause {
        /// The name.
        id: String,
    },
    /// A directory holds none of the upstream documents.
    NoDocuments {
        /// The directory.
        path: PathBuf,
    },
    /// A file can't be changed in place.
    Unwritable {
        /// The file, relative to the root.
        path: String,
        /// What stands in the way.
        why: String,
    },
    /// The arguments make no command.
    Usage,
}

impl fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(formatter, "{}: {error}", path.display()),
            Self::MissingSections { sections } => {
                write!(
                    formatter,
                    "sections that don't exist: {}",
                    sections.join(", ")
                )
            }
            Self::NoClause { id } => write!(formatter, "there is no clause {id}"),
            Self::NoDocuments { path } => {
                write!(formatter, "{} holds none of the documents", path.display())
            }
            Self::Unwritable { path, why } => write!(formatter, "{path}: {why}"),
            Self::Usage => formatter.write_str(super::USAGE),
        }
    }
}

impl std::error::Error for SpecError {}
