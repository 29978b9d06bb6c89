//! Promises of the types.

use core::error::Error;

use icid_canister_signature::{
    CanisterSignature, CheckedCanisterSignature, ParseCanisterSignatureError, Rules, Siblings,
    SignatureId, SignatureMap, VerifiedCanisterSignature, VerifyCanisterSignatureError,
};

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<CanisterSignature<'static>>();
    is_shareable::<CheckedCanisterSignature<'static>>();
    is_shareable::<Rules>();
    is_shareable::<Siblings>();
    is_shareable::<SignatureId>();
    is_shareable::<SignatureMap>();
    is_shareable::<VerifiedCanisterSignature<'static>>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<ParseCanisterSignatureError>(None);
    is_an_error::<VerifyCanisterSignatureError>(None);
    assert!(size_of::<ParseCanisterSignatureError>() <= 64);
    assert!(size_of::<VerifyCanisterSignatureError>() <= 72);
}

#[test]
fn debug_output_is_hexadecimal() {
    let id = SignatureId::from_hashes([0xab; 32], [0; 32]);
    assert!(format!("{id:?}").starts_with("SignatureId { seed_hash: abab"));
}
