//! What the tests start from.

use core::cell::Cell;

use icid_canister_signature::{
    CanisterSignature, DelegationCache, Freshness, Policy, Ranges, Rules, SignatureId,
    VerifyCanisterSignatureError,
};
use principal::Principal;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::{BlsPublicKey, CanisterPublicKey};
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{SecretKey, Subnet};

pub(crate) const SEED: &[u8] = b"seed";

/// A separator, and something that could be a request id.
pub(crate) const PAYLOAD: &[u8] = b"\x0aic-request0123456789abcdef0123456789abcdef";

pub(crate) fn root() -> SecretKey {
    SecretKey::from_name("root")
}

pub(crate) fn canister() -> Principal {
    Principal::from_slice(&Subnet::CANISTER).unwrap()
}

/// Returns the labels that lead to a signature.
pub(crate) fn path(seed: &[u8], payload: &[u8]) -> [Vec<u8>; 3] {
    let id = SignatureId::new(seed, &[payload]);
    [&b"sig"[..], id.seed_hash(), id.payload_hash()].map(<[u8]>::to_vec)
}

/// What a signature is verified against.
pub(crate) struct Case {
    pub(crate) seed: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) rules: Rules,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            seed: SEED.to_vec(),
            payload: PAYLOAD.to_vec(),
            rules: Rules {
                root_key: BlsPublicKey::from_bytes(root().public_key()),
                ranges: Ranges::Sharded,
                freshness: None,
            },
        }
    }
}

impl Case {
    pub(crate) fn with_seed(seed: &[u8]) -> Self {
        Self {
            seed: seed.to_vec(),
            ..Self::default()
        }
    }

    pub(crate) fn with_ranges(ranges: Ranges) -> Self {
        let mut case = Self::default();
        case.rules.ranges = ranges;
        case
    }

    pub(crate) fn with_freshness(freshness: Option<Freshness>) -> Self {
        let mut case = Self::default();
        case.rules.freshness = freshness;
        case
    }

    pub(crate) fn key(&self) -> CanisterPublicKey<'_> {
        CanisterPublicKey::new(canister(), &self.seed).unwrap()
    }

    /// Verifies with both providers, and expects one outcome, with a cache too.
    pub(crate) fn verify(&self, bytes: &[u8]) -> Result<(), VerifyCanisterSignatureError> {
        let signature = CanisterSignature::parse(bytes, Policy::SPEC).unwrap();
        let verify = |provider: &dyn VerifySignature, cache: Option<&mut DelegationCache>| {
            signature
                .verify(&[&self.payload], &self.key(), &self.rules, provider, cache)
                .map(|_| ())
        };
        let outcome = verify(&NativeProvider::new(), None);
        assert_eq!(verify(&RustCryptoProvider::new(), None), outcome);
        let mut cache = DelegationCache::new();
        for _ in 0..2 {
            assert_eq!(verify(&NativeProvider::new(), Some(&mut cache)), outcome);
        }
        outcome
    }
}

/// Holds everything for true, and counts how often it is asked.
#[derive(Default)]
pub(crate) struct Counting(Cell<usize>);

impl Counting {
    pub(crate) fn count(&self) -> usize {
        self.0.get()
    }
}

impl VerifySignature for Counting {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        self.0.set(self.0.get() + 1);
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        self.0.set(self.0.get() + 1);
        Ok(())
    }
}
