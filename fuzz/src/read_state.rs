//! Which paths a user may read, against the model.

use arbitrary::Result;
use arbitrary::Unstructured;
use model::Outcome;
use model::input::hex;
use principal::Principal;
use request::AllowedTargets;
use request::Paths;
use request::RequestId;
use request::destination::ApiVersion;
use request::destination::Destination;
use request::read_state::KnownRequest;
use request::read_state::Policy;
use request::read_state::Rules;
use request::read_state::Section;
use request::read_state::State;
use request::read_state::authorize;
use serde_json::json;

use crate::Verdict;

/// The crate and the model allow the same reads, of whatever paths by whomever of whatever state.
pub fn read_state(data: &[u8]) -> Verdict {
    match run(&mut Unstructured::new(data)) {
        Ok(verdict) => verdict,
        Err(_) => Verdict::Discarded,
    }
}

const LABELS: &[&[u8]] = &[
    b"time",
    b"subnet",
    b"canister",
    b"canister_ranges",
    b"request_status",
    b"api_boundary_nodes",
    b"node",
    b"metrics",
    b"public_key",
    b"type",
    b"metadata",
    b"controllers",
    b"module_hash",
    b"certified_data",
    b"canister_creation_timestamp",
    b"last_install_timestamp",
    b"status",
    b"reply",
    b"error_code",
    b"domain",
    b"ipv6_address",
    b"",
    b"subnet/xyz",
    b"\xff",
];

/// Few ids, so that they are often the same.
const IDS: &[&[u8]] = &[&[], &[4], &[1, 1], &[2, 1], &[9; 29]];

/// What a path begins with, so that it often has a form: the kind of each label is a letter.
const FORMS: &[&str] = &[
    "t", "s", "si", "si*", "sin", "sini", "sini*", "ri", "ci*", "cim*", "Ri", "R*", "bi*", "b",
    "*", "**", "", "rx", "rx*", "Rx",
];

/// A private section, a public one, and one that isn't there.
const SECTIONS: &[&str] = &["private", "public", "none"];

struct Known {
    requests: Vec<([u8; 32], KnownRequest)>,
    canister: Principal,
    controller: Principal,
}

impl State for Known {
    fn request(&self, id: &RequestId) -> Option<KnownRequest> {
        let mut requests = self.requests.iter();
        let found = requests.find(|(known, _)| known == id.as_bytes());
        found.map(|(_, request)| *request)
    }

    fn section(&self, canister: &Principal, name: &str) -> Section {
        match name {
            "private" if *canister == self.canister => Section::Private,
            "public" if *canister == self.canister => Section::Public,
            _ => Section::Absent,
        }
    }

    fn is_controller(&self, canister: &Principal, user: &Principal) -> bool {
        *canister == self.canister && *user == self.controller
    }
}

fn run(data: &mut Unstructured<'_>) -> Result<Verdict> {
    let mut state = Known {
        requests: Vec::new(),
        canister: id(data)?,
        controller: id(data)?,
    };
    for number in 0..data.int_in_range(0..=2)? {
        let request = KnownRequest {
            sender: id(data)?,
            canister_id: id(data)?,
            effective_id: id(data)?,
        };
        state.requests.push(([number; 32], request));
    }
    let sender = id(data)?;
    let url = id(data)?;
    let (version, number) = *data.choose(&[(ApiVersion::V2, 2), (ApiVersion::V3, 3)])?;
    let (destination, endpoint) = if data.arbitrary()? {
        (Destination::Canister(url), "canister")
    } else {
        (Destination::Subnet(url), "subnet")
    };
    let root_subnet_id = id(data)?;
    let targets = if data.arbitrary()? {
        let count = data.int_in_range(0..=2)?;
        let mut targets = (0..count).map(|_| id(data)).collect::<Result<Vec<_>>>()?;
        targets.sort_unstable();
        targets.dedup();
        Some(targets)
    } else {
        None
    };
    let count = data.int_in_range(0..=3)?;
    let paths: Vec<Vec<Vec<u8>>> = (0..count).map(|_| path(data)).collect::<Result<_>>()?;

    let rules = Rules {
        sender,
        targets: targets
            .as_deref()
            .map_or(AllowedTargets::Any, AllowedTargets::Only),
        version,
        destination,
        root_subnet_id,
        policy: Policy::SPEC,
    };
    let allowed = authorize(&Paths::from(paths.clone()), &rules, &state);

    let text = |id: &Principal| hex(id.as_bytes());
    let requests = state.requests.iter().map(|(id, request)| {
        json!({
            "request_id": hex(id),
            "sender": text(&request.sender),
            "canister_id": text(&request.canister_id),
            "effective_id": text(&request.effective_id),
        })
    });
    let requests: Vec<_> = requests.collect();
    let labels = |path: &Vec<Vec<u8>>| path.iter().map(|label| hex(label)).collect::<Vec<_>>();
    let mut input = json!({
        "paths": paths.iter().map(labels).collect::<Vec<_>>(),
        "sender": text(&sender),
        "url": {"version": number, endpoint: text(&url)},
        "root_subnet_id": text(&root_subnet_id),
        "requests": requests,
        "canisters": [{
            "id": text(&state.canister),
            "controllers": [text(&state.controller)],
            "metadata": [
                {"name": "private", "private": true},
                {"name": "public", "private": false},
            ],
        }],
    });
    if let Some(targets) = &targets {
        input["targets"] = json!(targets.iter().map(text).collect::<Vec<_>>());
    }
    let modelled = model::run("read_state.authorize", &input, None);
    match (allowed, modelled) {
        (Ok(()), Outcome::Ok(_)) => Ok(Verdict::Accepted),
        (Err(_), Outcome::Reject(_)) => Ok(Verdict::Rejected),
        (allowed, modelled) => panic!("{allowed:?} but {modelled:?} for {input}"),
    }
}

fn id(data: &mut Unstructured<'_>) -> Result<Principal> {
    let bytes = *data.choose(IDS)?;
    Ok(Principal::try_from(bytes).expect("it is short"))
}

fn path(data: &mut Unstructured<'_>) -> Result<Vec<Vec<u8>>> {
    let form = *data.choose(FORMS)?;
    form.chars()
        .map(|letter| {
            Ok(match letter {
                't' => b"time".to_vec(),
                's' => b"subnet".to_vec(),
                'n' => b"node".to_vec(),
                'c' => b"canister".to_vec(),
                'm' => b"metadata".to_vec(),
                'R' => b"canister_ranges".to_vec(),
                'b' => b"api_boundary_nodes".to_vec(),
                'r' => b"request_status".to_vec(),
                'x' => vec![data.int_in_range(0..=2)?; 32],
                'i' => data.choose(IDS)?.to_vec(),
                _ if data.ratio(1, 4)? => data.choose(SECTIONS)?.as_bytes().to_vec(),
                _ => data.choose(LABELS)?.to_vec(),
            })
        })
        .collect()
}
