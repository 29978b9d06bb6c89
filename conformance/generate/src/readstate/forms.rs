//! Every listed form at every endpoint.

use model::crypto::sha256;

use super::canisters::{private, public, with_sections};
use super::{Ask, At, OP, Path, access_note, node, path};
use crate::certificate::fixture::{ROOT, SUBNET, member};
use crate::{Suite, Vector};

/// The endpoints where a form is allowed.
#[derive(Clone, Copy)]
enum Where {
    Everywhere,
    Canisters,
    Subnets,
    V2,
}

impl Where {
    const fn allows(self, at: &At) -> bool {
        match (self, at) {
            (Self::Everywhere, _)
            | (Self::Canisters, At::Canister(..))
            | (Self::Subnets, At::Subnet(..))
            | (Self::V2, At::Canister(2, _) | At::Subnet(2, _)) => true,
            (Self::Canisters, At::Subnet(..))
            | (Self::Subnets, At::Canister(..))
            | (Self::V2, At::Canister(..) | At::Subnet(..)) => false,
        }
    }
}

use Where::{Canisters, Everywhere, Subnets, V2};

/// Slug, what it is, clause, where it is allowed, and a path of the form.
type Form = (&'static str, &'static str, &'static str, Where, Path);

fn table() -> Vec<Form> {
    let (subnet, root, canister) = (SUBNET.id(), ROOT.id(), member());
    let (node, request) = (node(1), sha256(b"request"));
    let mut forms: Vec<Form> = vec![
        ("time", "The time", "READ-10", Everywhere, path(&[b"time"])),
        (
            "boundary-nodes",
            "All API boundary nodes",
            "READ-11",
            Everywhere,
            path(&[b"api_boundary_nodes"]),
        ),
        (
            "boundary-node",
            "An API boundary node",
            "READ-11",
            Everywhere,
            path(&[b"api_boundary_nodes", &node]),
        ),
        (
            "canister-ranges",
            "The sharded ranges of a subnet",
            "READ-12",
            Subnets,
            path(&[b"canister_ranges", &subnet]),
        ),
        (
            "subnets",
            "All subnets",
            "READ-13",
            Everywhere,
            path(&[b"subnet"]),
        ),
        (
            "subnet",
            "A subnet",
            "READ-13",
            Everywhere,
            path(&[b"subnet", &subnet]),
        ),
        (
            "subnet-key",
            "The key of a subnet",
            "READ-13",
            Everywhere,
            path(&[b"subnet", &subnet, b"public_key"]),
        ),
        (
            "subnet-type",
            "The type of a subnet",
            "READ-13",
            Everywhere,
            path(&[b"subnet", &subnet, b"type"]),
        ),
        (
            "nodes",
            "The nodes of a subnet",
            "READ-13",
            Everywhere,
            path(&[b"subnet", &subnet, b"node"]),
        ),
        (
            "node",
            "A node",
            "READ-13",
            Everywhere,
            path(&[b"subnet", &subnet, b"node", &node]),
        ),
        (
            "node-key",
            "The key of a node",
            "READ-13",
            Everywhere,
            path(&[b"subnet", &subnet, b"node", &node, b"public_key"]),
        ),
        (
            "root-ranges",
            "The flat ranges of the root subnet",
            "READ-14",
            Everywhere,
            path(&[b"subnet", &root, b"canister_ranges"]),
        ),
        (
            "flat-ranges",
            "The flat ranges of another subnet",
            "READ-15",
            V2,
            path(&[b"subnet", &subnet, b"canister_ranges"]),
        ),
        (
            "metrics",
            "The metrics of the subnet",
            "READ-16",
            Subnets,
            path(&[b"subnet", &subnet, b"metrics"]),
        ),
        (
            "request",
            "A request that is unknown",
            "READ-17",
            Everywhere,
            path(&[b"request_status", &request]),
        ),
        (
            "metadata",
            "Public metadata",
            "READ-23",
            Canisters,
            path(&[b"canister", &canister, b"metadata", b"candid:service"]),
        ),
    ];
    for (slug, title, label) in [
        (
            "boundary-node-domain",
            "The domain of an API boundary node",
            "domain",
        ),
        (
            "boundary-node-ipv4",
            "The IPv4 address of an API boundary node",
            "ipv4_address",
        ),
        (
            "boundary-node-ipv6",
            "The IPv6 address of an API boundary node",
            "ipv6_address",
        ),
    ] {
        let labels = path(&[b"api_boundary_nodes", &node, label.as_bytes()]);
        forms.push((slug, title, "READ-11", Everywhere, labels));
    }
    for (slug, title, label) in [
        (
            "request-status",
            "The status of an unknown request",
            "status",
        ),
        ("request-reply", "The reply to an unknown request", "reply"),
        (
            "request-code",
            "The reject code of an unknown request",
            "reject_code",
        ),
        (
            "request-message",
            "The reject message of an unknown request",
            "reject_message",
        ),
        (
            "request-error-code",
            "The error code of an unknown request",
            "error_code",
        ),
    ] {
        let labels = path(&[b"request_status", &request, label.as_bytes()]);
        forms.push((slug, title, "READ-17", Everywhere, labels));
    }
    for (slug, title, label) in [
        (
            "module-hash",
            "The module hash of the canister",
            "module_hash",
        ),
        (
            "controllers",
            "The controllers of the canister",
            "controllers",
        ),
        (
            "creation-time",
            "When the canister was created",
            "canister_creation_timestamp",
        ),
        (
            "install-time",
            "When the canister's code was installed",
            "last_install_timestamp",
        ),
    ] {
        let labels = path(&[b"canister", &canister, label.as_bytes()]);
        forms.push((slug, title, "READ-22", Canisters, labels));
    }
    forms
}

pub(super) fn forms(suite: &mut Suite) {
    for (name, what, at) in [
        ("v2-canister", "v2 canister", At::Canister(2, member())),
        ("v3-canister", "v3 canister", At::canister()),
        ("v2-subnet", "v2 subnet", At::Subnet(2, SUBNET.id())),
        ("v3-subnet", "v3 subnet", At::subnet()),
    ] {
        let mut file = suite.file(OP, name, "readstate::forms");
        access_note(&mut file);
        for (slug, title, clause, allowed, labels) in table() {
            let ask = Ask {
                canisters: vec![with_sections(&member(), &[public(), private()])],
                ..Ask::new(at.clone(), vec![labels])
            };
            let title = format!("{title}, at a {what} endpoint");
            let clauses = [clause, "READ-9", "READ-18", "READ-33", "READ-3"];
            if allowed.allows(&at) {
                let vector = Vector::accept(format!("{slug}-at-{name}"), title, ask.input());
                file.add(vector.clauses(&clauses).note("Access").high());
                continue;
            }
            let (twin, mutation) = match (allowed, &at) {
                (Subnets, At::Canister(2, _)) => ("v2-subnet", "another endpoint"),
                (Subnets, _) => ("v3-subnet", "another endpoint"),
                (V2, At::Canister(..)) => ("v2-canister", "v2 → v3"),
                (V2, At::Subnet(..)) => ("v2-subnet", "v2 → v3"),
                (_, At::Subnet(2, _)) => ("v2-canister", "another endpoint"),
                _ => ("v3-canister", "another endpoint"),
            };
            let vector = Vector::reject(
                clause,
                format!("{slug}-at-{name}"),
                title,
                ask.input(),
                format!("{slug}-at-{twin}"),
                mutation,
            );
            file.add(vector.note("Access").high());
        }
        let all = table().into_iter().filter(|form| form.3.allows(&at));
        let paths: Vec<Path> = all.map(|(.., labels)| labels).collect();
        let ask = Ask {
            canisters: vec![with_sections(&member(), &[public(), private()])],
            ..Ask::new(at, paths)
        };
        let vector = Vector::accept(
            format!("all-at-{name}"),
            format!("Everything that is allowed at a {what} endpoint at once"),
            ask.input(),
        );
        file.add(
            vector
                .clauses(&["READ-9", "READ-20", "READ-21"])
                .note("Access"),
        );
    }
}
