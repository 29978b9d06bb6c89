//! ECDSA keys and signatures on P-256.
//!
//! Made once with Python and the package `cryptography` 48 over OpenSSL 3.0, from labels: the secret of
//! a key is SHA-256("icid-testkit/" ‖ label), nonces are those of RFC 6979.
//! `MESSAGE` and `LONG_MESSAGE` are those of the parent module.

use hex_literal::hex;

/// The point of the key with label `p256`.
pub(crate) const POINT: &[u8] = &hex!(
    "042729b28e76249d1cd8d90d76934aba1fe7064f24217d7d516d5295faadb5fcdf5f73fbd9827139c7b59261"
    "35151955e845b583280063c66f8cc95bb9eb3abcc9"
);

/// The point of the key with label `p256/other`.
pub(crate) const OTHER_POINT: &[u8] = &hex!(
    "0429c9338b69dc35a6c1637ab9dc3e423280f3d4c3fca6879ea7f2e3bf115792a066330a1ffeee71bf76c6a6"
    "e78af3805789bab6d95c88eb91c24fc05616c72be1"
);

/// The message signed, with the lower of both values of s.
pub(crate) const SIGNATURE: &[u8] = &hex!(
    "63a63f0f321ce9c87842467ad252daf1a2371bbd76f9d4594d2571f511f86c072ed00243b9259686582cb241"
    "91c95d9b2edac0d8926f86727615792046398ef9"
);

/// [`SIGNATURE`] with the higher value of s.
pub(crate) const SIGNATURE_HIGH_S: &[u8] = &hex!(
    "63a63f0f321ce9c87842467ad252daf1a2371bbd76f9d4594d2571f511f86c07d12ffdbb46da697aa7d34dbe"
    "6e36a2648e0c39d514a818127da451a2b6299658"
);

/// The empty message signed.
pub(crate) const SIGNATURE_EMPTY: &[u8] = &hex!(
    "377aad1eefcd6352a6d4adb5c17aba422253a122c230f5b6ef57d383fa9872114d6c9d2979288fef972f032e"
    "334d4327cfe03fcda10237d24e1d55f503d20682"
);

/// The long message signed.
pub(crate) const SIGNATURE_LONG: &[u8] = &hex!(
    "4a38a93b1f1f6a20751f1636cadb89c9b39a9c07f807cc027f78489767897f2157ad7ea6c333041c7f400fcf"
    "85092a730ca31e428f69812865a18b117aae05b6"
);

/// The message signed with [`OTHER_POINT`].
pub(crate) const SIGNATURE_OF_OTHER: &[u8] = &hex!(
    "8edf9bf890af98b1c9e59ed06f73fe6a5722b96cbbb01d5552a3e0132b89625610231356c321d734203dca5a"
    "468821a1f01d6dc8e8ac2f674d31456a68cb0a9c"
);

/// The message signed with SHA-512.
pub(crate) const SIGNATURE_SHA512: &[u8] = &hex!(
    "42e0d8d9f47c8bc85d0a4d96b6815fd5143b700848ecf19d07b56db3b0d8b0f00d6ca6d3970cf0eb765ec293"
    "29083a1bf2dd10f78017d180f3e10432dcd9173c"
);

/// The SHA-256 of The message signed, so hashed twice.
pub(crate) const SIGNATURE_TWICE: &[u8] = &hex!(
    "901a673dfa5ca766704441d24e7b176b962dfea4186430dc14d1b7486f69cbc429f121cd82f78902b1b801da"
    "b61c8b3538a2d3e701f611f9632cf60d858d97d0"
);

/// The point of a key made for a signature with s = 5.
pub(crate) const SMALL_S_POINT: &[u8] = &hex!(
    "0472587951eda6caae0a25f6bfe62d535d09c209280f9cbf2cacc654a19cdcc9cb08450b1db8bfcfedae3571"
    "5367fcf0022bf73b7c53107240f123cd48db4b756f"
);

/// The message signed with [`SMALL_S_POINT`]: s is 5.
pub(crate) const SMALL_S_SIGNATURE: &[u8] = &hex!(
    "03b163f70c355463a1e7befbe3cce8bfc49d4b8e45da209515ebe300472c59f9000000000000000000000000"
    "0000000000000000000000000000000000000005"
);

/// [`SMALL_S_SIGNATURE`] with the order of the group added to s.
pub(crate) const SMALL_S_GROWN: &[u8] = &hex!(
    "03b163f70c355463a1e7befbe3cce8bfc49d4b8e45da209515ebe300472c59f9ffffffff00000000ffffffff"
    "ffffffffbce6faada7179e84f3b9cac2fc632556"
);

/// [`SMALL_S_SIGNATURE`] with the higher value of s, the order less 5.
pub(crate) const LARGEST_S_SIGNATURE: &[u8] = &hex!(
    "03b163f70c355463a1e7befbe3cce8bfc49d4b8e45da209515ebe300472c59f9ffffffff00000000ffffffff"
    "ffffffffbce6faada7179e84f3b9cac2fc63254c"
);

/// The order of the group.
pub(crate) const ORDER: &[u8] =
    &hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

/// A point with a small coordinate x.
pub(crate) const SMALL_X_POINT: &[u8] = &hex!(
    "040000000000000000000000000000000000000000000000000000000000000005459243b9aa581806fe913b"
    "ce99817ade11ca503c64d9a3c533415c083248fbcc"
);

/// [`SMALL_X_POINT`] with the order of the field added to x.
pub(crate) const GROWN_X_POINT: &[u8] = &hex!(
    "04ffffffff00000001000000000000000000000001000000000000000000000004459243b9aa581806fe913b"
    "ce99817ade11ca503c64d9a3c533415c083248fbcc"
);
