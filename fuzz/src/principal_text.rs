//! The text form of principals.

use model::Outcome;
use principal::Principal;
use serde_json::json;

use crate::Verdict;

/// The crate and the model accept the same texts, and text and bytes go back and forth.
pub fn principal_text(data: &[u8]) -> Verdict {
    // As bytes of a principal.
    let parsed = Principal::try_from(data);
    assert_eq!(parsed.is_ok(), data.len() <= Principal::MAX_LENGTH);
    if let Ok(principal) = parsed {
        let text = principal.to_text();
        assert_eq!(Principal::from_text(text.as_str()), Ok(principal));
        assert_eq!(
            Principal::from_text(&text.as_str().to_uppercase()),
            Ok(principal)
        );
        let input = json!({"bytes": model::input::hex(data)});
        let expected = Outcome::Ok(json!({"text": text.as_str()}));
        assert_eq!(model::run("principal.encode_text", &input, None), expected);
    }
    // As a text: what is no UTF-8 becomes characters that no text of a principal has.
    let text = &*String::from_utf8_lossy(data);
    let modelled = model::run("principal.decode_text", &json!({"text": text}), None);
    match Principal::from_text(text) {
        Ok(principal) => {
            let bytes = model::input::hex(principal.as_bytes());
            assert_eq!(modelled, Outcome::Ok(json!({"bytes": bytes})), "{text:?}");
            assert_eq!(principal.to_text().as_str(), text.to_lowercase());
            Verdict::Accepted
        }
        Err(error) => {
            assert!(
                matches!(modelled, Outcome::Reject(_)),
                "{text:?}: {error} but {modelled:?}"
            );
            Verdict::Rejected
        }
    }
}
