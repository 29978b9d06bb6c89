//! What a browser returned for passkeys, from attestation to request.

use delegation::Delegation;
use delegation::DelegationChain;
use delegation::Permissions;
use delegation::SignedDelegation;
use ic_agent::Identity;
use ic_agent::identity::BasicIdentity;
use icid_interop::canister;
use icid_interop::providers;
use icid_interop::recordings;
use icid_interop::recordings::RecordedAssertion;
use icid_interop::recordings::Recording;
use icid_interop::signers;
use principal::Principal;
use provider_native::NativeProvider;
use public_key::CosePublicKey;
use public_key::PublicKey;
use public_key::Scheme;
use request::AuthenticateError;
use request::CanisterRequest;
use request::CheckSignatureError;
use request::Content;
use request::Envelope;
use request::ReadStateRequest;
use request::RequestType;
use request::Rules;
use request::destination::Destination;
use time::Timestamp;
use webauthn_signature::Assertion;
use webauthn_signature::Attestation;
use webauthn_signature::AuthenticatorData;
use webauthn_signature::ClientData;
use webauthn_signature::Policy;
use webauthn_signature::VerifyAssertionError;

/// Of each file: the scheme of the key, how it is attested, the flags of the authenticator when it
/// signs.
const EXPECTED: &[(&str, Scheme, &str, u8)] = &[
    ("eddsa", Scheme::WebAuthnEd25519, "none", 0x05),
    ("es256", Scheme::WebAuthnEs256, "none", 0x05),
    ("es256-packed", Scheme::WebAuthnEs256, "packed", 0x01),
    ("es256-synced", Scheme::WebAuthnEs256, "none", 0x1d),
    ("es256-u2f", Scheme::WebAuthnEs256, "fido-u2f", 0x01),
    ("rs256", Scheme::WebAuthnRs256, "none", 0x05),
];

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];
const KEY_POLICIES: [public_key::Policy; 2] =
    [public_key::Policy::SPEC, public_key::Policy::REPLICA];

#[test]
fn there_is_a_recording_of_every_kind() {
    let found = recordings::all().into_iter().map(|recording| {
        let attestation = attestation(&recording);
        let key = attestation.public_key();
        let der = key.to_der();
        let scheme = PublicKey::parse(&der, public_key::Policy::SPEC)
            .unwrap()
            .scheme();
        let data = &recording.assertions[0].authenticator_data;
        let flags = AuthenticatorData::parse(data).unwrap().flags().bits();
        (
            recording.name.clone(),
            scheme,
            attestation.format().to_owned(),
            flags,
        )
    });
    let expected = EXPECTED
        .iter()
        .map(|&(name, scheme, format, flags)| (name.to_owned(), scheme, format.to_owned(), flags));
    assert!(found.eq(expected));
}

#[test]
fn an_attestation_has_the_key_and_the_principal() {
    for recording in recordings::all() {
        let registration = &recording.registration;
        for policy in KEY_POLICIES {
            let attestation = Attestation::parse(&registration.attestation_object, policy).unwrap();
            assert_eq!(attestation.credential().id(), &*registration.credential_id);
            let key = attestation.public_key();
            assert_eq!(key.to_der(), *recording.der, "{}", recording.name);
            assert_eq!(key.principal().as_bytes(), &*recording.principal);
            assert_eq!(
                Principal::self_authenticating(&recording.der).as_bytes(),
                &*recording.principal
            );
            // The browser reads the same COSE key as we do.
            let plain = key.parameters().to_plain_der();
            assert_eq!(
                plain.as_bytes(),
                &*registration.plain_der,
                "{}",
                recording.name
            );
            for provider in providers() {
                assert_eq!(provider.check_key(plain.as_bytes()), Ok(()));
            }
        }
    }
}

#[test]
fn the_client_data_of_a_registration_can_be_read() {
    for recording in recordings::all() {
        let registration = &recording.registration;
        for policy in POLICIES {
            let json = registration.client_data_json.as_bytes();
            let client_data = ClientData::parse(json, policy.type_and_origin).unwrap();
            assert!(
                client_data
                    .kind()
                    .is_some_and(|kind| kind == "webauthn.create")
            );
            assert!(
                client_data
                    .origin()
                    .is_some_and(|origin| origin == *recording.origin)
            );
            assert_eq!(client_data.cross_origin(), Some(false));
        }
    }
}

#[test]
fn a_response_becomes_a_signature_that_holds() {
    for recording in recordings::all() {
        let der = &recording.der;
        for (assertion, policy) in recording.assertions.iter().zip(POLICIES.iter().cycle()) {
            let signature = response(assertion, *policy).encode();
            let PublicKey::Cose(key) = PublicKey::parse(der, public_key::Policy::REPLICA).unwrap()
            else {
                panic!("{} is of another scheme", recording.name);
            };
            for provider in providers() {
                for policy in POLICIES {
                    let parsed = Assertion::parse(&signature, policy).unwrap();
                    let payload = [&assertion.payload[..7], &assertion.payload[7..]];
                    let verified = parsed.verify(&payload, &key, &*provider).unwrap();
                    let client_data = verified.client_data();
                    assert!(
                        client_data
                            .kind()
                            .is_some_and(|kind| kind == "webauthn.get")
                    );
                    assert!(
                        client_data
                            .origin()
                            .is_some_and(|it| it == *recording.origin)
                    );
                    let data = verified.authenticator_data().unwrap();
                    assert!(data.flags().user_present());
                    assert!(data.credential().is_none());
                    assert!(data.counter() > 1);
                }
            }
        }
    }
}

#[test]
fn every_changed_byte_spoils_the_signature() {
    let provider = NativeProvider::new();
    for recording in recordings::all() {
        let attestation = attestation(&recording);
        let key = attestation.public_key();
        for assertion in recording.assertions.iter().take(2) {
            let holds = |assertion: &RecordedAssertion| {
                let json = assertion.client_data_json.as_bytes();
                let data = &assertion.authenticator_data;
                let signature = &assertion.signature;
                Assertion::from_response(data, json, signature, Policy::SPEC)
                    .is_ok_and(|it| it.verify(&[&assertion.payload], &key, &provider).is_ok())
            };
            assert!(holds(assertion));
            for index in 0..assertion.authenticator_data.len() {
                let mut changed = assertion.clone();
                changed.authenticator_data.0[index] ^= 1 << (index % 8);
                assert!(!holds(&changed), "authenticator data, byte {index}");
            }
            for index in 0..assertion.signature.len() {
                let mut changed = assertion.clone();
                changed.signature.0[index] ^= 1 << (index % 8);
                assert!(!holds(&changed), "signature, byte {index}");
            }
            for index in 0..assertion.payload.len() {
                let mut changed = assertion.clone();
                changed.payload.0[index] ^= 1 << (index % 8);
                assert!(!holds(&changed), "payload, byte {index}");
            }
            for (index, character) in assertion.client_data_json.char_indices() {
                let mut changed = assertion.clone();
                let other = if character == 'A' { "B" } else { "A" };
                changed.client_data_json.replace_range(index..=index, other);
                assert!(!holds(&changed), "client data, byte {index}");
            }
        }
    }
}

#[test]
fn a_signature_holds_for_no_other_payload_and_under_no_other_key() {
    let recordings = recordings::all();
    for recording in &recordings {
        for provider in providers() {
            let verify =
                |assertion: &RecordedAssertion, payload: &[u8], key: &CosePublicKey<'_>| {
                    let response = response(assertion, Policy::SPEC);
                    response.verify(&[payload], key, &*provider).map(drop)
                };
            let key = attestation(recording).public_key();
            let [first, second, ..] = &recording.assertions[..] else {
                panic!("{} has too few assertions", recording.name);
            };
            assert_eq!(verify(first, &first.payload, &key), Ok(()));
            let error = VerifyAssertionError::WrongChallenge;
            assert_eq!(verify(first, &second.payload, &key), Err(error));
            for other in recordings
                .iter()
                .filter(|other| other.name != recording.name)
            {
                let other = attestation(other).public_key();
                assert!(verify(first, &first.payload, &other).is_err());
            }
        }
    }
}

#[test]
fn a_passkey_signed_the_delegation_that_we_sign() {
    for recording in recordings::all() {
        let delegations = recording
            .assertions
            .iter()
            .filter(|it| it.kind == "delegation");
        let mut count = 0;
        for assertion in delegations {
            assert_eq!(delegation(assertion).signing_payload(), *assertion.payload);
            count += 1;
        }
        assert_eq!(count, 2, "{}", recording.name);
    }
}

#[test]
fn a_passkey_signed_the_requests_that_we_send() {
    for recording in recordings::all() {
        let requests = recording
            .assertions
            .iter()
            .filter(|it| it.kind == "request");
        let mut types = Vec::new();
        for assertion in requests {
            let content = content(assertion);
            types.push(content.request_type());
            assert_eq!(content.signing_payload(), *assertion.payload);
            assert_eq!(content.sender().as_bytes(), &*recording.principal);
            let chain = DelegationChain::new(recording.der.to_vec(), vec![]);
            let sign = |payload: &[u8]| {
                assert_eq!(payload, &*assertion.payload);
                Ok::<_, ()>(response(assertion, Policy::SPEC).encode())
            };
            let written = content.sign(chain, sign).unwrap().encode();
            for rules in rules() {
                let envelope = Envelope::parse(&written, rules.policy).unwrap();
                for provider in providers() {
                    let authentic = envelope.authenticate(&rules, &*provider, None).unwrap();
                    assert_eq!(authentic.sender().as_bytes(), &*recording.principal);
                    assert!(!authentic.is_anonymous());
                    assert!(authentic.allows_call(&canister_id()));
                }
            }
        }
        let all = [
            RequestType::Call,
            RequestType::Query,
            RequestType::ReadState,
        ];
        assert_eq!(types, all, "{}", recording.name);
    }
}

#[test]
fn a_session_of_a_passkey_sends_requests() {
    for recording in recordings::all() {
        let session =
            BasicIdentity::from_raw_key((*recording.session_key.seed).try_into().unwrap());
        assert_eq!(session.public_key().unwrap(), *recording.session_key.der);
        let sender = Principal::from_slice(&recording.principal).unwrap();
        let delegations = recording
            .assertions
            .iter()
            .filter(|it| it.kind == "delegation");
        for assertion in delegations {
            let signature = response(assertion, Policy::SPEC).encode();
            let link = SignedDelegation::new(delegation(assertion), signature);
            let queries_only = link.delegation().permissions() == Some(Permissions::Queries);
            let chain = DelegationChain::new(recording.der.to_vec(), vec![link]);
            let canister = canister_id();
            let request = CanisterRequest::new(sender, canister, "greet", vec![1], EXPIRY);
            for content in [Content::Call(request.clone()), Content::Query(request)] {
                let is_call = content.request_type() == RequestType::Call;
                let sign = |payload: &[u8]| signers::sign(&session, payload);
                let written = content.sign(chain.clone(), sign).unwrap().encode();
                for rules in rules() {
                    let envelope = Envelope::parse(&written, rules.policy).unwrap();
                    for provider in providers() {
                        let verdict = envelope.authenticate(&rules, &*provider, None);
                        if is_call && queries_only {
                            assert_eq!(verdict.err(), Some(AuthenticateError::QueriesOnly));
                            continue;
                        }
                        let authentic = verdict.unwrap();
                        assert_eq!(authentic.sender(), sender);
                        assert_eq!(authentic.queries_only(), queries_only);
                    }
                }
            }
        }
    }
}

#[test]
fn a_changed_request_is_not_what_the_passkey_signed() {
    let provider = NativeProvider::new();
    for recording in recordings::all() {
        let [call, query, ..] = &recording.assertions[..] else {
            panic!("{} has too few assertions", recording.name);
        };
        let sender = Principal::from_slice(&recording.principal).unwrap();
        let canister = canister_id();
        let good = content(call);
        let arg = good.canister_request().unwrap().arg().to_vec();
        let base =
            |name: &'static str, arg| CanisterRequest::new(sender, canister, name, arg, EXPIRY);
        let nonce = good.nonce().unwrap().to_vec();
        let other_argument = base("transfer", vec![]).with_nonce(nonce.clone());
        let other_method = base("transfer2", arg.clone()).with_nonce(nonce.clone());
        let other_nonce = base("transfer", arg.clone());
        let same = base("transfer", arg).with_nonce(nonce);
        for (content, signed, holds) in [
            (Content::Call(same.clone()), call, true),
            (Content::Call(same.clone()), query, false),
            (Content::Query(same), call, false),
            (Content::Call(other_argument), call, false),
            (Content::Call(other_method), call, false),
            (Content::Call(other_nonce), call, false),
        ] {
            let chain = DelegationChain::new(recording.der.to_vec(), vec![]);
            let signature = response(signed, Policy::SPEC).encode();
            let envelope = Envelope::signed(content, chain, signature);
            for rules in rules() {
                let verdict = envelope.authenticate(&rules, &provider, None).map(drop);
                let error = CheckSignatureError::Assertion(VerifyAssertionError::WrongChallenge);
                let expected = Err(AuthenticateError::InvalidSignature(error));
                assert_eq!(verdict, if holds { Ok(()) } else { expected });
            }
        }
    }
}

/// Returns the canister that the passkeys have asked.
fn canister_id() -> Principal {
    Principal::from_slice(canister::ID).unwrap()
}

/// Until when.
const EXPIRY: Timestamp = Timestamp::from_nanos(1_800_000_000_000_000_000);

fn rules() -> [Rules; 2] {
    [request::Policy::SPEC, request::Policy::REPLICA].map(|policy| Rules {
        now: EXPIRY,
        root_key: None,
        extra_root_key: None,
        policy,
        endpoint: None,
        destination: Some(Destination::Canister(canister_id())),
    })
}

fn content(assertion: &RecordedAssertion) -> Content<'static> {
    let fields = &assertion.fields;
    let sender = Principal::from_slice(&fields["sender"].blob()).unwrap();
    let expiry = Timestamp::from_nanos(fields["ingress_expiry"].nat());
    let canister_request = || {
        let canister = Principal::from_slice(&fields["canister_id"].blob()).unwrap();
        let method_name = fields["method_name"].text().to_owned();
        let arg = fields["arg"].blob();
        let request = CanisterRequest::new(sender, canister, method_name, arg, expiry);
        match fields.get("nonce") {
            Some(nonce) => request.with_nonce(nonce.blob()),
            None => request,
        }
    };
    match fields["request_type"].text() {
        "call" => Content::Call(canister_request()),
        "query" => Content::Query(canister_request()),
        _ => {
            let path =
                |it: &recordings::Field| it.list().iter().map(recordings::Field::blob).collect();
            let paths: Vec<Vec<Vec<u8>>> = fields["paths"].list().iter().map(path).collect();
            Content::ReadState(ReadStateRequest::new(sender, paths, expiry))
        }
    }
}

fn attestation(recording: &Recording) -> Attestation<'_> {
    let object = &recording.registration.attestation_object;
    Attestation::parse(object, public_key::Policy::REPLICA).unwrap()
}

fn response(assertion: &RecordedAssertion, policy: Policy) -> Assertion<'_> {
    Assertion::from_response(
        &assertion.authenticator_data,
        assertion.client_data_json.as_bytes(),
        &assertion.signature,
        policy,
    )
    .unwrap()
}

fn delegation(assertion: &RecordedAssertion) -> Delegation<'static> {
    let fields = &assertion.fields;
    let expiration = Timestamp::from_nanos(fields["expiration"].nat());
    let mut delegation = Delegation::new(fields["pubkey"].blob(), expiration);
    if let Some(targets) = fields.get("targets") {
        let target = |it: &recordings::Field| Principal::from_slice(&it.blob()).unwrap();
        let targets: Vec<Principal> = targets.list().iter().map(target).collect();
        delegation = delegation.with_targets(targets);
    }
    if let Some(permissions) = fields.get("permissions") {
        let permissions = Permissions::from_name(permissions.text()).unwrap();
        delegation = delegation.with_permissions(permissions);
    }
    delegation
}
