//! Promises of the types.

use core::error::Error;

use icid_certificate::{
    Certificate, CheckedCertificate, DelegationCache, ParseCertificateError, ParseNatError,
    ReadRangesError, ReadStateError, Rules, VerifiedCertificate, VerifyCertificateError,
};

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<Certificate<'static>>();
    is_shareable::<CheckedCertificate<'static>>();
    is_shareable::<VerifiedCertificate<'static>>();
    is_shareable::<Rules>();
    is_shareable::<DelegationCache>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<ParseCertificateError>(None);
    is_an_error::<ParseNatError>(None);
    is_an_error::<ReadRangesError>(None);
    is_an_error::<ReadStateError>(None);
    is_an_error::<VerifyCertificateError>(None);
    assert!(size_of::<VerifyCertificateError>() <= 64);
}
