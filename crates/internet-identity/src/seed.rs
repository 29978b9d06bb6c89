//! Seeds: who a person is at an application.

use core::fmt;

use canister_signature::SignatureId;
use principal::Principal;
use public_key::{CanisterPublicKey, SeedTooLong};
use sha2::{Digest as _, Sha256};

/// What keeps seeds from being guessed: 32 random bytes that the service draws once and doesn't show.
///
/// Without it anyone could compute who somebody is at which application. Whoever runs a node of the
/// service's subnet can see it, so it guards privacy, not access.
// spec: II-SEED-2
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Salt([u8; Self::LENGTH]);

impl Salt {
    /// The length of a salt in bytes.
    ///
    /// Source: Internet Identity specification, "Salt".
    pub const LENGTH: usize = 32;

    /// Returns the salt with these bytes; none if all are zero, which stands for a salt that hasn't
    /// been drawn.
    #[must_use]
    pub fn new(bytes: [u8; Self::LENGTH]) -> Option<Self> {
        (bytes != [0; Self::LENGTH]).then_some(Self(bytes))
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    /// Shows nothing of the salt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// What selects the key of a person at an application among all keys of the service's canister.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Seed([u8; Self::LENGTH]);

/// The greatest length of an origin in bytes.
///
/// Source: Internet Identity specification, "Identity design and data model".
// spec: II-SEED-4
pub const MAX_ORIGIN_LENGTH: usize = 255;

/// What is hashed before the number of an account, where an anchor has nothing.
// spec: II-SEED-6
const ACCOUNT: &[u8] = b"<account>";

impl Seed {
    /// The length of a seed in bytes.
    pub const LENGTH: usize = 32;

    /// Derives the seed of an anchor at an application, which is also that of its default account.
    ///
    /// `origin` is scheme, host and port as the browser names them. It is hashed as it is: whoever
    /// takes origins from applications rewrites `icp0.io` to `ic0.app` first.
    ///
    /// # Errors
    ///
    /// Returns [`OriginTooLong`](DeriveSeedError::OriginTooLong).
    // spec: II-SEED-1, II-SEED-5
    pub fn of_anchor(salt: &Salt, anchor: u64, origin: &str) -> Result<Self, DeriveSeedError> {
        Derivation::new(salt).number(anchor).origin(origin)
    }

    /// Derives the seed of an account that was added to an anchor at an application.
    ///
    /// The anchor is no part of it: account numbers are unique within the service.
    ///
    /// # Errors
    ///
    /// Returns [`OriginTooLong`](DeriveSeedError::OriginTooLong).
    // spec: II-SEED-6, II-SEED-5
    pub fn of_account(salt: &Salt, account: u64, origin: &str) -> Result<Self, DeriveSeedError> {
        Derivation::new(salt)
            .part(ACCOUNT)
            .number(account)
            .origin(origin)
    }

    /// Returns the seed with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Returns the person's public key, given the canister that the service runs as. Its
    /// [`principal`](CanisterPublicKey::principal) is who the person is at the application.
    ///
    /// # Errors
    ///
    /// Passes on what [`CanisterPublicKey::new`] says, which has room for the 32 bytes of a seed.
    // spec: II-SEED-7
    pub const fn user_key(
        &self,
        canister_id: Principal,
    ) -> Result<CanisterPublicKey<'_>, SeedTooLong> {
        CanisterPublicKey::new(canister_id, &self.0)
    }

    /// Returns the name under which the service signs `payload` with the person's key: all signed
    /// bytes, domain separator included, in pieces that are concatenated.
    #[must_use]
    pub fn signature_id(&self, payload: &[&[u8]]) -> SignatureId {
        SignatureId::new(&self.0, payload)
    }
}

impl fmt::Debug for Seed {
    /// Shows the seed as lower-case hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// A hash over parts, each behind one byte with its length.
struct Derivation(Sha256);

impl Derivation {
    fn new(salt: &Salt) -> Self {
        Self(Sha256::new()).part(salt.as_bytes())
    }

    /// Hashes a part of at most [`MAX_ORIGIN_LENGTH`] bytes.
    fn part(mut self, part: &[u8]) -> Self {
        let length = u8::try_from(part.len()).unwrap_or(u8::MAX);
        self.0.update([length]);
        self.0.update(part);
        self
    }

    /// Hashes a number as decimal digits.
    // spec: II-SEED-3
    fn number(self, mut number: u64) -> Self {
        let mut digits = [0; MAX_DIGITS];
        let mut start = MAX_DIGITS;
        for (index, slot) in digits.iter_mut().enumerate().rev() {
            // Below 10, so nothing is lost.
            let digit = u8::try_from(number % 10).unwrap_or_default();
            *slot = b'0' | digit;
            start = index;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.part(digits.get(start..).unwrap_or_default())
    }

    /// Hashes the origin, which comes last.
    // spec: II-SEED-4
    fn origin(self, origin: &str) -> Result<Seed, DeriveSeedError> {
        let length = origin.len();
        if length > MAX_ORIGIN_LENGTH {
            return Err(DeriveSeedError::OriginTooLong { length });
        }
        Ok(Seed(self.part(origin.as_bytes()).0.finalize().into()))
    }
}

/// The number of decimal digits of 2⁶⁴ - 1.
const MAX_DIGITS: usize = 20;

/// Why there is no [`Seed`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DeriveSeedError {
    /// The origin is too long for one byte to say its length.
    OriginTooLong {
        /// How many bytes it has.
        length: usize,
    },
}

impl fmt::Display for DeriveSeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OriginTooLong { length } => write!(
                f,
                "origin of {length} bytes, at most {MAX_ORIGIN_LENGTH} are allowed"
            ),
        }
    }
}

impl core::error::Error for DeriveSeedError {}
