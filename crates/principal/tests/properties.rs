//! What holds for all principals and all texts.

use icid_principal::Class;
use icid_principal::ParsePrincipalTextError;
use icid_principal::Principal;
use proptest::char::range;
use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::prelude::prop_assert_eq;
use proptest::prelude::prop_assume;
use proptest::prelude::prop_oneof;
use proptest::prelude::proptest;
use proptest::test_runner::RngSeed;

fn fixed() -> ProptestConfig {
    ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x1c1d),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(fixed())]

    #[test]
    fn text_leads_back_to_the_principal(bytes in vec(any::<u8>(), 0..=29)) {
        let principal = Principal::from_slice(&bytes).unwrap();
        prop_assert_eq!(principal.as_bytes(), &bytes[..]);
        prop_assert_eq!(Principal::from_text(principal.to_text().as_str()), Ok(principal));
    }

    // spec: PRIN-17
    #[test]
    fn accepted_text_is_canonical_but_for_case(
        bytes in vec(any::<u8>(), 0..=29),
        position in any::<proptest::sample::Index>(),
        character in prop_oneof![any::<char>(), range('\0', '\u{7f}')],
    ) {
        let original = Principal::from_slice(&bytes).unwrap();
        let text = original.to_string();
        let mut characters: Vec<char> = text.chars().collect();
        let place = position.index(characters.len());
        characters[place] = character;
        let mutated = characters.into_iter().collect::<String>();
        match Principal::from_text(&mutated) {
            Ok(principal) => {
                prop_assert_eq!(principal, original);
                prop_assert_eq!(mutated.to_ascii_lowercase(), text);
            }
            Err(ParsePrincipalTextError::UnexpectedCharacter { position, found, .. }) => {
                prop_assert_eq!(position, place);
                prop_assert_eq!(Some(found), mutated.chars().nth(place));
            }
            Err(_) => prop_assume!(mutated != text),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-zA-Z2-7=0 -]{0,70}|\\PC{0,70}") {
        if let Ok(principal) = Principal::from_text(&text) {
            prop_assert_eq!(principal.to_string(), text.to_ascii_lowercase());
        }
    }

    // spec: PRIN-2, PRIN-3, PRIN-5, PRIN-7, PRIN-10
    #[test]
    fn the_class_depends_on_the_last_byte_and_the_length_only(
        bytes in vec(any::<u8>(), 1..=29),
        others in vec(any::<u8>(), 28),
        last in prop_oneof![0_u8..6, 0x7e_u8..0x80, any::<u8>()],
    ) {
        let mut bytes = bytes;
        let length = bytes.len();
        bytes[length - 1] = last;
        let class = Principal::from_slice(&bytes).unwrap().class();
        let expected = match (length, last) {
            (1, 4) => Class::Anonymous,
            (29, 2) => Class::SelfAuthenticating,
            (29, 3) => Class::Derived,
            (_, 0x7f) => Class::Reserved,
            _ => Class::Opaque,
        };
        prop_assert_eq!(class, expected);
        let other = [&others[..length - 1], &[last]].concat();
        prop_assert_eq!(Principal::from_slice(&other).unwrap().class(), class);
    }

    // spec: PRIN-3, PRIN-5
    #[test]
    fn ids_of_keys_and_of_principals_have_their_class_and_are_never_the_same(
        bytes in vec(any::<u8>(), 0..=29),
        nonce in vec(any::<u8>(), 0..40),
        other in vec(any::<u8>(), 0..40),
    ) {
        let principal = Principal::from_slice(&bytes).unwrap();
        let (derived, of_key) = (principal.derived(&nonce), Principal::self_authenticating(&nonce));
        prop_assert_eq!(derived.class(), Class::Derived);
        prop_assert_eq!(of_key.class(), Class::SelfAuthenticating);
        prop_assert_eq!(principal.derived(&other) == derived, other == nonce);
        prop_assert_eq!(Principal::self_authenticating(&other) == of_key, other == nonce);
    }

    // spec: RANGE-2
    #[test]
    fn the_order_is_that_of_the_bytes(
        a in vec(0_u8..3, 0..=29),
        b in vec(0_u8..3, 0..=29),
    ) {
        let order = Principal::from_slice(&a).unwrap().cmp(&Principal::from_slice(&b).unwrap());
        prop_assert_eq!(order, a.cmp(&b));
    }
}

// spec: RANGE-2, PRIN-20
#[test]
fn a_prefix_is_less_than_what_extends_it() {
    let order = [
        &b""[..],
        &[0],
        &[0, 0],
        &[0, 1],
        &[1],
        &[1, 0],
        &[1, 0, 0],
        &[2],
    ];
    let principals = order.map(|bytes| Principal::from_slice(bytes).unwrap());
    assert!(principals.is_sorted_by(|a, b| a < b));
}
