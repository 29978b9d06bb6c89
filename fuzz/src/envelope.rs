//! Requests.

use model::Outcome;
use model::input::hex;
use request::Envelope;
use request::Policy;
use serde_json::json;

use crate::Verdict;

/// What is accepted is accepted by the model, with the same request id, and is the same after it was
/// written again. The lenient policy accepts what the strict one accepts, and reads the same.
pub fn envelope(data: &[u8]) -> Verdict {
    let strict = Envelope::parse(data, Policy::SPEC);
    let lenient = Envelope::parse(data, Policy::REPLICA);
    match (&strict, &lenient) {
        (Ok(strict), Ok(lenient)) => assert_eq!(strict, lenient),
        (Ok(_), Err(error)) => panic!("REPLICA accepts what SPEC accepts: {error}"),
        (Err(_), _) => {}
    }
    for (preset, parsed, policy) in [
        ("spec", &strict, Policy::SPEC),
        ("replica", &lenient, Policy::REPLICA),
    ] {
        let Ok(envelope) = parsed else {
            continue;
        };
        let id = envelope.content().request_id();
        let written = envelope.encode();
        // What the lenient policy ignores is gone when it is written again; the strict one ignores nothing.
        let seen = if strict.is_ok() { data } else { &written };
        let input = json!({"envelope": hex(seen), "policy": preset});
        let modelled = model::run("request.id", &input, None);
        let output = json!({"request_id": hex(id.as_bytes())});
        assert_eq!(modelled, Outcome::Ok(output), "{preset}");

        let again = Envelope::parse(&written, policy).expect("what is written is accepted");
        assert_eq!(again, *envelope);
        assert_eq!(again.content().request_id(), id);
        assert!(Envelope::parse(&data[..data.len() - 1], policy).is_err());
        assert!(Envelope::parse(&[data, &[0]].concat(), policy).is_err());
    }
    if lenient.is_ok() {
        Verdict::Accepted
    } else {
        Verdict::Rejected
    }
}
