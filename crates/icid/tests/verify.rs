//! The questions about certificates and canister signatures.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use icid::certificate::VerifyCertificateError;
use icid::request::CheckSignatureError;
use icid::{
    BlsPublicKey, CanisterPublicKey, MAINNET_ROOT_KEY, Principal, Scope, VerifyBytesError,
    verify_canister_signature, verify_certificate, verify_signature,
};
use testkit::canister::witness;
use testkit::{SecretKey, Subnet, TIME, Tree};

fn root() -> SecretKey {
    SecretKey::from_name("root")
}

fn root_key() -> BlsPublicKey {
    BlsPublicKey::from_bytes(root().public_key())
}

fn canister() -> Principal {
    Principal::from_slice(&Subnet::CANISTER).unwrap()
}

#[test]
fn a_certificate_is_true_under_its_root_key_and_about_its_scope() {
    let bytes = Subnet::example().certify(&root(), &Tree::state(&[]));
    let verify = |scope, key| verify_certificate(&bytes, scope, None, key).map(|_| ());
    let scope = Scope::Canister(canister());
    let verified = verify_certificate(&bytes, scope, None, root_key()).unwrap();
    assert_eq!(verified.time().as_nanos(), TIME);
    let elsewhere = Principal::MANAGEMENT;
    let error = VerifyCertificateError::OutOfRanges {
        canister: elsewhere,
    };
    assert_eq!(
        verify(Scope::Canister(elsewhere), root_key()),
        Err(VerifyBytesError::Verify(error))
    );
    let error = VerifyCertificateError::InvalidDelegationSignature;
    assert_eq!(
        verify(scope, MAINNET_ROOT_KEY),
        Err(VerifyBytesError::Verify(error))
    );
    assert!(matches!(
        verify_certificate(&[], scope, None, root_key()),
        Err(VerifyBytesError::Parse(_))
    ));
}

#[test]
fn a_canister_signs_a_payload() {
    let payload = b"\x0aic-request0123456789abcdef0123456789abcdef";
    let signature = Subnet::example().canister_signature(&root(), &witness(b"seed", payload));
    let key = CanisterPublicKey::new(canister(), b"seed").unwrap();
    let verified = verify_canister_signature(&key, payload, &signature, root_key()).unwrap();
    assert_eq!(verified.canister_id(), canister());
    assert!(matches!(
        verify_canister_signature(&key, b"another", &signature, root_key()),
        Err(VerifyBytesError::Verify(_))
    ));
    assert!(matches!(
        verify_canister_signature(&key, payload, b"", root_key()),
        Err(VerifyBytesError::Parse(_))
    ));
    let verify = |key: &[u8]| verify_signature(key, payload, &signature, root_key());
    assert_eq!(verify(&key.to_der()), Ok(()));
    assert_eq!(verify(&root().der()), Err(CheckSignatureError::SubnetKey));
}
