//! The suite: vectors, clauses and policies, loaded strictly and checked against each other.

mod check;
mod file;

use core::fmt;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::outcome::Level;

pub(crate) use file::{Clause, Fault, Importance, Note, OutputCheck, Status};

/// The vectors, clauses and policies that a run uses.
#[derive(Debug)]
pub struct Suite {
    pub(crate) version: String,
    pub(crate) spec: String,
    pub(crate) digest: String,
    pub(crate) files: usize,
    pub(crate) vectors: Vec<Vector>,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) policies: Vec<Policy>,
    families: BTreeMap<String, String>,
    by_id: BTreeMap<String, usize>,
    by_clause: BTreeMap<String, usize>,
}

/// One vector: an input and what must become of it.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) op: String,
    pub(crate) topic: String,
    pub(crate) file: String,
    pub(crate) clauses: Vec<String>,
    pub(crate) notes: Vec<(String, Note)>,
    pub(crate) importance: Importance,
    pub(crate) level: Level,
    pub(crate) preset: Option<String>,
    pub(crate) input: Map<String, Value>,
    pub(crate) input_diag: Option<String>,
    pub(crate) expect: Expect,
    pub(crate) twin: Option<String>,
    pub(crate) mutation: Option<String>,
    pub(crate) kills: Vec<String>,
    pub(crate) provenance: Value,
}

impl Vector {
    /// Returns whether the vector is of a file of big inputs, which get more time.
    pub(crate) fn is_big(&self) -> bool {
        self.file.ends_with(".big.json")
    }
}

/// What must become of an input.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// Accepted, with exactly this output or one for which the equation holds.
    Accept(Output),
    /// Rejected, for the one violated clause; others may be named with as much right.
    Reject { clause: String, also: Vec<String> },
    /// Left open by the specification: what each value of the policy means here.
    Either {
        policy: String,
        by_policy: BTreeMap<String, Answer>,
    },
}

/// The output of an accepted input.
#[derive(Clone, Debug)]
pub(crate) enum Output {
    Exactly(Value),
    Satisfies(OutputCheck),
}

/// What a value of a policy means for one input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    Accept(Option<Value>),
    Reject,
}

/// A question the specification leaves open.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) name: String,
    pub(crate) question: String,
    pub(crate) values: Vec<String>,
    pub(crate) clauses: Vec<String>,
}

impl Policy {
    /// Makes up a policy that the catalogue lacks from a vector that asks for it.
    pub(crate) fn unknown(name: &str, vector: &Vector) -> Self {
        let values = match &vector.expect {
            Expect::Either { by_policy, .. } => by_policy.keys().cloned().collect(),
            Expect::Accept(_) | Expect::Reject { .. } => Vec::new(),
        };
        Self {
            name: name.to_owned(),
            question: format!("{} (not in the catalogue)", vector.title),
            values,
            clauses: vector.clauses.clone(),
        }
    }
}

impl Suite {
    /// Loads the suite that is built into this program.
    ///
    /// # Errors
    ///
    /// Returns the first [`Defect`].
    pub fn embedded() -> Result<Self, Defect> {
        let files = vectors::FILES
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self::from_texts(&Texts {
            files: files.collect(),
            clauses: ("clauses.json".to_owned(), vectors::CLAUSES.to_owned()),
            policies: ("policies.json".to_owned(), vectors::POLICIES.to_owned()),
            ids: ("ids.lock".to_owned(), vectors::IDS_LOCK.to_owned()),
        })
    }

    /// Loads a folder laid out like `conformance/vectors`.
    ///
    /// # Errors
    ///
    /// Returns the first [`Defect`]; a file that cannot be read is one, too.
    pub fn from_folder(folder: &Path) -> Result<Self, Defect> {
        let read = |path: &Path| {
            let name = path
                .strip_prefix(folder)
                .unwrap_or(path)
                .to_string_lossy()
                .into_owned();
            match fs::read_to_string(path) {
                Ok(text) => Ok((name, text)),
                Err(error) => Err(Defect::new(name, 0, error.to_string())),
            }
        };
        let mut paths = Vec::new();
        collect_json(folder, &mut paths)
            .map_err(|error| Defect::new(folder.display().to_string(), 0, error.to_string()))?;
        paths.sort();
        let is_vectors = |path: &&PathBuf| path.parent() != Some(folder);
        let files: Result<_, _> = paths
            .iter()
            .filter(is_vectors)
            .map(|path| read(path))
            .collect();
        let policies = folder.join("policies.json");
        Self::from_texts(&Texts {
            files: files?,
            clauses: read(&folder.join("clauses.json"))?,
            policies: if policies.exists() {
                read(&policies)?
            } else {
                ("policies.json".to_owned(), "[]".to_owned())
            },
            ids: read(&folder.join("ids.lock"))?,
        })
    }

    /// Loads the suite from the texts of its files.
    pub(crate) fn from_texts(texts: &Texts) -> Result<Self, Defect> {
        check::load(texts)
    }

    /// Returns the version of the suite.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the SHA-256, in hex, of the list that `sha256sum` prints for the vector files in
    /// bytewise order of their paths.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Returns the ids of all vectors, in the order of the files.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.vectors.iter().map(|vector| vector.id.as_str())
    }

    /// Returns the names of all operations that have vectors, sorted.
    #[must_use]
    pub fn operations(&self) -> Vec<&str> {
        let mut all: Vec<_> = self
            .vectors
            .iter()
            .map(|vector| vector.op.as_str())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(crate) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn vector(&self, id: &str) -> Option<&Vector> {
        self.vectors.get(self.index(id)?)
    }

    pub(crate) fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.get(*self.by_clause.get(id)?)
    }

    /// Returns the title of a family of clauses, or its name.
    pub(crate) fn family_title<'a>(&'a self, name: &'a str) -> &'a str {
        self.families.get(name).map_or(name, String::as_str)
    }

    /// Returns the accept vector that a reject vector was derived from.
    pub(crate) fn twin(&self, vector: &Vector) -> Option<&Vector> {
        self.vector(vector.twin.as_deref()?)
    }
}

/// The texts a suite is made of, each with the name of its file.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) files: Vec<(String, String)>,
    pub(crate) clauses: (String, String),
    pub(crate) policies: (String, String),
    pub(crate) ids: (String, String),
}

/// Something wrong with the suite itself, which stops a run: where, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Defect {
    file: String,
    line: usize,
    reason: String,
}

impl Defect {
    pub(crate) const fn new(file: String, line: usize, reason: String) -> Self {
        Self { file, line, reason }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl core::error::Error for Defect {}

fn collect_json(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_json(&path, into)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            into.push(path);
        }
    }
    Ok(())
}
