//! The forms of paths that can be read.

use alloc::borrow::Cow;

use principal::Principal;
use ri_hash::RequestId;

use crate::paths::Path;
use crate::read_state::AuthorizeReadError;

/// How many labels the longest path has that can be read: `/subnet/<id>/node/<id>/public_key`.
const MAX_DEPTH: usize = 5;

/// What a path leads to, as far as reading it depends on anything.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    /// What is public about a canister: anything but its metadata.
    Canister(Principal),
    /// The ranges of a subnet in one list.
    FlatRanges(Principal),
    /// What everybody may read everywhere.
    Free,
    /// A custom section of a canister.
    Metadata { canister: Principal, name: &'p [u8] },
    /// The metrics of a subnet.
    Metrics(Principal),
    /// The status of a request or a part of it.
    RequestStatus(RequestId),
    /// The ranges of a subnet in shards.
    ShardedRanges(Principal),
}

/// The first labels of a path, one more than a path has that can be read.
pub(super) struct Labels<'p> {
    labels: [Option<Cow<'p, [u8]>>; MAX_DEPTH + 1],
}

impl<'p> Labels<'p> {
    pub(super) fn of(path: &Path<'p>) -> Self {
        let mut labels = path.iter();
        Self {
            labels: [(); MAX_DEPTH + 1].map(|()| labels.next()),
        }
    }

    /// Returns the labels, and none after the last.
    pub(super) fn as_slices(&self) -> [Option<&[u8]>; MAX_DEPTH + 1] {
        self.labels.each_ref().map(Option::as_deref)
    }
}

/// Returns what a path leads to, if it has one of the forms that can be read.
// spec: READ-3, READ-9
pub(super) fn place<'p>(
    labels: &[Option<&'p [u8]>; MAX_DEPTH + 1],
    path: usize,
) -> Result<Place<'p>, AuthorizeReadError> {
    let not_listed = AuthorizeReadError::NotListed { path };
    let id = |label: &[u8]| Principal::from_slice(label).map_err(|_| not_listed);
    let length = labels.iter().flatten().count();
    let [first, second, third, fourth, fifth, _] = labels.map(Option::unwrap_or_default);
    Ok(match (first, length) {
        // spec: READ-10
        (b"time", 1) | (b"subnet" | b"api_boundary_nodes", 1) => Place::Free,
        // spec: READ-11
        (b"api_boundary_nodes", _) => {
            id(second)?;
            match (third, length) {
                (_, 2) | (b"domain" | b"ipv4_address" | b"ipv6_address", 3) => Place::Free,
                _ => return Err(AuthorizeReadError::BoundaryNodeLabel { path }),
            }
        }
        // spec: READ-12
        (b"canister_ranges", 2) => Place::ShardedRanges(id(second)?),
        (b"subnet", _) => {
            let subnet = id(second)?;
            match (third, length) {
                // spec: READ-13
                (_, 2) | (b"public_key" | b"type" | b"node", 3) => Place::Free,
                // spec: READ-14, READ-15
                (b"canister_ranges", 3) => Place::FlatRanges(subnet),
                // spec: READ-16
                (b"metrics", 3) => Place::Metrics(subnet),
                // spec: READ-13
                (b"node", 4) => id(fourth).map(|_| Place::Free)?,
                (b"node", 5) if fifth == b"public_key" => id(fourth).map(|_| Place::Free)?,
                _ => return Err(not_listed),
            }
        }
        (b"request_status", 2..) => {
            // spec: READ-33
            let id =
                RequestId::try_from(second).map_err(|_| AuthorizeReadError::RequestIdLength {
                    path,
                    length: second.len(),
                })?;
            // spec: READ-17
            match (third, length) {
                (_, 2) => {}
                (b"status" | b"reply" | b"reject_code" | b"reject_message" | b"error_code", 3) => {}
                _ => return Err(AuthorizeReadError::StatusLabel { path }),
            }
            Place::RequestStatus(id)
        }
        (b"canister", 3..) => {
            let canister = id(second)?;
            match (third, length) {
                // spec: READ-22
                (
                    b"module_hash"
                    | b"controllers"
                    | b"canister_creation_timestamp"
                    | b"last_install_timestamp",
                    3,
                ) => Place::Canister(canister),
                // spec: READ-24
                (b"certified_data", 3) => {
                    return Err(AuthorizeReadError::CertifiedData { path });
                }
                // spec: READ-23
                (b"metadata", 4) => Place::Metadata {
                    canister,
                    name: fourth,
                },
                _ => return Err(not_listed),
            }
        }
        _ => return Err(not_listed),
    })
}
