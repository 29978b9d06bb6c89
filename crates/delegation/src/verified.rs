//! What a chain allows.

use alloc::vec::Vec;

use principal::Principal;
use time::Timestamp;

use crate::{Delegation, DelegationChain, Permissions, SignedDelegation, Targets};

/// A [`DelegationChain`] that [`DelegationChain::verify`] accepted.
///
/// There is no other way to get one, so holding it is the proof: until
/// [`expires_at`](VerifiedChain::expires_at), the leaf key may act for the user within the
/// restrictions that this shows, which are those of all links together.
#[derive(Clone, Debug)]
pub struct VerifiedChain<'c> {
    chain: &'c DelegationChain<'c>,
    /// Sorted, without duplicates; `None` if no link has targets.
    targets: Option<Vec<Principal>>,
    queries_only: bool,
    expires_at: Option<Timestamp>,
}

impl<'c> VerifiedChain<'c> {
    /// Says what a chain allows. The caller has checked it.
    pub(crate) fn of(chain: &'c DelegationChain<'c>) -> Self {
        let delegations = || chain.links().iter().map(SignedDelegation::delegation);
        Self {
            chain,
            targets: intersection(delegations().filter_map(|delegation| delegation.targets())),
            // spec: PERM-2, PERM-3, PERM-4
            queries_only: delegations()
                .any(|delegation| delegation.permissions() == Some(Permissions::Queries)),
            expires_at: delegations().map(Delegation::expiration).min(),
        }
    }

    /// Returns the chain.
    #[must_use]
    pub const fn chain(&self) -> &'c DelegationChain<'c> {
        self.chain
    }

    /// Returns the user: the self-authenticating principal of the root key.
    #[must_use]
    pub fn sender(&self) -> Principal {
        Principal::self_authenticating(self.chain.root_key())
    }

    /// Returns the key that may act for the user: what should be DER. It is the root key if the chain
    /// has no links.
    #[must_use]
    pub fn leaf(&self) -> &'c [u8] {
        self.chain.leaf()
    }

    /// Returns the last moment at which all links are valid, or `None` if there are no links, which
    /// are valid for ever.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns whether the leaf may only query and read state, and not send anything to a `call`
    /// endpoint.
    #[must_use]
    pub const fn queries_only(&self) -> bool {
        self.queries_only
    }

    /// Returns the canisters that every link allows.
    #[must_use]
    pub fn targets(&self) -> AllowedTargets<'_> {
        match &self.targets {
            Some(targets) => AllowedTargets::Only(targets),
            None => AllowedTargets::Any,
        }
    }

    /// Returns whether every link allows requests to this canister: the one in the request, which for
    /// the management canister is `aaaaa-aa`.
    ///
    /// This is enough for queries; for calls, ask [`VerifiedChain::allows_call`].
    // spec: DELEG-11, DELEG-16
    #[must_use]
    pub fn allows_target(&self, canister: &Principal) -> bool {
        match &self.targets {
            Some(targets) => targets.binary_search(canister).is_ok(),
            None => true,
        }
    }

    /// Returns whether every link allows calls to this canister: the one in the request, which for
    /// the management canister is `aaaaa-aa`.
    // spec: PERM-2, PERM-8
    #[must_use]
    pub fn allows_call(&self, canister: &Principal) -> bool {
        !self.queries_only && self.allows_target(canister)
    }
}

/// The canisters that a chain allows.
#[expect(
    clippy::exhaustive_enums,
    reason = "there is a restriction or there is none"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AllowedTargets<'c> {
    /// All there are.
    Any,
    /// These, sorted and without duplicates. If there are none, nothing is allowed.
    Only(&'c [Principal]),
}

/// Returns what is in every list, sorted and without duplicates, or `None` if there is no list.
// spec: DELEG-12, DELEG-13, DELEG-14
fn intersection<'l, 'a: 'l>(
    mut lists: impl Iterator<Item = &'l Targets<'a>>,
) -> Option<Vec<Principal>> {
    let mut common = sorted(lists.next()?);
    for list in lists {
        let list = sorted(list);
        common.retain(|target| list.binary_search(target).is_ok());
    }
    common.dedup();
    Some(common)
}

fn sorted(targets: &Targets<'_>) -> Vec<Principal> {
    let mut list: Vec<Principal> = targets.iter().collect();
    list.sort_unstable();
    list
}
