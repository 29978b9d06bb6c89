//! ECDSA keys and signatures on secp256k1.
//!
//! Made once with Python and the package `cryptography` 48 over OpenSSL 3.0, from labels: the secret of
//! a key is SHA-256("icid-testkit/" ‖ label), nonces are those of RFC 6979.
//! `MESSAGE` and `LONG_MESSAGE` are those of the parent module.

use hex_literal::hex;

/// The point of the key with label `secp256k1`.
pub(crate) const POINT: &[u8] = &hex!(
    "045456a37d39b4edad8b71e90cdcc11a65096b7fcffab5d0e1b1350ba869b0b7faedf7f9dd83a888b09219cf"
    "36fb0ef745b379596fa17cdaf7c1ec0c41909d99c2"
);

/// The point of the key with label `secp256k1/other`.
pub(crate) const OTHER_POINT: &[u8] = &hex!(
    "0440073c3894a40131e0e1e1035d4317ef49c050c34ac2b60c8e4cf86973bb954ba26cc689e6f1e20ef5b02b"
    "20c23c5a3c06aedad88693fa50ab92df3b63019e92"
);

/// The message signed, with the lower of both values of s.
pub(crate) const SIGNATURE: &[u8] = &hex!(
    "5cb217cb6768203727787ea0f3ed6771b0795feeab10bd67d4b6db9f5d8122870c41fb6d3df65b6613d21e06"
    "ed786fede4a7e7705575c9128436046d070cf6c6"
);

/// [`SIGNATURE`] with the higher value of s.
pub(crate) const SIGNATURE_HIGH_S: &[u8] = &hex!(
    "5cb217cb6768203727787ea0f3ed6771b0795feeab10bd67d4b6db9f5d812287f3be0492c209a499ec2de1f9"
    "12879010d606f57659d2d7293b9c5a1fc9294a7b"
);

/// The empty message signed.
pub(crate) const SIGNATURE_EMPTY: &[u8] = &hex!(
    "0ad74eb175f484bceca334d4404a9f9890ce54a728e933761ed9427197514e857e5083198112a1f100839ed7"
    "7dfc28d6a28b24d65052a54b24be797ae9bafc10"
);

/// The long message signed.
pub(crate) const SIGNATURE_LONG: &[u8] = &hex!(
    "ba840ecc948f557053bac31152f5cd1b69f6c3e081dced339bedcdd535ede1a87d37ce9d8ae6449328c7372e"
    "d2f78dc1985e9d9db72e4e3e2fcc083777e28346"
);

/// The message signed with [`OTHER_POINT`].
pub(crate) const SIGNATURE_OF_OTHER: &[u8] = &hex!(
    "958ca44583239f8185f59b74eee15da4ec4264717bb3984133db88b0523ccace029203982b2db104a06ebc01"
    "b52e8800bab0192be0badf1845a825e8849d65ac"
);

/// The message signed with SHA-512.
pub(crate) const SIGNATURE_SHA512: &[u8] = &hex!(
    "c2e8e84c4c5dc66889f73423d0c018dbc64d30135c11db900240b897d774a22d397f45ba2bd6343fe4c637c8"
    "157e6a32ce5cee268a42e875dc2341fffb311730"
);

/// The SHA-256 of The message signed, so hashed twice.
pub(crate) const SIGNATURE_TWICE: &[u8] = &hex!(
    "990660dc6aef50456d4dacae40ab1c824d2232542f35f889bdf051ae009a2f9d05b0e9c0a3f0e8d33f61ceb0"
    "5fc9657b3d27276cd169bb7f5be5a9e9ae3a5af4"
);

/// The point of a key made for a signature with s = 5.
pub(crate) const SMALL_S_POINT: &[u8] = &hex!(
    "0422fa45e914a30ccc59e739f2c8a639cf723d5dfae4dc0ddb96d7a59dcd8bce8a2949a0c87e87de8a0015fb"
    "8754ee15ed0281a8840a13897618415b51ce11e4f9"
);

/// The message signed with [`SMALL_S_POINT`]: s is 5.
pub(crate) const SMALL_S_SIGNATURE: &[u8] = &hex!(
    "17f53289eac961e5adc858d3ca50dab056ddca7a1a906c0815a0369312d1aa49000000000000000000000000"
    "0000000000000000000000000000000000000005"
);

/// [`SMALL_S_SIGNATURE`] with the order of the group added to s.
pub(crate) const SMALL_S_GROWN: &[u8] = &hex!(
    "17f53289eac961e5adc858d3ca50dab056ddca7a1a906c0815a0369312d1aa49ffffffffffffffffffffffff"
    "fffffffebaaedce6af48a03bbfd25e8cd0364146"
);

/// [`SMALL_S_SIGNATURE`] with the higher value of s, the order less 5.
pub(crate) const LARGEST_S_SIGNATURE: &[u8] = &hex!(
    "17f53289eac961e5adc858d3ca50dab056ddca7a1a906c0815a0369312d1aa49ffffffffffffffffffffffff"
    "fffffffebaaedce6af48a03bbfd25e8cd036413c"
);

/// The order of the group.
pub(crate) const ORDER: &[u8] =
    &hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

/// A point with a small coordinate x.
pub(crate) const SMALL_X_POINT: &[u8] = &hex!(
    "0400000000000000000000000000000000000000000000000000000000000000014218f20ae6c646b363db68"
    "605822fb14264ca8d2587fdd6fbc750d587e76a7ee"
);

/// [`SMALL_X_POINT`] with the order of the field added to x.
pub(crate) const GROWN_X_POINT: &[u8] = &hex!(
    "04fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc304218f20ae6c646b363db68"
    "605822fb14264ca8d2587fdd6fbc750d587e76a7ee"
);
