//! The truth of a canister signature.

use core::fmt;

use certificate::{
    CheckedCertificate, DelegationCache, Freshness, NoValue, Ranges, Scope, VerifiedCertificate,
    VerifyCertificateError,
};
use hash_tree::{HashTree, Lookup};
use principal::Principal;
use public_key::{BlsPublicKey, CanisterPublicKey};
use signature::VerifySignature;
use time::Timestamp;

use crate::id::{SIG, SignatureId};
use crate::parse::CanisterSignature;

/// The type of the subnets whose canisters sign nothing.
// spec: CSIG-9
const CLOUD_ENGINE: &[u8] = b"cloud_engine";

/// What a canister signature is verified against. Every rule has to be stated.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new rule must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rules {
    /// The root key, known beforehand.
    // spec: CSIG-5
    pub root_key: BlsPublicKey,
    /// Where the delegation lists the canisters of its subnet.
    // spec: CSIG-7
    pub ranges: Ranges,
    /// How old the certificate may be; none to accept any time, as the interface spec does.
    // spec: CSIG-15
    pub freshness: Option<Freshness>,
}

impl<'a> CanisterSignature<'a> {
    /// Checks that the canister of `key` signed `payload` with it, as far as the holder of the root
    /// key says the truth.
    ///
    /// This is [`CanisterSignature::check`], and then [`CheckedCanisterSignature::verify`].
    ///
    /// # Errors
    ///
    /// First those of [`CanisterSignature::check`], all before the first signature of a certificate,
    /// then those of [`CheckedCanisterSignature::verify`].
    pub fn verify(
        &self,
        payload: &[&[u8]],
        key: &CanisterPublicKey<'_>,
        rules: &Rules,
        provider: &dyn VerifySignature,
        cache: Option<&mut DelegationCache>,
    ) -> Result<VerifiedCanisterSignature<'a>, VerifyCanisterSignatureError> {
        self.check(payload, key, rules)?.verify(provider, cache)
    }

    /// Checks everything but the signatures of the certificate, which is cheap.
    ///
    /// `payload` is all signed bytes, domain separator included, in pieces that are concatenated.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// 1. the tree: [`IllFormedTree`], [`MissingWitness`], [`NonEmptyWitness`];
    /// 2. the certificate: [`Certificate`] with what
    ///    [`Certificate::check`](certificate::Certificate::check) says, for the scope of the canister;
    /// 3. the delegation, if there is one: [`MissingSubnetType`], [`CloudEngine`];
    /// 4. what is certified: [`MissingCertifiedData`], [`WrongCertifiedData`].
    ///
    /// [`Certificate`]: VerifyCanisterSignatureError::Certificate
    /// [`CloudEngine`]: VerifyCanisterSignatureError::CloudEngine
    /// [`IllFormedTree`]: VerifyCanisterSignatureError::IllFormedTree
    /// [`MissingCertifiedData`]: VerifyCanisterSignatureError::MissingCertifiedData
    /// [`MissingSubnetType`]: VerifyCanisterSignatureError::MissingSubnetType
    /// [`MissingWitness`]: VerifyCanisterSignatureError::MissingWitness
    /// [`NonEmptyWitness`]: VerifyCanisterSignatureError::NonEmptyWitness
    /// [`WrongCertifiedData`]: VerifyCanisterSignatureError::WrongCertifiedData
    pub fn check(
        &self,
        payload: &[&[u8]],
        key: &CanisterPublicKey<'_>,
        rules: &Rules,
    ) -> Result<CheckedCanisterSignature<'a>, VerifyCanisterSignatureError> {
        self.check_witness(&SignatureId::new(key.seed(), payload))?;
        let canister_id = key.canister_id();
        let certificate = self.certificate.check(&certificate::Rules {
            root_key: rules.root_key,
            // spec: CSIG-7
            scope: Scope::Canister(canister_id),
            ranges: rules.ranges,
            freshness: rules.freshness,
        })?;
        check_subnet_type(&certificate)?;
        self.check_certified_data(&certificate, &canister_id)?;
        Ok(CheckedCanisterSignature {
            canister_id,
            certificate,
            tree: self.tree,
        })
    }

    /// Checks that the tree shows the signature, whoever the tree is from.
    fn check_witness(&self, id: &SignatureId) -> Result<(), VerifyCanisterSignatureError> {
        // spec: CSIG-11
        if !self.tree.is_well_formed() {
            return Err(VerifyCanisterSignatureError::IllFormedTree);
        }
        // spec: CSIG-12, CSIG-13
        let witness = value(&self.tree, &[SIG, id.seed_hash(), id.payload_hash()])
            .map_err(VerifyCanisterSignatureError::MissingWitness)?;
        if !witness.is_empty() {
            let length = witness.len();
            return Err(VerifyCanisterSignatureError::NonEmptyWitness { length });
        }
        Ok(())
    }

    /// Checks that the canister certified the tree.
    // spec: CSIG-6
    fn check_certified_data(
        &self,
        certificate: &CheckedCertificate<'_>,
        canister_id: &Principal,
    ) -> Result<(), VerifyCanisterSignatureError> {
        let path: [&[u8]; 3] = [b"canister", canister_id.as_bytes(), b"certified_data"];
        let data = value(&certificate.claimed_tree(), &path)
            .map_err(VerifyCanisterSignatureError::MissingCertifiedData)?;
        if data != self.tree.root_hash() {
            let length = data.len();
            return Err(VerifyCanisterSignatureError::WrongCertifiedData { length });
        }
        Ok(())
    }
}

/// Checks that the root subnet, if it delegates to the subnet that signed, says that the subnet is of
/// a type whose canisters may sign.
// spec: CSIG-8, CSIG-9, CSIG-10
fn check_subnet_type(
    certificate: &CheckedCertificate<'_>,
) -> Result<(), VerifyCanisterSignatureError> {
    let Some((subnet_id, tree)) = certificate.claimed_delegation() else {
        return Ok(());
    };
    // Types that are not known yet are fine, so this is only compared.
    let path: [&[u8]; 3] = [b"subnet", subnet_id.as_bytes(), b"type"];
    let subnet_type =
        value(&tree, &path).map_err(VerifyCanisterSignatureError::MissingSubnetType)?;
    if subnet_type == CLOUD_ENGINE {
        return Err(VerifyCanisterSignatureError::CloudEngine { subnet_id });
    }
    Ok(())
}

/// Looks up a value that must be there.
fn value<'a>(tree: &HashTree<'a>, path: &[&[u8]]) -> Result<&'a [u8], NoValue> {
    match tree.lookup(path) {
        Lookup::Found(value) => Ok(value),
        Lookup::Absent => Err(NoValue::Absent),
        Lookup::Unknown => Err(NoValue::Unknown),
        Lookup::Error => Err(NoValue::Inner),
    }
}

/// A [`CanisterSignature`] that [`CanisterSignature::check`] found nothing wrong with, the signatures
/// of its certificate aside.
///
/// It is no evidence: anybody can make one. [`CheckedCanisterSignature::verify`] makes evidence of it.
#[derive(Clone, Copy, Debug)]
pub struct CheckedCanisterSignature<'a> {
    canister_id: Principal,
    certificate: CheckedCertificate<'a>,
    tree: HashTree<'a>,
}

impl<'a> CheckedCanisterSignature<'a> {
    /// Checks the signatures of the certificate, which makes evidence of the signature.
    ///
    /// With a `cache`, the signature of a subnet delegation in it is not checked again, and one that
    /// was checked is put into it.
    ///
    /// # Errors
    ///
    /// [`Certificate`](VerifyCanisterSignatureError::Certificate) with what [`CheckedCertificate::verify`]
    /// says.
    // spec: CSIG-5, CSIG-16
    pub fn verify(
        &self,
        provider: &dyn VerifySignature,
        cache: Option<&mut DelegationCache>,
    ) -> Result<VerifiedCanisterSignature<'a>, VerifyCanisterSignatureError> {
        Ok(VerifiedCanisterSignature {
            canister_id: self.canister_id,
            certificate: self.certificate.verify(provider, cache)?,
            tree: self.tree,
        })
    }
}

/// A [`CanisterSignature`] that [`CanisterSignature::verify`] accepted.
///
/// There is no other way to get one, so holding it is the proof: the canister of the key signed the
/// payload. It is no name for the payload: one payload has many signatures.
// spec: CSIG-16
#[derive(Clone, Copy, Debug)]
pub struct VerifiedCanisterSignature<'a> {
    canister_id: Principal,
    certificate: VerifiedCertificate<'a>,
    tree: HashTree<'a>,
}

impl<'a> VerifiedCanisterSignature<'a> {
    /// Returns the canister that signed.
    #[must_use]
    pub const fn canister_id(&self) -> Principal {
        self.canister_id
    }

    /// Returns the time of the certificate: the signature was in the canister then, and may have been
    /// for some time.
    // spec: CSIG-15
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.certificate.time()
    }

    /// Returns the certificate, verified for the canister, with its delegation.
    #[must_use]
    pub const fn certificate(&self) -> &VerifiedCertificate<'a> {
        &self.certificate
    }

    /// Returns the tree that the canister certified, with whatever it shows beside the signature.
    // spec: CSIG-13
    #[must_use]
    pub const fn tree(&self) -> HashTree<'a> {
        self.tree
    }
}

/// Why a [`CanisterSignature`] does not prove that a canister signed a payload.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyCanisterSignatureError {
    /// The certificate is not true, or not about the canister.
    Certificate(VerifyCertificateError),
    /// The subnet that signed the certificate is of the type `cloud_engine`.
    CloudEngine {
        /// The subnet.
        subnet_id: Principal,
    },
    /// The labels of the tree don't ascend, or a value is beside another tree.
    IllFormedTree,
    /// The certificate does not show what the canister certified.
    MissingCertifiedData(NoValue),
    /// The delegation does not show the type of its subnet.
    MissingSubnetType(NoValue),
    /// The tree does not show that the payload was signed with this key.
    MissingWitness(NoValue),
    /// The path of the signature leads to a value that is not empty.
    NonEmptyWitness {
        /// How many bytes it has.
        length: usize,
    },
    /// What the canister certified is not the root hash of the tree.
    WrongCertifiedData {
        /// How many bytes it has; a root hash has 32.
        length: usize,
    },
}

impl From<VerifyCertificateError> for VerifyCanisterSignatureError {
    fn from(error: VerifyCertificateError) -> Self {
        Self::Certificate(error)
    }
}

impl fmt::Display for VerifyCanisterSignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(error) => write!(f, "{error}, in a canister signature"),
            Self::CloudEngine { subnet_id } => write!(
                f,
                "found a certificate of subnet {subnet_id}, a cloud engine, whose canisters must not sign"
            ),
            Self::IllFormedTree => {
                f.write_str("found a tree that is not well-formed in the canister signature")
            }
            Self::MissingCertifiedData(why) => {
                write!(
                    f,
                    "the certified data of the canister is {why} in the certificate"
                )
            }
            Self::MissingSubnetType(why) => {
                write!(f, "the type of the subnet is {why} in the delegation")
            }
            Self::MissingWitness(why) => {
                write!(f, "the path of the signature is {why} in the tree")
            }
            Self::NonEmptyWitness { length } => write!(
                f,
                "found {length} bytes at the path of the signature, expected none"
            ),
            Self::WrongCertifiedData { length } => write!(
                f,
                "found certified data of {length} bytes, expected the 32 of the tree's root hash"
            ),
        }
    }
}

impl core::error::Error for VerifyCanisterSignatureError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Certificate(error) => Some(error),
            _ => None,
        }
    }
}
