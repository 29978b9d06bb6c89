//! The signatures of a request.

use core::cell::{Cell, RefCell};

use delegation::{MAX_LINKS, VerifyChainError};
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use time::Timestamp;

use super::{AuthenticateError, Signed};
use crate::cache::{Entry, Seen};
use crate::content::REQUEST_SEPARATOR;
use crate::schemes::Role;
use crate::{CheckSignatureError, Schemes, SenderInfo, VerifiedChain, VerifySenderInfoError};

/// Checks the signatures of one request, and remembers which hold.
pub(super) struct Signatures<'s, 'p> {
    schemes: &'s Schemes<'p>,
    seen: RefCell<Option<&'s mut Seen>>,
}

impl<'s, 'p> Signatures<'s, 'p> {
    pub(super) const fn new(schemes: &'s Schemes<'p>, seen: Option<&'s mut Seen>) -> Self {
        Self {
            schemes,
            seen: RefCell::new(seen),
        }
    }

    /// Checks the chain, and the signatures of links and request together.
    // spec: ENV-6, ENV-16
    pub(super) fn check_chain<'e>(
        &self,
        request: &Signed<'e>,
        now: Timestamp,
    ) -> Result<VerifiedChain<'e>, AuthenticateError> {
        let together = Together {
            signatures: self,
            request: Claim {
                key: request.chain.leaf(),
                message: &[REQUEST_SEPARATOR, request.id.as_bytes()],
                signature: request.signature,
            },
            first_bad: Cell::new(None),
            was_asked: Cell::new(false),
        };
        let result = request.chain.verify(now, &together);
        match (result, together.first_bad.get()) {
            (Ok(verified), None) => {
                // A chain asks about its links even if it has none. Should it ever not, then the
                // request's own signature must not go unchecked.
                if !together.was_asked.get() {
                    let checked = self.schemes.check(together.request);
                    checked.map_err(AuthenticateError::InvalidSignature)?;
                }
                Ok(verified)
            }
            (Ok(_), Some((_, error))) => Err(AuthenticateError::InvalidSignature(error)),
            (Err(VerifyChainError::InvalidSignature { .. }), Some((link, error))) => {
                Err(AuthenticateError::InvalidDelegation { link, error })
            }
            (Err(error), _) => Err(AuthenticateError::Chain(error)),
        }
    }

    // spec: SINFO-2, SINFO-4, SINFO-5, SINFO-8
    pub(super) fn check_sender_info(
        &self,
        sender_info: &SenderInfo<'_>,
        sender_key: &[u8],
    ) -> Result<(), AuthenticateError> {
        sender_info
            .check_signer(sender_key, self.schemes)
            .map_err(AuthenticateError::SenderInfo)?;
        let message = sender_info.message();
        let claim = sender_info.claim(sender_key, &message);
        let entry = self.entry(&[claim]);
        if self.knows(entry.as_ref()) {
            return Ok(());
        }
        self.schemes
            .check(claim)
            .map_err(VerifySenderInfoError::Signature)
            .map_err(AuthenticateError::SenderInfo)?;
        self.remember(entry);
        Ok(())
    }

    /// Returns what remembers that some claims hold, if anything is remembered.
    fn entry(&self, claims: &[Claim<'_>]) -> Option<Entry> {
        let is_used = self.seen.borrow().is_some() && !claims.is_empty();
        is_used.then(|| Entry::of(self.schemes, claims))
    }

    fn knows(&self, entry: Option<&Entry>) -> bool {
        match (&*self.seen.borrow(), entry) {
            (Some(seen), Some(entry)) => seen.contains(entry),
            _ => false,
        }
    }

    fn remember(&self, entry: Option<Entry>) {
        if let (Some(seen), Some(entry)) = (&mut *self.seen.borrow_mut(), entry) {
            seen.insert(entry);
        }
    }
}

/// The provider for the links of a chain, which checks the request's own signature together with
/// theirs.
struct Together<'t, 's, 'p> {
    signatures: &'t Signatures<'s, 'p>,
    request: Claim<'t>,
    /// The first signature that does not hold, where the request comes after the links.
    first_bad: Cell<Option<(usize, CheckSignatureError)>>,
    /// Whether the signatures were checked at all.
    was_asked: Cell<bool>,
}

impl Together<'_, '_, '_> {
    fn check_all(&self, links: &[Claim<'_>]) -> Result<(), (usize, CheckSignatureError)> {
        let (signatures, schemes) = (self.signatures, self.signatures.schemes);
        let request = links.len();
        let entry = signatures.entry(links);
        if signatures.knows(entry.as_ref()) {
            return schemes
                .check(self.request)
                .map_err(|error| (request, error));
        }
        let mut all = [self.request; MAX_LINKS + 1];
        for (slot, link) in all.iter_mut().zip(links) {
            *slot = *link;
        }
        // The chain has at most as many links as fit, and none may be left out.
        let all = all
            .get(..=request)
            .ok_or((0, CheckSignatureError::InvalidSignature))?;
        let result = schemes.check_all(all, |index| match index < request {
            true => Role::Delegation,
            false => Role::Request,
        });
        let links_hold = result.is_ok() || result.is_err_and(|(index, _)| index == request);
        if links_hold {
            signatures.remember(entry);
        }
        result
    }
}

impl VerifySignature for Together<'_, '_, '_> {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.signatures.schemes.verify(claim)
    }

    fn verify_all(&self, links: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.was_asked.set(true);
        match self.check_all(links) {
            Ok(()) => Ok(()),
            Err((index, error)) => {
                self.first_bad.set(Some((index, error)));
                // That of the request is not the chain's fault.
                if index < links.len() {
                    Err(InvalidAt { index })
                } else {
                    Ok(())
                }
            }
        }
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        self.signatures.schemes.check_key(spki)
    }
}
