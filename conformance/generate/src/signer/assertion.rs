//! What authenticators make: COSE keys and WebAuthn signatures.

use model::cbor::Item;
use model::crypto::{sha256, sha256_of};

use super::Signer;

/// A COSE key: its labels and values in the order in which they are written.
#[derive(Clone, Debug)]
pub(crate) struct CoseKey(pub(crate) Vec<(i64, Item)>);

impl CoseKey {
    /// A key on P-256, from a point `04`, x, y.
    pub(crate) fn es256(point: &[u8]) -> Self {
        let coordinates = point.get(1..).unwrap_or_default();
        let (x, y) = coordinates.split_at_checked(32).unwrap_or_default();
        Self(vec![
            (1, number(2)),
            (3, number(-7)),
            (-1, number(1)),
            (-2, Item::bytes(x)),
            (-3, Item::bytes(y)),
        ])
    }

    /// An RSA key.
    pub(crate) fn rs256(n: &[u8], e: &[u8]) -> Self {
        Self(vec![
            (1, number(3)),
            (3, number(-257)),
            (-1, Item::bytes(n)),
            (-2, Item::bytes(e)),
        ])
    }

    /// A key on Ed25519.
    pub(crate) fn ed25519(point: &[u8]) -> Self {
        Self(vec![
            (1, number(1)),
            (3, number(-8)),
            (-1, number(6)),
            (-2, Item::bytes(point)),
        ])
    }

    /// With another value for a label, or a further label at the end.
    pub(crate) fn with(mut self, label: i64, value: Item) -> Self {
        match self.0.iter_mut().find(|(known, _)| *known == label) {
            Some((_, slot)) => *slot = value,
            None => self.0.push((label, value)),
        }
        self
    }

    /// Without a label.
    pub(crate) fn without(mut self, label: i64) -> Self {
        self.0.retain(|(known, _)| *known != label);
        self
    }

    /// The map.
    pub(crate) fn item(&self) -> Item {
        let entry = |(label, value): &(i64, Item)| (number(*label), value.clone());
        Item::Map(self.0.iter().map(entry).collect())
    }

    /// The bytes of the map.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.item().encode()
    }
}

/// An integer of either sign.
pub(crate) fn number(value: i64) -> Item {
    match u64::try_from(value) {
        Ok(value) => Item::Unsigned(value),
        // −1 − n is the complement of n.
        Err(_) => Item::Negative(value.unsigned_abs().saturating_sub(1)),
    }
}

/// The relying party of the test keys.
pub(crate) const ORIGIN: &str = "https://identity.example";

/// A WebAuthn signature: what the authenticator saw and what it signed.
#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    /// The hash of the relying party's id, the flags and the counter.
    pub(crate) authenticator_data: Vec<u8>,
    /// The client data, usually JSON.
    pub(crate) client_data: Vec<u8>,
    /// The signature on both.
    pub(crate) signature: Vec<u8>,
}

impl Assertion {
    /// What an authenticator is asked to sign for `payload`.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let challenge = base64url(payload);
        Self::with_client_data(
            format!(
                r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#
            )
            .as_bytes(),
        )
    }

    /// The same with other client data.
    pub(crate) fn with_client_data(client_data: &[u8]) -> Self {
        let flags_and_counter = [0x05, 0, 0, 0, 1];
        Self {
            authenticator_data: [sha256(b"identity.example").as_slice(), &flags_and_counter]
                .concat(),
            client_data: client_data.to_vec(),
            signature: Vec::new(),
        }
    }

    /// What the signature covers.
    pub(crate) fn message(&self) -> Vec<u8> {
        [
            self.authenticator_data.as_slice(),
            &sha256_of(&[&self.client_data]),
        ]
        .concat()
    }

    /// Signed by this signer.
    pub(crate) fn sign(mut self, signer: &Signer) -> Self {
        self.signature = signer.sign_raw(&self.message());
        self
    }

    /// The members of the container, in the usual order.
    pub(crate) fn members(&self) -> Vec<(&'static str, Item)> {
        vec![
            ("authenticator_data", Item::bytes(&self.authenticator_data)),
            ("client_data_json", Item::Text(self.client_data.clone())),
            ("signature", Item::bytes(&self.signature)),
        ]
    }

    /// The container.
    pub(crate) fn encode(&self) -> Vec<u8> {
        Item::record(&self.members()).self_described().encode()
    }
}

/// Base64 with the alphabet of URLs and without padding: RFC 4648, section 5.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut text, mut pending, mut count) = (String::new(), 0_u32, 0_u32);
    let mut digit = |value: u32| {
        let index = usize::try_from(value & 63).unwrap_or_default();
        text.extend(alphabet.get(index).map(|digit| char::from(*digit)));
    };
    for byte in bytes {
        pending = (pending << 8) | u32::from(*byte);
        count = count.saturating_add(8);
        while count >= 6 {
            count = count.saturating_sub(6);
            digit(pending >> count);
        }
        pending &= 63;
    }
    if count > 0 {
        digit(pending << 6_u32.saturating_sub(count));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_base64_as_in_rfc_4648() {
        // RFC 4648, section 10, without the padding.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }
}
