//! The certificate within a canister signature, and what it says about the canister's data.

use model::cbor::Item;
use model::hashtree::Tree;
use serde_json::Value;

use super::draft::{Draft, encode, state_at, state_of, under_key};
use super::{CERTIFIED, OP, accept, reject};
use crate::certificate::fixture::{
    OTHER, ROOT, SUBNET, TIME, Topology, WEEK, canister, certificate, delegation, dir, encoded,
    gap, leaf, leb128, member, signed,
};
use crate::{FileBuilder, Suite};

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-certificate", "csig::certificate");
    file.note(
        "Certified",
        "AUTH_BYPASS",
        "The certificate goes back to the root key.",
        "Lax: anyone signs for every canister.",
    );
    trust(&mut file);
    no_root_key(&mut file);
    form(&mut file);
    times(&mut file);
    certified_data(suite);
}

/// Who signed the certificate.
fn trust(file: &mut FileBuilder<'_>) {
    let draft = Draft::usual();
    let (state, topology) = (draft.state(), Topology::sharded());
    file.add(
        accept(
            "delegated",
            "A certificate under a delegation",
            draft.input(),
        )
        .note("Certified"),
    );
    let undelegated = draft.clone().under(None);
    let vector = accept(
        "root-signed",
        "A certificate of the root subnet",
        undelegated.input(),
    );
    file.add(vector.note("Certified"));

    let with = |certificate: &[u8]| draft.input_of(&encode(certificate, &draft.tree));
    let negated = |mut signature: Vec<u8>| {
        if let Some(first) = signature.first_mut() {
            *first ^= 0x20;
        }
        signature
    };
    let link = Some(topology.delegation());
    let by = |signature: Vec<u8>| with(&encoded(&state, &signature, link.clone()));
    let tree = topology.tree();
    let foreign = delegation(&topology.subnet_id, &signed(&tree, OTHER));
    let flipped = encoded(&tree, &negated(ROOT.certify(&tree)), None);
    let flipped = delegation(&topology.subnet_id, &flipped);
    let outer = encoded(&tree, &SUBNET.certify(&tree), Some(topology.delegation()));
    let nested = delegation(&topology.subnet_id, &outer);
    let delegated_by = |link: &Item| {
        with(&encoded(
            &state,
            &SUBNET.certify(&state),
            Some(link.clone()),
        ))
    };
    let cases: &[(&str, &str, Value, &str, &str)] = &[
        (
            "other-root",
            "Under another root key",
            under_key(draft.input(), &OTHER.der()),
            "delegated",
            "another root key",
        ),
        (
            "other-root-undelegated",
            "No delegation, under another root key",
            under_key(undelegated.input(), &OTHER.der()),
            "root-signed",
            "another root key",
        ),
        (
            "negated",
            "The certificate's signature negated",
            by(negated(SUBNET.certify(&state))),
            "delegated",
            "one bit of the signature flipped",
        ),
        (
            "other-subnet",
            "Signed with another key than that delegated to",
            by(OTHER.certify(&state)),
            "delegated",
            "signed with another key",
        ),
        (
            "by-root",
            "Delegated, but signed with the root key",
            by(ROOT.certify(&state)),
            "delegated",
            "signed with the root key",
        ),
        (
            "delegation-dropped",
            "A subnet's certificate without its delegation",
            with(&encoded(&state, &SUBNET.certify(&state), None)),
            "delegated",
            "the delegation left out",
        ),
        (
            "foreign-delegation",
            "The delegation signed with another key than the root key",
            delegated_by(&foreign),
            "delegated",
            "the delegation signed with another key",
        ),
        (
            "delegation-negated",
            "The delegation's signature negated",
            delegated_by(&flipped),
            "delegated",
            "one bit of the delegation's signature flipped",
        ),
        (
            "nested",
            "A delegation within the delegation",
            delegated_by(&nested),
            "delegated",
            "the delegation's certificate delegated once more",
        ),
    ];
    for (slug, title, input, twin, mutation) in cases {
        let vector = reject("CSIG-5", slug, title, input.clone(), twin, mutation);
        file.add(vector.clauses(CERTIFIED).note("Certified"));
    }
}

/// No root key to go back to.
fn no_root_key(file: &mut FileBuilder<'_>) {
    let draft = Draft::usual();
    for (slug, title, input, twin) in [
        (
            "no-root-key",
            "A certificate under a delegation, without a root key to check it with",
            draft.input(),
            "delegated",
        ),
        (
            "no-root-key-undelegated",
            "A certificate of the root subnet, without a root key to check it with",
            draft.clone().under(None).input(),
            "root-signed",
        ),
        (
            "no-root-key-no-signature",
            "No signature, and no root key to check it with",
            draft.input_of(b""),
            "delegated",
        ),
    ] {
        let mut input = input;
        if let Some(fields) = input.as_object_mut() {
            fields.remove("root_key");
        }
        let mutation = "the root key left out";
        let vector = reject("CSIG-17", slug, title, input, twin, mutation);
        file.add(vector.also(&["CSIG-4", "CSIG-5"]).note("Certified"));
    }
}

/// The encoding of the certificate.
fn form(file: &mut FileBuilder<'_>) {
    file.note(
        "Form",
        "BASIC",
        "The byte string holds a certificate in its own form, by the rules for certificates.",
        "Lax: what can't be decoded isn't checked.",
    );
    let draft = Draft::usual();
    let state = draft.state();
    let link = Topology::sharded().delegation();
    let untagged = certificate(state.to_item(), &SUBNET.certify(&state), Some(link)).encode();
    let input = |certificate: &[u8]| draft.input_of(&encode(certificate, &draft.tree));
    let whole = draft.certificate();
    let half = whole.get(..whole.len() / 2).unwrap_or_default();
    let cases: &[(&str, &str, &[u8], &str)] = &[
        (
            "certificate-untagged",
            "A certificate without tag",
            &untagged,
            "the tag of the certificate left out",
        ),
        (
            "certificate-empty",
            "An empty certificate",
            b"",
            "nothing within the byte string",
        ),
        (
            "certificate-truncated",
            "The first half of a certificate",
            half,
            "the second half left out",
        ),
        (
            "certificate-trailing",
            "A byte behind the certificate",
            &[whole.as_slice(), &[0]].concat(),
            "a byte appended to the certificate",
        ),
    ];
    for (slug, title, bytes, mutation) in cases {
        let vector = reject("CSIG-5", slug, title, input(bytes), "delegated", mutation);
        file.add(vector.also(&["CSIG-4"]).note("Form"));
    }
    // The tag of the certificate is a matter of the preset, that of the signature isn't.
    let vector = accept(
        "replica-certificate-untagged",
        "A certificate without tag",
        input(&untagged),
    );
    file.add(vector.replica().note("Form"));
}

/// The time of the certificate.
fn times(file: &mut FileBuilder<'_>) {
    file.note(
        "Age",
        "INTEROP",
        "Nothing limits the age of the certificate, but it shows a time.",
        "Strict: delegations end before they expire.",
    );
    let draft = Draft::usual();
    let at = |time: Option<Vec<u8>>| {
        let state = state_at(&[(&draft.canister, leaf(draft.tree.root()))], time);
        draft.clone().in_state(state).input()
    };
    for (slug, title, time) in [
        ("at-zero", "Certified at the beginning of time", 0),
        ("at-year-ago", "Certified a year earlier", TIME - 52 * WEEK),
        ("at-end", "Certified at the end of time", u64::MAX),
    ] {
        let vector = accept(slug, title, at(Some(leb128(time))));
        file.add(vector.note("Age"));
    }
    let vector = reject(
        "CSIG-5",
        "no-time",
        "A certificate that shows no time",
        at(None),
        "delegated",
        "the time left out",
    );
    file.add(vector.clauses(CERTIFIED).note("Form"));
}

fn certified_data(suite: &mut Suite) {
    let mut file = suite.file(OP, "canister-data", "csig::certificate");
    file.note(
        "Data",
        "AUTH_BYPASS",
        "The canister certified the root hash of the tree, 32 bytes, and the certificate shows it.",
        "Lax: everybody signs for the canister, or one canister for another.",
    );
    let draft = Draft::usual();
    let root = draft.tree.root();
    let (own, other) = (member(), canister(0x10_4321));
    let input = |state: Tree| draft.clone().in_state(state).input();
    let data = |bytes: &[u8]| input(state_of(&[(&own, leaf(bytes))]));
    let with = |tree: Tree| input(state_of(&[(&own, tree)]));

    file.add(accept("data", "The root hash certified", data(&root)).note("Data"));
    let among = state_of(&[
        (&canister(0x10_0001), leaf([1; 32])),
        (&own, leaf(&root)),
        (&other, gap("other")),
    ]);
    let vector = accept(
        "data-among-others",
        "The data of other canisters shown, too",
        input(among),
    );
    file.add(vector.note("Data"));

    let without = dir(&[
        (
            b"canister",
            dir(&[(&own, dir(&[(b"module_hash", leaf([2; 32]))]))]),
        ),
        (b"time", leaf(leb128(TIME))),
    ]);
    let pruned = |canisters: Tree| {
        input(dir(&[
            (b"canister", canisters),
            (b"time", leaf(leb128(TIME))),
        ]))
    };
    let mut longer = root.clone();
    longer.push(0);
    let flipped: Vec<u8> = root.iter().map(|byte| byte ^ 1).collect();
    let cases: &[(&str, &str, Value, &str)] = &[
        (
            "data-flipped",
            "Another hash certified",
            data(&flipped),
            "one bit of each byte flipped",
        ),
        (
            "data-31-bytes",
            "The first 31 bytes of the root hash certified",
            data(root.get(..31).unwrap_or_default()),
            "the last byte left out",
        ),
        (
            "data-33-bytes",
            "The root hash and a zero byte certified",
            data(&longer),
            "a byte appended",
        ),
        (
            "data-empty",
            "Nothing certified",
            data(b""),
            "all bytes left out",
        ),
        (
            "data-hex",
            "The root hash certified in hexadecimal digits",
            data(model::input::hex(&root).as_bytes()),
            "digits instead of bytes",
        ),
        (
            "data-pruned",
            "The certified data pruned",
            with(leaf(&root).pruned()),
            "the value pruned",
        ),
        (
            "data-canister-pruned",
            "Everything about the canister pruned",
            pruned(dir(&[(&own, gap("canister"))])),
            "the canister pruned",
        ),
        (
            "data-canisters-pruned",
            "All canisters pruned",
            pruned(gap("canisters")),
            "the canisters pruned",
        ),
        (
            "data-absent",
            "A canister without certified data",
            input(without),
            "another entry instead",
        ),
        (
            "data-subtree",
            "A tree in place of the value",
            with(Tree::labeled("x", leaf(&root))),
            "the value one level deeper",
        ),
        (
            "data-of-other",
            "The root hash certified by another canister, nothing by this one",
            input(state_of(&[(&own, leaf(b"")), (&other, leaf(&root))])),
            "the two values swapped",
        ),
        (
            "data-only-of-other",
            "The root hash certified by another canister",
            input(state_of(&[(&other, leaf(&root))])),
            "another canister's data",
        ),
    ];
    for (slug, title, input, mutation) in cases {
        let vector = reject("CSIG-6", slug, title, input.clone(), "data", mutation);
        file.add(vector.clauses(CERTIFIED).note("Data"));
    }
}
