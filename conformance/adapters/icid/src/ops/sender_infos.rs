//! `senderinfo.verify`.

use principal::Principal;
use public_key::BlsPublicKey;
use request::Schemes;
use request::SenderInfo;
use request::VerifySenderInfoError;
use serde_json::Map;
use serde_json::Value;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::ops::Operation;
use crate::ops::signatures::policy;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[("senderinfo.verify", verify)];

fn verify(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let names = ["sender_pubkey", "info", "signer", "sig", "root_key"];
    let fields = Fields::of_operation(input, &names)?;
    let sender_key = fields.bytes("sender_pubkey")?;
    let (info, signature) = (fields.bytes("info")?, fields.bytes("sig")?);
    let root_key = BlsPublicKey::from_der(&fields.bytes("root_key")?).ok();
    let signer = Principal::from_slice(&fields.bytes("signer")?)
        .map_err(|error| Refusal::reject("SINFO-4", error))?;
    let schemes = Schemes::new(provider, policy(&fields)?).with_root_key(root_key);
    SenderInfo::new(info, signer, signature)
        .verify(&sender_key, &schemes)
        .map_err(|error| Refusal::reject(clause_of(&error), error))?;
    Ok(Value::Object(Map::new()))
}

/// Returns the clause that sender information violates.
pub(crate) const fn clause_of(error: &VerifySenderInfoError) -> &'static str {
    match error {
        VerifySenderInfoError::NotACanisterKey => "SINFO-2",
        VerifySenderInfoError::WrongSigner { .. } => "SINFO-4",
        // A signature, and whatever the crate will tell apart one day.
        _ => "SINFO-5",
    }
}

#[cfg(test)]
mod tests {
    use provider_native::NativeProvider;
    use public_key::CanisterPublicKey;
    use serde_json::json;

    use super::*;
    use crate::input::hex;

    fn clause(key: &[u8], signer: &str) -> &'static str {
        let input = json!({
            "sender_pubkey": hex(key),
            "info": "00",
            "signer": signer,
            "sig": "00",
            "root_key": "",
        });
        match verify(&NativeProvider::new(), &input) {
            Err(Refusal::Reject { clause, .. }) => clause,
            outcome => panic!("{outcome:?}"),
        }
    }

    #[test]
    fn flaws_have_their_clauses() {
        let canister = Principal::from_slice(&[1, 2]).unwrap();
        let key = CanisterPublicKey::new(canister, b"seed").unwrap().to_der();
        assert_eq!(clause(b"no key", "0102"), "SINFO-2");
        assert_eq!(clause(&key, "0103"), "SINFO-4");
        assert_eq!(clause(&key, &"00".repeat(30)), "SINFO-4");
        assert_eq!(clause(&key, "0102"), "SINFO-5");
    }
}
