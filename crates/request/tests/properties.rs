//! Properties over generated requests.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "support/draft.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod draft;
#[path = "support/signer.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod signer;

use delegation::{Delegation, Permissions, SignedDelegation};
use icid_request::{
    CanisterRequest, Content, DelegationChain, Envelope, Policy, ReadStateRequest, RequestType,
    SenderInfo,
};
use principal::Principal;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use provider_native::NativeProvider;
use time::Timestamp;

use crate::draft::{Draft, canister};
use crate::signer::Signer;

fn principal() -> impl Strategy<Value = Principal> {
    vec(any::<u8>(), 0..=29).prop_map(|bytes| Principal::from_slice(&bytes).unwrap())
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp::from_nanos)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..80)
}

prop_compose! {
    fn canister_request()(
        sender in principal(),
        canister_id in principal(),
        method_name in ".{0,20}",
        arg in bytes(),
        expiry in time(),
        nonce in option::of(bytes()),
        info in option::of((bytes(), principal(), bytes())),
    ) -> CanisterRequest<'static> {
        let mut request = CanisterRequest::new(sender, canister_id, method_name, arg, expiry);
        if let Some(nonce) = nonce {
            request = request.with_nonce(nonce);
        }
        if let Some((info, signer, signature)) = info {
            request = request.with_sender_info(SenderInfo::new(info, signer, signature));
        }
        request
    }
}

prop_compose! {
    fn read_state_request()(
        sender in principal(),
        paths in vec(vec(bytes(), 0..4), 0..5),
        expiry in time(),
        nonce in option::of(bytes()),
    ) -> ReadStateRequest<'static> {
        let request = ReadStateRequest::new(sender, paths, expiry);
        match nonce {
            Some(nonce) => request.with_nonce(nonce),
            None => request,
        }
    }
}

fn content() -> impl Strategy<Value = Content<'static>> {
    prop_oneof![
        canister_request().prop_map(Content::Call),
        canister_request().prop_map(Content::Query),
        read_state_request().prop_map(Content::ReadState),
    ]
}

prop_compose! {
    fn link()(
        key in bytes(),
        expiration in time(),
        targets in option::of(vec(principal(), 0..4)),
        queries in option::of(any::<bool>()),
        signature in bytes(),
    ) -> SignedDelegation<'static> {
        let mut delegation = Delegation::new(key, expiration);
        if let Some(targets) = targets {
            delegation = delegation.with_targets(targets);
        }
        if let Some(queries) = queries {
            let permissions = if queries { Permissions::Queries } else { Permissions::All };
            delegation = delegation.with_permissions(permissions);
        }
        SignedDelegation::new(delegation, signature)
    }
}

fn envelope() -> impl Strategy<Value = Envelope<'static>> {
    let proof = option::of((bytes(), vec(link(), 0..4), bytes()));
    (content(), proof).prop_map(|(content, proof)| match proof {
        Some((key, links, signature)) => {
            Envelope::signed(content, DelegationChain::new(key, links), signature)
        }
        None => content.unsigned(),
    })
}

/// The entries of the map at the start, as they are encoded, and what follows the map.
fn entries(bytes: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let mut reader = cbor::Reader::new(bytes);
    let mut items = reader.map().unwrap();
    let mut entries = Vec::new();
    while reader.next(&mut items).unwrap() {
        let start = reader.position();
        reader.skip().unwrap();
        reader.skip().unwrap();
        entries.push(bytes[start..reader.position()].to_vec());
    }
    (entries, bytes[reader.position()..].to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5e),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_written_is_read(envelope in envelope()) {
        let bytes = envelope.encode();
        for policy in [Policy::SPEC, Policy::REPLICA] {
            let parsed = Envelope::parse(&bytes, policy).unwrap();
            prop_assert_eq!(&parsed, &envelope);
            prop_assert_eq!(parsed.content().request_id(), envelope.content().request_id());
            prop_assert_eq!(parsed.encode(), bytes.as_slice());
            prop_assert_eq!(parsed.clone().into_owned(), parsed);
        }
    }

    // spec: REQID-13
    #[test]
    fn the_order_of_fields_never_changes_the_id(content in content(), shift in 0..9_usize) {
        let encoded = content.clone().unsigned().encode();
        // The tag, the head of the envelope, and the name of its field.
        let (head, map) = encoded.split_at(3 + 1 + 8);
        let (mut fields, rest) = entries(map);
        prop_assert!(rest.is_empty());
        let shift = shift % fields.len();
        fields.rotate_left(shift);
        let moved = [head, &map[..1], &fields.concat()].concat();
        let parsed = Envelope::parse(&moved, Policy::SPEC).unwrap();
        prop_assert_eq!(parsed.content(), &content);
        prop_assert_eq!(parsed.content().request_id(), content.request_id());
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in vec(any::<u8>(), 0..200), tagged: bool) {
        if tagged {
            bytes.splice(..0, *b"\xd9\xd9\xf7");
        }
        for policy in [Policy::SPEC, Policy::REPLICA] {
            let _ = Envelope::parse(&bytes, policy);
        }
    }

    #[test]
    fn what_the_text_accepts_replicas_accept(envelope in envelope(), at: prop::sample::Index, byte: u8) {
        let mut bytes = envelope.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(strict) = Envelope::parse(&bytes, Policy::SPEC) {
            prop_assert_eq!(Envelope::parse(&bytes, Policy::REPLICA), Ok(strict));
        }
    }
}

/// Restrictions of one link.
#[derive(Clone, Debug)]
struct Restrictions {
    targets: Option<Vec<u8>>,
    permissions: Option<Permissions>,
}

fn restrictions() -> impl Strategy<Value = Restrictions> {
    let permissions = prop_oneof![
        Just(None),
        Just(Some(Permissions::All)),
        Just(Some(Permissions::Queries))
    ];
    (option::of(vec(0..3_u8, 0..3)), permissions).prop_map(|(targets, permissions)| Restrictions {
        targets,
        permissions,
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x5f),
        cases: 64,
        ..ProptestConfig::default()
    })]

    // spec: DELEG-12, PERM-4
    #[test]
    fn adding_a_restriction_never_widens(
        first in restrictions(),
        more in restrictions(),
        number in 0..3_u8,
        is_call: bool,
    ) {
        let request_type = if is_call { RequestType::Call } else { RequestType::Query };
        let signers = [Signer::ed25519("user"), Signer::ed25519("device"), Signer::ed25519("session")];
        let with = |restrictions: &[Restrictions]| {
            let draft = Draft::new(request_type, &signers[..=restrictions.len()]);
            let draft = draft.with(|draft| {
                draft.canister_id = canister(number);
                for (link, restrictions) in draft.links.iter_mut().zip(restrictions) {
                    let targets = restrictions.targets.as_ref();
                    link.targets = targets.map(|list| list.iter().copied().map(canister).collect());
                    link.permissions = restrictions.permissions;
                }
            });
            let envelope = draft.envelope();
            let provider = NativeProvider::new();
            let outcome = envelope.authenticate(&draft.rules, &provider, None);
            outcome.map(|sender| {
                let numbers = 0..3_u8;
                let allowed = |number: u8| {
                    let id = canister(number);
                    (sender.allows_target(&id), sender.allows_call(&id))
                };
                numbers.map(allowed).collect::<Vec<_>>()
            })
        };
        let (wide, narrow) = (with(core::slice::from_ref(&first)), with(&[first.clone(), more]));
        if let Ok(narrow) = narrow {
            let wide = wide.unwrap();
            for ((target, call), (wide_target, wide_call)) in narrow.into_iter().zip(wide) {
                prop_assert!(target <= wide_target && call <= wide_call);
            }
        }
    }
}
