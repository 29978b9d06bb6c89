//! Talking to one adapter: lock-step, with deadlines, restarts and blame for the exact case.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::protocol::{self, Hello, Line, Reply};
use crate::transport::{Adapter, Received, Transport};

/// How often an adapter may have to be restarted in one run.
pub(crate) const MAX_RESTARTS: usize = 20;

/// How often in a row an adapter may fail at the first question.
const MAX_HELLO_FAILURES: usize = 3;

/// How long an adapter may take to start and to answer the first question.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);

/// How long an adapter may take to end when its input ends.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);

/// What all sessions of a run share.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) adapter: &'a Adapter,
    pub(crate) hello_input: Value,
    pub(crate) hello_patience: Duration,
    restarts: AtomicUsize,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(adapter: &'a Adapter, suite: &str, spec: &str, patience: Duration) -> Self {
        Self {
            adapter,
            hello_input: protocol::hello(suite, spec),
            hello_patience: HELLO_PATIENCE.min(patience.saturating_mul(5)),
            restarts: AtomicUsize::new(0),
        }
    }

    pub(crate) fn restarts(&self) -> usize {
        self.restarts.load(Ordering::Relaxed)
    }
}

/// A conversation with one process of the adapter at a time.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    shared: &'a Shared<'a>,
    wire: Option<Connection>,
    hello: Option<Hello>,
    next_id: u64,
    hello_failures: usize,
}

struct Connection {
    transport: Box<dyn Transport>,
    /// The id of the last answered question; a second answer carries it again.
    previous: u64,
    /// Whether the last answered question was the first of this connection.
    previous_is_hello: bool,
}

impl core::fmt::Debug for Connection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Connection")
            .field("previous", &self.previous)
            .finish_non_exhaustive()
    }
}

/// What came of one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exchange {
    pub(crate) result: Exchanged,
    pub(crate) stderr: String,
    /// If set, the question before this one was answered once more: how.
    pub(crate) late: Option<String>,
}

/// An answer, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Exchanged {
    Reply(Reply),
    Crash(String),
    Timeout(Duration),
    ProtocolError(String),
}

/// The adapter cannot be used any further: why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Broken(pub(crate) String);

impl<'a> Session<'a> {
    pub(crate) const fn new(shared: &'a Shared<'a>) -> Self {
        Self {
            shared,
            wire: None,
            hello: None,
            next_id: 0,
            hello_failures: 0,
        }
    }

    /// Returns what the adapter says about itself, starting it if need be.
    pub(crate) fn hello(&mut self) -> Result<Hello, Broken> {
        self.connect()?;
        self.hello
            .clone()
            .ok_or_else(|| Broken("there was no answer to hello".to_owned()))
    }

    /// Asks one question. Whatever goes wrong is blamed on it, unless the answer shows that the
    /// question before is to blame. The adapter is restarted before the next question if it has to
    /// be. No question is asked twice, except one that was put to an adapter that proved broken at
    /// its first question.
    pub(crate) fn ask(
        &mut self,
        op: &str,
        input: &Value,
        patience: Duration,
    ) -> Result<Exchange, Broken> {
        loop {
            self.connect()?;
            let id = self.take_id();
            let Some(wire) = &mut self.wire else {
                return Err(Broken("the adapter is not there".to_owned()));
            };
            // Only what is said about this question counts.
            drop(wire.transport.take_stderr());
            wire.transport.send(protocol::question(id, op, input));
            let mut late = None;
            let result = wire.wait(id, patience, &mut late);
            let stderr = wire.transport.take_stderr();
            if late.is_some() && wire.previous_is_hello {
                self.hello_failed("hello was answered twice")?;
                continue;
            }
            match &result {
                Exchanged::Reply(_) => {
                    wire.previous = id;
                    wire.previous_is_hello = false;
                    self.hello_failures = 0;
                }
                Exchanged::Crash(_) | Exchanged::Timeout(_) | Exchanged::ProtocolError(_) => {
                    self.wire = None;
                    self.shared.restarts.fetch_add(1, Ordering::Relaxed);
                }
            }
            return Ok(Exchange {
                result,
                stderr,
                late,
            });
        }
    }

    /// Ends the adapter. Returns how the last question was answered once more, if it was.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let mut wire = self.wire.take()?;
        let late = wire.transport.close(CLOSE_PATIENCE);
        late.first()
            .map(|line| format!("wrote another line: {}", shown(line)))
    }

    fn take_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        id
    }

    fn connect(&mut self) -> Result<(), Broken> {
        while self.wire.is_none() {
            let restarts = self.shared.restarts();
            if restarts > MAX_RESTARTS {
                return Err(Broken(format!(
                    "had to be restarted more than {MAX_RESTARTS} times"
                )));
            }
            let mut transport = self.shared.adapter.connect().map_err(Broken)?;
            let id = self.take_id();
            transport.send(protocol::question(id, "hello", &self.shared.hello_input));
            let mut wire = Connection {
                transport,
                previous: u64::MAX,
                previous_is_hello: true,
            };
            let mut late = None;
            let hello = match wire.wait(id, self.shared.hello_patience, &mut late) {
                Exchanged::Reply(Reply::Ok(value)) => Hello::read(value),
                Exchanged::Reply(Reply::Error(message)) => Err(format!("error: {message}")),
                Exchanged::Reply(_) => Err("hello was not answered with ok".to_owned()),
                Exchanged::Crash(how) => Err(how),
                Exchanged::Timeout(after) => {
                    Err(format!("no answer within {} ms", after.as_millis()))
                }
                Exchanged::ProtocolError(reason) => Err(reason),
            };
            match (hello, &self.hello) {
                (Ok(hello), Some(before)) if hello != *before => {
                    return Err(Broken(
                        "answered hello differently after a restart".to_owned(),
                    ));
                }
                (Ok(hello), _) => {
                    wire.previous = id;
                    self.hello = Some(hello);
                    self.wire = Some(wire);
                }
                (Err(reason), _) => {
                    let stderr = wire.transport.take_stderr();
                    let last = stderr.trim_end().lines().next_back();
                    let reason = match last {
                        Some(line) => {
                            format!("{reason}; stderr ends: {}", protocol::excerpt(line, 200))
                        }
                        None => reason,
                    };
                    drop(wire);
                    self.hello_failed(&reason)?;
                }
            }
        }
        Ok(())
    }

    fn hello_failed(&mut self, reason: &str) -> Result<(), Broken> {
        self.wire = None;
        self.hello_failures += 1;
        if self.hello_failures < MAX_HELLO_FAILURES {
            return Ok(());
        }
        Err(Broken(format!(
            "failed {MAX_HELLO_FAILURES} times at hello: {reason}"
        )))
    }
}

impl Connection {
    /// Waits for the answer to `id`. A second answer to the question before is put in `late`.
    fn wait(&mut self, id: u64, patience: Duration, late: &mut Option<String>) -> Exchanged {
        let start = Instant::now();
        loop {
            let left = patience.saturating_sub(start.elapsed());
            let line = match self.transport.receive(left) {
                Received::Line(line) => line,
                Received::TooLong => {
                    return Exchanged::ProtocolError("a line is longer than 16 MiB".to_owned());
                }
                Received::Closed(how) => return Exchanged::Crash(how),
                Received::Timeout => return Exchanged::Timeout(patience),
            };
            match Line::read(&line) {
                Ok(line) if line.id == id => return Exchanged::Reply(line.answer),
                Ok(other) if other.id == self.previous => {
                    late.get_or_insert_with(|| format!("was answered twice: {}", shown(&line)));
                    // Two extra lines are no better than one; a flood must not stall the run.
                    if start.elapsed() > patience {
                        return Exchanged::Timeout(patience);
                    }
                }
                Ok(other) => {
                    return Exchanged::ProtocolError(format!(
                        "answered question {}, asked was {id}",
                        other.id
                    ));
                }
                Err(reason) => return Exchanged::ProtocolError(reason),
            }
        }
    }
}

fn shown(line: &[u8]) -> String {
    protocol::excerpt(&String::from_utf8_lossy(line), 120)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOON: Duration = Duration::from_secs(10);
    const HELLO: &str =
        r#"{"id":0,"ok":{"protocol":1,"implementation":{"name":"t","version":"1"},"ops":[]}}"#;

    /// An adapter in shell: answers hello with the id it was asked with, then runs `script` with
    /// each further question in `$q` and its id in `$i`.
    fn shell(script: &str) -> Adapter {
        let hello = HELLO.replace("\"id\":0", "\"id\":'$i'");
        let script = format!(
            "read q; i=${{q#*:}}; i=${{i%%,*}}; echo '{hello}'; \
             while read q; do i=${{q#*:}}; i=${{i%%,*}}; {script}; done"
        );
        Adapter::process(["sh", "-c", &script].map(Into::into).to_vec())
    }

    fn shared(adapter: &Adapter) -> Shared<'_> {
        Shared::new(adapter, "0", "0.66.0", SOON)
    }

    #[test]
    fn blames_a_crash_on_the_question_and_restarts() {
        let adapter = shell("case $q in *die*) exit 3;; *) echo '{\"id\":'$i',\"ok\":{}}';; esac");
        let shared = shared(&adapter);
        let mut session = Session::new(&shared);
        for (op, result) in [
            ("a", Exchanged::Reply(Reply::Ok(json!({})))),
            ("die", Exchanged::Crash("exited with code 3".to_owned())),
            ("b", Exchanged::Reply(Reply::Ok(json!({})))),
        ] {
            assert_eq!(session.ask(op, &json!({}), SOON).unwrap().result, result);
        }
        assert_eq!(shared.restarts(), 1);
        assert_eq!(session.finish(), None);
    }

    #[test]
    fn blames_a_second_answer_on_the_question_before() {
        let adapter = shell(
            "echo '{\"id\":'$i',\"ok\":{}}'; case $q in *two*) echo '{\"id\":'$i',\"ok\":{}}';; esac",
        );
        let shared = shared(&adapter);
        let mut session = Session::new(&shared);
        assert_eq!(session.ask("two", &json!({}), SOON).unwrap().late, None);
        let next = session.ask("one", &json!({}), SOON).unwrap();
        assert_eq!(next.result, Exchanged::Reply(Reply::Ok(json!({}))));
        assert!(next.late.unwrap().starts_with("was answered twice: "));
        assert_eq!(session.ask("two", &json!({}), SOON).unwrap().late, None);
        assert!(
            session
                .finish()
                .unwrap()
                .starts_with("wrote another line: ")
        );
    }

    #[test]
    fn another_id_is_a_protocol_error() {
        let adapter = shell("echo '{\"id\":77,\"ok\":{}}'");
        let shared = shared(&adapter);
        let mut session = Session::new(&shared);
        let exchange = session.ask("a", &json!({}), SOON).unwrap();
        let reason = "answered question 77, asked was 1".to_owned();
        assert_eq!(exchange.result, Exchanged::ProtocolError(reason));
    }

    #[test]
    fn gives_up_after_three_failures_at_hello() {
        let adapter = Adapter::process(["sh", "-c", "echo welcome"].map(Into::into).to_vec());
        let shared = shared(&adapter);
        let reason = "failed 3 times at hello: a line is not JSON: welcome".to_owned();
        assert_eq!(Session::new(&shared).hello(), Err(Broken(reason)));
    }

    #[test]
    fn gives_up_after_twenty_restarts() {
        let adapter = shell("exit 1");
        let shared = shared(&adapter);
        let mut session = Session::new(&shared);
        for _ in 0..=MAX_RESTARTS {
            let exchange = session.ask("a", &json!({}), SOON).unwrap();
            assert_eq!(
                exchange.result,
                Exchanged::Crash("exited with code 1".to_owned())
            );
        }
        let reason = "had to be restarted more than 20 times".to_owned();
        assert_eq!(session.ask("a", &json!({}), SOON), Err(Broken(reason)));
    }
}
