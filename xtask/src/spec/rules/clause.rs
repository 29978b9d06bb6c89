//! What must hold for a single clause, whatever the others say.

use super::super::catalogue::{Clause, DOCUMENTS, OPERATIONS, Source, Status};
use super::super::report::Problem;
use super::{Check, repeated};

impl Check<'_> {
    pub(super) fn clause(&self, path: &str, clause: &Clause, problems: &mut Vec<Problem>) {
        let mut complain = |text: String| problems.push(self.problem(path, clause, text));
        for (what, text) in [("title", &clause.title), ("rule", &clause.rule)] {
            if text.trim().is_empty() {
                complain(format!("the {what} is empty"));
            }
        }
        if clause.title.ends_with('.') {
            complain("the title ends in a full stop".to_owned());
        }
        if clause.side.is_empty() {
            complain("it binds nobody".to_owned());
        }
        match clause.status {
            Status::Tested => {
                if clause.fault.is_empty() {
                    complain("it is tested but has no fault".to_owned());
                }
                if clause.ops.is_empty() {
                    complain("it is tested but names no operation".to_owned());
                }
            }
            Status::Excluded | Status::Pending | Status::Unspecified => {}
        }
        let is_excluded = clause.status == Status::Excluded;
        match &clause.excluded {
            None if is_excluded => complain("it is excluded without a reason".to_owned()),
            Some(reason) if reason.trim().is_empty() => {
                complain("the reason for the exclusion is empty".to_owned());
            }
            Some(_) if !is_excluded => {
                complain("it has a reason for an exclusion but is not excluded".to_owned());
            }
            None | Some(_) => {}
        }
        let is_unspecified = clause.status == Status::Unspecified;
        match &clause.policy {
            None if is_unspecified => complain("it is unspecified without a policy".to_owned()),
            Some(policy) if !self.policies.contains(policy.as_str()) => {
                complain(format!("there is no policy {policy}"));
            }
            Some(_) if !is_unspecified => {
                complain("it has a policy but is not unspecified".to_owned());
            }
            None | Some(_) => {}
        }
        for erratum in &clause.errata {
            if !self.errata.contains(erratum.as_str()) {
                complain(format!("there is no erratum {erratum}"));
            }
        }
        for op in &clause.ops {
            if !OPERATIONS.contains(&op.as_str()) {
                complain(format!("there is no operation {op}"));
            }
        }
        if clause.source.is_empty() {
            complain("it has no source".to_owned());
        }
        for source in &clause.source {
            let name = format!("{}#{}", source.doc, source.anchor);
            if source.is_code() {
                code(source, &name, &mut complain);
                continue;
            }
            if source.commit.is_some() || source.as_of.is_some() {
                complain(format!("{name} is a section, which has a hash and no date"));
            }
            if !DOCUMENTS.contains(&source.doc.as_str()) {
                complain(format!("there is no document {}", source.doc));
            }
            match &source.sha256 {
                None => complain(format!("{name} has no sha256; run `cargo xtask spec bump`")),
                Some(hash) if !is_sha256(hash) => {
                    complain(format!(
                        "the sha256 of {name} is not 64 lower-case hex digits"
                    ));
                }
                Some(_) => {}
            }
        }
        for name in repeated(clause.fault.iter().map(|fault| fault.id.as_str())) {
            complain(format!("fault {name} occurs twice"));
        }
        for fault in &clause.fault {
            if !is_fault_id(&fault.id) {
                complain(format!("{:?} is not a fault id (a-z, 0-9, -)", fault.id));
            }
            if fault.what.trim().is_empty() {
                complain(format!("fault {} doesn't say what it does", fault.id));
            }
            let has_why = fault.why.as_ref().is_some_and(|why| !why.trim().is_empty());
            match fault.killable {
                Some(false) if !has_why => {
                    complain(format!(
                        "fault {} can't be killed and doesn't say why",
                        fault.id
                    ));
                }
                None | Some(true) if fault.why.is_some() => {
                    complain(format!("fault {} can be killed but says why not", fault.id));
                }
                None | Some(_) => {}
            }
        }
    }
}

/// A file of a repository is cited at a commit, or else at a state that words tell.
fn code(source: &Source, name: &str, complain: &mut dyn FnMut(String)) {
    match (&source.commit, &source.as_of) {
        (Some(commit), None) if is_hex(commit, 40) => {}
        (None, Some(words)) if !words.trim().is_empty() => {}
        _ => complain(format!("{name} has neither a commit nor words for a state")),
    }
    if source.sha256.is_some() {
        complain(format!("{name} is a file, which has a commit and no hash"));
    }
}

fn is_sha256(hash: &str) -> bool {
    is_hex(hash, 64)
}

fn is_hex(digits: &str, length: usize) -> bool {
    digits.len() == length
        && digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_fault_id(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-'))
        && !id.starts_with('-')
        && !id.ends_with('-')
}
