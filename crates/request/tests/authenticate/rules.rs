//! The rules, one by one.

use delegation::{Permissions, VerifyChainError};
use icid_request::destination::ApiVersion;
use icid_request::read_state::{AuthorizeReadError, KnownRequest, Section, State};
use icid_request::{
    AllowedTargets, AuthenticateError as Error, CheckSignatureError, Content, Destination,
    Envelope, MAX_LABELS, MAX_PATHS, Policy, RequestId, RequestType, SenderInfo,
    VerifySenderInfoError,
};
use principal::Principal;
use provider_native::NativeProvider;
use testkit::Subnet;
use time::{Lifetime, Timestamp};

use crate::draft::{Draft, NOW, canister, time, verdict};
use crate::signer::{Scheme, Signer};

const USER: Signer = Signer::ed25519("user");
const SESSION: Signer = Signer::ed25519("session");
const TYPES: [RequestType; 3] = [
    RequestType::Call,
    RequestType::Query,
    RequestType::ReadState,
];

#[test]
fn the_evidence_says_who_may_do_what_until_when() {
    let draft = Draft::query(&[USER, SESSION]).with(|draft| {
        draft.links[0].targets = Some(vec![canister(2), canister(1), canister(2)]);
        draft.links[0].permissions = Some(Permissions::Queries);
        draft.links[0].expiration = NOW + 5;
    });
    let envelope = draft.envelope();
    let provider = NativeProvider::new();
    let sender = envelope
        .authenticate(&draft.rules, &provider, None)
        .unwrap();
    assert_eq!(sender.sender(), USER.principal());
    assert!(!sender.is_anonymous());
    assert_eq!(sender.request_id(), draft.content().request_id());
    assert_eq!(*sender.content(), draft.content());
    assert_eq!(*sender.envelope(), envelope);
    assert_eq!(sender.chain().unwrap().leaf(), SESSION.key());
    assert!(sender.queries_only());
    let targets = [canister(1), canister(2)];
    assert_eq!(sender.targets(), AllowedTargets::Only(&targets));
    assert_eq!(sender.expires_at(), Some(time(NOW + 5)));
    assert!(sender.allows_target(&canister(2)) && !sender.allows_target(&canister(3)));
    assert!(!sender.allows_call(&canister(2)));
    assert_eq!(sender.sender_info(), None);
}

// spec: ENV-24
/// A state with one call of [`USER`] to a canister.
struct OneCall(Principal);

impl State for OneCall {
    fn request(&self, _: &RequestId) -> Option<KnownRequest> {
        Some(KnownRequest {
            sender: USER.principal(),
            canister_id: self.0,
            effective_id: canister(1),
        })
    }

    fn section(&self, _: &Principal, _: &str) -> Section {
        Section::Absent
    }

    fn is_controller(&self, _: &Principal, _: &Principal) -> bool {
        false
    }
}

// spec: DELEG-17
#[test]
fn the_sender_reads_the_status_of_calls_to_targets() {
    let draft = Draft::read_state(&[USER, SESSION]).with(|draft| {
        draft.paths = vec![vec![b"request_status".to_vec(), vec![7; 32]]];
        draft.links[0].targets = Some(vec![canister(2)]);
    });
    let envelope = draft.envelope();
    let provider = NativeProvider::new();
    let sender = envelope
        .authenticate(&draft.rules, &provider, None)
        .unwrap();
    let read = |callee| {
        sender.authorize_read(
            ApiVersion::V3,
            Destination::Canister(canister(1)),
            canister(9),
            icid_request::read_state::Policy::SPEC,
            &OneCall(callee),
        )
    };
    assert_eq!(read(canister(2)), Ok(()));
    let outcome = read(canister(3));
    assert!(matches!(
        outcome,
        Err(AuthorizeReadError::OutsideTargets { .. })
    ));
}

#[test]
fn a_key_that_signs_for_itself_may_do_everything() {
    let draft = Draft::call(&[USER]);
    let envelope = draft.envelope();
    let provider = NativeProvider::new();
    let sender = envelope
        .authenticate(&draft.rules, &provider, None)
        .unwrap();
    assert_eq!(sender.sender(), USER.principal());
    assert_eq!(sender.expires_at(), None);
    assert_eq!(sender.targets(), AllowedTargets::Any);
    assert!(!sender.queries_only() && sender.allows_call(&canister(200)));
}

#[test]
fn anybody_may_do_everything_anonymously() {
    let draft = Draft::call(&[]);
    let envelope = draft.envelope();
    let provider = NativeProvider::new();
    let sender = envelope
        .authenticate(&draft.rules, &provider, None)
        .unwrap();
    assert_eq!(sender.sender(), Principal::ANONYMOUS);
    assert!(sender.is_anonymous() && sender.chain().is_none());
    assert_eq!(sender.expires_at(), None);
    assert_eq!(sender.targets(), AllowedTargets::Any);
    assert!(!sender.queries_only() && sender.allows_call(&canister(200)));
    assert!(sender.allows_target(&Principal::MANAGEMENT));
}

// spec: ENV-18
#[test]
fn the_type_is_that_of_the_endpoint() {
    for found in TYPES {
        for expected in TYPES {
            let draft = Draft::new(found, &[USER]);
            let draft = draft.with(|draft| draft.rules.endpoint = Some(expected));
            let outcome = match found == expected {
                true => Ok(()),
                false => Err(Error::WrongEndpoint { found, expected }),
            };
            assert_eq!(draft.verdict(), outcome);
        }
    }
}

// spec: ENV-10, ENV-12, ENV-14, ENV-23
#[test]
fn a_request_is_valid_up_to_and_including_its_expiry() {
    for request_type in TYPES {
        for (expiry, outcome) in [
            (u64::MAX, Ok(())),
            (NOW, Ok(())),
            (
                NOW - 1,
                Err(Error::Expired {
                    expiry: time(NOW - 1),
                    now: time(NOW),
                }),
            ),
        ] {
            let draft = Draft::new(request_type, &[USER]);
            let draft = draft.with(|draft| draft.expiry = expiry);
            assert_eq!(draft.verdict(), outcome, "{request_type:?} {expiry}");
        }
    }
}

// spec: ENV-13, DELEG-9
#[test]
fn anonymous_reads_never_expire() {
    for request_type in TYPES {
        for policy in [Policy::SPEC, Policy::REPLICA] {
            for expiry in [0, NOW - 1, u64::MAX] {
                let draft = Draft::new(request_type, &[]).with(|draft| {
                    draft.expiry = expiry;
                    draft.rules.policy = policy;
                });
                let is_fine = request_type != RequestType::Call
                    || expiry >= NOW && policy.latest_expiry.is_none();
                assert_eq!(
                    draft.verdict().is_ok(),
                    is_fine,
                    "{request_type:?} {expiry}"
                );
            }
        }
    }
}

// spec: ENV-11
#[test]
fn replicas_look_330_seconds_ahead() {
    let latest = NOW + 330_000_000_000;
    for (policy, expiry, outcome) in [
        (Policy::SPEC, latest + 1, Ok(())),
        (Policy::REPLICA, latest, Ok(())),
        (
            Policy::REPLICA,
            latest + 1,
            Err(Error::ExpiryTooFar {
                expiry: time(latest + 1),
                latest: time(latest),
            }),
        ),
    ] {
        let draft = Draft::call(&[USER]).with(|draft| {
            draft.rules.policy = policy;
            draft.expiry = expiry;
        });
        assert_eq!(draft.verdict(), outcome);
    }
}

#[test]
fn nothing_is_too_far_at_the_end_of_time() {
    let draft = Draft::call(&[USER]).with(|draft| {
        draft.rules.now = Timestamp::MAX;
        draft.rules.policy.latest_expiry = Some(Lifetime::from_secs(1));
        draft.expiry = u64::MAX;
    });
    assert_eq!(draft.verdict(), Ok(()));
}

// spec: ENV-7
#[test]
fn a_nonce_has_at_most_32_bytes() {
    for request_type in TYPES {
        for (length, outcome) in [
            (0, Ok(())),
            (32, Ok(())),
            (33, Err(Error::NonceTooLong { length: 33 })),
        ] {
            for signers in [&[][..], &[USER]] {
                let draft = Draft::new(request_type, signers);
                let draft = draft.with(|draft| draft.nonce = Some(vec![1; length]));
                assert_eq!(draft.verdict(), outcome);
            }
        }
        let draft = Draft::new(request_type, &[USER]).with(|draft| draft.nonce = None);
        assert_eq!(draft.verdict(), Ok(()));
    }
}

// spec: READ-1, READ-2
#[test]
fn a_read_has_at_most_1000_paths_of_127_labels() {
    let read = |paths| Draft::read_state(&[]).with(|draft| draft.paths = paths);
    assert_eq!(read(Vec::new()).verdict(), Ok(()));
    assert_eq!(read(vec![Vec::new(); MAX_PATHS]).verdict(), Ok(()));
    let error = Error::TooManyPaths { count: 1001 };
    assert_eq!(read(vec![Vec::new(); 1001]).verdict(), Err(error));
    let path = |labels| vec![Vec::new(); labels];
    assert_eq!(read(vec![path(MAX_LABELS)]).verdict(), Ok(()));
    let error = Error::TooManyLabels {
        path: 1,
        count: 128,
    };
    assert_eq!(read(vec![path(127), path(128)]).verdict(), Err(error));
}

// spec: ENV-4
#[test]
fn the_sender_is_the_principal_of_the_first_key() {
    for sender in [
        SESSION.principal(),
        Principal::MANAGEMENT,
        canister(1),
        Principal::from_slice(&[7; 29]).unwrap(),
    ] {
        let draft = Draft::call(&[USER, SESSION]).with(|draft| draft.sender = Some(sender));
        let owner = USER.principal();
        assert_eq!(draft.verdict(), Err(Error::WrongSender { sender, owner }));
    }
}

// spec: ENV-1, ENV-2
#[test]
fn only_anonymous_requests_are_unsigned() {
    for request_type in TYPES {
        let draft = Draft::new(request_type, &[]);
        assert_eq!(draft.verdict(), Ok(()));
        let sender = USER.principal();
        let unsigned = draft.with(|draft| draft.sender = Some(sender));
        assert_eq!(unsigned.verdict(), Err(Error::Unsigned { sender }));
        let signed = Draft::new(request_type, &[USER]);
        let signed = signed.with(|draft| draft.sender = Some(Principal::ANONYMOUS));
        assert_eq!(signed.verdict(), Err(Error::SignedAnonymously));
    }
}

// spec: ENV-6
#[test]
fn the_last_key_signs_separator_and_id() {
    let draft = Draft::call(&[USER, SESSION]);
    let chain = draft.envelope().chain().unwrap().clone();
    let content = draft.content();
    let payload = content.signing_payload();
    let id = content.request_id();
    let wrong = Err(Error::InvalidSignature(
        CheckSignatureError::InvalidSignature,
    ));
    for (signer, payload, outcome) in [
        (SESSION, &payload[..], Ok(())),
        (USER, &payload[..], wrong),
        (SESSION, &id.as_bytes()[..], wrong),
        (SESSION, &content_bytes(&content), wrong),
    ] {
        let envelope = Envelope::signed(draft.content(), chain.clone(), signer.sign(payload));
        assert_eq!(verdict(&envelope, &draft.rules), outcome);
    }
    for length in [0, 63, 65] {
        let envelope = Envelope::signed(draft.content(), chain.clone(), vec![1; length]);
        let error = CheckSignatureError::SignatureLength {
            length,
            expected: 64,
        };
        let outcome = Err(Error::InvalidSignature(error));
        assert_eq!(verdict(&envelope, &draft.rules), outcome);
    }
}

fn content_bytes(content: &Content<'static>) -> Vec<u8> {
    content.clone().unsigned().encode()
}

// spec: ENV-16, DELEG-3, DELEG-4
#[test]
fn links_come_in_the_order_of_their_signers() {
    let draft = Draft::call(&[USER, Signer::ed25519("device"), SESSION]);
    let envelope = draft.envelope();
    let chain = envelope.chain().unwrap();
    let mut links = chain.links().to_vec();
    links.reverse();
    let reversed = icid_request::DelegationChain::new(chain.root_key().to_vec(), links);
    let signature = envelope.signature().unwrap().to_vec();
    let envelope = Envelope::signed(draft.content(), reversed, signature);
    let error = CheckSignatureError::InvalidSignature;
    assert_eq!(
        verdict(&envelope, &draft.rules),
        Err(Error::InvalidDelegation { link: 0, error })
    );
}

// spec: DELEG-5
#[test]
fn there_are_at_most_twenty_links() {
    const NAMES: [&str; 22] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
        "17", "18", "19", "20", "21",
    ];
    let signers = NAMES.map(Signer::ed25519);
    assert_eq!(Draft::call(&signers[..21]).verdict(), Ok(()));
    let error = Error::Chain(VerifyChainError::TooLong { length: 21 });
    assert_eq!(Draft::call(&signers).verdict(), Err(error));
}

// spec: PERM-2, PERM-3, PERM-4
#[test]
fn one_link_for_queries_only_is_enough() {
    for request_type in TYPES {
        for permissions in [
            [Some(Permissions::Queries), None],
            [Some(Permissions::Queries), Some(Permissions::All)],
            [None, Some(Permissions::Queries)],
            [Some(Permissions::All), Some(Permissions::All)],
        ] {
            let draft = Draft::new(request_type, &[USER, Signer::ed25519("device"), SESSION]);
            let draft = draft.with(|draft| {
                draft.links[0].permissions = permissions[0];
                draft.links[1].permissions = permissions[1];
            });
            let is_restricted = permissions.contains(&Some(Permissions::Queries));
            let outcome = match is_restricted && request_type == RequestType::Call {
                true => Err(Error::QueriesOnly),
                false => Ok(()),
            };
            assert_eq!(draft.verdict(), outcome);
        }
    }
}

// spec: DELEG-11, DELEG-12, DELEG-13, DELEG-17
#[test]
fn calls_and_queries_go_to_targets_of_every_link() {
    let [first, second] = [canister(1), canister(2)];
    for (targets, is_allowed) in [
        ([None, None], true),
        ([Some(vec![first]), None], true),
        ([Some(vec![first, second]), Some(vec![first])], true),
        ([Some(vec![second]), None], false),
        ([Some(vec![first]), Some(vec![second])], false),
        ([None, Some(Vec::new())], false),
    ] {
        for request_type in TYPES {
            let draft = Draft::new(request_type, &[USER, Signer::ed25519("device"), SESSION]);
            let draft = draft.with(|draft| {
                draft.links[0].targets = targets[0].clone();
                draft.links[1].targets = targets[1].clone();
            });
            // What a read may see is decided path by path.
            let outcome = match is_allowed || request_type == RequestType::ReadState {
                true => Ok(()),
                false => Err(Error::TargetNotAllowed { canister_id: first }),
            };
            assert_eq!(draft.verdict(), outcome);
        }
    }
}

// spec: DELEG-16
#[test]
fn the_management_canister_is_a_target_of_its_own() {
    for request_type in [RequestType::Call, RequestType::Query] {
        for (target, outcome) in [
            (Principal::MANAGEMENT, Ok(())),
            (
                canister(1),
                Err(Error::TargetNotAllowed {
                    canister_id: Principal::MANAGEMENT,
                }),
            ),
        ] {
            let draft = Draft::new(request_type, &[USER, SESSION]).with(|draft| {
                draft.canister_id = Principal::MANAGEMENT;
                draft.links[0].targets = Some(vec![target]);
            });
            assert_eq!(draft.verdict(), outcome);
        }
    }
}

fn with_info(signer: Signer, by: Signer, payload: &[u8], info: &[u8]) -> Draft {
    let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
    Draft::call(&[signer, SESSION]).with(|draft| {
        draft.sender_info = Some(SenderInfo::new(info.to_vec(), canister, by.sign(payload)));
    })
}

// spec: SINFO-5, SINFO-6, SINFO-7, SINFO-10, SINFO-13
#[test]
fn sender_info_is_signed_by_the_canister_of_the_first_key() {
    let user = Signer::canister("user");
    for info in [&b""[..], b"name"] {
        let payload = SenderInfo::signing_payload(info);
        assert_eq!(with_info(user, user, &payload, info).verdict(), Ok(()));

        let other = Signer::canister("another user");
        for (by, payload) in [
            (other, &payload[..]),
            (user, info),
            (user, b"\x0eic-sender-infoanother name"),
        ] {
            let outcome = with_info(user, by, payload, info).verdict();
            assert!(matches!(
                outcome,
                Err(Error::SenderInfo(VerifySenderInfoError::Signature(
                    CheckSignatureError::CanisterSignature(_)
                )))
            ));
        }
    }
}

// spec: SINFO-2, SINFO-3, SINFO-8
#[test]
fn only_users_of_canisters_have_sender_info() {
    let user = Signer::canister("user");
    assert_eq!(Draft::call(&[user, SESSION]).verdict(), Ok(()));
    let error = Error::SenderInfo(VerifySenderInfoError::NotACanisterKey);
    for scheme in Scheme::USERS {
        if scheme != Scheme::Canister {
            let other = Signer::new(scheme, "user");
            assert_eq!(with_info(other, user, b"", b"").verdict(), Err(error));
        }
    }
    let anonymous = Draft::query(&[]).with(|draft| {
        draft.sender_info = Some(SenderInfo::new(b"", canister(1), b""));
    });
    assert_eq!(anonymous.verdict(), Err(Error::AnonymousSenderInfo));
}

// spec: SINFO-9
#[test]
fn the_evidence_has_the_sender_info() {
    let user = Signer::canister("user");
    let draft = with_info(user, user, b"\x0eic-sender-infoname", b"name");
    let envelope = draft.envelope();
    let provider = NativeProvider::new();
    let sender = envelope
        .authenticate(&draft.rules, &provider, None)
        .unwrap();
    let info = sender.sender_info().unwrap();
    assert_eq!(info.info(), b"name");
    assert_eq!(info.signer().as_bytes(), Subnet::CANISTER);
    let without = draft.with(|draft| draft.sender_info = None);
    assert_ne!(sender.request_id(), without.content().request_id());
}
