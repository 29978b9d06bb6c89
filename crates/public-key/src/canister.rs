//! Keys of canister signatures.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;

use principal::Principal;

use crate::hex::Hex;
use crate::info;

/// The public key of canister signatures: a canister, and a seed of its choice.
///
/// In DER the key is one byte with the length of the canister id, the id, and the seed, which is all
/// that remains.
///
/// # Example
///
/// ```
/// use icid_public_key::CanisterPublicKey;
/// use principal::Principal;
///
/// let canister = Principal::from_text("rdmx6-jaaaa-aaaaa-aaadq-cai")?;
/// let key = CanisterPublicKey::new(canister, &[0])?;
/// assert!(key.principal().to_string().starts_with("num76-fbd4i-"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct CanisterPublicKey<'a> {
    canister_id: Principal,
    seed: &'a [u8],
}

impl<'a> CanisterPublicKey<'a> {
    /// The greatest length of canister id and seed together, in bytes.
    ///
    /// Source: our own; the interface spec sets none. It is what makes the contents of the key's
    /// DER form 65535 bytes, which is the most that a length of two bytes can say.
    // spec: CSIG-3
    pub const MAX_LENGTH: usize = info::MAX_BODY - 1;

    /// Returns the key of a canister with this seed, which may have any length within
    /// [`CanisterPublicKey::MAX_LENGTH`], zero included.
    ///
    /// # Errors
    ///
    /// Returns [`SeedTooLong`] for a longer one.
    pub const fn new(canister_id: Principal, seed: &'a [u8]) -> Result<Self, SeedTooLong> {
        let most = Self::MAX_LENGTH.saturating_sub(canister_id.as_bytes().len());
        if seed.len() > most {
            let length = seed.len();
            return Err(SeedTooLong { length, most });
        }
        Ok(Self { canister_id, seed })
    }

    /// Decodes the bytes in the bit string.
    // spec: CSIG-2
    pub(crate) fn from_body(body: &'a [u8]) -> Result<Self, ParseCanisterKeyError> {
        let (length, rest) = body
            .split_first()
            .ok_or(ParseCanisterKeyError::MissingLength)?;
        let length = usize::from(*length);
        if length > Principal::MAX_LENGTH {
            return Err(ParseCanisterKeyError::CanisterIdTooLong { length });
        }
        let end = ParseCanisterKeyError::UnexpectedEnd {
            length,
            available: rest.len(),
        };
        let (canister_id, seed) = rest.split_at_checked(length).ok_or(end)?;
        let Ok(canister_id) = Principal::from_slice(canister_id) else {
            return Err(ParseCanisterKeyError::CanisterIdTooLong { length });
        };
        Ok(Self { canister_id, seed })
    }

    /// Returns the canister that signs.
    #[must_use]
    pub const fn canister_id(&self) -> Principal {
        self.canister_id
    }

    /// Returns the seed, of any length.
    // spec: CSIG-3
    #[must_use]
    pub const fn seed(&self) -> &'a [u8] {
        self.seed
    }

    /// Returns the DER form.
    // spec: CSIG-1, CSIG-2
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let id = self.canister_id.as_bytes();
        // At most 29.
        let length = u8::try_from(id.len()).unwrap_or(u8::MAX);
        info::encode(ALGORITHM_IDENTIFIER, &[&[length], id, self.seed])
    }

    /// Returns the self-authenticating principal of whoever the canister signs for with this seed.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::self_authenticating(&self.to_der())
    }
}

impl fmt::Debug for CanisterPublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanisterPublicKey")
            .field("canister_id", &self.canister_id)
            .field("seed", &Hex(self.seed))
            .finish()
    }
}

/// A seed is too long for a [`CanisterPublicKey`].
#[expect(
    clippy::exhaustive_structs,
    reason = "the length and its bound are all there is"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SeedTooLong {
    /// How many bytes it has.
    pub length: usize,
    /// How many are allowed beside the canister id.
    pub most: usize,
}

impl fmt::Display for SeedTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { length, most } = self;
        write!(f, "seed of {length} bytes, at most {most} are allowed")
    }
}

impl core::error::Error for SeedTooLong {}

/// Why the bytes in a bit string are not those of a [`CanisterPublicKey`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseCanisterKeyError {
    /// The canister id is longer than a principal.
    CanisterIdTooLong {
        /// How many bytes it is said to have.
        length: usize,
    },
    /// There are no bytes at all.
    MissingLength,
    /// The canister id is said to be longer than what is there.
    UnexpectedEnd {
        /// How many bytes it is said to have.
        length: usize,
        /// How many bytes there are after the length.
        available: usize,
    },
}

impl fmt::Display for ParseCanisterKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CanisterIdTooLong { length } => write!(
                f,
                "canister id of {length} bytes, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::MissingLength => {
                f.write_str("no bytes, where the length of the canister id is needed")
            }
            Self::UnexpectedEnd { length, available } => write!(
                f,
                "{available} bytes after the length, where a canister id of {length} is needed"
            ),
        }
    }
}

impl core::error::Error for ParseCanisterKeyError {}

/// 1.3.6.1.4.1.56387.1.2
pub(crate) const ALGORITHM: &[u8] = b"\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02";

/// The element `AlgorithmIdentifier`.
#[cfg(feature = "alloc")]
const ALGORITHM_IDENTIFIER: &[u8; info::SHORT_ALGORITHM_LENGTH] =
    b"\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02";
