//! An adapter that is a function in this program.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::{Answers, Received, Transport};

/// A connection to a function. A panic of the function counts as a crash.
pub(crate) struct Inside {
    answers: Arc<Answers>,
    waiting: VecDeque<Received>,
}

impl Inside {
    pub(super) fn new(answers: Arc<Answers>) -> Self {
        Self {
            answers,
            waiting: VecDeque::new(),
        }
    }
}

impl Transport for Inside {
    fn send(&mut self, line: String) {
        let answer = catch_unwind(AssertUnwindSafe(|| (self.answers)(&line)));
        self.waiting.push_back(match answer {
            Ok(answer) => Received::Line(answer.into_bytes()),
            Err(_) => Received::Closed("panicked".to_owned()),
        });
    }

    fn receive(&mut self, _patience: Duration) -> Received {
        self.waiting.pop_front().unwrap_or(Received::Timeout)
    }

    fn close(&mut self, _patience: Duration) -> Vec<Vec<u8>> {
        let lines = self
            .waiting
            .drain(..)
            .filter_map(|received| match received {
                Received::Line(line) => Some(line),
                _ => None,
            });
        lines.collect()
    }

    fn take_stderr(&mut self) -> String {
        String::new()
    }
}

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inside")
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}
