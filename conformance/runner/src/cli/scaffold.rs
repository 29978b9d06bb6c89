//! `adapter new`: the beginning of an adapter, which already answers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A language, and the files of its skeleton.
pub(super) struct Language {
    pub(super) name: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// How to start what was written, below the folder.
    command: &'static [&'static str],
    /// What has to be done before that, if anything.
    build: Option<&'static str>,
}

/// The languages that there are skeletons for.
pub(super) const LANGUAGES: &[Language] = &[
    Language {
        name: "python",
        files: &[(
            "adapter.py",
            include_str!("../../templates/adapters/python/adapter.py"),
        )],
        command: &["python3", "adapter.py"],
        build: None,
    },
    Language {
        name: "node",
        files: &[(
            "adapter.mjs",
            include_str!("../../templates/adapters/node/adapter.mjs"),
        )],
        command: &["node", "adapter.mjs"],
        build: None,
    },
    Language {
        name: "go",
        files: &[
            (
                "go.mod",
                include_str!("../../templates/adapters/go/go.mod.txt"),
            ),
            (
                "main.go",
                include_str!("../../templates/adapters/go/main.go"),
            ),
        ],
        command: &["./adapter"],
        build: Some("go build -o adapter ."),
    },
    Language {
        name: "rust",
        files: &[
            (
                "Cargo.toml",
                include_str!("../../templates/adapters/rust/Cargo.toml.txt"),
            ),
            (
                "src/main.rs",
                include_str!("../../templates/adapters/rust/src/main.rs"),
            ),
        ],
        command: &["target/release/adapter"],
        build: Some("cargo build --release"),
    },
];

/// Returns the language of that name.
pub(super) fn language(name: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.name == name)
}

impl Language {
    /// Writes the skeleton to a folder that does not exist or is empty, and returns what to do next.
    ///
    /// # Errors
    ///
    /// Returns what writing returns, and that there is something in the folder already.
    pub(super) fn write(&self, folder: &Path) -> io::Result<String> {
        if folder.exists() && fs::read_dir(folder)?.next().is_some() {
            return Err(io::Error::other("the folder is not empty"));
        }
        for (name, text) in self.files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, text)?;
        }
        let mut next = format!("wrote {}\n", self.written(folder).join(", "));
        if let Some(build) = self.build {
            next.push_str(&format!("build:  cd {} && {build}\n", folder.display()));
        }
        let command: Vec<String> = self
            .command
            .iter()
            .map(|word| self.in_folder(folder, word))
            .collect();
        next.push_str(&format!(
            "run:    icid-conformance run -- {}\n",
            command.join(" ")
        ));
        next.push_str(&format!(
            "check:  icid-conformance adapter check -- {}\n",
            command.join(" ")
        ));
        Ok(next)
    }

    fn written(&self, folder: &Path) -> Vec<String> {
        let paths = self.files.iter().map(|(name, _)| folder.join(name));
        paths.map(|path| path.display().to_string()).collect()
    }

    /// Programs that are looked up stay as they are; files are those of the folder.
    fn in_folder(&self, folder: &Path, word: &str) -> String {
        let is_file = self.files.iter().any(|(name, _)| *name == word) || word.contains('/');
        let path: PathBuf = folder.join(word.trim_start_matches("./"));
        if is_file {
            path.display().to_string()
        } else {
            word.to_owned()
        }
    }
}
