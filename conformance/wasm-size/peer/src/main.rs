//! Verifies a canister signature with `ic-signature-verification`.
//!
//! It ends with 0 only if the signature holds and one with a changed bit does not.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::process::ExitCode;

use ic_signature_verification::verify_canister_sig;

/// What comes before the point in the DER form of a root key.
const PREFIX_LENGTH: usize = 37;

fn main() -> ExitCode {
    let good = verify(black_box(&sample::SIGNATURE));
    let bad = verify(black_box(&sample::changed()));
    ExitCode::from(u8::from(!good || bad))
}

/// Returns whether the canister signed the payload.
fn verify(signature: &[u8]) -> bool {
    let root_key = &black_box(&sample::ROOT_KEY)[PREFIX_LENGTH..];
    let key = black_box(&sample::KEY);
    verify_canister_sig(black_box(&sample::PAYLOAD), signature, key, root_key).is_ok()
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
