//! Classes, and ids that are computed.

use model::crypto::{sha224, test_seed};
use model::input::hex;
use serde_json::json;

use super::{bytes, some_bytes};
use crate::{Suite, Vector};

pub(super) fn classify(suite: &mut Suite) {
    let mut file = suite.file("principal.classify", "classes", "principal::classify");
    file.note(
        "LengthAndLastByte",
        "AUTH_BYPASS",
        "The last byte is that of a class, and the length is not.",
        "What is no user or not anonymous is taken for it, and checks are skipped.",
    );
    file.note(
        "TooLong",
        "RESOURCES",
        "More than 29 bytes.",
        "Things that are no principals pass as such.",
    );
    let clauses = ["PRIN-1", "PRIN-2", "PRIN-6", "PRIN-7", "PRIN-8", "PRIN-10"];
    let mut accept = |slug: String, title: String, principal: &[u8], class: &str| {
        let vector = Vector::accept(slug, title, bytes(principal))
            .clauses(&clauses)
            .output(json!({"class": class}));
        let last = principal.last().copied().unwrap_or_default();
        let tricky = class == "opaque" && matches!(last, 2 | 3 | 4 | 0x7f);
        file.add(if tricky {
            vector.note("LengthAndLastByte").critical()
        } else {
            vector
        });
    };
    accept(
        "management".into(),
        "No bytes: the management canister".into(),
        &[],
        "management",
    );
    accept(
        "anonymous".into(),
        "04: the anonymous principal".into(),
        &[4],
        "anonymous",
    );
    let root = model::input::unhex("cff280e32d7f5ccd2246882f94afb20f54ca61a21765e712d43d278902");
    let root = root.unwrap_or_default();
    accept(
        "root-subnet".into(),
        "The root subnet".into(),
        &root,
        "self_authenticating",
    );
    for (name, last, class) in [
        ("self-authenticating", 2, "self_authenticating"),
        ("derived", 3, "derived"),
        ("anonymous", 4, "opaque"),
        ("reserved", 0x7f, "reserved"),
        ("opaque", 1, "opaque"),
        ("zero", 0, "opaque"),
        ("five", 5, "opaque"),
        ("ff", 0xff, "opaque"),
        ("fe", 0x7e, "opaque"),
        ("80", 0x80, "opaque"),
    ] {
        for length in [1_usize, 2, 10, 28, 29] {
            let mut principal = some_bytes(name, length);
            if let Some(byte) = principal.last_mut() {
                *byte = last;
            }
            let class = match (class, length, last) {
                (_, 1, 4) => continue,
                ("self_authenticating" | "derived", 0..29, _) => "opaque",
                (class, ..) => class,
            };
            let title = format!("{length} bytes, the last is {last:02x}");
            accept(format!("{name}-{length}"), title, &principal, class);
        }
    }
    for first in [2, 3, 4, 0x7f] {
        let principal = [&[first][..], &some_bytes("first", 8), &[1]].concat();
        let title = format!("The first byte is {first:02x}, the last is 01");
        accept(format!("first-{first:02x}"), title, &principal, "opaque");
    }
    for (slug, principal) in [
        ("zeros-29", [0_u8; 29]),
        ("sha-224-of-04", {
            let mut bytes = [0; 29];
            bytes
                .iter_mut()
                .zip(sha224(&[4]))
                .for_each(|(to, from)| *to = from);
            bytes
        }),
    ] {
        accept(
            slug.into(),
            "29 bytes that end in 00".into(),
            &principal,
            "opaque",
        );
    }
    for (length, last) in [
        (30_usize, 2_u8),
        (30, 3),
        (30, 4),
        (30, 0x7f),
        (30, 1),
        (33, 2),
        (57, 2),
    ] {
        let mut principal = some_bytes("long", length);
        if let Some(byte) = principal.last_mut() {
            *byte = last;
        }
        file.add(
            Vector::reject(
                "PRIN-1",
                format!("length-{length}-{last:02x}"),
                format!("{length} bytes, the last is {last:02x}"),
                bytes(&principal),
                "opaque-29",
                "bytes added",
            )
            .note("TooLong")
            .high(),
        );
    }
}

/// Public keys: the mainnet root key, and examples of the specification.
const ROOT_KEY: &str = "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc5341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae";

const COSE_KEY: &str = "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa43146e0ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a6a368c2363063d04e6ed";

pub(super) fn from_pubkey(suite: &mut Suite) {
    let mut file = suite.file("principal.from_pubkey", "keys", "principal::from_pubkey");
    file.note(
        "AsPresented",
        "AUTH_BYPASS",
        "The bytes are not the usual encoding of a key, or no key at all; they are hashed as they are.",
        "One key acts under the principal of another encoding, or users lose access.",
    );
    let clauses = ["PRIN-3", "PRIN-4"];
    let key = |spki: &str| json!({"spki": spki});
    for (slug, title, spki, principal, source) in [
        (
            "mainnet-root",
            "The root key of the mainnet",
            ROOT_KEY,
            "cff280e32d7f5ccd2246882f94afb20f54ca61a21765e712d43d278902",
            "public root key of the IC mainnet; interface spec 0.66.0, Subnet information",
        ),
        (
            "cose",
            "The COSE key of the specification",
            COSE_KEY,
            "7451f41dee8a1b11cdcf7c7f4cfd82ff7ce8d77c240dbec5669a48bb02",
            "interface spec 0.66.0, Web Authentication",
        ),
    ] {
        file.add(
            Vector::accept(slug, title, key(spki))
                .clauses(&clauses)
                .output(json!({"bytes": principal}))
                .source(source)
                .critical(),
        );
    }
    for (slug, title, spki, principal) in [
        (
            "canister-signature",
            "A canister-signature key with the seed 00",
            "301d300c060a2b0601040183b8430102030d000a0000000000000007010100",
            "23e2007526378151c139c8fff41e9bd4d446cdcbe2662228b8031f7302",
        ),
        (
            "canister-signature-empty-seed",
            "A canister-signature key with an empty seed",
            "301c300c060a2b0601040183b8430102030c000a00000000000000070101",
            "",
        ),
    ] {
        let mut vector = Vector::accept(slug, title, key(spki))
            .clauses(&clauses)
            .high();
        if !principal.is_empty() {
            vector = vector.output(json!({"bytes": principal}));
        }
        file.add(vector);
    }
    let raw = hex(&test_seed("principal/ed25519"));
    let other = hex(&test_seed("principal/p256"));
    for (slug, title, spki) in [
        (
            "ed25519",
            "An Ed25519 key",
            format!("302a300506032b6570032100{raw}"),
        ),
        (
            "p256",
            "A P-256 key",
            format!("3059301306072a8648ce3d020106082a8648ce3d03010703420004{raw}{other}"),
        ),
        (
            "secp256k1",
            "A secp256k1 key",
            format!("3056301006072a8648ce3d020106052b8104000a03420004{raw}{other}"),
        ),
    ] {
        file.add(
            Vector::accept(slug, title, key(&spki))
                .clauses(&clauses)
                .high(),
        );
    }
    for (slug, title, spki) in [
        (
            "long-length",
            "A length that could be shorter",
            format!("30812a300506032b6570032100{raw}"),
        ),
        (
            "trailing",
            "A byte after the key",
            format!("302a300506032b6570032100{raw}00"),
        ),
        (
            "raw-ed25519",
            "The 32 bytes of an Ed25519 key without DER",
            raw.clone(),
        ),
        (
            "compressed-point",
            "A compressed point without DER",
            format!("02{raw}"),
        ),
        (
            "null-parameters",
            "NULL parameters",
            format!("302c300706032b65700500032100{raw}"),
        ),
        ("empty", "No bytes", String::new()),
        ("zero", "One byte 00", "00".to_owned()),
        (
            "text",
            "The text of a PEM header",
            hex(b"-----BEGIN PUBLIC KEY-----"),
        ),
        ("upper-bound", "A thousand bytes", "5a".repeat(1000)),
    ] {
        file.add(
            Vector::accept(slug, title, key(&spki))
                .clauses(&clauses)
                .note("AsPresented")
                .high(),
        );
    }
    let blocks = [54_usize, 55, 56, 57, 63, 64, 65, 119, 120, 128];
    for length in blocks {
        let spki = hex(&some_bytes("block", length));
        let title = format!("{length} bytes, around the blocks of the hash function");
        file.add(
            Vector::accept(format!("block-{length}"), title, key(&spki))
                .clauses(&clauses)
                .note("AsPresented"),
        );
    }
}

pub(super) fn derive(suite: &mut Suite) {
    let mut file = suite.file("principal.derive", "derived", "principal::derive");
    file.note(
        "Boundary",
        "EDGE_CASE",
        "Bytes move between principal and nonce; the length byte keeps them apart.",
        "Two principals can register the same id.",
    );
    file.note(
        "TooLong",
        "RESOURCES",
        "More than 29 bytes are no principal.",
        "Ids are derived for what cannot be a caller.",
    );
    let clauses = ["PRIN-1", "PRIN-5"];
    let input =
        |principal: &[u8], nonce: &[u8]| json!({"principal": hex(principal), "nonce": hex(nonce)});
    file.add(
        Vector::accept("empty", "No principal bytes and no nonce", input(&[], &[]))
            .clauses(&clauses)
            .output(json!({"bytes": "fff9292b4201617bdc4d3053fce02734166a683d7d858a7f5f59b07303"})),
    );
    file.add(
        Vector::accept(
            "anonymous",
            "The anonymous principal and the nonce 01",
            input(&[4], &[1]),
        )
        .clauses(&clauses)
        .output(json!({"bytes": "cdf5c1ebade4a86871604c6c7be3e559819893d92a76c22e317a053803"})),
    );
    for (slug, title, principal, nonce) in [
        ("ab-c", "Principal ab, nonce c", &b"ab"[..], &b"c"[..]),
        ("a-bc", "Principal a, nonce bc", b"a", b"bc"),
        ("abc", "Principal abc, no nonce", b"abc", b""),
        ("none-abc", "Empty principal, nonce abc", b"", b"abc"),
    ] {
        file.add(
            Vector::accept(slug, title, input(principal, nonce))
                .clauses(&clauses)
                .note("Boundary"),
        );
    }
    for (principal, nonce) in [
        (0_usize, 32_usize),
        (1, 0),
        (10, 8),
        (28, 28),
        (29, 0),
        (29, 32),
        (29, 1000),
    ] {
        let title = format!("A principal of {principal} bytes and a nonce of {nonce}");
        file.add(
            Vector::accept(
                format!("length-{principal}-{nonce}"),
                title,
                input(
                    &some_bytes("derive", principal),
                    &some_bytes("nonce", nonce),
                ),
            )
            .clauses(&clauses),
        );
    }
    for length in [30_usize, 31, 255, 256] {
        file.add(
            Vector::reject(
                "PRIN-1",
                format!("length-{length}"),
                format!("A principal of {length} bytes"),
                input(&some_bytes("derive", length), &[]),
                "length-29-0",
                "bytes added",
            )
            .note("TooLong"),
        );
    }
}
