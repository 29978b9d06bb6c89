//! Evidence: what a certificate says once it was found to be true.

use core::fmt;

use cbor::Policy;
use hash_tree::{HashTree, Lookup};
use principal::Principal;
use public_key::BlsPublicKey;
use time::Timestamp;

use crate::rules::Scope;
use crate::state::{Read, ReadStateError, SubnetType, subnet_type};

/// A certificate that [`Certificate::verify`](crate::Certificate::verify) accepted.
///
/// There is no other way to get one, so holding it is the proof. It borrows the bytes of the
/// certificate.
///
/// Reads check the [`Scope`] that was verified: with [`Scope::Canister`], state of another canister
/// is refused; with [`Scope::Subnet`], state of any canister; and with either, state of a subnet
/// other than the one that the delegation is for. With [`Scope::Unscoped`] that is the caller's
/// business, as it is for [`VerifiedCertificate::lookup`].
// spec: LOOKUP-12
#[derive(Clone, Copy, Debug)]
pub struct VerifiedCertificate<'a> {
    pub(crate) tree: HashTree<'a>,
    time: Timestamp,
    delegation: Option<SubnetDelegation<'a>>,
    pub(crate) scope: Scope,
    pub(crate) policy: Policy,
}

impl<'a> VerifiedCertificate<'a> {
    pub(crate) const fn new(
        tree: HashTree<'a>,
        time: Timestamp,
        delegation: Option<SubnetDelegation<'a>>,
        scope: Scope,
        policy: Policy,
    ) -> Self {
        Self {
            tree,
            time,
            delegation,
            scope,
            policy,
        }
    }

    /// Returns the root hash of the tree, which the signature is on.
    #[must_use]
    pub const fn root_hash(&self) -> [u8; 32] {
        self.tree.root_hash()
    }

    /// Returns the tree.
    #[must_use]
    pub const fn tree(&self) -> HashTree<'a> {
        self.tree
    }

    /// Returns the time at which the state was as the tree says.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.time
    }

    /// Returns the delegation; there is none if the root subnet signed.
    #[must_use]
    pub const fn delegation(&self) -> Option<&SubnetDelegation<'a>> {
        self.delegation.as_ref()
    }

    /// Returns the subnet that signed; none if it was the root subnet.
    #[must_use]
    pub fn subnet_id(&self) -> Option<Principal> {
        self.delegation.map(|delegation| delegation.subnet_id)
    }

    /// Returns the scope that was verified.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns what the tree says about the value at a path of labels.
    ///
    /// The scope is not looked at: prefer the reads that are named after what they read.
    pub fn lookup(&self, path: &[&[u8]]) -> Lookup<'a> {
        self.tree.lookup(path)
    }
}

/// What the root subnet says about the subnet that signed a certificate.
#[derive(Clone, Copy)]
pub struct SubnetDelegation<'a> {
    subnet_id: Principal,
    tree: HashTree<'a>,
    public_key: BlsPublicKey,
    time: Timestamp,
}

impl<'a> SubnetDelegation<'a> {
    pub(crate) const fn new(
        subnet_id: Principal,
        tree: HashTree<'a>,
        public_key: BlsPublicKey,
        time: Timestamp,
    ) -> Self {
        Self {
            subnet_id,
            tree,
            public_key,
            time,
        }
    }

    /// Returns the id of the subnet.
    #[must_use]
    pub const fn subnet_id(&self) -> Principal {
        self.subnet_id
    }

    /// Returns the key of the subnet.
    ///
    /// A provider that prepares its DER form checks the next certificate of the subnet faster.
    #[must_use]
    pub const fn public_key(&self) -> BlsPublicKey {
        self.public_key
    }

    /// Returns the time at which the delegation was made.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.time
    }

    /// Reads the type of the subnet.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::NotAValue`] or [`ReadStateError::UnknownSubnetType`].
    pub fn subnet_type(&self) -> Result<Read<SubnetType>, ReadStateError> {
        subnet_type(&self.tree, &self.subnet_id)
    }

    /// Returns the root subnet's tree, of which the delegation is a part.
    #[must_use]
    pub const fn tree(&self) -> HashTree<'a> {
        self.tree
    }
}

impl fmt::Debug for SubnetDelegation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubnetDelegation")
            .field("subnet_id", &self.subnet_id)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}
