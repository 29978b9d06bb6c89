//! What deployed replicas were observed not to check.

use serde_json::json;

use super::requests::{known, of};
use super::{Ask, At, OP, access_note, path, user};
use crate::certificate::fixture::{OTHER, SUBNET, canister};
use crate::vector::Answer;
use crate::{Suite, Vector};

/// READ-21, and what deployed replicas were observed not to check.
pub(super) fn observed(suite: &mut Suite) {
    let mut file = suite.file(OP, "observed", "readstate::observed");
    access_note(&mut file);
    file.note(
        "Observed",
        "OPEN_QUESTION",
        "Deployed replicas were observed not to check these two conditions of the text.",
        "None; the report says which way an implementation went.",
    );
    let ranges = |id: &[u8]| path(&[b"canister_ranges", id]);
    let (subnet, other) = (SUBNET.id(), OTHER.id());
    for (slug, title, paths) in [
        (
            "ranges-same",
            "One subnet's ranges twice",
            vec![ranges(&subnet), ranges(&subnet)],
        ),
        (
            "ranges-other",
            "Another subnet's ranges",
            vec![ranges(&other)],
        ),
        (
            "ranges-and-flat",
            "A subnet's ranges, and another's key",
            vec![ranges(&subnet), path(&[b"subnet", &other, b"public_key"])],
        ),
    ] {
        let vector = Vector::accept(slug, title, Ask::new(At::subnet(), paths).input());
        file.add(vector.clauses(&["READ-12", "READ-21"]).note("Access"));
    }
    for (slug, title, at, paths) in [
        (
            "ranges-two",
            "The ranges of two subnets",
            At::subnet(),
            vec![ranges(&subnet), ranges(&other)],
        ),
        (
            "ranges-two-v2",
            "The ranges of two subnets at v2",
            At::Subnet(2, subnet.clone()),
            vec![ranges(&subnet), path(&[b"time"]), ranges(&other)],
        ),
    ] {
        let vector = Vector::reject(
            "READ-21",
            slug,
            title,
            Ask::new(at, paths).input(),
            "ranges-same",
            "another subnet in the last path",
        );
        file.add(vector.note("Access").high());
    }
    let vector = Vector::either(
        "read_state.one_subnet",
        "observed-two-subnets",
        "The ranges of two subnets, neither of them that of the endpoint",
        Ask::new(At::subnet(), vec![ranges(&[1]), ranges(&[2])]).input(),
    );
    let vector = vector
        .by("checked", Answer::Reject)
        .by("ignored", Answer::Accept(json!({})));
    file.add(vector.clauses(&["READ-21"]).note("Observed"));
    let ask = Ask {
        requests: vec![known("a", &user(1), &canister(2), &canister(2))],
        ..Ask::new(At::canister(), vec![of("a", "status"), of("a", "reply")])
    };
    let vector = Vector::either(
        "read_state.request_destination",
        "observed-destination",
        "The sender's own request to another canister",
        ask.input(),
    );
    let vector = vector
        .by("checked", Answer::Reject)
        .by("ignored", Answer::Accept(json!({})));
    file.add(vector.clauses(&["READ-19"]).note("Observed"));
}
