//! What every provider has to do with BLS12-381 claims, as tests that take the provider.

use core::fmt::Debug;

use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

use crate::SecretKey;
use crate::bls_cases::{SignatureCase, cancelling, keys, signatures};

/// A provider to test: how to make one and how to prepare a key.
///
/// Each method is a test, and panics with what is wrong.
#[expect(clippy::exhaustive_structs, reason = "tests build it")]
#[derive(Clone, Copy, Debug)]
pub struct BlsContract<P> {
    /// Makes a provider that has prepared no key.
    pub new: fn() -> P,
    /// Prepares the key with this DER SubjectPublicKeyInfo.
    pub prepare: fn(&mut P, &[u8]) -> Result<(), InvalidKey>,
    /// How many prepared keys the provider keeps.
    pub max_prepared_keys: usize,
}

impl<P: Debug + VerifySignature> BlsContract<P> {
    /// Checks every listed signature, with the key prepared and not.
    pub fn gives_the_listed_verdict_on_every_signature_prepared_or_not(&self) {
        let fresh = (self.new)();
        let cases = signatures();
        assert_eq!(cases.iter().filter(|case| case.holds).count(), 4);
        for case in cases {
            let claim = Claim {
                key: &case.key,
                message: &[&case.message],
                signature: &case.signature,
            };
            assert_eq!(fresh.verify(claim), verdict(case.holds), "{}", case.name);
            let mut prepared = (self.new)();
            if (self.prepare)(&mut prepared, &case.key).is_ok() {
                assert_eq!(prepared.verify(claim), verdict(case.holds), "{}", case.name);
            }
        }
    }

    /// Checks every listed signature together with a good one.
    pub fn gives_the_listed_verdict_on_every_signature_beside_a_good_one(&self) {
        let provider = (self.new)();
        let good = signed("neighbour", b"hello");
        for case in signatures() {
            let expected = if case.holds {
                Ok(())
            } else {
                Err(InvalidAt { index: 1 })
            };
            let name = case.name;
            assert_eq!(
                verify_all(&provider, &[good.clone(), case]),
                expected,
                "{name}"
            );
        }
    }

    /// Checks every listed key, prepared and not.
    pub fn gives_the_listed_verdict_on_every_key(&self) {
        let fresh = (self.new)();
        for case in keys() {
            let expected = if case.usable { Ok(()) } else { Err(InvalidKey) };
            assert_eq!(fresh.check_key(&case.key), expected, "{}", case.name);
            let mut prepared = (self.new)();
            assert_eq!(
                (self.prepare)(&mut prepared, &case.key),
                expected,
                "{}",
                case.name
            );
            assert_eq!(prepared.check_key(&case.key), expected, "{}", case.name);
        }
    }

    /// Checks that only the concatenation of the pieces of a message counts.
    pub fn a_message_is_the_same_however_it_is_cut(&self) {
        let provider = (self.new)();
        let case = signed("signer", b"state root");
        for message in [
            &[&b"state root"[..]][..],
            &[b"state ", b"root"],
            &[b"", b"state root", b""],
            &[b"state", b" ", b"ro", b"ot"],
        ] {
            let claim = Claim {
                key: &case.key,
                message,
                signature: &case.signature,
            };
            assert_eq!(provider.verify(claim), Ok(()));
        }
        let claim = Claim {
            key: &case.key,
            message: &[b"state", b"root"],
            signature: &case.signature,
        };
        assert_eq!(provider.verify(claim), Err(InvalidSignature));
        let empty = signed("signer", b"");
        for message in [&[][..], &[&b""[..]]] {
            let claim = Claim {
                key: &empty.key,
                message,
                signature: &empty.signature,
            };
            assert_eq!(provider.verify(claim), Ok(()));
        }
    }

    /// Checks that no claims hold.
    pub fn no_claims_hold(&self) {
        assert_eq!((self.new)().verify_all(&[]), Ok(()));
    }

    /// Checks the position that a failed batch names.
    pub fn names_the_first_of_several_claims_that_does_not_hold(&self) {
        let mut provider = (self.new)();
        let good: Vec<SignatureCase> = [
            ("a", "1"),
            ("b", "1"),
            ("a", "2"),
            ("c", "3"),
            ("a", "1"),
            ("b", "4"),
        ]
        .map(|(name, message)| signed(name, message.as_bytes()))
        .to_vec();
        (self.prepare)(&mut provider, &good[1].key).expect("the key is good");
        for count in 1..=good.len() {
            assert_eq!(verify_all(&provider, &good[..count]), Ok(()));
        }
        for index in 0..good.len() {
            let mut cases = good.clone();
            cases[index].message = b"never signed".to_vec();
            cases.last_mut().expect("there are cases").message = b"never signed".to_vec();
            assert_eq!(verify_all(&provider, &cases), Err(InvalidAt { index }));
        }
    }

    /// Checks that products are weighted.
    pub fn refuses_two_wrong_signatures_whose_errors_cancel(&self) {
        let provider = (self.new)();
        assert_eq!(
            verify_all(&provider, &cancelling()),
            Err(InvalidAt { index: 0 })
        );
    }

    /// Checks that a provider forgets the oldest prepared key, and that nothing depends on it.
    pub fn keeps_a_bounded_number_of_prepared_keys(&self) {
        let mut provider = (self.new)();
        let key = |number: usize| SecretKey::from_name(&number.to_string()).der();
        for number in 0..=self.max_prepared_keys {
            assert_eq!((self.prepare)(&mut provider, &key(number)), Ok(()));
        }
        assert!(format!("{provider:?}").contains(&format!("len: {}", self.max_prepared_keys)));
        // A key that was dropped is as good as before.
        let case = signed("0", b"hello");
        assert_eq!(verify_all(&provider, &[case]), Ok(()));
    }
}

fn verdict(holds: bool) -> Result<(), InvalidSignature> {
    if holds { Ok(()) } else { Err(InvalidSignature) }
}

/// Returns a good signature of a named key on a message.
fn signed(name: &str, message: &[u8]) -> SignatureCase {
    let secret = SecretKey::from_name(name);
    SignatureCase {
        name: "good",
        key: secret.der(),
        message: message.to_vec(),
        signature: secret.sign(message).to_vec(),
        holds: true,
    }
}

/// Checks the cases together.
fn verify_all(provider: &impl VerifySignature, cases: &[SignatureCase]) -> Result<(), InvalidAt> {
    let messages: Vec<[&[u8]; 1]> = cases.iter().map(|case| [&case.message[..]]).collect();
    let claims: Vec<Claim<'_>> = cases
        .iter()
        .zip(&messages)
        .map(|(case, message)| Claim {
            key: &case.key,
            message,
            signature: &case.signature,
        })
        .collect();
    provider.verify_all(&claims)
}
