//! Internet Identity: seeds and keys here, stable memory in `storage`.

mod draft;
mod record;
mod storage;

use model::input::{hex, unhex};
use serde_json::{Value, json};

use crate::vector::Answer;
use crate::{Suite, Vector};

/// The salt of the oldest published backup of the service's memory.
const SALT: &str = "4d7e3481726397f6676c832ac5c95328a7d48aa669b81c8877933208da64a2d0";

/// Internet Identity itself.
const CANISTER: &str = "00000000000000070101";

/// The first canister of the first subnet, which the service's tests run as.
const TEST_CANISTER: &str = "00000000000000000101";

const TESTS: &str = "tests of Internet Identity";
const COMPUTED: &str = "computed by an independent program that gives the published values, too";

/// The clauses that an anchor's seed is evidence for.
const ANCHORS: &[&str] = &[
    "II-SEED-1",
    "II-SEED-2",
    "II-SEED-3",
    "II-SEED-4",
    "II-SEED-5",
];

/// The clauses that an account's seed is evidence for.
const ACCOUNTS: &[&str] = &[
    "II-SEED-2",
    "II-SEED-3",
    "II-SEED-4",
    "II-SEED-5",
    "II-SEED-6",
];

/// Adds the vectors.
pub(crate) fn generate(suite: &mut Suite) {
    known(suite);
    numbers(suite);
    origins(suite);
    salts(suite);
    user_keys(suite);
    storage::generate(suite);
}

/// The two operations that derive seeds.
#[derive(Clone, Copy)]
struct Kind {
    op: &'static str,
    number: &'static str,
    clauses: &'static [&'static str],
}

const KINDS: [Kind; 2] = [
    Kind {
        op: "ii.seed",
        number: "anchor",
        clauses: ANCHORS,
    },
    Kind {
        op: "ii.account_seed",
        number: "account",
        clauses: ACCOUNTS,
    },
];

impl Kind {
    fn input(self, salt: &str, number: u64, origin: &str) -> Value {
        json!({"salt": salt, self.number: number.to_string(), "origin": origin})
    }

    fn usual(self, number: u64, origin: &str) -> Value {
        self.input(SALT, number, origin)
    }

    fn accept(self, slug: &str, title: &str, input: Value) -> Vector {
        Vector::accept(slug, title, input)
            .clauses(self.clauses)
            .critical()
    }
}

fn known(suite: &mut Suite) {
    let cases: [(Kind, &str, u64, &str, &str, &str); 5] = [
        (
            KINDS[0],
            "known-bare-host",
            10_030,
            "example.com",
            "3a8926914dd1c836ec67ba66ac6425c21dffd3ca5c5968855f87780a1ec57985",
            TESTS,
        ),
        (
            KINDS[0],
            "known-origin",
            10_030,
            "https://example.com",
            "086f0bd733ea37ee5f51859853d93a631b6eb3e7ec5d9cd5c1ef0542e23d54fb",
            COMPUTED,
        ),
        (
            KINDS[0],
            "known-other-origin",
            10_030,
            "https://some-dapp.com",
            "c568c5e2c066cedf27e952fd40eed418508d9d3557c2088a08af5787c24367ae",
            COMPUTED,
        ),
        (
            KINDS[1],
            "known-account-1",
            1,
            "https://some-dapp.com",
            "7a522528ab003e0a042b92d52d378905514a5649b9a965d62ab63573082c3a8d",
            COMPUTED,
        ),
        (
            KINDS[1],
            "known-account-2",
            2,
            "https://some-dapp.com",
            "d66cd8d30b19c91a7376e77f10bbba70a71401a84641d3e5db1d3319286983c9",
            COMPUTED,
        ),
    ];
    for (kind, slug, number, origin, seed, source) in cases {
        let mut file = suite.file(kind.op, "known", "ii::known");
        file.note(
            "Known",
            "BASIC",
            "The seed decides who the user is at an application.",
            "Users lose everything they have there.",
        );
        let title = format!("{} {number} at {origin}", kind.number);
        let vector = kind.accept(slug, &title, kind.usual(number, origin));
        let vector = vector.output(json!({"seed": seed})).source(source);
        file.add(vector.note("Known"));
    }
}

fn numbers(suite: &mut Suite) {
    for kind in KINDS {
        let mut file = suite.file(kind.op, "numbers", "ii::numbers");
        file.note(
            "Number",
            "BASIC",
            "Numbers are hashed as decimal digits.",
            "Users lose everything they have at an application.",
        );
        for number in [
            0,
            9,
            10,
            9_999,
            10_000,
            9_007_199_254_740_993,
            u64::MAX / 2,
            u64::MAX / 2 + 1,
            u64::MAX,
        ] {
            let title = format!("The number {number}");
            let input = kind.usual(number, "https://example.com");
            let vector = kind.accept(&format!("number-{number}"), &title, input);
            file.add(vector.note("Number"));
        }
    }
}

fn origins(suite: &mut Suite) {
    for kind in KINDS {
        let mut file = suite.file(kind.op, "origins", "ii::origins");
        file.note(
            "Verbatim",
            "BASIC",
            "The origin is hashed as it is, whatever it looks like.",
            "Users lose everything they have at an application, or two applications share their users.",
        );
        file.note(
            "Length",
            "AUTH_BYPASS",
            "The length of the origin has to fit into one byte.",
            "Lax: the origin of another application may be hashed to the same seed.",
        );
        for (slug, title, origin) in [
            ("empty", "An empty origin", ""),
            ("letters", "Upper-case letters", "https://EXAMPLE.com"),
            (
                "default-port",
                "The default port written out",
                "https://example.com:443",
            ),
            ("port", "Another port", "http://localhost:4943"),
            ("slash", "A slash at the end", "https://example.com/"),
            ("path", "A path", "https://example.com/login"),
            ("no-scheme", "A host without scheme", "example.com"),
            ("other-scheme", "Another scheme", "http://example.com"),
            (
                "canister",
                "A canister's own origin",
                "https://rdmx6-jaaaa-aaaaa-aaadq-cai.ic0.app",
            ),
            ("space", "A space in front", " https://example.com"),
        ] {
            let input = kind.usual(10_000, origin);
            let vector = kind.accept(&format!("origin-{slug}"), title, input);
            file.add(vector.note("Verbatim"));
        }
        let long = |length: usize| {
            let origin = "https://".chars().chain("abcdefghi.".chars().cycle());
            origin.take(length).collect::<String>()
        };
        for length in [128, 253, 254, 255] {
            let title = format!("An origin of {length} bytes");
            let input = kind.usual(10_000, &long(length));
            let vector = kind.accept(&format!("origin-{length}-bytes"), &title, input);
            file.add(vector.note("Length"));
        }
        for (slug, title, origin, mutation) in [
            (
                "256-bytes",
                "An origin of 256 bytes",
                long(256),
                "one byte longer",
            ),
            (
                "257-bytes",
                "An origin of 257 bytes",
                long(257),
                "two bytes longer",
            ),
            (
                "511-bytes",
                "An origin of 511 bytes, whose length ends in the byte 255",
                long(511),
                "256 bytes longer",
            ),
            (
                "128-characters",
                "An origin of 128 characters in 256 bytes",
                "é".repeat(128),
                "fewer characters, but one more byte",
            ),
        ] {
            let vector = Vector::reject(
                "II-SEED-4",
                format!("origin-{slug}"),
                title,
                kind.usual(10_000, &origin),
                "origin-255-bytes",
                mutation,
            );
            file.add(vector.note("Length").critical());
        }
        let host = "https://rdmx6-jaaaa-aaaaa-aaadq-cai";
        let seed = |domain: &str| {
            let input = kind.usual(10_000, &format!("{host}{domain}"));
            match model::run(kind.op, &input, None) {
                model::Outcome::Ok(output) => output,
                _ => Value::Null,
            }
        };
        let vector = Vector::either(
            "ii.legacy_origins",
            "origin-icp0",
            "A canister's origin below icp0.io",
            kind.usual(10_000, &format!("{host}.icp0.io")),
        )
        .by("caller", Answer::Accept(seed(".icp0.io")))
        .by("seed", Answer::Accept(seed(".ic0.app")));
        file.add(vector.clauses(&["II-SEED-5", "II-SEED-8"]).note("Verbatim"));
    }
}

fn salts(suite: &mut Suite) {
    for kind in KINDS {
        let mut file = suite.file(kind.op, "salts", "ii::salts");
        file.note(
            "Salt",
            "AUTH_BYPASS",
            "The salt is 32 bytes from the IC's randomness.",
            "Lax: without a salt anyone finds out which users are the same.",
        );
        let ask = |salt: &[u8]| kind.input(&hex(salt), 10_000, "https://example.com");
        for (slug, title, salt) in [
            ("salt", "The usual salt", unhex(SALT).unwrap_or_default()),
            ("salt-ones", "A salt of ones only", vec![0xff; 32]),
            (
                "salt-one",
                "A salt of zeros but for the last bit",
                [vec![0; 31], vec![1]].concat(),
            ),
        ] {
            file.add(kind.accept(slug, title, ask(&salt)).note("Salt"));
        }
        for length in [0_usize, 1, 16, 31, 33, 64] {
            let salt: Vec<u8> = (1..=64_u8).take(length).collect();
            let vector = Vector::reject(
                "II-SEED-2",
                format!("salt-{length}-bytes"),
                format!("A salt of {length} bytes"),
                ask(&salt),
                "salt",
                "a salt of another length",
            );
            file.add(vector.note("Salt").critical());
        }
        let zeros = ask(&[0; 32]);
        let blob = |number: &[u8]| {
            let account: &[u8] = if kind.number == "account" {
                b"\x09<account>"
            } else {
                b""
            };
            let parts: [&[u8]; 5] = [&[32], &[0; 32], account, number, b"\x13https://example.com"];
            model::crypto::sha256(&parts.concat())
        };
        let seed = json!({"seed": hex(&blob(b"\x0510000"))});
        let vector = Vector::either(
            "ii.unset_salt",
            "salt-zeros",
            "A salt of zeros only, which stands for none",
            zeros,
        )
        .by("reject", Answer::Reject)
        .by("accept", Answer::Accept(seed));
        file.add(vector.clauses(&["II-SEED-2"]).note("Salt"));
    }
}

fn user_keys(suite: &mut Suite) {
    let op = "ii.user_key";
    let mut file = suite.file(op, "keys", "ii::user_keys");
    file.note(
        "Key",
        "BASIC",
        "The user's key is a canister-signature key of the service with the seed.",
        "Users lose everything they have at an application.",
    );
    let seed = "3a8926914dd1c836ec67ba66ac6425c21dffd3ca5c5968855f87780a1ec57985";
    let input = |canister: &str, seed: &str| json!({"canister_id": canister, "seed": seed});
    let accept = |slug: &str, title: &str, input: Value| {
        Vector::accept(slug, title, input)
            .clauses(&["II-SEED-7"])
            .note("Key")
            .critical()
    };
    let known: [(&str, &str, &str, &str, &str); 4] = [
        (
            "known-bare-host",
            "The user of anchor 10030 at example.com",
            seed,
            "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe",
            TESTS,
        ),
        (
            "known-origin",
            "The user of anchor 10030 at https://example.com",
            "086f0bd733ea37ee5f51859853d93a631b6eb3e7ec5d9cd5c1ef0542e23d54fb",
            "de3jr-xej5l-krxnh-7uumg-wzu5s-lah3m-7zwfa-vuuat-f5y66-yvvn3-cae",
            COMPUTED,
        ),
        (
            "known-other-origin",
            "The user of anchor 10030 at https://some-dapp.com",
            "c568c5e2c066cedf27e952fd40eed418508d9d3557c2088a08af5787c24367ae",
            "pzknr-b33cj-6g6li-vuefn-s2gfd-ouzvv-4jms4-dbkcp-7hlsj-mwb2i-rqe",
            COMPUTED,
        ),
        (
            "known-account-1",
            "The user of account 1 at https://some-dapp.com",
            "7a522528ab003e0a042b92d52d378905514a5649b9a965d62ab63573082c3a8d",
            "zrvgm-mncge-okknx-iqsyj-4hv5j-6dmxe-gi3ds-hcy5y-6sjhv-zgsgz-mqe",
            COMPUTED,
        ),
    ];
    for (slug, title, seed, principal, source) in known {
        let decoded = model::run("principal.decode_text", &json!({"text": principal}), None);
        let model::Outcome::Ok(principal) = decoded else {
            continue;
        };
        let prefix = "303c300c060a2b0601040183b8430102032c000a";
        let output = json!({
            "spki": format!("{prefix}{CANISTER}{seed}"),
            "principal": principal["bytes"],
        });
        let vector = accept(slug, title, input(CANISTER, seed));
        file.add(vector.output(output).source(source));
    }
    for (slug, title, canister) in [
        (
            "test-canister",
            "The canister of the service's tests",
            TEST_CANISTER,
        ),
        ("short-id", "A canister id of one byte", "01"),
        ("empty-id", "An empty canister id", ""),
        ("long-id", "A canister id of 29 bytes", &"07".repeat(29)),
    ] {
        file.add(accept(slug, title, input(canister, seed)));
    }
    for (slug, title, seed) in [
        ("seed-zeros", "A seed of zeros", "00".repeat(32)),
        ("seed-ones", "A seed of ones", "ff".repeat(32)),
    ] {
        file.add(accept(slug, title, input(CANISTER, &seed)));
    }
}
