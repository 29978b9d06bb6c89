//! Small JSON documents, against `serde_json`.

use json::Number;
use json::ReadError;
use json::Reader;
use json::Reason;
use serde_json::Value;

use crate::Verdict;

/// Documents that are nested more deeply are left to `skip`; `serde_json` goes to 127.
const DEEPEST: usize = 100;

/// What is accepted is what `serde_json` accepts, apart from names that come twice and from budgets,
/// and it means the same.
pub fn json(data: &[u8]) -> Verdict {
    let theirs = serde_json::from_slice::<Value>(data);
    let mut reader = match Reader::new(data) {
        Ok(reader) => reader,
        Err(error) => {
            assert!(
                theirs.is_err() || matches!(error.reason, Reason::TooLong { .. }),
                "{error}"
            );
            return Verdict::Rejected;
        }
    };
    let mut skipping = reader;
    let skipped = skipping.skip().and_then(|()| skipping.finish());

    let mut walk = Walk::default();
    let ours = walk.value(&mut reader, 0).and_then(|value| {
        reader.finish()?;
        Ok(value)
    });
    if walk.is_deep {
        return Verdict::Discarded;
    }
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
        (Err(_), Err(_)) => {}
        // `serde_json` has no number for it.
        (Ok(_), Err(_)) => assert!(walk.has_large_number),
        (Err(error), Ok(_)) => assert!(
            matches!(error.reason, Reason::DuplicateName | Reason::TooManyMembers),
            "{error}"
        ),
    }
    match (&ours, &skipped) {
        (Ok(_), Ok(())) | (Err(_), Err(_)) => {}
        (_, Err(error)) => assert_eq!(error.reason, Reason::TooDeep, "{error}"),
        (Err(error), Ok(())) => panic!("skipped, but {error}"),
    }
    if ours.is_ok() {
        Verdict::Accepted
    } else {
        Verdict::Rejected
    }
}

#[derive(Default)]
struct Walk {
    has_large_number: bool,
    is_deep: bool,
}

impl Walk {
    /// The next value, all of it.
    fn value(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<Value, ReadError> {
        if depth > DEEPEST {
            self.is_deep = true;
            return Ok(Value::Null);
        }
        Ok(match reader.peek() {
            Some(b'{') => {
                let mut members = reader.object()?;
                let mut map = serde_json::Map::new();
                while let Some(name) = reader.member(&mut members)? {
                    let known = map.insert(name.chars().collect(), self.value(reader, depth + 1)?);
                    assert!(known.is_none(), "a name came twice");
                    if self.is_deep {
                        break;
                    }
                }
                Value::Object(map)
            }
            Some(b'[') => {
                let mut elements = reader.array()?;
                let mut list = Vec::new();
                while !self.is_deep && reader.element(&mut elements)? {
                    list.push(self.value(reader, depth + 1)?);
                }
                Value::Array(list)
            }
            Some(b'"') => {
                let text = reader.text()?;
                let characters: String = text.chars().collect();
                assert!(text.as_str().is_none_or(|plain| plain == characters));
                assert!(text == characters.as_str());
                Value::String(characters)
            }
            Some(b't' | b'f') => Value::Bool(reader.boolean()?),
            Some(b'n') if reader.null() => Value::Null,
            _ => self.number(&reader.number()?),
        })
    }

    fn number(&mut self, number: &Number<'_>) -> Value {
        let text = number.as_str();
        match serde_json::from_str::<Value>(text) {
            Ok(value) => {
                assert!(value.is_number(), "{text}");
                assert_eq!(number.to_u64(), value.as_u64(), "{text}");
                value
            }
            Err(_) => {
                self.has_large_number = true;
                Value::Null
            }
        }
    }
}
