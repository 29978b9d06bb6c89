//! The DER form of BLS keys.

use public_key::BlsPublicKey;

use crate::Verdict;

/// A key has exactly one DER form: what is accepted is what is written.
pub fn bls_key(data: &[u8]) -> Verdict {
    let accepted = BlsPublicKey::from_der(data);
    // By the fixed prefix, as the key is 133 bytes of which the first 37 never change.
    let reference = BlsPublicKey::MAINNET_ROOT.to_der();
    let (prefix, _) = reference.split_at(BlsPublicKey::DER_LENGTH - BlsPublicKey::LENGTH);
    let expected = data.len() == BlsPublicKey::DER_LENGTH && data.starts_with(prefix);
    assert_eq!(accepted.is_ok(), expected, "{accepted:?}");
    let Ok(key) = accepted else {
        return Verdict::Rejected;
    };
    assert_eq!(key.to_der(), data);
    assert_eq!(BlsPublicKey::from_bytes(*key.as_bytes()), key);
    Verdict::Accepted
}
