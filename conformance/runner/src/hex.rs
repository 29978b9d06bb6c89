//! Lower-case hex and SHA-256, as the model has them.

/// Returns the SHA-256 of `bytes` in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    encode(&model::crypto::sha256(bytes))
}

/// Returns `bytes` in lower-case hex.
pub(crate) fn encode(bytes: &[u8]) -> String {
    model::input::hex(bytes)
}

/// Returns the bytes that lower-case hex stands for.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    model::input::unhex(text)
}
