//! Keys of every scheme, made from names, and what they sign.
#![expect(
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use core::convert::Infallible;

use delegation::{Delegation, SignedDelegation};
use ed25519_dalek::Signer as _;
use hex_literal::hex;
use num_bigint::BigUint;
use principal::Principal;
use public_key::{
    BlsPublicKey, CanisterPublicKey, CosePublicKey, EcPoint, Ed25519PublicKey, RsaPublicKey,
};
use sha2::{Digest as _, Sha256};
use testkit::canister::witness;
use testkit::{SecretKey, Subnet};
use webauthn_signature::Assertion;

/// How a [`Signer`] signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scheme {
    Bls,
    Canister,
    Ed25519,
    P256,
    PlainRsa,
    Secp256k1,
    WebAuthnEd25519,
    WebAuthnEs256,
    WebAuthnRs256,
}

impl Scheme {
    /// The schemes of users.
    pub(crate) const USERS: [Self; 7] = [
        Self::Ed25519,
        Self::P256,
        Self::Secp256k1,
        Self::WebAuthnEs256,
        Self::WebAuthnEd25519,
        Self::WebAuthnRs256,
        Self::Canister,
    ];
}

/// Somebody with a key.
///
/// There is one RSA key, whatever the name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signer {
    pub(crate) scheme: Scheme,
    name: &'static str,
}

impl Signer {
    pub(crate) const fn new(scheme: Scheme, name: &'static str) -> Self {
        Self { scheme, name }
    }

    pub(crate) const fn ed25519(name: &'static str) -> Self {
        Self::new(Scheme::Ed25519, name)
    }

    pub(crate) const fn canister(name: &'static str) -> Self {
        Self::new(Scheme::Canister, name)
    }

    fn seed(&self) -> [u8; 32] {
        Sha256::digest(self.name).into()
    }

    /// The DER form of the key.
    pub(crate) fn key(&self) -> Vec<u8> {
        match self.scheme {
            Scheme::Bls => SecretKey::from_name(self.name).der(),
            Scheme::Canister => {
                let canister = Principal::from_slice(&Subnet::CANISTER).unwrap();
                let key = CanisterPublicKey::new(canister, self.name.as_bytes());
                key.unwrap().to_der()
            }
            Scheme::Ed25519 => self.ed25519_key().to_der().to_vec(),
            Scheme::P256 => self.p256_point().to_p256_der().to_vec(),
            Scheme::PlainRsa => rsa_key().to_der().as_bytes().to_vec(),
            Scheme::Secp256k1 => self.secp256k1_point().to_secp256k1_der().to_vec(),
            Scheme::WebAuthnEd25519 => {
                let key = self.ed25519_key();
                cose(&[&hex!("a4 0101 0327 2006 21 5820"), key.as_bytes()])
            }
            Scheme::WebAuthnEs256 => {
                let EcPoint { x, y, .. } = self.p256_point();
                cose(&[&hex!("a5 0102 0326 2001 21 5820"), &x, &hex!("22 5820"), &y])
            }
            Scheme::WebAuthnRs256 => cose(&[
                &hex!("a4 0103 03 390100 20 590100"),
                &MODULUS,
                &hex!("21 43 010001"),
            ]),
        }
    }

    pub(crate) fn principal(&self) -> Principal {
        Principal::self_authenticating(&self.key())
    }

    /// The signature as it stands in requests.
    pub(crate) fn sign(&self, payload: &[u8]) -> Vec<u8> {
        match self.scheme {
            Scheme::Bls => SecretKey::from_name(self.name).sign(payload).to_vec(),
            Scheme::Canister => {
                let tree = witness(self.name.as_bytes(), payload);
                Subnet::example().canister_signature(&root(), &tree)
            }
            Scheme::Ed25519 => self.sign_ed25519(payload),
            Scheme::P256 => self.sign_p256(payload).to_bytes().to_vec(),
            Scheme::PlainRsa => sign_rsa(payload),
            Scheme::Secp256k1 => {
                let key = k256::ecdsa::SigningKey::from_slice(&self.seed()).unwrap();
                let signature: k256::ecdsa::Signature = key.sign(payload);
                signature.to_bytes().to_vec()
            }
            Scheme::WebAuthnEd25519 => assertion(payload, |signed| self.sign_ed25519(signed)),
            Scheme::WebAuthnEs256 => assertion(payload, |signed| {
                self.sign_p256(signed).to_der().as_bytes().to_vec()
            }),
            Scheme::WebAuthnRs256 => assertion(payload, sign_rsa),
        }
    }

    /// The signature as closures return it.
    pub(crate) fn signing(&self) -> impl FnOnce(&[u8]) -> Result<Vec<u8>, Infallible> {
        let signer = *self;
        move |payload| Ok(signer.sign(payload))
    }

    /// A link to the key of `delegation`.
    pub(crate) fn delegate(&self, delegation: Delegation<'static>) -> SignedDelegation<'static> {
        delegation.sign(self.signing()).unwrap()
    }

    fn ed25519_key(&self) -> Ed25519PublicKey {
        let key = ed25519_dalek::SigningKey::from_bytes(&self.seed());
        Ed25519PublicKey::from_bytes(key.verifying_key().to_bytes())
    }

    fn sign_ed25519(&self, payload: &[u8]) -> Vec<u8> {
        let key = ed25519_dalek::SigningKey::from_bytes(&self.seed());
        key.sign(payload).to_bytes().to_vec()
    }

    fn p256_point(&self) -> EcPoint {
        let key = p256::ecdsa::SigningKey::from_slice(&self.seed()).unwrap();
        point(key.verifying_key().to_sec1_point(false).as_bytes())
    }

    fn sign_p256(&self, payload: &[u8]) -> p256::ecdsa::Signature {
        let key = p256::ecdsa::SigningKey::from_slice(&self.seed()).unwrap();
        key.sign(payload)
    }

    fn secp256k1_point(&self) -> EcPoint {
        let key = k256::ecdsa::SigningKey::from_slice(&self.seed()).unwrap();
        point(key.verifying_key().to_sec1_point(false).as_bytes())
    }
}

/// The key of the root subnet, which delegates to the subnet of the canister.
pub(crate) fn root() -> SecretKey {
    SecretKey::from_name("root")
}

pub(crate) fn root_key() -> BlsPublicKey {
    BlsPublicKey::from_bytes(root().public_key())
}

fn point(uncompressed: &[u8]) -> EcPoint {
    EcPoint::from_uncompressed(uncompressed.try_into().unwrap()).unwrap()
}

fn cose(parts: &[&[u8]]) -> Vec<u8> {
    let key = parts.concat();
    let key = CosePublicKey::parse(&key, public_key::Policy::REPLICA);
    key.unwrap().to_der()
}

/// What a browser makes of a payload, with the signature of an authenticator.
fn assertion(payload: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let json = format!(
        r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://id.example"}}"#,
        base64url(payload)
    );
    let data = [0xda; 37];
    let signature = sign(&[&data[..], &Sha256::digest(&json)].concat());
    let policy = webauthn_signature::Policy::REPLICA;
    let assertion = Assertion::from_response(&data, json.as_bytes(), &signature, policy);
    assertion.unwrap().encode()
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let bits = chunk
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        (0..=chunk.len()).map(move |digit| bits >> (18 - 6 * digit) & 63)
    });
    digits
        .map(|digit| char::from(DIGITS[usize::try_from(digit).unwrap()]))
        .collect()
}

fn rsa_key() -> RsaPublicKey<'static> {
    RsaPublicKey::new(&MODULUS, &[1, 0, 1]).unwrap()
}

/// RSASSA-PKCS1-v1_5 with SHA-256, as RFC 8017 has it.
fn sign_rsa(payload: &[u8]) -> Vec<u8> {
    let info = hex!("3031300d060960864801650304020105000420");
    let digest = Sha256::digest(payload);
    let padding = vec![0xff; MODULUS.len() - 3 - info.len() - digest.len()];
    let encoded = [&[0, 1][..], &padding, &[0], &info, &digest].concat();
    let number = BigUint::from_bytes_be;
    let signature = number(&encoded).modpow(&number(&SECRET_EXPONENT), &number(&MODULUS));
    let bytes = signature.to_bytes_be();
    [vec![0; MODULUS.len() - bytes.len()], bytes].concat()
}

// Made once with OpenSSL 3, at random, for these tests alone. The public exponent is 65537.
const MODULUS: [u8; 256] = hex!(
    "c790d591a004ea17e8c5aab947ceba9b1b86f6656cd9683081120be2c4ffe080f19c478ff3e12c9d6fa0b445"
    "9f0240ff141d29e91161d4d3fa7bd1f99f3424fcd0058736e8d608140d9169675c5554b11e46746e293fba0b"
    "6056405c88d008421d643ff99c5127a1e2917a84c2516e8f46ec03a43992a0c0f3b4319402fa8b5889d1b9f0"
    "af2c376b7f3998a1abc3a168d629b635f92cbcc66526ae20b69ca1bd30d671fe2a722dbe53bcfe40bea27271"
    "8602ea6408d2295f14cfb17dd0abdb7df4cfdb7e51c872e02a680bc1f2fa69cfdcc6ab7706cffd91cb978284"
    "ac1b2edecb092c1f73c484fe34a4c5522cbc9dc54a3e9224e334e784591cf881c98e4bcb"
);
const SECRET_EXPONENT: [u8; 256] = hex!(
    "46039db1f40a9558630d6a4a8b934f2b98ba3e5ab2180a322e2e37264d8819eb131909904af71e707397d577"
    "3184986a0553fffea95f01cc86ee06ea453d0596fea259e05d4aadd5df36bb5c8c6bd1853c426a99b5760a9e"
    "f023027c94712bdc8a34402fa1f464ebaa31f0e27fcc12f64863081a072ad6a42b3bf642dfd2a7acfe81276a"
    "444e7e774f1075170906ca52b8cecac72fd0180b72d99b1c6909d88acbbb0dbbcd3a1973d7753a1b44730099"
    "e413463f7090464d5fb6479d677f90ffb9db6407a1fa7516624938d1c20efd15588c98efe7020a9716ca5d31"
    "702364ea6e2ca41b6a7b67456370d1c9332436b717081d0e5e44362e5120bb1890f13d75"
);
