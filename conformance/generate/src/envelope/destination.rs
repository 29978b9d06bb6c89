//! Vectors of `envelope.verify` about the destination in the URL.

use model::cbor::Item;

use super::candid::record;
use super::draft::{Draft, call, query, read_state, user};
use super::{accept, reject};
use crate::certificate::fixture::{SUBNET, answer, canister, member};
use crate::{Answer, FileBuilder, Suite, Vector};

const CLAUSES: &[&str] = &["EFF-2", "EFF-3", "EFF-4", "EFF-5", "EFF-6", "EFF-7"];

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file("envelope.verify", "destinations", "envelope::destination");
    file.note(
        "Destination",
        "AUTH_BYPASS",
        "The id in the URL follows from the content of a call or query.",
        "A request reaches a subnet that it is not meant for.",
    );
    file.note(
        "Read",
        "BASIC",
        "A read_state request is bound to no destination; what it may read depends on the URL.",
        "Reads that the network serves are refused.",
    );
    normal(&mut file);
    creation(&mut file);
    managed(&mut file);
    chunked(&mut file);
    queries(&mut file);
    subnets(&mut file);
}

/// A canister to send to, and one not to send to.
fn ids() -> (Vec<u8>, Vec<u8>) {
    (member(), canister(0x20_0001))
}

fn good(file: &mut FileBuilder<'_>, slug: &str, title: &str, draft: &Draft) {
    file.add(
        accept(slug, title, draft)
            .clauses(CLAUSES)
            .note("Destination"),
    );
}

fn bad(
    file: &mut FileBuilder<'_>,
    clause: &str,
    slug: &str,
    title: &str,
    draft: &Draft,
    twin: &str,
) {
    file.add(
        reject(clause, slug, title, draft, twin, "destination")
            .also(&["EFF-4", "EFF-5"])
            .note("Destination"),
    );
}

fn normal(file: &mut FileBuilder<'_>) {
    let (id, other) = ids();
    for (kind, draft) in [("call", call()), ("query", query())] {
        let twin = format!("{kind}-to-canister");
        let signed = draft.clone().signed(&user());
        good(
            file,
            &twin,
            &format!("A {kind} at the endpoint of its canister"),
            &signed.clone().at_canister(&id),
        );
        good(
            file,
            &format!("{kind}-to-canister-anonymous"),
            &format!("An anonymous {kind} at the endpoint of its canister"),
            &draft.clone().at_canister(&id),
        );
        for (slug, title, destination) in [
            ("another", "another canister", other.clone()),
            ("management", "the management canister", vec![]),
            ("sender", "the sender", user().principal()),
            (
                "prefix",
                "a prefix of the id",
                id.get(..9).unwrap_or_default().to_vec(),
            ),
        ] {
            bad(
                file,
                "EFF-2",
                &format!("{kind}-to-canister-at-{slug}"),
                &format!("A {kind} at the endpoint of {title}"),
                &signed.clone().at_canister(&destination),
                &twin,
            );
        }
        bad(
            file,
            "EFF-2",
            &format!("{kind}-to-canister-anonymous-at-another"),
            &format!("An anonymous {kind} at the endpoint of another canister"),
            &draft.clone().at_canister(&other),
            &twin,
        );
        // Methods of the management canister mean nothing elsewhere.
        bad(
            file,
            "EFF-2",
            &format!("{kind}-create-canister-of-canister"),
            &format!("A {kind} of create_canister, but of a normal canister"),
            &draft
                .calling("create_canister")
                .signed(&user())
                .at_canister(&other),
            &twin,
        );
    }
    for (slug, draft) in [
        ("canister", read_state().signed(&user()).at_canister(&other)),
        (
            "subnet",
            read_state().signed(&user()).at_subnet(&SUBNET.id()),
        ),
        ("management", read_state().signed(&user()).at_canister(&[])),
    ] {
        let title = format!("A read_state request at a {slug}");
        file.add(
            accept(&format!("read-at-{slug}"), &title, &draft)
                .clauses(CLAUSES)
                .note("Read"),
        );
    }
}

/// A management request with this method and argument.
pub(super) fn manage(draft: Draft, method: &str, arg: Vec<u8>) -> Draft {
    draft
        .to(&[])
        .calling(method)
        .with("arg", Item::Bytes(arg))
        .signed(&user())
}

fn creation(file: &mut FileBuilder<'_>) {
    let (id, other) = ids();
    for method in ["create_canister", "provisional_create_canister_with_cycles"] {
        let slug = method.replace('_', "-");
        for (place, destination) in [
            ("any-canister", id.clone()),
            ("user", user().principal()),
            ("management", vec![]),
        ] {
            for (with, arg) in [
                ("settings", record(&[])),
                ("id", record(&[("canister_id", &other)])),
                ("nothing", Vec::new()),
            ] {
                good(
                    file,
                    &format!("{slug}-at-{place}-with-{with}"),
                    &format!("{method} at a {place}, its argument has {with}"),
                    &manage(call(), method, arg).at_canister(&destination),
                );
            }
        }
    }
}

fn managed(file: &mut FileBuilder<'_>) {
    let (id, other) = ids();
    for method in [
        "install_code",
        "stop_canister",
        "canister_status",
        "upload_chunk",
    ] {
        let slug = method.replace('_', "-");
        let draft = manage(call(), method, record(&[("canister_id", &id)]));
        let twin = format!("{slug}-at-canister");
        good(
            file,
            &twin,
            &format!("{method} at the endpoint of the managed canister"),
            &draft.clone().at_canister(&id),
        );
        for (place, title, destination) in [
            ("another", "another canister", other.clone()),
            ("management", "the management canister", vec![]),
        ] {
            bad(
                file,
                "EFF-5",
                &format!("{slug}-at-{place}"),
                &format!("{method} at the endpoint of {title}"),
                &draft.clone().at_canister(&destination),
                &twin,
            );
        }
    }
    for (slug, title, method, arg) in [
        (
            "raw-rand",
            "raw_rand, which has no argument",
            "raw_rand",
            record(&[]),
        ),
        (
            "list-canisters-called",
            "list_canisters as a call",
            "list_canisters",
            record(&[]),
        ),
        (
            "no-canister-id",
            "stop_canister with another member",
            "stop_canister",
            record(&[("target_canister", &id)]),
        ),
    ] {
        for (place, destination) in [("canister", id.clone()), ("management", vec![])] {
            bad(
                file,
                "EFF-5",
                &format!("{slug}-at-{place}"),
                &format!("{title}, at a {place}"),
                &manage(call(), method, arg.clone()).at_canister(&destination),
                "stop-canister-at-canister",
            );
        }
    }
}

fn chunked(file: &mut FileBuilder<'_>) {
    let (id, other) = ids();
    let store = canister(0x30_0001);
    let method = "install_chunked_code";
    let full = record(&[("store_canister", &store), ("target_canister", &id)]);
    let twin = "install-chunked-code-at-target";
    good(
        file,
        twin,
        "install_chunked_code at the endpoint of the target",
        &manage(call(), method, full.clone()).at_canister(&id),
    );
    let both = record(&[("canister_id", &other), ("target_canister", &id)]);
    good(
        file,
        "install-chunked-code-with-canister-id",
        "install_chunked_code with a needless canister_id, at the endpoint of the target",
        &manage(call(), method, both.clone()).at_canister(&id),
    );
    // The text goes on to the next case where there is no target.
    good(
        file,
        "install-chunked-code-without-target",
        "install_chunked_code without a target, but with a canister_id",
        &manage(call(), method, record(&[("canister_id", &id)])).at_canister(&id),
    );
    for (slug, title, arg, destination) in [
        ("at-another", "at another canister", &full, &other),
        ("at-store", "at the store canister", &full, &store),
        (
            "at-canister-id",
            "at the needless canister_id",
            &both,
            &other,
        ),
    ] {
        bad(
            file,
            "EFF-4",
            &format!("install-chunked-code-{slug}"),
            &format!("install_chunked_code {title}"),
            &manage(call(), method, arg.clone()).at_canister(destination),
            twin,
        );
    }
    bad(
        file,
        "EFF-5",
        "install-chunked-code-no-id",
        "install_chunked_code without a target",
        &manage(call(), method, record(&[("store_canister", &store)])).at_canister(&store),
        twin,
    );
}

fn queries(file: &mut FileBuilder<'_>) {
    let (id, other) = ids();
    let list = |destination: &[u8]| {
        manage(query(), "list_canisters", record(&[])).at_canister(destination)
    };
    good(
        file,
        "list-canisters-at-canister",
        "list_canisters at a canister",
        &list(&id),
    );
    good(
        file,
        "list-canisters-at-management",
        "list_canisters at the management canister",
        &list(&[]),
    );
    for method in ["canister_status", "fetch_canister_logs"] {
        let slug = method.replace('_', "-");
        let draft = manage(query(), method, record(&[("canister_id", &id)]));
        let twin = format!("query-{slug}-at-canister");
        good(
            file,
            &twin,
            &format!("A query of {method} at the endpoint of the managed canister"),
            &draft.clone().at_canister(&id),
        );
        for (place, title, destination) in [
            ("another", "another canister", other.clone()),
            ("management", "the management canister", vec![]),
        ] {
            bad(
                file,
                "EFF-6",
                &format!("query-{slug}-at-{place}"),
                &format!("A query of {method} at the endpoint of {title}"),
                &draft.clone().at_canister(&destination),
                &twin,
            );
        }
        bad(
            file,
            "EFF-6",
            &format!("query-{slug}-no-id"),
            &format!("A query of {method} without canister_id"),
            &manage(query(), method, record(&[])).at_canister(&id),
            &twin,
        );
    }
    bad(
        file,
        "EFF-6",
        "query-create-canister",
        "create_canister as a query",
        &manage(query(), "create_canister", record(&[])).at_canister(&id),
        "list-canisters-at-canister",
    );
}

fn subnets(file: &mut FileBuilder<'_>) {
    let (id, _) = ids();
    let subnet = SUBNET.id();
    let create = |method: &str| manage(call(), method, record(&[])).at_subnet(&subnet);
    let twin = "create-canister-at-subnet";
    good(
        file,
        twin,
        "create_canister at a subnet",
        &create("create_canister"),
    );
    let list = manage(query(), "list_canisters", record(&[])).at_subnet(&subnet);
    good(
        file,
        "list-canisters-at-subnet",
        "list_canisters at a subnet",
        &list,
    );
    for (slug, title, draft, twin) in [
        (
            "call-at-subnet",
            "A call to a normal canister",
            call().signed(&user()),
            twin,
        ),
        (
            "create-of-canister-at-subnet",
            "create_canister of a normal canister",
            call().calling("create_canister").signed(&user()),
            twin,
        ),
        (
            "stop-canister-at-subnet",
            "stop_canister",
            manage(call(), "stop_canister", record(&[("canister_id", &id)])),
            twin,
        ),
        (
            "list-canisters-called-at-subnet",
            "list_canisters as a call",
            manage(call(), "list_canisters", record(&[])),
            twin,
        ),
        (
            "query-at-subnet",
            "A query to a normal canister",
            query().signed(&user()),
            "list-canisters-at-subnet",
        ),
        (
            "list-of-canister-at-subnet",
            "list_canisters of a normal canister",
            query().calling("list_canisters").signed(&user()),
            "list-canisters-at-subnet",
        ),
        (
            "status-query-at-subnet",
            "A query of canister_status",
            manage(query(), "canister_status", record(&[("canister_id", &id)])),
            "list-canisters-at-subnet",
        ),
        (
            "create-query-at-subnet",
            "create_canister as a query",
            manage(query(), "create_canister", record(&[])),
            "list-canisters-at-subnet",
        ),
    ] {
        bad(
            file,
            "EFF-7",
            slug,
            &format!("{title} at a subnet"),
            &draft.at_subnet(&subnet),
            twin,
        );
    }
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The prose names one method for subnet endpoints, the abstract behaviour two.",
        "A client on a development network is refused.",
    );
    let draft = create("provisional_create_canister_with_cycles");
    let output = answer("envelope.verify", &draft.input());
    file.add(
        Vector::either(
            "subnet_call.methods",
            "provisional-create-at-subnet",
            "provisional_create_canister_with_cycles at a subnet",
            draft.input(),
        )
        .clauses(&["EFF-7"])
        .by("create", Answer::Reject)
        .by("create-and-provisional", Answer::Accept(output))
        .note("Open"),
    );
}
