//! The truth of a certificate.

use core::fmt;

use principal::Principal;
use public_key::ParseBlsPublicKeyError;
use signature::{Claim, InvalidKey, VerifySignature};
use time::{Lifetime, Timestamp};

use crate::cache::{DelegationCache, Entry};
use crate::check::{CheckedCertificate, SIGNATURE_LENGTH};
use crate::parse::{Certificate, Delegation, Part, Signed};
use crate::rules::{Ranges, Rules};
use crate::verified::{SubnetDelegation, VerifiedCertificate};
use crate::{ParseNatError, ReadRangesError};

/// What comes before a root hash in what is signed.
///
/// Source: interface spec, "Certificate".
const SEPARATOR: &[u8] = b"\x0dic-state-root";

impl<'a> Certificate<'a> {
    /// Checks that the certificate is true, as far as the holder of the root key says the truth.
    ///
    /// This is [`Certificate::check`], and then [`CheckedCertificate::verify`].
    ///
    /// # Errors
    ///
    /// First those of [`Certificate::check`], all before the first signature, then those of
    /// [`CheckedCertificate::verify`].
    pub fn verify(
        &self,
        rules: &Rules,
        provider: &dyn VerifySignature,
        cache: Option<&mut DelegationCache>,
    ) -> Result<VerifiedCertificate<'a>, VerifyCertificateError> {
        self.check(rules)?.verify(provider, cache)
    }
}

impl<'a> CheckedCertificate<'a> {
    /// Checks the signatures, which makes evidence of the certificate.
    ///
    /// With a `cache`, the signature of a delegation in it is not checked again, and one that was
    /// checked is put into it.
    ///
    /// # Errors
    ///
    /// [`InvalidRootKey`], [`InvalidDelegationSignature`], [`InvalidSubnetKey`] or
    /// [`InvalidSignature`].
    ///
    /// [`InvalidRootKey`]: VerifyCertificateError::InvalidRootKey
    /// [`InvalidDelegationSignature`]: VerifyCertificateError::InvalidDelegationSignature
    /// [`InvalidSubnetKey`]: VerifyCertificateError::InvalidSubnetKey
    /// [`InvalidSignature`]: VerifyCertificateError::InvalidSignature
    // spec: CERT-2, SDEL-3
    pub fn verify(
        &self,
        provider: &dyn VerifySignature,
        cache: Option<&mut DelegationCache>,
    ) -> Result<VerifiedCertificate<'a>, VerifyCertificateError> {
        let root_key = self.root_key.to_der();
        match (&self.certificate.delegation, self.claimed.delegation()) {
            (Some(parsed), Some(subnet)) => {
                let signed = &self.certificate.signed;
                check_signatures(&root_key, signed, parsed, subnet, provider, cache)?;
            }
            _ => check_signature(&root_key, &self.certificate.signed, provider)?,
        }
        Ok(self.claimed)
    }
}

/// Checks the signature of the certificate and, if it is not known, that of the delegation.
fn check_signatures(
    root_key: &[u8],
    signed: &Signed<'_>,
    delegation: &Delegation<'_>,
    subnet: &SubnetDelegation<'_>,
    provider: &dyn VerifySignature,
    cache: Option<&mut DelegationCache>,
) -> Result<(), VerifyCertificateError> {
    let subnet_key = &subnet.public_key().to_der();
    // spec: SDEL-4
    let by_subnet = |provider: &dyn VerifySignature| {
        check_signature(subnet_key, signed, provider).map_err(|error| match error {
            VerifyCertificateError::InvalidRootKey => VerifyCertificateError::InvalidSubnetKey,
            other => other,
        })
    };
    let entry = cache.as_ref().map(|_| Entry::of(root_key, delegation));
    if let (Some(cache), Some(entry)) = (&cache, &entry)
        && cache.contains(entry)
    {
        return by_subnet(provider);
    }
    let (outer, inner) = (signed.tree.root_hash(), delegation.signed.tree.root_hash());
    let claims = [
        Claim {
            key: root_key,
            message: &[SEPARATOR, &inner],
            signature: delegation.signed.signature,
        },
        Claim {
            key: subnet_key,
            message: &[SEPARATOR, &outer],
            signature: signed.signature,
        },
    ];
    // Why it failed is looked into only when it did: that a key is no point is rare.
    provider.verify_all(&claims).map_err(|invalid| {
        if provider.check_key(root_key) == Err(InvalidKey) {
            VerifyCertificateError::InvalidRootKey
        } else if invalid.index == 0 {
            VerifyCertificateError::InvalidDelegationSignature
        } else if provider.check_key(subnet_key) == Err(InvalidKey) {
            VerifyCertificateError::InvalidSubnetKey
        } else {
            VerifyCertificateError::InvalidSignature
        }
    })?;
    if let (Some(cache), Some(entry)) = (cache, entry) {
        cache.insert(entry);
    }
    Ok(())
}

/// Checks a single signature, as if the key were the root key.
// spec: CERT-2, CERT-14
fn check_signature(
    key: &[u8],
    signed: &Signed<'_>,
    provider: &dyn VerifySignature,
) -> Result<(), VerifyCertificateError> {
    let root_hash = signed.tree.root_hash();
    let claim = Claim {
        key,
        message: &[SEPARATOR, &root_hash],
        signature: signed.signature,
    };
    provider
        .verify(claim)
        .map_err(|_| match provider.check_key(key) {
            Err(InvalidKey) => VerifyCertificateError::InvalidRootKey,
            Ok(()) => VerifyCertificateError::InvalidSignature,
        })
}

/// Why a certificate is not true, or not about the scope.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyCertificateError {
    /// The time of the delegation is too long ago.
    DelegationTooOld {
        /// The time of the delegation.
        time: Timestamp,
        /// The present.
        now: Timestamp,
        /// How long ago it may be.
        max_age: Lifetime,
    },
    /// The root subnet did not sign the delegation.
    InvalidDelegationSignature,
    /// The root key has the right form, but its point is not one of a key.
    InvalidRootKey,
    /// The holder of the key did not sign the certificate.
    InvalidSignature,
    /// The subnet's key has the right form, but its point is not one of a key.
    InvalidSubnetKey,
    /// The value in the place of the canister ranges is not a list of ranges.
    MalformedRanges(ReadRangesError),
    /// The subnet's key is not a DER SubjectPublicKeyInfo of a BLS key.
    MalformedSubnetKey(ParseBlsPublicKeyError),
    /// The value at `/time` is not a time.
    MalformedTime {
        /// Whose tree it is in.
        part: Part,
        /// Why it is none.
        error: ParseNatError,
    },
    /// The delegation shows no canister ranges where they are asked for.
    MissingRanges {
        /// Where they are asked for.
        ranges: Ranges,
    },
    /// The delegation does not show the key of its subnet.
    MissingSubnetKey(NoValue),
    /// A tree shows no time.
    MissingTime {
        /// Whose tree it is.
        part: Part,
        /// What is there instead.
        why: NoValue,
    },
    /// The canister is in none of the ranges of the subnet.
    OutOfRanges {
        /// The canister.
        canister: Principal,
    },
    /// A signature does not have 48 bytes.
    SignatureLength {
        /// Whose signature it is.
        part: Part,
        /// How many bytes it has.
        length: usize,
    },
    /// The time of the certificate is too far in the future.
    TooNew {
        /// The time of the certificate.
        time: Timestamp,
        /// The present.
        now: Timestamp,
        /// How far in the future it may be.
        max_skew: Lifetime,
    },
    /// The time of the certificate is too long ago.
    TooOld {
        /// The time of the certificate.
        time: Timestamp,
        /// The present.
        now: Timestamp,
        /// How long ago it may be.
        max_age: Lifetime,
    },
    /// Another subnet signed than the one of the scope.
    WrongSubnet {
        /// The subnet that signed.
        found: Principal,
        /// The subnet of the scope.
        expected: Principal,
    },
}

/// Why a tree has no value at a path.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these answers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoValue {
    /// The path is not in the tree.
    Absent,
    /// The path is in the tree, but leads to labels instead of a value.
    Inner,
    /// The tree does not tell: the part where the path may be is pruned.
    Unknown,
}

impl fmt::Display for VerifyCertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DelegationTooOld { time, now, max_age } => write!(
                f,
                "found a delegation of time {time}, at most {max_age} before {now} are allowed"
            ),
            Self::InvalidDelegationSignature => {
                f.write_str("the signature of the delegation is not valid for the root key")
            }
            Self::InvalidRootKey => f.write_str("the root key is not a valid BLS key"),
            Self::InvalidSignature => {
                f.write_str("the signature of the certificate is not valid for its key")
            }
            Self::InvalidSubnetKey => f.write_str("the key of the subnet is not a valid BLS key"),
            Self::MalformedRanges(error) => write!(f, "{error} of the canister ranges"),
            Self::MalformedSubnetKey(error) => write!(f, "{error} in the key of the subnet"),
            Self::MalformedTime { part, error } => write!(f, "{error} at `/time` of the {part}"),
            Self::MissingRanges { ranges } => {
                write!(
                    f,
                    "found no canister ranges in the delegation, expected {ranges}"
                )
            }
            Self::MissingSubnetKey(why) => {
                write!(f, "the key of the subnet is {why} in the delegation")
            }
            Self::MissingTime { part, why } => write!(f, "`/time` is {why} in the {part}"),
            Self::OutOfRanges { canister } => {
                write!(
                    f,
                    "found canister {canister}, which is in none of the subnet's ranges"
                )
            }
            Self::SignatureLength { part, length } => write!(
                f,
                "found a signature of {length} bytes in the {part}, expected {SIGNATURE_LENGTH}"
            ),
            Self::TooNew {
                time,
                now,
                max_skew,
            } => write!(
                f,
                "found a certificate of time {time}, at most {max_skew} after {now} are allowed"
            ),
            Self::TooOld { time, now, max_age } => write!(
                f,
                "found a certificate of time {time}, at most {max_age} before {now} are allowed"
            ),
            Self::WrongSubnet { found, expected } => {
                write!(
                    f,
                    "found a certificate of subnet {found}, expected {expected}"
                )
            }
        }
    }
}

impl fmt::Display for NoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "absent",
            Self::Inner => "not a value",
            Self::Unknown => "pruned",
        })
    }
}

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Either => "flat or sharded ones",
            Self::Flat => "flat ones",
            Self::Sharded => "sharded ones",
        })
    }
}

impl core::error::Error for VerifyCertificateError {}
