//! Texts of strangers, made harmless for a terminal.

use std::fmt::Write as _;

/// Returns the text between quotation marks, on one line and without anything that a terminal or a
/// reader could take for something else.
///
/// Quotation marks and backslashes have a backslash in front; what [`is_hidden`] is shown as
/// `\u{…}`, so the text can be told again.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if is_hidden(character) => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "{}", character.escape_unicode());
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns the text without quotation marks if there is nothing about it to be careful with, and
/// [`quote`]d otherwise.
pub(crate) fn plain_or_quoted(text: &str) -> String {
    let is_plain = |character: char| character.is_ascii_graphic() && !"\"\\".contains(character);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    quote(text)
}

/// Returns whether a character has an effect instead of a shape: control characters, which begin
/// the commands of terminals, and those that turn, join or hide what is around them.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202f}'
                | '\u{205f}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_command_from_a_quoted_text() {
        assert_eq!(
            quote("\u{1b}[2J\u{9b}1m\r\n\u{7f}"),
            r#""\u{1b}[2J\u{9b}1m\u{d}\u{a}\u{7f}""#
        );
    }

    #[test]
    fn what_turns_or_hides_text_is_shown() {
        assert_eq!(quote("a\u{202e}b\u{200b}"), r#""a\u{202e}b\u{200b}""#);
        assert_eq!(quote("\u{feff}x\u{e0041}"), r#""\u{feff}x\u{e0041}""#);
    }

    #[test]
    fn quoted_texts_can_be_told_apart() {
        assert_eq!(quote(r#"\u{1b}"#), r#""\\u{1b}""#);
        assert_eq!(quote(r#"a"b"#), r#""a\"b""#);
        assert_eq!(quote("Zoë 🔑"), "\"Zoë 🔑\"");
    }

    #[test]
    fn only_what_is_beyond_doubt_stays_without_quotation_marks() {
        assert_eq!(plain_or_quoted("https://id.ai"), "https://id.ai");
        assert_eq!(plain_or_quoted("two words"), r#""two words""#);
        assert_eq!(plain_or_quoted(""), r#""""#);
        assert_eq!(plain_or_quoted("é"), "\"é\"");
    }
}
