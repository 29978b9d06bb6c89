//! The constants are what the testkit makes.

use testkit::canister::witness;
use testkit::{SecretKey, Subnet};

/// The DER form of the key of a canister with the seed "seed".
fn key() -> Vec<u8> {
    // Interface spec, "Canister signatures": OID 1.3.6.1.4.1.56387.1.2, then length, id and seed.
    let mut der =
        b"\x30\x20\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x83\xb8\x43\x01\x02\x03\x10\x00\x0a"
            .to_vec();
    der.extend(Subnet::CANISTER);
    der.extend(b"seed");
    der
}

#[test]
fn the_constants_are_what_the_testkit_makes() {
    let root = SecretKey::from_name("root");
    let signature =
        Subnet::example().canister_signature(&root, &witness(b"seed", &icid_wasm_sample::PAYLOAD));
    for (name, made, constant) in [
        ("KEY", key(), &icid_wasm_sample::KEY[..]),
        ("ROOT_KEY", root.der(), &icid_wasm_sample::ROOT_KEY),
        ("SIGNATURE", signature, &icid_wasm_sample::SIGNATURE),
    ] {
        let hex: String = made.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(made, constant, "{name} is {hex}");
    }
}
