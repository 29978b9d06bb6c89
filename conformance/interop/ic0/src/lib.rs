//! The part of the system API that canister signatures need, for tests outside canisters.
//!
//! `ic-canister-sig-creation` asks the system for the time and for the certificate of the certified
//! data. Outside canisters there is no system; here a test says what it would answer.
#![forbid(unsafe_code)]

use std::cell::Cell;
use std::cell::RefCell;

thread_local! {
    static TIME: Cell<u64> = const { Cell::new(0) };
    static CERTIFICATE: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Says what time it is on this thread, in nanoseconds since the Unix epoch.
pub fn set_time(nanos: u64) {
    TIME.set(nanos);
}

/// Says which certificate a query on this thread has.
pub fn set_data_certificate(certificate: Option<Vec<u8>>) {
    CERTIFICATE.set(certificate);
}

/// Returns the time.
#[must_use]
pub fn time() -> u64 {
    TIME.get()
}

/// Returns one if there is a certificate, otherwise zero.
#[must_use]
pub fn data_certificate_present() -> u32 {
    CERTIFICATE.with_borrow(|certificate| certificate.is_some().into())
}

/// Returns the length of the certificate.
#[must_use]
pub fn data_certificate_size() -> usize {
    CERTIFICATE.with_borrow(|certificate| certificate.as_ref().map_or(0, Vec::len))
}

/// Copies the certificate from a position on.
///
/// # Panics
///
/// If there is no such part, as the system would.
pub fn data_certificate_copy(target: &mut [u8], offset: usize) {
    CERTIFICATE.with_borrow(|certificate| {
        let certificate = certificate.as_ref().expect("there is a certificate");
        target.copy_from_slice(&certificate[offset..offset + target.len()]);
    });
}
