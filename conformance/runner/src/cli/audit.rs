//! `audit-pack`: everything that a verdict rests on, in one archive. The same results give the same bytes.

use core::fmt::Write;
use std::collections::BTreeMap;
use std::io;

use tar::{Builder, EntryType, Header};

use crate::hex;
use crate::results::Results;
use crate::suite::Suite;

/// The folder that holds all files of the archive.
const FOLDER: &str = "icid-audit";

/// The sums, by which `sha256sum -c` finds what was changed.
const SUMS: &str = "SHA256SUMS";

/// For the one who opens the archive.
const README: &str = include_str!("../../templates/audit.md");

/// Returns why these results cannot be packed with this suite, if they cannot.
pub(super) fn refusal(results: &Results, suite: &Suite) -> Option<String> {
    let (theirs, ours) = (results.suite.digest.as_str(), suite.digest());
    (theirs != ours).then(|| {
        format!(
            "the results are of the suite with the digest {theirs}, and this program has \
             {ours}: pack them with the program that ran them"
        )
    })
}

/// Returns the archive: the reports, the built-in vectors with the catalogue, the kill matrix, and
/// the sums of all of them.
///
/// # Errors
///
/// Returns what the writer of archives returns, for a name that is too long, say.
pub(super) fn pack(reports: Vec<(&str, String)>, kill: String) -> io::Result<Vec<u8>> {
    let mut files = BTreeMap::new();
    files.insert("README.md".to_owned(), README.to_owned());
    files.insert("kill-matrix.txt".to_owned(), kill);
    for (name, text) in reports {
        files.insert(format!("results/{name}"), text);
    }
    let catalogue = [
        ("clauses.json", vectors::CLAUSES),
        ("ids.lock", vectors::IDS_LOCK),
        ("policies.json", vectors::POLICIES),
    ];
    for (name, text) in vectors::FILES.iter().copied().chain(catalogue) {
        files.insert(format!("vectors/{name}"), text.to_owned());
    }
    files.insert(SUMS.to_owned(), sums(&files));
    archive(&files)
}

/// Returns what `sha256sum` prints about these files.
fn sums(files: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    for (name, text) in files {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}  {name}", hex::digest(text.as_bytes()));
    }
    out
}

/// Writes a tar archive that depends on names and texts alone, in the order of the names.
fn archive(files: &BTreeMap<String, String>) -> io::Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(u64::try_from(text.len()).map_err(io::Error::other)?);
        builder.append_data(&mut header, format!("{FOLDER}/{name}"), text.as_bytes())?;
    }
    builder.into_inner()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::run::{Options, Silent, run};
    use crate::testing;

    fn results(suite: &Suite) -> Results {
        let options = Options {
            filter: Some("principal/decode-text/".to_owned()),
            ..Options::default()
        };
        let adapter = testing::adapter(testing::good);
        run(suite, &adapter, &options, &mut Silent::new())
    }

    fn packed() -> Vec<u8> {
        let reports = vec![("results.json", "{}\n".to_owned())];
        pack(reports, "no fault\n".to_owned()).unwrap()
    }

    fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut archive = tar::Archive::new(archive);
        let mut files = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            assert_eq!(header.mtime().unwrap(), 0);
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.username_bytes(), Some(&b""[..]));
            assert_eq!(header.mode().unwrap(), 0o644);
            let name = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let name = name.strip_prefix("icid-audit/").unwrap();
            files.push((name.to_owned(), bytes));
        }
        files
    }

    #[test]
    fn the_same_results_give_the_same_bytes_in_the_order_of_names() {
        let archive = packed();
        assert_eq!(archive, packed());
        let names: Vec<_> = unpacked(&archive)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert!(names.is_sorted());
        for name in ["results/results.json", "kill-matrix.txt", "README.md", SUMS] {
            assert!(names.iter().any(|one| one == name), "{name}");
        }
        // README, matrix, sums, results; clauses, ids and policies.
        assert_eq!(names.len(), vectors::FILES.len() + 4 + 3);
    }

    #[test]
    fn the_sums_are_of_every_other_file_and_right() {
        let files = unpacked(&packed());
        let (_, sums) = files.iter().find(|(name, _)| name == SUMS).unwrap();
        let sums = String::from_utf8(sums.clone()).unwrap();
        let others = files.iter().filter(|(name, _)| name != SUMS);
        let found: Vec<String> = others
            .map(|(name, bytes)| format!("{}  {name}", hex::digest(bytes)))
            .collect();
        assert_eq!(sums.lines().collect::<Vec<_>>(), found);
    }

    #[test]
    fn the_vectors_in_it_give_the_digest_of_the_suite() {
        let files = unpacked(&packed());
        let list = files.iter().filter_map(|(name, bytes)| {
            let name = name.strip_prefix("vectors/")?;
            name.contains('/')
                .then(|| format!("{}  {name}\n", hex::digest(bytes)))
        });
        let list: String = list.collect();
        let suite = Suite::embedded().unwrap();
        assert_eq!(hex::digest(list.as_bytes()), suite.digest());
    }

    #[test]
    fn refuses_results_of_another_suite() {
        let suite = Suite::embedded().unwrap();
        assert_eq!(refusal(&results(&suite), &suite), None);
        let small = testing::suite();
        let refusal = refusal(&results(&small), &suite).unwrap();
        assert!(refusal.contains(small.digest()), "{refusal}");
        assert!(refusal.contains(suite.digest()), "{refusal}");
    }
}
