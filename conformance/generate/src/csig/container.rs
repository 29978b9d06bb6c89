//! The encoding of canister signatures.

use model::cbor::{Item, NULL};
use model::crypto::{sha256, sha256_of};
use model::hashtree::Tree;
use serde_json::json;

use super::draft::{Draft, labels, parts, state_of};
use super::{OP, accept, reject};
use crate::certificate::fixture::leaf;
use crate::vector::Answer;
use crate::{FileBuilder, Suite, Vector};

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-container", "csig::container");
    file.note(
        "Container",
        "BASIC",
        "A signature is one tagged map of a certificate, as a byte string, and a tree, as it is.",
        "Lax: one signature has several encodings. Strict: no user of Internet Identity signs in.",
    );
    let draft = Draft::usual();
    let [certificate, tree] = parts(&draft.certificate(), &draft.tree);
    let input = |item: &Item| draft.input_of(&item.encode());
    let tagged = |fields: &[(&str, Item)]| input(&Item::record(fields).self_described());

    let usual = [certificate.clone(), tree.clone()];
    let swapped = [tree.clone(), certificate.clone()];
    let indefinite = Item::IndefiniteMap(vec![
        (Item::text("certificate"), certificate.1.clone()),
        (Item::text("tree"), tree.1.clone()),
    ]);
    for (slug, title, input) in [
        ("usual", "A signature under a delegation", tagged(&usual)),
        (
            "fields-swapped",
            "The tree before the certificate",
            tagged(&swapped),
        ),
    ] {
        file.add(accept(slug, title, input).note("Container"));
    }
    let vector = accept("replica", "A signature under a delegation", tagged(&usual));
    file.add(vector.replica().note("Container"));
    let answer = || Answer::Accept(json!({}));
    let vector = Vector::either(
        "cbor.indefinite_length",
        "canister-indefinite-map",
        "The map of indefinite length",
        input(&indefinite.self_described()),
    );
    let vector = vector.by("accept", answer()).by("reject", Answer::Reject);
    file.add(vector.clauses(&["CBOR-8", "CSIG-4"]).note("Container"));

    rejects(&mut file, &draft, &usual);
    fields(&mut file, &draft, &usual);
    truncated(suite, &draft);
    levels(suite);
}

/// Tags, and what stands around the map.
fn rejects(file: &mut FileBuilder<'_>, draft: &Draft, usual: &[(&str, Item); 2]) {
    let map = Item::record(usual);
    let encoded = map.clone().self_described().encode();
    let other_tag = Item::Tag(55798, Box::new(map.clone()));
    let twice = map.clone().self_described().self_described();
    let array = Item::Array(usual.iter().map(|(_, item)| item.clone()).collect());
    let cases: &[(&str, &str, Vec<u8>, &str)] = &[
        ("untagged", "No tag", map.encode(), "the tag left out"),
        (
            "other-tag",
            "The tag 55798",
            other_tag.encode(),
            "another tag",
        ),
        ("tag-twice", "The tag twice", twice.encode(), "a second tag"),
        (
            "trailing",
            "A byte behind the signature",
            [encoded.as_slice(), &[0]].concat(),
            "a byte appended",
        ),
        (
            "array",
            "An array instead of the map",
            array.self_described().encode(),
            "the names left out",
        ),
        ("empty", "No bytes", Vec::new(), "everything left out"),
        (
            "raw",
            "64 bytes, as of a plain signature",
            [sha256(b"r"), sha256(b"s")].concat(),
            "random bytes instead",
        ),
    ];
    for (slug, title, bytes, mutation) in cases {
        let input = draft.input_of(bytes);
        let vector = reject("CSIG-4", slug, title, input, "usual", mutation);
        file.add(vector.note("Container"));
    }
    let vector = reject(
        "CSIG-4",
        "replica-untagged",
        "No tag, which is needed here under every preset",
        draft.input_of(&map.encode()),
        "replica",
        "the tag left out",
    );
    file.add(vector.replica().note("Container"));
}

/// The fields of the map.
fn fields(file: &mut FileBuilder<'_>, draft: &Draft, [certificate, tree]: &[(&str, Item); 2]) {
    let tagged =
        |fields: &[(&str, Item)]| draft.input_of(&Item::record(fields).self_described().encode());
    let bytes = draft.certificate();
    let inline = model::cbor::decode(&bytes).unwrap_or(NULL);
    let with_tree = |item: Item| [certificate.clone(), ("tree", item)];
    let with_certificate = |item: Item| [("certificate", item), tree.clone()];
    let short = Tree::fork(Tree::Pruned(vec![7; 31]), draft.tree.clone());
    let cases: &[(&str, &str, Vec<(&str, Item)>, &str)] = &[
        (
            "no-certificate",
            "No certificate",
            vec![tree.clone()],
            "the certificate left out",
        ),
        (
            "no-tree",
            "No tree",
            vec![certificate.clone()],
            "the tree left out",
        ),
        ("no-fields", "An empty map", vec![], "both fields left out"),
        (
            "certificate-twice",
            "The certificate twice, an empty one first",
            vec![
                ("certificate", Item::bytes(b"")),
                certificate.clone(),
                tree.clone(),
            ],
            "a second certificate",
        ),
        (
            "tree-twice",
            "The tree twice, an empty one first",
            vec![
                certificate.clone(),
                ("tree", Tree::Empty.to_item()),
                tree.clone(),
            ],
            "a second tree",
        ),
        (
            "tree-as-bytes",
            "The tree wrapped in a byte string",
            with_tree(Item::bytes(&draft.tree.encode())).to_vec(),
            "a byte string around the tree",
        ),
        (
            "tree-tagged",
            "The tree with a tag of its own",
            with_tree(draft.tree.to_item().self_described()).to_vec(),
            "a tag before the tree",
        ),
        (
            "tree-null",
            "null for the tree",
            with_tree(NULL).to_vec(),
            "null instead of the tree",
        ),
        (
            "tree-hash",
            "The root hash for the tree",
            with_tree(Item::bytes(&draft.tree.root())).to_vec(),
            "the root hash instead of the tree",
        ),
        (
            "tree-short-hash",
            "A pruned hash of 31 bytes in the tree",
            with_tree(short.to_item()).to_vec(),
            "a node with a hash of 31 bytes added",
        ),
        (
            "certificate-inline",
            "The certificate as it is, not within a byte string",
            with_certificate(inline).to_vec(),
            "the byte string around the certificate left out",
        ),
        (
            "certificate-null",
            "null for the certificate",
            with_certificate(NULL).to_vec(),
            "null instead of the certificate",
        ),
    ];
    for (slug, title, fields, mutation) in cases {
        let vector = reject("CSIG-4", slug, title, tagged(fields), "usual", mutation);
        // A field that is not there may also show as one too many, or as a null.
        file.add(
            vector
                .also(&["CBOR-7", "CBOR-10", "CBOR-12", "CERT-9", "CERT-10"])
                .note("Container"),
        );
    }
    // Under this preset fields with other names count as absent.
    let upper_case = [
        ("Certificate", certificate.1.clone()),
        ("Tree", tree.1.clone()),
    ];
    let vector = reject(
        "CSIG-4",
        "replica-upper-case",
        "Names in upper case",
        tagged(&upper_case),
        "replica",
        "the first letters in upper case",
    );
    file.add(vector.replica().note("Container"));
    let extra = [
        certificate.clone(),
        tree.clone(),
        ("time", Item::Unsigned(0)),
    ];
    let clauses = &["CBOR-10", "CSIG-4"];
    let policy = "cbor.unknown_fields";
    let vector = Vector::either(
        policy,
        "canister-extra-field",
        "A third field",
        tagged(&extra),
    );
    let vector = vector
        .by("reject", Answer::Reject)
        .by("ignore", Answer::Accept(json!({})));
    file.add(vector.clauses(clauses).note("Container"));
    let slug = "canister-replica-extra-field";
    let vector = Vector::accept(slug, "A third field", tagged(&extra)).replica();
    file.add(vector.clauses(clauses).note("Container"));
}

/// Signatures that end early.
fn truncated(suite: &mut Suite, draft: &Draft) {
    let mut file = suite.file(OP, "canister-truncated", "csig::container");
    file.note(
        "Truncated",
        "RESOURCES",
        "The bytes end within the signature.",
        "Lax: garbage is taken for a signature. Otherwise: a crash, or reading beyond the end.",
    );
    let encoded = draft.encode();
    let vector = accept("whole", "The whole signature", draft.input());
    file.add(vector.note("Truncated"));
    let heads = [1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21];
    let tail = [
        1, 2, 3, 4, 36, 37, 38, 39, 72, 73, 76, 77, 80, 81, 82, 83, 84,
    ];
    let ends = heads.into_iter().chain(
        tail.into_iter()
            .rev()
            .map(|missing| encoded.len().saturating_sub(missing)),
    );
    for length in ends {
        let bytes = encoded.get(..length).unwrap_or_default();
        let vector = reject(
            "CSIG-4",
            &format!("truncated-{length}"),
            &format!("The first {length} bytes of {}", encoded.len()),
            draft.input_of(bytes),
            "whole",
            "the rest cut off",
        );
        file.add(vector.also(&["CERT-9"]).note("Truncated"));
    }
}

/// Deep trees.
fn levels(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-levels", "csig::container");
    file.note(
        "Levels",
        "RESOURCES",
        "The text sets no limit to nesting; everything needs some limit.",
        "Lax: a small signature exhausts the stack.",
    );
    // One fork, and as many labels as it takes below it, before `sig`.
    let draft = |levels: usize| {
        let names: Vec<&[u8]> = vec![b"deep"; levels.saturating_sub(1)];
        let draft = Draft::usual();
        let tree = Tree::fork(labels(&names, leaf("x")), draft.tree.clone());
        draft.shown(tree)
    };
    let vector = accept("levels-128", "A tree of 128 levels", draft(128).input());
    file.add(vector.clauses(&["TREE-12"]).note("Levels"));
    let certified = |levels: usize| {
        let names: Vec<&[u8]> = vec![b"a"; levels.saturating_sub(1)];
        let draft = Draft::usual();
        let state = Tree::fork(labels(&names, leaf("x")), draft.state());
        draft.in_state(state)
    };
    let vector = accept(
        "certificate-levels-128",
        "A certificate with a tree of 128 levels",
        certified(128).input(),
    );
    file.add(vector.clauses(&["TREE-12"]).note("Levels"));
    for levels in [129, 256, 257, 500] {
        let limited = |limit: usize| {
            if levels <= limit {
                Answer::Accept(json!({}))
            } else {
                Answer::Reject
            }
        };
        for (slug, title, draft) in [
            ("levels", "A tree", draft(levels)),
            (
                "certificate-levels",
                "A certificate with a tree",
                certified(levels),
            ),
        ] {
            let vector = Vector::either(
                "tree.levels",
                format!("canister-{slug}-{levels}"),
                format!("{title} of {levels} levels"),
                draft.input(),
            )
            .by("128", limited(128))
            .by("256", limited(256))
            .by("unbounded", limited(usize::MAX));
            file.add(vector.clauses(&["TREE-12"]).note("Levels"));
        }
    }
    for levels in [1_000_usize, 10_000] {
        let draft = Draft::usual();
        let mut root = Tree::leaf("x").root();
        for _ in 1..levels {
            root = sha256_of(&[b"\x13ic-hashtree-labeled", b"deep", &root]).to_vec();
        }
        let root = sha256_of(&[b"\x10ic-hashtree-fork", &root, &draft.tree.root()]);
        let encoded = [
            vec![0x83, 0x01],
            b"\x83\x02\x44deep".repeat(levels.saturating_sub(1)),
            Tree::leaf("x").encode(),
            draft.tree.encode(),
        ];
        let draft = draft
            .clone()
            .in_state(state_of(&[(&draft.canister, leaf(root))]));
        let fields = [
            ("certificate", Item::bytes(&draft.certificate())),
            ("tree", Item::Raw(encoded.concat())),
        ];
        let encoded = Item::record(&fields).self_described().encode();
        let vector = Vector::either(
            "tree.levels",
            format!("canister-levels-{levels}"),
            format!("A tree of {levels} levels"),
            draft.input_of(&encoded),
        )
        .by("128", Answer::Reject)
        .by("256", Answer::Reject)
        .by("unbounded", Answer::Accept(json!({})));
        file.add(vector.clauses(&["TREE-12"]).note("Levels"));
    }
}
