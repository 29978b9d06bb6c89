//! Ed25519, ECDSA and RSA signatures of Project Wycheproof, through both providers.
//!
//! [`FILES`] says of each file how many of its signatures are accepted and refused, and names each
//! one whose fate the file leaves open or sees otherwise. Both providers have to agree with the
//! table, and so with each other. The keys are written in DER by `public-key`.

use icid_interop::providers;
use icid_interop::replica;
use provider_native::NativeProvider;
use public_key::CosePublicKey;
use public_key::EcPoint;
use public_key::Ed25519PublicKey;
use public_key::RsaPublicKey;
use signature::Claim;
use signature::InvalidAt;
use signature::VerifySignature;
use webauthn_signature::Assertion;
use wycheproof::TestResult;
use wycheproof::ecdsa;
use wycheproof::eddsa;
use wycheproof::rsa_pkcs1_verify;

/// What is accepted, by file.
const FILES: &[File] = &[
    File {
        name: "ed25519",
        read: ed25519,
        accepted: 88,
        refused: 62,
        exceptions: &[Exception {
            test: 151,
            by_file: TestResult::Invalid,
            accepted: true,
            why: "by ZIP-215 the sign of x = 0 is free, and so points have several encodings",
        }],
    },
    File {
        name: "ecdsa_secp256r1_sha256_p1363",
        read: p256_fixed,
        accepted: 173,
        refused: 89,
        exceptions: &[],
    },
    File {
        name: "ecdsa_secp256r1_sha256",
        read: p256_der,
        accepted: 174,
        refused: 310,
        exceptions: &[],
    },
    File {
        name: "ecdsa_secp256k1_sha256_p1363",
        read: secp256k1_fixed,
        accepted: 167,
        refused: 85,
        exceptions: &[],
    },
    File {
        name: "ecdsa_secp256k1_sha256",
        read: secp256k1_der,
        accepted: 168,
        refused: 308,
        exceptions: &[],
    },
    File {
        name: "ecdsa_secp256k1_sha256_bitcoin",
        read: secp256k1_bitcoin,
        accepted: 162,
        refused: 299,
        exceptions: &[HIGH_S_1, HIGH_S_388],
    },
    File {
        name: "rsa_signature_2048_sha256",
        read: rsa_2048,
        accepted: 9,
        refused: 249,
        exceptions: &[MISSING_NULL],
    },
    File {
        name: "rsa_signature_3072_sha256",
        read: rsa_3072,
        accepted: 8,
        refused: 250,
        exceptions: &[MISSING_NULL],
    },
    File {
        name: "rsa_signature_4096_sha256",
        read: rsa_4096,
        accepted: 7,
        refused: 250,
        exceptions: &[MISSING_NULL],
    },
    File {
        name: "rsa_signature_8192_sha256",
        read: rsa_8192,
        accepted: 7,
        refused: 250,
        exceptions: &[MISSING_NULL],
    },
];

const HIGH_S_1: Exception = Exception {
    test: 1,
    by_file: TestResult::Invalid,
    accepted: true,
    why: "s may be above half of the order; only Bitcoin has it otherwise",
};

const HIGH_S_388: Exception = Exception {
    test: 388,
    ..HIGH_S_1
};

const MISSING_NULL: Exception = Exception {
    test: 8,
    by_file: TestResult::Acceptable,
    accepted: false,
    why: "the identifier of the hash in the padding has the parameter NULL (RFC 8017, section 9.2)",
};

struct File {
    name: &'static str,
    read: fn() -> Vec<Case>,
    /// How many signatures are accepted and are valid by the file.
    accepted: usize,
    /// How many signatures are refused and are invalid by the file.
    refused: usize,
    /// All the others.
    exceptions: &'static [Exception],
}

/// A signature that the file leaves open or sees otherwise.
struct Exception {
    test: usize,
    /// What the file says.
    by_file: TestResult,
    accepted: bool,
    why: &'static str,
}

/// A test of a file, in the terms of providers.
struct Case {
    test: usize,
    by_file: TestResult,
    /// The DER form of the key, as the file has it.
    file_key: Vec<u8>,
    /// The same by `public-key`.
    key: Vec<u8>,
    message: Vec<u8>,
    /// The signature in the form of the Internet Computer, or nothing if it has none.
    signature: Option<Vec<u8>>,
}

impl Case {
    fn claim<'a>(&'a self, message: &'a [&'a [u8]]) -> Option<Claim<'a>> {
        Some(Claim {
            key: &self.key,
            message,
            signature: self.signature.as_deref()?,
        })
    }

    fn is_accepted(&self, provider: &dyn VerifySignature) -> bool {
        self.claim(&[&self.message])
            .is_some_and(|claim| provider.verify(claim).is_ok())
    }
}

#[test]
fn every_signature_has_the_listed_fate() {
    for provider in providers() {
        for file in FILES {
            let mut exceptions = file.exceptions.iter();
            let (mut accepted, mut refused) = (0, 0);
            for case in (file.read)() {
                match (case.by_file, case.is_accepted(&*provider)) {
                    (TestResult::Valid, true) => accepted += 1,
                    (TestResult::Invalid, false) => refused += 1,
                    fate => {
                        let listed = exceptions.next();
                        let listed = listed.map(|it| (it.test, (it.by_file, it.accepted)));
                        assert_eq!(listed, Some((case.test, fate)), "{}", file.name);
                    }
                }
            }
            let unlisted = exceptions.next().map(|exception| exception.why);
            assert_eq!(unlisted, None, "{} is no exception any more", file.name);
            let counts = (file.accepted, file.refused);
            assert_eq!((accepted, refused), counts, "{}", file.name);
        }
    }
}

#[test]
fn replicas_have_the_same_verdict() {
    let provider = NativeProvider::new();
    for file in FILES.iter().filter(|file| !file.name.starts_with("rsa")) {
        for case in (file.read)() {
            let key = replica::Key::from_der(&case.key).unwrap();
            let signature = case.signature.as_deref();
            let theirs = signature.is_some_and(|it| key.holds(&case.message, it));
            assert_eq!(
                theirs,
                case.is_accepted(&provider),
                "{} {}",
                file.name,
                case.test
            );
        }
    }
}

#[test]
fn every_key_is_written_as_in_the_files() {
    for file in FILES {
        for case in (file.read)() {
            assert_eq!(case.key, case.file_key, "{} {}", file.name, case.test);
            for provider in providers() {
                assert_eq!(provider.check_key(&case.key), Ok(()));
            }
        }
    }
}

#[test]
fn all_signatures_of_a_file_together_have_the_fate_they_have_alone() {
    for provider in providers() {
        for file in FILES {
            let cases = (file.read)();
            let messages: Vec<[&[u8]; 1]> = cases.iter().map(|case| [&case.message[..]]).collect();
            let (mut good, mut bad) = (Vec::new(), Vec::new());
            for (case, message) in cases.iter().zip(&messages) {
                let is_accepted = case.is_accepted(&*provider);
                let claims = if is_accepted { &mut good } else { &mut bad };
                claims.extend(case.claim(message));
            }
            assert_eq!(provider.verify_all(&good), Ok(()), "{}", file.name);
            let index = good.len() / 2;
            good.splice(index..index, bad.into_iter().take(3));
            assert_eq!(provider.verify_all(&good), Err(InvalidAt { index }));
        }
    }
}

fn ed25519() -> Vec<Case> {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut cases = Vec::new();
    for group in &set.test_groups {
        let key = group.key.pk.as_slice().try_into().unwrap();
        let key = Ed25519PublicKey::from_bytes(key).to_der().to_vec();
        cases.extend(group.tests.iter().map(|test| Case {
            test: test.tc_id,
            by_file: test.result,
            file_key: group.der.to_vec(),
            key: key.clone(),
            message: test.msg.to_vec(),
            signature: Some(test.sig.to_vec()),
        }));
    }
    cases
}

/// Reads a file of r and s in 32 bytes each.
fn p256_fixed() -> Vec<Case> {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    read_ecdsa(name, to_p256, |signature| Some(signature.to_vec()))
}

fn p256_der() -> Vec<Case> {
    read_ecdsa(ecdsa::TestName::EcdsaSecp256r1Sha256, to_p256, from_der)
}

fn secp256k1_fixed() -> Vec<Case> {
    let name = ecdsa::TestName::EcdsaSecp256k1Sha256P1363;
    read_ecdsa(name, to_secp256k1, |signature| Some(signature.to_vec()))
}

fn secp256k1_der() -> Vec<Case> {
    let name = ecdsa::TestName::EcdsaSecp256k1Sha256;
    read_ecdsa(name, to_secp256k1, from_der)
}

fn secp256k1_bitcoin() -> Vec<Case> {
    let name = ecdsa::TestName::EcdsaSecp256k1Sha256Bitcoin;
    read_ecdsa(name, to_secp256k1, from_der)
}

fn to_p256(point: &EcPoint) -> Vec<u8> {
    point.to_p256_der().to_vec()
}

fn to_secp256k1(point: &EcPoint) -> Vec<u8> {
    point.to_secp256k1_der().to_vec()
}

fn read_ecdsa(
    name: ecdsa::TestName,
    to_der: fn(&EcPoint) -> Vec<u8>,
    to_fixed: fn(&[u8]) -> Option<Vec<u8>>,
) -> Vec<Case> {
    let set = ecdsa::TestSet::load(name).unwrap();
    let mut cases = Vec::new();
    for group in &set.test_groups {
        let point = group.key.key.as_slice().try_into().unwrap();
        let key = to_der(&EcPoint::from_uncompressed(point).unwrap());
        cases.extend(group.tests.iter().map(|test| Case {
            test: test.tc_id,
            by_file: test.result,
            file_key: group.der.to_vec(),
            key: key.clone(),
            message: test.msg.to_vec(),
            signature: to_fixed(&test.sig),
        }));
    }
    cases
}

/// Returns r and s in 32 bytes each as `webauthn-signature` reads them, whatever the curve.
fn from_der(signature: &[u8]) -> Option<Vec<u8>> {
    let mut cose_key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
    cose_key.extend([1; 32]);
    cose_key.extend(b"\x22\x58\x20");
    cose_key.extend([1; 32]);
    let key = CosePublicKey::parse(&cose_key, public_key::Policy::SPEC).unwrap();
    let client_data = br#"{"type":"webauthn.get","challenge":"","origin":""}"#;
    let policy = webauthn_signature::Policy::SPEC;
    let assertion = Assertion::from_response(&[], client_data, signature, policy).unwrap();
    Some(assertion.claim(&[], &key).ok()?.signature().to_vec())
}

fn rsa_2048() -> Vec<Case> {
    read_rsa(rsa_pkcs1_verify::TestName::Rsa2048Sha256)
}

fn rsa_3072() -> Vec<Case> {
    read_rsa(rsa_pkcs1_verify::TestName::Rsa3072Sha256)
}

fn rsa_4096() -> Vec<Case> {
    read_rsa(rsa_pkcs1_verify::TestName::Rsa4096Sha256)
}

fn rsa_8192() -> Vec<Case> {
    read_rsa(rsa_pkcs1_verify::TestName::Rsa8192Sha256)
}

fn read_rsa(name: rsa_pkcs1_verify::TestName) -> Vec<Case> {
    let set = rsa_pkcs1_verify::TestSet::load(name).unwrap();
    let mut cases = Vec::new();
    for group in &set.test_groups {
        let [modulus, exponent] = [&group.key.n, &group.key.e].map(|number| {
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            &number[zeros..]
        });
        let key = RsaPublicKey::new(modulus, exponent).unwrap().to_der();
        cases.extend(group.tests.iter().map(|test| Case {
            test: test.tc_id,
            by_file: test.result,
            file_key: group.der.to_vec(),
            key: key.as_bytes().to_vec(),
            message: test.msg.to_vec(),
            signature: Some(test.sig.to_vec()),
        }));
    }
    cases
}
