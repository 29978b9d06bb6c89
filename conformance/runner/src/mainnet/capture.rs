//! Capturing: the body of an anonymous `read_state` request, and the command that sends it.
//!
//! The suite never talks to the network. It writes a request; whoever wants data sends it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::cbor::Item;

use super::canister_id;

/// How long a request is valid: four minutes, of the five the network allows.
pub(crate) const VALIDITY_NANOS: u64 = 4 * 60 * 1_000_000_000;

/// The bytes of the anonymous principal.
const ANONYMOUS: [u8; 1] = [4];

/// What was written, and what to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Captured {
    pub(crate) request: PathBuf,
    pub(crate) sidecar: PathBuf,
    pub(crate) command: String,
}

/// Writes `DIR/requests/NAME.cbor` and `DIR/certificates/NAME.toml`.
pub(crate) fn capture(canister: &str, expiry_nanos: u64, folder: &Path) -> io::Result<Captured> {
    let id = canister_id(canister)
        .map_err(|reason| io::Error::new(io::ErrorKind::InvalidInput, reason))?;
    let name = format!("{canister}-{expiry_nanos}");
    let (requests, certificates) = (folder.join("requests"), folder.join("certificates"));
    fs::create_dir_all(&requests)?;
    fs::create_dir_all(&certificates)?;
    let request = requests.join(format!("{name}.cbor"));
    let sidecar = certificates.join(format!("{name}.toml"));
    fs::write(&request, body(&id, expiry_nanos))?;
    fs::write(
        &sidecar,
        format!(
            "# What certificates/{name}.bin answers, once the command has been run.\n\
             canister = \"{canister}\"\n\
             paths = [\n    \"/time\",\n    \"/canister/{canister}/module_hash\",\n    \
             \"/canister/{canister}/controllers\",\n]\n\
             ingress_expiry = \"{expiry_nanos}\"\n"
        ),
    )?;
    let command = format!(
        "curl --fail --silent --show-error --header 'Content-Type: application/cbor' \
         --data-binary @{} --output {} https://icp-api.io/api/v3/canister/{canister}/read_state",
        quoted(&request),
        quoted(&certificates.join(format!("{name}.bin"))),
    );
    Ok(Captured {
        request,
        sidecar,
        command,
    })
}

/// Returns the envelope: self-described CBOR, without sender key and signature.
fn body(canister: &[u8], expiry_nanos: u64) -> Vec<u8> {
    let path = |labels: &[&[u8]]| Item::Array(labels.iter().map(|l| Item::bytes(l)).collect());
    let paths = Item::Array(vec![
        path(&[b"time"]),
        path(&[b"canister", canister, b"module_hash"]),
        path(&[b"canister", canister, b"controllers"]),
    ]);
    let content = Item::record(&[
        ("request_type", Item::text("read_state")),
        ("sender", Item::bytes(&ANONYMOUS)),
        ("ingress_expiry", Item::Unsigned(expiry_nanos)),
        ("paths", paths),
    ]);
    Item::record(&[("content", content)])
        .self_described()
        .encode()
}

/// Quotes a path for a shell if it has to be.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(is_plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn the_body_is_an_anonymous_read_state_request() {
        let text = hex::encode(&body(&[0, 1], 5));
        assert_eq!(
            text,
            concat!(
                "d9d9f7a1",
                "67636f6e74656e74a4", // "content": 4 fields
                "6c726571756573745f747970656a726561645f7374617465",
                "6673656e6465724104",
                "6e696e67726573735f65787069727905",
                "65706174687383",
                "814474696d65",
                "834863616e697374657242 00014b6d6f64756c655f68617368",
                "834863616e697374657242 00014b636f6e74726f6c6c657273",
            )
            .replace(' ', "")
        );
    }

    #[test]
    fn paths_with_blanks_are_quoted() {
        assert_eq!(quoted(Path::new("/a/b-c.d")), "/a/b-c.d");
        assert_eq!(quoted(Path::new("/a b/it's")), "'/a b/it'\\''s'");
    }
}
