//! Keys and signatures of the plain schemes against `ic-ed25519`, `ic-secp256r1` and
//! `ic-secp256k1`, which replicas verify with.

use icid_interop::Rng;
use icid_interop::providers;
use icid_interop::replica;
use icid_interop::signers;
use icid_interop::signers::Scheme;
use public_key::Policy;
use public_key::PublicKey;
use signature::Claim;
use testkit::plain_cases;

#[test]
fn the_edge_cases_of_all_schemes_have_the_same_verdict() {
    let cases = [
        plain_cases::ed25519(),
        plain_cases::ecdsa_p256(),
        plain_cases::ecdsa_secp256k1(),
    ];
    for case in cases.into_iter().flatten() {
        let theirs = replica::Key::from_der(&case.key)
            .is_some_and(|key| key.holds(&case.message, &case.signature));
        assert_eq!(theirs, case.holds, "{}", case.name);
        for provider in providers() {
            let ours = provider.verify(Claim {
                key: &case.key,
                message: &[&case.message],
                signature: &case.signature,
            });
            assert_eq!(ours.is_ok(), case.holds, "{}", case.name);
        }
    }
}

#[test]
fn the_edge_cases_of_keys_have_the_same_verdict() {
    for case in plain_cases::keys() {
        // Replicas have RSA keys elsewhere.
        if !case.name.starts_with("RSA") {
            let theirs = replica::Key::from_der(&case.key).is_some();
            assert_eq!(is_ours(&case.key), theirs, "{}", case.name);
        }
    }
}

#[test]
fn a_key_with_a_flipped_bit_has_the_same_verdict() {
    let mut rng = Rng::new(100);
    let mut accepted = 0;
    for scheme in Scheme::ALL {
        let good = signers::public_key(&*signers::identity(scheme, 1));
        for _ in 0..1_000 {
            let mut key = good.clone();
            let index = rng.below(key.len());
            key[index] ^= 1 << rng.below(8);
            let theirs = replica::Key::from_der(&key).is_some();
            assert_eq!(is_ours(&key), theirs, "{scheme:?}, byte {index}");
            accepted += u32::from(theirs);
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// Returns whether a key of a plain scheme may sign requests here.
fn is_ours(key: &[u8]) -> bool {
    let verdicts = providers().map(|provider| {
        PublicKey::parse(key, Policy::REPLICA).is_ok() && provider.check_key(key).is_ok()
    });
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts[0]
}
