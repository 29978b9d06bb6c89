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
fn keys_are_small_values() {
    assert!(size_of::<PublicKey<'_>>() <= 128);
}
