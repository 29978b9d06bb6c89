//! Ed25519, ECDSA and RSA claims, keys and batches, by the contract that all providers share.

use icid_provider_native::NativeProvider;
use testkit::PlainContract;

const CONTRACT: PlainContract<NativeProvider> = PlainContract {
    new: NativeProvider::new,
    prepare: NativeProvider::prepare,
};

// spec: SIG-ED-2, SIG-ED-3, SIG-ED-4, SIG-ED-5
#[test]
fn gives_the_listed_verdict_on_every_ed25519_signature() {
    CONTRACT.gives_the_listed_verdict_on_every_ed25519_signature();
}

// spec: SIG-EC-6, SIG-EC-7, SIG-EC-8, SIG-EC-9
#[test]
fn gives_the_listed_verdict_on_every_p256_signature() {
    CONTRACT.gives_the_listed_verdict_on_every_p256_signature();
}

// spec: SIG-EC-6, SIG-EC-7, SIG-EC-8, SIG-EC-9
#[test]
fn gives_the_listed_verdict_on_every_secp256k1_signature() {
    CONTRACT.gives_the_listed_verdict_on_every_secp256k1_signature();
}

// spec: SIG-WEBAUTHN-12
#[test]
fn gives_the_listed_verdict_on_every_rsa_signature() {
    CONTRACT.gives_the_listed_verdict_on_every_rsa_signature();
}

// spec: SIG-3, SIG-7, SIG-ED-1, SIG-EC-1, SIG-EC-2, SIG-EC-4, SIG-EC-5
#[test]
fn gives_the_listed_verdict_on_every_key() {
    CONTRACT.gives_the_listed_verdict_on_every_key();
}

#[test]
fn gives_the_listed_verdict_on_every_ed25519_signature_beside_a_good_one() {
    CONTRACT.gives_the_listed_verdict_on_every_ed25519_signature_beside_a_good_one();
}

#[test]
fn checks_many_ed25519_signatures_together() {
    CONTRACT.checks_many_ed25519_signatures_together();
}

#[test]
fn refuses_two_wrong_ed25519_signatures_whose_errors_cancel() {
    CONTRACT.refuses_two_wrong_ed25519_signatures_whose_errors_cancel();
}

#[test]
fn names_the_first_of_several_claims_of_mixed_schemes_that_does_not_hold() {
    CONTRACT.names_the_first_of_several_claims_of_mixed_schemes_that_does_not_hold();
}

#[test]
fn a_message_is_the_same_however_it_is_cut() {
    CONTRACT.a_message_is_the_same_however_it_is_cut();
}

#[test]
fn refuses_a_good_signature_with_a_bit_flipped_in_any_byte() {
    CONTRACT.refuses_a_good_signature_with_a_bit_flipped_in_any_byte();
}
