//! Client data: its JSON, and the challenge in it.

use model::crypto::sha256;
use serde_json::{Value, json};

use super::webauthn::with;
use super::{DELEGATION, OP, REQUEST, accept, request, request_where};
use crate::signer::Signer;
use crate::signer::assertion::{Assertion, ORIGIN, base64url};
use crate::vector::Answer;
use crate::{FileBuilder, Suite, Vector};

/// The twin of most flaws here.
const TWIN: &str = "webauthn-es256-request";

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.file(OP, "webauthn-challenge", "sig::client_data");
    file.note(
        "Challenge",
        "AUTH_BYPASS",
        "The challenge is the whole payload in unpadded base64url.",
        "A signature that a website asked for serves as one for a request.",
    );
    file.note(
        "Alphabet",
        "MALLEABILITY",
        "The challenge has one encoding.",
        "Signatures have several forms, or those of browsers are not understood.",
    );
    challenges(&mut file);
    encodings(&mut file);
    let mut file = suite.file(OP, "webauthn-client-data", "sig::client_data");
    file.note(
        "Json",
        "EDGE_CASE",
        "Client data is one JSON object in UTF-8 with one challenge.",
        "Two programs see different challenges in the same bytes.",
    );
    file.note(
        "Free",
        "INTEROP",
        "Nothing but the challenge and the signature is checked.",
        "Signatures that the IC takes are rejected.",
    );
    file.note(
        "Open",
        "OPEN_QUESTION",
        "The text is silent, and deployed programs differ.",
        "Whether a signature is valid depends on the program.",
    );
    malformed(&mut file);
    free(&mut file);
    questions(&mut file);
}

fn signer() -> Signer {
    Signer::webauthn_es256("webauthn-es256/user")
}

/// An input with this client data, signed for the usual request.
fn signed(client_data: &[u8]) -> Value {
    signed_for(&request("request"), client_data)
}

fn signed_for(payload: &[u8], client_data: &[u8]) -> Value {
    let assertion = Assertion::with_client_data(client_data).sign(&signer());
    with(&signer(), payload, &assertion)
}

/// Usual client data with this challenge, written as it is.
fn client_data(challenge: &str) -> String {
    format!(
        r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#
    )
}

fn challenges(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let message = payload.get(REQUEST.len()..).unwrap_or_default();
    for (slug, title, challenge, mutation) in [
        (
            "hashed",
            "The challenge is the SHA-256 of the payload",
            sha256(&payload).to_vec(),
            "the challenge → its SHA-256",
        ),
        (
            "no-separator",
            "The challenge is the payload without its separator",
            message.to_vec(),
            "the separator left out",
        ),
        (
            "other-request",
            "The challenge is another request",
            request("other request"),
            "the challenge of another request",
        ),
        (
            "other-separator",
            "The challenge has the separator of delegations",
            [DELEGATION, message].concat(),
            "the separator of delegations",
        ),
        (
            "prefix",
            "The challenge lacks the last byte of the payload",
            payload
                .split_last()
                .map(|(_, rest)| rest.to_vec())
                .unwrap_or_default(),
            "the last byte left out",
        ),
        (
            "longer",
            "The challenge has a byte more than the payload",
            [payload.as_slice(), &[0]].concat(),
            "a byte 00 at the end",
        ),
        ("empty", "The challenge is empty", Vec::new(), "no bytes"),
    ] {
        let data = client_data(&base64url(&challenge));
        let vector = Vector::reject(
            "SIG-WEBAUTHN-7",
            format!("webauthn-challenge-{slug}"),
            title,
            signed(data.as_bytes()),
            TWIN,
            mutation,
        );
        file.add(vector.note("Challenge").critical());
    }
    let empty = signed_for(b"", client_data("").as_bytes());
    let title = "An empty payload, and an empty challenge";
    file.add(accept("webauthn-empty-payload", title, empty).note("Challenge"));
}

fn encodings(file: &mut FileBuilder<'_>) {
    let special = request_where("special", |payload| {
        let text = base64url(payload);
        text.contains('-') && text.contains('_')
    });
    let text = base64url(&special);
    let input = signed_for(&special, client_data(&text).as_bytes());
    let twin = "webauthn-special-characters";
    let title = "A challenge with both - and _";
    file.add(accept(twin, title, input).note("Alphabet").high());
    let standard = text.replace('-', "+").replace('_', "/");
    let vector = Vector::reject(
        "SIG-WEBAUTHN-8",
        "webauthn-standard-alphabet",
        "The same in the standard alphabet",
        signed_for(&special, client_data(&standard).as_bytes()),
        twin,
        "- → +, _ → /",
    );
    file.add(vector.also(&["SIG-WEBAUTHN-7"]).note("Alphabet"));

    // A payload of 43 bytes leaves two bits of its last character unused.
    let payload = request("request");
    let text = base64url(&payload);
    let last = text.chars().next_back().unwrap_or('A');
    let next = char::from_u32(u32::from(last).saturating_add(1)).unwrap_or('B');
    let unused = format!("{}{next}", text.strip_suffix(last).unwrap_or_default());
    let vector = Vector::reject(
        "SIG-WEBAUTHN-8",
        "webauthn-unused-bits",
        "A challenge whose unused bits are not zero",
        signed(client_data(&unused).as_bytes()),
        TWIN,
        "the last character replaced by the next one",
    );
    file.add(vector.also(&["SIG-WEBAUTHN-7"]).note("Alphabet"));

    let short = request("x").get(..42).unwrap_or_default().to_vec();
    let zero: &[(&str, &str, &[u8], &str)] = &[
        (
            "webauthn-padded-1",
            "One character of padding",
            &payload,
            "=",
        ),
        (
            "webauthn-padded-2",
            "Two characters of padding",
            short.get(..40).unwrap_or_default(),
            "==",
        ),
    ];
    for (slug, title, payload, padding) in zero {
        let data = client_data(&format!("{}{padding}", base64url(payload)));
        let input = signed_for(payload, data.as_bytes());
        let vector = Vector::either("webauthn.padding", *slug, *title, input)
            .by("reject", Answer::Reject)
            .by("accept", Answer::Accept(json!({})));
        file.add(vector.clauses(&["SIG-WEBAUTHN-8"]).note("Alphabet"));
    }
}

fn malformed(file: &mut FileBuilder<'_>) {
    let payload = request("request");
    let challenge = base64url(&payload);
    let other = base64url(&request("other request"));
    let usual = client_data(&challenge);
    let with_second = |second: &str| usual.replace("\"origin\"", &format!("{second},\"origin\""));
    let member = |value: &str| format!(r#""challenge":"{value}""#);
    let no_challenge = usual.replace(&format!("{},", member(&challenge)), "");
    let number = usual.replace(&format!("\"{challenge}\""), "7");
    let mut invalid = usual.replace("identity", "?dentity").into_bytes();
    invalid
        .iter_mut()
        .filter(|byte| **byte == b'?')
        .for_each(|byte| *byte = 0xff);
    let first = usual.replace(
        &member(&challenge),
        &format!("{},{}", member(&other), member(&challenge)),
    );
    for (slug, title, data, mutation) in [
        (
            "challenge-twice",
            "The challenge twice, with the same value",
            with_second(&member(&challenge)).into_bytes(),
            "the challenge again",
        ),
        (
            "challenge-first",
            "Two challenges, of which the first is right",
            with_second(&member(&other)).into_bytes(),
            "another challenge after it",
        ),
        (
            "challenge-last",
            "Two challenges, of which the last is right",
            first.into_bytes(),
            "another challenge before it",
        ),
        (
            "challenge-escaped-twice",
            "Two challenges, one with its name escaped",
            with_second(&format!(r#""\u0063hallenge":"{other}""#)).into_bytes(),
            "another challenge after it, its first letter as escape",
        ),
        (
            "no-challenge",
            "No challenge",
            no_challenge.into_bytes(),
            "the challenge left out",
        ),
        (
            "challenge-number",
            "A number for the challenge",
            number.into_bytes(),
            "the challenge → 7",
        ),
        (
            "challenge-nested",
            "The challenge in an object within",
            usual
                .replace(
                    &member(&challenge),
                    &format!("\"more\":{{{}}}", member(&challenge)),
                )
                .into_bytes(),
            "the challenge moved into an object",
        ),
        (
            "trailing-comma",
            "A comma after the last member",
            usual.replace('}', ",}").into_bytes(),
            "a comma before }",
        ),
        (
            "bom",
            "A byte-order mark",
            [b"\xef\xbb\xbf", usual.as_bytes()].concat(),
            "three bytes EF BB BF in front",
        ),
        (
            "invalid-utf8",
            "A byte FF in the origin",
            invalid,
            "a letter of the origin → FF",
        ),
        (
            "trailing-brace",
            "A brace after the object",
            format!("{usual}}}").into_bytes(),
            "} at the end",
        ),
        (
            "second-object",
            "Another object after it",
            format!("{usual}{{}}").into_bytes(),
            "{} at the end",
        ),
    ] {
        let vector = Vector::reject(
            "SIG-WEBAUTHN-14",
            format!("webauthn-{slug}"),
            title,
            signed(&data),
            TWIN,
            mutation,
        );
        let also = [
            "SIG-WEBAUTHN-7",
            "SIG-WEBAUTHN-8",
            "SIG-WEBAUTHN-6",
            "CBOR-4",
        ];
        file.add(vector.also(&also).note("Json").critical());
    }
}

fn free(file: &mut FileBuilder<'_>) {
    let challenge = base64url(&request("request"));
    let usual = client_data(&challenge);
    let letters = challenge.get(1..).unwrap_or_default();
    let first = challenge.chars().next().map_or(0, u32::from);
    let escaped = client_data(&format!("\\u{first:04x}{letters}"));
    for (slug, title, data) in [
        (
            "type-create",
            "The type webauthn.create",
            usual.replace("webauthn.get", "webauthn.create"),
        ),
        (
            "origin-http",
            "An origin without encryption",
            usual.replace("https://", "http://"),
        ),
        ("origin-empty", "An empty origin", usual.replace(ORIGIN, "")),
        (
            "cross-origin",
            "crossOrigin true",
            usual.replace("false", "true"),
        ),
        (
            "top-origin",
            "A further member topOrigin",
            usual.replace("false", r#"true,"topOrigin":"https://other.example""#),
        ),
        (
            "unknown-members",
            "Further members of every kind",
            usual.replace(
                "false",
                r#"false,"a":[1,-2.5e3,null,[]],"b":{"challenge":"?"},"c":"\ud83d\ude00""#,
            ),
        ),
        (
            "white-space",
            "White space around everything",
            format!(" {} ", usual.replace(',', "\t,\r\n")),
        ),
        (
            "challenge-escaped",
            "The first character of the challenge as escape",
            escaped,
        ),
        (
            "name-escaped",
            "The name of the challenge with an escape",
            usual.replace("challenge", r"\u0063hallenge"),
        ),
        (
            "challenge-in-origin",
            "An origin that looks like another challenge",
            usual.replace(ORIGIN, r#"\"challenge\":\"AAAA\""#),
        ),
    ] {
        let vector = accept(format!("webauthn-{slug}"), title, signed(data.as_bytes()));
        file.add(vector.note("Free").high());
        let title = format!("{title}, as replicas take it");
        let vector = accept(
            format!("webauthn-{slug}-replica"),
            title,
            signed(data.as_bytes()),
        );
        file.add(vector.replica().note("Free"));
    }
    for (slug, title, flags) in [
        ("no-user", "No flag for the presence of a user", 0_u8),
        ("unverified", "A user who is present and not verified", 1),
        (
            "all-flags",
            "All flags, with nothing of what they announce",
            0xff,
        ),
    ] {
        let mut assertion = Assertion::of(&request("request"));
        if let Some(byte) = assertion.authenticator_data.get_mut(32) {
            *byte = flags;
        }
        let input = with(&signer(), &request("request"), &assertion.sign(&signer()));
        file.add(
            accept(format!("webauthn-{slug}"), title, input)
                .note("Free")
                .high(),
        );
    }
}

fn questions(file: &mut FileBuilder<'_>) {
    let usual = client_data(&base64url(&request("request")));
    let yes = || Answer::Accept(json!({}));
    for (slug, title, data) in [
        (
            "no-type",
            "No type",
            usual.replace(r#""type":"webauthn.get","#, ""),
        ),
        (
            "type-null",
            "Null for the type",
            usual.replace(r#""webauthn.get""#, "null"),
        ),
        (
            "no-origin",
            "No origin",
            usual.replace(&format!(r#","origin":"{ORIGIN}""#), ""),
        ),
        (
            "origin-number",
            "A number for the origin",
            usual.replace(&format!("\"{ORIGIN}\""), "7"),
        ),
    ] {
        let input = signed(data.as_bytes());
        let slug = format!("webauthn-{slug}");
        let vector = Vector::either("webauthn.type_and_origin", &slug, title, input.clone())
            .by("free", yes())
            .by("strings", Answer::Reject);
        file.add(
            vector
                .clauses(&["SIG-WEBAUTHN-13", "SIG-WEBAUTHN-14"])
                .note("Open"),
        );
        let vector = Vector::reject(
            "SIG-WEBAUTHN-14",
            format!("{slug}-replica"),
            format!("{title}, where type and origin must be strings"),
            input,
            "webauthn-tagged-replica",
            title,
        );
        file.add(vector.replica().also(&["SIG-WEBAUTHN-13"]).note("Open"));
    }
    let further = |member: &str| usual.replace("false", &format!("false,{member}"));
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        further(&format!(r#""more":{open}{close}"#))
    };
    let members = |count: usize| {
        let members = (0..count).map(|number| format!(r#""m{number}":0"#));
        further(&members.collect::<Vec<_>>().join(","))
    };
    for (slug, title, data) in [
        ("webauthn-nested-16", "16 levels of arrays", nested(16)),
        ("webauthn-members-64", "64 members", members(60)),
    ] {
        file.add(accept(slug, title, signed(data.as_bytes())).note("Open"));
    }
    for (policy, slug, title, data, rejects, accepts) in [
        (
            "json.duplicate_names",
            "webauthn-origin-twice",
            "The origin twice, with the same value",
            further(&format!(r#""origin":"{ORIGIN}""#)),
            "reject",
            "accept",
        ),
        (
            "json.duplicate_names",
            "webauthn-unknown-twice",
            "An unknown member twice",
            further(r#""more":1,"more":2"#),
            "reject",
            "accept",
        ),
        (
            "json.nesting",
            "webauthn-nested-17",
            "17 levels of arrays",
            nested(17),
            "16",
            "unlimited",
        ),
        (
            "json.members",
            "webauthn-members-65",
            "65 members",
            members(61),
            "64",
            "unlimited",
        ),
    ] {
        let vector = Vector::either(policy, slug, title, signed(data.as_bytes()));
        let vector = vector.by(rejects, Answer::Reject).by(accepts, yes());
        file.add(vector.clauses(&["SIG-WEBAUTHN-14"]).note("Open"));
    }
}
