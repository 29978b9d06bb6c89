//! What the types are, beside what they do.

use icid_request::{
    AuthenticateError, AuthenticatedSender, Cache, CheckSignatureError, Content, Envelope,
    ParseEnvelopeError, Paths, Policy, Rules, Schemes, SenderInfo, VerifySenderInfoError,
};

const fn is_copy_error<T: core::error::Error + Copy + Send + Sync + 'static>() {}
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
