//! The provider of BLS12-381 alone, by the contract that all providers share.

use icid_provider_rustcrypto::{MAX_PREPARED_KEYS, RustCryptoBlsProvider};
use signature::{Claim, InvalidKey, InvalidSignature, VerifySignature};
use testkit::BlsContract;
use testkit::plain_cases::ed25519;

const CONTRACT: BlsContract<RustCryptoBlsProvider> = BlsContract {
    new: RustCryptoBlsProvider::new,
    prepare: RustCryptoBlsProvider::prepare,
    max_prepared_keys: MAX_PREPARED_KEYS,
};

// spec: CERT-3, CERT-4
#[test]
fn gives_the_listed_verdict_on_every_signature_prepared_or_not() {
    CONTRACT.gives_the_listed_verdict_on_every_signature_prepared_or_not();
}

#[test]
fn gives_the_listed_verdict_on_every_signature_beside_a_good_one() {
    CONTRACT.gives_the_listed_verdict_on_every_signature_beside_a_good_one();
}

// spec: CERT-4, SDEL-5
#[test]
fn gives_the_listed_verdict_on_every_key() {
    CONTRACT.gives_the_listed_verdict_on_every_key();
}

#[test]
fn a_message_is_the_same_however_it_is_cut() {
    CONTRACT.a_message_is_the_same_however_it_is_cut();
}

#[test]
fn no_claims_hold() {
    CONTRACT.no_claims_hold();
}

#[test]
fn names_the_first_of_several_claims_that_does_not_hold() {
    CONTRACT.names_the_first_of_several_claims_that_does_not_hold();
}

#[test]
fn refuses_two_wrong_signatures_whose_errors_cancel() {
    CONTRACT.refuses_two_wrong_signatures_whose_errors_cancel();
}

#[test]
fn keeps_a_bounded_number_of_prepared_keys() {
    CONTRACT.keeps_a_bounded_number_of_prepared_keys();
}

#[test]
fn refuses_every_other_scheme() {
    let cases = ed25519();
    let good = cases.iter().find(|case| case.holds).unwrap();
    let mut provider = RustCryptoBlsProvider::new();
    let claim = Claim {
        key: &good.key,
        message: &[&good.message],
        signature: &good.signature,
    };
    assert_eq!(provider.verify(claim), Err(InvalidSignature));
    assert_eq!(provider.check_key(&good.key), Err(InvalidKey));
    assert_eq!(provider.prepare(&good.key), Err(InvalidKey));
}
