//! Colours, on terminals that want them.

use std::env;
use std::io::{self, IsTerminal as _};

use clap::ValueEnum;

/// When to use colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Bad,
    /// What people may overlook: notes, lines of drawings, pruned parts.
    Faint,
    Good,
    Heading,
    Open,
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Palette {
    is_coloured: bool,
}

impl Palette {
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { is_coloured: false };

    pub(crate) fn for_stdout(choice: ColorChoice) -> Self {
        Self::decide(choice, io::stdout().is_terminal())
    }

    pub(crate) fn for_stderr(choice: ColorChoice) -> Self {
        Self::decide(choice, io::stderr().is_terminal())
    }

    fn decide(choice: ColorChoice, is_terminal: bool) -> Self {
        let is_coloured = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !is_unwanted(),
        };
        Self { is_coloured }
    }

    /// Returns the text as its role is shown.
    pub(crate) fn paint(self, role: Role, text: &str) -> String {
        if !self.is_coloured || text.is_empty() {
            return text.to_owned();
        }
        let code = match role {
            Role::Bad => "1;31",
            Role::Faint => "2",
            Role::Good => "32",
            Role::Heading => "1",
            Role::Open => "33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Source: <https://no-color.org>: set to anything but nothing. A terminal called `dumb` has none.
fn is_unwanted() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("NO_COLOR") || env::var_os("TERM").is_some_and(|value| value == "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_terminal_gets_colours_unless_told_otherwise() {
        let coloured = Palette { is_coloured: true };
        assert_eq!(Palette::decide(ColorChoice::Auto, false), Palette::PLAIN);
        assert_eq!(Palette::decide(ColorChoice::Never, true), Palette::PLAIN);
        assert_eq!(Palette::decide(ColorChoice::Always, false), coloured);
        assert_eq!(coloured.paint(Role::Good, "yes"), "\u{1b}[32myes\u{1b}[0m");
        assert_eq!(Palette::PLAIN.paint(Role::Good, "yes"), "yes");
    }
}
