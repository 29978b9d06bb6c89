//! Principals: bytes, text and wire forms against `ic_principal` and `candid`.

use std::collections::BTreeMap;
use std::fmt::Debug;

use candid::CandidType;
use candid::Decode;
use candid::Encode;
use icid_interop::Rng;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;

type Ours = principal::Principal;
type Theirs = ic_principal::Principal;

/// What `ic_principal` does otherwise, on purpose.
///
/// * Its order is by length first; ours is that of the bytes, as canister ranges need it.
const ORDER_DIFFERS: (&[u8], &[u8]) = (&[2], &[1, 0]);

/// Texts with a known fate, from interface spec 0.66.0 and its rules.
const TEXTS: &[&str] = &[
    "em77e-bvlzu-aq",
    "aaaaa-aa",
    "2vxsx-fae",
    "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe",
    "ngj2t-fiaaa-aaaaa-aatja",
    "rwlgt-iiaaa-aaaaa-aaaaa-cai",
    "rrkah-fqaaa-aaaaa-aaaaq-cai",
    "rdmx6-jaaaa-aaaaa-aaadq-cai",
    "2chl6-4hpzw-vqaaa-aaaaa-c",
    "ck4ig-id7",
    "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ah6",
    "EM77E-BVLZU-AQ",
    "Em77e-bvlzu-aq",
    "fm77e-bvlzu-aq",
    "em77e-bvlzu-a",
    "em77e-bvlzu-ar",
    "em77e-bvlzu-aqa",
    "aaaaa-ab",
    "em77e-bvlzu-aq=",
    "0m77e-bvlzu-aq",
    " em77e-bvlzu-aq",
    "em77e-bvlzuaq",
    "em77ebvlzuaq",
    "-em77e-bvlzu-aq",
    "em77e-bvlzu-aq-",
    "em77e--bvlzu-aq",
    "",
    "-",
    "aaaaa",
    "aaaaa-a",
    "aaaaa-",
    "aaaaa-aaaaa-",
    "aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa",
    "zpxkt-cyaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-aaaaa-ah7",
    "\u{17f}aaaa-aa",
    "aaaaa-\u{212a}a",
];

/// Returns the two libraries' principals of the same bytes, of every length many times.
fn pairs() -> impl Iterator<Item = (Ours, Theirs)> {
    let mut rng = Rng::new(1);
    (0..3_000).map(move |index| {
        let mut bytes = rng.bytes(index % 30);
        // Let the special last bytes occur often enough.
        if let Some(last) = bytes.last_mut().filter(|_| index.is_multiple_of(3)) {
            *last = *rng.choose(&[0, 1, 2, 3, 4, 0x7f]);
        }
        (
            Ours::from_slice(&bytes).unwrap(),
            Theirs::try_from_slice(&bytes).unwrap(),
        )
    })
}

#[test]
fn bytes_of_every_length_have_the_same_fate() {
    for length in 0..100 {
        let bytes = vec![length; usize::from(length)];
        let (ours, theirs) = (Ours::from_slice(&bytes), Theirs::try_from_slice(&bytes));
        assert_eq!(ours.is_ok(), theirs.is_ok());
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(ours.as_bytes(), theirs.as_slice());
        }
    }
}

#[test]
fn the_same_bytes_have_the_same_text() {
    for (ours, theirs) in pairs() {
        assert_eq!(ours.to_text().as_str(), theirs.to_text());
        assert_eq!(ours.to_string(), theirs.to_string());
    }
}

#[test]
fn known_texts_have_the_same_fate() {
    for text in TEXTS {
        assert_same_fate(text);
        assert_same_fate(&text.to_uppercase());
        for (index, _) in text.char_indices() {
            assert_same_fate(&text[..index]);
            assert_same_fate(&text[index..]);
        }
    }
}

#[test]
fn texts_with_one_other_character_have_the_same_fate() {
    let mut accepted = 0_u32;
    let texts = TEXTS.iter().map(|text| (*text).to_owned());
    for text in texts.chain(pairs().take(60).map(|(_, theirs)| theirs.to_text())) {
        for (index, original) in text.char_indices() {
            let (head, tail) = (&text[..index], &text[index + original.len_utf8()..]);
            for character in (0..=0xff)
                .map(char::from)
                .chain(['\u{130}', '\u{212a}', '\u{ff0d}'])
            {
                accepted += u32::from(assert_same_fate(&format!("{head}{character}{tail}")));
            }
            assert_same_fate(&format!("{head}{tail}"));
            assert_same_fate(&format!("{head}a{original}{tail}"));
            assert_same_fate(&format!("{head}-{original}{tail}"));
        }
    }
    assert!(
        accepted > 1_000,
        "the texts themselves are accepted again and again"
    );
}

/// Checks that both libraries accept a text as the same principal, or both refuse it.
fn assert_same_fate(text: &str) -> bool {
    let (ours, theirs) = (Ours::from_text(text), Theirs::from_text(text));
    assert_eq!(
        ours.ok().as_ref().map(Ours::as_bytes),
        theirs.ok().as_ref().map(Theirs::as_slice),
        "{text:?}"
    );
    ours.is_ok()
}

#[test]
fn the_same_keys_have_the_same_principal() {
    let mut rng = Rng::new(2);
    for length in 0..200 {
        let key = rng.bytes(length);
        assert_eq!(
            Ours::self_authenticating(&key).as_bytes(),
            Theirs::self_authenticating(&key).as_slice()
        );
    }
}

#[test]
fn constants_are_the_same() {
    assert_eq!(
        Ours::MANAGEMENT.as_bytes(),
        Theirs::management_canister().as_slice()
    );
    assert_eq!(Ours::ANONYMOUS.as_bytes(), Theirs::anonymous().as_slice());
    assert_eq!(Ours::MAX_LENGTH, Theirs::MAX_LENGTH_IN_BYTES);
}

#[test]
fn the_order_differs_as_documented() {
    let (less, greater) = ORDER_DIFFERS;
    assert!(Theirs::from_slice(less) < Theirs::from_slice(greater));
    assert!(Ours::from_slice(less).unwrap() > Ours::from_slice(greater).unwrap());
}

/// A principal at every place where one can be.
#[derive(CandidType, Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Places<P> {
    alone: P,
    maybe: Option<P>,
    many: Vec<P>,
    pair: (P, u64),
    variant: Variant<P>,
}

#[derive(CandidType, Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Variant<P> {
    With(P),
    Without,
}

impl<P: Copy> Places<P> {
    fn new(principal: P, index: usize) -> Self {
        Self {
            alone: principal,
            maybe: index.is_multiple_of(2).then_some(principal),
            many: vec![principal; index % 4],
            pair: (principal, index as u64),
            variant: if index.is_multiple_of(3) {
                Variant::Without
            } else {
                Variant::With(principal)
            },
        }
    }
}

fn places() -> impl Iterator<Item = (Places<Ours>, Places<Theirs>)> {
    let pairs = pairs().take(300).enumerate();
    pairs.map(|(index, (ours, theirs))| (Places::new(ours, index), Places::new(theirs, index)))
}

#[test]
fn json_is_the_same_both_ways() {
    for (ours, theirs) in places() {
        let json = serde_json::to_string(&ours).unwrap();
        assert_eq!(json, serde_json::to_string(&theirs).unwrap());
        assert_eq!(serde_json::from_str::<Places<Ours>>(&json).unwrap(), ours);
        assert_eq!(
            serde_json::from_str::<Places<Theirs>>(&json).unwrap(),
            theirs
        );
    }
}

#[test]
fn cbor_is_the_same_both_ways() {
    for (ours, theirs) in places() {
        let cbor = serde_cbor::to_vec(&ours).unwrap();
        assert_eq!(cbor, serde_cbor::to_vec(&theirs).unwrap());
        assert_eq!(serde_cbor::from_slice::<Places<Ours>>(&cbor).unwrap(), ours);
        assert_eq!(
            serde_cbor::from_slice::<Places<Theirs>>(&cbor).unwrap(),
            theirs
        );
        assert_eq!(
            serde_cbor::from_reader::<Places<Ours>, _>(&cbor[..]).unwrap(),
            ours
        );
    }
}

#[test]
fn other_json_has_the_same_fate() {
    for json in [
        "\"aaaaa-aa\"",
        "\"AAAAA-AA\"",
        "\"\\u0061aaaa-aa\"",
        "\"aaaaa-ab\"",
        "\"\"",
        "null",
        "true",
        "0",
        "4",
        "[]",
        "[4]",
        "[2,4]",
        "{}",
        "{\"bytes\":[4]}",
    ] {
        assert_same::<Ours, Theirs, _>(
            json,
            |json| serde_json::from_str::<Ours>(json).ok(),
            |json| serde_json::from_str::<Theirs>(json).ok(),
        );
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_same::<Ours, Theirs, _>(
            &value,
            |value| serde_json::from_value::<Ours>(value.clone()).ok(),
            |value| serde_json::from_value::<Theirs>(value.clone()).ok(),
        );
    }
}

#[test]
fn other_cbor_has_the_same_fate() {
    let mut rng = Rng::new(3);
    let mut documents: Vec<Vec<u8>> = vec![
        b"\x40".to_vec(),
        b"\x41\x04".to_vec(),
        // Bytes like those that candid marks.
        b"\x42\x02\x04".to_vec(),
        b"\x41\x02".to_vec(),
        // Chunked, which some readers give as owned bytes.
        b"\x5f\x41\x02\x41\x04\xff".to_vec(),
        b"\x5f\xff".to_vec(),
        // Text, arrays, tags, null.
        b"\x68aaaaa-aa".to_vec(),
        b"\x68aaaaa-ab".to_vec(),
        b"\x81\x04".to_vec(),
        b"\x82\x02\x04".to_vec(),
        b"\xd9\xd9\xf7\x41\x04".to_vec(),
        b"\xf6".to_vec(),
        [&[0x58, 29][..], &[7; 29]].concat(),
        [&[0x58, 30][..], &[7; 30]].concat(),
        [&[0x58, 30][..], &[2; 30]].concat(),
    ];
    documents.extend((0..2_000).map(|_| {
        let length = rng.below(12);
        rng.bytes(length)
    }));
    for document in &documents {
        assert_same::<Ours, Theirs, _>(
            &document[..],
            |document| serde_cbor::from_slice::<Ours>(document).ok(),
            |document| serde_cbor::from_slice::<Theirs>(document).ok(),
        );
        assert_same::<Ours, Theirs, _>(
            &document[..],
            |document| serde_cbor::from_reader::<Ours, _>(document).ok(),
            |document| serde_cbor::from_reader::<Theirs, _>(document).ok(),
        );
        // By way of a value, which gives owned bytes.
        if let Ok(value) = serde_cbor::from_slice::<serde_cbor::Value>(document) {
            assert_same::<Ours, Theirs, _>(
                &value,
                |value| serde_cbor::value::from_value::<Ours>(value.clone()).ok(),
                |value| serde_cbor::value::from_value::<Theirs>(value.clone()).ok(),
            );
        }
    }
}

fn assert_same<A: AsRef<[u8]>, B: AsRef<[u8]>, I: Debug + ?Sized>(
    input: &I,
    ours: impl Fn(&I) -> Option<A>,
    theirs: impl Fn(&I) -> Option<B>,
) {
    let (ours, theirs) = (ours(input), theirs(input));
    let bytes = |principal: &dyn AsRef<[u8]>| principal.as_ref().to_vec();
    assert_eq!(
        ours.map(|ours| bytes(&ours)),
        theirs.map(|theirs| bytes(&theirs)),
        "{input:?}"
    );
}

#[test]
fn candid_is_the_same_both_ways() {
    for (ours, theirs) in places() {
        let bytes = Encode!(&ours).unwrap();
        assert_eq!(bytes, Encode!(&theirs).unwrap());
        assert_eq!(Decode!(&bytes, Places<Ours>).unwrap(), ours);
        assert_eq!(Decode!(&bytes, Places<Theirs>).unwrap(), theirs);
    }
    for (ours, theirs) in pairs().take(300) {
        let bytes = Encode!(&ours, &1_u8, &Some(ours)).unwrap();
        assert_eq!(bytes, Encode!(&theirs, &1_u8, &Some(theirs)).unwrap());
        assert_eq!(
            Decode!(&bytes, Ours, u8, Option<Ours>).unwrap(),
            (ours, 1, Some(ours))
        );
    }
}

#[test]
fn candid_maps_can_have_principals_as_keys() {
    let ours: BTreeMap<Ours, u64> = pairs().take(50).map(|(ours, _)| (ours, 1)).collect();
    let bytes = Encode!(&ours).unwrap();
    assert_eq!(Decode!(&bytes, BTreeMap<Ours, u64>).unwrap(), ours);
    assert_eq!(
        Decode!(&bytes, BTreeMap<Theirs, u64>).unwrap().len(),
        ours.len()
    );
}

#[test]
fn other_candid_has_the_same_fate() {
    fn fate<P: CandidType + DeserializeOwned + AsRef<[u8]>>(bytes: &[u8]) -> Option<Vec<u8>> {
        Decode!(bytes, P)
            .ok()
            .map(|principal| principal.as_ref().to_vec())
    }
    let values: &[Vec<u8>] = &[
        Encode!(&vec![2_u8, 4]).unwrap(),
        Encode!(&"aaaaa-aa").unwrap(),
        Encode!(&Some(Ours::ANONYMOUS)).unwrap(),
        Encode!(&()).unwrap(),
        Encode!().unwrap(),
        b"DIDL\x00\x01\x68\x01\x00".to_vec(),
        b"DIDL\x00\x01\x68\x00\x01\x04".to_vec(),
        b"DIDL\x00\x01\x68\x02\x01\x04".to_vec(),
        b"DIDL\x00\x01\x68\x01\x02\x04".to_vec(),
        [&b"DIDL\x00\x01\x68\x01\x1d"[..], &[9; 29]].concat(),
        [&b"DIDL\x00\x01\x68\x01\x1e"[..], &[9; 30]].concat(),
        // A service reference, which is a subtype.
        b"DIDL\x01\x69\x00\x01\x00\x01\x01\x04".to_vec(),
        b"DIDL\x00\x01\x6f".to_vec(),
        b"DIDL\x00\x01\x70".to_vec(),
    ];
    for value in values {
        assert_eq!(fate::<Ours>(value), fate::<Theirs>(value), "{value:x?}");
        for index in 0..value.len() {
            for byte in 0..=u8::MAX {
                let mut mutated = value.clone();
                mutated[index] = byte;
                assert_eq!(
                    fate::<Ours>(&mutated),
                    fate::<Theirs>(&mutated),
                    "{mutated:x?}"
                );
            }
        }
    }
}
