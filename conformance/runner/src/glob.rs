//! Which cases a run is about: a prefix of their ids, or a pattern.

/// A selection of ids.
#[derive(Clone, Debug)]
pub(crate) struct Filter(Option<String>);

impl Filter {
    pub(crate) fn new(pattern: Option<&str>) -> Self {
        Self(pattern.map(str::to_owned))
    }

    /// Without `*`, the pattern is a prefix; with `*`, it is the whole id, and `*` is any text.
    pub(crate) fn matches(&self, id: &str) -> bool {
        match &self.0 {
            None => true,
            Some(prefix) if !prefix.contains('*') => id.starts_with(prefix.as_str()),
            Some(pattern) => matches_pattern(pattern, id),
        }
    }
}

fn matches_pattern(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut rest = rest;
    // The leftmost fit of each middle part leaves most for the others.
    while let Some((part, more)) = rest.split_once('*') {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = text.get(at + part.len()..).unwrap_or_default();
        rest = more;
    }
    text.len() >= rest.len() && text.ends_with(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_patterns() {
        for (pattern, id, expected) in [
            ("cert", "certificate/verify/a", true),
            ("cert", "hashtree/cert", false),
            ("*/verify/*", "certificate/verify/a", true),
            ("*a", "certificate/verify/a", true),
            ("*a", "certificate/verify/b", false),
            ("c*e*e/v*", "certificate/verify/a", true),
            ("ab*ba", "aba", false),
            ("a*", "a", true),
        ] {
            assert_eq!(
                Filter::new(Some(pattern)).matches(id),
                expected,
                "{pattern} {id}"
            );
        }
        assert!(Filter::new(None).matches(""));
    }
}
