//! The truth of certificates.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod ranges;

use cbor::{ReadError, Reason};
use icid_certificate::{
    Certificate, Freshness, NoValue, ParseNatError, Part, Policy, Ranges, Read, ReadRangesError,
    Rules, Scope, SubnetType, VerifyCertificateError,
};
use principal::Principal;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::BlsPublicKey;
use signature::VerifySignature;
use testkit::bls_cases::keys;
use testkit::cbor::{bytes, map, tagged};
use testkit::{SecretKey, Subnet, TIME, Tree, certificate, nat, ranges};
use time::{Lifetime, Timestamp};

type Outcome = Result<(), VerifyCertificateError>;

fn root() -> SecretKey {
    SecretKey::from_name("root")
}

fn key(secret: &SecretKey) -> BlsPublicKey {
    BlsPublicKey::from_bytes(secret.public_key())
}

fn canister() -> Principal {
    Principal::from_slice(&Subnet::CANISTER).unwrap()
}

fn tree() -> Tree {
    Tree::state(&[])
}

/// What the tests start from.
struct Case {
    root_key: BlsPublicKey,
    scope: Scope,
    ranges: Ranges,
    freshness: Option<Freshness>,
    policy: Policy,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            root_key: key(&root()),
            scope: Scope::Canister(canister()),
            ranges: Ranges::Sharded,
            freshness: None,
            policy: Policy::SPEC,
        }
    }
}

impl Case {
    /// Verifies with both providers, with and without prepared keys, and expects one outcome.
    fn verify(&self, bytes: &[u8]) -> Outcome {
        let rules = Rules {
            root_key: self.root_key,
            scope: self.scope,
            ranges: self.ranges,
            freshness: self.freshness,
        };
        let certificate = Certificate::parse(bytes, self.policy).unwrap();
        let mut native = NativeProvider::new();
        let outcome = certificate.verify(&rules, &native, None).map(|_| ());
        let rustcrypto: &dyn VerifySignature = &RustCryptoProvider::new();
        assert_eq!(
            certificate.verify(&rules, rustcrypto, None).map(|_| ()),
            outcome
        );
        if native.prepare(&self.root_key.to_der()).is_ok() {
            assert_eq!(
                certificate.verify(&rules, &native, None).map(|_| ()),
                outcome
            );
        }
        outcome
    }

    fn with_scope(scope: Scope) -> Self {
        Self {
            scope,
            ..Self::default()
        }
    }
}

/// Verifies what a subnet certifies.
fn verify_subnet(subnet: &Subnet) -> Outcome {
    Case::default().verify(&subnet.certify(&root(), &tree()))
}

// spec: CERT-2, SDEL-3, SDEL-4
#[test]
fn accepts_what_a_subnet_certifies() {
    let bytes = Subnet::example().certify(&root(), &tree());
    let certificate = Certificate::parse(&bytes, Policy::SPEC).unwrap();
    let rules = Rules {
        root_key: key(&root()),
        scope: Scope::Canister(canister()),
        ranges: Ranges::Sharded,
        freshness: None,
    };
    let verified = certificate
        .verify(&rules, &NativeProvider::new(), None)
        .unwrap();
    assert_eq!(verified.root_hash(), tree().root_hash());
    assert_eq!(verified.time(), Timestamp::from_nanos(TIME));
    assert_eq!(verified.scope(), rules.scope);
    let id = Principal::from_slice(b"a subnet").unwrap();
    assert_eq!(verified.subnet_id(), Some(id));
    let delegation = verified.delegation().unwrap();
    assert_eq!(delegation.subnet_id(), id);
    assert_eq!(delegation.public_key(), key(&Subnet::example().key));
    assert_eq!(delegation.time(), Timestamp::from_nanos(TIME));
    assert_eq!(
        delegation.subnet_type(),
        Ok(Read::Found(SubnetType::Application))
    );
}

// spec: CERT-14, SDEL-6, READ-28
#[test]
fn accepts_what_the_root_subnet_certifies_about_every_canister() {
    let bytes = certificate(&tree(), &root(), None);
    assert_eq!(Case::default().verify(&bytes), Ok(()));
    assert_eq!(Case::with_scope(Scope::Unscoped).verify(&bytes), Ok(()));
}

// spec: CERT-14
#[test]
fn rejects_a_certificate_without_delegation_under_another_key() {
    let bytes = certificate(&tree(), &SecretKey::from_name("subnet"), None);
    let invalid = Err(VerifyCertificateError::InvalidSignature);
    assert_eq!(Case::default().verify(&bytes), invalid);
}

// spec: CERT-2
#[test]
fn rejects_a_signature_on_another_tree() {
    let subnet = Subnet::example();
    let delegation = subnet.delegation(&root());
    let other = Tree::state(&[(&[b"a"], b"b")]);
    for signed in [&tree(), &other] {
        let forged = tagged(&map(&[
            ("tree", tree().encode()),
            ("signature", bytes(&subnet.key.sign_tree(signed))),
            (
                "delegation",
                map(&[
                    ("subnet_id", bytes(&subnet.id)),
                    ("certificate", bytes(&delegation)),
                ]),
            ),
        ]));
        let invalid = Err(VerifyCertificateError::InvalidSignature);
        let expected = if *signed == other { invalid } else { Ok(()) };
        assert_eq!(Case::default().verify(&forged), expected);
    }
}

// spec: SDEL-3
#[test]
fn rejects_a_delegation_that_the_root_subnet_did_not_sign() {
    let subnet = Subnet::example();
    let bytes = subnet.certify(&SecretKey::from_name("not the root"), &tree());
    let invalid = Err(VerifyCertificateError::InvalidDelegationSignature);
    assert_eq!(Case::default().verify(&bytes), invalid);
}

// spec: CERT-7
#[test]
fn accepts_a_certificate_with_parts_left_out() {
    let subnet = Subnet::example();
    let full = Tree::state(&[(&[b"a"], b"b"), (&[b"c", b"d"], b"e")]);
    for tree in [
        full.without(&[b"a"]),
        full.without(&[b"c", b"d"]),
        full.without(&[b"c"]),
    ] {
        assert_eq!(tree.root_hash(), full.root_hash());
        assert_eq!(
            Case::default().verify(&subnet.certify(&root(), &tree)),
            Ok(())
        );
    }
}

// spec: CERT-3
#[test]
fn a_signature_has_48_bytes() {
    let subnet = Subnet::example();
    let with_length = |length| {
        let mut signature = subnet.key.sign_tree(&tree()).to_vec();
        signature.resize(length, 0);
        tagged(&map(&[
            ("tree", tree().encode()),
            ("signature", bytes(&signature)),
        ]))
    };
    let case = Case {
        root_key: key(&subnet.key),
        ..Case::default()
    };
    assert_eq!(case.verify(&with_length(48)), Ok(()));
    for length in [0, 47, 49, 96] {
        let part = Part::Certificate;
        let expected = Err(VerifyCertificateError::SignatureLength { part, length });
        assert_eq!(case.verify(&with_length(length)), expected);
    }
    let delegation = with_length(47);
    let outer = certificate(&tree(), &subnet.key, Some((&subnet.id, &delegation)));
    let part = Part::Delegation;
    let expected = Err(VerifyCertificateError::SignatureLength { part, length: 47 });
    assert_eq!(Case::default().verify(&outer), expected);
}

// spec: ROOT-4, CERT-4
#[test]
fn the_point_of_a_root_key_is_good() {
    let undelegated = certificate(&tree(), &root(), None);
    let delegated = Subnet::example().certify(&root(), &tree());
    let mut count = 0;
    for case in keys().into_iter().filter(|case| !case.usable) {
        let Ok(root_key) = BlsPublicKey::from_der(&case.key) else {
            continue;
        };
        for bytes in [&undelegated, &delegated] {
            let outcome = Case {
                root_key,
                ..Case::default()
            }
            .verify(bytes);
            let invalid = Err(VerifyCertificateError::InvalidRootKey);
            assert_eq!(outcome, invalid, "{}", case.name);
        }
        count += 1;
    }
    assert_eq!(count, 10);
}

// spec: SDEL-5, CERT-4, STATE-3
#[test]
fn a_subnet_key_is_a_der_key_with_a_good_point() {
    for case in keys().into_iter().filter(|case| !case.usable) {
        let expected = match BlsPublicKey::from_der(&case.key) {
            Ok(_) => VerifyCertificateError::InvalidSubnetKey,
            Err(error) => VerifyCertificateError::MalformedSubnetKey(error),
        };
        let subnet = Subnet {
            public_key: Some(case.key),
            ..Subnet::example()
        };
        assert_eq!(verify_subnet(&subnet), Err(expected), "{}", case.name);
    }
}

// spec: SDEL-4
#[test]
fn the_delegation_must_show_the_key_of_the_subnet() {
    let missing = |why| Err(VerifyCertificateError::MissingSubnetKey(why));
    let example = Subnet::example();
    let absent = Subnet {
        public_key: None,
        ..example.clone()
    };
    assert_eq!(verify_subnet(&absent), missing(NoValue::Absent));

    let pruned = example
        .delegation_tree()
        .without(&[b"subnet", &example.id, b"public_key"]);
    let with_tree = |tree: &Tree, id: &[u8]| {
        let delegation = certificate(tree, &root(), None);
        Case::default().verify(&certificate(
            &self::tree(),
            &example.key,
            Some((id, &delegation)),
        ))
    };
    assert_eq!(with_tree(&pruned, &example.id), missing(NoValue::Unknown));

    let inner = Tree::of(&[
        (
            &[b"subnet", &example.id[..], b"public_key", b"x"][..],
            &b"y"[..],
        ),
        (&[b"time"], &nat(TIME)),
    ]);
    assert_eq!(with_tree(&inner, &example.id), missing(NoValue::Inner));
    // The delegation is for another subnet.
    assert_eq!(
        with_tree(&example.delegation_tree(), b"b"),
        missing(NoValue::Absent)
    );
}

// spec: CERT-5
#[test]
fn both_trees_must_show_the_time() {
    let missing = |part, why| Err(VerifyCertificateError::MissingTime { part, why });
    let no_time = Tree::of(&[(&[b"a"][..], b"b")]);
    let example = Subnet::example();
    let verify = |tree| Case::default().verify(&example.certify(&root(), tree));
    assert_eq!(
        verify(&no_time),
        missing(Part::Certificate, NoValue::Absent)
    );
    let pruned = tree().without(&[b"time"]);
    assert_eq!(
        verify(&pruned),
        missing(Part::Certificate, NoValue::Unknown)
    );
    let inner = Tree::of(&[(&[&b"time"[..], b"x"][..], &b"b"[..])]);
    assert_eq!(verify(&inner), missing(Part::Certificate, NoValue::Inner));

    let subnet = Subnet {
        time: None,
        ..example
    };
    assert_eq!(
        verify_subnet(&subnet),
        missing(Part::Delegation, NoValue::Absent)
    );
}

// spec: CERT-8, STATE-1
#[test]
fn times_are_in_leb128() {
    let malformed = |part, error| Err(VerifyCertificateError::MalformedTime { part, error });
    let verify = |time: &[u8]| {
        Case::default().verify(&certificate(
            &Tree::of(&[(&[b"time"][..], time)]),
            &root(),
            None,
        ))
    };
    assert_eq!(verify(&nat(0)), Ok(()));
    assert_eq!(verify(&nat(u64::MAX)), Ok(()));
    let part = Part::Certificate;
    assert_eq!(verify(b""), malformed(part, ParseNatError::UnexpectedEnd));
    assert_eq!(
        verify(&TIME.to_be_bytes()),
        malformed(part, ParseNatError::TrailingBytes { count: 7 })
    );
    assert_eq!(
        verify(&[0x80, 0]),
        malformed(part, ParseNatError::NotMinimal)
    );
    let above = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02];
    assert_eq!(verify(&above), malformed(part, ParseNatError::TooLarge));
    let subnet = Subnet {
        time: Some(vec![0x80]),
        ..Subnet::example()
    };
    assert_eq!(
        verify_subnet(&subnet),
        malformed(Part::Delegation, ParseNatError::UnexpectedEnd)
    );
}

// spec: CERT-6
#[test]
fn a_certificate_may_be_as_old_and_as_new_as_the_rules_say() {
    let (max_age, max_skew) = (Lifetime::from_nanos(300), Lifetime::from_nanos(20));
    let time = Timestamp::from_nanos(TIME);
    let verify = |now: u64| {
        let now = Timestamp::from_nanos(now);
        let freshness = Some(Freshness {
            now,
            max_age,
            max_skew,
            max_delegation_age: None,
        });
        let bytes = certificate(&tree(), &root(), None);
        Case {
            freshness,
            ..Case::default()
        }
        .verify(&bytes)
    };
    assert_eq!(verify(TIME), Ok(()));
    assert_eq!(verify(TIME + 300), Ok(()));
    let now = Timestamp::from_nanos(TIME + 301);
    assert_eq!(
        verify(TIME + 301),
        Err(VerifyCertificateError::TooOld { time, now, max_age })
    );
    assert_eq!(verify(TIME - 20), Ok(()));
    let now = Timestamp::from_nanos(TIME - 21);
    assert_eq!(
        verify(TIME - 21),
        Err(VerifyCertificateError::TooNew {
            time,
            now,
            max_skew
        })
    );
}

// spec: SDEL-9
#[test]
fn a_delegation_may_be_as_old_as_the_rules_say() {
    let max_age = Lifetime::from_nanos(1000);
    let now = Timestamp::from_nanos(TIME);
    let verify = |time: u64, limit| {
        let subnet = Subnet {
            time: Some(nat(time)),
            ..Subnet::example()
        };
        let freshness = Some(Freshness {
            now,
            max_age: Lifetime::ZERO,
            max_skew: Lifetime::ZERO,
            max_delegation_age: limit,
        });
        Case {
            freshness,
            ..Case::default()
        }
        .verify(&subnet.certify(&root(), &tree()))
    };
    assert_eq!(verify(TIME - 1000, Some(max_age)), Ok(()));
    let time = Timestamp::from_nanos(TIME - 1001);
    let too_old = VerifyCertificateError::DelegationTooOld { time, now, max_age };
    assert_eq!(verify(TIME - 1001, Some(max_age)), Err(too_old));
    assert_eq!(verify(TIME - 1001, None), Ok(()));
    assert_eq!(verify(TIME + 5, Some(max_age)), Ok(()));
}

// spec: READ-27
#[test]
fn the_scope_of_a_subnet_is_the_one_that_the_delegation_is_for() {
    let bytes = Subnet::example().certify(&root(), &tree());
    let subnet = |id| Principal::from_slice(id).unwrap();
    let verify = |id| Case::with_scope(Scope::Subnet(subnet(id))).verify(&bytes);
    assert_eq!(verify(b"a subnet"), Ok(()));
    let (found, expected) = (subnet(b"a subnet"), subnet(b"b subnet"));
    let wrong = Err(VerifyCertificateError::WrongSubnet { found, expected });
    assert_eq!(verify(b"b subnet"), wrong);
}

// spec: QUERY-SIG-9, ROOT-4
#[test]
fn without_a_delegation_the_scope_of_a_subnet_is_the_root_subnet() {
    let bytes = certificate(&tree(), &root(), None);
    let found = Principal::self_authenticating(&root().der());
    assert_eq!(
        Case::with_scope(Scope::Subnet(found)).verify(&bytes),
        Ok(())
    );
    let expected = Principal::from_slice(b"a subnet").unwrap();
    assert_eq!(
        Case::with_scope(Scope::Subnet(expected)).verify(&bytes),
        Err(VerifyCertificateError::WrongSubnet { found, expected })
    );
}

/// Every check fails at once; then the first is repaired, and so on.
#[test]
fn checks_come_in_the_documented_order() {
    let stranger = SecretKey::from_name("stranger");
    let mut subnet = Subnet {
        public_key: None,
        time: None,
        flat: None,
        shards: vec![],
        ..Subnet::example()
    };
    let mut case = Case::default();
    let mut inner_length = 47;
    let mut outer_length = 47;
    let mut outer_tree = Tree::Empty;
    let mut signers = [stranger.clone(), stranger];
    let mut outcomes = Vec::new();
    let now = Timestamp::from_nanos(TIME);
    for step in 1..16 {
        let inner_tree = subnet.delegation_tree();
        let mut signature = signers[0].sign_tree(&inner_tree).to_vec();
        signature.resize(inner_length, 0);
        let inner = tagged(&map(&[
            ("tree", inner_tree.encode()),
            ("signature", bytes(&signature)),
        ]));
        let mut signature = signers[1].sign_tree(&outer_tree).to_vec();
        signature.resize(outer_length, 0);
        let record = map(&[
            ("subnet_id", bytes(&subnet.id)),
            ("certificate", bytes(&inner)),
        ]);
        let outer = tagged(&map(&[
            ("tree", outer_tree.encode()),
            ("signature", bytes(&signature)),
            ("delegation", record),
        ]));
        outcomes.push(case.verify(&outer));
        match step {
            1 => inner_length = 48,
            2 => subnet.time = Some(vec![]),
            3 => subnet.time = Some(nat(TIME - 2)),
            4 => subnet.public_key = Some(vec![]),
            5 => subnet.public_key = Subnet::example().public_key,
            6 => outer_length = 48,
            7 => outer_tree = Tree::of(&[(&[b"time"][..], b"")]),
            8 => {
                outer_tree = Tree::of(&[(&[b"time"][..], &nat(TIME - 1)[..])]);
                case.freshness = Some(Freshness {
                    now,
                    max_age: Lifetime::ZERO,
                    max_skew: Lifetime::ZERO,
                    max_delegation_age: Some(Lifetime::ZERO),
                });
            }
            9 => outer_tree = tree(),
            10 => case.freshness = None,
            11 => subnet.shards = vec![(vec![1], vec![])],
            12 => subnet.shards = vec![(vec![1], ranges(&[]))],
            13 => subnet.shards = Subnet::example().shards,
            14 => signers[0] = root(),
            _ => {}
        }
    }
    let missing_time = |part| {
        let why = NoValue::Absent;
        VerifyCertificateError::MissingTime { part, why }
    };
    let malformed_time = |part| {
        let error = ParseNatError::UnexpectedEnd;
        VerifyCertificateError::MalformedTime { part, error }
    };
    let no_bytes = BlsPublicKey::from_der(&[]).unwrap_err();
    let length = 47;
    let max_age = Lifetime::ZERO;
    let end = Reason::UnexpectedEnd {
        needed: 1,
        available: 0,
    };
    let end = ReadRangesError::Read(ReadError {
        position: 0,
        reason: end,
    });
    assert_eq!(
        outcomes,
        [
            VerifyCertificateError::SignatureLength {
                part: Part::Delegation,
                length
            },
            missing_time(Part::Delegation),
            malformed_time(Part::Delegation),
            VerifyCertificateError::MissingSubnetKey(NoValue::Absent),
            VerifyCertificateError::MalformedSubnetKey(no_bytes),
            VerifyCertificateError::SignatureLength {
                part: Part::Certificate,
                length
            },
            missing_time(Part::Certificate),
            malformed_time(Part::Certificate),
            VerifyCertificateError::TooOld {
                time: Timestamp::from_nanos(TIME - 1),
                now,
                max_age
            },
            VerifyCertificateError::DelegationTooOld {
                time: Timestamp::from_nanos(TIME - 2),
                now,
                max_age
            },
            VerifyCertificateError::MissingRanges {
                ranges: Ranges::Sharded
            },
            VerifyCertificateError::MalformedRanges(end),
            VerifyCertificateError::OutOfRanges {
                canister: canister()
            },
            VerifyCertificateError::InvalidDelegationSignature,
            VerifyCertificateError::InvalidSignature,
        ]
        .map(Err)
    );
}
