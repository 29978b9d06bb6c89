//! Who may read which paths of the state tree.
//!
//! A `read_state` request is answered only if everything it asks for may be read: at this endpoint, by
//! this sender. [`authorize`] decides that, and asks the [`State`] of the replica about requests and
//! canisters where the answer depends on them.

mod error;
mod path;

use delegation::AllowedTargets;
use principal::Principal;
use ri_hash::RequestId;

use self::path::{Labels, Place, place};
use crate::destination::{ApiVersion, Destination};
use crate::paths::{MAX_LABELS, MAX_PATHS, Paths};

pub use self::error::AuthorizeReadError;

/// By whom and where a read is asked for. Every rule has to be stated.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new rule must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The user, who is known to be the sender of the request.
    pub sender: Principal,
    /// The canisters that the delegations of the sender allow.
    pub targets: AllowedTargets<'a>,
    /// The version in the URL.
    pub version: ApiVersion,
    /// The canister or subnet in the URL.
    pub destination: Destination,
    /// The root subnet.
    pub root_subnet_id: Principal,
    /// What the interface spec says and replicas leave out.
    pub policy: Policy,
}

/// Answers to the questions that deployed replicas answer in another way than the interface spec.
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build their own policies; a new question is a breaking change"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Is the destination of a known request compared with the URL of the read?
    pub request_destination: CheckRule,
    /// Must all paths to sharded ranges name one subnet?
    pub one_subnet: CheckRule,
}

impl Policy {
    /// The text of the interface spec, read strictly.
    pub const SPEC: Self = Self {
        request_destination: CheckRule::Checked,
        one_subnet: CheckRule::Checked,
    };

    /// The same. Replicas of today check neither, but no client depends on that.
    pub const REPLICA: Self = Self::SPEC;
}

/// Is something checked?
#[expect(clippy::exhaustive_enums, reason = "the question has two answers")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckRule {
    /// Yes.
    Checked,
    /// No.
    Ignored,
}

/// What a replica knows, as far as reads depend on it.
pub trait State {
    /// Returns the request with this id, if the state has a status of it.
    fn request(&self, id: &RequestId) -> Option<KnownRequest>;

    /// Returns who may read a custom section of a canister, `name` without the prefix `icp:public `
    /// or `icp:private `. It is [`Section::Absent`] also if there is no such canister, or it is empty.
    fn section(&self, canister: &Principal, name: &str) -> Section;

    /// Returns whether a user is a controller of a canister.
    fn is_controller(&self, canister: &Principal, user: &Principal) -> bool;
}

/// A request whose status is in the state.
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build it; more would be asked for only by a new rule"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownRequest {
    /// Its sender.
    pub sender: Principal,
    /// The canister in its content.
    pub canister_id: Principal,
    /// The canister or subnet in the URL that it was sent to.
    pub effective_id: Principal,
}

/// Who may read a custom section.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these answers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Section {
    /// There is none. That may be known to everybody.
    Absent,
    /// The controllers of the canister.
    Private,
    /// Everybody.
    Public,
}

/// Checks that a request to read these paths may be answered.
///
/// That the request is authentic, and has not expired, was checked before.
///
/// # Errors
///
/// In the order of the checks; all but the first two name the first path that is not allowed:
///
/// 1. [`TooManyPaths`], then [`PathTooLong`];
/// 2. of each path the form: [`NotListed`], [`BoundaryNodeLabel`], [`StatusLabel`],
///    [`RequestIdLength`], [`CertifiedData`];
/// 3. whether it can be read at this endpoint: [`ShardedRanges`], [`FlatRanges`], [`Metrics`],
///    [`OtherCanister`], [`OtherMetadata`];
/// 4. whether it goes with the paths before: [`SeveralRequests`], [`SeveralSubnets`];
/// 5. whether the sender may read it: [`OtherSender`], [`OtherDestination`], [`OutsideTargets`]; for
///    metadata [`SectionNotUtf8`], [`PrivateSection`].
///
/// [`BoundaryNodeLabel`]: AuthorizeReadError::BoundaryNodeLabel
/// [`CertifiedData`]: AuthorizeReadError::CertifiedData
/// [`FlatRanges`]: AuthorizeReadError::FlatRanges
/// [`Metrics`]: AuthorizeReadError::Metrics
/// [`NotListed`]: AuthorizeReadError::NotListed
/// [`OtherCanister`]: AuthorizeReadError::OtherCanister
/// [`OtherDestination`]: AuthorizeReadError::OtherDestination
/// [`OtherMetadata`]: AuthorizeReadError::OtherMetadata
/// [`OtherSender`]: AuthorizeReadError::OtherSender
/// [`OutsideTargets`]: AuthorizeReadError::OutsideTargets
/// [`PathTooLong`]: AuthorizeReadError::PathTooLong
/// [`PrivateSection`]: AuthorizeReadError::PrivateSection
/// [`RequestIdLength`]: AuthorizeReadError::RequestIdLength
/// [`SectionNotUtf8`]: AuthorizeReadError::SectionNotUtf8
/// [`SeveralRequests`]: AuthorizeReadError::SeveralRequests
/// [`SeveralSubnets`]: AuthorizeReadError::SeveralSubnets
/// [`ShardedRanges`]: AuthorizeReadError::ShardedRanges
/// [`StatusLabel`]: AuthorizeReadError::StatusLabel
/// [`TooManyPaths`]: AuthorizeReadError::TooManyPaths
// spec: READ-9, READ-29
pub fn authorize(
    paths: &Paths<'_>,
    rules: &Rules<'_>,
    state: &dyn State,
) -> Result<(), AuthorizeReadError> {
    check_sizes(paths)?;
    let mut read = Read {
        rules,
        state,
        request: None,
        subnet: None,
    };
    for (index, path) in paths.iter().enumerate() {
        let labels = Labels::of(&path);
        let place = place(&labels.as_slices(), index)?;
        read.check(place, index)?;
    }
    Ok(())
}

/// Checks that there are not too many paths, and not too many labels in any of them.
// spec: READ-1, READ-2
fn check_sizes(paths: &Paths<'_>) -> Result<(), AuthorizeReadError> {
    let count = paths.len();
    if count > MAX_PATHS {
        return Err(AuthorizeReadError::TooManyPaths { count });
    }
    for (path, labels) in paths.iter().enumerate() {
        let count = labels.len();
        if count > MAX_LABELS {
            return Err(AuthorizeReadError::PathTooLong { path, count });
        }
    }
    Ok(())
}

/// A read whose paths are looked at one after the other.
struct Read<'r> {
    rules: &'r Rules<'r>,
    state: &'r dyn State,
    /// The request that paths before this one are about.
    request: Option<RequestId>,
    /// The subnet whose ranges paths before this one are about.
    subnet: Option<Principal>,
}

impl Read<'_> {
    fn check(&mut self, place: Place<'_>, path: usize) -> Result<(), AuthorizeReadError> {
        let Rules {
            version,
            destination,
            root_subnet_id,
            ..
        } = *self.rules;
        match place {
            // spec: READ-10, READ-11, READ-13
            Place::Free => Ok(()),
            // spec: READ-22
            Place::Canister(canister) => self.check_canister(canister, path),
            Place::FlatRanges(subnet) => {
                // spec: READ-14, READ-15
                if subnet == root_subnet_id || version == ApiVersion::V2 {
                    Ok(())
                } else {
                    Err(AuthorizeReadError::FlatRanges { path, subnet })
                }
            }
            Place::Metadata { canister, name } => self.check_metadata(canister, name, path),
            Place::Metrics(subnet) => {
                // spec: READ-16
                if destination == Destination::Subnet(subnet) {
                    Ok(())
                } else {
                    Err(AuthorizeReadError::Metrics { path, subnet })
                }
            }
            Place::RequestStatus(id) => self.check_request(id, path),
            Place::ShardedRanges(subnet) => self.check_ranges(subnet, path),
        }
    }

    /// Checks that a canister is the one in the URL.
    fn check_canister(&self, canister: Principal, path: usize) -> Result<(), AuthorizeReadError> {
        if self.rules.destination == Destination::Canister(canister) {
            return Ok(());
        }
        Err(AuthorizeReadError::OtherCanister { path, canister })
    }

    // spec: READ-23
    fn check_metadata(
        &self,
        canister: Principal,
        name: &[u8],
        path: usize,
    ) -> Result<(), AuthorizeReadError> {
        if self.rules.destination != Destination::Canister(canister) {
            return Err(AuthorizeReadError::OtherMetadata { path, canister });
        }
        let name =
            core::str::from_utf8(name).map_err(|_| AuthorizeReadError::SectionNotUtf8 { path })?;
        match self.state.section(&canister, name) {
            Section::Absent | Section::Public => Ok(()),
            Section::Private if self.state.is_controller(&canister, &self.rules.sender) => Ok(()),
            Section::Private => Err(AuthorizeReadError::PrivateSection { path, canister }),
        }
    }

    fn check_request(&mut self, id: RequestId, path: usize) -> Result<(), AuthorizeReadError> {
        // spec: READ-20
        if *self.request.get_or_insert(id) != id {
            return Err(AuthorizeReadError::SeveralRequests { path });
        }
        // spec: READ-18
        let Some(request) = self.state.request(&id) else {
            return Ok(());
        };
        if request.sender != self.rules.sender {
            return Err(AuthorizeReadError::OtherSender { path });
        }
        // spec: READ-19
        let is_here = request.effective_id == self.rules.destination.id();
        if !is_here && self.rules.policy.request_destination == CheckRule::Checked {
            return Err(AuthorizeReadError::OtherDestination { path });
        }
        // spec: DELEG-17
        let canister = request.canister_id;
        match self.rules.targets {
            AllowedTargets::Any => Ok(()),
            AllowedTargets::Only(targets) if targets.binary_search(&canister).is_ok() => Ok(()),
            AllowedTargets::Only(_) => Err(AuthorizeReadError::OutsideTargets { path, canister }),
        }
    }

    fn check_ranges(&mut self, subnet: Principal, path: usize) -> Result<(), AuthorizeReadError> {
        // spec: READ-12
        if matches!(self.rules.destination, Destination::Canister(_)) {
            return Err(AuthorizeReadError::ShardedRanges { path });
        }
        // spec: READ-21
        let is_same = *self.subnet.get_or_insert(subnet) == subnet;
        if !is_same && self.rules.policy.one_subnet == CheckRule::Checked {
            return Err(AuthorizeReadError::SeveralSubnets { path });
        }
        Ok(())
    }
}
