//! Requests that tests change before they are sent.
#![expect(
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use core::convert::Infallible;

use delegation::{Delegation, Permissions, SignedDelegation};
use icid_request::{
    AuthenticateError, Cache, CanisterRequest, Content, DelegationChain, Envelope, Policy,
    ReadStateRequest, RequestType, Rules, SenderInfo,
};
use principal::Principal;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use time::Timestamp;

use crate::signer::{Signer, root_key};

/// The present in all tests.
pub(crate) const NOW: u64 = 1_700_000_000_000_000_000;

pub(crate) fn canister(number: u8) -> Principal {
    Principal::from_slice(&[0, 0, 0, 0, 0, 0x30, 0, number, 1, 1]).unwrap()
}

pub(crate) fn time(nanos: u64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

/// What a test says about a link; the key is that of the next signer.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) expiration: u64,
    pub(crate) targets: Option<Vec<Principal>>,
    pub(crate) permissions: Option<Permissions>,
    /// Whether the signature is on this link.
    pub(crate) holds: bool,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            expiration: NOW,
            targets: None,
            permissions: None,
            holds: true,
        }
    }
}

/// A request before it is signed, and what it is judged by.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) request_type: RequestType,
    /// Who it says it is from, if not from the first signer.
    pub(crate) sender: Option<Principal>,
    pub(crate) expiry: u64,
    pub(crate) nonce: Option<Vec<u8>>,
    pub(crate) canister_id: Principal,
    pub(crate) paths: Vec<Vec<Vec<u8>>>,
    pub(crate) sender_info: Option<SenderInfo<'static>>,
    /// From the sender to who signs; nobody for an anonymous request.
    pub(crate) signers: Vec<Signer>,
    /// One less than signers; missing ones are as usual.
    pub(crate) links: Vec<Link>,
    /// Whether the signature is on this request.
    pub(crate) holds: bool,
    pub(crate) rules: Rules,
}

impl Draft {
    pub(crate) fn new(request_type: RequestType, signers: &[Signer]) -> Self {
        Self {
            request_type,
            sender: None,
            expiry: NOW,
            nonce: Some(vec![7; 32]),
            canister_id: canister(1),
            paths: vec![vec![b"time".to_vec()]],
            sender_info: None,
            signers: signers.to_vec(),
            links: vec![Link::default(); signers.len().saturating_sub(1)],
            holds: true,
            rules: Rules {
                now: time(NOW),
                root_key: Some(root_key()),
                extra_root_key: None,
                policy: Policy::SPEC,
                endpoint: None,
                destination: None,
            },
        }
    }

    pub(crate) fn call(signers: &[Signer]) -> Self {
        Self::new(RequestType::Call, signers)
    }

    pub(crate) fn query(signers: &[Signer]) -> Self {
        Self::new(RequestType::Query, signers)
    }

    pub(crate) fn read_state(signers: &[Signer]) -> Self {
        Self::new(RequestType::ReadState, signers)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn content(&self) -> Content<'static> {
        let owner = self.signers.first().map(Signer::principal);
        let sender = self.sender.or(owner).unwrap_or(Principal::ANONYMOUS);
        let expiry = time(self.expiry);
        if self.request_type == RequestType::ReadState {
            let mut request = ReadStateRequest::new(sender, self.paths.clone(), expiry);
            if let Some(nonce) = &self.nonce {
                request = request.with_nonce(nonce.clone());
            }
            return Content::ReadState(request);
        }
        let mut request =
            CanisterRequest::new(sender, self.canister_id, "greet", b"DIDL\0\0", expiry);
        if let Some(nonce) = &self.nonce {
            request = request.with_nonce(nonce.clone());
        }
        if let Some(sender_info) = &self.sender_info {
            request = request.with_sender_info(sender_info.clone());
        }
        match self.request_type {
            RequestType::Call => Content::Call(request),
            _ => Content::Query(request),
        }
    }

    fn link(&self, index: usize, to: &Signer) -> SignedDelegation<'static> {
        let by = self.signers[index];
        let Link {
            expiration,
            targets,
            permissions,
            holds,
        } = self.links[index].clone();
        let mut delegation = Delegation::new(to.key(), time(expiration));
        if let Some(targets) = targets {
            delegation = delegation.with_targets(targets);
        }
        if let Some(permissions) = permissions {
            delegation = delegation.with_permissions(permissions);
        }
        if holds {
            return by.delegate(delegation);
        }
        let sign = |_: &[u8]| Ok::<_, Infallible>(by.sign(b"something else"));
        delegation.sign(sign).unwrap()
    }

    pub(crate) fn envelope(&self) -> Envelope<'static> {
        let content = self.content();
        let (Some(first), Some(last)) = (self.signers.first(), self.signers.last()) else {
            return content.unsigned();
        };
        let keys = self.signers.iter().skip(1).enumerate();
        let links = keys.map(|(index, to)| self.link(index, to)).collect();
        let chain = DelegationChain::new(first.key(), links);
        let payload = if self.holds {
            content.signing_payload().to_vec()
        } else {
            b"something else".to_vec()
        };
        Envelope::signed(content, chain, last.sign(&payload))
    }

    /// Authenticates the request with both providers, with and without a cache, as it was made and as
    /// it travels, and expects one outcome.
    pub(crate) fn verdict(&self) -> Result<(), AuthenticateError> {
        verdict(&self.envelope(), &self.rules)
    }
}

pub(crate) fn verdict(envelope: &Envelope<'_>, rules: &Rules) -> Result<(), AuthenticateError> {
    let encoded = envelope.encode();
    let parsed = Envelope::parse(&encoded, rules.policy).unwrap();
    assert_eq!(parsed, *envelope);

    let native = NativeProvider::new();
    let outcome = envelope.authenticate(rules, &native, None).map(drop);
    let rustcrypto = RustCryptoProvider::new();
    assert_eq!(
        parsed.authenticate(rules, &rustcrypto, None).map(drop),
        outcome
    );
    let mut cache = Cache::new();
    for _ in 0..2 {
        let again = parsed.authenticate(rules, &native, Some(&mut cache));
        assert_eq!(again.map(drop), outcome);
    }
    outcome
}
