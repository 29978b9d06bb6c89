//! Plain ECDSA on both curves.

use model::crypto::ecdsa::{
    Curve, ecdsa_is_high, ecdsa_key_for, ecdsa_large_x, ecdsa_negate, ecdsa_order,
    ecdsa_public_point, ecdsa_sign, ecdsa_sign_digest,
};
use model::crypto::rsa::rsa_add;
use model::crypto::{sha256, sha256_of, test_seed};
use model::input::unhex;

use super::{OP, accept, good, input, others, request, request_where};
use crate::signer::{Signer, der};
use crate::{FileBuilder, Suite, Vector};

const MISFITS: &[&str] = &["SIG-EC-6", "SIG-EC-7", "SIG-EC-8"];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "ecdsa", "sig::ecdsa");
    file.note(
        "Form",
        "INTEROP",
        "A signature has 64 bytes: r, and s, both big-endian.",
        "Signatures of other programs are not understood, or have several forms.",
    );
    file.note(
        "Range",
        "AUTH_BYPASS",
        "r and s are at least 1 and below the group order.",
        "With zeros, everybody signs for every key.",
    );
    file.note(
        "Hash",
        "AUTH_BYPASS",
        "The signature covers the SHA-256 of the whole payload.",
        "A signature on something else is accepted.",
    );
    file.note(
        "HighS",
        "INTEROP",
        "Of the two values of s that fit, both are valid.",
        "About half the signatures of common programs are rejected.",
    );
    published(&mut file);
    for (name, curve) in [("p256", Curve::P256), ("secp256k1", Curve::Secp256k1)] {
        forms(&mut file, name, curve);
        ranges(&mut file, name, curve);
        hashes(&mut file, name, curve);
        halves(&mut file, name, curve);
    }
}

fn published(file: &mut FileBuilder<'_>) {
    let point = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    let spki = der::ecdsa_key(Curve::P256, &unhex(point).unwrap_or_default());
    for (slug, message, signature) in [
        (
            "rfc6979-sample",
            "sample",
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        ),
        (
            "rfc6979-test",
            "test",
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
        ),
    ] {
        let signature = unhex(signature).unwrap_or_default();
        let title = "A signature of RFC 6979 on P-256, whose payload has no separator";
        let vector = accept(slug, title, input(&spki, message.as_bytes(), &signature));
        file.add(vector.note("Form").source("RFC 6979, appendix A.2.5"));
    }
}

fn signer(name: &str, curve: Curve) -> Signer {
    Signer::Ecdsa(curve, test_seed(&format!("{name}/user")))
}

fn forms(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let signer = signer(name, curve);
    let spki = signer.spki();
    let payload = request("request");
    let signature = signer.sign(&payload);
    let (r, s) = signature.split_at_checked(32).unwrap_or_default();
    let reversed = |half: &[u8]| half.iter().rev().copied().collect::<Vec<_>>();
    let twin = format!("{name}-request");
    for (slug, title, signature, mutation) in [
        (
            "der",
            "A signature in DER",
            der::ecdsa_signature(&signature),
            "r‖s → SEQUENCE of two INTEGERs",
        ),
        ("swapped", "s before r", [s, r].concat(), "r‖s → s‖r"),
        (
            "little-endian",
            "Both numbers little-endian",
            [reversed(r), reversed(s)].concat(),
            "the bytes of r and of s in reverse order",
        ),
        (
            "65",
            "65 bytes, as with a recovery id",
            [signature.as_slice(), &[0]].concat(),
            "a byte 00 at the end",
        ),
    ] {
        let vector = Vector::reject(
            "SIG-EC-6",
            format!("{name}-{slug}"),
            format!("{title} ({name})"),
            input(&spki, &payload, &signature),
            twin.clone(),
            mutation,
        );
        let also = others(MISFITS, "SIG-EC-6");
        file.add(vector.also(&also).note("Form").high());
    }
    let payload = request_where("short s", |payload| {
        signer.sign(payload).get(32) == Some(&0)
    });
    let twin = format!("{name}-short-s");
    let title = format!("A signature whose s begins with a zero byte ({name})");
    file.add(accept(&twin, title, good(&signer, &payload)).note("Form"));
    let mut short = signer.sign(&payload);
    short.remove(32);
    let vector = Vector::reject(
        "SIG-EC-6",
        format!("{name}-63"),
        format!("63 bytes ({name})"),
        input(&spki, &payload, &short),
        twin,
        "the zero byte of s left out",
    );
    file.add(vector.also(&others(MISFITS, "SIG-EC-6")).note("Form"));
}

fn ranges(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let payload = request("request");
    // A key that was chosen for a signature with this s.
    let (secret, signature) = ecdsa_key_for(curve, &payload, &test_seed("ecdsa/nonce"), 5);
    let spki = der::ecdsa_key(curve, &ecdsa_public_point(curve, &secret));
    let twin = format!("{name}-small-s");
    let title = format!("A signature with s = 5 ({name})");
    file.add(accept(&twin, title, input(&spki, &payload, &signature)).note("Range"));
    let order = ecdsa_order(curve);
    let (r, s) = signature.split_at_checked(32).unwrap_or_default();
    let large = rsa_add(s, &order);
    for (slug, title, signature, mutation) in [
        (
            "s-plus-order",
            "s plus the group order",
            [r, &large].concat(),
            "s → s + n",
        ),
        (
            "zeros",
            "r = 0 and s = 0",
            vec![0; 64],
            "the signature → 00 … 00",
        ),
    ] {
        let vector = Vector::reject(
            "SIG-EC-8",
            format!("{name}-{slug}"),
            format!("{title} ({name})"),
            input(&spki, &payload, &signature),
            twin.clone(),
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, "SIG-EC-8"))
                .note("Range")
                .critical(),
        );
    }
    if let Some((point, signature)) = ecdsa_large_x(curve, &payload) {
        let spki = der::ecdsa_key(curve, &point);
        let title = format!("The point behind r has a coordinate above the group order ({name})");
        let input = input(&spki, &payload, &signature);
        file.add(accept(format!("{name}-large-x"), title, input).note("Range"));
    }
    // Both numbers are zero modulo the order, for a verifier that reduces before it looks.
    let vector = Vector::reject(
        "SIG-EC-8",
        format!("{name}-orders"),
        format!("r = n and s = n ({name})"),
        input(&spki, &payload, &[order, order].concat()),
        twin,
        "the signature → n, n",
    );
    file.add(
        vector
            .also(&others(MISFITS, "SIG-EC-8"))
            .note("Range")
            .critical(),
    );
}

fn hashes(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let signer = signer(name, curve);
    let seed = test_seed(&format!("{name}/user"));
    let spki = signer.spki();
    let payload = request("request");
    let twice = sha256_of(&[&sha256(&payload)]);
    let other = Signer::Ecdsa(curve, test_seed(&format!("{name}/other")));
    for (slug, title, signature, mutation) in [
        (
            "hashed-twice",
            "A signature on the SHA-256 of the SHA-256 of the payload",
            ecdsa_sign_digest(curve, &seed, &twice).to_vec(),
            "signed: the payload hashed twice",
        ),
        (
            "other-payload",
            "The signature on another request",
            signer.sign(&request("other request")),
            "signed: another request",
        ),
        (
            "other-key",
            "The signature of another key",
            other.sign(&payload),
            "signed by another key",
        ),
    ] {
        let vector = Vector::reject(
            "SIG-EC-7",
            format!("{name}-{slug}"),
            format!("{title} ({name})"),
            input(&spki, &payload, &signature),
            format!("{name}-request"),
            mutation,
        );
        file.add(
            vector
                .also(&others(MISFITS, "SIG-EC-7"))
                .note("Hash")
                .critical(),
        );
    }
    let mut one = [0; 32];
    one[31] = 1;
    let generator = good(&Signer::Ecdsa(curve, one), &payload);
    let title = format!("The generator as key ({name})");
    file.add(accept(format!("{name}-generator"), title, generator).note("Hash"));
    // 32 bytes, which some programs take for a digest.
    let digest = sha256(b"a payload of 32 bytes");
    let twin = format!("{name}-32-bytes");
    let title = format!("A payload of 32 bytes ({name})");
    file.add(accept(&twin, title, good(&signer, &digest)).note("Hash"));
    let vector = Vector::reject(
        "SIG-EC-7",
        format!("{name}-unhashed"),
        format!("A payload of 32 bytes, signed as if it were the hash ({name})"),
        input(&spki, &digest, &ecdsa_sign_digest(curve, &seed, &digest)),
        twin,
        "signed: the payload for its hash",
    );
    file.add(
        vector
            .also(&others(MISFITS, "SIG-EC-7"))
            .note("Hash")
            .critical(),
    );
}

fn halves(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let signer = signer(name, curve);
    let seed = test_seed(&format!("{name}/user"));
    let payload = request("request");
    let signature = ecdsa_sign(curve, &seed, &payload);
    let negated = ecdsa_negate(curve, &signature).unwrap_or(signature);
    let (low, high) = if ecdsa_is_high(curve, &signature) {
        (negated, signature)
    } else {
        (signature, negated)
    };
    for (slug, title, signature) in [
        ("low-s", "The lower of the two values of s", low),
        ("high-s", "The higher of the two values of s", high),
    ] {
        let input = input(&signer.spki(), &payload, &signature);
        let title = format!("{title} ({name})");
        file.add(
            accept(format!("{name}-{slug}"), title, input)
                .note("HighS")
                .high(),
        );
    }
}
