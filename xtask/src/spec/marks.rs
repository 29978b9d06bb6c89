//! The `spec` marks in Rust code: a line comment that names the clauses that the next line obeys.
//!
//! A mark is exactly two slashes, a space, `spec:`, a space and one or more clause ids with `, `
//! between them, and nothing else. Comments that only look like marks are errors, because nobody
//! would ever find them again.

use super::report::Problem;
use super::snapshot::Snapshot;

/// A clause id in a mark.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mark {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) id: String,
}

/// Returns every mark, and a problem for every comment that nearly is one.
pub(super) fn collect(snapshot: &Snapshot) -> (Vec<Mark>, Vec<Problem>) {
    let mut marks = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in snapshot.matching("", ".rs") {
        for (line, comment) in line_comments(text) {
            match read(comment) {
                Comment::Mark(ids) => marks.extend(ids.into_iter().map(|id| Mark {
                    path: path.to_owned(),
                    line,
                    id: id.to_owned(),
                })),
                Comment::NearMiss => problems.push(Problem::new(
                    path,
                    line,
                    format!(
                        "`{}` is not a mark; write `// spec: FAMILY-1`",
                        comment.trim_end()
                    ),
                )),
                Comment::Prose => {}
            }
        }
    }
    (marks, problems)
}

#[derive(Debug, Eq, PartialEq)]
enum Comment<'a> {
    Mark(Vec<&'a str>),
    NearMiss,
    Prose,
}

/// Classifies a line comment, slashes included.
fn read(comment: &str) -> Comment<'_> {
    if let Some(ids) = comment.trim_end().strip_prefix("// spec: ") {
        let ids: Vec<&str> = ids.split(", ").collect();
        return if ids.iter().all(|id| is_id(id)) {
            Comment::Mark(ids)
        } else {
            Comment::NearMiss
        };
    }
    let body = comment.trim_start_matches(['/', '!']);
    let is_doc = comment.starts_with("///") || comment.starts_with("//!");
    let body = body
        .trim_start()
        .trim_start_matches(['-', '*', '(', '[', '`']);
    let Some((head, rest)) = body.split_at_checked(4) else {
        return Comment::Prose;
    };
    if !head.eq_ignore_ascii_case("spec") {
        return Comment::Prose;
    }
    let names_clause = rest
        .trim_start_matches([':', ' ', '='])
        .split([' ', ',', ';', ')', ']', '`'])
        .next()
        .is_some_and(|word| is_id(&word.to_ascii_uppercase()));
    if names_clause || (!is_doc && rest.starts_with(':')) {
        Comment::NearMiss
    } else {
        Comment::Prose
    }
}

/// Returns whether `word` has the form of a clause id, such as `SIG-ED-5`.
fn is_id(word: &str) -> bool {
    word.rsplit_once('-').is_some_and(|(family, number)| {
        !family.is_empty()
            && family
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
            && number.starts_with(|digit: char| digit != '0')
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && !number.is_empty()
    })
}

/// Returns the line comments of Rust code with their line numbers, counted from 1.
///
/// Slashes within strings, characters and block comments begin no line comment.
fn line_comments(code: &str) -> Vec<(usize, &str)> {
    let mut comments = Vec::new();
    let mut line = 1;
    let mut rest = code;
    while let Some(next) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            comments.push((line, rest.get(..length).unwrap_or(rest)));
            length
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if next == '"' {
            quoted(rest, '"')
        } else if next == '\'' {
            character(rest)
        } else if next.is_alphanumeric() || next == '_' {
            // A whole word at once, so that the `r` of `for` begins no raw string.
            let is_prefix = raw_string_after_word(rest);
            if is_prefix > 0 { is_prefix } else { word(rest) }
        } else {
            next.len_utf8()
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        line += token.matches('\n').count();
        rest = after;
    }
    comments
}

fn word(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len())
}

/// Returns the length of a prefixed string (`b"…"`, `br#"…"#`, `c"…"`) at the start, or 0.
fn raw_string_after_word(rest: &str) -> usize {
    for prefix in ["b", "c"] {
        if let Some(string) = rest.strip_prefix(prefix) {
            if let Some(length) = raw_string(string) {
                return length + 1;
            }
            if string.starts_with('"') {
                return quoted(string, '"') + 1;
            }
            if prefix == "b" && string.starts_with('\'') {
                return character(string) + 1;
            }
        }
    }
    0
}

/// Returns the length of the raw string at the start.
fn raw_string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('r')?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let body = body.trim_start_matches('#').strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(1 + hashes + 1 + length)
}

/// Returns the length of the text in quotes at the start, escapes included.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, next) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if next == '\\' {
            escaped = true;
        } else if next == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// Returns the length of the character at the start, or 1 where the quote begins a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.chars().skip(1);
    let first = chars.next();
    if first == Some('\\') || (first.is_some() && chars.next() == Some('\'')) {
        quoted(rest, '\'')
    } else {
        1
    }
}

/// Returns the length of the block comment at the start, nested ones included.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(tail) = rest.get(at..) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            let Some(next) = tail.chars().next() else {
                break;
            };
            at += next.len_utf8();
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_id_and_several() {
        assert_eq!(read("// spec: SIG-ED-5"), Comment::Mark(vec!["SIG-ED-5"]));
        assert_eq!(
            read("// spec: CERT-1, CERT-12"),
            Comment::Mark(vec!["CERT-1", "CERT-12"])
        );
    }

    #[test]
    fn reports_near_misses() {
        for comment in [
            "//spec: DELEG-5",
            "// Spec: DELEG-5",
            "// spec DELEG-5",
            "// spec:DELEG-5",
            "//  spec: DELEG-5",
            "// spec: DELEG-5 and more",
            "// spec: DELEG-5,DELEG-6",
            "// spec: deleg-5",
            "// spec: DELEG-05",
            "// SPEC: something",
            "/// spec: DELEG-5",
            "//! Spec: DELEG-5.".trim_end_matches('.'),
            "// (spec: DELEG-5)",
        ] {
            assert_eq!(read(comment), Comment::NearMiss, "{comment}");
        }
    }

    #[test]
    fn leaves_prose_alone() {
        for comment in [
            "// The spec says so: DELEG-5 is a limit.",
            "// specific to this",
            "// special: yes",
            "/// Spec: interface spec 0.66.0, \"Authentication\".",
            "//",
            "// ü",
        ] {
            assert_eq!(read(comment), Comment::Prose, "{comment}");
        }
    }

    #[test]
    fn finds_comments_outside_strings_only() {
        let code = "let a = \"// spec: X-1\"; // one\n\
                    let b = r#\"\n// spec: X-2 \" \"#;\n\
                    /* // spec: X-3 /* nested */ */ let c: &'static str = \"\\\"//\";\n\
                    let d = ('\"', b'\\'', '/'); // two\n\
                    for x in y {} let e = br\"//\"; let f = b\"//\"; // three";
        let found: Vec<&str> = line_comments(code)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(found, ["// one", "// two", "// three"]);
    }

    #[test]
    fn counts_lines_through_multi_line_strings() {
        let code = "let a = \"\n\n\";\n// spec: X-1";
        assert_eq!(line_comments(code), [(4, "// spec: X-1")]);
    }
}
