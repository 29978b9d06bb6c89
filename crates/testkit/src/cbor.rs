//! CBOR by hand, so that tests can write what no encoder writes.

/// Writes the head of an item: major type and argument in the shortest form.
#[must_use]
pub fn head(major: u8, argument: usize) -> Vec<u8> {
    let [.., a, b, c, d] = argument.to_be_bytes();
    let major = major << 5;
    match argument {
        0..24 => vec![major | d],
        24..0x100 => vec![major | 24, d],
        0x100..0x1_0000 => vec![major | 25, c, d],
        _ => vec![major | 26, a, b, c, d],
    }
}

/// Writes a byte string.
#[must_use]
pub fn bytes(value: &[u8]) -> Vec<u8> {
    [&head(2, value.len()), value].concat()
}

/// Writes a text string.
#[must_use]
pub fn text(value: &str) -> Vec<u8> {
    [&head(3, value.len()), value.as_bytes()].concat()
}

/// Writes an array of encoded items.
#[must_use]
pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len()), items.concat()].concat()
}

/// Writes a map of encoded values.
#[must_use]
pub fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut map = head(5, entries.len());
    for (key, value) in entries {
        map.extend(text(key));
        map.extend(value);
    }
    map
}

/// Puts the tag 55799 before an encoded item.
#[must_use]
pub fn tagged(item: &[u8]) -> Vec<u8> {
    [&[0xd9, 0xd9, 0xf7], item].concat()
}
