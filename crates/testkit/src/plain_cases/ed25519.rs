//! Ed25519 keys and signatures.
//!
//! Made once with Python and the package `cryptography` 48 over OpenSSL 3.0, from labels: the seed of a
//! key is SHA-256("icid-testkit/" ‖ label). What is special about points was computed with integers.
//! `MESSAGE` and `LONG_MESSAGE` are those of the parent module.

use hex_literal::hex;

/// The encodings of the eight points of small order that ZIP-215 allows, the points in canonical
/// form or not: with a coordinate y that is not reduced, or with a sign for x = 0.
pub(crate) const SMALL_ORDER: [[u8; 32]; 14] = [
    hex!("0000000000000000000000000000000000000000000000000000000000000000"),
    hex!("0000000000000000000000000000000000000000000000000000000000000080"),
    hex!("0100000000000000000000000000000000000000000000000000000000000000"),
    hex!("0100000000000000000000000000000000000000000000000000000000000080"),
    hex!("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    hex!("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    hex!("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    hex!("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    hex!("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex!("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    hex!("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex!("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    hex!("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex!("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
];
/// The key with label `ed25519`.
pub(crate) const KEY: &[u8] =
    &hex!("18fc1a0dc5d0cea1e0c904a10904d27c01d6996f7e781769e4841a7a4a77b1d2");

/// The key with label `ed25519/other`.
pub(crate) const OTHER_KEY: &[u8] =
    &hex!("33ee33375effd8c78862d61e6d039684d474222b1f07a7f22ba1db4ae94a396c");

/// The message signed.
pub(crate) const SIGNATURE: &[u8] = &hex!(
    "cad181c7f4c2c5280771d3d8873697b5b0c6fdef4cb62819f9a5fb0aa15fb9dc4d91449359e4ca8b8f7140ec"
    "ba3c112db89c9eed93255160796c68e1b1794a00"
);

/// The empty message signed.
pub(crate) const SIGNATURE_EMPTY: &[u8] = &hex!(
    "80b4c1d0e454f0100decf5639b4fd5800fef6bbf4d51ac0f6687f681cdda27fb58743acdcada7a952ddc5306"
    "77d092ed0b15dd9e6615869def2e127b8888b705"
);

/// The long message signed.
pub(crate) const SIGNATURE_LONG: &[u8] = &hex!(
    "1d874f9201de29315415be18478e29e4d26b73d12d4bc2e430f84cbc01a9274eb837c7982d533b3e837c36e4"
    "7b23a4b1dd856722641f407e89620d21a0fa4f09"
);

/// The message signed with [`OTHER_KEY`].
pub(crate) const SIGNATURE_OF_OTHER: &[u8] = &hex!(
    "fe3dcb2dd2e5ea6b64117e4c772d70aed3ded86b225228ebd13a4149a01d413e42771e11193133820e0c294e"
    "911d794fac6c02b95c38de975f079d3aa1900b02"
);

/// The SHA-512 of The message signed.
pub(crate) const SIGNATURE_OF_HASH: &[u8] = &hex!(
    "93714d92d731e7dfd884e1c4d8fe779f7429edbf3585573685fd411181305885f2d96914a5755b9151e85356"
    "f6286d2ece6e51dc43fd480ed2169e6efd10740d"
);

/// [`SIGNATURE`] with the order of the group added to S.
pub(crate) const SIGNATURE_S_GROWN: &[u8] = &hex!(
    "cad181c7f4c2c5280771d3d8873697b5b0c6fdef4cb62819f9a5fb0aa15fb9dc3a653af07347dde3650e388f"
    "9936f041b89c9eed93255160796c68e1b1794a10"
);

/// [`SIGNATURE`] with the bytes of S reversed.
pub(crate) const SIGNATURE_S_BIG_ENDIAN: &[u8] = &hex!(
    "cad181c7f4c2c5280771d3d8873697b5b0c6fdef4cb62819f9a5fb0aa15fb9dc004a79b1e1686c7960512593"
    "ed9e9cb82d113cbaec40718f8bcae4599344914d"
);

/// The order of the group of prime order, least significant byte first.
pub(crate) const ORDER: &[u8] =
    &hex!("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

/// A key with a part of order 8.
pub(crate) const MIXED_KEY: &[u8] =
    &hex!("589de9336e26b921475a82e9b67f87081da3851809e658542258878aaa6ccd83");

/// The message signed with [`MIXED_KEY`], R with a part of order 8: holds only when multiplied by the cofactor.
pub(crate) const MIXED_SIGNATURE: &[u8] = &hex!(
    "47716951e10d03c859c6ec9a252c801f624ce922db2598981b9733f68ce227232d89a6d0ebd680dd14d408b1"
    "e18f7380de1a576b4de3ae4b1ddf30949db30203"
);

/// `first` signed, with an error added to S.
pub(crate) const CANCELLING_FIRST: &[u8] = &hex!(
    "4c1172760dfcdad61e27bb350c2d77493f68f7149775eb58a0a184be0f10d2e44f8457feb0d8ee842d630d97"
    "9c9c72648a2037b3eb4f73ec4681c68b9b80cf05"
);

/// `second` signed, with the same error taken from S.
pub(crate) const CANCELLING_SECOND: &[u8] = &hex!(
    "15f2eb31fee489bbf88164a0f83c92810445959e0c24d27ceece0fb78f669a90819ce64ab75b2d0ebb2e0448"
    "a42237ad689705d4d9d25b9fb0c13299d72a4503"
);

/// No point has this coordinate y.
pub(crate) const OFF_CURVE: &[u8] =
    &hex!("0200000000000000000000000000000000000000000000000000000000000000");
