//! `principal.*`.

use principal::Class;
use principal::ExpectedCharacter;
use principal::ParsePrincipalTextError;
use principal::Principal;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::error;
use crate::input::hex;

pub(crate) fn decode_text(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["text"])?;
    let text = fields.text("text")?;
    let principal = Principal::from_text(text)
        .map_err(|error| Refusal::reject(clause_of_text(text, error), error))?;
    Ok(json!({"bytes": hex(principal.as_bytes())}))
}

pub(crate) fn encode_text(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["bytes"])?;
    let principal = subject(&fields, "bytes")?;
    Ok(json!({"text": principal.to_text().as_str()}))
}

pub(crate) fn classify(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["bytes"])?;
    let class = match subject(&fields, "bytes")?.class() {
        Class::Anonymous => "anonymous",
        Class::Derived => "derived",
        Class::Management => "management",
        Class::Opaque => "opaque",
        Class::Reserved => "reserved",
        Class::SelfAuthenticating => "self_authenticating",
        _ => return Err(error("the crate has a class that the protocol hasn't")),
    };
    Ok(json!({"class": class}))
}

pub(crate) fn from_pubkey(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["spki"])?;
    let principal = Principal::self_authenticating(&fields.bytes("spki")?);
    Ok(json!({"bytes": hex(principal.as_bytes())}))
}

pub(crate) fn derive(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &["principal", "nonce"])?;
    let nonce = fields.bytes("nonce")?;
    let principal = subject(&fields, "principal")?.derived(&nonce);
    Ok(json!({"bytes": hex(principal.as_bytes())}))
}

/// Reads the principal that the question is about.
// spec: PRIN-1
fn subject(fields: &Fields<'_>, name: &str) -> Result<Principal, Refusal> {
    Principal::from_slice(&fields.bytes(name)?).map_err(|error| Refusal::reject("PRIN-1", error))
}

fn clause_of_text(text: &str, error: ParsePrincipalTextError) -> &'static str {
    match error {
        ParsePrincipalTextError::TooLong { .. } => "PRIN-16",
        ParsePrincipalTextError::UnexpectedCharacter {
            found, expected, ..
        } => {
            let is_base32 = found.is_ascii_alphabetic() || ('2'..='7').contains(&found);
            match expected {
                ExpectedCharacter::Base32 if found == '-' => "PRIN-14",
                ExpectedCharacter::Dash if is_base32 => "PRIN-14",
                _ => "PRIN-13",
            }
        }
        ParsePrincipalTextError::UnusedCharacter { .. }
        | ParsePrincipalTextError::TooShort { .. }
            if text.ends_with('-') =>
        {
            "PRIN-14"
        }
        ParsePrincipalTextError::UnusedCharacter { .. } => "PRIN-13",
        ParsePrincipalTextError::UnusedBits { .. } => "PRIN-18",
        ParsePrincipalTextError::WrongChecksum { .. } => "PRIN-17",
        _ => "PRIN-11",
    }
}
