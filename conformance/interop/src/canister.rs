//! A canister that signs.

use canister_signature::Siblings;
use canister_signature::SignatureId;
use canister_signature::SignatureMap;
use principal::Principal;
use public_key::BlsPublicKey;
use public_key::CanisterPublicKey;
use testkit::SecretKey;
use testkit::Subnet;
use time::Lifetime;
use time::Timestamp;

/// Its id.
pub const ID: &[u8] = &Subnet::CANISTER;

/// How long its signatures are there for those who come for them.
pub const LIFETIME: Lifetime = Lifetime::from_secs(60);

/// Returns the key of the root subnet.
#[must_use]
pub fn root() -> SecretKey {
    SecretKey::from_name("root")
}

/// Returns the root key.
#[must_use]
pub fn root_key() -> BlsPublicKey {
    BlsPublicKey::from_bytes(root().public_key())
}

/// Returns the canister's key with this seed.
///
/// # Panics
///
/// If the seed is too long for a key.
#[must_use]
pub fn key(seed: &[u8]) -> CanisterPublicKey<'_> {
    let id = Principal::from_slice(ID).expect("the id is short");
    CanisterPublicKey::new(id, seed).expect("the seed is short")
}

/// Returns a signature of the canister on an application subnet.
#[must_use]
pub fn sign(seed: &[u8], payload: &[u8]) -> Vec<u8> {
    sign_on(&Subnet::example(), &Siblings::NONE, seed, payload)
}

/// Returns a signature of the canister on this subnet, next to others, with what else it certifies.
#[must_use]
pub fn sign_on(subnet: &Subnet, siblings: &Siblings, seed: &[u8], payload: &[u8]) -> Vec<u8> {
    let now = Timestamp::from_nanos(testkit::TIME);
    let id = SignatureId::new(seed, &[payload]);
    let mut map = SignatureMap::new();
    map.add(&id, now, LIFETIME);
    for other in 0..5 {
        map.add(&SignatureId::new(&[other], &[payload]), now, LIFETIME);
        map.add(&SignatureId::new(seed, &[&[other]]), now, LIFETIME);
    }
    let certified_data = map.certified_data(siblings);
    let state = testkit::canister::state(ID, &certified_data);
    let certificate = subnet.certify(&root(), &state);
    map.signature(&id, siblings, &certificate)
        .expect("it was added")
}
