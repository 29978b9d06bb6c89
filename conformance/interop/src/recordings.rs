//! What a browser returned when passkeys were made and signed: the files of `conformance/recordings`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::hex::Hex;

/// The files.
const FILES: &[&str] = &[
    include_str!("../../recordings/eddsa.json"),
    include_str!("../../recordings/es256.json"),
    include_str!("../../recordings/es256-packed.json"),
    include_str!("../../recordings/es256-synced.json"),
    include_str!("../../recordings/es256-u2f.json"),
    include_str!("../../recordings/rs256.json"),
];

/// A passkey, how it was made, and what it signed.
#[derive(Clone, Debug, Deserialize)]
pub struct Recording {
    /// The name of the file.
    pub name: String,
    /// Where the page was.
    pub origin: String,
    /// The relying party.
    pub rp_id: String,
    /// The algorithm of the key in COSE.
    pub cose_algorithm: i64,
    /// How the authenticator attests the key.
    pub attestation: String,
    /// The key to which the passkey delegates.
    pub session_key: SessionKey,
    /// What the browser returned when the passkey was made.
    pub registration: Registration,
    /// The key in DER, by the script that recorded it.
    pub der: Hex,
    /// The principal, by the same script.
    pub principal: Hex,
    /// What the passkey signed.
    pub assertions: Vec<RecordedAssertion>,
}

/// A plain Ed25519 key.
#[derive(Clone, Debug, Deserialize)]
pub struct SessionKey {
    /// The secret key.
    pub seed: Hex,
    /// The public key.
    pub der: Hex,
}

/// What the browser returned when a passkey was made.
#[derive(Clone, Debug, Deserialize)]
pub struct Registration {
    /// What it was asked to put into the client data.
    pub challenge: Hex,
    /// The id.
    pub credential_id: Hex,
    /// The attestation object.
    pub attestation_object: Hex,
    /// The part of it that the authenticator wrote, as the browser cut it out.
    pub authenticator_data: Hex,
    /// The client data.
    pub client_data_json: String,
    /// The key as the browser wrote it in DER, without COSE.
    pub plain_der: Hex,
}

/// What the browser returned when a passkey signed.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedAssertion {
    /// Whether it is a `request` or a `delegation`.
    pub kind: String,
    /// What was hashed.
    pub fields: BTreeMap<String, Field>,
    /// The signed bytes by the script: a separator and the hash.
    pub payload: Hex,
    /// The data of the authenticator.
    pub authenticator_data: Hex,
    /// The client data.
    pub client_data_json: String,
    /// The signature in the form of the authenticator.
    pub signature: Hex,
}

/// A field of what is hashed.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Field {
    /// Bytes.
    Blob {
        /// The bytes.
        blob: Hex,
    },
    /// A list.
    List(Vec<Field>),
    /// A natural number.
    Nat {
        /// The number in decimal.
        nat: String,
    },
    /// A text.
    Text {
        /// The text.
        text: String,
    },
}

impl Field {
    /// Returns the bytes.
    ///
    /// # Panics
    ///
    /// If it is something else.
    #[must_use]
    pub fn blob(&self) -> Vec<u8> {
        match self {
            Self::Blob { blob } => blob.to_vec(),
            other => panic!("{other:?} is no blob"),
        }
    }

    /// Returns the elements.
    ///
    /// # Panics
    ///
    /// If it is something else.
    #[must_use]
    pub fn list(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            other => panic!("{other:?} is no list"),
        }
    }

    /// Returns the number.
    ///
    /// # Panics
    ///
    /// If it is something else.
    #[must_use]
    pub fn nat(&self) -> u64 {
        match self {
            Self::Nat { nat } => nat.parse().expect("the number is in decimal"),
            other => panic!("{other:?} is no number"),
        }
    }

    /// Returns the text.
    ///
    /// # Panics
    ///
    /// If it is something else.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text } => text,
            other => panic!("{other:?} is no text"),
        }
    }
}

/// Returns the files as they are.
///
/// # Panics
///
/// If a file is not JSON.
#[must_use]
pub fn files() -> Vec<serde_json::Value> {
    let read = |file: &&str| serde_json::from_str(file).expect("the script wrote it");
    FILES.iter().map(read).collect()
}

/// Returns all recordings.
///
/// # Panics
///
/// If a file is not of this form.
#[must_use]
pub fn all() -> Vec<Recording> {
    let read = |file: &&str| serde_json::from_str(file).expect("the script wrote it");
    FILES.iter().map(read).collect()
}
