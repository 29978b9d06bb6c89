//! `state.read` with `ic-agent`, whose readers fetch what they read: a middleware answers them with the
//! certificate of the question. Nothing reads the time alone, and the keys of nodes and the type of a
//! subnet come only together with much else.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use http::Response;
use ic_agent::Agent;
use ic_agent::AgentError;
use ic_agent::RequestId;
use ic_agent::agent::EffectiveId;
use ic_agent::agent::HttpService;
use ic_agent::agent::RejectResponse;
use ic_agent::agent::RequestStatusResponse;
use ic_transport_types::ReadStateResponse;
use serde_json::Value;
use serde_json::json;

use crate::agent;
use crate::agent::Question;
use crate::agent::of_agent;
use crate::answer::Outcome;
use crate::answer::Refusal;
use crate::input;
use crate::input::Fields;
use crate::input::hex;

pub(crate) fn read(fields: &Fields<'_>) -> Outcome {
    let item = Fields::of(fields.required("read")?)?;
    let question = Question::read(fields)?;
    // Verifies nothing yet, but tells what cannot be asked.
    let (certificate, scope) = question.certificate()?;
    let agent = agent::builder()
        .with_arc_http_middleware(Arc::new(Answer::new(&question)?))
        .build()
        .map_err(Refusal::error)?;
    agent.set_root_key(question.root_key);

    let kind = item.text("kind")?;
    if kind == "request_status" {
        let id = <[u8; 32]>::try_from(item.bytes("request_id")?);
        item.end()?;
        let id = id.map_err(|_| Refusal::Unsupported("a request id has 32 bytes"))?;
        return request_status(&agent, &RequestId::new(&id), scope);
    }
    if ["time", "node_keys", "subnet_type"].contains(&kind) {
        return Err(Refusal::Unsupported("nothing reads this alone"));
    }
    let canister = input::principal(&item.bytes("canister")?)?;
    if certificate.delegation.is_some() && scope != EffectiveId::Canister(canister) {
        return Err(Refusal::Unsupported("what is read of a canister is for it"));
    }
    let value = match kind {
        // Agent::read_state_canister_info
        "certified_data" => wait(agent.read_state_canister_info(canister, kind)).map(hex),
        // Agent::read_state_canister_module_hash
        "module_hash" => wait(agent.read_state_canister_module_hash(canister)).map(hex),
        // Agent::read_state_canister_metadata
        "metadata" => {
            let name = item.text("name")?;
            wait(agent.read_state_canister_metadata(canister, name)).map(hex)
        }
        // Agent::read_state_canister_controllers
        "controllers" => wait(agent.read_state_canister_controllers(canister))
            .map(|controllers| controllers.iter().map(hex).collect()),
        _ => return Err(Refusal::error("an unknown kind")),
    };
    item.end()?;
    match value {
        Ok(value) => Ok(json!({ "result": "found", "value": value })),
        Err(AgentError::LookupPathAbsent(_)) => Ok(json!({ "result": "absent" })),
        Err(error) => unknown_or(error),
    }
}

/// `Agent::request_status_raw`.
fn request_status(agent: &Agent, id: &RequestId, scope: EffectiveId) -> Outcome {
    let value = match wait(agent.request_status_raw(id, scope)) {
        Ok((RequestStatusResponse::Unknown, _)) => return Ok(json!({ "result": "absent" })),
        Ok((RequestStatusResponse::Received, _)) => json!({ "status": "received" }),
        Ok((RequestStatusResponse::Processing, _)) => json!({ "status": "processing" }),
        Ok((RequestStatusResponse::Done, _)) => json!({ "status": "done" }),
        Ok((RequestStatusResponse::Replied(reply), _)) => {
            json!({ "status": "replied", "reply": hex(reply.arg) })
        }
        Ok((RequestStatusResponse::Rejected(reject), _)) => rejected(&reject),
        Err(error) => return unknown_or(error),
    };
    Ok(json!({ "result": "found", "value": value }))
}

fn rejected(reject: &RejectResponse) -> Value {
    let mut value = json!({
        "status": "rejected",
        "reject_code": (reject.reject_code as u8).to_string(),
        "reject_message": reject.reject_message,
    });
    if let Some(code) = &reject.error_code {
        value["error_code"] = code.as_str().into();
    }
    value
}

fn unknown_or(error: AgentError) -> Outcome {
    match error {
        AgentError::LookupPathUnknown(_) => Ok(json!({ "result": "unknown" })),
        AgentError::InvalidRejectCode(_)
        | AgentError::InvalidRequestStatus(..)
        | AgentError::Utf8ReadError(_) => Err(Refusal::reject(error)),
        error => Err(of_agent(error)),
    }
}

/// What the network answers.
#[derive(Debug)]
struct Answer(Bytes);

impl Answer {
    fn new(question: &Question) -> Result<Self, Refusal> {
        let response = ReadStateResponse {
            certificate: question.certificate.clone(),
        };
        let body = serde_cbor::to_vec(&response).map_err(Refusal::error)?;
        Ok(Self(body.into()))
    }
}

#[async_trait]
impl HttpService for Answer {
    async fn call<'a>(
        &'a self,
        _: &'a (dyn Fn() -> Result<Request<Bytes>, AgentError> + Send + Sync),
        _: usize,
        _: Option<usize>,
    ) -> Result<Response<Bytes>, AgentError> {
        Ok(Response::new(self.0.clone()))
    }
}

/// Runs what waits for no one.
fn wait<T>(future: impl Future<Output = Result<T, AgentError>>) -> Result<T, AgentError> {
    match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => Err(AgentError::MessageError(error.to_string())),
    }
}
