//! What the types are, beside what they do.

use std::error::Error;

use icid_request::destination::{CheckDestinationError, ParseEndpointError};
use icid_request::query_response::{
    ParseQueryResponseError, Part, ReadRangesError, VerifyNodesError, VerifyQueryResponseError,
};
use icid_request::{
    AuthenticateError, AuthenticatedSender, Cache, CheckSignatureError, Content, Envelope,
    ParseEnvelopeError, Paths, Policy, Rules, Schemes, SenderInfo, VerifySenderInfoError,
};

/// Returns what an error names as its cause, if it is of this type.
fn cause<E: Error + Copy + 'static>(error: &dyn Error) -> Option<E> {
    error.source()?.downcast_ref().copied()
}

const fn is_copy_error<T: Error + Copy + Send + Sync + 'static>() {}
const fn is_send_and_sync<T: Send + Sync>() {}

#[test]
fn errors_are_copies_of_moderate_size() {
    is_copy_error::<AuthenticateError>();
    is_copy_error::<CheckSignatureError>();
    is_copy_error::<ParseEnvelopeError>();
    is_copy_error::<VerifySenderInfoError>();
    assert!(size_of::<ParseEnvelopeError>() <= 72);
    assert!(size_of::<AuthenticateError>() <= 160);
}

#[test]
fn errors_lead_to_their_causes() {
    use AuthenticateError as Authenticate;
    use CheckSignatureError as Check;
    let cbor = cbor::ReadError {
        position: 3,
        reason: cbor::Reason::DuplicateKey,
    };
    let candid = candid_wire::ReadError {
        position: 3,
        reason: candid_wire::Reason::MissingMagic,
    };
    let delegation = delegation::ParseDelegationError::Read(cbor);
    let field = "content";
    assert_eq!(
        cause(&ParseEnvelopeError::Delegations(delegation)),
        Some(delegation)
    );
    assert_eq!(
        cause(&ParseEnvelopeError::Read { field, error: cbor }),
        Some(cbor)
    );
    assert!(
        ParseEnvelopeError::MissingField { field }
            .source()
            .is_none()
    );

    let assertion = webauthn_signature::VerifyAssertionError::WrongChallenge;
    let canister = canister_signature::VerifyCanisterSignatureError::IllFormedTree;
    let no_assertion = webauthn_signature::ParseAssertionError::Read(cbor);
    let no_canister = canister_signature::ParseCanisterSignatureError::Read(cbor);
    let key = public_key::ParsePublicKeyError::PlainRsa;
    assert_eq!(cause(&Check::Assertion(assertion)), Some(assertion));
    assert_eq!(cause(&Check::CanisterSignature(canister)), Some(canister));
    assert_eq!(
        cause(&Check::ParseAssertion(no_assertion)),
        Some(no_assertion)
    );
    assert_eq!(
        cause(&Check::ParseCanisterSignature(no_canister)),
        Some(no_canister)
    );
    assert_eq!(cause(&Check::UnsupportedKey(key)), Some(key));
    assert!(Check::InvalidSignature.source().is_none());

    let signature = Check::MissingRootKey;
    let chain = delegation::VerifyChainError::RepeatedKey { link: 1 };
    let destination = CheckDestinationError::MalformedArgument(candid);
    let info = VerifySenderInfoError::Signature(signature);
    let link = Authenticate::InvalidDelegation {
        link: 1,
        error: signature,
    };
    assert_eq!(cause(&destination), Some(candid));
    assert!(CheckDestinationError::NotForSubnets.source().is_none());
    assert_eq!(cause(&info), Some(signature));
    assert!(VerifySenderInfoError::NotACanisterKey.source().is_none());
    assert_eq!(cause(&Authenticate::Chain(chain)), Some(chain));
    assert_eq!(
        cause(&Authenticate::Destination(destination)),
        Some(destination)
    );
    assert_eq!(cause(&link), Some(signature));
    assert_eq!(
        cause(&Authenticate::InvalidSignature(signature)),
        Some(signature)
    );
    assert_eq!(cause(&Authenticate::SenderInfo(info)), Some(info));
    assert!(Authenticate::QueriesOnly.source().is_none());

    let text = principal::ParsePrincipalTextError::TooLong { length: 64 };
    assert_eq!(cause(&ParseEndpointError::Id(text)), Some(text));
    assert!(ParseEndpointError::UnknownPath.source().is_none());
}

#[test]
fn errors_of_responses_lead_to_their_causes() {
    let error = cbor::ReadError {
        position: 3,
        reason: cbor::Reason::DuplicateKey,
    };
    let part = Part::Response;
    assert_eq!(
        cause(&ParseQueryResponseError::Read { part, error }),
        Some(error)
    );
    assert!(ParseQueryResponseError::NoSignatures.source().is_none());
    let ranges = ReadRangesError::Read(error);
    assert_eq!(cause(&ranges), Some(error));
    let length = ReadRangesError::PrincipalLength {
        position: 3,
        length: 30,
    };
    assert!(length.source().is_none());
    let certificate = certificate::VerifyCertificateError::InvalidSignature;
    assert_eq!(
        cause(&VerifyNodesError::Certificate(certificate)),
        Some(certificate)
    );
    assert_eq!(
        cause(&VerifyNodesError::MalformedRootRanges(ranges)),
        Some(ranges)
    );
    let missing = VerifyNodesError::MissingRootRanges(certificate::NoValue::Absent);
    assert!(missing.source().is_none());
    let keys = certificate::ReadStateError::NotAValue;
    assert_eq!(cause(&VerifyQueryResponseError::NodeKeys(keys)), Some(keys));
    let invalid = VerifyQueryResponseError::InvalidSignature { index: 0 };
    assert!(invalid.source().is_none());
}

#[test]
fn everything_but_schemes_goes_to_other_threads() {
    is_send_and_sync::<AuthenticatedSender<'static>>();
    is_send_and_sync::<Cache>();
    is_send_and_sync::<Content<'static>>();
    is_send_and_sync::<Envelope<'static>>();
    is_send_and_sync::<Paths<'static>>();
    is_send_and_sync::<Policy>();
    is_send_and_sync::<Rules>();
    is_send_and_sync::<SenderInfo<'static>>();
    assert!(format!("{:?}", Cache::default()).starts_with("Cache { len: 0, capacity: 1024"));
}

#[test]
fn a_request_that_owns_everything_lives_for_ever() {
    const fn lives<T: 'static>(_: &T) {}
    let bytes = b"\xd9\xd9\xf7\xa0".to_vec();
    let outcome = Envelope::parse(&bytes, Policy::SPEC).map(Envelope::into_owned);
    drop(bytes);
    lives(&outcome);
    let field = "content";
    assert_eq!(outcome, Err(ParseEnvelopeError::MissingField { field }));
}

#[test]
fn presets_answer_as_the_catalogue_says() {
    let (spec, replica) = (Policy::SPEC, Policy::REPLICA);
    assert_eq!(
        (spec.cbor, replica.cbor),
        (cbor::Policy::SPEC, cbor::Policy::REPLICA)
    );
    assert_eq!(spec.public_key, public_key::Policy::SPEC);
    assert_eq!(replica.public_key, public_key::Policy::REPLICA);
    assert_eq!(spec.webauthn, webauthn_signature::Policy::SPEC);
    assert_eq!(replica.webauthn, webauthn_signature::Policy::REPLICA);
    assert_eq!(spec.ranges, icid_request::Ranges::Sharded);
    assert_eq!(replica.ranges, icid_request::Ranges::Either);
    assert_eq!(spec.plain_rsa_signer, icid_request::PlainRsaRule::Reject);
    assert_eq!(replica.plain_rsa_signer, icid_request::PlainRsaRule::Accept);
    assert_eq!(spec.latest_expiry, None);
    assert_eq!(replica.latest_expiry, Some(time::Lifetime::from_secs(330)));
}

#[test]
fn schemes_show_their_rules() {
    let provider = provider_native::NativeProvider::new();
    let schemes = Schemes::new(&provider, Policy::SPEC);
    assert!(format!("{schemes:?}").contains("root_key: None"));
}
