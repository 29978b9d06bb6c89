//! Signatures of every scheme that users have.

mod batch;

use core::cell::RefCell;
use core::fmt;

use canister_signature::{
    CanisterSignature, CheckedCanisterSignature, ParseCanisterSignatureError, Rules,
    VerifyCanisterSignatureError,
};
use certificate::{DelegationCache, Ranges};
use public_key::{
    BlsPublicKey, CanisterPublicKey, CosePublicKey, KeyOpsRule, ParsePublicKeyError, PublicKey,
    RsaPublicKey,
};
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use webauthn_signature::{
    Assertion, AssertionClaim, ClientDataRule, ParseAssertionError, TypeAndOriginRule,
    VerifyAssertionError,
};

use crate::{PlainRsaRule, Policy};

/// How many bytes a signature of Ed25519, or of ECDSA on P-256 or secp256k1, has.
///
/// Source: interface spec, "Ed25519 and ECDSA signatures".
// spec: SIG-ED-2, SIG-EC-6
const PLAIN_LENGTH: usize = 64;

/// A provider for all schemes of users, made of one that knows the plain schemes.
///
/// Plain claims are passed on. A WebAuthn signature becomes a plain claim, so that it may be checked
/// in one batch with others. A canister signature becomes two claims of BLS12-381, and needs the root
/// key.
///
/// [`Schemes::check`] is for any signature of a user, and says what is wrong with it. As a
/// [`VerifySignature`] it is for the delegations of a chain: it accepts also plain RSA keys if the
/// policy does, which sign nothing else. Keys of subnets sign neither.
pub struct Schemes<'p> {
    provider: &'p dyn VerifySignature,
    policy: Policy,
    root_key: Option<BlsPublicKey>,
    extra_root_key: Option<BlsPublicKey>,
    cache: RefCell<Option<&'p mut DelegationCache>>,
}

impl<'p> Schemes<'p> {
    /// Returns the provider on top of one for plain schemes and BLS12-381. Without a root key it
    /// accepts no canister signature.
    #[must_use]
    pub const fn new(provider: &'p dyn VerifySignature, policy: Policy) -> Self {
        Self {
            provider,
            policy,
            root_key: None,
            extra_root_key: None,
            cache: RefCell::new(None),
        }
    }

    /// Returns the same provider, but with this root key.
    // spec: CSIG-17
    #[must_use]
    pub fn with_root_key(self, root_key: Option<BlsPublicKey>) -> Self {
        Self { root_key, ..self }
    }

    /// Returns the same provider, but canister signatures may hold also under this other root key,
    /// which is tried first.
    ///
    /// That is what replicas outside of the public network do with the key of the public network.
    #[must_use]
    pub fn with_extra_root_key(self, extra_root_key: Option<BlsPublicKey>) -> Self {
        Self {
            extra_root_key,
            ..self
        }
    }

    /// Returns the same provider, but with a cache of subnet delegations.
    #[must_use]
    pub fn with_cache(self, cache: Option<&'p mut DelegationCache>) -> Self {
        Self {
            cache: RefCell::new(cache),
            ..self
        }
    }

    /// Checks one signature of a user.
    ///
    /// # Errors
    ///
    /// In the order of the checks, of which those apply that the scheme has:
    ///
    /// 1. the key: [`UnsupportedKey`](CheckSignatureError::UnsupportedKey) or
    ///    [`SubnetKey`](CheckSignatureError::SubnetKey);
    /// 2. the form of the signature: [`SignatureLength`](CheckSignatureError::SignatureLength),
    ///    [`ParseAssertion`](CheckSignatureError::ParseAssertion) and
    ///    [`Assertion`](CheckSignatureError::Assertion), or
    ///    [`ParseCanisterSignature`](CheckSignatureError::ParseCanisterSignature) and
    ///    [`MissingRootKey`](CheckSignatureError::MissingRootKey);
    /// 3. its truth: [`InvalidSignature`](CheckSignatureError::InvalidSignature) or
    ///    [`CanisterSignature`](CheckSignatureError::CanisterSignature).
    // spec: SIG-1, SIG-3, SIG-4, SIG-5
    pub fn check(&self, claim: Claim<'_>) -> Result<(), CheckSignatureError> {
        self.check_as(claim, Role::Request)
    }

    /// Decodes a key that may sign requests, which means that it is not one of a subnet.
    ///
    /// # Errors
    ///
    /// [`UnsupportedKey`](CheckSignatureError::UnsupportedKey) or
    /// [`SubnetKey`](CheckSignatureError::SubnetKey).
    // spec: SIG-5, SIG-6
    pub fn parse_key<'k>(&self, spki: &'k [u8]) -> Result<PublicKey<'k>, CheckSignatureError> {
        match PublicKey::parse(spki, self.policy.public_key) {
            Ok(PublicKey::Bls12381(_)) => Err(CheckSignatureError::SubnetKey),
            Ok(key) => Ok(key),
            Err(error) => Err(CheckSignatureError::UnsupportedKey(error)),
        }
    }

    /// Decodes the key of a signer.
    fn parse_signer<'k>(&self, spki: &'k [u8], role: Role) -> Result<Key<'k>, CheckSignatureError> {
        match self.parse_key(spki) {
            Ok(key) => Ok(Key::User(key)),
            // DIV-15 of the clause catalogue.
            Err(CheckSignatureError::UnsupportedKey(ParsePublicKeyError::PlainRsa))
                if role == Role::Delegation
                    && self.policy.plain_rsa_signer == PlainRsaRule::Accept
                    && RsaPublicKey::from_der(spki).is_ok() =>
            {
                Ok(Key::PlainRsa)
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn check_as(&self, claim: Claim<'_>, role: Role) -> Result<(), CheckSignatureError> {
        match self.prepare(claim, role)? {
            Prepared::Plain(claim) => Ok(self.provider.verify(claim)?),
            Prepared::Assertion(claim) => Ok(claim.verify(self.provider)?),
            Prepared::Canister(under_keys) => self.check_canister(&under_keys),
        }
    }

    /// Does all that costs no signature.
    fn prepare<'c>(
        &self,
        claim: Claim<'c>,
        role: Role,
    ) -> Result<Prepared<'c>, CheckSignatureError> {
        match self.parse_signer(claim.key, role)? {
            Key::User(PublicKey::Cose(key)) => self.prepare_assertion(claim, &key),
            Key::User(PublicKey::Canister(key)) => self.prepare_canister(claim, &key),
            Key::PlainRsa => Ok(Prepared::Plain(claim)),
            Key::User(_) => {
                let (length, expected) = (claim.signature.len(), PLAIN_LENGTH);
                if length != expected {
                    return Err(CheckSignatureError::SignatureLength { length, expected });
                }
                Ok(Prepared::Plain(claim))
            }
        }
    }

    // spec: SIG-WEBAUTHN-16
    fn prepare_assertion<'c>(
        &self,
        claim: Claim<'c>,
        key: &CosePublicKey<'_>,
    ) -> Result<Prepared<'c>, CheckSignatureError> {
        let assertion = Assertion::parse(claim.signature, self.policy.webauthn)
            .map_err(CheckSignatureError::ParseAssertion)?;
        let claim = assertion
            .claim(claim.message, key)
            .map_err(CheckSignatureError::Assertion)?;
        Ok(Prepared::Assertion(claim))
    }

    // spec: CSIG-14, CSIG-15, CSIG-17
    fn prepare_canister<'c>(
        &self,
        claim: Claim<'c>,
        key: &CanisterPublicKey<'_>,
    ) -> Result<Prepared<'c>, CheckSignatureError> {
        let signature = CanisterSignature::parse(claim.signature, self.policy.cbor)
            .map_err(CheckSignatureError::ParseCanisterSignature)?;
        let check = |root_key| {
            let rules = Rules {
                root_key,
                ranges: self.policy.ranges,
                freshness: None,
            };
            signature
                .check(claim.message, key, &rules)
                .map_err(CheckSignatureError::CanisterSignature)
        };
        let under_extra = self.extra_root_key.map(check).transpose()?;
        let under_root = self.root_key.map(check).transpose()?;
        if under_extra.is_none() && under_root.is_none() {
            return Err(CheckSignatureError::MissingRootKey);
        }
        Ok(Prepared::Canister([under_extra, under_root]))
    }

    // spec: CSIG-5
    fn check_canister(
        &self,
        under_keys: &[Option<CheckedCanisterSignature<'_>>; 2],
    ) -> Result<(), CheckSignatureError> {
        let mut result = Err(CheckSignatureError::MissingRootKey);
        for signature in under_keys.iter().flatten() {
            let mut cache = self.cache.borrow_mut();
            match signature.verify(self.provider, cache.as_deref_mut()) {
                Ok(_) => return Ok(()),
                Err(error) => result = Err(CheckSignatureError::CanisterSignature(error)),
            }
        }
        result
    }

    /// Hands out all that decides, beside provider and claims, whether claims hold.
    pub(crate) fn fingerprint(&self, mut write: impl FnMut(&[u8])) {
        for key in [&self.root_key, &self.extra_root_key] {
            write(&[u8::from(key.is_some())]);
            if let Some(key) = key {
                write(key.as_bytes());
            }
        }
        // Every field is named here, so that a new one is not forgotten.
        let Policy {
            cbor,
            public_key:
                public_key::Policy {
                    key_ops,
                    leading_zeros,
                },
            webauthn:
                webauthn_signature::Policy {
                    cbor: webauthn_cbor,
                    client_data,
                    type_and_origin,
                },
            ranges,
            plain_rsa_signer,
            // Decides about no signature.
            latest_expiry: _,
        } = self.policy;
        for cbor in [cbor, webauthn_cbor] {
            let cbor::Policy {
                tag,
                null,
                unknown_fields,
                blobs,
            } = cbor;
            write(&[
                u8::from(tag == cbor::TagRule::Required),
                u8::from(null == cbor::NullRule::Reject),
                u8::from(unknown_fields == cbor::UnknownFieldRule::Reject),
                u8::from(blobs == cbor::BlobRule::BytesOnly),
            ]);
        }
        write(&[
            u8::from(key_ops == KeyOpsRule::Free),
            u8::from(leading_zeros == public_key::LeadingZerosRule::Reject),
            u8::from(client_data == ClientDataRule::TextOnly),
            u8::from(type_and_origin == TypeAndOriginRule::Free),
            match ranges {
                Ranges::Either => 0,
                Ranges::Flat => 1,
                Ranges::Sharded => 2,
            },
            u8::from(plain_rsa_signer == PlainRsaRule::Reject),
        ]);
    }
}

impl VerifySignature for Schemes<'_> {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.check_as(claim, Role::Delegation)
            .map_err(|_| InvalidSignature)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.check_all(claims, |_| Role::Delegation)
            .map_err(|(index, _)| InvalidAt { index })
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        match self.parse_signer(spki, Role::Delegation) {
            Ok(Key::User(PublicKey::Canister(_))) => Ok(()),
            Ok(Key::User(PublicKey::Cose(key))) => {
                let plain = key.parameters().to_plain_der();
                self.provider.check_key(plain.as_bytes())
            }
            Ok(_) => self.provider.check_key(spki),
            Err(_) => Err(InvalidKey),
        }
    }
}

impl fmt::Debug for Schemes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemes")
            .field("policy", &self.policy)
            .field("root_key", &self.root_key)
            .field("extra_root_key", &self.extra_root_key)
            .finish_non_exhaustive()
    }
}

/// What a signature is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    Delegation,
    Request,
}

/// The key of a signer.
enum Key<'k> {
    /// Which is the same in the claim, for the provider.
    PlainRsa,
    User(PublicKey<'k>),
}

/// A claim of which nothing is left to check but signatures.
#[expect(clippy::large_enum_variant, reason = "there are few, and not for long")]
enum Prepared<'c> {
    Assertion(AssertionClaim<'c>),
    /// Under the extra root key and under the root key, as far as they are known.
    Canister([Option<CheckedCanisterSignature<'c>>; 2]),
    Plain(Claim<'c>),
}

/// Why a user did not sign something.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckSignatureError {
    /// The WebAuthn signature is on something else, or its inner signature has the wrong form.
    Assertion(VerifyAssertionError),
    /// The canister signature does not hold.
    CanisterSignature(VerifyCanisterSignatureError),
    /// The signature does not hold.
    InvalidSignature,
    /// The key is one of canister signatures, which can't be checked without the root key.
    MissingRootKey,
    /// The key is one for WebAuthn, and the signature is none.
    ParseAssertion(ParseAssertionError),
    /// The key is one of canister signatures, and the signature is none.
    ParseCanisterSignature(ParseCanisterSignatureError),
    /// The signature has another length than the scheme demands.
    SignatureLength {
        /// How many bytes it has.
        length: usize,
        /// How many are needed.
        expected: usize,
    },
    /// The key is one of BLS12-381, which can only sign certificates.
    SubnetKey,
    /// The key is none of a supported scheme.
    UnsupportedKey(ParsePublicKeyError),
}

impl From<InvalidSignature> for CheckSignatureError {
    fn from(InvalidSignature: InvalidSignature) -> Self {
        Self::InvalidSignature
    }
}

impl fmt::Display for CheckSignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assertion(error) => fmt::Display::fmt(error, f),
            Self::CanisterSignature(error) => fmt::Display::fmt(error, f),
            Self::InvalidSignature => fmt::Display::fmt(&InvalidSignature, f),
            Self::MissingRootKey => {
                f.write_str("canister signature, which needs the root key to be checked")
            }
            Self::ParseAssertion(error) => fmt::Display::fmt(error, f),
            Self::ParseCanisterSignature(error) => fmt::Display::fmt(error, f),
            Self::SignatureLength { length, expected } => write!(
                f,
                "signature of {length} bytes, where {expected} are needed"
            ),
            Self::SubnetKey => {
                f.write_str("signature by a BLS12-381 key, which can only sign certificates")
            }
            Self::UnsupportedKey(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl core::error::Error for CheckSignatureError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Assertion(error) => Some(error),
            Self::CanisterSignature(error) => Some(error),
            Self::ParseAssertion(error) => Some(error),
            Self::ParseCanisterSignature(error) => Some(error),
            Self::UnsupportedKey(error) => Some(error),
            Self::InvalidSignature
            | Self::MissingRootKey
            | Self::SignatureLength { .. }
            | Self::SubnetKey => None,
        }
    }
}
