//! The form of WebAuthn signatures against `serde_cbor`.

use icid_interop::Rng;
use icid_interop::cbor_tree::Item;
use icid_interop::recordings;
use serde::Deserialize;
use serde_bytes::ByteBuf;
use serde_cbor::Value;
use webauthn_signature::Assertion;
use webauthn_signature::Policy;

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];

/// The form as derived decoders of deployed software take it.
#[derive(Debug, Deserialize, PartialEq)]
struct Wire {
    authenticator_data: ByteBuf,
    client_data_json: ByteBuf,
    signature: ByteBuf,
}

impl From<&Assertion<'_>> for Wire {
    fn from(assertion: &Assertion<'_>) -> Self {
        Self {
            authenticator_data: ByteBuf::from(assertion.authenticator_data()),
            client_data_json: ByteBuf::from(assertion.client_data().json()),
            signature: ByteBuf::from(assertion.signature()),
        }
    }
}

#[test]
fn what_we_read_with_something_changed_is_read_alike() {
    let mut rng = Rng::new(90);
    let mut accepted = [0; 2];
    for recording in recordings::all() {
        for assertion in &recording.assertions {
            let json = assertion.client_data_json.as_bytes();
            let (data, signature) = (&assertion.authenticator_data, &assertion.signature);
            let good = Assertion::from_response(data, json, signature, Policy::SPEC).unwrap();
            let value: Value = serde_cbor::from_slice(&good.encode()).unwrap();
            for _ in 0..100 {
                let mut item = Item::new(&value);
                item.change(&mut rng);
                if rng.below(2) == 0 {
                    item = item.tagged(55799);
                }
                let written = item.encode();
                for (policy, accepted) in POLICIES.into_iter().zip(&mut accepted) {
                    if let Ok(ours) = Assertion::parse(&written, policy) {
                        let theirs = serde_cbor::from_slice::<Wire>(&written);
                        let theirs =
                            theirs.unwrap_or_else(|error| panic!("{error}: {written:02x?}"));
                        assert_eq!(Wire::from(&ours), theirs, "{written:02x?}");
                        *accepted += 1;
                    }
                }
            }
        }
    }
    let [spec, replica] = accepted;
    assert!(spec > 250 && replica > 2 * spec, "{accepted:?}");
}
