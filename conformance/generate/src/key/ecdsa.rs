//! Keys of plain ECDSA.

use model::crypto::ecdsa::{
    Curve, ecdsa_compress, ecdsa_modulus, ecdsa_public_point, ecdsa_small_point,
};
use model::crypto::rsa::rsa_add;
use model::crypto::test_seed;

use super::{OP, accept, reject};
use crate::signer::der::{self, EC, ECDSA_SHA256, INTEGER, NULL, OID, SEQUENCE, bits, element};
use crate::{FileBuilder, Suite};

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "ecdsa", "key::ecdsa");
    file.note(
        "Curve",
        "EDGE_CASE",
        "The key names its curve by an object identifier, and nothing else.",
        "A signature is checked on another curve or with another hash than the signer's.",
    );
    file.note(
        "Point",
        "MALLEABILITY",
        "A point has one form, and lies on its curve.",
        "One key owns several principals, or points off the curve give secrets away.",
    );
    for (name, curve) in [("p256", Curve::P256), ("secp256k1", Curve::Secp256k1)] {
        curves(&mut file, name, curve);
        forms(&mut file, name, curve);
        numbers(&mut file, name, curve);
    }
}

fn curves(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let point = ecdsa_public_point(curve, &test_seed(&format!("{name}/user")));
    let other = match curve {
        Curve::P256 => Curve::Secp256k1,
        Curve::Secp256k1 => Curve::P256,
    };
    let oid = |oid: &[u8]| element(OID, oid);
    if curve == Curve::P256 {
        let no_curve = element(
            SEQUENCE,
            &[element(SEQUENCE, &oid(EC)), bits(&point)].concat(),
        );
        // ECParameters of SEC 1, section C.2, cut down to its version: an explicit curve.
        let explicit = element(SEQUENCE, &element(INTEGER, &[1]));
        for (slug, title, spki, mutation) in [
            ("no-curve", "No curve", no_curve, "the curve left out"),
            (
                "implicit-curve",
                "NULL as curve: inherited from elsewhere",
                der::key(EC, NULL, &point),
                "the curve → NULL",
            ),
            (
                "explicit-curve",
                "A curve by its parameters",
                der::key(EC, &explicit, &point),
                "the curve → a SEQUENCE",
            ),
            (
                "p384-curve",
                "The object identifier of P-384",
                der::key(EC, &oid(b"\x2b\x81\x04\x00\x22"), &point),
                "the curve → 1.3.132.0.34",
            ),
            (
                "two-curves",
                "The curve twice",
                der::key(EC, &[oid(der::P256), oid(der::P256)].concat(), &point),
                "the curve twice",
            ),
        ] {
            let vector = reject("SIG-EC-1", slug, title, &spki, "p256", mutation);
            file.add(vector.also(&["SIG-EC-2", "SIG-7"]).note("Curve").high());
        }
        let hashed = der::key(ECDSA_SHA256, &oid(der::P256), &point);
        let vector = reject(
            "SIG-EC-3",
            "with-sha256",
            "The object identifier of ecdsa-with-SHA256",
            &hashed,
            "p256",
            "1.2.840.10045.2.1 → 1.2.840.10045.4.3.2",
        );
        file.add(vector.also(&["SIG-5"]).note("Curve"));
    }
    let mixed = der::ecdsa_key(other, &point);
    let (clause, twin) = match other {
        Curve::P256 => ("SIG-EC-5", "p256"),
        Curve::Secp256k1 => ("SIG-EC-2", "secp256k1"),
    };
    let vector = reject(
        clause,
        format!("{name}-point-elsewhere"),
        format!("A point of {name} under the name of the other curve"),
        &mixed,
        twin,
        "the point of another curve",
    );
    let vector = vector.also(
        &["SIG-EC-1", "SIG-EC-2", "SIG-EC-5"]
            .into_iter()
            .filter(|other| *other != clause)
            .collect::<Vec<_>>(),
    );
    file.add(vector.note("Curve").critical());
}

fn forms(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let point = ecdsa_public_point(curve, &test_seed(&format!("{name}/user")));
    let coordinates = point.get(1..).unwrap_or_default();
    let is_odd = point.last().is_some_and(|byte| byte & 1 == 1);
    let compressed = ecdsa_compress(&point).map(Vec::from).unwrap_or_default();
    let hybrid = [&[6 | u8::from(is_odd)], coordinates].concat();
    for (slug, title, content, mutation) in [
        (
            "compressed",
            "A compressed point",
            compressed,
            "04, x, y → 02 or 03, x",
        ),
        (
            "hybrid",
            "A hybrid point",
            hybrid,
            "04 → 06 or 07, by the parity of y",
        ),
        (
            "hybrid-wrong",
            "A hybrid point with the wrong parity",
            [&[7 ^ u8::from(is_odd)], coordinates].concat(),
            "04 → 06 or 07, against the parity of y",
        ),
        (
            "infinity",
            "The point at infinity",
            vec![0],
            "the point → 00",
        ),
        (
            "bare",
            "x and y without the byte before them",
            coordinates.to_vec(),
            "04 left out",
        ),
        (
            "66",
            "A byte after the point",
            [point.as_slice(), &[0]].concat(),
            "a byte 00 at the end of the point",
        ),
    ] {
        let spki = der::ecdsa_key(curve, &content);
        let slug = format!("{name}-{slug}");
        let title = format!("{title} ({name})");
        let vector = reject("SIG-EC-4", slug, title, &spki, name, mutation);
        file.add(
            vector
                .also(&["SIG-EC-1", "SIG-EC-2", "SIG-7"])
                .note("Point")
                .high(),
        );
    }
}

fn numbers(file: &mut FileBuilder<'_>, name: &str, curve: Curve) {
    let point = ecdsa_public_point(curve, &test_seed(&format!("{name}/user")));
    let mut off = point;
    if let Some(last) = off.last_mut() {
        *last ^= 1;
    }
    let mut origin = [0; 65];
    origin[0] = 4;
    let modulus = ecdsa_modulus(curve);
    let of_modulus = [[4].as_slice(), &modulus, &modulus].concat();
    for (slug, title, content, mutation) in [
        (
            "off-curve",
            "A point beside the curve",
            off.to_vec(),
            "the last bit of y flipped",
        ),
        (
            "origin",
            "x = 0, y = 0",
            origin.to_vec(),
            "the point → 0, 0",
        ),
        (
            "modulus",
            "Both coordinates are the field modulus",
            of_modulus,
            "the point → p, p",
        ),
    ] {
        let spki = der::ecdsa_key(curve, &content);
        let slug = format!("{name}-{slug}");
        let title = format!("{title} ({name})");
        let vector = reject("SIG-EC-5", slug, title, &spki, name, mutation);
        file.add(vector.note("Point").critical());
    }
    let small = ecdsa_small_point(curve).map(Vec::from).unwrap_or_default();
    let twin = format!("{name}-small-x");
    let title = format!("A point whose x is a small number ({name})");
    file.add(accept(&twin, title, &der::ecdsa_key(curve, &small)).note("Point"));
    let (x, y) = small
        .get(1..)
        .unwrap_or_default()
        .split_at_checked(32)
        .unwrap_or_default();
    let larger = [[4].as_slice(), &rsa_add(x, &modulus), y].concat();
    let vector = reject(
        "SIG-EC-5",
        format!("{name}-large-x"),
        format!("The same point with x plus the field modulus ({name})"),
        &der::ecdsa_key(curve, &larger),
        &twin,
        "x → x + p",
    );
    file.add(vector.note("Point").critical());
}
