//! Request ids against `ic-transport-types` and `ic-representation-independent-hash`.

use std::hint::black_box;

use ic_representation_independent_hash::Value;
use ic_representation_independent_hash::representation_independent_hash;
use ic_transport_types::EnvelopeContent;
use ri_hash::AddFieldError;
use ri_hash::MapHasher;
use ri_hash::RequestId;
use ri_hash::ValueHash;

use crate::harness::Effort;
use crate::harness::Group;

const EXPIRY: u64 = 1_685_570_400_000_000_000;
const SENDER: [u8; 29] = [7; 29];
const CANISTER: [u8; 10] = [0, 0, 0, 0, 0, 0x20, 0, 7, 1, 1];
const NONCE: [u8; 16] = [9; 16];

/// Times the id of a call with arguments of some sizes.
pub fn run(effort: Effort) -> usize {
    [40, 200, 16 * 1024]
        .map(|length| group(effort, &vec![0x42; length]))
        .into_iter()
        .sum()
}

fn group(effort: Effort, arg: &[u8]) -> usize {
    let content = EnvelopeContent::Call {
        nonce: Some(NONCE.to_vec()),
        ingress_expiry: EXPIRY,
        sender: ic_principal::Principal::from_slice(&SENDER),
        canister_id: ic_principal::Principal::from_slice(&CANISTER),
        method_name: "transfer".to_owned(),
        arg: arg.to_vec(),
        sender_info: None,
    };
    let map = [
        ("request_type", Value::String("call".to_owned())),
        ("nonce", Value::Bytes(NONCE.to_vec())),
        ("ingress_expiry", Value::Number(EXPIRY)),
        ("sender", Value::Bytes(SENDER.to_vec())),
        ("canister_id", Value::Bytes(CANISTER.to_vec())),
        ("method_name", Value::String("transfer".to_owned())),
        ("arg", Value::Bytes(arg.to_vec())),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let id = request_id(arg).expect("seven names");
    assert_eq!(*id.as_bytes(), *content.to_request_id());
    assert_eq!(*id.as_bytes(), representation_independent_hash(&map));

    Group::new(format!(
        "request id of a call, {} bytes of argument",
        arg.len()
    ))
    .ours("ours", || request_id(black_box(arg)))
    .peer("ic-transport-types", || black_box(&content).to_request_id())
    .peer("ic-representation-independent-hash", || {
        representation_independent_hash(black_box(&map))
    })
    .run(effort)
}

fn request_id(arg: &[u8]) -> Result<RequestId, AddFieldError> {
    let mut content = MapHasher::<16>::with_limit();
    content.add("request_type", ValueHash::text("call"))?;
    content.add("nonce", ValueHash::blob(&NONCE))?;
    content.add("ingress_expiry", ValueHash::natural(EXPIRY.into()))?;
    content.add("sender", ValueHash::blob(&SENDER))?;
    content.add("canister_id", ValueHash::blob(&CANISTER))?;
    content.add("method_name", ValueHash::text("transfer"))?;
    content.add("arg", ValueHash::blob(arg))?;
    Ok(RequestId::from(content.finish()))
}
