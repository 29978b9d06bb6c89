//! Signatures and keys.

use model::certificate::{DER_PREFIX, bls_key_to_der};
use model::crypto::{
    BLS_IDENTITY_KEY, BLS_IDENTITY_SIGNATURE, BLS_SUITE_POP, bls_decompress_signature,
    bls_key_outside_group, bls_sign_in_suite, bls_signature_off_curve, bls_signature_outside_group,
    bls_unreduce_signature, sha256, test_seed,
};
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use super::fixture::{
    Key, OTHER, ROOT, SUBNET, TIME, Topology, delegated, delegation, dir, encoded, for_member, gap,
    input, leaf, leb128, message, signed, state, state_at, with,
};
use crate::{Suite, Vector};

const OP: &str = "certificate.verify";

pub(super) fn generate(suite: &mut Suite) {
    signatures(suite);
    points(suite);
    root_keys(suite);
}

fn signatures(suite: &mut Suite) {
    let mut file = suite.file(OP, "signature", "certificate::signature");
    file.note(
        "Forged",
        "AUTH_BYPASS",
        "The signature is not one of the subnet on this tree.",
        "Lax: anyone certifies anything.",
    );
    let scope = json!("none");
    let tree = state();
    let root_hash = tree.root();
    let flipped = state_at(leaf(leb128(TIME ^ 1)));
    let other_label = match &tree {
        Tree::Fork(left, _) => {
            Tree::fork((**left).clone(), Tree::labeled("tims", leaf(leb128(TIME))))
        }
        tree => tree.clone(),
    };
    let with_time =
        |tree: &Tree| Tree::fork(tree.clone(), Tree::labeled("time", leaf(leb128(TIME))));
    let negated = {
        let mut signature = ROOT.certify(&tree);
        if let Some(first) = signature.first_mut() {
            *first ^= 0x20;
        }
        signature
    };
    let pop = bls_sign_in_suite(&test_seed(ROOT.0), &message(&tree), BLS_SUITE_POP);
    let no_length = [b"ic-state-root".as_slice(), &root_hash].concat();
    let tree_hash = [b"\x0dic-state-root".as_slice(), &sha256(&tree.encode())].concat();
    let request = [b"\x0aic-request".as_slice(), &root_hash].concat();
    let cases: &[(&str, &str, &Tree, Vec<u8>, &str)] = &[
        (
            "flipped-value",
            "One bit of the time flipped",
            &flipped,
            ROOT.certify(&tree),
            "one bit of a value flipped",
        ),
        (
            "swapped-fork",
            "The sides of a fork swapped",
            &swap(&tree),
            ROOT.certify(&tree),
            "left and right swapped",
        ),
        (
            "value-added",
            "A leaf put beside the signed tree",
            &with_time(&gap("x")),
            ROOT.certify(&gap("x")),
            "a label put beside the tree",
        ),
        (
            "other-tree",
            "The signature on another tree",
            &tree,
            ROOT.certify(&other_label),
            "the signature taken from another certificate",
        ),
        (
            "other-key",
            "Signed with the key of a subnet",
            &tree,
            SUBNET.certify(&tree),
            "signed with another key",
        ),
        (
            "bare",
            "The root hash signed without separator",
            &tree,
            ROOT.sign(&root_hash),
            "signed without separator",
        ),
        (
            "no-length",
            "The root hash signed behind the separator without its length",
            &tree,
            ROOT.sign(&no_length),
            "signed without the separator's first byte",
        ),
        (
            "request-separator",
            "The root hash signed behind the separator of requests",
            &tree,
            ROOT.sign(&request),
            "signed with the separator of requests",
        ),
        (
            "encoding-signed",
            "The hash of the encoding signed instead of the root hash",
            &tree,
            ROOT.sign(&tree_hash),
            "signed over the hash of the encoded tree",
        ),
        (
            "negated",
            "The signature negated",
            &tree,
            negated,
            "the bit for the sign flipped",
        ),
        (
            "pop-suite",
            "Signed in the proof-of-possession suite",
            &tree,
            pop,
            "signed with the tag of another suite",
        ),
    ];
    for (slug, title, tree, signature, mutation) in cases {
        let input = input(&encoded(tree, signature, None), &scope);
        let vector = Vector::reject("CERT-2", *slug, *title, input, "root-signed", *mutation);
        file.add(vector.clauses(&["CERT-3"]).note("Forged").critical());
    }

    let delegated_flip = encoded(
        &flipped,
        &SUBNET.certify(&tree),
        Some(Topology::sharded().delegation()),
    );
    let vector = Vector::reject(
        "CERT-2",
        "delegated-flipped",
        "One bit of the time flipped in a delegated certificate",
        input(&delegated_flip, &for_member()),
        "delegated",
        "one bit of a value flipped",
    );
    file.add(vector.note("Forged").critical());
    let by_root = encoded(
        &tree,
        &ROOT.certify(&tree),
        Some(Topology::sharded().delegation()),
    );
    let vector = Vector::reject(
        "CERT-2",
        "delegated-by-root",
        "Delegated, but signed with the root key",
        input(&by_root, &for_member()),
        "delegated",
        "signed with the root key instead of the subnet's",
    );
    file.add(vector.note("Forged"));
    let undelegated = signed(&tree, SUBNET);
    let vector = Vector::reject(
        "CERT-2",
        "delegation-dropped",
        "A subnet's certificate without its delegation",
        input(&undelegated, &scope),
        "delegated-none",
        "the delegation left out",
    );
    file.add(vector.clauses(&["CERT-14"]).note("Forged").critical());

    let own = dir(&[
        (
            b"subnet",
            dir(&[(&SUBNET.id(), dir(&[(b"public_key", leaf(SUBNET.der()))]))]),
        ),
        (b"time", leaf(leb128(TIME))),
    ]);
    let vector = Vector::reject(
        "CERT-2",
        "brings-its-key",
        "No delegation, signed with a key that the tree itself reveals",
        input(&signed(&own, SUBNET), &scope),
        "root-signed-topology",
        "signed with the revealed key instead of the root key",
    );
    file.add(
        vector
            .clauses(&["CERT-14", "ROOT-1"])
            .note("Forged")
            .critical(),
    );
    let vector = Vector::accept(
        "root-signed-topology",
        "Signed with the root key, revealing another subnet's key",
        input(&signed(&own, ROOT), &scope),
    );
    file.add(vector.clauses(&["CERT-14", "CERT-2"]).note("Forged").high());
}

fn swap(tree: &Tree) -> Tree {
    match tree {
        Tree::Fork(left, right) => Tree::Fork(right.clone(), left.clone()),
        tree => tree.clone(),
    }
}

/// The first of many state trees whose root signature a function can do something with.
fn find(key: Key, pick: impl Fn(&[u8]) -> Option<Vec<u8>>) -> (Tree, Vec<u8>) {
    let found = (0..10_000).find_map(|nanosecond: u64| {
        let tree = state_at(leaf(leb128(TIME.saturating_add(nanosecond))));
        let picked = pick(&key.certify(&tree))?;
        Some((tree, picked))
    });
    found.unwrap_or((Tree::Empty, Vec::new()))
}

fn points(suite: &mut Suite) {
    let mut file = suite.file(OP, "points", "certificate::signature");
    file.note(
        "Form",
        "MALLEABILITY",
        "The bytes are not the one encoding of a signature.",
        "Lax: there are two encodings of the same signature, or verification is skipped.",
    );
    file.note(
        "Group",
        "AUTH_BYPASS",
        "The point is on the curve but not a member of the group, or it is the identity.",
        "Lax: signatures are malleable, and with the identity as key everybody signs for it.",
    );
    let scope = json!("none");
    let tree = state();
    let signature = ROOT.certify(&tree);
    let (ends_in_zero, short) = find(ROOT, |signature| {
        (signature.last() == Some(&0)).then(|| signature.get(..47).unwrap_or_default().to_vec())
    });
    let (has_other_form, unreduced) = find(ROOT, bls_unreduce_signature);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = signature.clone();
        change(&mut changed);
        changed
    };
    let mask = |mask: u8| {
        changed(&|signature: &mut Vec<u8>| {
            if let Some(first) = signature.first_mut() {
                *first ^= mask;
            }
        })
    };
    let cases: &[(&str, &str, &Tree, Vec<u8>, &str)] = &[
        (
            "empty",
            "An empty signature",
            &tree,
            vec![],
            "the signature emptied",
        ),
        (
            "bytes-47",
            "A signature without its last byte, which is zero",
            &ends_in_zero,
            short,
            "the last byte, 00, cut off",
        ),
        (
            "bytes-49",
            "A signature of 49 bytes",
            &tree,
            changed(&|signature: &mut Vec<u8>| signature.push(0)),
            "00 appended",
        ),
        (
            "bytes-96",
            "An uncompressed signature of 96 bytes",
            &tree,
            bls_decompress_signature(&signature).unwrap_or_default(),
            "written uncompressed",
        ),
        (
            "above-modulus",
            "A coordinate above the field modulus",
            &has_other_form,
            unreduced,
            "the modulus added to the coordinate",
        ),
        (
            "flag-uncompressed",
            "Without the flag for compression",
            &tree,
            mask(0x80),
            "the flag for compression cleared",
        ),
        (
            "flag-infinity",
            "With the flag for the identity and a coordinate",
            &tree,
            mask(0x40),
            "the flag for the identity set",
        ),
        (
            "off-curve",
            "A coordinate that no point has",
            &tree,
            bls_signature_off_curve(),
            "another coordinate",
        ),
        ("zeros", "48 zeros", &tree, vec![0; 48], "48 zeros"),
    ];
    for (slug, title, tree, signature, mutation) in cases {
        let input = input(&encoded(tree, signature, None), &scope);
        let vector = Vector::reject("CERT-3", *slug, *title, input, "root-signed", *mutation);
        file.add(vector.also(&["CERT-2"]).note("Form").high());
    }
    for (slug, title, tree) in [
        (
            "ends-in-zero",
            "A signature whose last byte is zero",
            ends_in_zero,
        ),
        (
            "low-coordinate",
            "A signature whose coordinate could also be written above the modulus",
            has_other_form,
        ),
    ] {
        let vector = Vector::accept(slug, title, input(&signed(&tree, ROOT), &scope));
        file.add(vector.clauses(&["CERT-3", "CERT-4"]).note("Form"));
    }

    let outside = bls_signature_outside_group(&signature).unwrap_or_default();
    let vector = Vector::reject(
        "CERT-4",
        "signature-outside",
        "A signature with a component outside the group, to which pairings are blind",
        input(&encoded(&tree, &outside, None), &scope),
        "root-signed",
        "a point of cofactor order added to the signature",
    );
    file.add(vector.also(&["CERT-2", "CERT-3"]).note("Group").critical());
    let inner = Topology::sharded().tree();
    let outside = bls_signature_outside_group(&ROOT.certify(&inner)).unwrap_or_default();
    let bytes = encoded(
        &tree,
        &SUBNET.certify(&tree),
        Some(delegation(&SUBNET.id(), &encoded(&inner, &outside, None))),
    );
    let vector = Vector::reject(
        "CERT-4",
        "delegation-signature-outside",
        "The same in the delegation's certificate",
        input(&bytes, &for_member()),
        "delegated",
        "a point of cofactor order added to the delegation's signature",
    );
    file.add(vector.also(&["SDEL-3", "CERT-3"]).note("Group").critical());
    let short = ROOT.certify(&inner).get(..47).unwrap_or_default().to_vec();
    let bytes = encoded(
        &tree,
        &SUBNET.certify(&tree),
        Some(delegation(&SUBNET.id(), &encoded(&inner, &short, None))),
    );
    let vector = Vector::reject(
        "CERT-3",
        "delegation-bytes-47",
        "The signature in the delegation's certificate has 47 bytes",
        input(&bytes, &for_member()),
        "delegated",
        "the last byte of the delegation's signature cut off",
    );
    file.add(vector.also(&["SDEL-3"]).note("Form").high());

    let with_key = |key: &[u8]| Topology {
        public_key: Some(leaf(bls_key_to_der(key))),
        ..Topology::sharded()
    };
    let outside = with_key(&bls_key_outside_group(&SUBNET.raw()).unwrap_or_default());
    let vector = Vector::reject(
        "CERT-4",
        "key-outside",
        "A subnet key with a component outside the group",
        input(&delegated(&tree, &outside), &for_member()),
        "delegated",
        "a point of cofactor order added to the key",
    );
    file.add(vector.also(&["CERT-2", "SDEL-5"]).note("Group").critical());
    let identity = with_key(&BLS_IDENTITY_KEY).delegation();
    let vector = Vector::reject(
        "CERT-4",
        "key-identity",
        "The identity as subnet key and as signature",
        input(
            &encoded(&tree, &BLS_IDENTITY_SIGNATURE, Some(identity)),
            &for_member(),
        ),
        "delegated",
        "key and signature replaced by the identity",
    );
    file.add(vector.also(&["CERT-2", "SDEL-5"]).note("Group").critical());
    let off_curve = with_key(&[&[0x80][..], &[0; 94], &[1]].concat());
    let vector = Vector::reject(
        "CERT-4",
        "key-off-curve",
        "A subnet key that is no point",
        input(&delegated(&tree, &off_curve), &for_member()),
        "delegated",
        "another coordinate in the key",
    );
    file.add(
        vector
            .also(&["CERT-2", "CERT-3", "SDEL-5"])
            .note("Group")
            .critical(),
    );
}

fn root_keys(suite: &mut Suite) {
    let mut file = suite.file(OP, "root-key", "certificate::signature");
    file.note(
        "RootKey",
        "BASIC",
        "The verifier's root key decides, and has one form.",
        "Lax: the verifier trusts another network, or a key that is none.",
    );
    let scope = json!("none");
    let with_root = |bytes: &[u8], scope: &Value, key: &[u8]| {
        with(input(bytes, scope), &json!({"root_key": hex(key)}))
    };
    let root_signed = signed(&state(), ROOT);
    let usual = super::fixture::usual();
    let vector = Vector::reject(
        "CERT-2",
        "other-root",
        "Signed with another root key",
        with_root(&root_signed, &scope, &OTHER.der()),
        "root-signed",
        "another root key given",
    );
    file.add(vector.clauses(&["ROOT-1"]).note("RootKey").critical());
    let vector = Vector::reject(
        "SDEL-3",
        "other-root-delegated",
        "Delegated by another root key",
        with_root(&usual, &for_member(), &OTHER.der()),
        "delegated",
        "another root key given",
    );
    file.add(vector.clauses(&["ROOT-1"]).note("RootKey").critical());
    let vector = Vector::accept(
        "other-network",
        "Another root key, and a certificate signed with it",
        with_root(&signed(&state(), OTHER), &scope, &OTHER.der()),
    );
    file.add(
        vector
            .clauses(&["ROOT-1", "ROOT-4", "CERT-14"])
            .note("RootKey")
            .high(),
    );

    let der = ROOT.der();
    let swapped_oids = swapped_oids(&ROOT.raw());
    let mut unused_bits = der.clone();
    if let Some(byte) = unused_bits.get_mut(36) {
        *byte = 1;
    }
    let cases: &[(&str, &str, Vec<u8>, &str)] = &[
        (
            "root-raw",
            "The bare 96 bytes as root key",
            ROOT.raw(),
            "the DER form taken off",
        ),
        (
            "root-132",
            "A root key of 132 bytes",
            der.get(1..).unwrap_or_default().to_vec(),
            "the first byte cut off",
        ),
        (
            "root-134",
            "A root key of 134 bytes",
            [&[0], der.as_slice()].concat(),
            "00 put in front",
        ),
        (
            "root-swapped-oids",
            "Algorithm and curve of the root key exchanged",
            swapped_oids,
            "the object identifiers exchanged",
        ),
        (
            "root-unused-bits",
            "One unused bit in the root key's bit string",
            unused_bits,
            "the count of unused bits 0 → 1",
        ),
    ];
    for (slug, title, key, mutation) in cases {
        let vector = Vector::reject(
            "ROOT-4",
            *slug,
            *title,
            with_root(&root_signed, &scope, key),
            "root-signed",
            *mutation,
        );
        file.add(vector.also(&["SDEL-5"]).note("RootKey").high());
    }
    let tree = state();
    let outside = bls_key_to_der(&bls_key_outside_group(&ROOT.raw()).unwrap_or_default());
    let vector = Vector::reject(
        "CERT-4",
        "root-outside",
        "A root key with a component outside the group",
        with_root(&root_signed, &scope, &outside),
        "root-signed",
        "a point of cofactor order added to the key",
    );
    file.add(
        vector
            .also(&["CERT-2", "ROOT-4"])
            .note("RootKey")
            .critical(),
    );
    let identity = encoded(&tree, &BLS_IDENTITY_SIGNATURE, None);
    let vector = Vector::reject(
        "CERT-4",
        "root-identity",
        "The identity as root key and as signature",
        with_root(&identity, &scope, &bls_key_to_der(&BLS_IDENTITY_KEY)),
        "root-signed",
        "key and signature replaced by the identity",
    );
    file.add(
        vector
            .also(&["CERT-2", "ROOT-4"])
            .note("RootKey")
            .critical(),
    );
}

/// The DER form of a key with algorithm and curve exchanged, which has the same length.
pub(super) fn swapped_oids(key: &[u8]) -> Vec<u8> {
    let part = |range: core::ops::Range<usize>| DER_PREFIX.get(range).unwrap_or_default();
    [part(0..5), part(20..34), part(5..20), part(34..37), key].concat()
}
