//! DER as tests write it.

use hex_literal::hex;

/// The example of the interface spec 0.66.0, "Web Authentication".
pub(crate) const ES256: [u8; 96] = hex!(
    "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa43146e0"
    "ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a6a368c23"
    "63063d04e6ed"
);

/// Wraps elements into a SubjectPublicKeyInfo with correct lengths.
pub(crate) fn info(algorithm: &[&[u8]], rest: &[&[u8]]) -> Vec<u8> {
    element(
        0x30,
        &[element(0x30, &algorithm.concat()), rest.concat()].concat(),
    )
}

/// Returns a bit string.
pub(crate) fn bits(unused: u8, bytes: &[u8]) -> Vec<u8> {
    element(0x03, &[&[unused], bytes].concat())
}

/// Returns an element with a length in its shortest form.
pub(crate) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let mut der = vec![tag];
    match length {
        [0, low @ ..=0x7f] => der.push(low),
        [0, low] => der.extend([0x81, low]),
        [high, low] => der.extend([0x82, high, low]),
    }
    der.extend(contents);
    der
}
