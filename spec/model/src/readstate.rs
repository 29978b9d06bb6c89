//! What `read_state` may be asked for: the family READ, and DELEG-17.
//!
//! The operation is told what a replica knows about the requests and canisters in question, and the
//! clause it names for each flaw is this:
//!
//! | flaw | clause |
//! |---|---|
//! | more than 1000 paths; a path of more than 127 labels | READ-1; READ-2 |
//! | a path of a form that is not listed | READ-9 |
//! | another label below an API boundary node; below a request id | READ-11; READ-17 |
//! | sharded ranges at a canister endpoint; flat ranges of a subnet other than the root at v3 | READ-12; READ-15 |
//! | metrics elsewhere than at the endpoint of their subnet | READ-16 |
//! | a request id of another length than 32 bytes | READ-33 |
//! | a known request of another sender; of another destination; of a canister that is no target | READ-18; READ-19; DELEG-17 |
//! | two request ids; sharded ranges of two subnets | READ-20; READ-21 |
//! | information about another canister than the effective one | READ-22 |
//! | metadata of another canister; under a name that is not UTF-8; private, for someone who is no controller | READ-23 |
//! | certified data, of whichever canister | READ-24 |
//!
//! In the place of a subnet's or node's id stands a principal, whether there is such a subnet or node or
//! not: up to 29 bytes (policy `read_state.long_ids`).
//!
//! READ-2 can't be told from READ-9 here, since no listed form has more than five labels. It is told
//! by `envelope.verify`, which looks at the size of the paths and not at their form.

mod canister;
mod request;

use serde_json::{Value, json};

use crate::Operation;
use crate::context::{Context, Stop, Verdict, Violations};
use crate::input::{self, Fields};

/// The operations of this module.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[("read_state.authorize", authorize)];

/// The faults this module can make.
pub(crate) const FAULTS: &[&str] = &[
    "READ-1/max-1001",
    "READ-1/max-999",
    "READ-1/none-denied",
    "READ-1/off",
    "READ-2/max-126",
    "READ-2/max-128",
    "READ-2/off",
    "READ-3/splits",
    "READ-9/extensions",
    "READ-9/off",
    "READ-9/prefixes",
    "READ-10/denied",
    "READ-11/any-label",
    "READ-11/denied",
    "READ-12/canister-endpoint",
    "READ-12/denied",
    "READ-12/v3-only",
    "READ-13/denied",
    "READ-13/exact-29",
    "READ-13/no-type",
    "READ-13/subnet-endpoint",
    "READ-14/denied",
    "READ-15/denied",
    "READ-15/v3",
    "READ-16/any-subnet",
    "READ-16/canister-endpoint",
    "READ-16/denied",
    "READ-17/any-label",
    "READ-17/no-error-code",
    "READ-17/no-root",
    "READ-17/subnet-endpoint",
    "READ-18/off",
    "READ-18/root-only",
    "READ-18/unknown-denied",
    "READ-19/canister-id",
    "READ-19/off",
    "READ-19/subnet-off",
    "READ-20/adjacent",
    "READ-20/off",
    "READ-21/off",
    "READ-22/any-canister",
    "READ-22/no-timestamps",
    "READ-22/subnet-endpoint",
    "READ-23/any-bytes",
    "READ-23/any-canister",
    "READ-23/any-controller",
    "READ-23/controllers-denied",
    "READ-23/missing-denied",
    "READ-23/off",
    "READ-23/public-denied",
    "READ-24/allowed",
    "READ-25/off",
    "READ-26/flat",
    "READ-26/off",
    "READ-27/off",
    "READ-28/ranges-always",
    "READ-29/unsigned",
    "READ-31/sorted",
    "READ-33/any-length",
    "READ-33/shorter",
    "DELEG-17/all-paths",
    "DELEG-17/off",
];

/// A path: its labels.
type Path = Vec<Vec<u8>>;

/// The read and what is known about its subjects.
struct Read<'a> {
    paths: Vec<Path>,
    sender: Vec<u8>,
    url: Url,
    root: Vec<u8>,
    targets: Option<Vec<Vec<u8>>>,
    requests: Vec<request::Known>,
    canisters: Vec<canister::Known<'a>>,
}

/// The endpoint of a read.
struct Url {
    version: u64,
    destination: Destination,
}

/// The effective id.
enum Destination {
    Canister(Vec<u8>),
    Subnet(Vec<u8>),
}

impl Url {
    fn canister(&self) -> Option<&Vec<u8>> {
        match &self.destination {
            Destination::Canister(id) => Some(id),
            Destination::Subnet(_) => None,
        }
    }

    fn subnet(&self) -> Option<&Vec<u8>> {
        match &self.destination {
            Destination::Subnet(id) => Some(id),
            Destination::Canister(_) => None,
        }
    }

    fn id(&self) -> &Vec<u8> {
        match &self.destination {
            Destination::Canister(id) | Destination::Subnet(id) => id,
        }
    }
}

fn authorize(ctx: &Context<'_>, input: &Value) -> Verdict {
    let mut read = read(input)?;
    let mut violations = Violations::new();
    check_sizes(ctx, &mut violations, &read.paths);
    if !violations.is_empty() {
        return violations.or(json!({}));
    }
    if ctx.has("READ-3/splits") {
        read.paths = read.paths.iter().map(split).collect();
    }
    for path in &read.paths {
        check_path(ctx, &mut violations, &read, path);
    }
    request::check(ctx, &mut violations, &read);

    let prefix = b"canister_ranges".as_slice();
    let subnets = second_labels(&read.paths, prefix);
    let one = subnets
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if a == b));
    violations.require(one || ctx.has("READ-21/off"), "READ-21");
    violations.or(json!({}))
}

/// READ-1 and READ-2: how many paths of how many labels there are.
pub(crate) fn check_sizes(ctx: &Context<'_>, violations: &mut Violations, paths: &[Path]) {
    let fits = match paths.len() {
        0 => !ctx.has("READ-1/none-denied"),
        1..1000 => true,
        1000 => !ctx.has("READ-1/max-999"),
        1001 => ctx.has("READ-1/max-1001") || ctx.has("READ-1/off"),
        _ => ctx.has("READ-1/off"),
    };
    violations.require(fits, "READ-1");
    let fits = |path: &Path| match path.len() {
        0..127 => true,
        127 => !ctx.has("READ-2/max-126"),
        128 => ctx.has("READ-2/max-128") || ctx.has("READ-2/off"),
        _ => ctx.has("READ-2/off"),
    };
    violations.require(paths.iter().all(fits), "READ-2");
}

/// The mistake of taking a label for a path with slashes.
fn split(path: &Path) -> Path {
    let parts = path
        .iter()
        .flat_map(|label| label.split(|byte| *byte == b'/'));
    parts.map(<[u8]>::to_vec).collect()
}

/// What stands after `first` in the paths that begin with it.
fn second_labels<'p>(paths: &'p [Path], first: &[u8]) -> Vec<&'p Vec<u8>> {
    let second = |path: &'p Path| match path.as_slice() {
        [label, second, ..] if label == first => Some(second),
        _ => None,
    };
    paths.iter().filter_map(second).collect()
}

/// READ-9 to READ-24 but for what depends on requests.
fn check_path(ctx: &Context<'_>, violations: &mut Violations, read: &Read<'_>, path: &Path) {
    let labels: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
    if ctx.has("DELEG-17/all-paths") {
        let among = |targets: &Vec<Vec<u8>>| targets.contains(read.url.id());
        violations.require(read.targets.as_ref().is_none_or(among), "DELEG-17");
    }
    match labels.as_slice() {
        [b"time"] => violations.require(!ctx.has("READ-10/denied"), "READ-10"),
        [b"api_boundary_nodes"] => violations.require(!ctx.has("READ-11/denied"), "READ-11"),
        [b"api_boundary_nodes", node, below @ ..] => {
            check_id(ctx, violations, node);
            violations.require(!ctx.has("READ-11/denied"), "READ-11");
            match below {
                [] | [b"domain" | b"ipv4_address" | b"ipv6_address"] => {}
                [_] => violations.require(ctx.has("READ-11/any-label"), "READ-11"),
                _ => unlisted(ctx, violations, &labels),
            }
        }
        [b"canister_ranges", subnet] => {
            check_id(ctx, violations, subnet);
            let at_canister = read.url.canister().is_some();
            let refused = ctx.has("READ-12/denied")
                || (ctx.has("READ-12/v3-only") && read.url.version == 2)
                || (at_canister && !ctx.has("READ-12/canister-endpoint"));
            violations.require(!refused, "READ-12");
        }
        [b"subnet", below @ ..] => check_subnet(ctx, violations, read, &labels, below),
        [b"request_status", id, below @ ..] => {
            request::check_form(ctx, violations, read, id, below, &labels);
        }
        [b"canister", id, below @ ..] if !below.is_empty() => {
            canister::check(ctx, violations, read, id, below, &labels);
        }
        _ => unlisted(ctx, violations, &labels),
    }
}

fn check_subnet(
    ctx: &Context<'_>,
    violations: &mut Violations,
    read: &Read<'_>,
    labels: &[&[u8]],
    below: &[&[u8]],
) {
    if let [id, ..] = below {
        check_id(ctx, violations, id);
    }
    match below {
        [_, b"canister_ranges"] if below.first() == Some(&read.root.as_slice()) => {
            let refused = ctx.has("READ-14/denied") && read.url.version > 2;
            violations.require(!refused, "READ-14");
        }
        [_, b"canister_ranges"] => {
            let fits = match read.url.version {
                2 => !ctx.has("READ-15/denied"),
                _ => ctx.has("READ-15/v3"),
            };
            violations.require(fits, "READ-15");
        }
        [id, b"metrics"] => {
            let fits = match read.url.subnet() {
                Some(subnet) => subnet == id || ctx.has("READ-16/any-subnet"),
                None => ctx.has("READ-16/canister-endpoint"),
            };
            violations.require(fits && !ctx.has("READ-16/denied"), "READ-16");
        }
        []
        | [_]
        | [_, b"public_key" | b"type" | b"node"]
        | [_, b"node", _]
        | [_, b"node", _, b"public_key"] => {
            if let [_, b"node", node, ..] = below {
                check_id(ctx, violations, node);
            }
            let principals = below.iter().step_by(2);
            let exact = principals.copied().all(|id: &[u8]| id.len() == 29);
            let refused = ctx.has("READ-13/denied")
                || (ctx.has("READ-13/exact-29") && !exact)
                || (ctx.has("READ-13/no-type") && matches!(below, [_, b"type"]))
                || (ctx.has("READ-13/subnet-endpoint") && read.url.subnet().is_none());
            violations.require(!refused, "READ-13");
        }
        _ => unlisted(ctx, violations, labels),
    }
}

/// READ-9: this path has none of the forms.
fn unlisted(ctx: &Context<'_>, violations: &mut Violations, labels: &[&[u8]]) {
    let prefix = matches!(
        labels,
        [] | [b"request_status" | b"canister_ranges" | b"canister"]
            | [b"canister", _]
            | [b"canister", _, b"metadata"]
    );
    let extension = matches!(
        labels,
        [b"time", ..]
            | [b"canister_ranges", _, ..]
            | [
                b"subnet",
                _,
                b"public_key" | b"type" | b"canister_ranges" | b"metrics",
                ..
            ]
            | [b"subnet", _, b"node", _, b"public_key", ..]
            | [b"request_status", _, _, ..]
            | [b"api_boundary_nodes", _, _, ..]
            | [b"canister", _, _, ..]
    );
    let let_through = ctx.has("READ-9/off")
        || (ctx.has("READ-9/prefixes") && prefix)
        || (ctx.has("READ-9/extensions") && extension);
    violations.require(let_through, "READ-9");
}

/// READ-9: a label in the place of an id is a principal.
fn check_id(ctx: &Context<'_>, violations: &mut Violations, id: &[u8]) {
    violations.require(id.len() <= 29 || ctx.has("READ-9/off"), "READ-9");
}

fn read(input: &Value) -> Result<Read<'_>, Stop> {
    let fields = Fields::top(
        input,
        &[
            "paths",
            "sender",
            "url",
            "root_subnet_id",
            "targets",
            "requests",
            "canisters",
        ],
    )?;
    let paths = fields.list("paths")?.iter().map(input::byte_strings);
    let targets = fields.optional("targets").map(input::byte_strings);
    let requests = fields.list("requests")?.iter().map(request::Known::new);
    let canisters = fields.list("canisters")?.iter().map(canister::Known::new);
    Ok(Read {
        paths: paths.collect::<Result<_, _>>()?,
        sender: fields.bytes("sender")?,
        url: url(fields.required("url")?)?,
        root: fields.bytes("root_subnet_id")?,
        targets: targets.transpose()?,
        requests: requests.collect::<Result<_, _>>()?,
        canisters: canisters.collect::<Result<_, _>>()?,
    })
}

fn url(value: &Value) -> Result<Url, Stop> {
    let fields = Fields::of(value, &["version", "canister", "subnet"])?;
    let version = fields.required("version")?.as_u64();
    let Some(version @ (2 | 3)) = version else {
        return Err(Stop::Error("the version of the URL is 2 or 3".to_owned()));
    };
    let destination = match (
        fields.optional_bytes("canister")?,
        fields.optional_bytes("subnet")?,
    ) {
        (Some(id), None) => Destination::Canister(id),
        (None, Some(id)) => Destination::Subnet(id),
        _ => {
            let reason = "a URL names a canister or a subnet".to_owned();
            return Err(Stop::Error(reason));
        }
    };
    Ok(Url {
        version,
        destination,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::hex;
    use crate::{Outcome, run};

    fn outcome(paths: &[&[&[u8]]], version: u8, endpoint: &str) -> Outcome {
        let hex_path = |path: &&[&[u8]]| path.iter().map(|label| hex(label)).collect::<Vec<_>>();
        let paths: Vec<_> = paths.iter().map(hex_path).collect();
        let input = json!({
            "paths": paths, "sender": "04", "url": {"version": version, endpoint: "0101"},
            "root_subnet_id": "02", "requests": [], "canisters": [],
        });
        run("read_state.authorize", &input, None)
    }

    #[test]
    fn follows_the_list_of_the_specification() {
        let ok = Outcome::Ok(json!({}));
        assert_eq!(outcome(&[&[b"time"]], 2, "canister"), ok);
        assert_eq!(outcome(&[&[b"canister_ranges", &[7]]], 3, "subnet"), ok);
        let ranges: &[&[u8]] = &[b"canister_ranges", &[7]];
        assert_eq!(
            outcome(&[ranges], 3, "canister"),
            Outcome::reject("READ-12")
        );
        let flat: &[&[u8]] = &[b"subnet", &[7], b"canister_ranges"];
        assert_eq!(outcome(&[flat], 2, "canister"), ok);
        assert_eq!(outcome(&[flat], 3, "subnet"), Outcome::reject("READ-15"));
        let flat: &[&[u8]] = &[b"subnet", &[2], b"canister_ranges"];
        assert_eq!(outcome(&[flat], 3, "canister"), ok);
        assert_eq!(
            outcome(&[&[b"canister"]], 3, "canister"),
            Outcome::reject("READ-9")
        );
    }

    #[test]
    fn names_every_violated_clause() {
        let id = [0; 32];
        let clauses = ["READ-17", "READ-20", "READ-33"];
        let paths: &[&[&[u8]]] = &[
            &[b"request_status", &id[1..], b"status"],
            &[b"request_status", &id, b"sender"],
        ];
        assert_eq!(
            outcome(paths, 3, "canister"),
            Outcome::Reject(clauses.into())
        );
    }

    #[test]
    fn takes_a_malformed_url_for_no_verdict() {
        for (version, endpoint) in [(4, "canister"), (3, "node")] {
            let outcome = outcome(&[], version, endpoint);
            assert!(matches!(outcome, Outcome::Error(_)), "{version} {endpoint}");
        }
    }
}
