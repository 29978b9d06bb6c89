//! What the URL of a request may name.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use candid_wire::{ReadError, Reason, Type, Value, encode};
use icid_request::RequestType;
use icid_request::destination::{
    ApiVersion, CheckDestinationError, Destination, EffectiveCanister, Endpoint,
    ParseEndpointError, check, effective_canister,
};
use principal::{ParsePrincipalTextError, Principal};

const CALL: RequestType = RequestType::Call;
const QUERY: RequestType = RequestType::Query;
const MANAGEMENT: Principal = Principal::MANAGEMENT;

fn id(number: u8) -> Principal {
    Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, number, 1, 1]).unwrap()
}

fn canister(number: u8) -> Destination {
    Destination::Canister(id(number))
}

/// Returns a record with these principals, and a field that comes before and one that comes after
/// most others.
fn record(fields: &[(&str, Principal)]) -> Vec<u8> {
    let others = [("mode", Type::Text), ("wasm_module", Type::blob())];
    let ty = fields.iter().map(|(name, _)| (*name, Type::Principal));
    let ty = Type::record(ty.chain(others));
    let others = [
        ("mode", Value::Text("install")),
        ("wasm_module", Value::Blob(b"\0asm")),
    ];
    let value = fields
        .iter()
        .map(|(name, principal)| (*name, Value::Principal(*principal)));
    let value = Value::record(value.chain(others));
    encode(&[(&ty, &value)]).unwrap()
}

fn wrong_managed(found: u8, expected: u8) -> Result<(), CheckDestinationError> {
    let (found, expected) = (id(found), id(expected));
    Err(CheckDestinationError::WrongManagedCanister { found, expected })
}

#[test]
// spec: EFF-2
fn a_canister_is_named_by_its_own_id() {
    for request_type in [CALL, QUERY] {
        // The argument is the canister's business, Candid or not.
        let check = |url| check(request_type, &id(7), "create_canister", b"\xff", url);
        assert_eq!(check(canister(7)), Ok(()));
        let (found, expected) = (id(8), id(7));
        let wrong = CheckDestinationError::WrongCanister { found, expected };
        assert_eq!(check(canister(8)), Err(wrong));
        let (found, expected) = (MANAGEMENT, id(7));
        let wrong = CheckDestinationError::WrongCanister { found, expected };
        assert_eq!(check(Destination::Canister(MANAGEMENT)), Err(wrong));
    }
}

#[test]
// spec: EFF-3
fn any_canister_may_be_named_where_one_is_created() {
    for method in ["create_canister", "provisional_create_canister_with_cycles"] {
        for arg in [&b""[..], b"DIDL\0\0", b"\xff"] {
            for url in [canister(7), Destination::Canister(MANAGEMENT)] {
                assert_eq!(check(CALL, &MANAGEMENT, method, arg, url), Ok(()));
            }
        }
        let effective = effective_canister(CALL, &MANAGEMENT, method, b"");
        assert_eq!(effective, Ok(EffectiveCanister::Any));
        // A query of that name is not free.
        let arg = record(&[("canister_id", id(7))]);
        assert_eq!(check(QUERY, &MANAGEMENT, method, &arg, canister(7)), Ok(()));
        let result = check(QUERY, &MANAGEMENT, method, &arg, canister(8));
        assert_eq!(result, wrong_managed(8, 7));
    }
}

#[test]
// spec: EFF-4
fn chunked_installation_names_the_target() {
    let arg = record(&[
        ("store_canister", id(1)),
        ("canister_id", id(2)),
        ("target_canister", id(3)),
    ]);
    let method = "install_chunked_code";
    assert_eq!(check(CALL, &MANAGEMENT, method, &arg, canister(3)), Ok(()));
    for other in [1, 2] {
        let result = check(CALL, &MANAGEMENT, method, &arg, canister(other));
        assert_eq!(result, wrong_managed(other, 3));
    }
    // Without a target, it is like every other method.
    let arg = record(&[("store_canister", id(1)), ("canister_id", id(2))]);
    assert_eq!(check(CALL, &MANAGEMENT, method, &arg, canister(2)), Ok(()));
    let arg = record(&[("store_canister", id(1))]);
    let result = check(CALL, &MANAGEMENT, method, &arg, canister(1));
    assert_eq!(result, Err(CheckDestinationError::MissingCanisterId));
    // For other methods, and in queries, the target is an unknown field.
    let arg = record(&[("canister_id", id(2)), ("target_canister", id(3))]);
    for (request_type, method) in [(CALL, "install_code"), (QUERY, method)] {
        let check = |url| check(request_type, &MANAGEMENT, method, &arg, url);
        assert_eq!(check(canister(2)), Ok(()));
        assert_eq!(check(canister(3)), wrong_managed(3, 2));
    }
}

#[test]
// spec: EFF-5, EFF-6
fn the_management_canister_is_named_by_what_it_manages() {
    let arg = record(&[("canister_id", id(7))]);
    for (request_type, method) in [
        (CALL, "install_code"),
        (CALL, "canister_status"),
        (CALL, "no_such_method"),
        (CALL, "list_canisters"),
        (QUERY, "fetch_canister_logs"),
        (QUERY, "canister_status"),
    ] {
        let check = |url| check(request_type, &MANAGEMENT, method, &arg, url);
        assert_eq!(check(canister(7)), Ok(()), "{method}");
        assert_eq!(check(canister(8)), wrong_managed(8, 7), "{method}");
        let effective = effective_canister(request_type, &MANAGEMENT, method, &arg);
        assert_eq!(effective, Ok(EffectiveCanister::Only(id(7))));
    }
}

#[test]
// spec: EFF-5, EFF-6
fn without_a_canister_the_request_goes_nowhere() {
    let text = Type::record([("canister_id", Type::Text)]);
    let option = Type::record([("canister_id", Type::opt(Type::Principal))]);
    let some = Value::record([("canister_id", Value::some(Value::Principal(id(7))))]);
    let in_text = id(7).to_string();
    let text_value = Value::record([("canister_id", Value::Text(&in_text))]);
    let other_record = Value::record([]);
    let principal = Value::Principal(id(7));
    let good = Value::record([("canister_id", principal.clone())]);
    let good_type = Type::record([("canister_id", Type::Principal)]);
    let empty = Type::record([]);
    for arg in [
        encode(&[]),
        encode(&[(&empty, &other_record)]),
        encode(&[(&text, &text_value)]),
        encode(&[(&option, &some)]),
        encode(&[(&Type::Principal, &principal)]),
        // It is the first argument that counts.
        encode(&[(&empty, &other_record), (&good_type, &good)]),
    ] {
        let arg = arg.unwrap();
        for (request_type, method) in [(CALL, "raw_rand"), (QUERY, "canister_status")] {
            for url in [canister(7), Destination::Canister(MANAGEMENT)] {
                assert_eq!(
                    check(request_type, &MANAGEMENT, method, &arg, url),
                    Err(CheckDestinationError::MissingCanisterId)
                );
            }
        }
    }
    let arg = encode(&[(&good_type, &good), (&empty, &other_record)]).unwrap();
    assert_eq!(check(CALL, &MANAGEMENT, "x", &arg, canister(7)), Ok(()));
}

#[test]
// spec: EFF-5
fn the_argument_is_candid_from_the_first_to_the_last_byte() {
    let arg = record(&[("canister_id", id(7))]);
    let check = |arg: &[u8]| check(CALL, &MANAGEMENT, "stop_canister", arg, canister(7));
    assert_eq!(check(&arg), Ok(()));
    for length in 0..arg.len() {
        let result = check(&arg[..length]);
        assert!(
            matches!(result, Err(CheckDestinationError::MalformedArgument(_))),
            "{length}: {result:?}"
        );
    }
    let position = arg.len();
    let reason = Reason::TrailingBytes { count: 1 };
    let error = ReadError { position, reason };
    assert_eq!(
        check(&[&arg[..], &[0]].concat()),
        Err(CheckDestinationError::MalformedArgument(error))
    );
}

#[test]
// spec: EFF-7
fn subnets_are_named_for_two_purposes() {
    let subnet = Destination::Subnet(id(9));
    let not_for_subnets = Err(CheckDestinationError::NotForSubnets);
    for (request_type, method, expected) in [
        (CALL, "create_canister", Ok(())),
        (CALL, "provisional_create_canister_with_cycles", Ok(())),
        (QUERY, "list_canisters", Ok(())),
        (QUERY, "create_canister", not_for_subnets),
        (CALL, "list_canisters", not_for_subnets),
        (CALL, "install_code", not_for_subnets),
        (QUERY, "canister_status", not_for_subnets),
    ] {
        let arg = record(&[("canister_id", id(7))]);
        let result = check(request_type, &MANAGEMENT, method, &arg, subnet);
        assert_eq!(result, expected, "{request_type:?} {method}");
        // No other canister is reached like that, not even with these methods.
        let result = check(request_type, &id(7), method, &arg, subnet);
        assert_eq!(result, not_for_subnets, "{request_type:?} {method}");
    }
    // A query may list canisters through any of them.
    let result = check(QUERY, &MANAGEMENT, "list_canisters", b"", canister(7));
    assert_eq!(result, Ok(()));
}

#[test]
fn reads_of_state_may_be_sent_anywhere() {
    for url in [canister(7), Destination::Subnet(id(9))] {
        let result = check(RequestType::ReadState, &MANAGEMENT, "", b"", url);
        assert_eq!(result, Ok(()));
        let effective = effective_canister(RequestType::ReadState, &id(7), "", b"");
        assert_eq!(effective, Ok(EffectiveCanister::Any));
    }
}

#[test]
// spec: EFF-8
fn urls_have_principals_as_text() {
    let parse = |id: &str| Endpoint::parse(&format!("/api/v4/canister/{id}/call"));
    let expected = Endpoint {
        request_type: CALL,
        version: ApiVersion::V4,
        destination: Destination::Canister(Principal::from_slice(&[0xab, 0xcd, 0x01]).unwrap()),
    };
    assert_eq!(parse("em77e-bvlzu-aq"), Ok(expected));
    assert!(matches!(
        parse("fm77e-bvlzu-aq"),
        Err(ParseEndpointError::Id(
            ParsePrincipalTextError::WrongChecksum { .. }
        ))
    ));
    for id in ["abcd01", "", "em77ebvlzuaq", "em77e-bvlzu-aq%20"] {
        assert!(matches!(parse(id), Err(ParseEndpointError::Id(_))), "{id}");
    }
}

#[test]
fn there_are_these_endpoints_and_no_others() {
    let mut found = Vec::new();
    for version in ["v1", "v2", "v3", "v4", "v5", "V2", ""] {
        for scope in ["canister", "subnet", "node", ""] {
            for action in ["call", "query", "read_state", "status", ""] {
                let path = format!("/api/{version}/{scope}/em77e-bvlzu-aq/{action}");
                match Endpoint::parse(&path) {
                    Ok(_) => found.push(format!("{version} {scope} {action}")),
                    Err(error) => assert_eq!(error, ParseEndpointError::UnknownPath),
                }
            }
        }
    }
    let expected = [
        "v2 canister call",
        "v2 canister query",
        "v2 canister read_state",
        "v2 subnet read_state",
        "v3 canister call",
        "v3 canister query",
        "v3 canister read_state",
        "v3 subnet query",
        "v3 subnet read_state",
        "v4 canister call",
        "v4 subnet call",
    ];
    assert_eq!(found, expected);
    for path in [
        "",
        "/",
        "/api/v2/status",
        "api/v2/canister/em77e-bvlzu-aq/call",
        "/api/v2/canister/em77e-bvlzu-aq/call/",
        "/api/v2/canister/em77e-bvlzu-aq",
        "//api/v2/canister/em77e-bvlzu-aq/call",
        "/api/v2/canister/em77e-bvlzu-aq/call?a=b",
    ] {
        assert_eq!(
            Endpoint::parse(path),
            Err(ParseEndpointError::UnknownPath),
            "{path}"
        );
    }
}
