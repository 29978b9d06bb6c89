//! `state.read`.

use certificate::ParseNatError;
use certificate::Read;
use certificate::ReadStateError;
use certificate::RequestStatus;
use certificate::StatusField;
use certificate::VerifiedCertificate;
use principal::Principal;
use ri_hash::RequestId;
use serde_json::Value;
use serde_json::json;
use signature::VerifySignature;

use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input::Fields;
use crate::input::hex;
use crate::ops::certificates::INPUT;
use crate::ops::certificates::Question;

pub(crate) fn read(provider: &dyn VerifySignature, input: &Value) -> Outcome {
    let fields = Fields::of_operation(input, &[&INPUT[..], &["read"]].concat())?;
    let question = Question::read(&fields)?;
    let item = Item::read(fields.required("read")?)?;
    let verified = question.verify(provider)?;
    let value = item.value(&verified).map_err(|error| item.refusal(error))?;
    Ok(match value {
        Read::Absent => json!({"result": "absent"}),
        Read::Found(value) => json!({"result": "found", "value": value}),
        Read::Unknown => json!({"result": "unknown"}),
    })
}

/// What is read.
enum Item<'a> {
    CertifiedData(Principal),
    Controllers(Principal),
    Metadata(Principal, &'a str),
    ModuleHash(Principal),
    NodeKeys(Principal),
    RequestStatus(RequestId),
    SubnetType(Principal),
    Time,
}

impl<'a> Item<'a> {
    fn read(value: &'a Value) -> Result<Self, Refusal> {
        let kind = Fields::of(value, &["kind", "canister", "name", "request_id", "subnet"])?;
        let kind = kind.text("kind")?;
        let fields = |names: &[&str]| Fields::of(value, &[names, &["kind"]].concat());
        let canister = || fields(&["canister"])?.principal("canister");
        let subnet = || fields(&["subnet"])?.principal("subnet");
        Ok(match kind {
            "certified_data" => Self::CertifiedData(canister()?),
            "controllers" => Self::Controllers(canister()?),
            "metadata" => {
                let fields = fields(&["canister", "name"])?;
                Self::Metadata(fields.principal("canister")?, fields.text("name")?)
            }
            "module_hash" => Self::ModuleHash(canister()?),
            "node_keys" => Self::NodeKeys(subnet()?),
            "request_status" => {
                let id = fields(&["request_id"])?.bytes("request_id")?;
                let id = RequestId::try_from(id.as_slice());
                Self::RequestStatus(id.map_err(|error| Refusal::reject("REQID-16", error))?)
            }
            "subnet_type" => Self::SubnetType(subnet()?),
            "time" => {
                fields(&[])?;
                Self::Time
            }
            _ => return Err(Refusal::Error(format!("found the unknown kind {kind:?}"))),
        })
    }

    /// Returns the value in its natural form.
    fn value(&self, verified: &VerifiedCertificate<'_>) -> Result<Read<Value>, ReadStateError> {
        Ok(match self {
            Self::CertifiedData(canister) => map(verified.certified_data(canister)?, hex),
            Self::Controllers(canister) => map(verified.controllers(canister)?, |controllers| {
                controllers
                    .map(|principal| hex(principal.as_bytes()))
                    .collect()
            }),
            Self::Metadata(canister, name) => map(verified.metadata(canister, name)?, hex),
            Self::ModuleHash(canister) => {
                map(verified.module_hash(canister)?, |hash| hex(hash.as_slice()))
            }
            Self::NodeKeys(subnet) => map(verified.node_keys(subnet)?, |keys| {
                let key = |(node, key): (Principal, &[u8; 44])| json!({"node": hex(node.as_bytes()), "public_key": hex(key)});
                keys.map(key).collect()
            }),
            Self::RequestStatus(id) => match verified.request_status(id.as_bytes())? {
                Read::Absent => Read::Absent,
                Read::Found(status) => status_output(status),
                Read::Unknown => Read::Unknown,
            },
            Self::SubnetType(subnet) => {
                map(verified.subnet_type(subnet)?, |name| name.as_str().into())
            }
            Self::Time => Read::Found(verified.time().as_nanos().to_string().into()),
        })
    }

    fn refusal(&self, error: ReadStateError) -> Refusal {
        let clause = match error {
            ReadStateError::CanisterOutOfScope { .. } | ReadStateError::SubnetOutOfScope { .. } => {
                "CERT-11"
            }
            ReadStateError::InvalidNat(ParseNatError::TooLarge) => self.clause(),
            ReadStateError::InvalidNat(_) | ReadStateError::InvalidUtf8 { .. } => "CERT-8",
            ReadStateError::MissingStatusField { field }
            | ReadStateError::StrayStatusField { field } => match field {
                StatusField::Reply => "STATE-10",
                StatusField::RejectCode | StatusField::RejectMessage => "STATE-11",
                StatusField::ErrorCode => "STATE-12",
            },
            ReadStateError::UnknownRejectCode { .. } => "STATE-11",
            _ => self.clause(),
        };
        Refusal::reject(clause, error)
    }

    /// Returns the clause that says what is there, and in which form.
    const fn clause(&self) -> &'static str {
        match self {
            Self::CertifiedData(_) => "STATE-13",
            Self::Controllers(_) => "STATE-15",
            Self::Metadata(..) => "STATE-18",
            Self::ModuleHash(_) => "STATE-14",
            Self::NodeKeys(_) => "STATE-7",
            Self::RequestStatus(_) => "STATE-9",
            Self::SubnetType(_) => "STATE-4",
            Self::Time => "STATE-1",
        }
    }
}

/// A status whose other parts are pruned away is as good as unknown.
fn status_output(status: RequestStatus<'_>) -> Read<Value> {
    Read::Found(match status {
        RequestStatus::Received => json!({"status": "received"}),
        RequestStatus::Processing => json!({"status": "processing"}),
        RequestStatus::Replied { reply: Some(reply) } => {
            json!({"status": "replied", "reply": hex(reply)})
        }
        RequestStatus::Rejected {
            code: Some(code),
            message: Some(message),
            error_code,
        } => {
            let mut output = json!({
                "status": "rejected",
                "reject_code": code.number().to_string(),
                "reject_message": message,
            });
            if let (Read::Found(code), Some(output)) = (error_code, output.as_object_mut()) {
                output.insert("error_code".to_owned(), code.into());
            }
            output
        }
        RequestStatus::Replied { .. } | RequestStatus::Rejected { .. } => return Read::Unknown,
        RequestStatus::Done => json!({"status": "done"}),
    })
}

fn map<T>(read: Read<T>, output: impl FnOnce(T) -> Value) -> Read<Value> {
    match read {
        Read::Absent => Read::Absent,
        Read::Found(value) => Read::Found(output(value)),
        Read::Unknown => Read::Unknown,
    }
}
