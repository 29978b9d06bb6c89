//! Texts with wrong characters or dashes.

use super::{bytes, canonical, group, some_bytes, text};
use crate::{Suite, Vector};

pub(super) fn decode_characters(suite: &mut Suite) {
    let mut file = suite.file(
        "principal.decode_text",
        "characters",
        "principal::decode_characters",
    );
    file.note(
        "Alphabet",
        "MALLEABILITY",
        "A character that is not of the alphabet stands in an otherwise right text.",
        "One principal has several texts, so that comparisons of texts and deny lists fail.",
    );
    file.note(
        "LookAlike",
        "EDGE_CASE",
        "A character that people take for one of the alphabet.",
        "Two texts that look the same are taken for the same.",
    );
    for (index, letter) in "abcdefghijklmnopqrstuvwxyz234567".chars().enumerate() {
        // A principal whose text has this letter somewhere: the first such one in a fixed sequence.
        let found = (0_u16..).find_map(|counter| {
            let bytes = [&counter.to_be_bytes()[..], &[1]].concat();
            let text = canonical(&bytes);
            text.contains(letter).then_some((bytes, text))
        });
        let Some((principal, known)) = found else {
            continue;
        };
        let slug = format!("letter-{letter}");
        let title = format!("A text with the character {letter:?}, number {index} of the alphabet");
        file.add(
            Vector::accept(slug, title, text(&known))
                .clauses(&["PRIN-13", "PRIN-12"])
                .output(bytes(&principal)),
        );
    }
    let root = "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe";
    for (slug, title, from, to) in [
        ("digit-0", "A zero for the letter o", "jop6k", "j0p6k"),
        ("digit-1", "A one for the letter l", "7ltgs", "71tgs"),
        ("digit-8", "An eight for the letter b", "vb5e6", "v85e6"),
    ] {
        let mutation = format!("{from} → {to}");
        let bad = root.replace(from, to);
        file.add(
            Vector::reject("PRIN-13", slug, title, text(&bad), "root-subnet", mutation)
                .note("LookAlike")
                .high(),
        );
    }
    for (slug, title, bad, mutation) in [
        (
            "digit-9",
            "A digit that is not in the alphabet",
            "em77e-bvlzu-9q",
            "a → 9",
        ),
        (
            "full-width",
            "A full-width letter",
            "em77e-bvlzu-\u{ff41}q",
            "a → U+FF41",
        ),
        (
            "cyrillic",
            "A Cyrillic letter",
            "em77e-bvlzu-\u{430}q",
            "a → U+0430",
        ),
        (
            "accent",
            "A letter with an accent",
            "em77e-bvlzu-\u{e1}q",
            "a → U+00E1",
        ),
        ("plus", "A plus sign of Base64", "em77e-bvlzu-+q", "a → +"),
        ("slash", "A slash of Base64", "em77e-bvlzu-/q", "a → /"),
        (
            "emoji",
            "A character of four bytes",
            "em77e-bvlzu-\u{1f511}q",
            "a → U+1F511",
        ),
        (
            "padding",
            "Padding to sixteen characters",
            "em77e-bvlzu-aq====",
            "==== added",
        ),
        (
            "one-padding",
            "One padding character",
            "em77e-bvlzu-aq=",
            "= added",
        ),
        (
            "leading-space",
            "A space at the beginning",
            " em77e-bvlzu-aq",
            "space added",
        ),
        (
            "trailing-space",
            "A space at the end",
            "em77e-bvlzu-aq ",
            "space added",
        ),
        (
            "line-feed",
            "A line feed at the end",
            "em77e-bvlzu-aq\n",
            "line feed added",
        ),
        (
            "inner-space",
            "A space inside a group",
            "em7 7e-bvlzu-aq",
            "space added",
        ),
        (
            "spaces-for-dashes",
            "Spaces between the groups",
            "em77e bvlzu aq",
            "- → space",
        ),
        (
            "underscores",
            "Underscores between the groups",
            "em77e_bvlzu_aq",
            "- → _",
        ),
        ("dots", "Dots between the groups", "em77e.bvlzu.aq", "- → ."),
        (
            "soft-hyphens",
            "Soft hyphens",
            "em77e\u{ad}bvlzu\u{ad}aq",
            "- → U+00AD",
        ),
        (
            "hyphens",
            "Typographic hyphens",
            "em77e\u{2010}bvlzu\u{2010}aq",
            "- → U+2010",
        ),
        (
            "minus-signs",
            "Minus signs",
            "em77e\u{2212}bvlzu\u{2212}aq",
            "- → U+2212",
        ),
        (
            "nul",
            "A zero character at the end",
            "em77e-bvlzu-aq\u{0}",
            "U+0000 added",
        ),
        (
            "byte-order-mark",
            "A byte order mark",
            "\u{feff}em77e-bvlzu-aq",
            "U+FEFF added",
        ),
        (
            "zero-width",
            "A zero-width space",
            "em77e-bv\u{200b}lzu-aq",
            "U+200B added",
        ),
        (
            "quotes",
            "Quotation marks",
            "\"em77e-bvlzu-aq\"",
            "quotation marks added",
        ),
    ] {
        file.add(
            Vector::reject("PRIN-13", slug, title, text(bad), "spec-example", mutation)
                .note("Alphabet"),
        );
    }
    // k and s of these texts have upper and lower case outside of ASCII.
    let with_k = "rrkah-fqaaa-aaaaa-aaaaq-cai";
    file.add(
        Vector::reject(
            "PRIN-13",
            "kelvin-sign",
            "The Kelvin sign, whose lower case is k",
            text(&with_k.replace('k', "\u{212a}")),
            "registry",
            "k → U+212A",
        )
        .note("LookAlike"),
    );
    file.add(
        Vector::reject(
            "PRIN-13",
            "long-s",
            "The long s, whose upper case is S",
            text("2vx\u{17f}x-fae"),
            "anonymous",
            "s → U+017F",
        )
        .note("LookAlike"),
    );
    file.add(
        Vector::reject(
            "PRIN-13",
            "dotless-i",
            "The dotless i, whose upper case is I",
            text("ck4\u{131}g-id7"),
            "reserved-one-byte",
            "i → U+0131",
        )
        .note("LookAlike"),
    );
    for length in [1_usize, 2, 4, 6, 7, 9, 29] {
        let letters = canonical(&some_bytes("length", length)).replace('-', "");
        let bad = group(&format!("{letters}a"));
        let mut vector = Vector::reject(
            "PRIN-13",
            format!("extra-character-{length}"),
            format!("{length} bytes and one more character, a number that no bytes have"),
            text(&bad),
            format!("length-{length}"),
            "a added",
        )
        .note("Alphabet")
        .also(&["PRIN-11", "PRIN-18"]);
        if bad.len() > 63 {
            vector = vector.also(&["PRIN-16"]);
        }
        file.add(vector);
    }
}

pub(super) fn decode_groups(suite: &mut Suite) {
    let mut file = suite.file(
        "principal.decode_text",
        "groups",
        "principal::decode_groups",
    );
    file.note(
        "Grouping",
        "MALLEABILITY",
        "The characters are right and the dashes are not.",
        "One principal has several texts, so that comparisons of texts and deny lists fail.",
    );
    let mut add = |slug: String, title: String, bad: &str, twin: &str, mutation: String| {
        file.add(
            Vector::reject("PRIN-14", slug, title, text(bad), twin, mutation).note("Grouping"),
        );
    };
    for (slug, title, bad, mutation) in [
        (
            "no-dashes",
            "No dashes at all",
            "em77ebvlzuaq",
            "both dashes removed",
        ),
        (
            "no-first-dash",
            "Without the first dash",
            "em77ebvlzu-aq",
            "first dash removed",
        ),
        (
            "no-last-dash",
            "Without the last dash",
            "em77e-bvlzuaq",
            "last dash removed",
        ),
        (
            "leading-dash",
            "A dash at the beginning",
            "-em77e-bvlzu-aq",
            "dash added",
        ),
        (
            "trailing-dash",
            "A dash at the end",
            "em77e-bvlzu-aq-",
            "dash added",
        ),
        (
            "two-trailing-dashes",
            "Two dashes at the end",
            "em77e-bvlzu-aq--",
            "two dashes added",
        ),
        (
            "doubled-dash",
            "A dash twice",
            "em77e--bvlzu-aq",
            "first dash doubled",
        ),
        (
            "early-dash",
            "The first dash one character early",
            "em77-ebvlzu-aq",
            "dash moved",
        ),
        (
            "late-dash",
            "The first dash one character late",
            "em77eb-vlzu-aq",
            "dash moved",
        ),
        (
            "early-last-dash",
            "The last dash one character early",
            "em77e-bvlz-uaq",
            "dash moved",
        ),
        (
            "late-last-dash",
            "The last dash one character late",
            "em77e-bvlzua-q",
            "dash moved",
        ),
        ("fours", "Groups of four", "em77-ebvl-zuaq", "regrouped"),
        ("sixes", "Groups of six", "em77eb-vlzuaq", "regrouped"),
        (
            "dash-in-group",
            "A third dash inside a group",
            "em77e-bv-lzu-aq",
            "dash added",
        ),
    ] {
        add(
            slug.to_owned(),
            title.to_owned(),
            bad,
            "spec-example",
            mutation.to_owned(),
        );
    }
    add(
        "trailing-dash-full-group".to_owned(),
        "A dash after a last group of five".to_owned(),
        &format!("{}-", canonical(&some_bytes("full-group", 21))),
        "length-21",
        "dash added".to_owned(),
    );
    add(
        "management-no-dash".to_owned(),
        "The management canister without its dash".to_owned(),
        "aaaaaaa",
        "management",
        "dash removed".to_owned(),
    );
    let longest = canonical(&some_bytes("length", 29));
    for position in 0..10_usize {
        let place = position.saturating_mul(6).saturating_add(5);
        let (before, after) = longest.split_at(place);
        let without = format!("{before}{}", after.trim_start_matches('-'));
        let number = position.saturating_add(1);
        add(
            format!("longest-no-dash-{number}"),
            format!("29 bytes without dash number {number} of 10"),
            &without,
            "length-29",
            format!("dash {number} removed"),
        );
    }
}
