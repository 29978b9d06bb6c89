//! Says who sent a request, what they may do, and until when.
//!
//! ```text
//! cargo run -p icid --example authenticate -- crates/icid/examples/request.cbor 1700000000000000000
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use icid::{AllowedTargets, BlsPublicKey, Envelope, Policy, Timestamp};

const USAGE: &str = "usage: authenticate FILE [NOW [ROOT_KEY]]
  FILE      the body of a call, query or read_state request
  NOW       nanoseconds since 1970; the present if left out
  ROOT_KEY  a file with the root key in DER; that of the public network if left out";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match describe(&arguments) {
        Ok(answer) => println!("{answer}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn describe(arguments: &[String]) -> Result<String, Box<dyn Error>> {
    let read = |file: &String| fs::read(file).map_err(|error| format!("{file}: {error}"));
    let (file, now, root_key) = match arguments {
        [file] => (file, present()?, icid::MAINNET_ROOT_KEY),
        [file, now] => (file, now.parse()?, icid::MAINNET_ROOT_KEY),
        [file, now, key] => (file, now.parse()?, BlsPublicKey::from_der(&read(key)?)?),
        _ => return Err(USAGE.into()),
    };
    let bytes = read(file)?;
    let envelope = Envelope::parse(&bytes, Policy::SPEC)?;
    let sender = icid::authenticate(&envelope, Timestamp::from_nanos(now), root_key)?;
    let may = if sender.queries_only() {
        "query"
    } else {
        "call and query"
    };
    let which = match sender.targets() {
        AllowedTargets::Any => "any canister".to_owned(),
        AllowedTargets::Only(canisters) => format!("only {canisters:?}"),
    };
    let until = sender
        .expires_at()
        .unwrap_or_else(|| sender.content().ingress_expiry());
    let (who, what) = (sender.sender(), sender.content().request_type().name());
    let id = sender.request_id();
    Ok(format!(
        "{who} sent {what} {id}\nmay {may} {which}\nuntil {until}"
    ))
}

#[expect(clippy::disallowed_methods, reason = "a program may look at the clock")]
fn present() -> Result<u64, Box<dyn Error>> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(u64::try_from(since.as_nanos())?)
}
