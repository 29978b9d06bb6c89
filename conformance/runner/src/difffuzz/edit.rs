//! Single changes to an input: what they are, and how they are undone one by one.

use model::input::{hex, unhex};
use serde_json::Value;

/// One change at one place, given as a JSON pointer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Edit {
    pub(super) at: String,
    pub(super) change: Change,
}

/// What is done there. A change that does not fit the place does nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Change {
    /// Replaces bytes, which are hex in the input.
    Bytes {
        from: usize,
        removed: usize,
        added: Vec<u8>,
    },
    /// Replaces characters.
    Chars {
        from: usize,
        removed: usize,
        added: String,
    },
    /// Removes the member or the item.
    Drop,
    /// Inserts an item, or a member.
    Insert(Value),
    /// Replaces the value.
    Put(Value),
    /// Exchanges two items of the list.
    Swap(usize, usize),
}

impl Edit {
    pub(super) fn apply(&self, input: &mut Value) {
        match &self.change {
            Change::Drop => self.at_parent(input, |parent, name| match parent {
                Value::Object(map) => drop(map.remove(name)),
                Value::Array(list) => {
                    if let Ok(index) = name.parse::<usize>()
                        && index < list.len()
                    {
                        list.remove(index);
                    }
                }
                _ => {}
            }),
            Change::Insert(value) => self.at_parent(input, |parent, name| match parent {
                Value::Object(map) => drop(map.insert(name.to_owned(), value.clone())),
                Value::Array(list) => {
                    let index = name.parse::<usize>().unwrap_or_default();
                    list.insert(index.min(list.len()), value.clone());
                }
                _ => {}
            }),
            change => {
                if let Some(place) = input.pointer_mut(&self.at) {
                    change.apply(place);
                }
            }
        }
    }

    fn at_parent(&self, input: &mut Value, change: impl FnOnce(&mut Value, &str)) {
        if let Some((parent, name)) = self.at.rsplit_once('/')
            && let Some(parent) = input.pointer_mut(parent)
        {
            change(parent, name);
        }
    }

    /// Returns smaller changes of the same kind, the smallest first.
    pub(super) fn smaller(&self) -> Vec<Self> {
        let changes = self.change.smaller().into_iter();
        let of = |change| Self {
            at: self.at.clone(),
            change,
        };
        changes.map(of).collect()
    }
}

impl Change {
    fn apply(&self, place: &mut Value) {
        match self {
            Self::Put(value) => *place = value.clone(),
            Self::Swap(left, right) => {
                if let Value::Array(list) = place
                    && *left.max(right) < list.len()
                {
                    list.swap(*left, *right);
                }
            }
            Self::Bytes {
                from,
                removed,
                added,
            } => {
                if let Some(mut bytes) = place.as_str().and_then(unhex) {
                    splice(&mut bytes, *from, *removed, added.iter().copied());
                    *place = Value::String(hex(&bytes));
                }
            }
            Self::Chars {
                from,
                removed,
                added,
            } => {
                if let Some(text) = place.as_str() {
                    let mut chars: Vec<char> = text.chars().collect();
                    splice(&mut chars, *from, *removed, added.chars());
                    *place = Value::String(chars.into_iter().collect());
                }
            }
            Self::Drop | Self::Insert(_) => {}
        }
    }

    fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Bytes {
                from,
                removed,
                added,
            } => parts(*from, *removed, added)
                .into_iter()
                .map(|(from, removed, added)| Self::Bytes {
                    from,
                    removed,
                    added,
                })
                .collect(),
            Self::Chars {
                from,
                removed,
                added,
            } => {
                let added: Vec<char> = added.chars().collect();
                parts(*from, *removed, &added)
                    .into_iter()
                    .map(|(from, removed, added)| Self::Chars {
                        from,
                        removed,
                        added: added.into_iter().collect(),
                    })
                    .collect()
            }
            Self::Put(Value::Array(list)) if !list.is_empty() => {
                let (left, right) = list.split_at(list.len() / 2);
                [left, right]
                    .into_iter()
                    .map(|half| Self::Put(Value::Array(half.to_vec())))
                    .filter(|change| change != self)
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Describes the step from one byte string to another as one replacement.
    pub(super) fn between(old: &[u8], new: &[u8]) -> Self {
        let from = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()).saturating_sub(from);
        let tails = old.iter().rev().zip(new.iter().rev()).take(rest);
        let same = tails.take_while(|(a, b)| a == b).count();
        let end = new.len().saturating_sub(same);
        Self::Bytes {
            from,
            removed: old.len().saturating_sub(from + same),
            added: new.get(from..end).unwrap_or_default().to_vec(),
        }
    }
}

fn splice<T>(list: &mut Vec<T>, from: usize, removed: usize, added: impl Iterator<Item = T>) {
    let from = from.min(list.len());
    let end = from.saturating_add(removed).min(list.len());
    drop(list.splice(from..end, added));
}

/// Returns smaller replacements: less added, less removed, or only one half of both.
fn parts<T: Clone>(from: usize, removed: usize, added: &[T]) -> Vec<(usize, usize, Vec<T>)> {
    let (half, middle) = (removed / 2, added.len() / 2);
    let (first, second) = added.split_at(middle);
    let mut all = vec![
        (from, 0, Vec::new()),
        (from, removed, Vec::new()),
        (from, 0, added.to_vec()),
        (from, half, first.to_vec()),
        (from + half, removed - half, second.to_vec()),
        (from, removed, first.to_vec()),
        (from, removed, second.to_vec()),
        (from, half, added.to_vec()),
        (from + half, removed - half, added.to_vec()),
    ];
    if let ([_, tail @ ..], 1..) = (added, removed) {
        all.push((from + 1, removed - 1, tail.to_vec()));
    }
    if let ([head @ .., _], 1..) = (added, removed) {
        all.push((from, removed - 1, head.to_vec()));
    }
    all.retain(|(_, less, part)| *less + part.len() < removed + added.len());
    all.retain(|(_, less, part)| *less + part.len() > 0);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn edited(at: &str, change: Change) -> Value {
        let mut value = json!({"b": "00ff", "t": "é-x", "l": [1, 2, 3]});
        let at = at.to_owned();
        Edit { at, change }.apply(&mut value);
        value
    }

    #[test]
    fn changes_what_they_say() {
        let change = Change::Bytes {
            from: 1,
            removed: 9,
            added: vec![1, 2],
        };
        assert_eq!(edited("/b", change)["b"], "000102");
        let change = Change::Chars {
            from: 0,
            removed: 1,
            added: "ab".to_owned(),
        };
        assert_eq!(edited("/t", change)["t"], "ab-x");
        assert_eq!(edited("/l/1", Change::Drop)["l"], json!([1, 3]));
        assert_eq!(edited("/l", Change::Swap(0, 2))["l"], json!([3, 2, 1]));
        let insert = Change::Insert(json!(9));
        assert_eq!(edited("/l/9", insert)["l"], json!([1, 2, 3, 9]));
        assert_eq!(edited("/b", Change::Drop).get("b"), None);
    }

    #[test]
    fn a_step_between_two_strings_is_as_short_as_it_can_be() {
        let change = Change::between(b"abcdef", b"abXYef");
        let wanted = Change::Bytes {
            from: 2,
            removed: 2,
            added: b"XY".to_vec(),
        };
        assert_eq!(change, wanted);
        assert!(change.smaller().iter().all(|smaller| *smaller != wanted));
    }
}
