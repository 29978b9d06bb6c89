//! What the state tree has about canisters.

use core::fmt;

use cbor::{Items, Reader};
use principal::Principal;
use time::Timestamp;

use crate::rules::Scope;
use crate::state::{Read, ReadStateError, read, timestamp};
use crate::verified::VerifiedCertificate;

/// The longest certified data.
///
/// Source: interface spec, "Certified data".
// spec: STATE-13
const MAX_CERTIFIED_DATA_LENGTH: usize = 32;

impl<'a> VerifiedCertificate<'a> {
    /// Reads the certified data of a canister: at most 32 bytes.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::CanisterOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::CertifiedDataLength`].
    // spec: STATE-13
    pub fn certified_data(&self, canister: &Principal) -> Result<Read<&'a [u8]>, ReadStateError> {
        self.read_canister(canister, &[b"certified_data"])?
            .decode(|data| {
                if data.len() > MAX_CERTIFIED_DATA_LENGTH {
                    return Err(ReadStateError::CertifiedDataLength { length: data.len() });
                }
                Ok(data)
            })
    }

    /// Reads the SHA-256 of the module of a canister. It is absent if the canister is empty.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::CanisterOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::ModuleHashLength`].
    // spec: STATE-14
    pub fn module_hash(&self, canister: &Principal) -> Result<Read<&'a [u8; 32]>, ReadStateError> {
        self.read_canister(canister, &[b"module_hash"])?
            .decode(|hash| {
                hash.try_into()
                    .map_err(|_| ReadStateError::ModuleHashLength { length: hash.len() })
            })
    }

    /// Reads who controls a canister. The order has no meaning.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::CanisterOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::InvalidCbor`], [`ReadStateError::PrincipalLength`].
    // spec: STATE-15, READ-31
    pub fn controllers(
        &self,
        canister: &Principal,
    ) -> Result<Read<Controllers<'a>>, ReadStateError> {
        self.read_canister(canister, &[b"controllers"])?
            .decode(|list| {
                let mut reader = Reader::new(list);
                reader.self_described_tag(self.policy.tag)?;
                let items = reader.array()?;
                let mut rest = Controllers { reader, items };
                while rest.read_next()?.is_some() {}
                rest.reader.finish()?;
                Ok(Controllers { reader, items })
            })
    }

    /// Reads a public or private metadata section of a canister's module.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::CanisterOutOfScope`], [`ReadStateError::NotAValue`].
    // spec: STATE-18
    pub fn metadata(
        &self,
        canister: &Principal,
        name: &str,
    ) -> Result<Read<&'a [u8]>, ReadStateError> {
        self.read_canister(canister, &[b"metadata", name.as_bytes()])
    }

    /// Reads when a canister was created. It is absent if that was not recorded.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::CanisterOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::InvalidNat`].
    // spec: STATE-16
    pub fn creation_time(&self, canister: &Principal) -> Result<Read<Timestamp>, ReadStateError> {
        self.read_canister(canister, &[b"canister_creation_timestamp"])?
            .decode(timestamp)
    }

    /// Reads when code was last installed into a canister. It is absent if the canister is empty or
    /// that was not recorded.
    ///
    /// # Errors
    ///
    /// As [`VerifiedCertificate::creation_time`].
    // spec: STATE-17
    pub fn last_install_time(
        &self,
        canister: &Principal,
    ) -> Result<Read<Timestamp>, ReadStateError> {
        self.read_canister(canister, &[b"last_install_timestamp"])?
            .decode(timestamp)
    }

    /// Reads a value below `/canister/<id>`, if the scope allows it.
    // spec: STATE-19
    fn read_canister(
        &self,
        canister: &Principal,
        rest: &[&[u8]],
    ) -> Result<Read<&'a [u8]>, ReadStateError> {
        match self.scope {
            Scope::Unscoped => {}
            Scope::Canister(verified) if verified == *canister => {}
            Scope::Canister(_) | Scope::Subnet(_) => {
                return Err(ReadStateError::CanisterOutOfScope {
                    canister: *canister,
                });
            }
        }
        match *rest {
            [first] => read(&self.tree, &[b"canister", canister.as_bytes(), first]),
            [first, second] => read(
                &self.tree,
                &[b"canister", canister.as_bytes(), first, second],
            ),
            _ => Ok(Read::Absent),
        }
    }
}

/// The controllers of a canister, in the order of the state tree.
#[derive(Clone)]
pub struct Controllers<'a> {
    reader: Reader<'a>,
    items: Items,
}

impl Controllers<'_> {
    fn read_next(&mut self) -> Result<Option<Principal>, ReadStateError> {
        if !self.reader.next(&mut self.items)? {
            return Ok(None);
        }
        let id = self.reader.bytes()?;
        Principal::from_slice(id)
            .map(Some)
            .map_err(|_| ReadStateError::PrincipalLength { length: id.len() })
    }
}

impl Iterator for Controllers<'_> {
    type Item = Principal;

    fn next(&mut self) -> Option<Principal> {
        // The whole list was read once before it was handed out.
        self.read_next().ok().flatten()
    }
}

impl fmt::Debug for Controllers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Two lists are equal if they have the same controllers in the same order.
impl PartialEq for Controllers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.clone().eq(other.clone())
    }
}

impl Eq for Controllers<'_> {}
