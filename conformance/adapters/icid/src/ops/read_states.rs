//! `read_state.authorize`.

use cbor::Policy as CborPolicy;
use principal::Principal;
use request::AllowedTargets;
use request::Paths;
use request::RequestId;
use request::destination::ApiVersion;
use request::destination::Destination;
use request::read_state;
use request::read_state::AuthorizeReadError;
use request::read_state::KnownRequest;
use request::read_state::Policy;
use request::read_state::Rules;
use request::read_state::Section;
use request::read_state::State;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;
use crate::input::error;
use crate::ops::Operation;

/// The operations of this module.
pub(crate) const TABLE: &[(&str, Operation)] = &[("read_state.authorize", authorize)];

const INPUT: [&str; 7] = [
    "paths",
    "sender",
    "url",
    "root_subnet_id",
    "targets",
    "requests",
    "canisters",
];

fn authorize(_: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &INPUT)?;
    let paths = input::list(fields.required("paths")?)?;
    let paths: Vec<Vec<Vec<u8>>> = paths.iter().map(input::path).collect::<Result<_, _>>()?;
    let (version, destination) = url(fields.required("url")?)?;
    let targets = fields.optional("targets").map(principals).transpose()?;
    let state = Known::read(&fields)?;
    let rules = Rules {
        sender: fields.principal("sender")?,
        targets: match &targets {
            None => AllowedTargets::Any,
            Some(targets) => AllowedTargets::Only(targets),
        },
        version,
        destination,
        root_subnet_id: fields.principal("root_subnet_id")?,
        policy: if fields.policy()? == CborPolicy::REPLICA {
            Policy::REPLICA
        } else {
            Policy::SPEC
        },
    };
    read_state::authorize(&Paths::from(paths), &rules, &state)
        .map_err(|error| Refusal::reject(clause_of(&error), error))?;
    Ok(json!({}))
}

fn url(value: &Value) -> Result<(ApiVersion, Destination), Refusal> {
    let fields = Fields::of(value, &["version", "canister", "subnet"])?;
    let version = match fields.required("version")?.as_u64() {
        Some(2) => ApiVersion::V2,
        Some(3) => ApiVersion::V3,
        _ => return Err(error("the version of a read is 2 or 3")),
    };
    let destination = match (fields.optional("canister"), fields.optional("subnet")) {
        (Some(_), None) => Destination::Canister(fields.principal("canister")?),
        (None, Some(_)) => Destination::Subnet(fields.principal("subnet")?),
        _ => return Err(error("a URL names a canister or a subnet")),
    };
    Ok((version, destination))
}

/// Reads principals, sorted and without duplicates.
fn principals(value: &Value) -> Result<Vec<Principal>, Refusal> {
    let mut principals: Vec<Principal> = input::list(value)?
        .iter()
        .map(principal)
        .collect::<Result<_, _>>()?;
    principals.sort_unstable();
    principals.dedup();
    Ok(principals)
}

fn principal(value: &Value) -> Result<Principal, Refusal> {
    Principal::from_slice(&input::bytes(value)?).map_err(|why| Refusal::Error(why.to_string()))
}

/// What the replica of a question knows.
struct Known {
    requests: Vec<(RequestId, KnownRequest)>,
    canisters: Vec<Canister>,
}

struct Canister {
    id: Principal,
    controllers: Vec<Principal>,
    /// Names of sections, and whether they are private.
    sections: Vec<(String, bool)>,
}

impl Known {
    fn read(fields: &Fields<'_>) -> Result<Self, Refusal> {
        let requests = input::list(fields.required("requests")?)?;
        let canisters = input::list(fields.required("canisters")?)?;
        Ok(Self {
            requests: requests
                .iter()
                .map(known_request)
                .collect::<Result<_, _>>()?,
            canisters: canisters
                .iter()
                .map(Canister::read)
                .collect::<Result<_, _>>()?,
        })
    }

    fn canister(&self, id: &Principal) -> Option<&Canister> {
        self.canisters.iter().find(|canister| canister.id == *id)
    }
}

fn known_request(value: &Value) -> Result<(RequestId, KnownRequest), Refusal> {
    let names = ["request_id", "sender", "canister_id", "effective_id"];
    let fields = Fields::of(value, &names)?;
    let id = RequestId::try_from(fields.bytes("request_id")?.as_slice())
        .map_err(|why| Refusal::Error(why.to_string()))?;
    let request = KnownRequest {
        sender: fields.principal("sender")?,
        canister_id: fields.principal("canister_id")?,
        effective_id: fields.principal("effective_id")?,
    };
    Ok((id, request))
}

impl Canister {
    fn read(value: &Value) -> Result<Self, Refusal> {
        let fields = Fields::of(value, &["id", "controllers", "metadata"])?;
        let section = |value: &Value| {
            let fields = Fields::of(value, &["name", "private"])?;
            let is_private = fields.required("private")?.as_bool();
            let is_private = is_private.ok_or_else(|| error("private is true or false"))?;
            Ok((fields.text("name")?.to_owned(), is_private))
        };
        Ok(Self {
            id: fields.principal("id")?,
            controllers: principals(fields.required("controllers")?)?,
            sections: input::list(fields.required("metadata")?)?
                .iter()
                .map(section)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl State for Known {
    fn request(&self, id: &RequestId) -> Option<KnownRequest> {
        let known = self.requests.iter().find(|(known, _)| known == id);
        known.map(|(_, request)| *request)
    }

    fn section(&self, canister: &Principal, name: &str) -> Section {
        let section = self
            .canister(canister)
            .and_then(|canister| canister.sections.iter().find(|(known, _)| known == name));
        match section {
            None => Section::Absent,
            Some((_, true)) => Section::Private,
            Some((_, false)) => Section::Public,
        }
    }

    fn is_controller(&self, canister: &Principal, user: &Principal) -> bool {
        self.canister(canister)
            .is_some_and(|canister| canister.controllers.contains(user))
    }
}

fn clause_of(error: &AuthorizeReadError) -> &'static str {
    match error {
        AuthorizeReadError::BoundaryNodeLabel { .. } => "READ-11",
        AuthorizeReadError::CertifiedData { .. } => "READ-24",
        AuthorizeReadError::FlatRanges { .. } => "READ-15",
        AuthorizeReadError::Metrics { .. } => "READ-16",
        AuthorizeReadError::OtherCanister { .. } => "READ-22",
        AuthorizeReadError::OtherDestination { .. } => "READ-19",
        AuthorizeReadError::OtherMetadata { .. }
        | AuthorizeReadError::PrivateSection { .. }
        | AuthorizeReadError::SectionNotUtf8 { .. } => "READ-23",
        AuthorizeReadError::OtherSender { .. } => "READ-18",
        AuthorizeReadError::OutsideTargets { .. } => "DELEG-17",
        AuthorizeReadError::PathTooLong { .. } => "READ-2",
        AuthorizeReadError::RequestIdLength { .. } => "READ-33",
        AuthorizeReadError::SeveralRequests { .. } => "READ-20",
        AuthorizeReadError::SeveralSubnets { .. } => "READ-21",
        AuthorizeReadError::ShardedRanges { .. } => "READ-12",
        AuthorizeReadError::StatusLabel { .. } => "READ-17",
        AuthorizeReadError::TooManyPaths { .. } => "READ-1",
        // A path that is not listed, and whatever the crate will tell apart one day.
        _ => "READ-9",
    }
}

#[cfg(test)]
mod tests {
    use provider_native::NativeProvider;

    use super::*;

    const CANISTER: &str = "00000000000000070101";
    const SUBNET: &str = "aa";
    const ID: &str = "0101010101010101010101010101010101010101010101010101010101010101";

    fn label(text: &str) -> String {
        let hex = input::hex(text.as_bytes());
        hex.as_str().unwrap_or_default().to_owned()
    }

    /// A read of one path at the canister, by the sender of the one known request.
    fn question(path: &[&str]) -> Value {
        json!({
            "paths": [path],
            "sender": "04",
            "url": {"version": 3, "canister": CANISTER},
            "root_subnet_id": SUBNET,
            "requests": [{
                "request_id": ID,
                "sender": "04",
                "canister_id": CANISTER,
                "effective_id": CANISTER,
            }],
            "canisters": [{
                "id": CANISTER,
                "controllers": ["05", "04"],
                "metadata": [{"name": "a", "private": true}, {"name": "b", "private": false}],
            }],
        })
    }

    fn answer(question: &Value) -> Result<(), String> {
        match authorize(&NativeProvider::new(), question) {
            Ok(output) => {
                assert_eq!(output, json!({}));
                Ok(())
            }
            Err(Refusal::Reject { clause, .. }) => Err(clause.to_owned()),
            Err(other) => Err(format!("{other:?}")),
        }
    }

    fn with(mut question: Value, name: &str, value: Value) -> Value {
        question[name] = value;
        question
    }

    fn is_error(question: &Value) -> bool {
        matches!(
            authorize(&NativeProvider::new(), question),
            Err(Refusal::Error(_))
        )
    }

    #[test]
    fn answers_with_the_clause() {
        let metadata = |name: &str| {
            [
                label("canister"),
                CANISTER.into(),
                label("metadata"),
                label(name),
            ]
        };
        let private = question(&metadata("a").each_ref().map(String::as_str));
        let status = question(&[&label("request_status"), ID]);
        for (question, expected) in [
            (question(&[&label("time")]), Ok(())),
            (private.clone(), Ok(())),
            (with(private, "sender", json!("06")), Err("READ-23")),
            (status.clone(), Ok(())),
            (with(status.clone(), "sender", json!("05")), Err("READ-18")),
            (
                with(status.clone(), "targets", json!([SUBNET])),
                Err("DELEG-17"),
            ),
            (
                with(status.clone(), "targets", json!([SUBNET, CANISTER, "05"])),
                Ok(()),
            ),
            (
                with(status, "url", json!({"version": 2, "subnet": SUBNET})),
                Err("READ-19"),
            ),
            (
                question(&[&label("subnet"), SUBNET, &label("canister_ranges")]),
                Ok(()),
            ),
            (
                question(&[&label("subnet"), "ab", &label("canister_ranges")]),
                Err("READ-15"),
            ),
            (question(&[]), Err("READ-9")),
        ] {
            assert_eq!(
                answer(&question),
                expected.map_err(str::to_owned),
                "{question}"
            );
        }
    }

    #[test]
    fn a_misspelt_question_is_an_error() {
        let good = question(&[&label("time")]);
        assert!(!is_error(&good));
        for (name, value) in [
            ("url", json!({"version": 4, "canister": CANISTER})),
            ("url", json!({"version": "3", "canister": CANISTER})),
            ("url", json!({"version": 3})),
            (
                "url",
                json!({"version": 3, "canister": CANISTER, "subnet": SUBNET}),
            ),
            ("sender", json!("0x04")),
            ("paths", json!([["time"]])),
            ("targets", json!(CANISTER)),
            ("requests", json!([{"request_id": "01"}])),
            ("canisters", json!([{"id": CANISTER, "controllers": []}])),
            ("policy", json!("lenient")),
            ("more", json!("")),
        ] {
            assert!(is_error(&with(good.clone(), name, value)), "{name}");
        }
        for name in [
            "paths",
            "sender",
            "url",
            "root_subnet_id",
            "requests",
            "canisters",
        ] {
            let mut less = good.clone();
            if let Some(fields) = less.as_object_mut() {
                fields.remove(name);
            }
            assert!(is_error(&less), "{name}");
        }
    }
}
