//! What is checked about a certificate before its signatures.

use core::fmt;

use hash_tree::{HashTree, Lookup};
use principal::Principal;
use public_key::BlsPublicKey;
use time::Timestamp;

use crate::nat;
use crate::parse::{Certificate, Delegation, Part, Signed};
use crate::ranges::{Membership, membership};
use crate::rules::{Rules, Scope};
use crate::verified::{SubnetDelegation, VerifiedCertificate};
use crate::verify::{NoValue, VerifyCertificateError};

/// The length of a signature.
///
/// Source: the signature suite, a compressed point of G1.
// spec: CERT-3
pub(crate) const SIGNATURE_LENGTH: usize = 48;

impl<'a> Certificate<'a> {
    /// Checks everything about the certificate but its signatures.
    ///
    /// All of this is cheap. It is the first half of [`Certificate::verify`], for callers who have
    /// more to check that is cheaper than a signature.
    ///
    /// # Errors
    ///
    /// In the order of the checks:
    ///
    /// 1. the form of the delegation: [`SignatureLength`], [`MissingTime`], [`MalformedTime`],
    ///    [`MissingSubnetKey`], [`MalformedSubnetKey`];
    /// 2. the form of the certificate: [`SignatureLength`], [`MissingTime`], [`MalformedTime`];
    /// 3. the time: [`TooOld`] and [`TooNew`], then [`DelegationTooOld`];
    /// 4. the scope: [`WrongSubnet`], or [`MalformedRanges`], [`MissingRanges`] and [`OutOfRanges`].
    ///
    /// [`SignatureLength`]: VerifyCertificateError::SignatureLength
    /// [`MissingTime`]: VerifyCertificateError::MissingTime
    /// [`MalformedTime`]: VerifyCertificateError::MalformedTime
    /// [`MissingSubnetKey`]: VerifyCertificateError::MissingSubnetKey
    /// [`MalformedSubnetKey`]: VerifyCertificateError::MalformedSubnetKey
    /// [`TooOld`]: VerifyCertificateError::TooOld
    /// [`TooNew`]: VerifyCertificateError::TooNew
    /// [`DelegationTooOld`]: VerifyCertificateError::DelegationTooOld
    /// [`WrongSubnet`]: VerifyCertificateError::WrongSubnet
    /// [`MalformedRanges`]: VerifyCertificateError::MalformedRanges
    /// [`MissingRanges`]: VerifyCertificateError::MissingRanges
    /// [`OutOfRanges`]: VerifyCertificateError::OutOfRanges
    pub fn check(&self, rules: &Rules) -> Result<CheckedCertificate<'a>, VerifyCertificateError> {
        let delegation = self.delegation.as_ref().map(check_delegation).transpose()?;
        let time = check_form(&self.signed, Part::Certificate)?;
        check_freshness(rules, time, delegation.as_ref())?;
        check_scope(self, rules)?;
        let tree = self.signed.tree;
        Ok(CheckedCertificate {
            certificate: *self,
            root_key: rules.root_key,
            claimed: VerifiedCertificate::new(tree, time, delegation, rules.scope, self.policy),
        })
    }
}

/// A certificate that [`Certificate::check`] found nothing wrong with, its signatures aside.
///
/// It is no evidence: anybody can make one that says anything. What it tells is *claimed*, good for
/// refusing it early and for nothing else. [`CheckedCertificate::verify`] makes evidence of it.
#[derive(Clone, Copy)]
pub struct CheckedCertificate<'a> {
    pub(crate) certificate: Certificate<'a>,
    pub(crate) root_key: BlsPublicKey,
    /// What there is to know once the signatures hold. Nothing else may hand it out.
    pub(crate) claimed: VerifiedCertificate<'a>,
}

impl<'a> CheckedCertificate<'a> {
    /// Returns the tree that somebody claims to be the state.
    #[must_use]
    pub const fn claimed_tree(&self) -> HashTree<'a> {
        self.claimed.tree()
    }

    /// Returns the time that somebody claims the state to be of.
    #[must_use]
    pub const fn claimed_time(&self) -> Timestamp {
        self.claimed.time()
    }

    /// Returns the subnet that is claimed to have signed and what the root subnet is claimed to say
    /// about it, if there is a delegation.
    #[must_use]
    pub fn claimed_delegation(&self) -> Option<(Principal, HashTree<'a>)> {
        self.claimed
            .delegation()
            .map(|delegation| (delegation.subnet_id(), delegation.tree()))
    }
}

impl fmt::Debug for CheckedCertificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedCertificate")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// Checks that the signing subnet may speak about the scope.
fn check_scope(certificate: &Certificate<'_>, rules: &Rules) -> Result<(), VerifyCertificateError> {
    match (rules.scope, &certificate.delegation) {
        // spec: READ-28
        (Scope::Unscoped, _) | (Scope::Canister(_), None) => Ok(()),
        // spec: READ-27
        (Scope::Subnet(expected), delegation) => {
            let found = match delegation {
                Some(delegation) => delegation.subnet_id,
                None => rules.root_key.principal(),
            };
            if found == expected {
                Ok(())
            } else {
                Err(VerifyCertificateError::WrongSubnet { found, expected })
            }
        }
        (Scope::Canister(canister), Some(delegation)) => {
            let tree = &delegation.signed.tree;
            let (ranges, tag) = (rules.ranges, certificate.policy.tag);
            match membership(tree, &delegation.subnet_id, &canister, ranges, tag)
                .map_err(VerifyCertificateError::MalformedRanges)?
            {
                Membership::Inside => Ok(()),
                Membership::Missing => Err(VerifyCertificateError::MissingRanges { ranges }),
                Membership::Outside => Err(VerifyCertificateError::OutOfRanges { canister }),
            }
        }
    }
}

/// Checks what is cheap about a delegation, and takes out what it says about its subnet.
fn check_delegation<'a>(
    delegation: &Delegation<'a>,
) -> Result<SubnetDelegation<'a>, VerifyCertificateError> {
    let time = check_form(&delegation.signed, Part::Delegation)?;
    let tree = delegation.signed.tree;
    // spec: SDEL-4
    let der = value(
        &tree,
        &[b"subnet", delegation.subnet_id.as_bytes(), b"public_key"],
    )
    .map_err(VerifyCertificateError::MissingSubnetKey)?;
    // spec: SDEL-5, STATE-3
    let public_key =
        BlsPublicKey::from_der(der).map_err(VerifyCertificateError::MalformedSubnetKey)?;
    Ok(SubnetDelegation::new(
        delegation.subnet_id,
        tree,
        public_key,
        time,
    ))
}

/// Checks the length of a signature, and takes the time out of the tree.
fn check_form(signed: &Signed<'_>, part: Part) -> Result<Timestamp, VerifyCertificateError> {
    // spec: CERT-3
    if signed.signature.len() != SIGNATURE_LENGTH {
        let length = signed.signature.len();
        return Err(VerifyCertificateError::SignatureLength { part, length });
    }
    // spec: CERT-5, STATE-1
    let time = value(&signed.tree, &[b"time"])
        .map_err(|why| VerifyCertificateError::MissingTime { part, why })?;
    let nanos =
        nat::parse(time).map_err(|error| VerifyCertificateError::MalformedTime { part, error })?;
    Ok(Timestamp::from_nanos(nanos))
}

/// Checks that certificate and delegation are neither too old nor too new.
// spec: CERT-6
fn check_freshness(
    rules: &Rules,
    time: Timestamp,
    delegation: Option<&SubnetDelegation<'_>>,
) -> Result<(), VerifyCertificateError> {
    let Some(freshness) = rules.freshness else {
        return Ok(());
    };
    let (now, max_age, max_skew) = (freshness.now, freshness.max_age, freshness.max_skew);
    if now.since(time).is_some_and(|age| age > max_age) {
        return Err(VerifyCertificateError::TooOld { time, now, max_age });
    }
    if time.since(now).is_some_and(|skew| skew > max_skew) {
        return Err(VerifyCertificateError::TooNew {
            time,
            now,
            max_skew,
        });
    }
    if let (Some(delegation), Some(max_age)) = (delegation, freshness.max_delegation_age) {
        let time = delegation.time();
        if now.since(time).is_some_and(|age| age > max_age) {
            return Err(VerifyCertificateError::DelegationTooOld { time, now, max_age });
        }
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
