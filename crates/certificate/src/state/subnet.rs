//! What the state tree has about subnets and their nodes.

use core::fmt;

use hash_tree::{Child, Children, Find, HashTree, Lookup};
use principal::Principal;
use public_key::BlsPublicKey;

use crate::rules::Scope;
use crate::state::{Read, ReadStateError, read};
use crate::verified::VerifiedCertificate;

/// The length of an Ed25519 key's DER SubjectPublicKeyInfo.
///
/// Source: RFC 8410.
const NODE_KEY_LENGTH: usize = 44;

/// What comes before the 32 bytes of an Ed25519 key: SEQUENCE (SEQUENCE (1.3.101.112), BIT STRING).
const NODE_KEY_HEADER: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

impl<'a> VerifiedCertificate<'a> {
    /// Reads the type of a subnet.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::SubnetOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::UnknownSubnetType`].
    // spec: STATE-4
    pub fn subnet_type(&self, subnet: &Principal) -> Result<Read<SubnetType>, ReadStateError> {
        self.check_subnet(subnet)?;
        subnet_type(&self.tree, subnet)
    }

    /// Reads the key of a subnet.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::SubnetOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::MalformedSubnetKey`].
    // spec: STATE-3
    pub fn subnet_key(&self, subnet: &Principal) -> Result<Read<BlsPublicKey>, ReadStateError> {
        self.check_subnet(subnet)?;
        read(&self.tree, &[b"subnet", subnet.as_bytes(), b"public_key"])?
            .decode(|der| BlsPublicKey::from_der(der).map_err(ReadStateError::MalformedSubnetKey))
    }

    /// Reads the keys of all nodes of a subnet that the certificate shows.
    ///
    /// It is unknown only if the whole list is pruned; [`NodeKeys::is_complete`] tells whether a part
    /// is.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::SubnetOutOfScope`], [`ReadStateError::NotAValue`]; for the first node with
    /// something wrong, [`ReadStateError::PrincipalLength`], [`ReadStateError::MissingNodeKey`] or
    /// [`ReadStateError::MalformedNodeKey`].
    // spec: STATE-7, STATE-19
    pub fn node_keys(&self, subnet: &Principal) -> Result<Read<NodeKeys<'a>>, ReadStateError> {
        self.check_subnet(subnet)?;
        let nodes = match self.tree.find(&[b"subnet", subnet.as_bytes(), b"node"]) {
            Find::Absent => return Ok(Read::Absent),
            Find::Unknown => return Ok(Read::Unknown),
            Find::Found(nodes) => nodes,
        };
        let keys = NodeKeys {
            children: nodes.children(),
            is_complete: true,
        };
        let mut rest = keys.clone();
        let mut count: usize = 0;
        while rest.read_next()?.is_some() {
            count = count.saturating_add(1);
        }
        if count > 0 {
            return Ok(Read::Found(NodeKeys {
                is_complete: rest.is_complete,
                ..keys
            }));
        }
        Ok(if rest.is_complete {
            Read::Absent
        } else {
            Read::Unknown
        })
    }

    /// Reads the key of a node of a subnet: a DER SubjectPublicKeyInfo of an Ed25519 key.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::SubnetOutOfScope`], [`ReadStateError::NotAValue`],
    /// [`ReadStateError::MalformedNodeKey`].
    // spec: STATE-7
    pub fn node_key(
        &self,
        subnet: &Principal,
        node: &Principal,
    ) -> Result<Read<&'a [u8; NODE_KEY_LENGTH]>, ReadStateError> {
        self.check_subnet(subnet)?;
        let path: [&[u8]; 5] = [
            b"subnet",
            subnet.as_bytes(),
            b"node",
            node.as_bytes(),
            b"public_key",
        ];
        read(&self.tree, &path)?.decode(node_key)
    }

    /// Checks that the signing subnet may speak about a subnet: the root subnet about every one,
    /// another one about itself.
    fn check_subnet(&self, subnet: &Principal) -> Result<(), ReadStateError> {
        match (self.scope, self.subnet_id()) {
            (Scope::Unscoped, _) | (_, None) => Ok(()),
            (_, Some(signer)) if signer == *subnet => Ok(()),
            _ => Err(ReadStateError::SubnetOutOfScope { subnet: *subnet }),
        }
    }
}

/// Reads the type of a subnet from its own tree or the root subnet's.
pub(crate) fn subnet_type(
    tree: &HashTree<'_>,
    subnet: &Principal,
) -> Result<Read<SubnetType>, ReadStateError> {
    read(tree, &[b"subnet", subnet.as_bytes(), b"type"])?.decode(|name| match name {
        b"application" => Ok(SubnetType::Application),
        b"cloud_engine" => Ok(SubnetType::CloudEngine),
        b"system" => Ok(SubnetType::System),
        b"verified_application" => Ok(SubnetType::VerifiedApplication),
        _ => Err(ReadStateError::UnknownSubnetType),
    })
}

/// Checks the form of a node's key.
fn node_key(der: &[u8]) -> Result<&[u8; NODE_KEY_LENGTH], ReadStateError> {
    let malformed = ReadStateError::MalformedNodeKey { length: der.len() };
    if !der.starts_with(&NODE_KEY_HEADER) {
        return Err(malformed);
    }
    der.try_into().map_err(|_| malformed)
}

/// What a subnet is for.
// spec: STATE-4
#[expect(clippy::exhaustive_enums, reason = "the interface spec has these four")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SubnetType {
    /// `application`.
    Application,
    /// `cloud_engine`.
    CloudEngine,
    /// `system`.
    System,
    /// `verified_application`.
    VerifiedApplication,
}

impl SubnetType {
    /// Returns the name of the type in the state tree.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::CloudEngine => "cloud_engine",
            Self::System => "system",
            Self::VerifiedApplication => "verified_application",
        }
    }
}

impl fmt::Display for SubnetType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The keys of the nodes of a subnet, in the order of the state tree.
///
/// Each is a DER SubjectPublicKeyInfo of an Ed25519 key.
#[derive(Clone)]
pub struct NodeKeys<'a> {
    children: Children<'a>,
    is_complete: bool,
}

impl<'a> NodeKeys<'a> {
    /// Returns whether the certificate shows all nodes and their keys.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Returns the next key that is shown.
    fn read_next(
        &mut self,
    ) -> Result<Option<(Principal, &'a [u8; NODE_KEY_LENGTH])>, ReadStateError> {
        for child in self.children.by_ref() {
            let (label, subtree) = match child {
                Child::Labeled { label, subtree } => (label, subtree),
                Child::Leaf(_) => return Err(ReadStateError::NotAValue),
                Child::Pruned(_) => {
                    self.is_complete = false;
                    continue;
                }
            };
            let node =
                Principal::from_slice(label).map_err(|_| ReadStateError::PrincipalLength {
                    length: label.len(),
                })?;
            match subtree.lookup(&[b"public_key"]) {
                Lookup::Found(der) => return Ok(Some((node, node_key(der)?))),
                Lookup::Absent => return Err(ReadStateError::MissingNodeKey { node }),
                Lookup::Error => return Err(ReadStateError::NotAValue),
                Lookup::Unknown => self.is_complete = false,
            }
        }
        Ok(None)
    }
}

impl<'a> Iterator for NodeKeys<'a> {
    type Item = (Principal, &'a [u8; NODE_KEY_LENGTH]);

    fn next(&mut self) -> Option<Self::Item> {
        // All children were read once before they were handed out.
        self.read_next().ok().flatten()
    }
}

impl fmt::Debug for NodeKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.clone().map(|(node, _)| node))
            .finish()
    }
}

/// Two lists are equal if they have the same nodes and keys in the same order.
impl PartialEq for NodeKeys<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_complete == other.is_complete && self.clone().eq(other.clone())
    }
}

impl Eq for NodeKeys<'_> {}
