//! A reader of JSON (RFC 8259) that keeps what others lose: repeated names.

/// How many levels of arrays and objects there may be below the first.
///
/// Source: policy `json.nesting`, a budget of ours.
pub(super) const DEEPEST: usize = 16;

/// How many members an object may have.
///
/// Source: policy `json.members`, a budget of ours.
pub(super) const MOST_MEMBERS: usize = 64;

/// A JSON value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    /// As it is written.
    Number(String),
    Text(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    /// The members of an object.
    pub(super) fn members(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// A string.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many levels of arrays and objects there are below this one.
    pub(super) fn levels(&self) -> usize {
        let below = |value: &Self| match value {
            Self::Array(_) | Self::Object(_) => value.levels().saturating_add(1),
            _ => 0,
        };
        match self {
            Self::Array(items) => items.iter().map(below).max().unwrap_or(0),
            Self::Object(members) => members
                .iter()
                .map(|(_, value)| below(value))
                .max()
                .unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether some object in here has a name twice.
    pub(super) fn repeats(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().any(Self::repeats),
            Self::Object(members) => {
                let mut names: Vec<_> = members.iter().map(|(name, _)| name).collect();
                names.sort_unstable();
                let twice = names.windows(2).any(|pair| pair.first() == pair.last());
                twice || members.iter().any(|(_, value)| value.repeats())
            }
            _ => false,
        }
    }

    /// Whether some object in here has more than [`MOST_MEMBERS`] members.
    pub(super) fn is_wide(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().any(Self::is_wide),
            Self::Object(members) => {
                members.len() > MOST_MEMBERS || members.iter().any(|(_, value)| value.is_wide())
            }
            _ => false,
        }
    }

    /// The shortest form, as a program writes it that knows nothing of the original.
    pub(super) fn compact(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(",");
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(digits) => digits.clone(),
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Self::Array(items) => {
                format!("[{}]", joined(items.iter().map(Self::compact).collect()))
            }
            Self::Object(members) => {
                let member = |(name, value): &(String, Self)| {
                    format!("{}:{}", Self::Text(name.clone()).compact(), value.compact())
                };
                format!("{{{}}}", joined(members.iter().map(member).collect()))
            }
        }
    }
}

/// The value at the start of `text`, after white space, and what follows it and more white space.
///
/// `None` if it is not JSON.
pub(super) fn first(text: &str) -> Option<(Json, &str)> {
    let (value, rest) = value(text.trim_start_matches(SPACE), 0)?;
    Some((value, rest.trim_start_matches(SPACE)))
}

/// RFC 8259, section 2.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The deepest nesting that is followed at all, so that the stack is safe.
const STACK: usize = 200;

fn value(text: &str, depth: usize) -> Option<(Json, &str)> {
    let deeper = depth.checked_add(1).filter(|depth| *depth < STACK)?;
    match text.chars().next()? {
        '{' => object(text.get(1..)?, deeper),
        '[' => array(text.get(1..)?, deeper),
        '"' => {
            let (text, rest) = string(text.get(1..)?)?;
            Some((Json::Text(text), rest))
        }
        '-' | '0'..='9' => number(text),
        _ => [
            ("null", Json::Null),
            ("true", Json::Boolean(true)),
            ("false", Json::Boolean(false)),
        ]
        .into_iter()
        .find_map(|(word, value)| Some((value, text.strip_prefix(word)?))),
    }
}

fn object(text: &str, depth: usize) -> Option<(Json, &str)> {
    let mut members = Vec::new();
    let mut rest = text.trim_start_matches(SPACE);
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((Json::Object(members), rest));
    }
    loop {
        let (name, after) = string(rest.strip_prefix('"')?)?;
        let after = after.trim_start_matches(SPACE).strip_prefix(':')?;
        let (value, after) = value(after.trim_start_matches(SPACE), depth)?;
        members.push((name, value));
        rest = after.trim_start_matches(SPACE);
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start_matches(SPACE),
            None => return Some((Json::Object(members), rest.strip_prefix('}')?)),
        }
    }
}

fn array(text: &str, depth: usize) -> Option<(Json, &str)> {
    let mut items = Vec::new();
    let mut rest = text.trim_start_matches(SPACE);
    if let Some(rest) = rest.strip_prefix(']') {
        return Some((Json::Array(items), rest));
    }
    loop {
        let (item, after) = value(rest, depth)?;
        items.push(item);
        rest = after.trim_start_matches(SPACE);
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start_matches(SPACE),
            None => return Some((Json::Array(items), rest.strip_prefix(']')?)),
        }
    }
}

/// The string whose opening quote was read.
fn string(text: &str) -> Option<(String, &str)> {
    let (mut string, mut rest) = (String::new(), text);
    loop {
        let character = rest.chars().next()?;
        rest = rest.get(character.len_utf8()..)?;
        match character {
            '"' => return Some((string, rest)),
            '\0'..' ' => return None,
            '\\' => {
                let (character, after) = escape(rest)?;
                string.push(character);
                rest = after;
            }
            other => string.push(other),
        }
    }
}

/// The character whose backslash was read.
fn escape(text: &str) -> Option<(char, &str)> {
    let rest = text.get(1..)?;
    let character = match text.chars().next()? {
        same @ ('"' | '\\' | '/') => same,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(rest),
        _ => return None,
    };
    Some((character, rest))
}

fn unicode(text: &str) -> Option<(char, &str)> {
    let (high, rest) = four_digits(text)?;
    if let Some(character) = char::from_u32(high) {
        return Some((character, rest));
    }
    let (low, rest) = four_digits(rest.strip_prefix("\\u")?)?;
    let pair = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    match char::decode_utf16(pair).collect::<Vec<_>>().as_slice() {
        [Ok(character)] => Some((*character, rest)),
        _ => None,
    }
}

fn four_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(digits, 16).ok()?;
    is_hex.then_some((number, rest))
}

/// RFC 8259, section 6.
fn number(text: &str) -> Option<(Json, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    let count = digits(rest);
    if count == 0 || (count > 1 && rest.starts_with('0')) {
        return None;
    }
    rest = rest.get(count..)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        rest = fraction.get(count..).filter(|_| count > 0)?;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        rest = exponent.get(count..).filter(|_| count > 0)?;
    }
    let written = text.strip_suffix(rest)?.to_owned();
    Some((Json::Number(written), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<Json> {
        match first(text)? {
            (value, "") => Some(value),
            _ => None,
        }
    }

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            r#" { "a" : [ 1 , -0.5e+3 , true , null ] , "b" : "\u00e9\ud83d\ude00\n\"" } "#,
            "[]",
            "{}",
            r#""x""#,
            "0",
        ] {
            let ours = whole(text).unwrap();
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            let again: serde_json::Value = serde_json::from_str(&ours.compact()).unwrap();
            assert_eq!(theirs, again, "{text}");
        }
    }

    #[test]
    fn rejects_what_serde_json_rejects() {
        for text in [
            "",
            "{",
            "[1,]",
            r#"{"a":1,}"#,
            "01",
            "1.",
            "1e",
            "+1",
            "nul",
            "'a'",
            "{a:1}",
            "\"\n\"",
            r#""\x""#,
            r#""\ud800""#,
            r#""\u12g4""#,
            "1 2",
            "\u{feff}{}",
            "[1}",
            "// c\n1",
            "NaN",
        ] {
            assert_eq!(whole(text), None, "{text}");
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn keeps_repeated_names() {
        let value = whole(r#"{"a":1,"\u0061":2}"#).unwrap();
        assert_eq!(value.members().map(<[_]>::len), Some(2));
        assert!(value.repeats());
        assert!(!whole(r#"{"a":{"a":1}}"#).unwrap().repeats());
        assert!(whole(r#"[{"a":1,"b":2,"a":3}]"#).unwrap().repeats());
    }

    #[test]
    fn counts_levels() {
        assert_eq!(whole("{}").unwrap().levels(), 0);
        assert_eq!(whole(r#"{"a":[[1]],"b":[]}"#).unwrap().levels(), 2);
    }
}
