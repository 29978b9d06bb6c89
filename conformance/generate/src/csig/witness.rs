//! The witness: seed, payload, and the empty value they lead to.

use model::crypto::sha256;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::json;

use super::draft::{Draft, labels, request, witness};
use super::{OP, accept, reject};
use crate::Suite;
use crate::certificate::fixture::{gap, leaf, with};

pub(super) fn generate(suite: &mut Suite) {
    witnesses(suite);
    separators(suite);
    seeds(suite);
}

fn witnesses(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-witness", "csig::witness");
    file.note(
        "Witness",
        "AUTH_BYPASS",
        "`sig`, the hash of the seed and the hash of the payload lead to an empty value.",
        "Lax: a canister's other data are taken for signatures.",
    );
    let draft = Draft::usual();
    let (seed, payload) = (draft.seed.clone(), draft.payload.clone());
    let (s, m) = (sha256(&seed), sha256(&payload));
    let (other_s, other_m) = (sha256(b"user 2"), sha256(b"another payload"));
    let path = |path: &[&[u8]], value: Tree| labels(path, value);
    let empty = || leaf(b"");
    let input = |tree: &Tree| draft.clone().shown(tree.clone()).input();
    file.add(
        accept(
            "witness",
            "The witness of the signature",
            input(&draft.tree),
        )
        .note("Witness"),
    );
    let cases: &[(&str, &str, Tree, &str)] = &[
        (
            "witness-value",
            "A value of one byte",
            path(&[b"sig", &s, &m], leaf([0])),
            "a byte in the value",
        ),
        (
            "witness-hash",
            "The hash of the payload as value",
            path(&[b"sig", &s, &m], leaf(m)),
            "a hash in the value",
        ),
        (
            "witness-value-pruned",
            "The value pruned",
            path(&[b"sig", &s, &m], empty().pruned()),
            "the value pruned",
        ),
        (
            "witness-payload-pruned",
            "The payload pruned",
            path(&[b"sig", &s], gap("payload")),
            "the hash of the payload pruned",
        ),
        (
            "witness-seed-pruned",
            "The seed pruned",
            path(&[b"sig"], gap("seed")),
            "the hash of the seed pruned",
        ),
        (
            "witness-all-pruned",
            "Everything pruned",
            gap("sig"),
            "everything pruned",
        ),
        (
            "witness-nothing",
            "An empty tree",
            Tree::Empty,
            "everything left out",
        ),
        (
            "witness-no-value",
            "An empty tree in place of the value",
            path(&[b"sig", &s, &m], Tree::Empty),
            "the value left out",
        ),
        (
            "witness-subtree",
            "A label below the hash of the payload",
            path(&[b"sig", &s, &m, b""], empty()),
            "the value one level deeper",
        ),
        (
            "witness-shallow",
            "The value at the hash of the seed",
            path(&[b"sig", &s], empty()),
            "the hash of the payload left out",
        ),
        (
            "witness-swapped",
            "The hash of the payload before that of the seed",
            path(&[b"sig", &m, &s], empty()),
            "the two hashes swapped",
        ),
        (
            "witness-bare",
            "Seed and payload themselves as labels",
            path(&[b"sig", &seed, &payload], empty()),
            "nothing hashed",
        ),
        (
            "witness-hex",
            "The hashes in hexadecimal digits",
            path(&[b"sig", hex(&s).as_bytes(), hex(&m).as_bytes()], empty()),
            "digits instead of bytes",
        ),
        (
            "witness-no-sig",
            "No label `sig`",
            path(&[&s, &m], empty()),
            "the label `sig` left out",
        ),
        (
            "witness-upper-case",
            "The label `SIG`",
            path(&[b"SIG", &s, &m], empty()),
            "the label in upper case",
        ),
        (
            "witness-other-seed",
            "Signed with another seed",
            path(&[b"sig", &other_s, &m], empty()),
            "another seed",
        ),
        (
            "witness-other-payload",
            "Another payload signed",
            path(&[b"sig", &s, &other_m], empty()),
            "another payload",
        ),
        (
            "witness-crossed",
            "This seed with another payload, another seed with this payload",
            Tree::labeled("sig", crossed(&s, &other_m, &other_s, &m)),
            "the payloads of two seeds swapped",
        ),
    ];
    for (slug, title, tree, mutation) in cases {
        let vector = reject("CSIG-12", slug, title, input(tree), "witness", mutation);
        file.add(vector.clauses(&["CSIG-14"]).note("Witness"));
    }
    let other_key = json!({"spki": hex(&draft.clone().with_seed(b"user 2").spki())});
    let vector = reject(
        "CSIG-12",
        "witness-other-key",
        "The key of another seed of the canister",
        with(draft.input(), &other_key),
        "witness",
        "another seed in the key",
    );
    file.add(vector.note("Witness"));
    let other_payload = json!({"payload": hex(b"\x0aic-request")});
    let vector = reject(
        "CSIG-12",
        "witness-other-message",
        "Another payload than the one signed",
        with(draft.input(), &other_payload),
        "witness",
        "the message left out of the payload",
    );
    file.add(vector.note("Witness"));
}

/// Two seeds with one payload each, in the order of the labels.
fn crossed(s1: &[u8], m1: &[u8], s2: &[u8], m2: &[u8]) -> Tree {
    let (one, two) = (labels(&[s1, m1], leaf(b"")), labels(&[s2, m2], leaf(b"")));
    if s1 < s2 {
        Tree::fork(one, two)
    } else {
        Tree::fork(two, one)
    }
}

fn separators(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-separators", "csig::witness");
    file.note(
        "Separator",
        "AUTH_BYPASS",
        "What is hashed is the separator and the message, so that each purpose has signatures of its own.",
        "Lax: signed sender information serves as a delegation.",
    );
    let message = sha256(b"request");
    let separators: [(&str, &str, &[u8]); 3] = [
        ("request", "a request", b"\x0aic-request"),
        (
            "delegation",
            "a delegation",
            b"\x1aic-request-auth-delegation",
        ),
        ("sender-info", "sender information", b"\x0eic-sender-info"),
    ];
    let payload = |separator: &[u8]| [separator, &message].concat();
    for (slug, what, separator) in separators {
        let draft = Draft::of(&payload(separator));
        let title = format!("The signature of {what}");
        let vector = accept(&format!("separator-{slug}"), &title, draft.input());
        file.add(vector.note("Separator"));
        let twin = format!("separator-{slug}");
        let bare = draft.clone().shown(witness(&draft.seed, &message));
        let vector = reject(
            "CSIG-12",
            &format!("separator-{slug}-bare"),
            &format!("The signature of {what}, made without separator"),
            bare.input(),
            &twin,
            "the separator left out of what is hashed",
        );
        file.add(vector.clauses(&["CSIG-14"]).note("Separator"));
        let no_length = payload(separator.split_first().map_or(separator, |(_, name)| name));
        let draft_without = draft.clone().shown(witness(&draft.seed, &no_length));
        let vector = reject(
            "CSIG-12",
            &format!("separator-{slug}-no-length"),
            &format!("The signature of {what}, made without the separator's first byte"),
            draft_without.input(),
            &twin,
            "the first byte of the separator left out of what is hashed",
        );
        file.add(vector.clauses(&["CSIG-14"]).note("Separator"));
        for (other_slug, other, other_separator) in separators {
            if other_separator == separator {
                continue;
            }
            let wrong = draft
                .clone()
                .shown(witness(&draft.seed, &payload(other_separator)));
            let vector = reject(
                "CSIG-12",
                &format!("separator-{slug}-as-{other_slug}"),
                &format!("The signature of {other} for {what}"),
                wrong.input(),
                &twin,
                "another separator in what is hashed",
            );
            file.add(vector.clauses(&["CSIG-14"]).note("Separator"));
        }
    }
}

fn seeds(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-seeds", "csig::witness");
    file.note(
        "Seed",
        "INTEROP",
        "The seed is chosen freely by the canister.",
        "Strict: users of some canisters can't sign in.",
    );
    for length in [0_usize, 1, 31, 32, 33, 64, 100, 128, 255, 256, 2_000] {
        let seed: Vec<u8> = (0..=250_u8).cycle().take(length).collect();
        let draft = Draft::of(&request()).with_seed(&seed);
        let title = format!("A seed of {length} bytes");
        let vector = accept(&format!("seed-{length}"), &title, draft.input());
        file.add(vector.clauses(&["CSIG-2", "CSIG-3"]).note("Seed"));
    }
    let draft = Draft::usual();
    for length in [0_usize, 1, 100] {
        let payload: Vec<u8> = (0..=250_u8).cycle().take(length).collect();
        let draft = Draft::of(&payload).with_seed(&draft.seed);
        let title = format!("A payload of {length} bytes");
        let vector = accept(&format!("payload-{length}"), &title, draft.input());
        file.add(vector.note("Seed"));
    }
}
