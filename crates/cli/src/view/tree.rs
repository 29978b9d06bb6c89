//! Hash trees, with what their labels and values mean in the state tree.

use cbor::{Reader, TagRule};
use hash_tree::{Child, HashTree, Subtree};
use principal::Principal;
use public_key::{BlsPublicKey, Policy, PublicKey};
use time::Timestamp;

use crate::escape::plain_or_quoted;
use crate::hex;
use crate::moment;
use crate::output::drawing::{self, Drawing, Node};

/// How long a text is that is shown for a value, in characters.
const MOST_CHARACTERS: usize = 80;

/// Returns the tree as a drawing.
pub(crate) fn drawing(tree: &HashTree<'_>) -> Drawing {
    Drawing {
        nodes: nodes(tree.root(), &mut Vec::new()),
    }
}

/// The recursion is as deep as the tree, whose reader bounds it.
fn nodes<'a>(subtree: Subtree<'a>, path: &mut Vec<&'a [u8]>) -> Vec<Node> {
    let node = |child| match child {
        Child::Labeled { label, subtree } => {
            path.push(label);
            let node = Node::Label {
                label: label.to_vec(),
                shown: shown(path),
                children: nodes(subtree, path),
            };
            path.pop();
            node
        }
        Child::Leaf(value) => Node::Leaf {
            value: value.to_vec(),
            meaning: meaning(path, value),
        },
        Child::Pruned(hash) => Node::Pruned(*hash),
    };
    subtree.children().map(node).collect()
}

/// Returns the last label of a path as people read it.
fn shown(path: &[&[u8]]) -> String {
    let Some((label, above)) = path.split_last() else {
        return String::new();
    };
    let is_id = match above {
        [b"canister" | b"subnet" | b"canister_ranges"] | [b"canister_ranges", _] => true,
        [b"subnet", _, kind] => *kind == b"node",
        _ => false,
    };
    if is_id && let Ok(id) = Principal::from_slice(label) {
        return id.to_string();
    }
    let is_hash = matches!(above, [b"request_status"] | [b"sig", ..]);
    match std::str::from_utf8(label) {
        Ok(text) if !is_hash && is_printable(text) => plain_or_quoted(text),
        _ => format!("0x{}", drawing::shortened(label)),
    }
}

/// Returns what a value means at its path in the state tree of the interface specification, or its
/// text if it is one; none if it is only bytes.
fn meaning(path: &[&[u8]], value: &[u8]) -> Option<String> {
    let known = match path {
        [b"time"] => natural(value)
            .map(Timestamp::from_nanos)
            .map(moment::to_utc),
        [b"canister", _, b"controllers"] => controllers(value).map(|list| listed(&list)),
        [b"canister_ranges", _, _] | [b"subnet", _, b"canister_ranges"] => {
            ranges(value).map(|list| listed_ranges(&list))
        }
        [b"subnet", _, b"public_key"] => BlsPublicKey::from_der(value)
            .ok()
            .map(|key| format!("BLS12-381 key of {}", key.principal())),
        [b"subnet", _, b"node", _, b"public_key"] => PublicKey::parse(value, Policy::SPEC)
            .ok()
            .map(|key| format!("{} key of {}", key.scheme(), key.principal())),
        [b"request_status", _, b"reject_code"] => natural(value).map(|code| code.to_string()),
        [b"request_status", _, b"reply"] | [b"canister", _, b"module_hash" | b"certified_data"] => {
            return None;
        }
        _ => None,
    };
    known.or_else(|| text(value))
}

fn text(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value)
        .ok()
        .filter(|text| is_printable(text))?;
    let head: String = text.chars().take(MOST_CHARACTERS).collect();
    let quoted = plain_or_quoted(&head);
    let is_whole = head.len() == text.len();
    Some(if is_whole {
        quoted
    } else {
        format!("{quoted}…  {} bytes", text.len())
    })
}

/// Returns whether a text reads as one: it is not empty and without control characters.
fn is_printable(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// Returns the number in unsigned LEB128 if it is one below 2⁶⁴ in its shortest form.
pub(crate) fn natural(value: &[u8]) -> Option<u64> {
    let (last, rest) = value.split_last()?;
    let is_shortest = *last != 0 || rest.is_empty();
    if *last >= 0x80 || !is_shortest || rest.iter().any(|byte| *byte < 0x80) {
        return None;
    }
    value.iter().rev().try_fold(0_u64, |number, byte| {
        number
            .checked_mul(0x80)?
            .checked_add(u64::from(byte & 0x7f))
    })
}

/// Returns the closed ranges of a list if the value is one.
pub(crate) fn ranges(value: &[u8]) -> Option<Vec<(Principal, Principal)>> {
    let mut reader = Reader::new(value);
    reader.self_described_tag(TagRule::Optional).ok()?;
    let mut items = reader.array().ok()?;
    let mut list = Vec::new();
    while reader.next(&mut items).ok()? {
        let mut ends = reader.array().ok()?;
        reader.expect_item(&mut ends).ok()?;
        let low = Principal::from_slice(reader.bytes().ok()?).ok()?;
        reader.expect_item(&mut ends).ok()?;
        let high = Principal::from_slice(reader.bytes().ok()?).ok()?;
        reader.expect_end(&mut ends).ok()?;
        list.push((low, high));
    }
    reader.finish().ok()?;
    Some(list)
}

fn controllers(value: &[u8]) -> Option<Vec<Principal>> {
    let mut reader = Reader::new(value);
    reader.self_described_tag(TagRule::Optional).ok()?;
    let mut items = reader.array().ok()?;
    let mut list = Vec::new();
    while reader.next(&mut items).ok()? {
        list.push(Principal::from_slice(reader.bytes().ok()?).ok()?);
    }
    reader.finish().ok()?;
    Some(list)
}

fn listed(list: &[Principal]) -> String {
    if list.is_empty() {
        return "nobody".to_owned();
    }
    let list: Vec<String> = list.iter().map(Principal::to_string).collect();
    list.join(", ")
}

fn listed_ranges(list: &[(Principal, Principal)]) -> String {
    match list {
        [] => "no ranges".to_owned(),
        [range] => show_range(range),
        [first, .., last] => format!("{} ranges, {} to {}", list.len(), first.0, last.1),
    }
}

/// Returns a closed range of canister ids as people read it.
pub(crate) fn show_range((low, high): &(Principal, Principal)) -> String {
    format!("{low} to {high}")
}

/// Returns what a drawing of the tree is called.
pub(crate) fn title(tree: &HashTree<'_>) -> String {
    format!("hash tree {}", hex::encode(&tree.root_hash()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naturals_are_read_in_their_shortest_form() {
        for (bytes, number) in [
            (&[0x00][..], Some(0)),
            (&[0x7f], Some(127)),
            (&[0x80, 0x01], Some(128)),
            (&[0xe5, 0x8e, 0x26], Some(624_485)),
            (&[0xff; 9], None),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
                Some(u64::MAX),
            ),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
                None,
            ),
            (&[], None),
            (&[0x80], None),
            (&[0x80, 0x00], None),
            (&[0x01, 0x01], None),
        ] {
            assert_eq!(natural(bytes), number, "{bytes:?}");
        }
    }
}
