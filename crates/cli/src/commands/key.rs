//! `icid key`: a public key taken apart.

use principal::Principal;
use public_key::{CosePublicKey, Ed25519PublicKey, ParsePublicKeyError, PublicKey, RsaPublicKey};

use crate::cli::Options;
use crate::failure::{Failure, malformed};
use crate::hex;
use crate::input::Input;
use crate::options::Reading;
use crate::output::{Record, Value, Verdict};
use crate::view;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The DER SubjectPublicKeyInfo: a file, hexadecimal, base64, PEM, or -
    key: String,
    #[command(flatten)]
    reading: Reading,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let input = options.read(&args.key)?;
    let policy = args.reading.preset.policy();
    match PublicKey::parse(&input.bytes, policy.public_key) {
        Ok(key) => {
            let record = Record::new().noted(
                "scheme",
                view::key::scheme(&key),
                view::key::meaning(key.scheme()),
            );
            Ok(view::key::parts(record, &key)
                .with("der", Value::bytes(&input.bytes))
                .with("principal", Value::Principal(key.principal()))
                .with("signs_requests", Value::Flag(key.scheme().signs_requests()))
                .with("verdict", Value::Verdict(view::key::check(&key, policy))))
        }
        Err(ParsePublicKeyError::PlainRsa) => Ok(plain_rsa(&input.bytes, args)),
        Err(error) => Err(explain(&input, args, error)),
    }
}

/// Describes a key that is none of the Internet Computer.
fn plain_rsa(der: &[u8], args: &Args) -> Record {
    let record = Record::new().noted("scheme", Value::Name("plain_rsa"), "not in a COSE key");
    let (record, verdict) = match RsaPublicKey::from_der(der) {
        Ok(key) => {
            let accepts = args.reading.preset.policy().plain_rsa_signer;
            let verdict = if accepts == request::PlainRsaRule::Accept {
                Verdict::valid("replicas let such a key sign delegations, and nothing else")
            } else {
                Verdict::invalid("the specification has no scheme for such a key")
            };
            (view::key::rsa_parts(record, &key), verdict)
        }
        Err(error) => (record, Verdict::invalid(error.to_string())),
    };
    record
        .with("der", Value::bytes(der))
        .with(
            "principal",
            Value::Principal(Principal::self_authenticating(der)),
        )
        .with("signs_requests", Value::Flag(false))
        .with("verdict", Value::Verdict(verdict))
}

/// Says what else the bytes could be.
fn explain(input: &Input, args: &Args, error: ParsePublicKeyError) -> Failure {
    let bytes = &input.bytes;
    let rules = args.reading.preset.policy().public_key;
    let failure = input.explain(malformed("a public key in DER", error));
    if let Ok(bytes) = <[u8; Ed25519PublicKey::LENGTH]>::try_from(bytes.as_slice()) {
        let der = Ed25519PublicKey::from_bytes(bytes).to_der();
        return failure.hint(format!(
            "{}, the DER form if these 32 bytes are an Ed25519 key",
            hex::encode(&der)
        ));
    }
    if let Ok(key) = CosePublicKey::parse(bytes, rules) {
        return failure.hint(format!(
            "{}, the DER form of this COSE key",
            hex::encode(&key.to_der())
        ));
    }
    let hint = args
        .reading
        .preset
        .hint(|policy| PublicKey::parse(bytes, policy.public_key).is_ok());
    failure.maybe_hint(hint)
}
