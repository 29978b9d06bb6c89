//! The truth of canister signatures.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod case;

use certificate::{NoValue, Part, VerifyCertificateError};
use hex_literal::hex;
use icid_canister_signature::{
    CanisterSignature, DelegationCache, Freshness, Policy, Ranges, VerifyCanisterSignatureError,
};
use principal::Principal;
use provider_native::NativeProvider;
use testkit::canister::{signature, state, witness};
use testkit::{SecretKey, Subnet, TIME, Tree, certificate, nat, ranges};
use time::{Lifetime, Timestamp};

use crate::case::{Case, Counting, PAYLOAD, SEED, canister, path, root};

type Error = VerifyCanisterSignatureError;

/// The tree of a canister that signed nothing but [`PAYLOAD`].
fn tree() -> Tree {
    witness(SEED, PAYLOAD)
}

/// Verifies what a canister of the example certifies.
fn verify_tree(tree: &Tree) -> Result<(), Error> {
    Case::default().verify(&Subnet::example().canister_signature(&root(), tree))
}

/// Verifies a signature from a subnet that is not quite the example.
fn verify_from(change: impl FnOnce(&mut Subnet)) -> Result<(), Error> {
    let mut subnet = Subnet::example();
    change(&mut subnet);
    Case::default().verify(&subnet.canister_signature(&root(), &tree()))
}

/// Verifies a signature whose certificate has this state tree.
fn verify_state(state: &Tree) -> Result<(), Error> {
    Case::default().verify(&signature(
        &Subnet::example().certify(&root(), state),
        &tree(),
    ))
}

/// Verifies a signature whose delegation shows this tree.
fn verify_delegation(delegation: &Tree) -> Result<(), Error> {
    let subnet = Subnet::example();
    let delegation = certificate(delegation, &root(), None);
    let state = state(&Subnet::CANISTER, &tree().root_hash());
    let certificate = certificate(&state, &subnet.key, Some((&subnet.id, &delegation)));
    Case::default().verify(&signature(&certificate, &tree()))
}

fn labeled(label: &[u8], tree: Tree) -> Tree {
    Tree::below(&[label], tree)
}

fn fork(left: Tree, right: Tree) -> Tree {
    Tree::Fork(Box::new(left), Box::new(right))
}

#[test]
fn accepts_what_a_canister_signed() {
    let bytes = Subnet::example().canister_signature(&root(), &tree());
    let case = Case::default();
    assert_eq!(case.verify(&bytes), Ok(()));

    let signature = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
    let verified = signature
        .verify(
            &[PAYLOAD],
            &case.key(),
            &case.rules,
            &NativeProvider::new(),
            None,
        )
        .unwrap();
    assert_eq!(verified.canister_id(), canister());
    assert_eq!(verified.time(), Timestamp::from_nanos(TIME));
    assert_eq!(verified.tree().root_hash(), tree().root_hash());
    assert_eq!(verified.tree().as_bytes(), signature.tree().as_bytes());
    let subnet = Principal::from_slice(b"a subnet").unwrap();
    assert_eq!(verified.certificate().subnet_id(), Some(subnet));
    assert_eq!(
        verified.certificate().root_hash(),
        signature.certificate().root_hash()
    );
}

#[test]
fn the_pieces_of_the_payload_are_concatenated() {
    let bytes = Subnet::example().canister_signature(&root(), &tree());
    let signature = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
    let case = Case::default();
    let (head, tail) = PAYLOAD.split_at(11);
    for payload in [&[head, tail][..], &[&[], head, &[], tail]] {
        let provider = NativeProvider::new();
        let verified = signature.verify(payload, &case.key(), &case.rules, &provider, None);
        assert!(verified.is_ok());
    }
    let provider = NativeProvider::new();
    assert_eq!(
        signature
            .verify(&[tail, head], &case.key(), &case.rules, &provider, None)
            .unwrap_err(),
        Error::MissingWitness(NoValue::Absent)
    );
}

// spec: CSIG-10
#[test]
fn the_root_subnet_needs_neither_ranges_nor_a_type() {
    let state = state(&Subnet::CANISTER, &tree().root_hash());
    let bytes = signature(&certificate(&state, &root(), None), &tree());
    assert_eq!(Case::default().verify(&bytes), Ok(()));
}

// spec: CSIG-9
#[test]
fn accepts_every_type_but_cloud_engines() {
    for accepted in [
        &b"application"[..],
        b"system",
        b"verified_application",
        b"of the future",
        b"",
        b"\xff",
        b"cloud_engin",
        b"cloud_engine ",
        b"Cloud_engine",
    ] {
        let outcome = verify_from(|subnet| subnet.subnet_type = Some(accepted.to_vec()));
        assert_eq!(outcome, Ok(()), "{accepted:?}");
    }
    assert_eq!(
        verify_from(|subnet| subnet.subnet_type = Some(b"cloud_engine".to_vec())),
        Err(Error::CloudEngine {
            subnet_id: Principal::from_slice(b"a subnet").unwrap()
        })
    );
}

// spec: CSIG-8
#[test]
fn the_delegation_shows_a_type() {
    assert_eq!(
        verify_from(|subnet| subnet.subnet_type = None),
        Err(Error::MissingSubnetType(NoValue::Absent))
    );
    let path: [&[u8]; 3] = [b"subnet", b"a subnet", b"type"];
    let delegation = Subnet::example().delegation_tree();
    assert_eq!(verify_delegation(&delegation), Ok(()));
    assert_eq!(
        verify_delegation(&delegation.without(&path)),
        Err(Error::MissingSubnetType(NoValue::Unknown))
    );
    // A label below `type`, where the value should be.
    let subnet = Subnet::example();
    let (label, list) = &subnet.shards[0];
    let inner = Tree::state(&[
        (&[b"canister_ranges", b"a subnet", label], list),
        (&[b"subnet", b"a subnet", b"public_key"], &subnet.key.der()),
        (&[b"subnet", b"a subnet", b"type", b"application"], b""),
    ]);
    assert_eq!(
        verify_delegation(&inner),
        Err(Error::MissingSubnetType(NoValue::Inner))
    );
}

// spec: CSIG-7
#[test]
fn the_canister_is_in_the_ranges() {
    let ids = |low: u8, high: u8| [low, high].map(|middle| [0, 0, 0, 0, 0, middle, 0, 7, 1, 1]);
    let with = |list: [[u8; 10]; 2]| {
        verify_from(|subnet| {
            subnet.shards = vec![(list[0].to_vec(), ranges(&[(&list[0], &list[1])]))];
        })
    };
    assert_eq!(with(ids(0x20, 0x20)), Ok(()));
    let outside = Err(Error::Certificate(VerifyCertificateError::OutOfRanges {
        canister: canister(),
    }));
    assert_eq!(with(ids(0x21, 0x22)), outside);
    assert_eq!(with(ids(0x1f, 0x1f)), outside);
    assert_eq!(
        verify_from(|subnet| subnet.shards.clear()),
        Err(Error::Certificate(VerifyCertificateError::MissingRanges {
            ranges: Ranges::Sharded
        }))
    );
}

// spec: CSIG-7
#[test]
fn the_rules_say_where_the_ranges_are() {
    let mut flat = Subnet::example();
    flat.shards.clear();
    let bytes = flat.canister_signature(&root(), &tree());
    for ranges in [Ranges::Flat, Ranges::Either] {
        assert_eq!(Case::with_ranges(ranges).verify(&bytes), Ok(()));
    }
    let mut torn = Subnet::example();
    torn.flat = Some(ranges(&[]));
    let bytes = torn.canister_signature(&root(), &tree());
    assert_eq!(Case::with_ranges(Ranges::Sharded).verify(&bytes), Ok(()));
    assert_eq!(
        Case::with_ranges(Ranges::Either).verify(&bytes),
        Err(Error::Certificate(VerifyCertificateError::OutOfRanges {
            canister: canister()
        }))
    );
}

// spec: CSIG-5
#[test]
fn the_certificate_is_true() {
    let certificate_error = |error| Err(Error::Certificate(error));
    let state = state(&Subnet::CANISTER, &tree().root_hash());
    let other = SecretKey::from_name("another root");
    let subnet = Subnet::example();
    let verify = |certificate: &[u8]| Case::default().verify(&signature(certificate, &tree()));

    let by_another_root = subnet.certify(&other, &state);
    assert_eq!(
        verify(&by_another_root),
        certificate_error(VerifyCertificateError::InvalidDelegationSignature)
    );
    assert_eq!(
        verify(&certificate(&state, &other, None)),
        certificate_error(VerifyCertificateError::InvalidSignature)
    );
    let delegation = subnet.delegation(&root());
    let by_another_subnet = certificate(&state, &other, Some((&subnet.id, &delegation)));
    assert_eq!(
        verify(&by_another_subnet),
        certificate_error(VerifyCertificateError::InvalidSignature)
    );
    let timeless = state.without(&[b"time"]);
    assert_eq!(
        verify(&subnet.certify(&root(), &timeless)),
        certificate_error(VerifyCertificateError::MissingTime {
            part: Part::Certificate,
            why: NoValue::Unknown
        })
    );
}

// spec: CSIG-6
#[test]
fn the_canister_certified_the_tree() {
    let root_hash = tree().root_hash();
    let id = &Subnet::CANISTER[..];
    let good = state(id, &root_hash);
    assert_eq!(verify_state(&good), Ok(()));

    let long = [&root_hash[..], &[0]].concat();
    let other = witness(b"another seed", PAYLOAD).root_hash();
    for data in [&root_hash[..31], &long, &[], &other] {
        assert_eq!(
            verify_state(&state(id, data)),
            Err(Error::WrongCertifiedData { length: data.len() })
        );
    }
    let missing = |why| Err(Error::MissingCertifiedData(why));
    assert_eq!(verify_state(&Tree::state(&[])), missing(NoValue::Absent));
    let pruned = [
        &[&b"canister"[..]][..],
        &[b"canister", id],
        &[b"canister", id, b"certified_data"],
    ];
    for path in pruned {
        assert_eq!(
            verify_state(&good.without(path)),
            missing(NoValue::Unknown),
            "{path:?}"
        );
    }
    let below = Tree::state(&[(&[b"canister", id, b"certified_data", &root_hash], b"")]);
    assert_eq!(verify_state(&below), missing(NoValue::Inner));
    let by_another = state(&[0, 0, 0, 0, 0, 0x20, 0, 8, 1, 1], &root_hash);
    assert_eq!(verify_state(&by_another), missing(NoValue::Absent));
}

// spec: CSIG-11
#[test]
fn the_tree_is_well_formed() {
    let sig = tree();
    let after = labeled(b"u", Tree::leaf(b"value"));
    let before = labeled(b"a", Tree::leaf(b"value"));
    for tree in [
        fork(sig.clone(), before),
        fork(after.clone(), sig.clone()),
        fork(sig.clone(), sig.clone()),
        fork(sig.clone(), Tree::leaf(b"")),
        fork(
            sig.clone(),
            labeled(b"t", fork(after.clone(), after.clone())),
        ),
    ] {
        assert_eq!(verify_tree(&tree), Err(Error::IllFormedTree), "{tree:?}");
    }
    let pruned = || Tree::Pruned([7; 32]);
    for tree in [
        fork(sig.clone(), after.clone()),
        fork(sig.clone(), Tree::Empty),
        fork(pruned(), fork(sig.clone(), pruned())),
        fork(sig, fork(pruned(), after)),
    ] {
        assert_eq!(verify_tree(&tree), Ok(()), "{tree:?}");
    }
}

// spec: CSIG-12
#[test]
fn the_tree_shows_an_empty_value() {
    let path = path(SEED, PAYLOAD);
    let path = path.each_ref().map(Vec::as_slice);
    let with = |path: &[&[u8]], value: &[u8]| verify_tree(&Tree::of(&[(path, value)]));
    let [sig, seed, payload] = path;
    assert_eq!(with(&[sig, seed, payload], b""), Ok(()));
    for value in [&b"x"[..], &[0], &[0xf6; 32]] {
        let length = value.len();
        assert_eq!(
            with(&[sig, seed, payload], value),
            Err(Error::NonEmptyWitness { length })
        );
    }
    let absent = Err(Error::MissingWitness(NoValue::Absent));
    assert_eq!(with(&[sig, payload, seed], b""), absent);
    assert_eq!(with(&[b"Sig", seed, payload], b""), absent);
    assert_eq!(with(&[seed, payload], b""), absent);
    assert_eq!(with(&[sig, seed], b""), absent);
    assert_eq!(with(&[sig, SEED, PAYLOAD], b""), absent);
    assert_eq!(verify_tree(&Tree::Empty), absent);
    assert_eq!(verify_tree(&witness(b"another seed", PAYLOAD)), absent);
    assert_eq!(verify_tree(&Tree::below(&path, Tree::Empty)), absent);
    assert_eq!(
        with(&[sig, seed, payload, b"below"], b""),
        Err(Error::MissingWitness(NoValue::Inner))
    );
    for length in 0..=3 {
        assert_eq!(
            verify_tree(&tree().without(&path[..length])),
            Err(Error::MissingWitness(NoValue::Unknown))
        );
    }
}

// spec: CSIG-13
#[test]
fn the_tree_may_show_more() {
    let [this, other] = [SEED, b"another seed"].map(|seed| path(seed, PAYLOAD));
    let [this, other] = [&this, &other].map(|path| path.each_ref().map(Vec::as_slice));
    let tree = Tree::of(&[
        (&[&b"http_assets"[..], b"/index.html"][..], b"<html>"),
        (&this, b""),
        (&other, b"not empty"),
        (&[b"zzz"], b"more"),
    ]);
    assert_eq!(verify_tree(&tree), Ok(()));
    for pruned in [&[&b"http_assets"[..]][..], &[b"zzz"], &other] {
        assert_eq!(verify_tree(&tree.without(pruned)), Ok(()));
    }
    assert_eq!(
        verify_tree(&tree.without(&this)),
        Err(Error::MissingWitness(NoValue::Unknown))
    );
}

// spec: CSIG-14
#[test]
fn the_payload_has_its_separator() {
    let message = &PAYLOAD[11..];
    assert_eq!(
        verify_tree(&witness(SEED, message)),
        Err(Error::MissingWitness(NoValue::Absent))
    );
    let delegation = [&b"\x1aic-request-auth-delegation"[..], message].concat();
    assert_eq!(
        verify_tree(&witness(SEED, &delegation)),
        Err(Error::MissingWitness(NoValue::Absent))
    );
}

// spec: CSIG-3
#[test]
fn seeds_have_any_length() {
    let long = vec![0x5a; 2000];
    for seed in [&b""[..], &[0], &[0; 32], &[0; 33], &long] {
        let bytes = Subnet::example().canister_signature(&root(), &witness(seed, PAYLOAD));
        let case = Case::with_seed(seed);
        assert_eq!(case.verify(&bytes), Ok(()));
        assert_eq!(
            Case::with_seed(b"another").verify(&bytes),
            Err(Error::MissingWitness(NoValue::Absent))
        );
    }
}

// spec: CSIG-15
#[test]
fn a_certificate_of_any_age_will_do_unless_the_rules_are_stricter() {
    let from = |time: u64, freshness| {
        let root_hash = tree().root_hash();
        let time = nat(time);
        let state = Tree::of(&[
            (
                &[&b"canister"[..], &Subnet::CANISTER, b"certified_data"][..],
                &root_hash[..],
            ),
            (&[b"time"], &time),
        ]);
        let bytes = signature(&Subnet::example().certify(&root(), &state), &tree());
        Case::with_freshness(freshness).verify(&bytes)
    };
    for time in [0, 1, TIME, u64::MAX] {
        assert_eq!(from(time, None), Ok(()));
    }
    let freshness = Freshness {
        now: Timestamp::from_nanos(TIME),
        max_age: Lifetime::from_nanos(10),
        max_skew: Lifetime::ZERO,
        max_delegation_age: None,
    };
    assert_eq!(from(TIME - 10, Some(freshness)), Ok(()));
    assert_eq!(
        from(TIME - 11, Some(freshness)),
        Err(Error::Certificate(VerifyCertificateError::TooOld {
            time: Timestamp::from_nanos(TIME - 11),
            now: freshness.now,
            max_age: freshness.max_age
        }))
    );
}

// spec: CSIG-16
#[test]
fn one_payload_has_many_signatures() {
    let alone = Subnet::example().canister_signature(&root(), &tree());
    let beside = fork(Tree::Pruned([7; 32]), tree());
    let beside = Subnet::example().canister_signature(&root(), &beside);
    assert_ne!(alone, beside);
    assert_eq!(Case::default().verify(&alone), Ok(()));
    assert_eq!(Case::default().verify(&beside), Ok(()));
}

// spec: CSIG-12, CSIG-14
#[test]
fn knows_the_witness_of_an_example_request() {
    let payload = [
        &b"\x0aic-request"[..],
        &hex!("1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101"),
    ]
    .concat();
    let encoded = hex!(
        "830243736967830258206e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
         83025820665a087ac52a553b948eb5d4b0e78eb865050cd5c1dc647a5dcf93778a8c4a88820340"
    );
    let tree = hash_tree::HashTree::parse(&encoded).unwrap();
    assert_eq!(
        tree.root_hash(),
        hex!("5ebb901a5ecb40463cd9eadcf7e4afffdd76f2e09c75c41eaf312d5ecb2fd87f")
    );
    let state = state(&Subnet::CANISTER, &tree.root_hash());
    let certificate = Subnet::example().certify(&root(), &state);
    let bytes = CanisterSignature::encode(&certificate, &tree);
    let case = Case {
        payload,
        ..Case::with_seed(&[0])
    };
    assert_eq!(case.verify(&bytes), Ok(()));
}

#[test]
fn a_cache_saves_the_delegation() {
    let bytes = Subnet::example().canister_signature(&root(), &tree());
    let signature = CanisterSignature::parse(&bytes, Policy::SPEC).unwrap();
    let (case, provider) = (Case::default(), Counting::default());
    let mut cache = DelegationCache::new();
    for expected in [2, 3, 4] {
        let verified = signature.verify(
            &[PAYLOAD],
            &case.key(),
            &case.rules,
            &provider,
            Some(&mut cache),
        );
        assert!(verified.is_ok());
        assert_eq!(provider.count(), expected);
        assert_eq!(cache.len(), 1);
    }
}

#[test]
fn what_is_wrong_is_found_in_order_and_before_signatures() {
    let case = Case::default();
    let provider = Counting::default();
    let mut cache = DelegationCache::new();
    let mut verify = |subnet: &Subnet, state: &Tree, tree: &Tree| {
        let other = SecretKey::from_name("another root");
        let bytes = signature(&subnet.certify(&other, state), tree);
        CanisterSignature::parse(&bytes, Policy::SPEC)
            .unwrap()
            .verify(
                &[PAYLOAD],
                &case.key(),
                &case.rules,
                &provider,
                Some(&mut cache),
            )
            .map(|_| ())
    };
    let mut subnet = Subnet::example();
    subnet.subnet_type = Some(b"cloud_engine".to_vec());
    let shards = core::mem::take(&mut subnet.shards);
    let path = path(SEED, PAYLOAD);
    let path = path.each_ref().map(Vec::as_slice);
    let loaded = Tree::of(&[(&path[..], b"x")]);
    let mut state = Tree::state(&[]);

    let bad = fork(loaded.clone(), loaded.clone());
    assert_eq!(verify(&subnet, &state, &bad), Err(Error::IllFormedTree));
    assert_eq!(
        verify(&subnet, &state, &loaded),
        Err(Error::NonEmptyWitness { length: 1 })
    );
    assert_eq!(
        verify(&subnet, &state, &tree()),
        Err(Error::Certificate(VerifyCertificateError::MissingRanges {
            ranges: Ranges::Sharded
        }))
    );
    subnet.shards = shards;
    let subnet_id = Principal::from_slice(b"a subnet").unwrap();
    assert_eq!(
        verify(&subnet, &state, &tree()),
        Err(Error::CloudEngine { subnet_id })
    );
    subnet.subnet_type = Some(b"system".to_vec());
    assert_eq!(
        verify(&subnet, &state, &tree()),
        Err(Error::MissingCertifiedData(NoValue::Absent))
    );
    state = testkit::canister::state(&Subnet::CANISTER, b"data");
    assert_eq!(
        verify(&subnet, &state, &tree()),
        Err(Error::WrongCertifiedData { length: 4 })
    );
    state = testkit::canister::state(&Subnet::CANISTER, &tree().root_hash());
    assert_eq!(provider.count(), 0);
    // The provider that counts holds everything for true.
    assert_eq!(verify(&subnet, &state, &tree()), Ok(()));
    assert_eq!(provider.count(), 2);
    assert_eq!(cache.len(), 1);
}
