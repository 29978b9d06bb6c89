//! Known principals and known mistakes.
//!
//! The bytes follow from the rules of interface spec 0.66.0, "Principals"; those of the first four
//! rows, and the text of all but the third, are printed there.

use hex_literal::hex;
use icid_principal::Class;
use icid_principal::ExpectedCharacter::Base32;
use icid_principal::ExpectedCharacter::Dash;
use icid_principal::ParsePrincipalError;
use icid_principal::ParsePrincipalTextError;
use icid_principal::ParsePrincipalTextError::TooLong;
use icid_principal::ParsePrincipalTextError::TooShort;
use icid_principal::ParsePrincipalTextError::UnexpectedCharacter;
use icid_principal::ParsePrincipalTextError::UnusedBits;
use icid_principal::ParsePrincipalTextError::UnusedCharacter;
use icid_principal::ParsePrincipalTextError::WrongChecksum;
use icid_principal::Principal;

const PRINCIPALS: &[(&[u8], &str, Class)] = &[
    (&hex!("abcd01"), "em77e-bvlzu-aq", Class::Opaque),
    (&hex!(""), "aaaaa-aa", Class::Management),
    (&hex!("04"), "2vxsx-fae", Class::Anonymous),
    (
        &hex!("cff280e32d7f5ccd2246882f94afb20f54ca61a21765e712d43d278902"),
        "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe",
        Class::SelfAuthenticating,
    ),
    (
        &hex!("00000000000004d2"),
        "ngj2t-fiaaa-aaaaa-aatja",
        Class::Opaque,
    ),
    (
        &hex!("00000000000000000101"),
        "rwlgt-iiaaa-aaaaa-aaaaa-cai",
        Class::Opaque,
    ),
    (
        &hex!("00000000000000010101"),
        "rrkah-fqaaa-aaaaa-aaaaq-cai",
        Class::Opaque,
    ),
    (
        &hex!("00000000000000070101"),
        "rdmx6-jaaaa-aaaaa-aaadq-cai",
        Class::Opaque,
    ),
    (
        &hex!("efcdab000000000001"),
        "2chl6-4hpzw-vqaaa-aaaaa-c",
        Class::Opaque,
    ),
    (&hex!("7f"), "ck4ig-id7", Class::Reserved),
    (
        &hex!("000000000000000000000000000000000000000000000000000000007f"),
        "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ah6",
        Class::Reserved,
    ),
];

#[test]
fn known_principals_have_their_text() {
    for (bytes, text, class) in PRINCIPALS {
        let principal = Principal::try_from(*bytes).unwrap();
        assert_eq!(principal.to_text().as_str(), *text);
        assert_eq!(AsRef::<str>::as_ref(&principal.to_text()), *text);
        assert_eq!(principal.as_bytes(), *bytes);
        assert_eq!(principal.class(), *class, "{text}");
    }
}

// spec: PRIN-11, PRIN-12, PRIN-13, PRIN-14
#[test]
fn known_texts_have_their_principal() {
    for (bytes, text, _) in PRINCIPALS {
        assert_eq!(Principal::from_text(text).unwrap().as_bytes(), *bytes);
    }
}

// spec: PRIN-15
#[test]
fn case_does_not_matter() {
    for (bytes, text, _) in PRINCIPALS {
        assert_eq!(
            Principal::from_text(&text.to_ascii_uppercase())
                .unwrap()
                .as_bytes(),
            *bytes
        );
    }
    let mixed = Principal::from_text("Em77e-bVlZu-aQ").unwrap();
    assert_eq!(mixed.to_text().as_str(), "em77e-bvlzu-aq");
}

#[test]
fn constants_have_their_text() {
    assert_eq!(Principal::MANAGEMENT.to_string(), "aaaaa-aa");
    assert_eq!(Principal::ANONYMOUS.to_string(), "2vxsx-fae");
}

#[test]
fn the_first_of_several_mistakes_is_named_wherever_they_are() {
    for first in 0..5 {
        for second in first + 1..=5 {
            let mut text = *b"em77e-bvlzu-aq";
            text[first] = b'1';
            text[second] = b'1';
            let error = UnexpectedCharacter {
                position: first,
                found: '1',
                expected: Base32,
            };
            let text = core::str::from_utf8(&text).unwrap();
            assert_eq!(Principal::from_text(text), Err(error), "{text}");
        }
    }
    // The second byte of this letter is a dash but for the bit that the first has, too.
    let error = UnexpectedCharacter {
        position: 4,
        found: 'í',
        expected: Base32,
    };
    assert_eq!(Principal::from_text("em77íbvlzu-aq"), Err(error));
}

/// Texts that are no principal's, and why, in the order of the checks.
const MISTAKES: &[(&str, ParsePrincipalTextError)] = &[
    // One more group, or one more character, than 63 characters have. The first also holds 30 bytes.
    (
        "aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa",
        TooLong { length: 65 },
    ),
    (
        "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ah6a",
        TooLong { length: 64 },
    ),
    // Alphabet.
    (
        "0m77e-bvlzu-aq",
        UnexpectedCharacter {
            position: 0,
            found: '0',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlzu-1q",
        UnexpectedCharacter {
            position: 12,
            found: '1',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlz8-aq",
        UnexpectedCharacter {
            position: 10,
            found: '8',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlzu-a9",
        UnexpectedCharacter {
            position: 13,
            found: '9',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlzu-aq=",
        UnexpectedCharacter {
            position: 14,
            found: '=',
            expected: Base32,
        },
    ),
    (
        " em77e-bvlzu-aq",
        UnexpectedCharacter {
            position: 0,
            found: ' ',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlzu-aq\n",
        UnexpectedCharacter {
            position: 14,
            found: '\n',
            expected: Base32,
        },
    ),
    (
        "em77e-bv\u{142}zu-aq",
        UnexpectedCharacter {
            position: 8,
            found: '\u{142}',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlzu-\u{0}q",
        UnexpectedCharacter {
            position: 12,
            found: '\u{0}',
            expected: Base32,
        },
    ),
    // Grouping.
    (
        "em77e-bvlzuaq",
        UnexpectedCharacter {
            position: 11,
            found: 'a',
            expected: Dash,
        },
    ),
    (
        "em77ebvlzuaq",
        UnexpectedCharacter {
            position: 5,
            found: 'b',
            expected: Dash,
        },
    ),
    (
        "-em77e-bvlzu-aq",
        UnexpectedCharacter {
            position: 0,
            found: '-',
            expected: Base32,
        },
    ),
    (
        "em77e-bvlzu-aq-",
        UnexpectedCharacter {
            position: 14,
            found: '-',
            expected: Base32,
        },
    ),
    (
        "em77e--bvlzu-aq",
        UnexpectedCharacter {
            position: 6,
            found: '-',
            expected: Base32,
        },
    ),
    (
        "em77-ebvl-zuaq",
        UnexpectedCharacter {
            position: 4,
            found: '-',
            expected: Base32,
        },
    ),
    (
        "aaaaa_aa",
        UnexpectedCharacter {
            position: 5,
            found: '_',
            expected: Dash,
        },
    ),
    (
        "aaaaa\u{2010}aa",
        UnexpectedCharacter {
            position: 5,
            found: '\u{2010}',
            expected: Dash,
        },
    ),
    // Length.
    ("", TooShort { length: 0 }),
    ("aaaaa", TooShort { length: 5 }),
    ("aaaaa-a", TooShort { length: 7 }),
    ("aaaaa-aaaaa-", UnusedCharacter { length: 12 }),
    ("em77e-bvlzu-a", UnusedCharacter { length: 13 }),
    // Unused bits.
    ("em77e-bvlzu-ar", UnusedBits { length: 14 }),
    ("aaaaa-ab", UnusedBits { length: 8 }),
    ("aaaaa-ae", UnusedBits { length: 8 }),
    (
        "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ah7",
        UnusedBits { length: 63 },
    ),
    // Checksum.
    (
        "em77e-bvlzu-aqa",
        WrongChecksum {
            found: 0x233f_f206,
            expected: 0x3b42_754a,
        },
    ),
    (
        "fm77e-bvlzu-aq",
        WrongChecksum {
            found: 0x2b3f_f206,
            expected: 0x233f_f206,
        },
    ),
    (
        "aaaaa-ai",
        WrongChecksum {
            found: 1,
            expected: 0,
        },
    ),
    (
        "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ahy",
        WrongChecksum {
            found: 0xcbee_a98b,
            expected: 0x52e7_f831,
        },
    ),
];

// spec: PRIN-13, PRIN-14, PRIN-16, PRIN-17, PRIN-18
#[test]
fn known_mistakes_are_named() {
    for (text, error) in MISTAKES {
        assert_eq!(Principal::from_text(text), Err(*error), "{text:?}");
    }
}

// spec: PRIN-1
#[test]
fn accepts_29_bytes() {
    assert_eq!(Principal::from_slice(&[7; 29]).unwrap().as_bytes(), [7; 29]);
}

// spec: PRIN-1
#[test]
fn rejects_thirty_bytes() {
    assert_eq!(
        Principal::from_slice(&[7; 30]),
        Err(ParsePrincipalError::TooLong { length: 30 })
    );
}

// spec: PRIN-3, PRIN-10
#[test]
fn a_class_needs_length_and_last_byte() {
    let class = |bytes: &[u8]| Principal::from_slice(bytes).unwrap().class();
    let ending_in = |last: u8, length: usize| {
        let mut bytes = [0; 29];
        bytes[length - 1] = last;
        class(&bytes[..length])
    };
    assert_eq!(ending_in(2, 29), Class::SelfAuthenticating);
    assert_eq!(ending_in(2, 28), Class::Opaque);
    assert_eq!(ending_in(2, 2), Class::Opaque);
    assert_eq!(ending_in(3, 29), Class::Derived);
    assert_eq!(ending_in(3, 28), Class::Opaque);
    assert_eq!(ending_in(4, 1), Class::Anonymous);
    assert_eq!(ending_in(4, 2), Class::Opaque);
    assert_eq!(ending_in(4, 29), Class::Opaque);
    assert_eq!(ending_in(0x7f, 1), Class::Reserved);
    assert_eq!(ending_in(0x7f, 29), Class::Reserved);
    assert_eq!(ending_in(0, 1), Class::Opaque);
    assert_eq!(ending_in(1, 29), Class::Opaque);
}

// spec: PRIN-3
#[test]
fn the_mainnet_root_key_authenticates_the_root_subnet() {
    // The public root key of the Internet Computer, as every agent carries it.
    let key = hex!(
        "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100814c0e6ec71fab58"
        "3b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc5341583bf4b43"
        "92e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae"
    );
    assert_eq!(
        Principal::self_authenticating(&key).to_string(),
        "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe"
    );
}

// spec: PRIN-5
#[test]
fn derived_ids_hash_the_length_too() {
    // SHA-224 of 00, and of 01 04 01.
    assert_eq!(
        Principal::MANAGEMENT.derived(b"").as_bytes(),
        hex!("fff9292b4201617bdc4d3053fce02734166a683d7d858a7f5f59b07303")
    );
    assert_eq!(
        Principal::ANONYMOUS.derived(&[1]).as_bytes(),
        hex!("cdf5c1ebade4a86871604c6c7be3e559819893d92a76c22e317a053803")
    );
}
