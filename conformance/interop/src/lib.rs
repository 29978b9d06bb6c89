//! What the differential tests share: reproducible input, signers, recordings of a browser.
//!
//! The tests compare the crates of this project with the libraries that the software of the
//! Internet Computer uses today. Where the two are known to differ, a constant table in the test
//! says how and why, and the test fails if the difference goes away.
#![forbid(unsafe_code)]

pub mod canister;
pub mod cbor_tree;
pub mod hex;
pub mod recordings;
pub mod replica;
pub mod signers;
pub mod wire;

use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use signature::VerifySignature;

/// Returns both providers: whatever one says, the other has to say.
#[must_use]
pub fn providers() -> [Box<dyn VerifySignature>; 2] {
    [
        Box::new(NativeProvider::new()),
        Box::new(RustCryptoProvider::new()),
    ]
}

/// A generator of reproducible input (SplitMix64).
#[derive(Debug)]
pub struct Rng(u64);

impl Rng {
    /// Returns the generator with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Returns a number below `end`, which must not be zero.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    /// Returns that many bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.bits() as u8).collect()
    }

    /// Returns one of these.
    pub fn choose<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        &options[self.below(options.len())]
    }
}
