//! Principals against `ic_principal`, which is also that of `candid`.

use std::hint::black_box;

use principal::Principal;

use crate::harness::Effort;
use crate::harness::Group;

type Peer = ic_principal::Principal;

/// Times both directions for user ids and canister ids.
pub fn run(effort: Effort) -> usize {
    let user: Vec<u8> = (0..29_u8)
        .map(|index| index.wrapping_mul(97) ^ 0x5a)
        .collect();
    let canister = [0, 0, 0, 0, 0, 0x20, 0, 7, 1, 1];
    [(&user[..], Some(5.0)), (&canister, None)]
        .map(|(bytes, target)| encode(effort, bytes, target) + decode(effort, bytes, target))
        .into_iter()
        .sum::<usize>()
        + self_authenticating(effort)
}

fn encode(effort: Effort, bytes: &[u8], target: Option<f64>) -> usize {
    let ours = Principal::from_slice(bytes).expect("at most 29 bytes");
    let peer = Peer::from_slice(bytes);
    assert_eq!(ours.to_text().as_str(), peer.to_text());

    Group::new(format!("principal to text, {} bytes", bytes.len()))
        .ours("on the stack", || black_box(&ours).to_text().as_str().len())
        .ours("String", || black_box(&ours).to_string())
        .peer("ic_principal", || black_box(&peer).to_text())
        .target("on the stack", "ic_principal", target)
        .run(effort)
}

fn decode(effort: Effort, bytes: &[u8], target: Option<f64>) -> usize {
    let text = Peer::from_slice(bytes).to_text();
    assert_eq!(
        Principal::from_text(&text).expect("a text").as_bytes(),
        bytes
    );
    assert_eq!(Peer::from_text(&text).expect("a text").as_slice(), bytes);

    Group::new(format!("text to principal, {} bytes", bytes.len()))
        .ours("ours", || Principal::from_text(black_box(&text)))
        .peer("ic_principal", || Peer::from_text(black_box(&text)))
        .target("ours", "ic_principal", target)
        .run(effort)
}

fn self_authenticating(effort: Effort) -> usize {
    // Of a length that the compiler doesn't know.
    let key = vec![0x30; 44];
    assert_eq!(
        Principal::self_authenticating(&key).as_bytes(),
        Peer::self_authenticating(&key).as_slice()
    );

    Group::new("self-authenticating principal, 44 bytes of key")
        .ours("ours", || Principal::self_authenticating(black_box(&key)))
        .peer("ic_principal", || {
            Peer::self_authenticating(black_box(&key))
        })
        .run(effort)
}
