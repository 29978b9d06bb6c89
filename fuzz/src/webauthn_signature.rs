//! WebAuthn signatures.

use serde_cbor::Value;
use webauthn_signature::Assertion;
use webauthn_signature::AuthenticatorData;
use webauthn_signature::Policy;

use crate::Verdict;

/// What is accepted means the same to `serde_cbor` and `serde_json`, and after it was written again.
pub fn webauthn_signature(data: &[u8]) -> Verdict {
    let parsed = [Policy::SPEC, Policy::REPLICA].map(|policy| {
        let assertion = Assertion::parse(data, policy).ok()?;
        check(data, &assertion, policy);
        Some(())
    });
    if parsed == [None, None] {
        Verdict::Rejected
    } else {
        Verdict::Accepted
    }
}

fn check(data: &[u8], assertion: &Assertion<'_>, policy: Policy) {
    let client_data = assertion.client_data();
    let container: Value = serde_cbor::from_slice(data).expect("serde_cbor accepts it");
    let Value::Map(members) = container else {
        panic!("{container:?} is no map");
    };
    let member = |name: &str| match members.get(&Value::Text(name.to_owned())) {
        Some(Value::Bytes(bytes)) => bytes.clone(),
        Some(Value::Text(text)) => text.clone().into_bytes(),
        member => panic!("{name} is {member:?}"),
    };
    assert_eq!(member("authenticator_data"), assertion.authenticator_data());
    assert_eq!(member("client_data_json"), client_data.json().as_bytes());
    assert_eq!(member("signature"), assertion.signature());

    // Numbers out of the range of a double are the one thing that `serde_json` doesn't take.
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(client_data.json()) {
        let challenge: String = client_data.challenge().chars().collect();
        assert_eq!(value["challenge"].as_str(), Some(challenge.as_str()));
        for (name, text) in [
            ("type", client_data.kind()),
            ("origin", client_data.origin()),
        ] {
            let text = text.map(|text| text.chars().collect::<String>());
            assert_eq!(value[name].as_str(), text.as_deref(), "{name}");
        }
    }
    _ = AuthenticatorData::parse(assertion.authenticator_data());

    let written = assertion.encode();
    let again = Assertion::parse(&written, policy).expect("what is written is accepted");
    assert_eq!(again.encode(), written);
    assert_eq!(again.client_data().json(), client_data.json());
    assert!(Assertion::parse(&data[..data.len() - 1], policy).is_err());
    assert!(Assertion::parse(&[data, &[0]].concat(), policy).is_err());
}
