//! The line that moves while a run goes on. In a pipe there is none.

use std::io::{self, IsTerminal, Write};

use crate::run::Progress;

/// Shows on stderr, if that is a terminal, how far a run is.
#[derive(Debug)]
pub(super) struct OnTerminal {
    is_shown: bool,
    total: usize,
    bad: usize,
}

impl OnTerminal {
    pub(super) fn new() -> Self {
        Self {
            is_shown: io::stderr().is_terminal(),
            total: 0,
            bad: 0,
        }
    }

    fn show(&self, text: &str) {
        if self.is_shown {
            let text: String = text.chars().take(78).collect();
            // A display that fails is no reason to stop.
            let _ = write!(io::stderr(), "\r\u{1b}[K{text}");
            let _ = io::stderr().flush();
        }
    }
}

impl Progress for OnTerminal {
    fn started(&mut self, implementation: &str, cases: usize) {
        self.total = cases;
        self.show(&format!("{implementation}: {cases} cases"));
    }

    fn asked(&mut self, topic: &str, _left_of_topic: usize, left: usize, is_good: bool) {
        if !is_good {
            self.bad += 1;
        }
        let done = self.total.saturating_sub(left);
        let bad = if self.bad > 0 {
            format!(", {} failed", self.bad)
        } else {
            String::new()
        };
        self.show(&format!("{done}/{}{bad}  {topic}", self.total));
    }

    fn finished(&mut self) {
        self.show("");
    }
}
