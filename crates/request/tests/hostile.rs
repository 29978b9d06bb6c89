//! Requests that were made to do harm.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "support/draft.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod draft;
#[path = "support/form.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod form;
#[path = "support/signer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod signer;

use cbor::Reason;
use delegation::{Delegation, ParseDelegationError, SignedDelegation, VerifyChainError};
use icid_request::{
    AuthenticateError, CheckSignatureError, DelegationChain, Envelope, ParseEnvelopeError as Error,
    Policy,
};
use principal::Principal;
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::cbor as write;
use time::Timestamp;

use crate::draft::Draft;
use crate::form::{call, encode, envelope, read_state, replace};
use crate::signer::{Scheme, Signer};

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];

/// Stops the test if it is asked anything.
struct Never;

impl VerifySignature for Never {
    fn verify(&self, _: Claim<'_>) -> Result<(), InvalidSignature> {
        panic!("a signature was checked");
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        assert!(claims.is_empty(), "signatures were checked");
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        panic!("a key was checked");
    }
}

#[test]
fn no_beginning_of_a_request_is_a_request() {
    for fields in [call(), read_state()] {
        let bytes = encode(&envelope(&fields));
        for policy in POLICIES {
            for length in 0..bytes.len() {
                let outcome = Envelope::parse(&bytes[..length], policy);
                let reason = match outcome {
                    Err(Error::Read { error, .. }) => error.reason,
                    Err(Error::Delegations(ParseDelegationError::Read(error))) => error.reason,
                    outcome => panic!("{length}: {outcome:?}"),
                };
                let is_end = matches!(reason, Reason::UnexpectedEnd { .. });
                let is_tag = length == 0 || reason == Reason::MissingTag;
                assert!(is_end || is_tag, "{length}: {reason:?}");
            }
        }
    }
}

#[test]
fn a_changed_byte_never_panics_and_never_passes() {
    let signers = [
        Signer::canister("user"),
        Signer::new(Scheme::WebAuthnEs256, "device"),
        Signer::ed25519("session"),
    ];
    let draft = Draft::call(&signers);
    let bytes = draft.envelope().encode();
    let provider = provider_native::NativeProvider::new();
    for policy in POLICIES {
        for index in (0..bytes.len()).step_by(3) {
            let mut changed = bytes.clone();
            changed[index] ^= 1 << (index % 8);
            let Ok(envelope) = Envelope::parse(&changed, policy) else {
                continue;
            };
            let rules = icid_request::Rules {
                policy,
                ..draft.rules
            };
            let outcome = envelope.authenticate(&rules, &provider, None);
            // Nothing that is signed twice over is left to chance, but for bits that mean nothing.
            if outcome.is_ok() {
                assert_eq!(envelope, draft.envelope(), "{index}");
            }
        }
    }
}

#[test]
fn lengths_that_lie_are_not_believed() {
    for head in [
        &b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\x9a\xff\xff\xff\xff",
        b"\x9b\x00\x00\x00\x7f\xff\xff\xff\xff",
    ] {
        let mut fields = envelope(&call());
        replace(&mut fields, "sender_delegation", head.to_vec());
        let mut reads = read_state();
        replace(&mut reads, "paths", head.to_vec());
        for bytes in [
            encode(&fields),
            encode(&vec![("content", write::map(&reads))]),
        ] {
            let info = allocation_counter::measure(|| {
                for policy in POLICIES {
                    assert!(Envelope::parse(&bytes, policy).is_err());
                }
            });
            assert_eq!(info.count_total, 0);
        }
    }
    for head in [
        &b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
        b"\x5a\x7f\xff\xff\xff",
    ] {
        let mut content = call();
        replace(&mut content, "arg", head.to_vec());
        let bytes = encode(&vec![("content", write::map(&content))]);
        for policy in POLICIES {
            assert!(matches!(
                Envelope::parse(&bytes, policy),
                Err(Error::Read { .. })
            ));
        }
    }
}

#[test]
fn unknown_fields_nest_only_so_deep() {
    for depth in [10_000, 1_000_000] {
        let mut content = call();
        content.insert(0, ("more", [vec![0x81; depth], vec![0]].concat()));
        let bytes = encode(&vec![("content", write::map(&content))]);
        for policy in POLICIES {
            let Err(Error::Read { error, .. }) = Envelope::parse(&bytes, policy) else {
                panic!("{depth}");
            };
            assert_eq!(error.reason, Reason::TooDeep);
        }
    }
}

// spec: READ-1
#[test]
fn many_paths_take_no_space() {
    let mut content = read_state();
    replace(
        &mut content,
        "paths",
        write::array(&vec![write::array(&[]); 100_000]),
    );
    let bytes = encode(&vec![("content", write::map(&content))]);
    let draft = Draft::read_state(&[]);
    let info = allocation_counter::measure(|| {
        let envelope = Envelope::parse(&bytes, Policy::SPEC).unwrap();
        let error = AuthenticateError::TooManyPaths { count: 100_000 };
        let outcome = envelope.authenticate(&draft.rules, &Never, None);
        assert_eq!(outcome.map(drop), Err(error));
    });
    assert_eq!(info.count_total, 0);
}

// spec: DELEG-5, DELEG-10
#[test]
fn long_chains_and_lists_cost_no_signature() {
    let draft = Draft::call(&[Signer::ed25519("user"), Signer::ed25519("session")]);
    let envelope = draft.envelope();
    let (chain, signature) = (envelope.chain().unwrap(), envelope.signature().unwrap());
    let link = |number: u32| {
        let key = number.to_be_bytes().to_vec();
        SignedDelegation::new(Delegation::new(key, Timestamp::MAX), vec![0; 64])
    };
    let with = |links: Vec<SignedDelegation<'static>>| {
        let chain = DelegationChain::new(chain.root_key().to_vec(), links);
        Envelope::signed(draft.content(), chain, signature.to_vec())
    };
    for length in [21, 10_000] {
        let long = with((0..length).map(link).collect());
        let bytes = long.encode();
        let parsed = Envelope::parse(&bytes, Policy::SPEC).unwrap();
        let outcome = parsed.authenticate(&draft.rules, &Never, None);
        let length = usize::try_from(length).unwrap();
        let error = VerifyChainError::TooLong { length };
        assert_eq!(outcome.map(drop), Err(AuthenticateError::Chain(error)));
    }
    for count in [1001, 100_000] {
        let targets = vec![Principal::MANAGEMENT; count];
        let delegation = Delegation::new(b"key", Timestamp::MAX).with_targets(targets);
        let long = with(vec![SignedDelegation::new(delegation, b"")]);
        let outcome = long.authenticate(&draft.rules, &Never, None);
        let error = VerifyChainError::TooManyTargets { link: 0, count };
        assert_eq!(outcome.map(drop), Err(AuthenticateError::Chain(error)));
    }
}

#[test]
fn broken_keys_and_signatures_cost_nothing() {
    let sessions = Scheme::USERS.map(|scheme| Signer::new(scheme, "somebody"));
    for signer in sessions {
        let draft = Draft::query(&[signer]);
        let content = draft.content();
        let signature = signer.sign(&content.signing_payload());
        let key = signer.key();
        for length in 0..key.len() {
            let chain = DelegationChain::new(key[..length].to_vec(), Vec::new());
            let content = draft.clone().with(|draft| {
                draft.sender = Some(Principal::self_authenticating(&key[..length]));
            });
            let envelope = Envelope::signed(content.content(), chain, signature.clone());
            let outcome = envelope.authenticate(&draft.rules, &Never, None);
            assert!(
                matches!(
                    outcome,
                    Err(AuthenticateError::InvalidSignature(
                        CheckSignatureError::UnsupportedKey(_)
                    ))
                ),
                "{signer:?} {length}: {outcome:?}"
            );
        }
        for length in 0..signature.len() {
            let chain = DelegationChain::new(key.clone(), Vec::new());
            let cut = signature[..length].to_vec();
            let envelope = Envelope::signed(content.clone(), chain, cut);
            let outcome = envelope.authenticate(&draft.rules, &Never, None);
            assert!(
                matches!(outcome, Err(AuthenticateError::InvalidSignature(_))),
                "{signer:?} {length}: {outcome:?}"
            );
        }
    }
}
