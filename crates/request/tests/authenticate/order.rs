//! The order of the checks: of two violations, the earlier one is reported.
#![expect(
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use delegation::{Permissions, VerifyChainError};
use icid_request::destination::{CheckDestinationError, Destination};
use icid_request::{
    AuthenticateError as Error, CheckSignatureError, RequestType, SenderInfo, VerifySenderInfoError,
};
use principal::Principal;

use crate::draft::{Draft, NOW, canister, time};
use crate::signer::{Scheme, Signer};

const USER: Signer = Signer::canister("user");
const DEVICE: Signer = Signer::new(Scheme::P256, "device");
const SESSION: Signer = Signer::ed25519("session");

/// A way to break a request, and what is then said about it alone.
struct Violation {
    commit: fn(&mut Draft),
    error: Error,
}

fn violation(commit: fn(&mut Draft), error: Error) -> Violation {
    Violation { commit, error }
}

/// Commits each violation alone, and each with the next one.
#[track_caller]
fn are_in_order(good: &Draft, violations: &[Violation]) {
    assert_eq!(good.verdict(), Ok(()));
    for (index, violation) in violations.iter().enumerate() {
        let alone = good.clone().with(violation.commit);
        assert_eq!(alone.verdict(), Err(violation.error), "{index} alone");
        if let Some(next) = violations.get(index + 1) {
            let both = good.clone().with(next.commit).with(violation.commit);
            assert_eq!(both.verdict(), Err(violation.error), "{index} and the next");
        }
    }
}

fn wrong_endpoint(found: RequestType) -> Violation {
    let expected = match found {
        RequestType::Query => RequestType::Call,
        _ => RequestType::Query,
    };
    let commit: fn(&mut Draft) = match expected {
        RequestType::Call => |draft| draft.rules.endpoint = Some(RequestType::Call),
        _ => |draft| draft.rules.endpoint = Some(RequestType::Query),
    };
    violation(commit, Error::WrongEndpoint { found, expected })
}

fn wrong_destination() -> Violation {
    let error = CheckDestinationError::WrongCanister {
        found: canister(2),
        expected: canister(1),
    };
    violation(
        |draft| draft.rules.destination = Some(Destination::Canister(canister(2))),
        Error::Destination(error),
    )
}

fn expired() -> Violation {
    violation(
        |draft| draft.expiry = NOW - 1,
        Error::Expired {
            expiry: time(NOW - 1),
            now: time(NOW),
        },
    )
}

fn long_nonce() -> Violation {
    violation(
        |draft| draft.nonce = Some(vec![0; 33]),
        Error::NonceTooLong { length: 33 },
    )
}

/// The good request has targets, which the bad ones change.
fn signed(request_type: RequestType) -> Draft {
    Draft::new(request_type, &[USER, DEVICE, SESSION]).with(|draft| {
        draft.links[0].targets = Some(vec![canister(1), canister(9)]);
        draft.links[1].permissions = Some(Permissions::All);
        let info = b"the user's name";
        let signature = USER.sign(&[&b"\x0eic-sender-info"[..], info].concat());
        let signer = Principal::from_slice(&testkit::Subnet::CANISTER).unwrap();
        draft.sender_info = Some(SenderInfo::new(info, signer, signature));
    })
}

/// What can be wrong with the chain and after it, up to the signature of the request.
fn signed_violations() -> Vec<Violation> {
    vec![
        violation(
            |draft| draft.sender = Some(SESSION.principal()),
            Error::WrongSender {
                sender: SESSION.principal(),
                owner: USER.principal(),
            },
        ),
        violation(
            |draft| {
                const NAMES: [&str; 20] = [
                    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p",
                    "q", "r", "s", "t",
                ];
                draft.signers.extend(NAMES.map(Signer::ed25519));
                let link = draft.links.last().unwrap().clone();
                draft.links.resize(draft.signers.len() - 1, link);
            },
            Error::Chain(VerifyChainError::TooLong { length: 22 }),
        ),
        violation(
            |draft| draft.links[1].expiration = NOW - 1,
            Error::Chain(VerifyChainError::Expired {
                link: 1,
                expiration: time(NOW - 1),
                now: time(NOW),
            }),
        ),
        violation(
            |draft| draft.signers[2] = DEVICE,
            Error::Chain(VerifyChainError::RepeatedKey { link: 1 }),
        ),
        violation(
            |draft| draft.links[1].targets = Some(vec![canister(1); 1001]),
            Error::Chain(VerifyChainError::TooManyTargets {
                link: 1,
                count: 1001,
            }),
        ),
        violation(
            |draft| draft.signers[1] = Signer::new(Scheme::Bls, "subnet"),
            Error::Chain(VerifyChainError::SubnetKey { link: 1 }),
        ),
        violation(
            |draft| draft.links[1].holds = false,
            Error::InvalidDelegation {
                link: 1,
                error: CheckSignatureError::InvalidSignature,
            },
        ),
        violation(
            |draft| draft.holds = false,
            Error::InvalidSignature(CheckSignatureError::InvalidSignature),
        ),
    ]
}

fn wrong_sender_info() -> Violation {
    violation(
        |draft| {
            let info = draft.sender_info.take().unwrap();
            let signature = info.signature().to_vec();
            let wrong = SenderInfo::new(info.info().to_vec(), canister(3), signature);
            draft.sender_info = Some(wrong);
        },
        Error::SenderInfo(VerifySenderInfoError::WrongSigner {
            signer: canister(3),
            canister: Principal::from_slice(&testkit::Subnet::CANISTER).unwrap(),
        }),
    )
}

fn target_not_allowed() -> Violation {
    violation(
        |draft| draft.links[0].targets = Some(vec![canister(9)]),
        Error::TargetNotAllowed {
            canister_id: canister(1),
        },
    )
}

// spec: ENV-1, ENV-18, DELEG-18, PERM-8
#[test]
fn a_call_is_checked_in_the_order_of_replicas() {
    let mut violations = vec![
        wrong_endpoint(RequestType::Call),
        wrong_destination(),
        expired(),
        long_nonce(),
    ];
    violations.extend(signed_violations());
    violations.extend([
        wrong_sender_info(),
        violation(
            |draft| draft.links[0].permissions = Some(Permissions::Queries),
            Error::QueriesOnly,
        ),
        target_not_allowed(),
    ]);
    are_in_order(&signed(RequestType::Call), &violations);
}

#[test]
fn a_query_is_checked_in_the_order_of_replicas() {
    let mut violations = vec![wrong_endpoint(RequestType::Query), expired(), long_nonce()];
    violations.extend(signed_violations());
    violations.extend([wrong_sender_info(), target_not_allowed()]);
    are_in_order(&signed(RequestType::Query), &violations);
}

// spec: READ-1, READ-2
#[test]
fn a_read_is_checked_in_the_order_of_replicas() {
    let mut violations = vec![
        wrong_endpoint(RequestType::ReadState),
        violation(
            |draft| draft.paths.resize(1001, Vec::new()),
            Error::TooManyPaths { count: 1001 },
        ),
        violation(
            |draft| draft.paths[0] = vec![Vec::new(); 128],
            Error::TooManyLabels {
                path: 0,
                count: 128,
            },
        ),
        expired(),
        long_nonce(),
    ];
    violations.extend(signed_violations());
    are_in_order(&signed(RequestType::ReadState), &violations);
}

#[test]
fn a_far_expiry_is_noticed_before_a_long_nonce() {
    let good = signed(RequestType::Call).with(|draft| {
        draft.rules.policy.latest_expiry = Some(time::Lifetime::from_nanos(10));
    });
    let too_far = violation(
        |draft| draft.expiry = NOW + 11,
        Error::ExpiryTooFar {
            expiry: time(NOW + 11),
            latest: time(NOW + 10),
        },
    );
    are_in_order(&good, &[too_far, long_nonce()]);
}

// spec: ENV-2, SINFO-3
#[test]
fn an_anonymous_call_is_checked_in_the_order_of_replicas() {
    let violations = [
        wrong_endpoint(RequestType::Call),
        wrong_destination(),
        expired(),
        long_nonce(),
        violation(
            |draft| {
                draft.sender = Some(Principal::ANONYMOUS);
                draft.signers = vec![SESSION];
            },
            Error::SignedAnonymously,
        ),
        violation(
            |draft| draft.sender_info = Some(SenderInfo::new(b"", canister(1), b"")),
            Error::AnonymousSenderInfo,
        ),
    ];
    are_in_order(&Draft::call(&[]), &violations);
}

// spec: ENV-1
#[test]
fn an_unsigned_request_is_checked_in_the_order_of_replicas() {
    let unsigned = violation(
        |draft| draft.sender = Some(canister(4)),
        Error::Unsigned {
            sender: canister(4),
        },
    );
    are_in_order(&Draft::call(&[]), &[long_nonce(), unsigned]);
}

// spec: SINFO-2, SINFO-4
#[test]
fn sender_info_is_checked_key_first_and_signature_last() {
    let good = signed(RequestType::Query);
    let root_of_another_scheme = good.clone().with(|draft| draft.signers[0] = SESSION);
    let draft = root_of_another_scheme.with(|draft| {
        draft.signers[2] = Signer::ed25519("another session");
        (wrong_sender_info().commit)(draft);
    });
    let error = Error::SenderInfo(VerifySenderInfoError::NotACanisterKey);
    assert_eq!(draft.verdict(), Err(error));

    let unsigned = violation(
        |draft| {
            let info = draft.sender_info.take().unwrap();
            draft.sender_info = Some(SenderInfo::new(b"another", info.signer(), b"\xd9\xd9\xf7"));
        },
        Error::SenderInfo(VerifySenderInfoError::Signature(
            CheckSignatureError::ParseCanisterSignature(
                canister_signature::ParseCanisterSignatureError::Read(cbor::ReadError {
                    position: 3,
                    reason: cbor::Reason::UnexpectedEnd {
                        needed: 1,
                        available: 0,
                    },
                }),
            ),
        )),
    );
    let wrong_signer = violation(
        |draft| {
            let info = draft.sender_info.take().unwrap();
            let (bytes, signature) = (info.info().to_vec(), info.signature().to_vec());
            draft.sender_info = Some(SenderInfo::new(bytes, canister(3), signature));
        },
        wrong_sender_info().error,
    );
    are_in_order(&good, &[wrong_signer, unsigned]);
}
