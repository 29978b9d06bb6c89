//! Words of a command line, sorted into kinds.

use core::time::Duration;
use std::ffi::OsString;
use std::path::PathBuf;

/// Arguments, sorted into kinds.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) help: bool,
    values: Vec<(String, OsString)>,
    switches: Vec<String>,
    pub(super) words: Vec<OsString>,
    pub(super) command: Option<Vec<OsString>>,
}

impl Given {
    pub(super) fn read(
        arguments: &[OsString],
        flags: &[&str],
        switches: &[&str],
    ) -> Result<Self, String> {
        let mut given = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy();
            let (name, inline) = match text.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value)),
                _ => (text.as_ref(), None),
            };
            if name == "--" {
                given.command = Some(rest.cloned().collect());
                break;
            } else if name == "-h" || name == "--help" {
                given.help = true;
            } else if flags.contains(&name) {
                let value = inline.map(OsString::from).or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| format!("{name} needs a value"))?;
                let is_known = given.values.iter().any(|(known, _)| known == name);
                if is_known && name != "--env" {
                    return Err(format!("{name} is given twice"));
                }
                given.values.push((name.to_owned(), value));
            } else if switches.contains(&name) && inline.is_none() {
                given.switches.push(name.to_owned());
            } else if name.starts_with('-') {
                return Err(format!("there is no option {name:?} here"));
            } else {
                given.words.push(argument.clone());
            }
        }
        Ok(given)
    }

    pub(super) fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    pub(super) fn all(&self, name: &str) -> Result<Vec<String>, String> {
        let values = self.values.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| utf8(value)).collect()
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        Ok(self.all(name)?.pop())
    }

    pub(super) fn path(&self, name: &str) -> Result<Option<PathBuf>, String> {
        let value = self.values.iter().find(|(known, _)| known == name);
        Ok(value.map(|(_, value)| PathBuf::from(value)))
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| format!("{name} {text:?} is no natural number"))
    }

    pub(super) fn timeout(&self) -> Result<Option<Duration>, String> {
        match self.number("--timeout-ms")? {
            Some(0) => Err("--timeout-ms must be at least 1".to_owned()),
            millis => Ok(millis.map(Duration::from_millis)),
        }
    }

    pub(super) fn word(&self, what: &str) -> Result<String, String> {
        match self.words.as_slice() {
            [word] => utf8(word),
            words => Err(format!("expected {what}, got {} words", words.len())),
        }
    }

    pub(super) fn no_words(&self) -> Result<(), String> {
        match self.words.first() {
            None => Ok(()),
            Some(word) => Err(format!(
                "unexpected {:?}; the adapter's command goes after --",
                word.to_string_lossy()
            )),
        }
    }
}

pub(super) fn utf8(text: &OsString) -> Result<String, String> {
    text.to_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("{} is not UTF-8", text.to_string_lossy()))
}
