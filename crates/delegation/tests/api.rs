//! Promises of the types.

use core::error::Error;

use icid_delegation::{
    AllowedTargets, Delegation, DelegationChain, ParseChainJsonError, ParseDelegationError,
    Permissions, SignedDelegation, TargetIter, Targets, VerifiedChain, VerifyChainError,
};

fn is_shareable<T: Send + Sync + 'static>() {}

fn is_an_error<T: Error + Copy + Eq + Send + Sync + 'static>(_: Option<T>) {}

/// Returns what an error names as its cause, if it is of this type.
fn cause<E: Error + Copy + 'static>(error: &dyn Error) -> Option<E> {
    error.source()?.downcast_ref().copied()
}

#[test]
fn everything_can_be_shared_between_threads() {
    is_shareable::<AllowedTargets<'static>>();
    is_shareable::<Delegation<'static>>();
    is_shareable::<DelegationChain<'static>>();
    is_shareable::<Permissions>();
    is_shareable::<SignedDelegation<'static>>();
    is_shareable::<TargetIter<'static>>();
    is_shareable::<Targets<'static>>();
    is_shareable::<VerifiedChain<'static>>();
}

#[test]
fn errors_are_small_values() {
    is_an_error::<ParseChainJsonError>(None);
    is_an_error::<ParseDelegationError>(None);
    is_an_error::<VerifyChainError>(None);
    assert!(size_of::<ParseChainJsonError>() <= 32);
    assert!(size_of::<ParseDelegationError>() <= 48);
    assert!(size_of::<VerifyChainError>() <= 32);
}

#[test]
fn errors_lead_to_their_causes() {
    let read = cbor::ReadError {
        position: 3,
        reason: cbor::Reason::DuplicateKey,
    };
    assert_eq!(cause(&ParseDelegationError::Read(read)), Some(read));
    let other = ParseDelegationError::UnknownPermissions { position: 3 };
    assert!(other.source().is_none());
    let read = json::ReadError {
        position: 3,
        reason: json::Reason::DuplicateName,
    };
    assert_eq!(cause(&ParseChainJsonError::Read(read)), Some(read));
    let other = ParseChainJsonError::UnknownPermissions { position: 3 };
    assert!(other.source().is_none());
}

#[test]
fn a_parsed_chain_takes_little_more_space_than_its_encoding() {
    // The shortest link: empty key, no expiration to speak of, empty signature.
    let shortest = b"\xa2\x6adelegation\xa2\x66pubkey\x40\x6aexpiration\x00\x69signature\x40";
    assert!(size_of::<SignedDelegation<'static>>() <= 4 * shortest.len());
}
