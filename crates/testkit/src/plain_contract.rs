//! What every provider has to do with claims of the plain schemes, as tests that take the provider.

use signature::{Claim, InvalidAt, InvalidKey, InvalidSignature, VerifySignature};

use crate::SecretKey;
use crate::bls_cases::SignatureCase;
use crate::plain_cases::{ecdsa_p256, ecdsa_secp256k1, ed25519, ed25519_cancelling, keys, rsa};

/// A provider to test: how to make one and how to prepare a key.
///
/// Each method is a test, and panics with what is wrong.
#[expect(clippy::exhaustive_structs, reason = "tests build it")]
#[derive(Clone, Copy, Debug)]
pub struct PlainContract<P> {
    /// Makes a provider that has prepared no key.
    pub new: fn() -> P,
    /// Prepares the key with this DER SubjectPublicKeyInfo.
    pub prepare: fn(&mut P, &[u8]) -> Result<(), InvalidKey>,
}

impl<P: VerifySignature> PlainContract<P> {
    /// Checks every listed Ed25519 signature.
    pub fn gives_the_listed_verdict_on_every_ed25519_signature(&self) {
        self.gives_the_listed_verdicts(&ed25519(), 4 + 14 * 14);
    }

    /// Checks every listed ECDSA signature on P-256.
    pub fn gives_the_listed_verdict_on_every_p256_signature(&self) {
        self.gives_the_listed_verdicts(&ecdsa_p256(), 6);
    }

    /// Checks every listed ECDSA signature on secp256k1.
    pub fn gives_the_listed_verdict_on_every_secp256k1_signature(&self) {
        self.gives_the_listed_verdicts(&ecdsa_secp256k1(), 6);
    }

    /// Checks every listed RSA signature.
    pub fn gives_the_listed_verdict_on_every_rsa_signature(&self) {
        self.gives_the_listed_verdicts(&rsa(), 8);
    }

    /// Checks every listed key, by itself and as one to prepare.
    pub fn gives_the_listed_verdict_on_every_key(&self) {
        let mut provider = (self.new)();
        for case in keys() {
            let expected = if case.usable { Ok(()) } else { Err(InvalidKey) };
            assert_eq!(provider.check_key(&case.key), expected, "{}", case.name);
            let prepared = (self.prepare)(&mut provider, &case.key);
            assert_eq!(prepared, expected, "{}", case.name);
            assert_eq!(provider.check_key(&case.key), expected, "{}", case.name);
        }
    }

    /// Checks every listed Ed25519 signature together with a good one.
    pub fn gives_the_listed_verdict_on_every_ed25519_signature_beside_a_good_one(&self) {
        let provider = (self.new)();
        let good = &ed25519()[0];
        for case in ed25519() {
            for (pair, index) in [([good, &case], 1), ([&case, good], 0)] {
                let expected = if case.holds {
                    Ok(())
                } else {
                    Err(InvalidAt { index })
                };
                assert_eq!(verify_all(&provider, &pair), expected, "{}", case.name);
            }
        }
    }

    /// Checks all Ed25519 signatures that hold together, and that one wrong among them is named.
    pub fn checks_many_ed25519_signatures_together(&self) {
        let provider = (self.new)();
        let good: Vec<SignatureCase> = ed25519().into_iter().filter(|case| case.holds).collect();
        let mut claims: Vec<&SignatureCase> = good.iter().collect();
        assert_eq!(verify_all(&provider, &claims), Ok(()));
        let [wrong, _] = ed25519_cancelling();
        claims[77] = &wrong;
        claims[99] = &wrong;
        assert_eq!(verify_all(&provider, &claims), Err(InvalidAt { index: 77 }));
    }

    /// Checks that sums are weighted.
    pub fn refuses_two_wrong_ed25519_signatures_whose_errors_cancel(&self) {
        let provider = (self.new)();
        let [first, second] = &ed25519_cancelling();
        for pair in [[first, second], [second, first]] {
            assert_eq!(verify_all(&provider, &pair), Err(InvalidAt { index: 0 }));
        }
    }

    /// Checks the position that a failed batch of several schemes names, whatever fails.
    pub fn names_the_first_of_several_claims_of_mixed_schemes_that_does_not_hold(&self) {
        let provider = (self.new)();
        let ed25519 = ed25519();
        let secret = SecretKey::from_name("mixed");
        let bls = |message: &[u8]| SignatureCase {
            name: "BLS",
            key: secret.der(),
            message: message.to_vec(),
            signature: secret.sign(message).to_vec(),
            holds: true,
        };
        let good = [
            bls(b"1"),
            ed25519[0].clone(),
            ecdsa_p256().swap_remove(0),
            ed25519[1].clone(),
            rsa().swap_remove(0),
            bls(b"2"),
            ecdsa_secp256k1().swap_remove(0),
            ed25519[3].clone(),
        ];
        let claims: Vec<&SignatureCase> = good.iter().collect();
        assert_eq!(verify_all(&provider, &claims), Ok(()));
        for first in 0..good.len() {
            for second in first..good.len() {
                let mut cases = good.clone();
                for index in [first, second] {
                    cases[index].message = b"never signed".to_vec();
                }
                // A key of no scheme is as bad as a wrong signature.
                if second > first {
                    cases[second].key = vec![];
                }
                let claims: Vec<&SignatureCase> = cases.iter().collect();
                assert_eq!(
                    verify_all(&provider, &claims),
                    Err(InvalidAt { index: first })
                );
            }
        }
    }

    /// Checks that only the concatenation of the pieces of a message counts.
    pub fn a_message_is_the_same_however_it_is_cut(&self) {
        let provider = (self.new)();
        for cases in [ed25519(), ecdsa_p256(), ecdsa_secp256k1(), rsa()] {
            let case = &cases[0];
            let (head, tail) = case.message.split_at(11);
            let claim = Claim {
                key: &case.key,
                message: &[],
                signature: &case.signature,
            };
            for message in [
                &[&case.message[..]][..],
                &[head, tail],
                &[b"", head, b"", &tail[..1], &tail[1..], b""],
            ] {
                let claim = Claim { message, ..claim };
                assert_eq!(provider.verify(claim), Ok(()));
                assert_eq!(provider.verify_all(&[claim, claim]), Ok(()));
            }
            for message in [&[][..], &[tail, head], &[head], &[head, tail, b"\0"]] {
                let claim = Claim { message, ..claim };
                assert_eq!(provider.verify(claim), Err(InvalidSignature));
            }
            let empty = cases
                .iter()
                .find(|case| case.message.is_empty())
                .expect("every list has an empty message");
            for message in [&[][..], &[&b""[..]]] {
                let claim = Claim {
                    key: &empty.key,
                    message,
                    signature: &empty.signature,
                };
                assert_eq!(provider.verify(claim), Ok(()));
            }
        }
    }

    /// Checks that a signature, its message and its key belong together, each to the last byte.
    pub fn refuses_a_good_signature_with_a_bit_flipped_in_any_byte(&self) {
        let provider = (self.new)();
        for cases in [ed25519(), ecdsa_p256(), ecdsa_secp256k1(), rsa()] {
            let good = [&cases[0].key, &cases[0].message, &cases[0].signature];
            let holds = |[key, message, signature]: [&[u8]; 3]| {
                let message = &[message];
                let claim = Claim {
                    key,
                    message,
                    signature,
                };
                provider.verify(claim).is_ok()
            };
            assert!(holds(good.map(Vec::as_slice)), "{}", cases[0].name);
            for (part, bytes) in good.into_iter().enumerate() {
                for bit in 0..bytes.len() * 8 {
                    let mut changed = bytes.clone();
                    changed[bit / 8] ^= 1 << (bit % 8);
                    let mut parts = good.map(Vec::as_slice);
                    parts[part] = &changed;
                    assert!(
                        !holds(parts),
                        "bit {bit} of part {part} of {:02x?}",
                        good[0]
                    );
                }
            }
        }
    }

    /// Checks every signature by itself, and that so many hold.
    fn gives_the_listed_verdicts(&self, cases: &[SignatureCase], good: usize) {
        let provider = (self.new)();
        assert_eq!(cases.iter().filter(|case| case.holds).count(), good);
        for case in cases {
            let claim = Claim {
                key: &case.key,
                message: &[&case.message],
                signature: &case.signature,
            };
            let (expected, expected_of_all) = if case.holds {
                (Ok(()), Ok(()))
            } else {
                (Err(InvalidSignature), Err(InvalidAt { index: 0 }))
            };
            let name = case.name;
            assert_eq!(provider.verify(claim), expected, "{name}");
            assert_eq!(provider.verify_all(&[claim]), expected_of_all, "{name}");
        }
    }
}

/// Checks the cases together.
fn verify_all(provider: &impl VerifySignature, cases: &[&SignatureCase]) -> Result<(), InvalidAt> {
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
