//! Reads of the state tree.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use cbor::{Kind, ReadError, Reason};
use icid_certificate::{
    Certificate, Controllers, Lookup, NodeKeys, ParseNatError, Policy, Ranges, Read,
    ReadStateError, RejectCode, RequestStatus, Rules, Scope, StatusField, SubnetType,
    VerifiedCertificate,
};
use principal::Principal;
use provider_native::NativeProvider;
use public_key::{BlsPublicKey, ParseBlsPublicKeyError};
use testkit::cbor::{array, bytes, tagged};
use testkit::{SecretKey, Subnet, Tree, certificate, nat};
use time::Timestamp;

const CANISTER: &[u8] = &Subnet::CANISTER;
const REQUEST: [u8; 32] = [7; 32];

fn id(bytes: &[u8]) -> Principal {
    Principal::from_slice(bytes).unwrap()
}

fn canister() -> Principal {
    id(CANISTER)
}

/// Verifies a certificate of the root subnet on a tree, and asks about it.
fn with_tree<T>(tree: &Tree, ask: impl FnOnce(&VerifiedCertificate<'_>) -> T) -> T {
    with_scope(tree, Scope::Unscoped, ask)
}

fn with_scope<T>(tree: &Tree, scope: Scope, ask: impl FnOnce(&VerifiedCertificate<'_>) -> T) -> T {
    let bytes = certificate(tree, &SecretKey::from_name("root"), None);
    ask(&verify(&bytes, scope))
}

fn verify(bytes: &[u8], scope: Scope) -> VerifiedCertificate<'_> {
    let root_key = BlsPublicKey::from_bytes(SecretKey::from_name("root").public_key());
    let rules = Rules {
        root_key,
        scope,
        ranges: Ranges::Sharded,
        freshness: None,
    };
    let certificate = Certificate::parse(bytes, Policy::SPEC).unwrap();
    certificate
        .verify(&rules, &NativeProvider::new(), None)
        .unwrap()
}

/// A tree with one value about the canister, at a path of one label.
fn about_canister(label: &[u8], value: &[u8]) -> Tree {
    Tree::state(&[(&[b"canister", CANISTER, label], value)])
}

// spec: LOOKUP-12
#[test]
fn looks_up_any_path() {
    let tree = about_canister(b"certified_data", b"data");
    with_tree(&tree, |verified| {
        let path: [&[u8]; 3] = [b"canister", CANISTER, b"certified_data"];
        assert_eq!(verified.lookup(&path), Lookup::Found(b"data"));
        assert_eq!(verified.lookup(&[b"canister"]), Lookup::Error);
        assert_eq!(verified.lookup(&[b"b"]), Lookup::Absent);
        assert_eq!(verified.tree().root_hash(), tree.root_hash());
    });
}

// spec: STATE-13
#[test]
fn certified_data_has_at_most_32_bytes() {
    let read = |data: &[u8]| {
        with_tree(&about_canister(b"certified_data", data), |verified| {
            verified
                .certified_data(&canister())
                .map(|read| read.found().map(<[u8]>::to_vec))
        })
    };
    assert_eq!(read(b""), Ok(Some(vec![])));
    assert_eq!(read(&[1; 32]), Ok(Some(vec![1; 32])));
    assert_eq!(
        read(&[1; 33]),
        Err(ReadStateError::CertifiedDataLength { length: 33 })
    );
}

// spec: LOOKUP-13, STATE-14
#[test]
fn absent_pruned_and_inner_are_told_apart() {
    let other = about_canister(b"a", b"b");
    with_tree(&other, |verified| {
        assert_eq!(verified.module_hash(&canister()), Ok(Read::Absent));
        assert_eq!(verified.certified_data(&canister()), Ok(Read::Absent));
        assert_eq!(verified.module_hash(&id(b"other")), Ok(Read::Absent));
    });
    let pruned = about_canister(b"module_hash", &[1; 32]).without(&[b"canister"]);
    with_tree(&pruned, |verified| {
        assert_eq!(verified.module_hash(&canister()), Ok(Read::Unknown));
        assert_eq!(verified.controllers(&canister()), Ok(Read::Unknown));
    });
    let inner = Tree::state(&[(&[b"canister", CANISTER, b"module_hash", b"x"], b"y")]);
    with_tree(&inner, |verified| {
        assert_eq!(
            verified.module_hash(&canister()),
            Err(ReadStateError::NotAValue)
        );
    });
}

// spec: STATE-14
#[test]
fn a_module_hash_has_32_bytes() {
    for length in [0, 31, 32, 33] {
        let hash = vec![1; length];
        with_tree(&about_canister(b"module_hash", &hash), |verified| {
            let expected = match length {
                32 => Ok(Read::Found(&[1; 32])),
                _ => Err(ReadStateError::ModuleHashLength { length }),
            };
            assert_eq!(verified.module_hash(&canister()), expected);
        });
    }
}

// spec: STATE-15, READ-31
#[test]
fn controllers_are_a_tagged_list_of_principals() {
    let read = |list: &[u8]| {
        with_tree(&about_canister(b"controllers", list), |verified| {
            verified
                .controllers(&canister())
                .map(|read| read.found().unwrap().collect::<Vec<_>>())
        })
    };
    let list = |ids: &[&[u8]]| array(&ids.iter().map(|id| bytes(id)).collect::<Vec<_>>());
    assert_eq!(read(&tagged(&list(&[]))), Ok(vec![]));
    assert_eq!(
        read(&tagged(&list(&[b"b", b"", &[1; 29], b"a"]))),
        Ok(vec![id(b"b"), id(b""), id(&[1; 29]), id(b"a")])
    );
    assert_eq!(
        read(&tagged(&list(&[b"a", &[1; 30]]))),
        Err(ReadStateError::PrincipalLength { length: 30 })
    );
    let cbor = |position, reason| Err(ReadStateError::InvalidCbor(ReadError { position, reason }));
    assert_eq!(read(&list(&[b"a"])), cbor(0, Reason::MissingTag));
    let trailing = [tagged(&list(&[b"a"])), vec![0]].concat();
    assert_eq!(read(&trailing), cbor(6, Reason::TrailingBytes { count: 1 }));
    let text = tagged(&array(&[testkit::cbor::text("a")]));
    let reason = Reason::WrongKind {
        found: Kind::Text,
        expected: Kind::Bytes,
    };
    assert_eq!(read(&text), cbor(4, reason));
}

#[test]
fn lists_of_controllers_are_equal_if_they_have_the_same_in_the_same_order() {
    fn found<'a>(verified: &VerifiedCertificate<'a>) -> Read<Controllers<'a>> {
        verified.controllers(&canister()).unwrap()
    }
    let of = |ids: [&[u8]; 2]| tagged(&array(&ids.map(bytes)));
    let lists = [of([b"a", b"b"]), of([b"b", b"a"])];
    let [one, other] = lists.map(|list| about_canister(b"controllers", &list));
    with_tree(&one, |one| {
        assert_eq!(found(one), found(one));
        with_tree(&other, |other| assert_ne!(found(one), found(other)));
    });
}

// spec: STATE-18
#[test]
fn metadata_is_the_bytes_of_its_section() {
    let tree = Tree::state(&[(
        &[b"canister", CANISTER, b"metadata", "ä".as_bytes()],
        b"\xff",
    )]);
    with_tree(&tree, |verified| {
        assert_eq!(
            verified.metadata(&canister(), "ä"),
            Ok(Read::Found(&b"\xff"[..]))
        );
        assert_eq!(verified.metadata(&canister(), "a"), Ok(Read::Absent));
    });
}

// spec: STATE-16, STATE-17
#[test]
fn canister_times_are_in_leb128() {
    let tree = Tree::state(&[
        (
            &[b"canister", CANISTER, b"canister_creation_timestamp"],
            &nat(5),
        ),
        (
            &[b"canister", CANISTER, b"last_install_timestamp"],
            &[0x80, 0],
        ),
    ]);
    with_tree(&tree, |verified| {
        let created = Ok(Read::Found(Timestamp::from_nanos(5)));
        assert_eq!(verified.creation_time(&canister()), created);
        let error = Err(ReadStateError::InvalidNat(ParseNatError::NotMinimal));
        assert_eq!(verified.last_install_time(&canister()), error);
    });
}

/// A tree with these fields of the request's status.
fn about_request(fields: &[(&[u8], &[u8])]) -> Tree {
    let values: Vec<([&[u8]; 3], &[u8])> = fields
        .iter()
        .map(|(label, value)| ([&b"request_status"[..], &REQUEST, label], *value))
        .collect();
    let values: Vec<(&[&[u8]], &[u8])> = values
        .iter()
        .map(|(path, value)| (&path[..], *value))
        .collect();
    Tree::state(&values)
}

/// Reads the status of a request with these fields, and expects one outcome.
fn expect_status(
    fields: &[(&[u8], &[u8])],
    expected: Result<Read<RequestStatus<'_>>, ReadStateError>,
) {
    with_tree(&about_request(fields), |verified| {
        assert_eq!(verified.request_status(&REQUEST), expected);
    });
}

// spec: STATE-9
#[test]
fn a_request_has_one_of_five_statuses() {
    for (name, status) in [
        (&b"received"[..], RequestStatus::Received),
        (b"processing", RequestStatus::Processing),
        (b"done", RequestStatus::Done),
    ] {
        expect_status(&[(b"status", name)], Ok(Read::Found(status)));
    }
    for name in [&b""[..], b"Received", b"replied ", b"\xff"] {
        expect_status(
            &[(b"status", name)],
            Err(ReadStateError::UnknownRequestStatus),
        );
    }
    expect_status(&[(b"reply", b"DIDL")], Ok(Read::Absent));
    with_tree(&about_request(&[]), |verified| {
        assert_eq!(verified.request_status(&REQUEST), Ok(Read::Absent));
    });
    let pruned = about_request(&[(b"status", b"done")]).without(&[b"request_status"]);
    with_tree(&pruned, |verified| {
        assert_eq!(verified.request_status(&REQUEST), Ok(Read::Unknown));
    });
}

// spec: STATE-10
#[test]
fn a_reply_comes_with_replied_and_only_with_it() {
    let field = StatusField::Reply;
    let replied: (&[u8], &[u8]) = (b"status", b"replied");
    expect_status(
        &[replied, (b"reply", b"DIDL")],
        Ok(Read::Found(RequestStatus::Replied {
            reply: Some(b"DIDL"),
        })),
    );
    expect_status(
        &[replied],
        Err(ReadStateError::MissingStatusField { field }),
    );
    for name in [&b"received"[..], b"processing", b"done", b"rejected"] {
        expect_status(
            &[(b"status", name), (b"reply", b"DIDL")],
            Err(ReadStateError::StrayStatusField { field }),
        );
    }
    let pruned = about_request(&[replied, (b"reply", b"DIDL")]).without(&[
        b"request_status",
        &REQUEST,
        b"reply",
    ]);
    with_tree(&pruned, |verified| {
        let expected = Ok(Read::Found(RequestStatus::Replied { reply: None }));
        assert_eq!(verified.request_status(&REQUEST), expected);
    });
}

// spec: STATE-11, STATE-12
#[test]
fn a_code_and_a_message_come_with_rejected() {
    let rejected: (&[u8], &[u8]) = (b"status", b"rejected");
    let code: (&[u8], &[u8]) = (b"reject_code", &[4]);
    let message: (&[u8], &[u8]) = (b"reject_message", "nö".as_bytes());
    let status = |error_code| RequestStatus::Rejected {
        code: Some(RejectCode::CanisterReject),
        message: Some("nö"),
        error_code,
    };
    expect_status(
        &[rejected, code, message],
        Ok(Read::Found(status(Read::Absent))),
    );
    let error_code: (&[u8], &[u8]) = (b"error_code", b"IC0503");
    expect_status(
        &[rejected, code, message, error_code],
        Ok(Read::Found(status(Read::Found("IC0503")))),
    );
    let missing = |field| Err(ReadStateError::MissingStatusField { field });
    expect_status(&[rejected, message], missing(StatusField::RejectCode));
    expect_status(&[rejected, code], missing(StatusField::RejectMessage));
    for (stray, field) in [
        (code, StatusField::RejectCode),
        (message, StatusField::RejectMessage),
        (error_code, StatusField::ErrorCode),
    ] {
        expect_status(
            &[(b"status", b"replied"), (b"reply", b""), stray],
            Err(ReadStateError::StrayStatusField { field }),
        );
    }
}

// spec: STATE-11, CERT-8
#[test]
fn a_reject_code_is_one_to_six_and_a_message_is_text() {
    let expect = |code: &[u8], message: &[u8], expected: Result<u8, ReadStateError>| {
        let fields: [(&[u8], &[u8]); 3] = [
            (b"status", b"rejected"),
            (b"reject_code", code),
            (b"reject_message", message),
        ];
        with_tree(&about_request(&fields), |verified| {
            let outcome = verified.request_status(&REQUEST).map(|read| match read {
                Read::Found(RequestStatus::Rejected {
                    code: Some(code), ..
                }) => code.number(),
                other => panic!("{other:?}"),
            });
            assert_eq!(outcome, expected);
        });
    };
    for code in 1..=6 {
        expect(&[code], b"", Ok(code));
    }
    expect(
        &[0],
        b"",
        Err(ReadStateError::UnknownRejectCode { code: 0 }),
    );
    expect(
        &[7],
        b"",
        Err(ReadStateError::UnknownRejectCode { code: 7 }),
    );
    expect(
        &[0x84, 0],
        b"",
        Err(ReadStateError::InvalidNat(ParseNatError::NotMinimal)),
    );
    expect(
        &[],
        b"",
        Err(ReadStateError::InvalidNat(ParseNatError::UnexpectedEnd)),
    );
    expect(
        &[1],
        b"ok\xff",
        Err(ReadStateError::InvalidUtf8 { position: 2 }),
    );
}

// spec: STATE-4
#[test]
fn a_subnet_has_one_of_four_types() {
    let read = |name: &[u8]| {
        let tree = Tree::state(&[(&[b"subnet", b"s", b"type"], name)]);
        with_tree(&tree, |verified| verified.subnet_type(&id(b"s")))
    };
    for subnet_type in [
        SubnetType::Application,
        SubnetType::CloudEngine,
        SubnetType::System,
        SubnetType::VerifiedApplication,
    ] {
        assert_eq!(
            read(subnet_type.as_str().as_bytes()),
            Ok(Read::Found(subnet_type))
        );
    }
    assert_eq!(read(b"Application"), Err(ReadStateError::UnknownSubnetType));
    assert_eq!(read(b""), Err(ReadStateError::UnknownSubnetType));
}

// spec: STATE-3
#[test]
fn a_subnet_key_is_a_der_bls_key() {
    let key = SecretKey::from_name("subnet");
    let read = |der: &[u8]| {
        let tree = Tree::state(&[(&[b"subnet", b"s", b"public_key"], der)]);
        with_tree(&tree, |verified| verified.subnet_key(&id(b"s")))
    };
    let expected = BlsPublicKey::from_bytes(key.public_key());
    assert_eq!(read(&key.der()), Ok(Read::Found(expected)));
    let raw = key.public_key();
    let error: ParseBlsPublicKeyError = BlsPublicKey::from_der(&raw).unwrap_err();
    assert_eq!(read(&raw), Err(ReadStateError::MalformedSubnetKey(error)));
}

/// The DER form of an Ed25519 key.
fn node_key(byte: u8) -> [u8; 44] {
    let mut der = [byte; 44];
    der[..12].copy_from_slice(&[0x30, 0x2a, 0x30, 0x05, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0]);
    der
}

/// A tree with these nodes and keys of the subnet `s`.
fn about_nodes(nodes: &[(&[u8], &[u8])]) -> Tree {
    let values: Vec<([&[u8]; 5], &[u8])> = nodes
        .iter()
        .map(|(node, key)| ([&b"subnet"[..], b"s", b"node", node, b"public_key"], *key))
        .collect();
    let values: Vec<(&[&[u8]], &[u8])> = values
        .iter()
        .map(|(path, value)| (&path[..], *value))
        .collect();
    Tree::state(&values)
}

// spec: STATE-7, STATE-19
#[test]
fn node_keys_are_listed_with_their_nodes() {
    let (first, second) = (node_key(1), node_key(2));
    let tree = about_nodes(&[(b"n1", &first), (b"n2", &second)]);
    with_tree(&tree, |verified| {
        let keys = verified.node_keys(&id(b"s")).unwrap().found().unwrap();
        assert!(keys.is_complete());
        let keys: Vec<_> = keys.collect();
        assert_eq!(keys, [(id(b"n1"), &first), (id(b"n2"), &second)]);
        let key = verified.node_key(&id(b"s"), &id(b"n2"));
        assert_eq!(key, Ok(Read::Found(&second)));
        assert_eq!(verified.node_key(&id(b"s"), &id(b"n3")), Ok(Read::Absent));
        assert_eq!(verified.node_keys(&id(b"t")), Ok(Read::Absent));
    });
    for path in [
        &[&b"subnet"[..], b"s", b"node", b"n1"][..],
        &[b"subnet", b"s", b"node", b"n1", b"public_key"],
    ] {
        with_tree(&tree.without(path), |verified| {
            let keys = verified.node_keys(&id(b"s")).unwrap().found().unwrap();
            assert!(!keys.is_complete());
            assert_eq!(keys.collect::<Vec<_>>(), [(id(b"n2"), &second)]);
            assert_eq!(verified.node_key(&id(b"s"), &id(b"n1")), Ok(Read::Unknown));
        });
    }
    for path in [
        &[&b"subnet"[..], b"s", b"node"][..],
        &[b"subnet", b"s"],
        &[b"subnet"],
    ] {
        with_tree(&tree.without(path), |verified| {
            assert_eq!(verified.node_keys(&id(b"s")), Ok(Read::Unknown));
        });
    }
}

#[test]
fn lists_of_node_keys_are_equal_if_all_they_say_is() {
    fn found<'a>(verified: &VerifiedCertificate<'a>) -> Read<NodeKeys<'a>> {
        verified.node_keys(&id(b"s")).unwrap()
    }
    let (first, second) = (node_key(1), node_key(2));
    let tree = about_nodes(&[(b"n1", &first)]);
    let more = about_nodes(&[(b"n1", &first), (b"n2", &second)]);
    let cut = more.without(&[b"subnet", b"s", b"node", b"n2"]);
    let other = about_nodes(&[(b"n1", &second)]);
    with_tree(&tree, |one| {
        assert_eq!(found(one), found(one));
        // The one that is cut lists the same, but not all that there is.
        for another in [more, cut, other] {
            with_tree(&another, |another| assert_ne!(found(one), found(another)));
        }
    });
}

// spec: STATE-7
#[test]
fn a_node_key_is_a_der_ed25519_key() {
    let good = node_key(1);
    let mut other_scheme = good;
    other_scheme[8] = 0x71;
    let malformed: [&[u8]; 4] = [
        &good[..43],
        &good[12..],
        &other_scheme,
        &[&good[..], &[0]].concat(),
    ];
    for key in malformed {
        let error = ReadStateError::MalformedNodeKey { length: key.len() };
        with_tree(&about_nodes(&[(b"n1", &good), (b"n2", key)]), |verified| {
            assert_eq!(verified.node_keys(&id(b"s")), Err(error));
            assert_eq!(verified.node_key(&id(b"s"), &id(b"n2")), Err(error));
        });
    }
}

// spec: STATE-19
#[test]
fn a_node_has_an_id_and_a_key() {
    let good = node_key(1);
    with_tree(&about_nodes(&[(&[1; 30], &good)]), |verified| {
        let error = ReadStateError::PrincipalLength { length: 30 };
        assert_eq!(verified.node_keys(&id(b"s")), Err(error));
    });
    let keyless = Tree::state(&[(&[b"subnet", b"s", b"node", b"n", b"other"], b"")]);
    with_tree(&keyless, |verified| {
        let error = ReadStateError::MissingNodeKey { node: id(b"n") };
        assert_eq!(verified.node_keys(&id(b"s")), Err(error));
    });
    let leaf = Tree::state(&[(&[b"subnet", b"s", b"node"], b"")]);
    with_tree(&leaf, |verified| {
        assert_eq!(
            verified.node_keys(&id(b"s")),
            Err(ReadStateError::NotAValue)
        );
    });
}

// spec: CERT-11
#[test]
fn state_of_another_canister_is_refused() {
    let tree = about_canister(b"module_hash", &[1; 32]);
    with_scope(&tree, Scope::Canister(canister()), |verified| {
        assert_eq!(verified.module_hash(&canister()), Ok(Read::Found(&[1; 32])));
        let other = id(b"other");
        let refused = ReadStateError::CanisterOutOfScope { canister: other };
        assert_eq!(verified.module_hash(&other), Err(refused));
        assert_eq!(verified.certified_data(&other), Err(refused));
        assert_eq!(verified.controllers(&other), Err(refused));
        assert_eq!(verified.metadata(&other, "x"), Err(refused));
        assert_eq!(verified.creation_time(&other), Err(refused));
        assert_eq!(verified.last_install_time(&other), Err(refused));
    });
    let root = BlsPublicKey::from_bytes(SecretKey::from_name("root").public_key()).principal();
    with_scope(&tree, Scope::Subnet(root), |verified| {
        let refused = ReadStateError::CanisterOutOfScope {
            canister: canister(),
        };
        assert_eq!(verified.module_hash(&canister()), Err(refused));
    });
}

// spec: QUERY-SIG-6, CERT-11
#[test]
fn a_subnet_speaks_about_itself_only() {
    let key = node_key(1);
    let root = SecretKey::from_name("root");
    let subnet = Subnet {
        id: b"s".to_vec(),
        ..Subnet::example()
    };
    let bytes = subnet.certify(&root, &about_nodes(&[(b"n", &key)]));
    for scope in [Scope::Canister(canister()), Scope::Subnet(id(b"s"))] {
        let verified = verify(&bytes, scope);
        assert_eq!(
            verified.node_key(&id(b"s"), &id(b"n")),
            Ok(Read::Found(&key))
        );
        let other = id(b"t");
        let refused = ReadStateError::SubnetOutOfScope { subnet: other };
        assert_eq!(verified.node_key(&other, &id(b"n")), Err(refused));
        assert_eq!(verified.node_keys(&other), Err(refused));
        assert_eq!(verified.subnet_key(&other), Err(refused));
        assert_eq!(verified.subnet_type(&other), Err(refused));
    }
    let verified = verify(&bytes, Scope::Unscoped);
    assert_eq!(verified.node_key(&id(b"t"), &id(b"n")), Ok(Read::Absent));
}

#[test]
fn the_type_in_a_delegation_is_read_like_any_other() {
    let read = |subnet_type: Option<&[u8]>| {
        let root = SecretKey::from_name("root");
        let subnet = Subnet {
            subnet_type: subnet_type.map(<[u8]>::to_vec),
            ..Subnet::example()
        };
        let bytes = subnet.certify(&root, &Tree::state(&[]));
        verify(&bytes, Scope::Unscoped)
            .delegation()
            .unwrap()
            .subnet_type()
    };
    assert_eq!(read(Some(b"system")), Ok(Read::Found(SubnetType::System)));
    assert_eq!(read(Some(b"x")), Err(ReadStateError::UnknownSubnetType));
    assert_eq!(read(None), Ok(Read::Absent));
}
