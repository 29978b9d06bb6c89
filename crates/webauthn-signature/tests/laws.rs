//! What holds for all client data.

use icid_webauthn_signature::{ClientData, Member, ParseClientDataError, TypeAndOriginRule};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

const RULES: [TypeAndOriginRule; 2] = [TypeAndOriginRule::Free, TypeAndOriginRule::Strings];

/// Base64url without padding, as RFC 4648 has it.
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0_usize, |number, index| {
            number << 8 | usize::from(chunk.get(index).copied().unwrap_or(0))
        });
        for index in 0..=chunk.len() {
            let letter = ALPHABET.get(number >> (18 - 6 * index) & 63);
            text.extend(letter.copied().map(char::from));
        }
    }
    text
}

/// An object with these members in this order.
fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x3eb),
        ..ProptestConfig::default()
    })]

    #[test]
    // spec: SIG-WEBAUTHN-14
    fn further_members_and_their_order_change_nothing(
        challenge in vec(any::<u8>(), 0..70),
        further in btree_map("x[a-z]{0,6}", select(&["1", "null", "true", "\"t\"", "[1,{}]", "{\"challenge\":\"\"}"][..]), 0..6),
        rotation in any::<Index>(),
    ) {
        let challenge = base64url(&challenge);
        let members = [
            ("type", "webauthn.get"),
            ("challenge", &challenge),
            ("origin", "https://identity.example"),
        ];
        let quoted = |(name, value): (&str, &str)| (name.to_owned(), format!("\"{value}\""));
        let mut all: Vec<(String, String)> = members.map(quoted).into_iter().collect();
        all.extend(further.into_iter().map(|(name, value)| (name, value.to_owned())));
        let distance = rotation.index(all.len());
        all.rotate_left(distance);
        let json = object(&all);
        for rule in RULES {
            let parsed = ClientData::parse(json.as_bytes(), rule).unwrap();
            prop_assert_eq!(parsed.challenge().chars().collect::<String>(), challenge.clone());
            for (found, expected) in [
                (parsed.kind(), "webauthn.get"),
                (parsed.origin(), "https://identity.example"),
            ] {
                let found = found.map(|text| text.chars().collect::<String>());
                prop_assert_eq!(found.as_deref(), Some(expected));
            }
        }

        // Without its challenge it is no client data, whatever else it has.
        all.retain(|(name, _)| name != "challenge");
        let json = object(&all);
        for rule in RULES {
            let parsed = ClientData::parse(json.as_bytes(), rule);
            let member = Member::Challenge;
            let expected = ParseClientDataError::MissingMember { member };
            prop_assert_eq!(parsed.err(), Some(expected));
        }
    }
}
