//! The truth of a request.

mod error;
mod signatures;

use delegation::DelegationChain;
use principal::Principal;
use public_key::BlsPublicKey;
use ri_hash::RequestId;
use signature::VerifySignature;
use time::Timestamp;

use self::signatures::Signatures;
use crate::content::MAX_NONCE_LENGTH;
use crate::destination::{self, Destination};
use crate::{
    AuthenticatedSender, Cache, Content, Envelope, MAX_LABELS, MAX_PATHS, Policy, RequestType,
    Schemes, VerifiedChain,
};

pub use self::error::AuthenticateError;

/// What a request is authenticated against. Every rule has to be stated.
#[expect(
    clippy::exhaustive_structs,
    reason = "a new rule must not be forgotten by callers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rules {
    /// The present, as the receiver's clock has it.
    // spec: ENV-23
    pub now: Timestamp,
    /// The root key, known beforehand. Without it, canister signatures are rejected.
    // spec: CSIG-17
    pub root_key: Option<BlsPublicKey>,
    /// Another root key, under which canister signatures may hold too. The interface spec has none;
    /// replicas outside of the public network have the key of that.
    pub extra_root_key: Option<BlsPublicKey>,
    /// What the interface spec leaves open. The request should have been parsed with the same.
    pub policy: Policy,
    /// The endpoint that the request was sent to; none to accept requests of every type.
    // spec: ENV-18
    pub endpoint: Option<RequestType>,
    /// The canister or subnet in the URL; none if that is somebody else's business. It binds calls and
    /// queries; what a request may read there is checked by [`read_state`](crate::read_state).
    pub destination: Option<Destination>,
}

impl Envelope<'_> {
    /// Checks who sent the request, and that they may.
    ///
    /// `provider` knows the plain schemes and BLS12-381; what users have beyond that is done here, see
    /// [`Schemes`]. With a `cache`, signatures in it are not checked again, and those that were checked
    /// are put into it, but for that of the request itself.
    ///
    /// # Errors
    ///
    /// In the order of the checks, which is that of replicas:
    ///
    /// 1. the endpoint: [`WrongEndpoint`], then [`Destination`];
    /// 2. of a request to read the state, the paths: [`TooManyPaths`], [`TooManyLabels`];
    /// 3. the time, except of an anonymous request to query or to read the state: [`Expired`],
    ///    [`ExpiryTooFar`];
    /// 4. [`NonceTooLong`];
    /// 5. who it is: of an anonymous request [`SignedAnonymously`], of every other [`Unsigned`] and
    ///    [`WrongSender`];
    /// 6. the delegations: [`Chain`], in its order, which ends with the number of targets;
    /// 7. the signatures of the delegations in their order: [`InvalidDelegation`];
    /// 8. the signature of the request: [`InvalidSignature`];
    /// 9. what a canister says about the sender: of an anonymous request [`AnonymousSenderInfo`], of
    ///    every other [`SenderInfo`](AuthenticateError::SenderInfo);
    /// 10. what the delegations allow: of a call [`QueriesOnly`], and of a call or query
    ///     [`TargetNotAllowed`].
    ///
    /// [`AnonymousSenderInfo`]: AuthenticateError::AnonymousSenderInfo
    /// [`Chain`]: AuthenticateError::Chain
    /// [`Destination`]: AuthenticateError::Destination
    /// [`Expired`]: AuthenticateError::Expired
    /// [`ExpiryTooFar`]: AuthenticateError::ExpiryTooFar
    /// [`InvalidDelegation`]: AuthenticateError::InvalidDelegation
    /// [`InvalidSignature`]: AuthenticateError::InvalidSignature
    /// [`NonceTooLong`]: AuthenticateError::NonceTooLong
    /// [`QueriesOnly`]: AuthenticateError::QueriesOnly
    /// [`SignedAnonymously`]: AuthenticateError::SignedAnonymously
    /// [`TargetNotAllowed`]: AuthenticateError::TargetNotAllowed
    /// [`TooManyLabels`]: AuthenticateError::TooManyLabels
    /// [`TooManyPaths`]: AuthenticateError::TooManyPaths
    /// [`Unsigned`]: AuthenticateError::Unsigned
    /// [`WrongEndpoint`]: AuthenticateError::WrongEndpoint
    /// [`WrongSender`]: AuthenticateError::WrongSender
    // spec: ENV-1
    pub fn authenticate(
        &self,
        rules: &Rules,
        provider: &dyn VerifySignature,
        cache: Option<&mut Cache>,
    ) -> Result<AuthenticatedSender<'_>, AuthenticateError> {
        let content = self.content();
        check_endpoint(content, rules)?;
        check_destination(content, rules)?;
        check_paths(content)?;
        check_expiry(content, rules)?;
        check_nonce(content)?;
        let id = content.request_id();
        let chain = match (content.sender(), self.chain(), self.signature()) {
            (Principal::ANONYMOUS, None, _) => {
                check_anonymous(content)?;
                None
            }
            // spec: ENV-2
            (Principal::ANONYMOUS, ..) => return Err(AuthenticateError::SignedAnonymously),
            (_, Some(chain), Some(signature)) => {
                let request = Signed {
                    content,
                    id,
                    chain,
                    signature,
                };
                Some(request.authenticate(rules, provider, cache)?)
            }
            // spec: ENV-1, ENV-3
            (sender, ..) => return Err(AuthenticateError::Unsigned { sender }),
        };
        Ok(AuthenticatedSender::new(self, id, chain))
    }
}

// spec: ENV-18
fn check_endpoint(content: &Content<'_>, rules: &Rules) -> Result<(), AuthenticateError> {
    let found = content.request_type();
    match rules.endpoint {
        Some(expected) if found != expected => {
            Err(AuthenticateError::WrongEndpoint { found, expected })
        }
        _ => Ok(()),
    }
}

// spec: EFF-2
fn check_destination(content: &Content<'_>, rules: &Rules) -> Result<(), AuthenticateError> {
    let (Some(destination), Some(request)) = (rules.destination, content.canister_request()) else {
        return Ok(());
    };
    destination::check(
        content.request_type(),
        &request.canister_id(),
        request.method_name(),
        request.arg(),
        destination,
    )
    .map_err(AuthenticateError::Destination)
}

// spec: READ-1, READ-2
fn check_paths(content: &Content<'_>) -> Result<(), AuthenticateError> {
    let Some(paths) = content.paths() else {
        return Ok(());
    };
    let count = paths.len();
    if count > MAX_PATHS {
        return Err(AuthenticateError::TooManyPaths { count });
    }
    for (path, labels) in paths.iter().enumerate() {
        let count = labels.len();
        if count > MAX_LABELS {
            return Err(AuthenticateError::TooManyLabels { path, count });
        }
    }
    Ok(())
}

// spec: ENV-10, ENV-11, ENV-12, ENV-13
fn check_expiry(content: &Content<'_>, rules: &Rules) -> Result<(), AuthenticateError> {
    if content.sender() == Principal::ANONYMOUS && content.request_type() != RequestType::Call {
        return Ok(());
    }
    let (expiry, now) = (content.ingress_expiry(), rules.now);
    if expiry < now {
        return Err(AuthenticateError::Expired { expiry, now });
    }
    match rules.policy.latest_expiry {
        Some(lifetime) if expiry > now.saturating_add(lifetime) => {
            let latest = now.saturating_add(lifetime);
            Err(AuthenticateError::ExpiryTooFar { expiry, latest })
        }
        _ => Ok(()),
    }
}

// spec: ENV-7
fn check_nonce(content: &Content<'_>) -> Result<(), AuthenticateError> {
    let length = content.nonce().map_or(0, <[u8]>::len);
    if length > MAX_NONCE_LENGTH {
        return Err(AuthenticateError::NonceTooLong { length });
    }
    Ok(())
}

// spec: SINFO-3
const fn check_anonymous(content: &Content<'_>) -> Result<(), AuthenticateError> {
    if content.sender_info().is_some() {
        return Err(AuthenticateError::AnonymousSenderInfo);
    }
    Ok(())
}

/// A request that somebody signed.
struct Signed<'e> {
    content: &'e Content<'e>,
    id: RequestId,
    chain: &'e DelegationChain<'e>,
    signature: &'e [u8],
}

impl<'e> Signed<'e> {
    fn authenticate(
        &self,
        rules: &Rules,
        provider: &dyn VerifySignature,
        cache: Option<&mut Cache>,
    ) -> Result<VerifiedChain<'e>, AuthenticateError> {
        self.check_sender()?;
        let (seen, delegations) = cache
            .map(|Cache { seen, delegations }| (seen, delegations))
            .unzip();
        let schemes = Schemes::new(provider, rules.policy)
            .with_root_key(rules.root_key)
            .with_extra_root_key(rules.extra_root_key)
            .with_cache(delegations);
        let signatures = Signatures::new(&schemes, seen);
        let verified = signatures.check_chain(self, rules.now)?;
        if let Some(sender_info) = self.content.sender_info() {
            signatures.check_sender_info(sender_info, self.chain.root_key())?;
        }
        self.check_allowed(&verified)?;
        Ok(verified)
    }

    // spec: ENV-4
    fn check_sender(&self) -> Result<(), AuthenticateError> {
        let sender = self.content.sender();
        let owner = Principal::self_authenticating(self.chain.root_key());
        if sender != owner {
            return Err(AuthenticateError::WrongSender { sender, owner });
        }
        Ok(())
    }

    // spec: PERM-2, PERM-8, DELEG-11, DELEG-16, DELEG-22
    fn check_allowed(&self, verified: &VerifiedChain<'_>) -> Result<(), AuthenticateError> {
        let Some(request) = self.content.canister_request() else {
            return Ok(());
        };
        if self.content.request_type() == RequestType::Call && verified.queries_only() {
            return Err(AuthenticateError::QueriesOnly);
        }
        let canister_id = request.canister_id();
        if !verified.allows_target(&canister_id) {
            return Err(AuthenticateError::TargetNotAllowed { canister_id });
        }
        Ok(())
    }
}
