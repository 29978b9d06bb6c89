//! Who may read what: every form of path, at every endpoint, by everybody.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use core::slice;

use icid_request::destination::{ApiVersion, Destination};
use icid_request::read_state::{
    AuthorizeReadError, CheckRule, KnownRequest, Policy, Rules, Section, State, authorize,
};
use icid_request::{AllowedTargets, MAX_LABELS, MAX_PATHS, Paths, RequestId};
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

type Path = Vec<Vec<u8>>;

fn id(number: u8) -> Principal {
    Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, number, 1, 1]).unwrap()
}

const ROOT: u8 = 50;
const SUBNET: u8 = 51;
const CANISTER: u8 = 1;
const EMPTY: u8 = 2;
const USER: u8 = 100;
const STRANGER: u8 = 101;
/// Sent by the user to the canister, and to its own URL.
const KNOWN: [u8; 32] = [1; 32];
/// Sent by the user to the management canister, and to the URL of a subnet.
const CREATION: [u8; 32] = [2; 32];
const UNKNOWN: [u8; 32] = [3; 32];

/// A state with one canister that has a public and a private section, and two requests.
struct Example;

impl State for Example {
    fn request(&self, request_id: &RequestId) -> Option<KnownRequest> {
        match *request_id.as_bytes() {
            KNOWN => Some(KnownRequest {
                sender: id(USER),
                canister_id: id(CANISTER),
                effective_id: id(CANISTER),
            }),
            CREATION => Some(KnownRequest {
                sender: id(USER),
                canister_id: Principal::MANAGEMENT,
                effective_id: id(SUBNET),
            }),
            _ => None,
        }
    }

    fn section(&self, canister: &Principal, name: &str) -> Section {
        match name {
            "public" if *canister == id(CANISTER) => Section::Public,
            "private" if *canister == id(CANISTER) => Section::Private,
            _ => Section::Absent,
        }
    }

    fn is_controller(&self, canister: &Principal, user: &Principal) -> bool {
        *canister == id(CANISTER) && *user == id(USER)
    }
}

const CANISTER_V3: Rules<'static> = Rules {
    sender: Principal::ANONYMOUS,
    targets: AllowedTargets::Any,
    version: ApiVersion::V3,
    destination: Destination::Canister(Principal::MANAGEMENT),
    root_subnet_id: Principal::MANAGEMENT,
    policy: Policy::SPEC,
};

/// A read by the user at the endpoint of the canister.
fn rules() -> Rules<'static> {
    Rules {
        sender: id(USER),
        destination: Destination::Canister(id(CANISTER)),
        root_subnet_id: id(ROOT),
        ..CANISTER_V3
    }
}

fn subnet_rules(number: u8) -> Rules<'static> {
    Rules {
        destination: Destination::Subnet(id(number)),
        ..rules()
    }
}

/// Both versions of the endpoint of the canister, and of a subnet.
fn all_endpoints() -> Vec<Rules<'static>> {
    let versions = [ApiVersion::V2, ApiVersion::V3];
    versions
        .into_iter()
        .flat_map(|version| [rules(), subnet_rules(SUBNET)].map(|rules| Rules { version, ..rules }))
        .collect()
}

fn path(labels: &[&[u8]]) -> Path {
    labels.iter().map(|label| label.to_vec()).collect()
}

fn read(paths: &[Path], rules: &Rules<'_>) -> Result<(), AuthorizeReadError> {
    authorize(&Paths::from(paths.to_vec()), rules, &Example)
}

fn read_one(labels: &[&[u8]], rules: &Rules<'_>) -> Result<(), AuthorizeReadError> {
    read(&[path(labels)], rules)
}

/// Checks that a path can be read at every endpoint by everybody.
fn assert_free(labels: &[&[u8]]) {
    for rules in all_endpoints() {
        for sender in [id(USER), id(STRANGER), Principal::ANONYMOUS] {
            let rules = Rules {
                sender,
                targets: AllowedTargets::Only(&[]),
                ..rules
            };
            assert_eq!(read_one(labels, &rules), Ok(()), "{labels:02x?}");
        }
    }
}

/// Checks that a path cannot be read at any endpoint by anybody.
fn assert_never(labels: &[&[u8]], error: AuthorizeReadError) {
    for rules in all_endpoints() {
        assert_eq!(read_one(labels, &rules), Err(error), "{labels:02x?}");
    }
}

#[test]
// spec: READ-1
fn there_are_at_most_1000_paths() {
    let with = |count| read(&vec![path(&[b"time"]); count], &rules());
    assert_eq!(with(0), Ok(()));
    assert_eq!(with(MAX_PATHS), Ok(()));
    let count = MAX_PATHS + 1;
    assert_eq!(with(count), Err(AuthorizeReadError::TooManyPaths { count }));
}

#[test]
// spec: READ-2
fn a_path_has_at_most_127_labels() {
    let with = |count| read(&[path(&[b"time"]), vec![vec![]; count]], &rules());
    // So long a path leads nowhere.
    let not_listed = AuthorizeReadError::NotListed { path: 1 };
    assert_eq!(with(MAX_LABELS), Err(not_listed));
    let count = MAX_LABELS + 1;
    let too_long = AuthorizeReadError::PathTooLong { path: 1, count };
    assert_eq!(with(count), Err(too_long));
}

#[test]
// spec: READ-10, READ-11, READ-13
fn some_paths_can_be_read_by_everybody_everywhere() {
    let (subnet, node) = (id(SUBNET), id(60));
    let (subnet, node) = (subnet.as_bytes(), node.as_bytes());
    assert_free(&[b"time"]);
    assert_free(&[b"api_boundary_nodes"]);
    assert_free(&[b"api_boundary_nodes", node]);
    for label in [&b"domain"[..], b"ipv4_address", b"ipv6_address"] {
        assert_free(&[b"api_boundary_nodes", node, label]);
    }
    assert_free(&[b"subnet"]);
    assert_free(&[b"subnet", subnet]);
    assert_free(&[b"subnet", &[]]);
    for label in [&b"public_key"[..], b"type", b"node"] {
        assert_free(&[b"subnet", subnet, label]);
    }
    assert_free(&[b"subnet", subnet, b"node", node]);
    assert_free(&[b"subnet", subnet, b"node", node, b"public_key"]);
    assert_free(&[b"subnet", id(ROOT).as_bytes(), b"canister_ranges"]);
    assert_free(&[b"subnet", &[7; 29], b"node", &[7; 29]]);
}

#[test]
// spec: READ-3, READ-9
fn other_paths_cannot_be_read() {
    let (canister, subnet, node) = (id(CANISTER), id(SUBNET), id(60));
    let (canister, subnet, node) = (canister.as_bytes(), subnet.as_bytes(), node.as_bytes());
    let not_listed = AuthorizeReadError::NotListed { path: 0 };
    let paths: &[&[&[u8]]] = &[
        &[],
        &[b""],
        &[b"times"],
        &[b"time", b""],
        &[b"subnet/type"],
        &[b"request_status"],
        &[b"canister"],
        &[b"canister", canister],
        &[b"canister", canister, b""],
        &[b"canister", canister, b"metadata"],
        &[b"canister", canister, b"metadata", b"public", b""],
        &[b"canister", canister, b"module_hash", b""],
        &[b"canister", canister, b"balance"],
        &[b"canister", &[7; 30], b"module_hash"],
        &[b"canister_ranges"],
        &[b"canister_ranges", subnet, canister],
        &[b"canister_ranges", &[7; 30]],
        &[b"subnet", subnet, b""],
        &[b"subnet", subnet, b"nodes"],
        &[b"subnet", subnet, b"public_key", b""],
        &[b"subnet", subnet, b"metrics", b""],
        &[b"subnet", subnet, b"canister_ranges", b""],
        &[b"subnet", subnet, b"node", node, b"domain"],
        &[b"subnet", subnet, b"node", node, b"public_key", b""],
        &[b"subnet", subnet, b"node", &[7; 30]],
        &[b"subnet", &[7; 30]],
        &[b"api_boundary_nodes", &[7; 30]],
    ];
    for labels in paths {
        assert_never(labels, not_listed);
    }
    let error = AuthorizeReadError::BoundaryNodeLabel { path: 0 };
    assert_never(&[b"api_boundary_nodes", node, b"port"], error);
    assert_never(&[b"api_boundary_nodes", node, b"domain", b""], error);
    // spec: READ-24
    let error = AuthorizeReadError::CertifiedData { path: 0 };
    assert_never(&[b"canister", canister, b"certified_data"], error);
}

#[test]
// spec: READ-12
fn sharded_ranges_are_read_at_subnets() {
    let labels: &[&[u8]] = &[b"canister_ranges", &[7; 29]];
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let at_subnet = Rules {
            version,
            ..subnet_rules(SUBNET)
        };
        assert_eq!(read_one(labels, &at_subnet), Ok(()));
        let at_canister = Rules { version, ..rules() };
        let error = AuthorizeReadError::ShardedRanges { path: 0 };
        assert_eq!(read_one(labels, &at_canister), Err(error));
    }
}

#[test]
// spec: READ-14, READ-15
fn flat_ranges_are_read_at_the_old_version_or_for_the_root() {
    for destination in [rules().destination, subnet_rules(SUBNET).destination] {
        let at = |version, subnet| {
            let rules = Rules {
                version,
                destination,
                ..rules()
            };
            read_one(
                &[b"subnet", id(subnet).as_bytes(), b"canister_ranges"],
                &rules,
            )
        };
        for version in [ApiVersion::V2, ApiVersion::V3] {
            assert_eq!(at(version, ROOT), Ok(()));
        }
        assert_eq!(at(ApiVersion::V2, SUBNET), Ok(()));
        let subnet = id(SUBNET);
        let error = AuthorizeReadError::FlatRanges { path: 0, subnet };
        assert_eq!(at(ApiVersion::V3, SUBNET), Err(error));
    }
}

#[test]
// spec: READ-16
fn metrics_are_read_at_their_subnet() {
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let subnet = id(SUBNET);
        let labels: &[&[u8]] = &[b"subnet", subnet.as_bytes(), b"metrics"];
        let error = Err(AuthorizeReadError::Metrics { path: 0, subnet });
        for (rules, expected) in [
            (subnet_rules(SUBNET), Ok(())),
            (subnet_rules(ROOT), error),
            (rules(), error),
            // A canister of the same id is not the subnet.
            (
                Rules {
                    destination: Destination::Canister(subnet),
                    ..rules()
                },
                error,
            ),
        ] {
            assert_eq!(read_one(labels, &Rules { version, ..rules }), expected);
        }
    }
}

#[test]
// spec: READ-17, READ-33
fn a_request_status_has_six_paths() {
    let labels = |label| [&b"request_status"[..], &UNKNOWN, label];
    assert_eq!(read_one(&[b"request_status", &UNKNOWN], &rules()), Ok(()));
    for label in [
        &b"status"[..],
        b"reply",
        b"reject_code",
        b"reject_message",
        b"error_code",
    ] {
        assert_eq!(read_one(&labels(label), &rules()), Ok(()));
        let deeper = [&labels(label)[..], &[b""]].concat();
        assert_never(&deeper, AuthorizeReadError::StatusLabel { path: 0 });
    }
    for label in [&b""[..], b"Status", b"certificate"] {
        assert_never(&labels(label), AuthorizeReadError::StatusLabel { path: 0 });
    }
    for length in [0, 31, 33] {
        let error = AuthorizeReadError::RequestIdLength { path: 0, length };
        assert_never(&[b"request_status", &vec![3; length]], error);
        assert_never(&[b"request_status", &vec![3; length], b"status"], error);
    }
}

#[test]
// spec: READ-18
fn a_known_request_is_read_by_its_sender() {
    let labels: &[&[u8]] = &[b"request_status", &KNOWN, b"reply"];
    let stranger = Rules {
        sender: id(STRANGER),
        ..rules()
    };
    assert_eq!(read_one(labels, &rules()), Ok(()));
    let error = AuthorizeReadError::OtherSender { path: 0 };
    assert_eq!(read_one(labels, &stranger), Err(error));
    let unknown: &[&[u8]] = &[b"request_status", &UNKNOWN, b"reply"];
    assert_eq!(read_one(unknown, &stranger), Ok(()));
}

#[test]
// spec: READ-19
fn a_known_request_is_read_where_it_was_sent_to() {
    let known: &[&[u8]] = &[b"request_status", &KNOWN];
    let creation: &[&[u8]] = &[b"request_status", &CREATION];
    let elsewhere = Err(AuthorizeReadError::OtherDestination { path: 0 });
    let other = Rules {
        destination: Destination::Canister(id(9)),
        ..rules()
    };
    assert_eq!(read_one(known, &rules()), Ok(()));
    assert_eq!(read_one(known, &other), elsewhere);
    assert_eq!(read_one(known, &subnet_rules(SUBNET)), elsewhere);
    assert_eq!(read_one(creation, &subnet_rules(SUBNET)), Ok(()));
    assert_eq!(read_one(creation, &subnet_rules(ROOT)), elsewhere);
    assert_eq!(read_one(creation, &rules()), elsewhere);
    let unknown: &[&[u8]] = &[b"request_status", &UNKNOWN];
    assert_eq!(read_one(unknown, &other), Ok(()));
    // The policy can let it be.
    let policy = Policy {
        request_destination: CheckRule::Ignored,
        ..Policy::SPEC
    };
    assert_eq!(read_one(known, &Rules { policy, ..other }), Ok(()));
}

#[test]
// spec: DELEG-17
fn targets_bind_known_requests_and_nothing_else() {
    let known: &[&[u8]] = &[b"request_status", &KNOWN];
    let outside = |canister| Err(AuthorizeReadError::OutsideTargets { path: 0, canister });
    let among = [id(CANISTER), id(9)];
    let without = [Principal::MANAGEMENT, id(9)];
    for (targets, expected) in [
        (AllowedTargets::Any, Ok(())),
        (AllowedTargets::Only(&among), Ok(())),
        (AllowedTargets::Only(&without), outside(id(CANISTER))),
        (AllowedTargets::Only(&[]), outside(id(CANISTER))),
    ] {
        assert_eq!(read_one(known, &Rules { targets, ..rules() }), expected);
    }
    // It is the canister in the request that counts, not the one in the URL.
    let creation: &[&[u8]] = &[b"request_status", &CREATION];
    for (targets, expected) in [
        (
            AllowedTargets::Only(&among[..]),
            outside(Principal::MANAGEMENT),
        ),
        (AllowedTargets::Only(&without[..]), Ok(())),
    ] {
        let rules = Rules {
            targets,
            ..subnet_rules(SUBNET)
        };
        assert_eq!(read_one(creation, &rules), expected);
    }
    let rules = Rules {
        targets: AllowedTargets::Only(&[]),
        ..rules()
    };
    let unknown: &[&[u8]] = &[b"request_status", &UNKNOWN];
    assert_eq!(read_one(unknown, &rules), Ok(()));
    let hash = path(&[b"canister", id(CANISTER).as_bytes(), b"module_hash"]);
    assert_eq!(read(&[hash], &rules), Ok(()));
}

#[test]
// spec: READ-20
fn all_paths_are_about_one_request() {
    let status = |id: &[u8; 32], label: &[u8]| path(&[b"request_status", id, label]);
    let one = [
        status(&KNOWN, b"status"),
        path(&[b"time"]),
        status(&KNOWN, b"reply"),
    ];
    assert_eq!(read(&one, &rules()), Ok(()));
    for other in [CREATION, UNKNOWN] {
        let two = [
            status(&KNOWN, b"status"),
            path(&[b"time"]),
            status(&other, b"reply"),
        ];
        let error = AuthorizeReadError::SeveralRequests { path: 2 };
        assert_eq!(read(&two, &rules()), Err(error));
    }
}

#[test]
// spec: READ-21
fn all_paths_to_ranges_are_about_one_subnet() {
    let ranges = |number: u8| path(&[b"canister_ranges", id(number).as_bytes()]);
    let rules = subnet_rules(SUBNET);
    assert_eq!(read(&[ranges(7), ranges(7)], &rules), Ok(()));
    let two = [ranges(7), path(&[b"time"]), ranges(8)];
    let error = AuthorizeReadError::SeveralSubnets { path: 2 };
    assert_eq!(read(&two, &rules), Err(error));
    let policy = Policy {
        one_subnet: CheckRule::Ignored,
        ..Policy::SPEC
    };
    assert_eq!(read(&two, &Rules { policy, ..rules }), Ok(()));
    // Other paths may name other subnets.
    let others = [ranges(7), path(&[b"subnet", id(8).as_bytes()])];
    assert_eq!(read(&others, &rules), Ok(()));
}

#[test]
// spec: READ-22
fn what_is_public_about_a_canister_is_read_at_the_canister() {
    for label in [
        &b"module_hash"[..],
        b"controllers",
        b"canister_creation_timestamp",
        b"last_install_timestamp",
    ] {
        let labels = |number: u8| path(&[b"canister", id(number).as_bytes(), label]);
        for version in [ApiVersion::V2, ApiVersion::V3] {
            let at_canister = Rules {
                version,
                sender: id(STRANGER),
                ..rules()
            };
            assert_eq!(read(&[labels(CANISTER)], &at_canister), Ok(()));
            let canister = id(9);
            let error = AuthorizeReadError::OtherCanister { path: 0, canister };
            assert_eq!(read(&[labels(9)], &at_canister), Err(error));
            let at_subnet = Rules {
                version,
                ..subnet_rules(CANISTER)
            };
            let canister = id(CANISTER);
            let error = AuthorizeReadError::OtherCanister { path: 0, canister };
            assert_eq!(read(&[labels(CANISTER)], &at_subnet), Err(error));
        }
    }
}

#[test]
// spec: READ-23
fn private_sections_are_read_by_controllers() {
    let section = |number: u8, name: &[u8], rules: &Rules<'_>| {
        read_one(
            &[b"canister", id(number).as_bytes(), b"metadata", name],
            rules,
        )
    };
    let stranger = Rules {
        sender: id(STRANGER),
        ..rules()
    };
    let canister = id(CANISTER);
    for name in [&b"public"[..], b"absent", b"", "Größe".as_bytes()] {
        assert_eq!(section(CANISTER, name, &stranger), Ok(()));
    }
    assert_eq!(section(CANISTER, b"private", &rules()), Ok(()));
    let private = AuthorizeReadError::PrivateSection { path: 0, canister };
    assert_eq!(section(CANISTER, b"private", &stranger), Err(private));
    // A canister that is empty or does not exist has no secrets.
    let empty = Rules {
        destination: Destination::Canister(id(EMPTY)),
        ..stranger
    };
    assert_eq!(section(EMPTY, b"private", &empty), Ok(()));
    let not_utf8 = AuthorizeReadError::SectionNotUtf8 { path: 0 };
    assert_eq!(section(CANISTER, b"\xff", &rules()), Err(not_utf8));
    let other = AuthorizeReadError::OtherMetadata { path: 0, canister };
    assert_eq!(section(CANISTER, b"public", &empty), Err(other));
    assert_eq!(
        section(CANISTER, b"public", &subnet_rules(CANISTER)),
        Err(other)
    );
}

#[test]
fn the_first_offending_path_is_named() {
    let paths = [
        path(&[b"time"]),
        path(&[b"no"]),
        path(&[]),
        path(&[b"subnet"]),
    ];
    let error = AuthorizeReadError::NotListed { path: 1 };
    assert_eq!(read(&paths, &rules()), Err(error));
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..ProptestConfig::default()
    })]

    /// Whatever is asked for together may be read if each may be read alone, and the other way round,
    /// as long as one request and one subnet is asked about.
    #[test]
    fn paths_are_judged_one_by_one(paths in vec(some_path(), 0..6), at_subnet in any::<bool>()) {
        let rules = if at_subnet { subnet_rules(SUBNET) } else { rules() };
        let alone = paths.iter().find_map(|path| read(slice::from_ref(path), &rules).err());
        let together = read(&paths, &rules);
        prop_assert_eq!(alone.is_none(), together.is_ok());
    }
}

fn some_path() -> impl Strategy<Value = Path> {
    let labels = prop::sample::select(vec![
        b"time".to_vec(),
        b"subnet".to_vec(),
        b"canister".to_vec(),
        b"request_status".to_vec(),
        b"canister_ranges".to_vec(),
        b"metadata".to_vec(),
        b"private".to_vec(),
        b"module_hash".to_vec(),
        b"node".to_vec(),
        b"public_key".to_vec(),
        id(CANISTER).as_bytes().to_vec(),
        KNOWN.to_vec(),
    ]);
    prop_oneof![
        vec(labels, 0..6),
        Just(path(&[b"request_status", &KNOWN, b"reply"])),
        Just(path(&[
            b"canister",
            id(CANISTER).as_bytes(),
            b"metadata",
            b"private"
        ])),
        Just(path(&[b"canister_ranges", id(CANISTER).as_bytes()])),
    ]
}
