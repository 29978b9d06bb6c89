//! How far long work went, on a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::output::text::grouped;

/// How often the line is drawn at most.
const PERIOD: Duration = Duration::from_millis(100);

/// How much work is too little to draw a line for.
const SMALL: u64 = 10_000;

/// How many characters the bar has.
const WIDTH: u64 = 24;

/// A line on standard error that says how far work went: only on a terminal, and only if there is much
/// of it. It is gone when the work is done.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    unit: &'static str,
    total: u64,
    is_shown: bool,
    last: Option<Instant>,
}

impl Progress {
    /// `what` is done to `total` things, which `unit` names.
    pub(crate) fn new(what: &'static str, unit: &'static str, total: u64) -> Self {
        Self {
            what,
            unit,
            total,
            is_shown: total > SMALL && io::stderr().is_terminal(),
            last: None,
        }
    }

    /// Says how many things are done.
    pub(crate) fn set(&mut self, done: u64) {
        let is_time = self.last.is_none_or(|last| last.elapsed() >= PERIOD);
        if self.is_shown && is_time {
            self.last = Some(Instant::now());
            self.draw(&self.line(done));
        }
    }

    fn line(&self, done: u64) -> String {
        let done = done.min(self.total);
        // The total is not zero, for it is not small; a product of numbers of things is far from 2¹²⁸.
        let share = |of: u64| {
            let product = u128::from(done).saturating_mul(of.into());
            u64::try_from(product.checked_div(self.total.into()).unwrap_or(0)).unwrap_or(of)
        };
        let full = share(WIDTH);
        let bar: String = (0..WIDTH)
            .map(|i| if i < full { '█' } else { '░' })
            .collect();
        let (what, unit) = (self.what, self.unit);
        let (percent, done, total) = (share(100), grouped(done), grouped(self.total));
        format!("{what}  {bar}  {percent:>3} %  {done} of {total} {unit}")
    }

    fn draw(&self, line: &str) {
        // To the start of the line, and what was there is cleared. Nobody is to be told if it fails.
        let _ = write!(io::stderr().lock(), "\r\u{1b}[2K{line}");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.last.is_some() {
            self.draw("");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_of_how_much_is_done() {
        let progress = Progress::new("copying", "pages", 200_000);
        assert_eq!(
            progress.line(50_000),
            "copying  ██████░░░░░░░░░░░░░░░░░░   25 %  50000 of 200 000 pages"
        );
        assert_eq!(
            progress.line(u64::MAX),
            "copying  ████████████████████████  100 %  200 000 of 200 000 pages"
        );
    }
}
