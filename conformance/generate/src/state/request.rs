//! Request status.

use model::crypto::sha256;
use model::hashtree::Tree;
use model::input::hex;
use serde_json::{Value, json};

use super::{OP, Parts, ask, told_apart, with_entry};
use crate::certificate::fixture::{ROOT, TIME, dir, encoded, gap, input, leaf, leb128, with};
use crate::hashtree::forest;
use crate::vector::Answer;
use crate::{Suite, Vector};

pub(super) fn request_status(suite: &mut Suite) {
    let mut file = suite.file(OP, "request-status", "state::request_status");
    told_apart(&mut file);
    file.note(
        "Status",
        "BASIC",
        "What became of a request: its status, and with it a reply or a rejection.",
        "Wrong: a rejected call counts as replied, or the other way round.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text lists the codes that exist and does not say what a reader does with others.",
        "None; the report says which way an implementation went.",
    );
    let id = sha256(b"request");
    let read = json!({"kind": "request_status", "request_id": hex(&id)});
    let of = |parts: Parts<'_>| {
        ask(
            &with_entry(b"request_status", dir(&[(&id, dir(parts))])),
            &read,
        )
    };
    let status = |status: &str| (b"status".as_slice(), leaf(status));
    let reply = || (b"reply".as_slice(), leaf(b"DIDL\0\0"));
    let code = |code: u64| (b"reject_code".as_slice(), leaf(leb128(code)));
    let message = || (b"reject_message".as_slice(), leaf("no such method"));
    let error = || (b"error_code".as_slice(), leaf("IC0536"));
    let clauses = [
        "STATE-9",
        "STATE-10",
        "STATE-11",
        "STATE-12",
        "STATE-19",
        "LOOKUP-13",
        "CERT-8",
    ];

    let mut accepts: Vec<(String, String, Value)> = Vec::new();
    let mut accept = |slug: &str, title: &str, input: Value| {
        accepts.push((slug.to_owned(), title.to_owned(), input));
    };
    accept("received", "Received", of(&[status("received")]));
    accept("processing", "Processing", of(&[status("processing")]));
    accept("done", "Done: the reply was dropped", of(&[status("done")]));
    accept("replied", "Replied", of(&[status("replied"), reply()]));
    accept(
        "replied-empty",
        "Replied with an empty reply",
        of(&[status("replied"), (b"reply", leaf(b""))]),
    );
    accept(
        "rejected",
        "Rejected, with an error code",
        of(&[status("rejected"), code(5), message(), error()]),
    );
    accept(
        "rejected-no-error",
        "Rejected, without error code",
        of(&[status("rejected"), code(4), message()]),
    );
    accept(
        "rejected-empty-message",
        "Rejected with an empty message",
        of(&[status("rejected"), code(1), (b"reject_message", leaf(b""))]),
    );
    for number in [1, 2, 3, 6] {
        accept(
            &format!("rejected-{number}"),
            &format!("Rejected with code {number}"),
            of(&[status("rejected"), code(number), message()]),
        );
    }
    accept(
        "rejected-error-hidden",
        "Rejected, the error code pruned",
        of(&[
            (b"error_code", gap("error")),
            status("rejected"),
            code(5),
            message(),
        ]),
    );
    accept(
        "replied-others-hidden",
        "Replied, everything else pruned",
        of(&[
            (b"error_code", gap("error")),
            (b"reject_code", gap("code")),
            status("replied"),
            reply(),
        ]),
    );
    accept(
        "reply-hidden",
        "Replied, the reply pruned",
        of(&[status("replied"), (b"reply", gap("reply"))]),
    );
    accept(
        "code-hidden",
        "Rejected, the code pruned",
        of(&[status("rejected"), (b"reject_code", gap("code")), message()]),
    );
    accept(
        "message-hidden",
        "Rejected, the message pruned",
        of(&[
            status("rejected"),
            code(5),
            (b"reject_message", gap("message")),
        ]),
    );
    accept(
        "status-hidden",
        "The status pruned",
        of(&[(b"status", gap("status"))]),
    );
    accept(
        "request-hidden",
        "The request pruned",
        ask(&with_entry(b"request_status", gap("requests")), &read),
    );
    let neighbours = forest(&[
        Tree::labeled([0; 32], gap("low")),
        Tree::labeled([0xff; 32], gap("high")),
    ]);
    accept(
        "request-absent",
        "The request is not there",
        ask(&with_entry(b"request_status", neighbours.clone()), &read),
    );
    let between = forest(&[
        Tree::labeled([0; 32], gap("low")),
        gap("between"),
        Tree::labeled([0xff; 32], gap("high")),
    ]);
    accept(
        "request-between",
        "The request may be in a pruned tree",
        ask(&with_entry(b"request_status", between), &read),
    );
    accept(
        "no-requests",
        "No requests at all",
        ask(
            &dir(&[(b"canister", gap("c")), (b"time", leaf(leb128(TIME)))]),
            &read,
        ),
    );
    accept("status-absent", "A request without status", of(&[reply()]));
    for (slug, title, input) in accepts {
        file.add(
            Vector::accept(slug, title, input)
                .clauses(&clauses)
                .note("Status")
                .note("ToldApart")
                .high(),
        );
    }
    let text = ask(
        &with_entry(
            b"request_status",
            dir(&[(hex(&id).as_bytes(), dir(&[status("received")]))]),
        ),
        &read,
    );
    let vector = Vector::accept(
        "text-label",
        "The request id in hex as label is another request",
        text,
    );
    file.add(
        vector
            .output(json!({"result": "absent"}))
            .clauses(&["STATE-19"])
            .note("Status"),
    );

    let rejects: &[(&str, &str, &str, Value, &str, &str)] = &[
        (
            "STATE-9",
            "status-unknown",
            "An unknown status",
            of(&[status("pending")]),
            "received",
            "received → pending",
        ),
        (
            "STATE-9",
            "status-upper",
            "A status in upper case",
            of(&[status("RECEIVED")]),
            "received",
            "received → RECEIVED",
        ),
        (
            "STATE-9",
            "status-empty",
            "An empty status",
            of(&[status("")]),
            "received",
            "the status emptied",
        ),
        (
            "STATE-9",
            "status-space",
            "A status with a space",
            of(&[status("received ")]),
            "received",
            "a space appended",
        ),
        (
            "STATE-10",
            "no-reply",
            "Replied without reply",
            of(&[status("replied")]),
            "replied",
            "the reply left out",
        ),
        (
            "STATE-10",
            "reply-when-rejected",
            "Rejected with a reply",
            of(&[status("rejected"), code(5), message(), reply()]),
            "rejected-no-error",
            "a reply added",
        ),
        (
            "STATE-10",
            "reply-when-processing",
            "Processing with a reply",
            of(&[status("processing"), reply()]),
            "processing",
            "a reply added",
        ),
        (
            "STATE-10",
            "reply-when-done",
            "Done with a reply",
            of(&[status("done"), reply()]),
            "done",
            "a reply added",
        ),
        (
            "STATE-11",
            "no-code",
            "Rejected without code",
            of(&[status("rejected"), message()]),
            "rejected-no-error",
            "the code left out",
        ),
        (
            "STATE-11",
            "no-message",
            "Rejected without message",
            of(&[status("rejected"), code(5)]),
            "rejected-no-error",
            "the message left out",
        ),
        (
            "STATE-11",
            "code-0",
            "Rejected with code 0",
            of(&[status("rejected"), code(0), message()]),
            "rejected-1",
            "code 1 → 0",
        ),
        (
            "STATE-11",
            "code-when-replied",
            "Replied with a reject code",
            of(&[status("replied"), reply(), code(5)]),
            "replied",
            "a reject code added",
        ),
        (
            "STATE-11",
            "message-when-replied",
            "Replied with a reject message",
            of(&[status("replied"), reply(), message()]),
            "replied",
            "a reject message added",
        ),
        (
            "STATE-11",
            "code-when-received",
            "Received with a reject code",
            of(&[status("received"), code(5)]),
            "received",
            "a reject code added",
        ),
        (
            "STATE-12",
            "error-when-replied",
            "Replied with an error code",
            of(&[status("replied"), reply(), error()]),
            "replied",
            "an error code added",
        ),
        (
            "STATE-12",
            "error-when-done",
            "Done with an error code",
            of(&[status("done"), error()]),
            "done",
            "an error code added",
        ),
        (
            "CERT-8",
            "message-no-utf8",
            "A reject message that is no UTF-8",
            of(&[
                status("rejected"),
                code(5),
                (b"reject_message", leaf([0xff, 0xfe])),
            ]),
            "rejected-no-error",
            "the message replaced by ff fe",
        ),
        (
            "CERT-8",
            "code-big-endian",
            "A reject code in eight bytes",
            of(&[
                status("rejected"),
                (b"reject_code", leaf(5_u64.to_be_bytes())),
                message(),
            ]),
            "rejected-no-error",
            "the code written in big-endian",
        ),
        (
            "CERT-8",
            "code-trailing",
            "A byte after the reject code",
            of(&[
                status("rejected"),
                (b"reject_code", leaf([5, 0])),
                message(),
            ]),
            "rejected-no-error",
            "00 appended to the code",
        ),
    ];
    for (clause, slug, title, input, twin, mutation) in rejects {
        let vector = Vector::reject(*clause, *slug, *title, input.clone(), *twin, *mutation);
        file.add(vector.note("Status").high());
    }
    for number in [7, 300] {
        let input = of(&[status("rejected"), code(number), message()]);
        let output = json!({"result": "found", "value":
            {"status": "rejected", "reject_code": number.to_string(), "reject_message": "no such method"}});
        let vector = Vector::either(
            "reject_code.unknown",
            format!("code-{number}"),
            format!("Rejected with code {number}"),
            input,
        )
        .by("accept", Answer::Accept(output))
        .by("reject", Answer::Reject);
        file.add(vector.clauses(&["STATE-11"]).note("Open"));
    }
    let tree = with_entry(
        b"request_status",
        dir(&[(&id, dir(&[status("replied"), reply()]))]),
    );
    let before = with_entry(
        b"request_status",
        dir(&[(&id, dir(&[status("processing")]))]),
    );
    let forged = encoded(&tree, &ROOT.certify(&before), None);
    let forged = with(input(&forged, &json!("none")), &json!({"read": read}));
    let vector = Vector::reject(
        "CERT-2",
        "forged-reply",
        "A reply put in after signing",
        forged,
        "replied",
        "the signature is on another state",
    );
    file.add(vector.note("Status").critical());
}
