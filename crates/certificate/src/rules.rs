//! What a certificate is verified against.

use principal::Principal;
use public_key::BlsPublicKey;
use time::{Lifetime, Timestamp};

/// What a certificate is verified against. Every rule has to be stated.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new rule must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rules {
    /// The root key, known beforehand.
    // spec: ROOT-1, ROOT-4
    pub root_key: BlsPublicKey,
    /// Whose state the certificate may be about.
    pub scope: Scope,
    /// Where the delegation lists the canisters of its subnet. Matters for [`Scope::Canister`].
    pub ranges: Ranges,
    /// How old the certificate may be; none to accept any time.
    // spec: CERT-6
    pub freshness: Option<Freshness>,
}

/// Whose state a certificate may be about.
#[expect(
    clippy::exhaustive_enums,
    reason = "a new scope must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// A canister. If the certificate has a delegation, the canister must be in its ranges; the root
    /// subnet may speak about every canister.
    // spec: READ-25, READ-26, READ-28
    Canister(Principal),
    /// A subnet, which must be the one that the delegation is for. Without a delegation it must be
    /// the root subnet, whose id is derived from the root key.
    // spec: READ-27
    Subnet(Principal),
    /// Anybody's: the caller makes sure that the certificate's subnet may say what it says.
    // spec: CERT-11
    Unscoped,
}

/// Where a delegation lists the canisters of its subnet.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec knows these two places"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ranges {
    /// In one of the two places; if both are there, the canister must be in both. What replicas do.
    Either,
    /// In one list at `/subnet/<id>/canister_ranges`, as older delegations have it.
    Flat,
    /// In lists below `/canister_ranges/<id>`. What the interface spec says.
    Sharded,
}

/// How old a certificate may be.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new bound must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Freshness {
    /// The present.
    pub now: Timestamp,
    /// How long before the present the certificate's time may be, inclusive.
    pub max_age: Lifetime,
    /// How long after the present the certificate's time may be, inclusive.
    pub max_skew: Lifetime,
    /// How long before the present the time of the delegation may be, inclusive; none to accept any
    /// time.
    ///
    /// Delegations are made rarely. The interface spec advises to accept at least a week.
    // spec: SDEL-9
    pub max_delegation_age: Option<Lifetime>,
}
