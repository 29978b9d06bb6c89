//! Verifies a canister signature with our crates, with a provider of all schemes.
//!
//! It ends with 0 only if the signature holds and one with a changed bit does not.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::process::ExitCode;

use canister_signature::{CanisterSignature, Policy, Ranges, Rules};
use provider_rustcrypto::RustCryptoProvider;
use public_key::{BlsPublicKey, PublicKey};

fn main() -> ExitCode {
    let good = verify(black_box(&sample::SIGNATURE));
    let bad = verify(black_box(&sample::changed()));
    ExitCode::from(u8::from(!good || bad))
}

/// Returns whether the canister signed the payload.
fn verify(signature: &[u8]) -> bool {
    let Ok(PublicKey::Canister(key)) =
        PublicKey::parse(black_box(&sample::KEY), public_key::Policy::SPEC)
    else {
        return false;
    };
    let (Ok(signature), Ok(root_key)) = (
        CanisterSignature::parse(signature, Policy::SPEC),
        BlsPublicKey::from_der(black_box(&sample::ROOT_KEY)),
    ) else {
        return false;
    };
    let rules = Rules {
        root_key,
        ranges: Ranges::Sharded,
        freshness: None,
    };
    let provider = RustCryptoProvider::new();
    signature
        .verify(
            &[black_box(&sample::PAYLOAD)],
            &key,
            &rules,
            &provider,
            None,
        )
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_holds_and_one_with_a_changed_bit_does_not() {
        assert!(verify(&sample::SIGNATURE));
        assert!(!verify(&sample::changed()));
    }
}
