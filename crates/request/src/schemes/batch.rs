//! Several signatures together.

use alloc::vec::Vec;

use signature::{Claim, InvalidAt};

use super::{CheckSignatureError, Prepared, Role, Schemes};

/// The first of several claims that does not hold, and why.
pub(crate) type FirstBad = (usize, CheckSignatureError);

/// A claim that the provider does not know as it is, and its position.
type Special<'c> = (usize, Prepared<'c>);

impl Schemes<'_> {
    /// Checks that all claims hold, those of plain schemes and WebAuthn in one batch.
    ///
    /// The answer is the same as of checking them one by one. Claims after one that is wrong already
    /// by its form are not looked at, and canister signatures, which cost most, come last.
    pub(crate) fn check_all(
        &self,
        claims: &[Claim<'_>],
        role: impl Fn(usize) -> Role,
    ) -> Result<(), FirstBad> {
        let mut special = Vec::new();
        let mut first_bad = None;
        for (index, claim) in claims.iter().enumerate() {
            match self.prepare(*claim, role(index)) {
                Ok(Prepared::Plain(_)) => {}
                Ok(prepared) => special.push((index, prepared)),
                Err(error) => {
                    first_bad = Some((index, error));
                    break;
                }
            }
        }
        let end = first_bad.map_or(claims.len(), |(index, _)| index);
        let mut claims = claims.get(..end).unwrap_or_default();
        if let Err(InvalidAt { index }) = self.check_batch(claims, &special) {
            first_bad = Some((index, CheckSignatureError::InvalidSignature));
            claims = claims.get(..index).unwrap_or_default();
        }
        for (index, prepared) in &special {
            if let Prepared::Canister(under_keys) = prepared
                && *index < claims.len()
            {
                self.check_canister(under_keys)
                    .map_err(|error| (*index, error))?;
            }
        }
        first_bad.map_or(Ok(()), Err)
    }

    /// Checks all claims but canister signatures.
    fn check_batch(&self, claims: &[Claim<'_>], special: &[Special<'_>]) -> Result<(), InvalidAt> {
        // The common case needs no list.
        if special.is_empty() {
            return self.provider.verify_all(claims);
        }
        let messages: Vec<Option<[&[u8]; 2]>> = special
            .iter()
            .map(|(_, prepared)| match prepared {
                Prepared::Assertion(claim) => Some(claim.message()),
                Prepared::Canister(_) | Prepared::Plain(_) => None,
            })
            .collect();
        let mut batch = Vec::with_capacity(claims.len());
        let mut specials = special.iter().zip(&messages).peekable();
        for (index, claim) in claims.iter().enumerate() {
            let is_here = |((position, _), _): &(&Special<'_>, _)| *position == index;
            match specials.next_if(is_here) {
                None => batch.push((index, *claim)),
                Some(((_, Prepared::Assertion(claim)), Some(message))) => {
                    let claim = Claim {
                        key: claim.key(),
                        message,
                        signature: claim.signature(),
                    };
                    batch.push((index, claim));
                }
                Some(_) => {}
            }
        }
        let claims: Vec<Claim<'_>> = batch.iter().map(|(_, claim)| *claim).collect();
        self.provider.verify_all(&claims).map_err(|invalid| {
            let position = batch.get(invalid.index).map(|(index, _)| *index);
            InvalidAt {
                index: position.unwrap_or_default(),
            }
        })
    }
}
