//! Signatures of every scheme, alone and together.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/draft.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod draft;
#[path = "support/signer.rs"]
mod signer;

use canister_signature::VerifyCanisterSignatureError;
use certificate::{DelegationCache, VerifyCertificateError};
use delegation::VerifyChainError;
use icid_request::{
    AuthenticateError, CheckSignatureError as Error, PlainRsaRule, Policy, Schemes, SenderInfo,
    VerifySenderInfoError,
};
use principal::Principal;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::{BlsPublicKey, ParsePublicKeyError};
use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};
use testkit::{SecretKey, Subnet};
use webauthn_signature::VerifyAssertionError;

use crate::draft::Draft;
use crate::signer::{Scheme, Signer, root_key};

const PAYLOAD: &[u8] = b"\x0aic-request0123456789abcdef0123456789abcdef";
const RSA: Signer = Signer::new(Scheme::PlainRsa, "rsa");

/// Checks one signature with both providers, and expects one outcome.
fn check(policy: Policy, root: Option<BlsPublicKey>, claim: Claim<'_>) -> Result<(), Error> {
    let (native, rustcrypto) = (NativeProvider::new(), RustCryptoProvider::new());
    let check = |provider| {
        Schemes::new(provider, policy)
            .with_root_key(root)
            .check(claim)
    };
    let outcome = check(&native);
    assert_eq!(check(&rustcrypto), outcome);
    outcome
}

fn check_pair(signer: Signer, signature: &[u8]) -> Result<(), Error> {
    let claim = Claim {
        key: &signer.key(),
        message: &[PAYLOAD],
        signature,
    };
    check(Policy::SPEC, Some(root_key()), claim)
}

// spec: SIG-5, SIG-WEBAUTHN-16, CSIG-17
#[test]
fn every_scheme_of_users_signs() {
    for scheme in Scheme::USERS {
        let signer = Signer::new(scheme, "somebody");
        assert_eq!(
            check_pair(signer, &signer.sign(PAYLOAD)),
            Ok(()),
            "{scheme:?}"
        );
    }
}

#[test]
fn a_signature_on_something_else_says_what_is_wrong() {
    let wrong = Error::InvalidSignature;
    for scheme in [Scheme::Ed25519, Scheme::P256, Scheme::Secp256k1] {
        let signer = Signer::new(scheme, "somebody");
        assert_eq!(check_pair(signer, &signer.sign(b"else")), Err(wrong));
        let other = Signer::new(scheme, "somebody else");
        assert_eq!(check_pair(signer, &other.sign(PAYLOAD)), Err(wrong));
        for length in [0, 63, 65] {
            let error = Error::SignatureLength {
                length,
                expected: 64,
            };
            assert_eq!(check_pair(signer, &vec![1; length]), Err(error));
        }
    }
    for scheme in [Scheme::WebAuthnEs256, Scheme::WebAuthnEd25519] {
        let signer = Signer::new(scheme, "somebody");
        let error = Error::Assertion(VerifyAssertionError::WrongChallenge);
        assert_eq!(check_pair(signer, &signer.sign(b"else")), Err(error));
        let other = Signer::new(scheme, "somebody else");
        assert_eq!(check_pair(signer, &other.sign(PAYLOAD)), Err(wrong));
        let parsed = check_pair(signer, b"");
        assert!(matches!(parsed, Err(Error::ParseAssertion(_))));
    }
    let signer = Signer::canister("somebody");
    let missing = VerifyCanisterSignatureError::MissingWitness(certificate::NoValue::Absent);
    let error = Error::CanisterSignature(missing);
    assert_eq!(check_pair(signer, &signer.sign(b"else")), Err(error));
    let other = Signer::canister("somebody else");
    assert_eq!(check_pair(signer, &other.sign(PAYLOAD)), Err(error));
    let parsed = check_pair(signer, b"");
    assert!(matches!(parsed, Err(Error::ParseCanisterSignature(_))));
}

// spec: SINFO-2, SINFO-4, SINFO-5
#[test]
fn sender_information_alone_is_verified_as_in_a_request() {
    use VerifySenderInfoError::{NotACanisterKey, Signature, WrongSigner};
    let provider = NativeProvider::new();
    let schemes = Schemes::new(&provider, Policy::SPEC).with_root_key(Some(root_key()));
    let sender = Signer::canister("somebody");
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    let signature = sender.sign(&SenderInfo::signing_payload(b"info"));
    let verify = |info: &'static [u8], signer, key: &[u8]| {
        SenderInfo::new(info, signer, signature.clone()).verify(key, &schemes)
    };
    assert_eq!(verify(b"info", canister, &sender.key()), Ok(()));
    let missing = VerifyCanisterSignatureError::MissingWitness(certificate::NoValue::Absent);
    let error = Signature(Error::CanisterSignature(missing));
    assert_eq!(verify(b"else", canister, &sender.key()), Err(error));
    let signer = Principal::MANAGEMENT;
    let error = WrongSigner { signer, canister };
    assert_eq!(verify(b"info", signer, &sender.key()), Err(error));
    let key = Signer::ed25519("somebody").key();
    assert_eq!(verify(b"info", canister, &key), Err(NotACanisterKey));
}

// spec: SIG-3, SIG-5, SIG-6
#[test]
fn keys_of_no_scheme_of_users_are_refused_by_name() {
    let subnet = Signer::new(Scheme::Bls, "subnet");
    assert_eq!(
        check_pair(subnet, &subnet.sign(PAYLOAD)),
        Err(Error::SubnetKey)
    );
    let error = Error::UnsupportedKey(ParsePublicKeyError::PlainRsa);
    for policy in [Policy::SPEC, Policy::REPLICA] {
        let claim = Claim {
            key: &RSA.key(),
            message: &[PAYLOAD],
            signature: &RSA.sign(PAYLOAD),
        };
        assert_eq!(check(policy, None, claim), Err(error));
    }
    let claim = Claim {
        key: &[7; 32],
        message: &[PAYLOAD],
        signature: &[1; 64],
    };
    let outcome = check(Policy::SPEC, None, claim);
    assert!(matches!(outcome, Err(Error::UnsupportedKey(_))));
}

// spec: CSIG-17
#[test]
fn canister_signatures_need_the_root_key() {
    let signer = Signer::canister("somebody");
    let (key, signature) = (signer.key(), signer.sign(PAYLOAD));
    let claim = Claim {
        key: &key,
        message: &[PAYLOAD],
        signature: &signature,
    };
    let outcome = check(Policy::SPEC, None, claim);
    assert_eq!(outcome, Err(Error::MissingRootKey));
    let other = BlsPublicKey::from_bytes(SecretKey::from_name("another root").public_key());
    let error = VerifyCertificateError::InvalidDelegationSignature;
    let error = Error::CanisterSignature(VerifyCanisterSignatureError::Certificate(error));
    assert_eq!(check(Policy::SPEC, Some(other), claim), Err(error));
}

// spec: CSIG-5
#[test]
fn an_extra_root_key_is_as_good() {
    let signer = Signer::canister("somebody");
    let (key, signature) = (signer.key(), signer.sign(PAYLOAD));
    let claim = Claim {
        key: &key,
        message: &[PAYLOAD],
        signature: &signature,
    };
    let other = BlsPublicKey::from_bytes(SecretKey::from_name("another root").public_key());
    let provider = NativeProvider::new();
    for (root, extra, holds) in [
        (Some(root_key()), Some(other), true),
        (Some(other), Some(root_key()), true),
        (None, Some(root_key()), true),
        (None, Some(other), false),
        (Some(other), Some(other), false),
    ] {
        let schemes = Schemes::new(&provider, Policy::REPLICA);
        let schemes = schemes.with_root_key(root).with_extra_root_key(extra);
        assert_eq!(schemes.check(claim).is_ok(), holds);
    }
}

#[test]
fn the_pieces_of_a_message_are_concatenated() {
    let (head, tail) = PAYLOAD.split_at(11);
    for scheme in Scheme::USERS {
        let signer = Signer::new(scheme, "somebody");
        for message in [&[head, tail][..], &[&[], head, &[], tail]] {
            let claim = Claim {
                key: &signer.key(),
                message,
                signature: &signer.sign(PAYLOAD),
            };
            assert_eq!(check(Policy::SPEC, Some(root_key()), claim), Ok(()));
        }
    }
}

// spec: DELEG-19, DELEG-23, SIG-WEBAUTHN-16
#[test]
fn every_scheme_may_follow_every_other() {
    for first in Scheme::USERS {
        for last in Scheme::USERS {
            // There is one RSA key.
            if (first, last) == (Scheme::WebAuthnRs256, Scheme::WebAuthnRs256) {
                continue;
            }
            let middle = match (first, last) {
                (Scheme::Ed25519, _) => Scheme::P256,
                _ => Scheme::Ed25519,
            };
            let signers = [
                Signer::new(first, "first"),
                Signer::new(middle, "middle"),
                Signer::new(last, "last"),
            ];
            assert_eq!(
                Draft::call(&signers).verdict(),
                Ok(()),
                "{first:?} {last:?}"
            );
        }
    }
}

/// All schemes in one chain, and what comes first of what is wrong.
#[test]
fn the_first_bad_link_is_named_whatever_the_schemes() {
    let mut signers: Vec<Signer> = Scheme::USERS.map(|it| Signer::new(it, "one")).to_vec();
    signers.rotate_left(2);
    let links = signers.len() - 1;
    let draft = Draft::query(&signers);
    assert_eq!(draft.verdict(), Ok(()));
    for (first, signer) in signers.iter().take(links).enumerate() {
        for second in first..links {
            let draft = draft.clone().with(|draft| {
                draft.links[first].holds = false;
                draft.links[second].holds = false;
                draft.holds = false;
            });
            let Err(AuthenticateError::InvalidDelegation { link, error }) = draft.verdict() else {
                panic!("{first} {second}");
            };
            assert_eq!(link, first);
            let expected = match signer.scheme {
                Scheme::Canister => matches!(error, Error::CanisterSignature(_)),
                Scheme::Ed25519 | Scheme::P256 | Scheme::Secp256k1 => {
                    error == Error::InvalidSignature
                }
                _ => error == Error::Assertion(VerifyAssertionError::WrongChallenge),
            };
            assert!(expected, "{error:?}");
        }
    }
}

// spec: SIG-5, SIG-6
#[test]
fn plain_rsa_signs_delegations_for_replicas_only() {
    let session = Signer::ed25519("session");
    let user = Signer::ed25519("user");
    let replica = Policy::REPLICA;
    let rsa_alone = Policy {
        plain_rsa_signer: PlainRsaRule::Accept,
        ..Policy::SPEC
    };
    let error = Error::UnsupportedKey(ParsePublicKeyError::PlainRsa);
    for signers in [&[RSA, session][..], &[user, RSA, session]] {
        let link = signers.len() - 2;
        for (policy, outcome) in [
            (replica, Ok(())),
            (rsa_alone, Ok(())),
            (
                Policy::SPEC,
                Err(AuthenticateError::InvalidDelegation { link, error }),
            ),
        ] {
            let draft = Draft::call(signers).with(|draft| draft.rules.policy = policy);
            assert_eq!(draft.verdict(), outcome);
        }
    }
    for signers in [&[RSA][..], &[user, RSA]] {
        for policy in [replica, rsa_alone, Policy::SPEC] {
            let draft = Draft::call(signers).with(|draft| draft.rules.policy = policy);
            let outcome = Err(AuthenticateError::InvalidSignature(error));
            assert_eq!(draft.verdict(), outcome);
        }
    }
    let forged = Draft::call(&[RSA, session]).with(|draft| {
        draft.rules.policy = replica;
        draft.links[0].holds = false;
    });
    let error = Error::InvalidSignature;
    let outcome = Err(AuthenticateError::InvalidDelegation { link: 0, error });
    assert_eq!(forged.verdict(), outcome);
}

// spec: SIG-5
#[test]
fn keys_of_subnets_sign_nothing_of_users() {
    let subnet = Signer::new(Scheme::Bls, "subnet");
    let alone = Draft::call(&[subnet]).verdict();
    let outcome = Err(AuthenticateError::InvalidSignature(Error::SubnetKey));
    assert_eq!(alone, outcome);
    let last = Draft::call(&[Signer::ed25519("user"), subnet]).verdict();
    assert_eq!(last, outcome);
    let first = Draft::call(&[subnet, Signer::ed25519("session")]).verdict();
    let error = VerifyChainError::SubnetKey { link: 0 };
    assert_eq!(first, Err(AuthenticateError::Chain(error)));
}

#[test]
fn a_provider_of_schemes_checks_keys_of_users() {
    let native = NativeProvider::new();
    let schemes = Schemes::new(&native, Policy::REPLICA);
    for scheme in Scheme::USERS {
        let key = Signer::new(scheme, "somebody").key();
        assert_eq!(schemes.check_key(&key), Ok(()), "{scheme:?}");
    }
    assert_eq!(schemes.check_key(&RSA.key()), Ok(()));
    let spec = Schemes::new(&native, Policy::SPEC);
    assert_eq!(spec.check_key(&RSA.key()), Err(InvalidKey));
    let subnet = Signer::new(Scheme::Bls, "subnet");
    assert_eq!(schemes.check_key(&subnet.key()), Err(InvalidKey));
    let mut off_curve = Signer::new(Scheme::P256, "somebody").key();
    *off_curve.last_mut().unwrap() ^= 1;
    assert_eq!(schemes.check_key(&off_curve), Err(InvalidKey));
    let mut off_curve = Signer::new(Scheme::WebAuthnEs256, "somebody").key();
    *off_curve.last_mut().unwrap() ^= 1;
    assert_eq!(schemes.check_key(&off_curve), Err(InvalidKey));
}

#[test]
fn a_cache_of_subnet_delegations_is_filled() {
    let signer = Signer::canister("somebody");
    let mut cache = DelegationCache::new();
    let provider = NativeProvider::new();
    for _ in 0..2 {
        let schemes = Schemes::new(&provider, Policy::SPEC)
            .with_root_key(Some(root_key()))
            .with_cache(Some(&mut cache));
        let claim = Claim {
            key: &signer.key(),
            message: &[PAYLOAD],
            signature: &signer.sign(PAYLOAD),
        };
        assert_eq!(schemes.verify(claim), Ok(()));
        assert_eq!(cache.len(), 1);
    }
}

/// Holds everything for true, and counts what it is asked.
#[derive(Default)]
struct Counting {
    claims: core::cell::Cell<usize>,
    questions: core::cell::Cell<usize>,
}

impl VerifySignature for Counting {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        self.verify_all(&[claim]).map_err(|_| InvalidSignature)
    }

    fn verify_all(&self, claims: &[Claim<'_>]) -> Result<(), InvalidAt> {
        self.questions.set(self.questions.get() + 1);
        self.claims.set(self.claims.get() + claims.len());
        Ok(())
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }
}

#[test]
fn links_and_request_are_one_batch() {
    let signers: Vec<Signer> = Scheme::USERS
        .into_iter()
        .filter(|scheme| *scheme != Scheme::Canister)
        .map(|scheme| Signer::new(scheme, "one"))
        .collect();
    let draft = Draft::call(&signers);
    let counting = Counting::default();
    let envelope = draft.envelope();
    let sender = envelope.authenticate(&draft.rules, &counting, None);
    assert!(sender.is_ok());
    assert_eq!((counting.questions.get(), counting.claims.get()), (1, 6));
}

#[test]
fn what_is_wrong_by_its_form_costs_no_signature_behind_it() {
    let signers = [Signer::canister("user"), Signer::ed25519("session")];
    let draft = Draft::call(&signers).with(|draft| draft.links[0].holds = false);
    let counting = Counting::default();
    let envelope = draft.envelope();
    let outcome = envelope.authenticate(&draft.rules, &counting, None);
    assert!(outcome.is_err());
    assert_eq!(counting.claims.get(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x51),
        cases: 24,
        ..ProptestConfig::default()
    })]

    #[test]
    fn together_is_one_by_one(
        schemes in proptest::collection::vec(0..Scheme::USERS.len(), 0..6),
        bad in proptest::collection::vec(any::<bool>(), 6),
    ) {
        let signatures: Vec<(Vec<u8>, Vec<u8>)> = schemes
            .iter()
            .zip(bad)
            .map(|(scheme, is_bad)| {
                let signer = Signer::new(Scheme::USERS[*scheme], "somebody");
                (signer.key(), signer.sign(if is_bad { b"else" } else { PAYLOAD }))
            })
            .collect();
        let claims: Vec<Claim<'_>> = signatures
            .iter()
            .map(|(key, signature)| Claim { key, message: &[PAYLOAD], signature })
            .collect();
        let (native, rustcrypto) = (NativeProvider::new(), RustCryptoProvider::new());
        let providers: [&dyn VerifySignature; 2] = [&native, &rustcrypto];
        for provider in providers {
            let schemes = Schemes::new(provider, Policy::SPEC).with_root_key(Some(root_key()));
            let first_bad = claims.iter().position(|claim| schemes.check(*claim).is_err());
            let expected = first_bad.map_or(Ok(()), |index| Err(InvalidAt { index }));
            prop_assert_eq!(schemes.verify_all(&claims), expected);
        }
    }
}
