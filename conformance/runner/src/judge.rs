//! What an answer is worth: one vector, one answer, one [`Outcome`].
//!
//! Twins are joined afterwards, in [`mod@crate::run`]: whether a rejection counts depends on another
//! vector.

pub(crate) mod equation;

use serde_json::{Value, json};

use crate::outcome::Outcome;
use crate::protocol::{Hello, Reasons, Reply};
use crate::session::Exchanged;
use crate::suite::{Answer, Expect, Output, Vector};

/// An outcome, and what a reader needs to understand it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judgement {
    pub(crate) outcome: Outcome,
    /// What the adapter answered, in the words of the protocol.
    pub(crate) got: Option<Value>,
    /// What is wrong, where the answer alone does not say it.
    pub(crate) detail: Option<String>,
    /// For an open question, which values of the policy agree with the answer.
    pub(crate) agrees: Vec<String>,
}

impl Judgement {
    pub(crate) const fn new(outcome: Outcome, detail: Option<String>) -> Self {
        Self {
            outcome,
            got: None,
            detail,
            agrees: Vec::new(),
        }
    }
}

/// Judges what came of asking `vector`.
pub(crate) fn judge(vector: &Vector, exchanged: &Exchanged, hello: &Hello) -> Judgement {
    let reply = match exchanged {
        Exchanged::Reply(reply) => reply,
        other => return without_answer(other),
    };
    let mut judgement = match reply {
        Reply::Ok(output) => accepted(vector, output, hello),
        Reply::Reject { code, .. } => rejected(vector, code.as_deref(), hello),
        Reply::Unsupported(why) => Judgement::new(
            Outcome::Unsupported,
            Some(format!(
                "the operation is offered, but this case is not supported: {why}"
            )),
        ),
        Reply::Error(message) => Judgement::new(Outcome::Error, Some(message.clone())),
    };
    judgement.got = Some(in_protocol(reply));
    judgement
}

/// Judges a question that has no answer.
pub(crate) fn without_answer(exchanged: &Exchanged) -> Judgement {
    match exchanged {
        Exchanged::Crash(how) => Judgement::new(Outcome::Crash, Some(format!("the adapter {how}"))),
        Exchanged::Timeout(after) => Judgement::new(
            Outcome::Timeout,
            Some(format!("no answer within {} ms", after.as_millis())),
        ),
        Exchanged::ProtocolError(reason) => {
            Judgement::new(Outcome::ProtocolError, Some(reason.clone()))
        }
        Exchanged::Reply(reply) => Judgement {
            got: Some(in_protocol(reply)),
            ..Judgement::new(Outcome::ProtocolError, None)
        },
    }
}

/// Writes an answer as the protocol does, without the id.
pub(crate) fn in_protocol(reply: &Reply) -> Value {
    match reply {
        Reply::Ok(output) => json!({ "ok": output }),
        Reply::Reject { code, message } => {
            let mut reject = serde_json::Map::new();
            for (name, text) in [("code", code), ("message", message)] {
                if let Some(text) = text {
                    reject.insert(name.to_owned(), json!(text));
                }
            }
            json!({ "reject": reject })
        }
        Reply::Unsupported(why) => json!({ "unsupported": { "why": why } }),
        Reply::Error(message) => json!({ "error": { "message": message } }),
    }
}

fn accepted(vector: &Vector, output: &Value, hello: &Hello) -> Judgement {
    match &vector.expect {
        Expect::Accept(Output::Exactly(expected)) if expected == output => {
            Judgement::new(Outcome::Pass, None)
        }
        Expect::Accept(Output::Exactly(_)) => Judgement::new(Outcome::FailOutput, None),
        Expect::Accept(Output::Satisfies(equation)) => {
            match equation::check(*equation, &vector.input, output) {
                Ok(()) => Judgement::new(Outcome::Pass, None),
                Err(reason) => Judgement::new(Outcome::FailOutput, Some(reason)),
            }
        }
        Expect::Reject { .. } => Judgement::new(Outcome::FailAccepts, None),
        Expect::Either { policy, by_policy } => {
            let agrees = |answer: &Answer| match answer {
                Answer::Accept(Some(expected)) => expected == output,
                Answer::Accept(None) => true,
                Answer::Reject => false,
            };
            let values = by_policy.iter().filter(|(_, answer)| agrees(answer));
            open(
                policy,
                values.map(|(value, _)| value.clone()).collect(),
                by_policy.keys(),
                hello,
            )
        }
    }
}

fn rejected(vector: &Vector, code: Option<&str>, hello: &Hello) -> Judgement {
    match &vector.expect {
        Expect::Accept(_) => Judgement::new(Outcome::FailRejects, None),
        Expect::Reject { clause, also } if hello.reasons == Reasons::Clause => {
            if code.is_some_and(|code| code == clause || also.iter().any(|other| other == code)) {
                Judgement::new(Outcome::Pass, None)
            } else {
                let named = code.unwrap_or("no clause");
                let reason = format!("rejected for {named}; the only violated clause is {clause}");
                Judgement::new(Outcome::FailReason, Some(reason))
            }
        }
        Expect::Reject { .. } => Judgement::new(Outcome::Pass, None),
        Expect::Either { policy, by_policy } => {
            let values = by_policy
                .iter()
                .filter(|(_, answer)| **answer == Answer::Reject);
            open(
                policy,
                values.map(|(value, _)| value.clone()).collect(),
                by_policy.keys(),
                hello,
            )
        }
    }
}

/// Records an answer to an open question; judges it only against what the adapter declared.
fn open<'a>(
    policy: &str,
    agrees: Vec<String>,
    mut known: impl Iterator<Item = &'a String>,
    hello: &Hello,
) -> Judgement {
    let (outcome, detail) = match hello.policies.get(policy) {
        Some(declared) if known.any(|value| value == declared) && !agrees.contains(declared) => (
            Outcome::FailPolicy,
            Some(format!(
                "declares {policy} = {declared} and answers otherwise"
            )),
        ),
        _ if agrees.is_empty() => (
            Outcome::Recorded,
            Some(format!("agrees with no known value of {policy}")),
        ),
        _ => (Outcome::Recorded, None),
    };
    Judgement {
        agrees,
        ..Judgement::new(outcome, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use core::time::Duration;

    fn outcome_of(id: &str, reply: Reply) -> Outcome {
        let suite = testing::suite();
        let vector = suite.vector(id).unwrap();
        judge(vector, &Exchanged::Reply(reply), &testing::hello()).outcome
    }

    fn reject(code: &str) -> Reply {
        Reply::Reject {
            code: Some(code.to_owned()),
            message: None,
        }
    }

    #[test]
    fn an_accept_vector_wants_the_exact_output() {
        let id = "t/abcd01";
        assert_eq!(
            outcome_of(id, Reply::Ok(json!({"bytes": "abcd01"}))),
            Outcome::Pass
        );
        assert_eq!(
            outcome_of(id, Reply::Ok(json!({"bytes": "abcd02"}))),
            Outcome::FailOutput
        );
        assert_eq!(
            outcome_of(id, Reply::Ok(json!({"bytes": "abcd01", "more": 1}))),
            Outcome::FailOutput
        );
        assert_eq!(outcome_of(id, reject("PRIN-17")), Outcome::FailRejects);
    }

    #[test]
    fn a_reject_vector_wants_the_one_violated_clause() {
        let id = "t/bad-checksum";
        assert_eq!(outcome_of(id, reject("PRIN-17")), Outcome::Pass);
        assert_eq!(outcome_of(id, reject("PRIN-1")), Outcome::FailReason);
        assert_eq!(
            outcome_of(
                id,
                Reply::Reject {
                    code: None,
                    message: None
                }
            ),
            Outcome::FailReason
        );
        assert_eq!(
            outcome_of(id, Reply::Ok(json!({"bytes": "abcd01"}))),
            Outcome::FailAccepts
        );
    }

    #[test]
    fn an_open_question_is_recorded_unless_the_adapter_declared_another_answer() {
        let suite = testing::suite();
        let vector = suite.vector("t/upper").unwrap();
        let mut hello = testing::hello();
        let accept = Exchanged::Reply(Reply::Ok(json!({"bytes": "abcd01"})));
        let judgement = judge(vector, &accept, &hello);
        assert_eq!(judgement.outcome, Outcome::Recorded);
        assert_eq!(judgement.agrees, ["lenient"]);
        hello
            .policies
            .insert("principal.case".to_owned(), "strict".to_owned());
        assert_eq!(judge(vector, &accept, &hello).outcome, Outcome::FailPolicy);
        let rejects = Exchanged::Reply(reject("PRIN-1"));
        assert_eq!(judge(vector, &rejects, &hello).outcome, Outcome::Recorded);
    }

    #[test]
    fn everything_else_is_red() {
        let id = "t/bad-checksum";
        assert_eq!(outcome_of(id, Reply::Error("x".to_owned())), Outcome::Error);
        assert_eq!(
            outcome_of(id, Reply::Unsupported("x".to_owned())),
            Outcome::Unsupported
        );
        for (exchanged, outcome) in [
            (Exchanged::Crash("x".to_owned()), Outcome::Crash),
            (Exchanged::Timeout(Duration::ZERO), Outcome::Timeout),
            (
                Exchanged::ProtocolError("x".to_owned()),
                Outcome::ProtocolError,
            ),
        ] {
            assert_eq!(without_answer(&exchanged).outcome, outcome);
        }
    }
}
