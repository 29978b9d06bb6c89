//! Numbers, as text.

use core::fmt;

/// A number as it stands in the document: JSON sets neither range nor precision.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Number<'a> {
    text: &'a str,
}

impl<'a> Number<'a> {
    /// Takes a number from the start of `input`; `None` if there is none by JSON's rules.
    ///
    /// What follows the number is not looked at.
    pub(crate) fn read(input: &'a str) -> Option<Self> {
        let rest = input.strip_prefix('-').unwrap_or(input);
        let mut rest = match rest.strip_prefix('0') {
            Some(rest) => rest,
            None => digits(rest)?,
        };
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = digits(fraction)?;
        }
        if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
            rest = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))?;
        }
        let length = input.len().saturating_sub(rest.len());
        Some(Self {
            text: input.get(..length)?,
        })
    }

    /// Returns the number as it stands in the document.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Returns the value, if the number is written as a natural number and is below 2⁶⁴.
    ///
    /// Neither `1.0` nor `1e3` are.
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        natural(self.text)
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Returns the value of digits without a sign and without zeros in front, below 2⁶⁴.
pub(crate) fn natural(text: &str) -> Option<u64> {
    let is_shortest = text == "0" || !text.starts_with('0');
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_shortest && is_plain)
}

/// Takes one digit or more, and returns what follows.
fn digits(input: &str) -> Option<&str> {
    let rest = input.trim_start_matches(|character: char| character.is_ascii_digit());
    (rest.len() < input.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_grammar() {
        for (input, text) in [
            ("0", Some("0")),
            ("-0", Some("-0")),
            ("10", Some("10")),
            ("1.5,", Some("1.5")),
            ("0.00", Some("0.00")),
            ("-1e5", Some("-1e5")),
            ("1E+05 ", Some("1E+05")),
            ("2e-3", Some("2e-3")),
            // The rest is for others to refuse.
            ("01", Some("0")),
            ("1x", Some("1")),
            ("", None),
            ("-", None),
            ("+1", None),
            (".5", None),
            ("1.", None),
            ("1.e1", None),
            ("1e", None),
            ("1e+", None),
            ("NaN", None),
            ("٣", None),
        ] {
            assert_eq!(Number::read(input).map(|n| n.as_str()), text, "{input}");
        }
    }

    #[test]
    fn only_plain_naturals_below_2_to_the_64_have_a_value() {
        for (text, value) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-0", None),
            ("-1", None),
            ("1.0", None),
            ("1e3", None),
        ] {
            assert_eq!(Number::read(text).unwrap().to_u64(), value, "{text}");
        }
        for text in ["", "+1", "00", "01", " 1", "٣"] {
            assert_eq!(natural(text), None, "{text}");
        }
    }
}
