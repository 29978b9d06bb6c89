//! Delegations, with and without a signature.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use principal::Principal;
use ri_hash::{AddFieldError, MapHasher, ValueHash};
use time::Timestamp;

use crate::Targets;
use crate::hex::Hex;

/// What is signed in front of the hash of a delegation: a length and a name.
///
/// Source: interface spec, "Authentication".
// spec: DELEG-2
pub const SEPARATOR: &[u8; 27] = b"\x1aic-request-auth-delegation";

/// What somebody lets another key do, not yet signed.
///
/// Keys are opaque here: any bytes that are meant to be a DER SubjectPublicKeyInfo.
#[derive(Clone, Eq, PartialEq)]
pub struct Delegation<'a> {
    public_key: Cow<'a, [u8]>,
    expiration: Timestamp,
    targets: Option<Targets<'a>>,
    permissions: Option<Permissions>,
}

/// Which kinds of requests a delegation is for.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec refuses every other text"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Permissions {
    /// Every kind, as without permissions; only the hash differs.
    All,
    /// Queries and reading state, but nothing that goes to a `call` endpoint.
    Queries,
}

impl Permissions {
    /// Returns the permissions with this name, if it is one.
    // spec: PERM-5, PERM-6
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::All, Self::Queries]
            .into_iter()
            .find(|permissions| permissions.name() == name)
    }

    /// Returns the name that is hashed and encoded: `all` or `queries`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Queries => "queries",
        }
    }
}

impl<'a> Delegation<'a> {
    /// Returns the delegation to `public_key` that is valid up to and including `expiration`, without
    /// any restriction.
    ///
    /// `public_key` is the DER SubjectPublicKeyInfo of whoever receives the authority.
    #[inline]
    #[must_use]
    pub fn new(public_key: impl Into<Cow<'a, [u8]>>, expiration: Timestamp) -> Self {
        Self {
            public_key: public_key.into(),
            expiration,
            targets: None,
            permissions: None,
        }
    }

    /// Returns the same delegation, but only for these canisters: none at all if there are none.
    ///
    /// Chains with more than [`MAX_TARGETS`](crate::MAX_TARGETS) in one delegation don't verify.
    #[must_use]
    pub fn with_targets(self, targets: impl Into<Targets<'a>>) -> Self {
        Self {
            targets: Some(targets.into()),
            ..self
        }
    }

    /// Returns the same delegation, but with these permissions.
    #[must_use]
    pub fn with_permissions(self, permissions: Permissions) -> Self {
        Self {
            permissions: Some(permissions),
            ..self
        }
    }

    /// Returns the same delegation, but with these optional fields.
    #[inline]
    pub(crate) fn restricted_to(
        self,
        targets: Option<Targets<'a>>,
        permissions: Option<Permissions>,
    ) -> Self {
        Self {
            targets,
            permissions,
            ..self
        }
    }

    /// Returns the same delegation without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> Delegation<'static> {
        Delegation {
            public_key: Cow::Owned(self.public_key.into_owned()),
            expiration: self.expiration,
            targets: self.targets.map(Targets::into_owned),
            permissions: self.permissions,
        }
    }

    /// Signs the delegation by what `sign` makes of [`Delegation::signing_payload`].
    ///
    /// The signature is taken as it is: for WebAuthn and canister signatures it is their CBOR form.
    ///
    /// # Errors
    ///
    /// Those of `sign`.
    pub fn sign<E>(
        self,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<SignedDelegation<'a>, E> {
        let signature = sign(&self.signing_payload())?;
        Ok(SignedDelegation::new(self, signature))
    }

    /// Returns all that is signed: [`SEPARATOR`] and [`Delegation::hash`].
    // spec: DELEG-2
    #[must_use]
    pub fn signing_payload(&self) -> [u8; 59] {
        let mut payload = [0; 59];
        let hash = self.hash();
        let bytes = SEPARATOR.iter().chain(&hash).copied();
        for (slot, byte) in payload.iter_mut().zip(bytes) {
            *slot = byte;
        }
        payload
    }

    /// Returns the representation-independent hash: 32 bytes over the fields that are present.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "four different names fit a hasher of four"
    )]
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash_fields()
            .expect("four different names fit a hasher of four")
            .into_bytes()
    }

    // spec: DELEG-20, DELEG-21, PERM-7
    fn hash_fields(&self) -> Result<ValueHash, AddFieldError> {
        let mut map = MapHasher::<4>::with_limit();
        map.add("pubkey", ValueHash::blob(&self.public_key))?;
        let nanos = self.expiration.as_nanos();
        map.add("expiration", ValueHash::natural(nanos.into()))?;
        if let Some(targets) = &self.targets {
            let hash = |target: Principal| ValueHash::blob(target.as_bytes());
            let list: ri_hash::ArrayHasher = targets.iter().map(hash).collect();
            map.add("targets", list.finish())?;
        }
        if let Some(permissions) = self.permissions {
            map.add("permissions", ValueHash::text(permissions.name()))?;
        }
        Ok(map.finish())
    }

    /// Returns the key that receives the authority: what should be DER.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Returns the last moment at which the delegation is valid.
    #[must_use]
    pub const fn expiration(&self) -> Timestamp {
        self.expiration
    }

    /// Returns the canisters that the delegation is restricted to, or `None` if it is for all of
    /// them. An empty list is for no canister.
    #[must_use]
    pub const fn targets(&self) -> Option<&Targets<'a>> {
        self.targets.as_ref()
    }

    /// Returns the permissions, or `None` if there are none, which allows as much as
    /// [`Permissions::All`].
    #[must_use]
    pub const fn permissions(&self) -> Option<Permissions> {
        self.permissions
    }
}

impl fmt::Debug for Delegation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delegation")
            .field("public_key", &Hex(&self.public_key))
            .field("expiration", &self.expiration)
            .field("targets", &self.targets)
            .field("permissions", &self.permissions)
            .finish()
    }
}

/// A [`Delegation`] and what is said to be a signature on it: a link of a chain.
///
/// Who signed it is not part of it: that is the key of the link before, or the chain's root key.
// spec: DELEG-1
#[derive(Clone, Eq, PartialEq)]
pub struct SignedDelegation<'a> {
    delegation: Delegation<'a>,
    signature: Cow<'a, [u8]>,
}

impl<'a> SignedDelegation<'a> {
    /// Returns the link with these parts. Nothing is checked.
    #[inline]
    #[must_use]
    pub fn new(delegation: Delegation<'a>, signature: impl Into<Cow<'a, [u8]>>) -> Self {
        Self {
            delegation,
            signature: signature.into(),
        }
    }

    /// Returns the same link without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> SignedDelegation<'static> {
        SignedDelegation {
            delegation: self.delegation.into_owned(),
            signature: Cow::Owned(self.signature.into_owned()),
        }
    }

    /// Returns the delegation.
    #[must_use]
    pub const fn delegation(&self) -> &Delegation<'a> {
        &self.delegation
    }

    /// Returns the signature in the scheme's encoding on the Internet Computer.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl fmt::Debug for SignedDelegation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedDelegation")
            .field("delegation", &self.delegation)
            .field("signature", &Hex(&self.signature))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::*;

    fn delegation(expiration: u64) -> Delegation<'static> {
        Delegation::new(&[1, 2, 3], Timestamp::from_nanos(expiration))
    }

    #[test]
    // spec: DELEG-21, PERM-7
    fn the_hash_covers_the_fields_that_are_present() {
        // Computed from the rules of the interface spec 0.66.0 with another implementation.
        let target = Principal::from_slice(&[4, 5, 6]).unwrap();
        for (delegation, hash) in [
            (
                delegation(0),
                hex!("6ccc91d777f1a2b156834c0f8b879f3cdc0a57ecef1dd80f1e1a9f2129b082a0"),
            ),
            (
                delegation(0).with_permissions(Permissions::Queries),
                hex!("ccd2f0fb7d7613ea7e7d82e8214d256681649a10b0456cacef27ceb65221abf9"),
            ),
            (
                delegation(0).with_permissions(Permissions::All),
                hex!("c25c655cd8b67faf5db4625a433e1c50fb4dc8bdb5df3757eabf3c44dea96a40"),
            ),
            (
                delegation(0).with_targets(&[target]),
                hex!("b2618a8a598acdfed74a4b70b1eb4a8e449174c79e43ac2962f85cc2228ff868"),
            ),
            (
                delegation(0).with_targets(&[]),
                hex!("8b489d2dbb91043ef49f78b000af98c79d463604a36db153d32e092da3b5f835"),
            ),
            (
                delegation(u64::MAX),
                hex!("9f9aae8a7337c4ca54abcf63a08e337eaf79082e74baf90125318167b49ebdc5"),
            ),
        ] {
            assert_eq!(delegation.hash(), hash, "{delegation:?}");
        }
    }

    #[test]
    // spec: DELEG-2
    fn what_is_signed_is_the_separator_and_the_hash() {
        let payload = hex!(
            "1a69632d726571756573742d617574682d64656c65676174696f6e"
            "6ccc91d777f1a2b156834c0f8b879f3cdc0a57ecef1dd80f1e1a9f2129b082a0"
        );
        assert_eq!(delegation(0).signing_payload(), payload);
        let signed = delegation(0).sign(|signed| {
            assert_eq!(signed, payload);
            Ok::<_, ()>(Vec::from(*b"signature"))
        });
        let expected = SignedDelegation::new(delegation(0), b"signature");
        assert_eq!(signed, Ok(expected));
        assert_eq!(delegation(0).sign(|_| Err("locked")), Err("locked"));
    }

    #[test]
    // spec: PERM-5, PERM-6
    fn there_are_two_permissions() {
        assert_eq!(Permissions::from_name("all"), Some(Permissions::All));
        assert_eq!(
            Permissions::from_name("queries"),
            Some(Permissions::Queries)
        );
        for name in [
            "",
            "ALL",
            "Queries",
            "queries ",
            "query",
            "none",
            "unrestricted",
        ] {
            assert_eq!(Permissions::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn bytes_are_shown_in_hexadecimal() {
        let link = SignedDelegation::new(delegation(7), &[0xab]);
        assert_eq!(
            alloc::format!("{link:?}"),
            "SignedDelegation { delegation: Delegation { public_key: 010203, expiration: \
             Timestamp(7), targets: None, permissions: None }, signature: ab }"
        );
    }
}
