//! CBOR diagnostic notation (RFC 8949, section 8), for human eyes.

use model::cbor::Item;
use model::input::hex;

/// `item` in diagnostic notation; bytes that are no item appear as `raw'…'`.
pub(crate) fn diagnostic(item: &Item) -> String {
    match item {
        Item::Unsigned(value) => value.to_string(),
        Item::Negative(value) => format!("-1-{value}"),
        Item::Bytes(bytes) => format!("h'{}'", hex(bytes)),
        Item::Text(bytes) => text(bytes),
        Item::Chunked { text: false, bytes } => {
            let chunks: Vec<_> = bytes
                .chunks(4)
                .map(|chunk| format!("h'{}'", hex(chunk)))
                .collect();
            format!("(_ {})", chunks.join(", "))
        }
        Item::Chunked { text: true, bytes } => {
            let chunks: Vec<_> = bytes.chunks(4).map(text).collect();
            format!("(_ {})", chunks.join(", "))
        }
        Item::Array(items) => format!("[{}]", list(items)),
        Item::Indefinite(items) => format!("[_ {}]", list(items)),
        Item::Map(entries) => format!("{{{}}}", fields(entries)),
        Item::IndefiniteMap(entries) => format!("{{_ {}}}", fields(entries)),
        Item::Tag(tag, item) => format!("{tag}({})", diagnostic(item)),
        Item::Simple(20) => "false".to_owned(),
        Item::Simple(21) => "true".to_owned(),
        Item::Simple(22) => "null".to_owned(),
        Item::Simple(23) => "undefined".to_owned(),
        Item::Simple(value) => format!("simple({value})"),
        Item::Float(bits, width) => {
            let digits = usize::from(*width).saturating_mul(2);
            format!("float'{bits:0digits$x}'")
        }
        Item::Raw(bytes) => format!("raw'{}'", hex(bytes)),
    }
}

fn text(bytes: &[u8]) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) => format!("{text:?}"),
        Err(_) => format!("text'{}'", hex(bytes)),
    }
}

fn list(items: &[Item]) -> String {
    items.iter().map(diagnostic).collect::<Vec<_>>().join(", ")
}

fn fields(entries: &[(Item, Item)]) -> String {
    let field = |(key, value): &(Item, Item)| format!("{}: {}", diagnostic(key), diagnostic(value));
    entries.iter().map(field).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_the_specification_does() {
        let item = Item::record(&[
            ("arg", Item::bytes(&[0xab])),
            (
                "list",
                Item::Array(vec![Item::Unsigned(1), Item::text("x")]),
            ),
        ]);
        assert_eq!(
            diagnostic(&item.self_described()),
            "55799({\"arg\": h'ab', \"list\": [1, \"x\"]})"
        );
    }
}
