//! Canister signatures: ours against `ic-signature-verification` and `ic-agent`, and those of
//! `ic-canister-sig-creation` against our verification.

use canister_signature::CanisterSignature;
use canister_signature::Policy;
use canister_signature::Rules;
use canister_signature::Siblings;
use canister_signature::SignatureId;
use canister_signature::SignatureMap;
use certificate::Ranges;
use delegation::Delegation;
use delegation::Permissions;
use ic_agent::identity::DelegatedIdentity;
use ic_agent::identity::DelegationError;
use ic_canister_sig_creation::CanisterSigPublicKey;
use ic_canister_sig_creation::signature_map;
use ic_canister_sig_creation::signature_map::CanisterSigInputs;
use ic_signature_verification::verify_canister_sig;
use icid_interop::Rng;
use icid_interop::canister;
use icid_interop::canister::LIFETIME;
use icid_interop::canister::key;
use icid_interop::canister::root;
use icid_interop::canister::sign_on;
use icid_interop::providers;
use icid_interop::signers;
use principal::Principal;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;
use public_key::BlsPublicKey;
use public_key::CanisterPublicKey;
use testkit::SecretKey;
use testkit::Subnet;
use time::Timestamp;

/// The longest body of a key that `ic-canister-sig-creation` writes in DER: it has one byte for each
/// length.
const MAX_BODY: usize = 127 - 17;

/// What a subnet is other than it should be.
type Change = fn(&mut Subnet);

/// What `ic-signature-verification` and `ic-agent` accept and we refuse.
const LENIENCIES: &[(&str, Change)] = &[
    ("a subnet without a type", |subnet| {
        subnet.subnet_type = None;
    }),
    ("a subnet of the type cloud_engine", |subnet| {
        subnet.subnet_type = Some(b"cloud_engine".to_vec());
    }),
];

/// What both sides refuse.
const REFUSED: &[(&str, Change)] = &[
    ("ranges with other canisters", |subnet| {
        let other: &[u8] = &[0, 0, 0, 0, 0, 0x10, 0, 0, 1, 1];
        let ranges = testkit::ranges(&[(other, other)]);
        subnet.flat = Some(ranges.clone());
        subnet.shards = vec![(other.to_vec(), ranges)];
    }),
    ("no ranges", |subnet| {
        subnet.flat = None;
        subnet.shards.clear();
    }),
    ("no key of the subnet", |subnet| subnet.public_key = None),
    ("another key of the subnet", |subnet| {
        subnet.public_key = Some(SecretKey::from_name("other").der());
    }),
];

fn our_verdict(
    payload: &[u8],
    signature: &[u8],
    key: &CanisterPublicKey<'_>,
    root: &SecretKey,
) -> bool {
    let rules = Rules {
        root_key: BlsPublicKey::from_bytes(root.public_key()),
        ranges: Ranges::Either,
        freshness: None,
    };
    let verdicts = providers().map(|provider| {
        CanisterSignature::parse(signature, Policy::REPLICA)
            .is_ok_and(|it| it.verify(&[payload], key, &rules, &*provider, None).is_ok())
    });
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts[0]
}

fn their_verdict(
    payload: &[u8],
    signature: &[u8],
    key: &CanisterPublicKey<'_>,
    root: &SecretKey,
) -> bool {
    verify_canister_sig(payload, signature, &key.to_der(), &root.public_key()).is_ok()
}

#[test]
fn our_signatures_hold_there() {
    let subnet = Subnet::example();
    for (before, after) in [(None, None), (Some([1; 32]), None), (None, Some([2; 32]))] {
        let siblings = Siblings { before, after };
        for seed in [&b""[..], b"seed", &[7; 32]] {
            let payload = b"\x0aic-request and more";
            let signature = sign_on(&subnet, &siblings, seed, payload);
            assert!(our_verdict(payload, &signature, &key(seed), &root()));
            assert!(their_verdict(payload, &signature, &key(seed), &root()));
        }
    }
}

#[test]
fn a_signature_of_a_canister_of_the_root_subnet_holds_there() {
    let mut map = SignatureMap::new();
    let id = SignatureId::new(b"seed", &[b"payload"]);
    map.add(&id, Timestamp::from_nanos(0), LIFETIME);
    let certified_data = map.certified_data(&Siblings::NONE);
    let state = testkit::canister::state(&Subnet::CANISTER, &certified_data);
    let certificate = testkit::certificate(&state, &root(), None);
    let signature = map.signature(&id, &Siblings::NONE, &certificate).unwrap();
    assert!(our_verdict(b"payload", &signature, &key(b"seed"), &root()));
    assert!(their_verdict(
        b"payload",
        &signature,
        &key(b"seed"),
        &root()
    ));
}

#[test]
fn both_refuse_another_payload_seed_canister_and_root_key() {
    let signature = canister::sign(b"seed", b"payload");
    let id = Principal::from_slice(&[0, 0, 0, 0, 0, 0x20, 0, 8, 1, 1]).unwrap();
    let other_canister = CanisterPublicKey::new(id, b"seed").unwrap();
    let other_root = SecretKey::from_name("other root");
    for (payload, key, root) in [
        (&b"other"[..], key(b"seed"), root()),
        (b"payload", key(b"other"), root()),
        (b"payload", other_canister, root()),
        (b"payload", key(b"seed"), other_root),
    ] {
        assert!(!our_verdict(payload, &signature, &key, &root));
        assert!(!their_verdict(payload, &signature, &key, &root));
    }
}

#[test]
fn what_the_subnet_delegation_says_matters_to_both() {
    for (name, change) in REFUSED {
        let mut subnet = Subnet::example();
        change(&mut subnet);
        let signature = sign_on(&subnet, &Siblings::NONE, b"seed", b"payload");
        assert!(
            !our_verdict(b"payload", &signature, &key(b"seed"), &root()),
            "{name}"
        );
        assert!(
            !their_verdict(b"payload", &signature, &key(b"seed"), &root()),
            "{name}"
        );
    }
    for (name, change) in LENIENCIES {
        let mut subnet = Subnet::example();
        change(&mut subnet);
        let signature = sign_on(&subnet, &Siblings::NONE, b"seed", b"payload");
        assert!(
            !our_verdict(b"payload", &signature, &key(b"seed"), &root()),
            "{name}"
        );
        assert!(
            their_verdict(b"payload", &signature, &key(b"seed"), &root()),
            "{name}"
        );
    }
}

#[test]
fn a_flipped_bit_spoils_a_signature() {
    let mut rng = Rng::new(60);
    let good = canister::sign(b"seed", b"payload");
    let mut lenient = 0;
    for _ in 0..400 {
        let mut signature = good.clone();
        let index = rng.below(signature.len());
        signature[index] ^= 1 << rng.below(8);
        assert!(
            !our_verdict(b"payload", &signature, &key(b"seed"), &root()),
            "byte {index}"
        );
        if their_verdict(b"payload", &signature, &key(b"seed"), &root()) {
            // Labels may be texts there.
            assert_eq!(
                (good[index] & 0xe0, signature[index] & 0xe0),
                (0x40, 0x60),
                "byte {index}"
            );
            lenient += 1;
        }
    }
    assert_eq!(lenient, 3);
}

#[test]
fn an_agent_takes_our_delegations_of_canisters() {
    let root_der = root().der();
    let session = signers::identity(signers::Scheme::P256, 9);
    let expiration = Timestamp::from_nanos(1_800_000_000_000_000_000);
    let delegation = Delegation::new(signers::public_key(&*session), expiration)
        .with_permissions(Permissions::Queries);
    let payload = delegation.signing_payload();
    let subnet = Subnet::example();
    let link = |payload: &[u8]| {
        let signature = sign_on(&subnet, &Siblings::NONE, b"seed", payload);
        let link = delegation.clone().sign(|_| Ok::<_, ()>(signature)).unwrap();
        serde_cbor::from_slice::<ic_agent::identity::SignedDelegation>(&link.encode()).unwrap()
    };
    let chain = |link| {
        let session = signers::identity(signers::Scheme::P256, 9);
        DelegatedIdentity::new_with_root_key(key(b"seed").to_der(), session, vec![link], &root_der)
    };
    assert!(chain(link(&payload)).is_ok());
    let error = chain(link(b"other")).err();
    assert!(matches!(
        error,
        Some(DelegationError::InvalidCanisterSignature(_))
    ));
}

#[test]
fn their_keys_are_ours() {
    let canister = ic_principal::Principal::from_slice(&Subnet::CANISTER);
    for length in 0..=MAX_BODY - 1 - Subnet::CANISTER.len() {
        let seed = vec![0x5e; length];
        let theirs = CanisterSigPublicKey::new(canister, seed.clone());
        let ours = key(&seed);
        assert_eq!(ours.to_der(), theirs.to_der(), "{length}");
        assert_eq!(
            CanisterSigPublicKey::try_from(&ours.to_der()[..]),
            Ok(theirs)
        );
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, rng_seed: RngSeed::Fixed(61), ..Config::default() })]

    #[test]
    fn their_signatures_hold_here(
        signed in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), prop::collection::vec(any::<u8>(), 0..80)), 1..8),
        domain in "[a-z-]{0,30}",
        assets in prop::option::of(any::<[u8; 32]>()),
    ) {
        let inputs: Vec<CanisterSigInputs<'_>> = signed
            .iter()
            .map(|(seed, message)| CanisterSigInputs { domain: domain.as_bytes(), seed, message })
            .collect();
        ic0::set_time(testkit::TIME);
        let mut map = signature_map::SignatureMap::default();
        inputs.iter().for_each(|inputs| map.add_signature(inputs));
        let sig = ic_certification::labeled_hash(b"sig", &map.root_hash());
        let certified_data = assets.map_or(sig, |assets| ic_certification::fork_hash(&assets, &sig));
        let state = testkit::canister::state(&Subnet::CANISTER, &certified_data);
        ic0::set_data_certificate(Some(Subnet::example().certify(&root(), &state)));
        for inputs in &inputs {
            let signature = map.get_signature_as_cbor(inputs, assets).unwrap();
            let mut payload = vec![domain.len() as u8];
            payload.extend(domain.as_bytes());
            payload.extend(inputs.message);
            prop_assert!(our_verdict(&payload, &signature, &key(inputs.seed), &root()));
            payload.push(0);
            prop_assert!(!our_verdict(&payload, &signature, &key(inputs.seed), &root()));
        }
    }
}

#[test]
fn both_maps_forget_at_the_same_time() {
    let mut rng = Rng::new(62);
    let mut ours = SignatureMap::new();
    let mut theirs = signature_map::SignatureMap::default();
    let mut now = testkit::TIME;
    for number in 0..500_u32 {
        now += rng.bits() % 2_000_000_000;
        let (seed, message) = (number.to_le_bytes(), rng.bytes(8));
        let inputs = CanisterSigInputs {
            domain: b"ic-request",
            seed: &seed,
            message: &message,
        };
        ic0::set_time(now);
        theirs.add_signature(&inputs);
        let id = SignatureId::new(&seed, &[b"\x0aic-request", &message]);
        ours.add(&id, Timestamp::from_nanos(now), LIFETIME);
        assert_eq!(ours.len(), theirs.len(), "{number}");
    }
    assert!((20..200).contains(&ours.len()), "{}", ours.len());
}
