//! Chains, and the checks that make evidence of them.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::{array, fmt, iter};

use public_key::BlsPublicKey;
use signature::{Claim, InvalidAt, VerifySignature};
use time::Timestamp;

use crate::hex::Hex;
use crate::{SEPARATOR, SignedDelegation, Targets, VerifiedChain};

/// How many links a chain may have.
///
/// Source: interface spec, "Authentication": at most 20 delegations.
// spec: DELEG-5
pub const MAX_LINKS: usize = 20;

/// How many targets a delegation may have, duplicates counted.
///
/// Source: interface spec, "Authentication": at most 1000 elements.
// spec: DELEG-10
pub const MAX_TARGETS: usize = 1000;

/// A root key and links of the right form, about whose truth nothing is known.
///
/// The root key is the user: its hash is the principal. Each link hands authority on: the first is
/// signed by the root key, each other by the key in the link before. A chain without links says that
/// the root key acts for itself. [`DelegationChain::verify`] makes evidence of it.
#[derive(Clone, Eq, PartialEq)]
pub struct DelegationChain<'a> {
    root_key: Cow<'a, [u8]>,
    links: Vec<SignedDelegation<'a>>,
}

impl<'a> DelegationChain<'a> {
    /// Returns the chain with these parts. Nothing is checked.
    ///
    /// `root_key` is the DER SubjectPublicKeyInfo of the user, `sender_pubkey` in a request.
    #[must_use]
    pub fn new(root_key: impl Into<Cow<'a, [u8]>>, links: Vec<SignedDelegation<'a>>) -> Self {
        Self {
            root_key: root_key.into(),
            links,
        }
    }

    /// Adds a link at the end.
    pub fn push(&mut self, link: SignedDelegation<'a>) {
        self.links.push(link);
    }

    /// Returns the same chain without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> DelegationChain<'static> {
        let links = self.links.into_iter().map(SignedDelegation::into_owned);
        DelegationChain {
            root_key: Cow::Owned(self.root_key.into_owned()),
            links: links.collect(),
        }
    }

    /// Returns the key that is the user: what should be DER.
    #[must_use]
    pub fn root_key(&self) -> &[u8] {
        &self.root_key
    }

    /// Returns the links in order.
    #[must_use]
    pub fn links(&self) -> &[SignedDelegation<'a>] {
        &self.links
    }

    /// Returns the key that the chain ends with, and that would sign requests: what should be DER.
    /// It is the root key if there are no links.
    #[must_use]
    pub fn leaf(&self) -> &[u8] {
        self.links
            .last()
            .map_or(&self.root_key, |link| link.delegation().public_key())
    }

    /// Checks that the root key's authority has been handed to the leaf, and is so at `now`.
    ///
    /// `provider` is asked about all links at once. Each claim has the key that should have signed as
    /// it is in the chain, in the message the separator and the hash of the delegation as two pieces,
    /// and the signature as it is in the chain. Links may be of any scheme, so a provider for requests
    /// has to know WebAuthn and canister signatures too, and it alone decides which keys and
    /// encodings are good. The one exception are the keys of subnets: they never sign delegations,
    /// though providers know them, so they are refused here.
    ///
    /// What the leaf key is, is not checked: whoever checks its signature on a request sees.
    ///
    /// # Errors
    ///
    /// In the order of the checks, each over all links before the next:
    ///
    /// * [`TooLong`](VerifyChainError::TooLong);
    /// * [`Expired`](VerifyChainError::Expired) for the first link that is;
    /// * [`RepeatedKey`](VerifyChainError::RepeatedKey) for the first link whose key was there before;
    /// * [`TooManyTargets`](VerifyChainError::TooManyTargets) for the first link that has;
    /// * [`SubnetKey`](VerifyChainError::SubnetKey) for the first link that is signed by one;
    /// * [`InvalidSignature`](VerifyChainError::InvalidSignature) for the link that the provider
    ///   names.
    // spec: DELEG-18
    pub fn verify(
        &self,
        now: Timestamp,
        provider: &dyn VerifySignature,
    ) -> Result<VerifiedChain<'_>, VerifyChainError> {
        self.check_length()?;
        self.check_expirations(now)?;
        self.check_keys_are_unique()?;
        self.check_target_counts()?;
        self.check_signers()?;
        self.check_signatures(provider)?;
        Ok(VerifiedChain::of(self))
    }

    // spec: DELEG-5
    const fn check_length(&self) -> Result<(), VerifyChainError> {
        if self.links.len() > MAX_LINKS {
            return Err(self.too_long());
        }
        Ok(())
    }

    // spec: DELEG-7, DELEG-8
    fn check_expirations(&self, now: Timestamp) -> Result<(), VerifyChainError> {
        for (link, signed) in self.links.iter().enumerate() {
            let expiration = signed.delegation().expiration();
            if expiration < now {
                return Err(VerifyChainError::Expired {
                    link,
                    expiration,
                    now,
                });
            }
        }
        Ok(())
    }

    // spec: DELEG-6
    fn check_keys_are_unique(&self) -> Result<(), VerifyChainError> {
        for (link, signed) in self.links.iter().enumerate() {
            let key = signed.delegation().public_key();
            // Its signer and all signers before.
            let mut earlier = self.signers().take(link.saturating_add(1));
            if earlier.any(|other| other == key) {
                return Err(VerifyChainError::RepeatedKey { link });
            }
        }
        Ok(())
    }

    // spec: DELEG-10
    fn check_target_counts(&self) -> Result<(), VerifyChainError> {
        for (link, signed) in self.links.iter().enumerate() {
            let count = signed.delegation().targets().map_or(0, Targets::len);
            if count > MAX_TARGETS {
                return Err(VerifyChainError::TooManyTargets { link, count });
            }
        }
        Ok(())
    }

    // spec: SIG-5, SIG-6
    fn check_signers(&self) -> Result<(), VerifyChainError> {
        let mut signers = self.signers().zip(&self.links);
        match signers.position(|(signer, _)| BlsPublicKey::from_der(signer).is_ok()) {
            Some(link) => Err(VerifyChainError::SubnetKey { link }),
            None => Ok(()),
        }
    }

    // spec: DELEG-2, DELEG-3, DELEG-4, DELEG-19
    fn check_signatures(&self, provider: &dyn VerifySignature) -> Result<(), VerifyChainError> {
        let hashes: [[u8; 32]; MAX_LINKS] = array::from_fn(|index| {
            let link = self.links.get(index);
            link.map_or([0; 32], |link| link.delegation().hash())
        });
        let messages = hashes
            .each_ref()
            .map(|hash| [SEPARATOR.as_slice(), hash.as_slice()]);
        let mut claims = [NO_CLAIM; MAX_LINKS];
        let parts = messages.iter().zip(self.signers()).zip(&self.links);
        for (claim, ((message, key), link)) in claims.iter_mut().zip(parts) {
            *claim = Claim {
                key,
                message,
                signature: link.signature(),
            };
        }
        // No link may be left out, however many there are.
        let claims = claims
            .get(..self.links.len())
            .ok_or_else(|| self.too_long())?;
        let result = provider.verify_all(claims);
        result.map_err(|InvalidAt { index: link }| VerifyChainError::InvalidSignature { link })
    }

    /// Returns the key that should have signed each link, and at last the leaf.
    fn signers(&self) -> impl Iterator<Item = &[u8]> {
        let keys = self.links.iter().map(|link| link.delegation().public_key());
        iter::once(self.root_key()).chain(keys)
    }

    const fn too_long(&self) -> VerifyChainError {
        let length = self.links.len();
        VerifyChainError::TooLong { length }
    }
}

impl fmt::Debug for DelegationChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelegationChain")
            .field("root_key", &Hex(&self.root_key))
            .field("links", &self.links)
            .finish()
    }
}

const NO_CLAIM: Claim<'static> = Claim {
    key: &[],
    message: &[],
    signature: &[],
};

/// Why a [`DelegationChain`] hands no authority on.
///
/// Links are counted from 0.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyChainError {
    /// A link was valid only before now.
    Expired {
        /// Which.
        link: usize,
        /// The last moment at which it was valid.
        expiration: Timestamp,
        /// The moment that was asked about.
        now: Timestamp,
    },
    /// A link is not signed by the key before it.
    InvalidSignature {
        /// Which.
        link: usize,
    },
    /// A link is to a key that comes earlier in the chain, or is the root key.
    RepeatedKey {
        /// Which.
        link: usize,
    },
    /// A link is signed by a BLS12-381 key, which can only sign certificates.
    SubnetKey {
        /// Which.
        link: usize,
    },
    /// There are more than [`MAX_LINKS`] links.
    TooLong {
        /// How many there are.
        length: usize,
    },
    /// A link has more than [`MAX_TARGETS`] targets.
    TooManyTargets {
        /// Which.
        link: usize,
        /// How many targets it has, duplicates counted.
        count: usize,
    },
}

impl fmt::Display for VerifyChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired {
                link,
                expiration,
                now,
            } => write!(
                f,
                "delegation {link} is valid until {expiration}, and it is {now}"
            ),
            Self::InvalidSignature { link } => {
                write!(f, "delegation {link} is not signed by the key before it")
            }
            Self::RepeatedKey { link } => write!(
                f,
                "delegation {link} is to a key that comes earlier in the chain"
            ),
            Self::SubnetKey { link } => write!(
                f,
                "delegation {link} is signed by a BLS12-381 key, which can only sign certificates"
            ),
            Self::TooLong { length } => {
                write!(f, "{length} delegations, at most {MAX_LINKS} are allowed")
            }
            Self::TooManyTargets { link, count } => write!(
                f,
                "delegation {link} has {count} targets, at most {MAX_TARGETS} are allowed"
            ),
        }
    }
}

impl core::error::Error for VerifyChainError {}
