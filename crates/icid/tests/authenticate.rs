//! The example, and the questions about requests.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::convert::Infallible;

use ed25519_dalek::{Signer as _, SigningKey};
use icid::delegation::Delegation;
use icid::public_key::Ed25519PublicKey;
use icid::request::AuthenticateError;
use icid::request::CheckSignatureError;
use icid::{
    AllowedTargets, CanisterRequest, Content, DelegationChain, Destination, Envelope,
    MAINNET_ROOT_KEY, Policy, Principal, RequestType, Timestamp, authenticate, authenticate_at,
    verify_delegations, verify_signature,
};

/// The request that the example is run with.
const FILE: &[u8] = include_bytes!("../examples/request.cbor");

const NOW: Timestamp = Timestamp::from_nanos(1_700_000_000_000_000_000);
const IN_FIVE_MINUTES: Timestamp = Timestamp::from_nanos(1_700_000_300_000_000_000);
const IN_AN_HOUR: Timestamp = Timestamp::from_nanos(1_700_003_600_000_000_000);

const USER: [u8; 32] = [1; 32];
const SESSION: [u8; 32] = [2; 32];

fn spki(secret: [u8; 32]) -> Vec<u8> {
    let key = SigningKey::from_bytes(&secret).verifying_key();
    Ed25519PublicKey::from_bytes(key.to_bytes())
        .to_der()
        .to_vec()
}

fn sign(secret: [u8; 32]) -> impl Fn(&[u8]) -> Result<Vec<u8>, Infallible> {
    move |payload| Ok(SigningKey::from_bytes(&secret).sign(payload).to_vec())
}

fn canister() -> Principal {
    Principal::from_text("ryjl3-tyaaa-aaaaa-aaaba-cai").unwrap()
}

/// A user lets a session call one canister for an hour.
fn chain() -> DelegationChain<'static> {
    let delegation = Delegation::new(spki(SESSION), IN_AN_HOUR).with_targets(vec![canister()]);
    DelegationChain::new(spki(USER), vec![delegation.sign(sign(USER)).unwrap()])
}

/// The session calls the canister.
fn request() -> Envelope<'static> {
    let user = Principal::self_authenticating(&spki(USER));
    let call = CanisterRequest::new(user, canister(), "greet", &b"DIDL\0\0"[..], IN_FIVE_MINUTES);
    Content::Call(call).sign(chain(), sign(SESSION)).unwrap()
}

#[test]
fn the_file_of_the_example_is_the_request() {
    let made = request().encode();
    let hex: String = made.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(FILE, made, "{hex}");
}

#[test]
fn says_who_may_do_what_until_when() {
    let envelope = Envelope::parse(FILE, Policy::SPEC).unwrap();
    let sender = authenticate(&envelope, NOW, MAINNET_ROOT_KEY).unwrap();
    assert_eq!(sender.sender(), Principal::self_authenticating(&spki(USER)));
    assert_eq!(sender.targets(), AllowedTargets::Only(&[canister()]));
    assert_eq!(sender.expires_at(), Some(IN_AN_HOUR));
    assert!(!sender.queries_only());
}

#[test]
fn a_request_belongs_to_its_address() {
    let envelope = Envelope::parse(FILE, Policy::SPEC).unwrap();
    let at = |endpoint, destination| {
        authenticate_at(&envelope, endpoint, destination, NOW, MAINNET_ROOT_KEY).map(|_| ())
    };
    let here = Destination::Canister(canister());
    assert_eq!(at(RequestType::Call, here), Ok(()));
    let elsewhere = Destination::Canister(Principal::MANAGEMENT);
    assert!(matches!(
        at(RequestType::Call, elsewhere),
        Err(AuthenticateError::Destination(_))
    ));
    assert!(matches!(
        at(RequestType::Query, here),
        Err(AuthenticateError::WrongEndpoint { .. })
    ));
}

#[test]
fn delegations_and_signatures_are_verified_alone() {
    let chain = chain();
    let verified = verify_delegations(&chain, NOW, MAINNET_ROOT_KEY).unwrap();
    assert_eq!(verified.leaf(), spki(SESSION));
    let signature = sign(USER)(b"payload").unwrap();
    let verify =
        |payload: &[u8]| verify_signature(&spki(USER), payload, &signature, MAINNET_ROOT_KEY);
    assert_eq!(verify(b"payload"), Ok(()));
    assert_eq!(
        verify(b"another"),
        Err(CheckSignatureError::InvalidSignature)
    );
}
