//! Promises of the types.

use core::error::Error;

use cbor::{ReadError, Reason};
use certificate::{ParseCertificateError, Part, VerifyCertificateError};
use hash_tree::ParseHashTreeError;
use icid_canister_signature::{
    CanisterSignature, CheckedCanisterSignature, ParseCanisterSignatureError, Rules, Siblings,
    SignatureId, SignatureMap, VerifiedCanisterSignature, VerifyCanisterSignatureError,
};

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

/// Returns what an error names as its cause, if it is of this type.
fn cause<E: Error + Copy + 'static>(error: &dyn Error) -> Option<E> {
    error.source()?.downcast_ref().copied()
}

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
fn errors_lead_to_their_causes() {
    use ParseCanisterSignatureError as Parse;
    use VerifyCanisterSignatureError as Verify;
    let read = ReadError {
        position: 3,
        reason: Reason::DuplicateKey,
    };
    let tree = ParseHashTreeError::Read(read);
    let certificate = ParseCertificateError::Read {
        part: Part::Certificate,
        error: read,
    };
    assert_eq!(cause(&Parse::Certificate(certificate)), Some(certificate));
    assert_eq!(cause(&Parse::Read(read)), Some(read));
    assert_eq!(cause(&Parse::Tree(tree)), Some(tree));
    assert!(Parse::MissingField { field: "tree" }.source().is_none());
    let invalid = VerifyCertificateError::InvalidSignature;
    assert_eq!(cause(&Verify::Certificate(invalid)), Some(invalid));
    assert!(Verify::IllFormedTree.source().is_none());
}

#[test]
fn debug_output_is_hexadecimal() {
    let id = SignatureId::from_hashes([0xab; 32], [0; 32]);
    assert!(format!("{id:?}").starts_with("SignatureId { seed_hash: abab"));
}
