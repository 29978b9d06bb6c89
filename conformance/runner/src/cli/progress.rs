//! How far a run is: a bar on a terminal, a line for every tenth in a pipe.
//!
//! Both go to stderr, so that stdout has results alone.

use std::io::{self, IsTerminal, Write};

use crate::run::Progress;

/// How many cells the bar has.
const CELLS: usize = 24;

/// How long what stands beside the bar may be, so that a line of 80 characters holds both.
const WIDTH: usize = 54;

/// Below this many steps a pipe is told nothing: the results are there at once.
const MANY: u64 = 100;

/// How a listener shows what it hears.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    /// A bar that is drawn over itself, with or without colours.
    Bar { is_coloured: bool },
    /// A line per tenth.
    Lines,
}

impl Look {
    /// Returns what fits stderr and the wishes of its owner.
    pub(super) fn of_stderr(is_coloured: bool) -> Self {
        if io::stderr().is_terminal() {
            Self::Bar { is_coloured }
        } else {
            Self::Lines
        }
    }
}

/// Shows how far a run is.
#[derive(Debug)]
pub(super) struct Bar<W> {
    out: W,
    look: Look,
    /// How many steps there are.
    total: u64,
    bad: u64,
    /// What was drawn last: eighths of cells, and what was bad.
    drawn: Option<(u64, u64)>,
    label: String,
    tenths: u64,
}

impl<W: Write> Bar<W> {
    pub(super) const fn new(out: W, look: Look) -> Self {
        Self {
            out,
            look,
            total: 0,
            bad: 0,
            drawn: None,
            label: String::new(),
            tenths: 0,
        }
    }

    /// Says how many steps there will be, and what they are.
    pub(super) fn begin(&mut self, total: u64, what: &str) {
        self.total = total;
        if matches!(self.look, Look::Bar { .. }) {
            self.draw(what);
        }
    }

    /// Says how many steps were done, how many things went wrong, and both in words.
    pub(super) fn show(&mut self, done: u64, bad: u64, words: &str, label: &str) {
        self.bad = bad;
        match self.look {
            Look::Bar { is_coloured } => {
                let state = (share(done, self.total, EIGHTHS), bad);
                if self.drawn == Some(state) && self.label == label {
                    return;
                }
                self.drawn = Some(state);
                label.clone_into(&mut self.label);
                let cells = cells(state.0);
                let cells = if is_coloured {
                    coloured(&cells, bad)
                } else {
                    cells
                };
                let rest = format!("{words}  {label}");
                let rest: String = rest.chars().take(WIDTH).collect();
                self.draw(&format!("{cells}▏{rest}"));
            }
            Look::Lines => {
                let tenths = share(done, self.total, 10);
                if self.total >= MANY && tenths > self.tenths {
                    self.tenths = tenths;
                    // A display that fails is no reason to stop.
                    let _ = writeln!(self.out, "{:3} %  {words}", tenths.saturating_mul(10));
                }
            }
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        if matches!(self.look, Look::Bar { .. }) {
            self.draw("");
        }
    }

    fn draw(&mut self, line: &str) {
        let _ = write!(self.out, "\r\u{1b}[K{line}");
        let _ = self.out.flush();
    }
}

impl<W: Write> Progress for Bar<W> {
    fn started(&mut self, implementation: &str, cases: usize) {
        let total = u64::try_from(cases).unwrap_or(u64::MAX);
        self.begin(total, &format!("{implementation}: {total} cases"));
    }

    fn asked(&mut self, topic: &str, _left_of_topic: usize, left: usize, is_good: bool) {
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        let bad = self.bad.saturating_add(u64::from(!is_good));
        let done = self.total.saturating_sub(left);
        self.show(done, bad, &words(done, self.total, bad), topic);
    }

    fn finished(&mut self) {
        self.end();
    }
}

/// In how many steps the bar fills.
const EIGHTHS: u64 = 192;

/// Returns how many of `parts` parts are done.
const fn share(done: u64, total: u64, parts: u64) -> u64 {
    match done.saturating_mul(parts).checked_div(total) {
        Some(share) if share < parts => share,
        Some(_) => parts,
        None => 0,
    }
}

/// Draws the bar.
fn cells(eighths: u64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = usize::try_from(eighths).unwrap_or_default();
    let part = PARTS.get(eighths % 8).copied().unwrap_or_default();
    format!("{:CELLS$}", "█".repeat(eighths / 8) + part)
}

fn words(done: u64, total: u64, bad: u64) -> String {
    match bad {
        0 => format!("{done} of {total}"),
        bad => format!("{done} of {total}, {bad} failed"),
    }
}

/// Paints the bar: green as long as all is well.
fn coloured(cells: &str, bad: u64) -> String {
    let code = if bad == 0 { "32" } else { "31" };
    format!("\u{1b}[{code}m{cells}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(look: Look, total: u64, steps: &[(u64, u64)]) -> String {
        let mut bar = Bar::new(Vec::new(), look);
        bar.begin(total, &format!("lib 1.0: {total} cases"));
        for &(done, bad) in steps {
            bar.show(done, bad, &words(done, total, bad), "topic");
        }
        bar.end();
        String::from_utf8(bar.out).unwrap()
    }

    #[test]
    fn a_bar_is_drawn_over_itself_and_taken_away() {
        let plain = Look::Bar { is_coloured: false };
        let text = shown(plain, 200, &[(100, 0), (101, 1), (200, 1)]);
        let lines: Vec<&str> = text.split("\r\u{1b}[K").collect();
        assert_eq!(
            lines,
            [
                "",
                "lib 1.0: 200 cases",
                "████████████            ▏100 of 200  topic",
                "████████████            ▏101 of 200, 1 failed  topic",
                "████████████████████████▏200 of 200, 1 failed  topic",
                "",
            ]
        );
    }

    #[test]
    fn a_bar_is_drawn_again_only_if_it_looks_otherwise() {
        let plain = Look::Bar { is_coloured: false };
        let steps: Vec<(u64, u64)> = (1..=19_200).map(|done| (done, 0)).collect();
        let drawn = shown(plain, 19_200, &steps).matches('\r').count();
        assert_eq!(drawn, 192 + 1 + 2);
    }

    #[test]
    fn colours_are_only_for_those_who_want_them() {
        let steps = [(50, 0), (100, 1)];
        let coloured = shown(Look::Bar { is_coloured: true }, 100, &steps);
        assert!(coloured.contains("\u{1b}[32m████████████            \u{1b}[0m▏50 of 100"));
        assert!(coloured.contains("\u{1b}[31m████████████████████████\u{1b}[0m▏100 of 100"));
        let plain = shown(Look::Bar { is_coloured: false }, 100, &steps);
        assert!(!plain.contains("\u{1b}[3"), "{plain}");
    }

    #[test]
    fn a_pipe_is_told_every_tenth() {
        let steps: Vec<(u64, u64)> = (1..=250).map(|done| (done, done / 200)).collect();
        let text = shown(Look::Lines, 250, &steps);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[0], " 10 %  25 of 250");
        assert_eq!(lines[9], "100 %  250 of 250, 1 failed");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_pipe_is_told_nothing_about_a_short_run() {
        assert_eq!(shown(Look::Lines, 99, &[(50, 0), (99, 0)]), "");
        assert_eq!(shown(Look::Lines, 100, &[(100, 0)]), "100 %  100 of 100\n");
        assert_eq!(shown(Look::Lines, 0, &[(1, 0)]), "");
    }

    #[test]
    fn a_run_is_heard_case_by_case() {
        let mut bar = Bar::new(Vec::new(), Look::Lines);
        bar.started("lib 1.0", 100);
        for left in (0..100).rev() {
            bar.asked("topic", 0, left, left != 50);
        }
        bar.finished();
        let text = String::from_utf8(bar.out).unwrap();
        assert!(text.contains(" 40 %  40 of 100\n"), "{text}");
        assert!(text.ends_with("100 %  100 of 100, 1 failed\n"), "{text}");
    }
}
