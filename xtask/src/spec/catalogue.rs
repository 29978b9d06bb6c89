//! The requirement files as types; anything they may not say fails to parse.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::report::Problem;
use super::snapshot::Snapshot;

/// Where the requirement files are.
pub(super) const REQUIREMENTS: &str = "spec/requirements/";

/// Every family of the catalogue and how many clauses it has, in the catalogue's order: those of the
/// interface specification, then those of Internet Identity.
///
/// Clause ids are permanent: a number may grow when a new revision adds clauses, never shrink.
pub(super) const FAMILIES: [(&str, usize); 29] = [
    ("PRIN", 20),
    ("SIG", 7),
    ("SIG-ED", 5),
    ("SIG-EC", 9),
    ("SIG-WEBAUTHN", 16),
    ("CSIG", 17),
    ("CBOR", 12),
    ("REQID", 18),
    ("ENV", 24),
    ("DELEG", 24),
    ("PERM", 9),
    ("SINFO", 15),
    ("REPLAY", 8),
    ("EFF", 8),
    ("ENDPT", 15),
    ("READ", 34),
    ("QUERY-SIG", 15),
    ("CERT", 14),
    ("SDEL", 9),
    ("RANGE", 10),
    ("TREE", 12),
    ("LOOKUP", 13),
    ("STATE", 19),
    ("ROOT", 4),
    ("CDATA", 13),
    ("CALLERINFO", 5),
    ("II-SEED", 8),
    ("II-STORE", 39),
    ("II-ANCHOR", 16),
];

/// How many clauses there are.
pub(super) const CLAUSES: usize = {
    let mut sum = 0;
    let mut left = FAMILIES.as_slice();
    while let [(_, count), rest @ ..] = left {
        sum += *count;
        left = rest;
    }
    sum
};

/// The documents that a clause may cite.
pub(super) const DOCUMENTS: [&str; 10] = [
    "index.md",
    "https-interface.md",
    "certification.md",
    "abstract-behavior.md",
    "canister-interface.md",
    "management-canister.md",
    "changelog.md",
    "requests.cddl",
    "certificates.cddl",
    "internet-identity-spec.md",
];

/// The repositories that a clause may cite where no document says what it says.
pub(super) const REPOSITORIES: [&str; 3] = [
    "dfinity/candid",
    "dfinity/internet-identity",
    "dfinity/stable-structures",
];

/// The operations of the adapter protocol that a clause may name.
pub(super) const OPERATIONS: &[&str] = &[
    "cbor.check",
    "certificate.lookup",
    "certificate.verify",
    "delegation.hash",
    "delegation.sign",
    "delegation.verify",
    "envelope.sign",
    "envelope.verify",
    "hash_of_map",
    "hashtree.decode",
    "hashtree.lookup",
    "hashtree.lookup_prefix",
    "hashtree.prune",
    "ii.account_seed",
    "ii.seed",
    "ii.storage_decode",
    "ii.storage_migrate",
    "ii.user_key",
    "key.decode",
    "key.encode_canister",
    "principal.classify",
    "principal.decode_text",
    "principal.derive",
    "principal.encode_text",
    "principal.from_pubkey",
    "query_sig.verify",
    "read_state.authorize",
    "request.id",
    "senderinfo.verify",
    "sig.verify",
    "state.read",
];

/// A requirement file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    pub(super) family: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) clause: Vec<Clause>,
}

/// A clause: one testable sentence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clause {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) level: Level,
    pub(super) side: Vec<Side>,
    pub(super) rule: String,
    pub(super) source: Vec<Source>,
    pub(super) status: Status,
    #[serde(default)]
    pub(super) errata: Vec<String>,
    #[serde(default)]
    pub(super) ops: Vec<String>,
    #[serde(default)]
    pub(super) excluded: Option<String>,
    #[serde(default)]
    pub(super) policy: Option<String>,
    #[serde(default)]
    pub(super) fault: Vec<Fault>,
}

impl Clause {
    pub(super) fn name(&self) -> &str {
        self.id.get_ref()
    }
}

/// How binding a clause is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Def,
    May,
    Must,
    Should,
}

impl Level {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Def => "def",
            Self::May => "may",
            Self::Must => "must",
            Self::Should => "should",
        }
    }
}

/// Who is bound by a clause.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    Canister,
    Client,
    Issuer,
    Replica,
    Verifier,
}

impl Side {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Canister => "canister",
            Self::Client => "client",
            Self::Issuer => "issuer",
            Self::Replica => "replica",
            Self::Verifier => "verifier",
        }
    }
}

/// What the suite does about a clause.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Excluded,
    Pending,
    Tested,
    Unspecified,
}

impl Status {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::Pending => "pending",
            Self::Tested => "tested",
            Self::Unspecified => "unspecified",
        }
    }
}

/// What a clause rests on: a section of a document, or a file of a repository.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// One of [`DOCUMENTS`] or of [`REPOSITORIES`].
    pub(super) doc: String,
    /// The section, or the path of the file.
    pub(super) anchor: String,
    /// SHA-256 of the section, 64 lower-case hex digits.
    #[serde(default)]
    pub(super) sha256: Option<String>,
    /// The commit of the file, 40 lower-case hex digits.
    #[serde(default)]
    pub(super) commit: Option<String>,
    /// Which state of the file, in words, where no commit is known.
    #[serde(default)]
    pub(super) as_of: Option<String>,
}

impl Source {
    /// Returns whether this is a file of a repository, which has no section to hash.
    pub(super) fn is_code(&self) -> bool {
        REPOSITORIES.contains(&self.doc.as_str())
    }
}

/// One way to violate a clause.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) id: String,
    pub(super) what: String,
    #[serde(default)]
    pub(super) killable: Option<bool>,
    #[serde(default)]
    pub(super) why: Option<String>,
}

/// `spec/errata.toml`: contradictions, gaps and observed differences of behaviour.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Errata {
    #[serde(default)]
    pub(super) erratum: Vec<Erratum>,
}

/// One entry of `spec/errata.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Erratum {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) documents: Vec<String>,
    pub(super) problem: String,
    pub(super) reading: String,
    #[serde(default)]
    pub(super) policy: Option<String>,
    #[serde(default)]
    pub(super) clauses: Vec<String>,
}

/// `spec/policies.toml`: named answers to open questions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policies {
    #[serde(default)]
    pub(super) policy: Vec<Policy>,
}

/// One entry of `spec/policies.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) question: String,
    pub(super) values: Vec<String>,
    /// The answer of the preset SPEC.
    pub(super) spec: String,
    /// The answer of the preset REPLICA.
    pub(super) replica: String,
    #[serde(default)]
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) clauses: Vec<String>,
}

/// `spec/sets/<version>.toml`: what a revision of the spec scores.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    pub(super) spec: String,
    pub(super) date: String,
    pub(super) rule: String,
    pub(super) families: Vec<String>,
    pub(super) clauses: Vec<String>,
}

/// `spec/UPSTREAM.toml`: which documents the catalogue was read from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    pub(super) source: String,
    pub(super) commit: String,
    pub(super) version: String,
    pub(super) released: String,
    pub(super) retrieved: String,
    #[serde(default)]
    pub(super) note: Option<String>,
    #[serde(default)]
    pub(super) file: Vec<PinnedFile>,
}

/// One document of `spec/UPSTREAM.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinnedFile {
    pub(super) doc: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) sha256: Option<String>,
}

/// Everything below `spec` that parses, and a problem for everything that doesn't.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    /// Families by the path of their file.
    pub(super) families: BTreeMap<String, Family>,
    pub(super) errata: Vec<Erratum>,
    pub(super) policies: Vec<Policy>,
    pub(super) sets: BTreeMap<String, Set>,
    pub(super) pin: Option<Pin>,
    pub(super) problems: Vec<Problem>,
}

impl Catalogue {
    pub(super) fn parse(snapshot: &Snapshot) -> Self {
        let mut catalogue = Self::default();
        for (path, text) in snapshot.matching(REQUIREMENTS, ".toml") {
            if let Some(family) = catalogue.parsed::<Family>(path, text) {
                catalogue.families.insert(path.to_owned(), family);
            }
        }
        for (path, text) in snapshot.matching("spec/sets/", ".toml") {
            if let Some(set) = catalogue.parsed::<Set>(path, text) {
                catalogue.sets.insert(path.to_owned(), set);
            }
        }
        if let Some(errata) = catalogue.required::<Errata>(snapshot, "spec/errata.toml") {
            catalogue.errata = errata.erratum;
        }
        if let Some(policies) = catalogue.required::<Policies>(snapshot, "spec/policies.toml") {
            catalogue.policies = policies.policy;
        }
        catalogue.pin = catalogue.required::<Pin>(snapshot, "spec/UPSTREAM.toml");
        catalogue
    }

    pub(super) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.families.values().flat_map(|family| &family.clause)
    }

    pub(super) fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses().find(|clause| clause.name() == id)
    }

    fn required<'a, T: Deserialize<'a>>(
        &mut self,
        snapshot: &'a Snapshot,
        path: &str,
    ) -> Option<T> {
        let Some(text) = snapshot.text(path) else {
            self.problems
                .push(Problem::new(path, 0, "the file is missing"));
            return None;
        };
        self.parsed(path, text)
    }

    fn parsed<'a, T: Deserialize<'a>>(&mut self, path: &str, text: &'a str) -> Option<T> {
        match toml::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = line_of(text, error.span().unwrap_or(0..0));
                self.problems
                    .push(Problem::new(path, line, error.message()));
                None
            }
        }
    }
}

/// Returns the line, counted from 1, on which `span` begins.
pub(super) fn line_of(text: &str, span: Range<usize>) -> usize {
    text.get(..span.start)
        .map_or(0, |before| before.matches('\n').count() + 1)
}
