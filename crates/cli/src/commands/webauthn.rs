//! `icid webauthn`: the signature of a passkey taken apart, and verified.

use provider_rustcrypto::RustCryptoProvider;
use public_key::{CosePublicKey, PublicKey};
use request::Policy;
use webauthn_signature::{Assertion, AuthenticatorData, ClientData, Flags, VerifyAssertionError};

use crate::base64;
use crate::cli::Options;
use crate::failure::{Failure, malformed};
use crate::options::Reading;
use crate::output::{Record, Value, Verdict};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The signature as it travels, in CBOR: a file, hexadecimal, base64, or -
    signature: String,
    /// The key of the passkey in DER, or as a COSE key
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// All bytes that should have been signed, domain separator included
    #[arg(long, value_name = "BYTES", requires = "key")]
    message: Option<String>,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let input = options.read(&args.signature)?;
    let policy = args.reading.preset.policy();
    let assertion = Assertion::parse(&input.bytes, policy.webauthn).map_err(|error| {
        let hint = args
            .reading
            .preset
            .hint(|policy| Assertion::parse(&input.bytes, policy.webauthn).is_ok());
        input
            .explain(malformed("a WebAuthn signature", error))
            .maybe_hint(hint)
    })?;
    let verdict = judge(&assertion, args, options, policy)?;
    Ok(Record::new()
        .with(
            "client_data",
            Value::Record(client_data(assertion.client_data())),
        )
        .with(
            "authenticator_data",
            Value::Record(authenticator_data(assertion.authenticator_data())),
        )
        .with("signature", Value::bytes(assertion.signature()))
        .with("verdict", Value::Verdict(verdict)))
}

fn client_data(data: &ClientData<'_>) -> Record {
    let challenge = data.challenge().to_string();
    let record = Record::new()
        .maybe("type", data.kind().map(shown))
        .maybe("origin", data.origin().map(shown))
        .maybe("top_origin", data.top_origin().map(shown))
        .maybe("cross_origin", data.cross_origin().map(Value::Flag))
        .with("challenge", Value::text(challenge.as_str()));
    let signed = base64::decode(&challenge);
    record
        .maybe("signed_bytes", signed.map(Value::Bytes))
        .with("json", Value::text(data.json()))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is mapped over what is owned"
)]
fn shown(text: impl ToString) -> Value {
    Value::text(text.to_string())
}

fn authenticator_data(bytes: &[u8]) -> Record {
    let record = Record::new();
    let data = match AuthenticatorData::parse(bytes) {
        Ok(data) => data,
        Err(error) => {
            return record
                .with("bytes", Value::bytes(bytes))
                .with("unreadable", Value::Phrase(error.to_string()));
        }
    };
    let flags = data.flags();
    let record = record
        .with("rp_id_hash", Value::bytes(data.rp_id_hash()))
        .noted(
            "flags",
            Value::List(names(flags)),
            format!("{:#04x}", flags.bits()),
        )
        .with("flag_bits", Value::Count(flags.bits().into()))
        .with("counter", Value::Count(data.counter().into()));
    let record = match data.credential() {
        Some(credential) => record
            .with("aaguid", Value::bytes(credential.aaguid()))
            .with("credential_id", Value::bytes(credential.id()))
            .with("credential_key", Value::bytes(credential.cose_key())),
        None => record,
    };
    record.maybe("extensions", data.extensions().map(Value::bytes))
}

fn names(flags: Flags) -> Vec<Value> {
    let all = [
        (flags.user_present(), "user_present"),
        (flags.user_verified(), "user_verified"),
        (flags.backup_eligible(), "backup_eligible"),
        (flags.backed_up(), "backed_up"),
        (flags.has_credential(), "attested_credential"),
        (flags.has_extensions(), "extensions"),
    ];
    let set = all.into_iter().filter(|(is_set, _)| *is_set);
    set.map(|(_, name)| Value::Name(name)).collect()
}

fn judge(
    assertion: &Assertion<'_>,
    args: &Args,
    options: &Options,
    policy: Policy,
) -> Result<Verdict, Failure> {
    let Some(key) = &args.key else {
        return Ok(Verdict::unchecked(
            "whether it holds, only --key and --message tell",
        ));
    };
    let key = options.read(key)?;
    let cose = match PublicKey::parse(&key.bytes, policy.public_key) {
        Ok(PublicKey::Cose(cose)) => cose,
        Ok(other) => {
            let what = format!(
                "the key is of the scheme {}, not one of a passkey",
                other.scheme()
            );
            return Err(key.explain(Failure::data(what)));
        }
        Err(error) => CosePublicKey::parse(&key.bytes, policy.public_key)
            .map_err(|_| key.explain(malformed("the key of a passkey", error)))?,
    };
    let message = match &args.message {
        Some(message) => Some(options.read(message)?.bytes),
        None => None,
    };
    // Without a message, what the signature itself says was signed.
    let challenge = assertion.client_data().challenge().to_string();
    let payload = message.clone().or_else(|| base64::decode(&challenge));
    let payload = payload.unwrap_or_default();
    let result = assertion.verify(&[&payload], &cose, &RustCryptoProvider::new());
    Ok(match (result, message) {
        (Ok(_), Some(_)) => Verdict::valid("the passkey signed the message"),
        (Ok(_), None) => Verdict::valid(
            "the passkey signed its challenge; whether that is the right one, only --message tells",
        ),
        (Err(VerifyAssertionError::WrongChallenge), Some(_)) => {
            Verdict::invalid("the challenge is not the message, so something else was signed")
        }
        (Err(error), _) => Verdict::invalid(error.to_string()),
    })
}
