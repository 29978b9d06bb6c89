//! Assertions with three keys over one payload.
//!
//! Made once with the Python package `cryptography` 48.0.0; `tests/providers.rs` verifies them. The
//! payload is the separator of requests and the SHA-256 of "icid-webauthn-signature". The P-256 key is
//! 1 plus the SHA-256 of "icid-webauthn-signature/es256" modulo the order less 1, and signed with the
//! nonce of RFC 6979; the Ed25519 seed is the SHA-256 of "icid-webauthn-signature/eddsa"; the RSA key
//! is random.

use hex_literal::hex;
use icid_webauthn_signature::{Assertion, Policy};

pub(crate) const PAYLOAD: [u8; 43] =
    hex!("0a69632d72657175657374a439d5acaa160f36d0fdcb7569e0b3ea2b2f30100e4f752a7bb8f5877a66667c");

pub(crate) const CLIENT_DATA: &str = concat!(
    r#"{"type":"webauthn.get","challenge":"CmljLXJlcXVlc3SkOdWsqhYPNtD9y3Vp4LPqKy8wEA5PdSp7uPWHemZmfA","#,
    r#""origin":"https://identity.ic0.app","crossOrigin":false}"#
);

/// The SHA-256 of the client data.
pub(crate) const CLIENT_DATA_HASH: [u8; 32] =
    hex!("315bc52e6e7c8ddcdf811bba95d77fa01dac764dc6f29d74efe93a32b97a18f1");

/// The SHA-256 of "identity.ic0.app", user present and verified, counter 7.
pub(crate) const AUTHENTICATOR_DATA: [u8; 37] =
    hex!("1609770089a8e88e3ff1dc9d728cb1c7ceff949c6b4f8289b0b2f5fd872cad330500000007");

pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) cose_key: &'static [u8],
    /// The DER form of the plain key with the same numbers.
    pub(crate) plain_key: &'static [u8],
    /// As authenticators write it.
    pub(crate) signature: &'static [u8],
    /// As the plain key's scheme has it.
    pub(crate) plain_signature: &'static [u8],
}

impl Sample {
    pub(crate) fn assertion(&self) -> Assertion<'static> {
        let client_data = CLIENT_DATA.as_bytes();
        let data = &AUTHENTICATOR_DATA;
        Assertion::from_response(data, client_data, self.signature, Policy::REPLICA).unwrap()
    }
}

pub(crate) fn all() -> [Sample; 3] {
    [es256(), eddsa(), rs256()]
}

pub(crate) fn es256() -> Sample {
    Sample {
        name: "ES256",
        cose_key: &hex!(
            "a5010203262001215820"
            "2ed3dda97aba6ead5075d49cb087abbaf72966154f4a18538b530f6a1cf60cb2"
            "225820"
            "e887256c1186e9436cded24d25bb2cdf7a29466d058723a4254d031d3efe750b"
        ),
        plain_key: &hex!(
            "3059301306072a8648ce3d020106082a8648ce3d030107034200042ed3dda97aba6ead5075d49cb087abbaf7"
            "2966154f4a18538b530f6a1cf60cb2e887256c1186e9436cded24d25bb2cdf7a29466d058723a4254d031d3e"
            "fe750b"
        ),
        signature: &hex!(
            "3045022100fa4e9095d98066edd8e76ea17479b1bf8af17c79c126a01cfe921960c47736880220292c2e45d8"
            "e70c2de6ca68e3d62b93d6e01fd94794bce5f407d2029ad94c393b"
        ),
        plain_signature: &hex!(
            "fa4e9095d98066edd8e76ea17479b1bf8af17c79c126a01cfe921960c4773688"
            "292c2e45d8e70c2de6ca68e3d62b93d6e01fd94794bce5f407d2029ad94c393b"
        ),
    }
}

pub(crate) fn eddsa() -> Sample {
    const SIGNATURE: [u8; 64] = hex!(
        "457d6ea5f83af999f34eadf5597edfb4d8b7f173380dc89693ba1e4e7d99f3eb9f7d87aa17197f7a10ff5a92"
        "2545c0926711dbf2e58ab30393bb13763a5c2b0e"
    );
    Sample {
        name: "EdDSA",
        cose_key: &hex!(
            "a4010103272006215820"
            "0104e98804f6514b2602847ef7f7353ac55202a32e41e3f35c3c6c0e594b79ec"
        ),
        plain_key: &hex!(
            "302a300506032b6570032100"
            "0104e98804f6514b2602847ef7f7353ac55202a32e41e3f35c3c6c0e594b79ec"
        ),
        signature: &SIGNATURE,
        plain_signature: &SIGNATURE,
    }
}

pub(crate) fn rs256() -> Sample {
    const SIGNATURE: [u8; 256] = hex!(
        "7031267a8fb24b85734b7eb483ce45f8b13184cb380ceea26b5137d6d2aa07c0f3d941161df2c7dcf2ac914e"
        "b2d2281b58ccc25e1c701b34a512fccdeb7171cab0263301a607d8730d30d8d26da5af9c4814ac10858c9fc0"
        "204eaf20d8d610a61407273dcedcd4de20c02afdab760a278df0814d3b6f86a210e776be3a43bdd465cca5f9"
        "84cf29aafa807f0020f9c64714ba96fe56f5b464267a38cb568c7951847ae15b61f2f86c2a6dade3a661cb30"
        "48b6d071f67420525e78292bb1467590b6e8919929f754dc5dea78d241b7ea395b71e0f7df75d7a7948beadc"
        "d4d7688b54dcb6f14f2587c754e7691f6518dd63b4d3d133940493e61527d5be8314a488"
    );
    Sample {
        name: "RS256",
        cose_key: &hex!(
            "a401030339010020590100"
            "a2afc26c682292227959380225a8912830cdb1ba81a4d18d518e46aefa37d7404a6129bfaf2e677839186736"
            "d10973a7646c0461a5ef3d7382100ec92a8cfe725c7800e66282bfda5da685a211e665d75f5cd73ae492d70e"
            "16001d4d2dea872bf41c49af70c6bed44ffe7cff316c89eea4c52e333701729cbccecf129a2c00e9dce887af"
            "2afc7cbe2a13d2dc0ee6c4a52600b0cb0345032303e6747c68e9a7e014b30a25e9381759302e37b555bac463"
            "e3b88c6cc788cd6d52d52621585b67b948da0bf0979fb114a9ccac00a1c16161e399f0054a0658c42488efdb"
            "c4bea2a23b3ff02a0d46742a9a693139cf44fa90b5c14d508c5e0539aab05f94c33f0829"
            "2143010001"
        ),
        plain_key: &hex!(
            "30820122300d06092a864886f70d01010105000382010f003082010a0282010100a2afc26c68229222795938"
            "0225a8912830cdb1ba81a4d18d518e46aefa37d7404a6129bfaf2e677839186736d10973a7646c0461a5ef3d"
            "7382100ec92a8cfe725c7800e66282bfda5da685a211e665d75f5cd73ae492d70e16001d4d2dea872bf41c49"
            "af70c6bed44ffe7cff316c89eea4c52e333701729cbccecf129a2c00e9dce887af2afc7cbe2a13d2dc0ee6c4"
            "a52600b0cb0345032303e6747c68e9a7e014b30a25e9381759302e37b555bac463e3b88c6cc788cd6d52d526"
            "21585b67b948da0bf0979fb114a9ccac00a1c16161e399f0054a0658c42488efdbc4bea2a23b3ff02a0d4674"
            "2a9a693139cf44fa90b5c14d508c5e0539aab05f94c33f08290203010001"
        ),
        signature: &SIGNATURE,
        plain_signature: &SIGNATURE,
    }
}
