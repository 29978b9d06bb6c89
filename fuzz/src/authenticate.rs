//! Who sent a request, against the model.

use model::Outcome;
use model::input::hex;
use model::input::unhex;
use public_key::BlsPublicKey;
use request::Envelope;
use request::Policy;
use request::RequestType;
use request::Rules;
use serde_json::Value;
use serde_json::json;
use signature::Claim;
use signature::InvalidKey;
use signature::InvalidSignature;
use signature::VerifySignature;
use time::Timestamp;

use crate::Verdict;

/// The present of the vectors.
const NOW: u64 = 1_700_000_000_000_000_000;

/// Longer requests are for other targets: they take the model long.
const LONGEST: usize = 4096;

/// The crate and the model accept the same requests, from the same senders, for the same targets. The
/// signatures are checked by the model's own cryptography, so that only what is around them differs.
pub fn authenticate(data: &[u8]) -> Verdict {
    if data.len() > LONGEST {
        return Verdict::Discarded;
    }
    let policy = Policy::SPEC;
    let Ok(envelope) = Envelope::parse(data, policy) else {
        return Verdict::Rejected;
    };
    let root_key = crate::seeds::root_key();
    let kind = envelope.content().request_type();
    let rules = Rules {
        now: Timestamp::from_nanos(NOW),
        root_key: Some(BlsPublicKey::from_der(&root_key).expect("it is the key of the vectors")),
        extra_root_key: None,
        policy,
        endpoint: Some(kind),
        destination: None,
    };
    let authenticated = envelope.authenticate(&rules, &ByTheModel, None);
    let input = json!({
        "envelope": hex(data),
        "endpoint": name(kind),
        "now": NOW.to_string(),
        "root_key": hex(&root_key),
    });
    let modelled = model::run("envelope.verify", &input, None);
    match (authenticated, modelled) {
        (Ok(sender), Outcome::Ok(output)) => {
            assert_eq!(output["sender"], hex(sender.sender().as_bytes()));
            assert_eq!(output["request_id"], hex(sender.request_id().as_bytes()));
            assert_eq!(output["queries_only"], sender.queries_only());
            let targets = match sender.targets() {
                request::AllowedTargets::Any => Value::Null,
                request::AllowedTargets::Only(ids) => {
                    ids.iter().map(|id| hex(id.as_bytes())).collect()
                }
            };
            assert_eq!(output["targets"], targets);
            assert_eq!(
                output["sender_info"].is_null(),
                sender.sender_info().is_none()
            );
            Verdict::Accepted
        }
        (Err(_), Outcome::Reject(_)) => Verdict::Rejected,
        (Ok(sender), modelled) => panic!("from {} but {modelled:?}", sender.sender()),
        (Err(error), modelled) => panic!("{error} but {modelled:?}"),
    }
}

fn name(kind: RequestType) -> &'static str {
    match kind {
        RequestType::Call => "call",
        RequestType::Query => "query",
        RequestType::ReadState => "read_state",
    }
}

/// The plain schemes and BLS12-381 by the model.
struct ByTheModel;

impl VerifySignature for ByTheModel {
    fn verify(&self, claim: Claim<'_>) -> Result<(), InvalidSignature> {
        let message = claim.message.concat();
        let is_valid = if let Some((n, e)) = model::sig::parse_plain_rsa(claim.key) {
            model::crypto::rsa::rsa_verify(&n, &e, &message, claim.signature)
        } else if let Ok(key) = BlsPublicKey::from_der(claim.key) {
            model::crypto::bls_verify(key.as_bytes(), &message, claim.signature)
        } else {
            let (payload, signature) = (hex(&message), hex(claim.signature));
            let input = json!({"spki": hex(claim.key), "payload": payload, "signature": signature});
            matches!(model::run("sig.verify", &input, None), Outcome::Ok(_))
        };
        is_valid.then_some(()).ok_or(InvalidSignature)
    }

    fn check_key(&self, spki: &[u8]) -> Result<(), InvalidKey> {
        match model::run("key.decode", &json!({"spki": hex(spki)}), None) {
            Outcome::Ok(_) => Ok(()),
            _ => Err(InvalidKey),
        }
    }
}

/// The requests of the vectors that come at [`NOW`].
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (path, text) in vectors::FILES {
        let file: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("{path} is not JSON: {error}"));
        if file["op"] != "envelope.verify" {
            continue;
        }
        for test in file["tests"].as_array().into_iter().flatten() {
            let envelope = test["input"]["envelope"].as_str().and_then(unhex);
            seeds.extend(envelope.filter(|envelope| envelope.len() <= LONGEST));
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}
