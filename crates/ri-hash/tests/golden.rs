//! Hashes whose source is the interface spec, or that several implementations agree on.

use hex_literal::hex;
use icid_ri_hash::AddFieldError;
use icid_ri_hash::ArrayHasher;
use icid_ri_hash::MapHasher;
use icid_ri_hash::RequestId;
use icid_ri_hash::ValueHash;

const EMPTY: [u8; 32] = hex!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

fn map(fields: &[(&str, ValueHash)]) -> Result<[u8; 32], AddFieldError> {
    let mut hasher = MapHasher::new();
    for (name, value) in fields {
        hasher.add(name, *value)?;
    }
    Ok(hasher.finish().into_bytes())
}

fn array(elements: &[ValueHash]) -> ValueHash {
    elements.iter().copied().collect::<ArrayHasher>().finish()
}

fn blob(bytes: &[u8]) -> ValueHash {
    ValueHash::blob(bytes)
}

/// Interface spec 0.66.0, "Request ids": the worked example.
fn example() -> [(&'static str, ValueHash); 6] {
    [
        ("request_type", ValueHash::text("call")),
        ("sender", blob(&hex!("04"))),
        (
            "ingress_expiry",
            ValueHash::natural(1_685_570_400_000_000_000),
        ),
        ("canister_id", blob(&hex!("00000000000004d2"))),
        ("method_name", ValueHash::text("hello")),
        ("arg", blob(&hex!("4449444c00fd2a"))),
    ]
}

#[test]
// spec: REQID-1, REQID-3, REQID-11
fn the_worked_example_has_its_id_in_every_order() {
    let id = hex!("1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101");
    let mut fields = example();
    for _ in 0..fields.len() {
        fields.rotate_left(1);
        assert_eq!(map(&fields), Ok(id));
        fields.reverse();
        assert_eq!(map(&fields), Ok(id));
        fields.reverse();
    }
    let hash = ValueHash::from_bytes(map(&fields).unwrap());
    assert_eq!(RequestId::from(hash), RequestId::from_bytes(id));
}

#[test]
fn the_values_of_the_worked_example_have_their_hashes() {
    let hashes = [
        hex!("7edb360f06acaef2cc80dba16cf563f199d347db4443da04da0c8173e3f9e4ed"),
        hex!("e52d9c508c502347344d8c07ad91cbd6068afc75ff6292f062a09ca381c89e71"),
        hex!("db8e57abc8cda1525d45fdd2637af091bc1f28b35819a40df71517d1501f2c76"),
        hex!("4d8c47c3c1c837964011441882d745f7e92d10a40cef0520447c63029eafe396"),
        hex!("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        hex!("6c0b2ae49718f6995c02ac5700c9c789d7b7862a0d53e6d40a73f1fcd2f70189"),
    ];
    for ((name, value), hash) in example().into_iter().zip(hashes) {
        assert_eq!(value.into_bytes(), hash, "{name}");
    }
}

/// The example of older versions of the interface spec.
#[test]
// spec: REQID-2
fn a_map_without_some_fields_has_another_hash() {
    let fields: Vec<_> = example()
        .into_iter()
        .filter(|(name, _)| !["sender", "ingress_expiry"].contains(name))
        .collect();
    assert_eq!(
        map(&fields),
        Ok(hex!(
            "8781291c347db32a9d8c10eb62b710fce5a93be676474c42babc74c51858f94b"
        ))
    );
}

#[test]
// spec: REQID-2
fn a_field_that_is_empty_is_not_a_field_that_is_absent() {
    let mut fields = example().to_vec();
    let absent = map(&fields);
    fields.push(("nonce", blob(b"")));
    assert_ne!(map(&fields), absent);
}

#[test]
// spec: REQID-10, REQID-18
fn nested_maps_are_hashed_recursively() {
    let reply = map(&[("arg", blob(&hex!("4449444c0000")))]).unwrap();
    assert_eq!(
        reply,
        hex!("ccc5b6f54818b574c8375ee2efbcc43f481b14d2f2e8034be95e035980acaab3")
    );
    assert_eq!(
        map(&[("reply", ValueHash::from_bytes(reply))]),
        Ok(hex!(
            "3d534ec350430fce5b6c1a49a0357efe4ba33390593af96ae111fdd1f1192ec4"
        ))
    );
    let foo = map(&[
        ("baz", ValueHash::text("hello")),
        ("quux", ValueHash::natural(3)),
    ])
    .unwrap();
    assert_eq!(
        map(&[
            ("foo", ValueHash::from_bytes(foo)),
            ("bar", ValueHash::text("world"))
        ]),
        Ok(hex!(
            "3d447339cc0c2b894ee215c8141770bf4b86c72b6c37d9873213a786ec7f9f31"
        ))
    );
}

#[test]
// spec: REQID-4, REQID-9
fn the_empty_map_and_the_empty_array_hash_nothing() {
    assert_eq!(map(&[]), Ok(EMPTY));
    assert_eq!(array(&[]).into_bytes(), EMPTY);
}

#[test]
// spec: REQID-9
fn arrays_are_hashed_element_by_element() {
    let (a, b) = (ValueHash::text("a"), ValueHash::text("b"));
    assert_eq!(
        array(&[a]).into_bytes(),
        hex!("bf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8")
    );
    assert_eq!(
        array(&[a, b]).into_bytes(),
        hex!("e5a01fee14e0ed5c48714f22180f25ad8365b53f9779f79dc4a3d7e93963f94a")
    );
    assert_ne!(array(&[b, a]), array(&[a, b]));
}

#[test]
// spec: REQID-9
fn nested_arrays_are_not_flattened() {
    let paths = array(&[
        array(&[]),
        array(&[blob(b"")]),
        array(&[blob(b"hello"), blob(b"world")]),
    ]);
    assert_eq!(
        map(&[
            ("sender", blob(&hex!("00000000000004d2"))),
            ("paths", paths)
        ]),
        Ok(hex!(
            "97d6f297aea699aec85d3377c7643ea66db810aba5c4372fbc2082c999f452dc"
        ))
    );
    assert_eq!(
        map(&[("paths", array(&[]))]),
        Ok(hex!(
            "99daa8c80a61e87ac1fdf9dd49e39963bfe4dafb2a45095ebf4cad72d916d5be"
        ))
    );
    assert_eq!(
        map(&[("paths", array(&[array(&[])]))]),
        Ok(hex!(
            "ea01a9c3d3830db108e0a87995ea0d4183dc9c6e51324e9818fced5c57aa64f5"
        ))
    );
}

#[test]
// spec: REQID-17
fn delegations_have_their_hashes() {
    let pubkey = ("pubkey", blob(&hex!("010203")));
    let never = ("expiration", ValueHash::natural(0));
    for (fields, hash) in [
        (
            &[pubkey, never][..],
            hex!("6ccc91d777f1a2b156834c0f8b879f3cdc0a57ecef1dd80f1e1a9f2129b082a0"),
        ),
        (
            &[pubkey, never, ("permissions", ValueHash::text("queries"))],
            hex!("ccd2f0fb7d7613ea7e7d82e8214d256681649a10b0456cacef27ceb65221abf9"),
        ),
        (
            &[pubkey, never, ("permissions", ValueHash::text("all"))],
            hex!("c25c655cd8b67faf5db4625a433e1c50fb4dc8bdb5df3757eabf3c44dea96a40"),
        ),
        (
            &[pubkey, never, ("targets", array(&[blob(&hex!("040506"))]))],
            hex!("b2618a8a598acdfed74a4b70b1eb4a8e449174c79e43ac2962f85cc2228ff868"),
        ),
        (
            &[pubkey, never, ("targets", array(&[]))],
            hex!("8b489d2dbb91043ef49f78b000af98c79d463604a36db153d32e092da3b5f835"),
        ),
        (
            &[pubkey, ("expiration", ValueHash::natural(u64::MAX.into()))],
            hex!("9f9aae8a7337c4ca54abcf63a08e337eaf79082e74baf90125318167b49ebdc5"),
        ),
    ] {
        assert_eq!(map(fields), Ok(hash));
    }
}
