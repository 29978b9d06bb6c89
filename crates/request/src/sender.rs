//! Evidence: who sent a request, and what they may do.

use delegation::{AllowedTargets, VerifiedChain};
use principal::Principal;
use ri_hash::RequestId;
use time::Timestamp;

use crate::destination::{ApiVersion, Destination};
use crate::read_state::{self, AuthorizeReadError, State};
use crate::{Content, Envelope, SenderInfo};

/// Who sent a request that [`Envelope::authenticate`] accepted, and what they may do.
///
/// There is no other way to get one, so holding it is the proof. What it says about other requests is
/// true until [`expires_at`](AuthenticatedSender::expires_at), for whoever holds the key that signed.
#[derive(Clone, Debug)]
pub struct AuthenticatedSender<'e> {
    envelope: &'e Envelope<'e>,
    request_id: RequestId,
    /// None if the sender is anonymous.
    chain: Option<VerifiedChain<'e>>,
}

impl<'e> AuthenticatedSender<'e> {
    /// Says what is known. The caller has checked it.
    pub(crate) const fn new(
        envelope: &'e Envelope<'e>,
        request_id: RequestId,
        chain: Option<VerifiedChain<'e>>,
    ) -> Self {
        Self {
            envelope,
            request_id,
            chain,
        }
    }

    /// Returns the sender.
    #[must_use]
    pub const fn sender(&self) -> Principal {
        self.content().sender()
    }

    /// Returns whether the sender is anonymous: anybody.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        self.chain.is_none()
    }

    /// Returns the id of the request.
    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// Returns what the request asks for.
    #[must_use]
    pub const fn content(&self) -> &'e Content<'e> {
        self.envelope.content()
    }

    /// Returns the request.
    #[must_use]
    pub const fn envelope(&self) -> &'e Envelope<'e> {
        self.envelope
    }

    /// Returns the keys from the sender's to the one that signed; none if the sender is anonymous.
    #[must_use]
    pub const fn chain(&self) -> Option<&VerifiedChain<'e>> {
        self.chain.as_ref()
    }

    /// Returns whether the delegations are for queries and reading the state only.
    #[must_use]
    pub fn queries_only(&self) -> bool {
        self.chain.as_ref().is_some_and(VerifiedChain::queries_only)
    }

    /// Returns the canisters that every delegation allows.
    ///
    /// For a request to read the state, they say which calls' status may be read: those to one of
    /// them.
    // spec: DELEG-17
    #[must_use]
    pub fn targets(&self) -> AllowedTargets<'_> {
        match &self.chain {
            Some(chain) => chain.targets(),
            None => AllowedTargets::Any,
        }
    }

    /// Returns the last moment at which all delegations are valid, or `None` if there are none.
    ///
    /// The request itself is valid until [`Content::ingress_expiry`].
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.chain.as_ref().and_then(VerifiedChain::expires_at)
    }

    /// Returns whether every delegation allows requests to this canister, which for the management
    /// canister is `aaaaa-aa`.
    // spec: DELEG-11, DELEG-16
    #[must_use]
    pub fn allows_target(&self, canister: &Principal) -> bool {
        self.chain
            .as_ref()
            .is_none_or(|chain| chain.allows_target(canister))
    }

    /// Returns whether every delegation allows calls to this canister, which for the management
    /// canister is `aaaaa-aa`.
    // spec: PERM-2, PERM-8
    #[must_use]
    pub fn allows_call(&self, canister: &Principal) -> bool {
        self.chain
            .as_ref()
            .is_none_or(|chain| chain.allows_call(canister))
    }

    /// Checks that the sender may read all paths of the request at an endpoint.
    ///
    /// This is [`read_state::authorize`] for this sender and their targets. Calls and queries have no
    /// paths, so there is nothing to refuse.
    ///
    /// # Errors
    ///
    /// As [`read_state::authorize`].
    // spec: DELEG-17, READ-29
    pub fn authorize_read(
        &self,
        version: ApiVersion,
        destination: Destination,
        root_subnet_id: Principal,
        policy: read_state::Policy,
        state: &dyn State,
    ) -> Result<(), AuthorizeReadError> {
        let Some(paths) = self.content().paths() else {
            return Ok(());
        };
        let rules = read_state::Rules {
            sender: self.sender(),
            targets: self.targets(),
            version,
            destination,
            root_subnet_id,
            policy,
        };
        read_state::authorize(paths, &rules, state)
    }

    /// Returns what a canister says about the sender, if the request has it. It is true.
    #[must_use]
    pub const fn sender_info(&self) -> Option<&'e SenderInfo<'e>> {
        self.content().sender_info()
    }
}
