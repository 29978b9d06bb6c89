//! Promises of the types.

use core::error::Error;

use icid_public_key::BlsPublicKey;
use icid_public_key::CanisterPublicKey;
use icid_public_key::CheckRsaKeyError;
use icid_public_key::CosePublicKey;
use icid_public_key::ParseBlsPublicKeyError;
use icid_public_key::ParseCanisterKeyError;
use icid_public_key::ParseCoseKeyError;
use icid_public_key::ParseDerError;
use icid_public_key::ParsePublicKeyError;
use icid_public_key::ParseRsaPublicKeyError;
use icid_public_key::PlainDer;
use icid_public_key::PublicKey;
use icid_public_key::RsaDer;
use icid_public_key::SeedTooLong;

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

/// Returns what an error names as its cause, if it is of this type.
fn cause<E: Error + Copy + 'static>(error: &dyn Error) -> Option<E> {
    error.source()?.downcast_ref().copied()
}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<BlsPublicKey>();
    is_shareable::<CanisterPublicKey<'static>>();
    is_shareable::<CosePublicKey<'static>>();
    is_shareable::<PlainDer>();
    is_shareable::<PublicKey<'static>>();
    is_shareable::<RsaDer>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<CheckRsaKeyError>(None);
    is_an_error::<ParseBlsPublicKeyError>(None);
    is_an_error::<ParseCanisterKeyError>(None);
    is_an_error::<ParseCoseKeyError>(None);
    is_an_error::<ParseDerError>(None);
    is_an_error::<ParsePublicKeyError>(None);
    is_an_error::<ParseRsaPublicKeyError>(None);
    is_an_error::<SeedTooLong>(None);
    assert!(size_of::<ParsePublicKeyError>() <= 64);
}

#[test]
fn errors_lead_to_their_causes() {
    let der = ParseDerError::UnexpectedEnd {
        position: 3,
        needed: 2,
        available: 1,
    };
    let read = cbor::ReadError {
        position: 3,
        reason: cbor::Reason::DuplicateKey,
    };
    let bls = ParseBlsPublicKeyError::Malformed(der);
    let rsa = ParseRsaPublicKeyError::Malformed(der);
    let cose = ParseCoseKeyError::Read(read);
    let canister = ParseCanisterKeyError::MissingLength;
    let check = CheckRsaKeyError::EvenModulus;
    assert_eq!(cause(&bls), Some(der));
    assert_eq!(cause(&rsa), Some(der));
    assert_eq!(
        cause(&ParseRsaPublicKeyError::NotAllowed(check)),
        Some(check)
    );
    assert_eq!(cause(&cose), Some(read));
    assert_eq!(cause(&ParseCoseKeyError::Rsa(check)), Some(check));
    assert_eq!(cause(&ParsePublicKeyError::Malformed(der)), Some(der));
    assert_eq!(cause(&ParsePublicKeyError::Bls(bls)), Some(bls));
    assert_eq!(
        cause(&ParsePublicKeyError::Canister(canister)),
        Some(canister)
    );
    assert_eq!(cause(&ParsePublicKeyError::Cose(cose)), Some(cose));
    assert!(ParseBlsPublicKeyError::WrongCurve.source().is_none());
    assert!(ParseRsaPublicKeyError::WrongAlgorithm.source().is_none());
    assert!(ParseCoseKeyError::KeyOperations.source().is_none());
    assert!(ParsePublicKeyError::PlainRsa.source().is_none());
}

#[test]
fn keys_are_small_values() {
    assert!(size_of::<PublicKey<'_>>() <= 128);
}
