//! Keys of every scheme.

use model::input::unhex;

use super::{KEYS, OP, accept, input};
use crate::certificate::fixture;
use crate::signer::{Signer, der};
use crate::{Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "valid", "key::valid");
    file.note(
        "Scheme",
        "BASIC",
        "A key of each scheme: what stands in its DER form decides how signatures are checked.",
        "Users with keys of this scheme cannot be told from others, or cannot sign at all.",
    );
    for (name, signer) in Signer::of_every_plain_scheme() {
        let title = format!("A key of the scheme {name}");
        file.add(accept(name, title, &signer.spki()).note("Scheme").high());
    }
    let canister = Signer::canister(0x10_1234, b"seed").spki();
    let vector = accept("canister", "A key of canister signatures", &canister);
    file.add(vector.note("Scheme").high());
    let root = fixture::ROOT.der();
    let vector = accept("bls", "A root key, which signs certificates", &root);
    file.add(vector.clauses(&["SDEL-5", "CERT-4"]).note("Scheme"));
    for (slug, title, spki, source) in [
        (
            "es256-example",
            "The ES256 key of the specification",
            "305e300c060a2b0601040183b8430101034e00a50102032620012158207ffd83632072fd1bfeaf3fbaa43146e0ef95c3f55e3994a41bbf2b5174d771da22582032497eed0a7f6f000928765b8318162cfd80a94e525a6a368c2363063d04e6ed",
            "Interface specification 0.66.0, section Web Authentication",
        ),
        (
            "ed25519-example",
            "The Ed25519 key of RFC 8410",
            "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
            "RFC 8410, section 10.1",
        ),
        (
            "rs256-windows-hello",
            "An RS256 key that Windows Hello made",
            super::cose::WINDOWS_HELLO,
            "github.com/dfinity/ic, rs/validator/src/webauthn.rs",
        ),
    ] {
        let spki = unhex(spki).unwrap_or_default();
        file.add(accept(slug, title, &spki).note("Scheme").source(source));
    }
    let replica = Signer::webauthn_es256("webauthn-es256/user").spki();
    let vector = Vector::accept(
        "webauthn-es256-replica",
        "A key of the scheme webauthn-es256, as replicas take it",
        input(&replica),
    );
    file.add(vector.replica().clauses(KEYS).note("Scheme"));
    let plain = Signer::ed25519("ed25519/user").spki();
    let point = plain.get(12..).unwrap_or_default();
    let ed_point_as_x25519 = der::key(b"\x2b\x65\x6e", &[], point);
    let rsa = Signer::plain_rsa().spki();
    let pairs = [
        (
            "plain-rsa",
            "A plain RSA key of 2048 bits",
            rsa,
            "webauthn-rs256",
            "the algorithm rsaEncryption instead of a COSE key",
        ),
        (
            "x25519",
            "The object identifier of X25519, with an Ed25519 point",
            ed_point_as_x25519,
            "ed25519",
            "object identifier 1.3.101.112 → 1.3.101.110",
        ),
        (
            "ed448-identifier",
            "The object identifier of Ed448, with an Ed25519 point",
            der::key(b"\x2b\x65\x71", &[], point),
            "ed25519",
            "object identifier 1.3.101.112 → 1.3.101.113",
        ),
    ];
    for (slug, title, spki, twin, mutation) in pairs {
        let vector = super::reject("SIG-5", slug, title, &spki, twin, mutation);
        file.add(vector.also(&["SIG-3"]).note("Scheme").critical());
    }
}
