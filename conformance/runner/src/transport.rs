//! How lines reach an adapter and come back.
//!
//! The runner knows two kinds of adapter: a child process, which may do anything, and a function
//! in this program, which the model and tests use. Both look the same to [`crate::session`].

mod inside;
mod process;

use core::fmt;
use core::time::Duration;
use std::ffi::OsString;
use std::sync::Arc;

pub(crate) use inside::Inside;
pub(crate) use process::Process;

/// An implementation under test, and how to reach it.
#[derive(Clone)]
pub struct Adapter(Kind);

#[derive(Clone)]
enum Kind {
    Process {
        command: Vec<OsString>,
        pass: Vec<String>,
    },
    Inside(Arc<Answers>),
}

/// A function that answers one line of the protocol with one line.
type Answers = dyn Fn(&str) -> String + Send + Sync;

impl Adapter {
    /// An adapter that is started as a child process. `command` is the program and its arguments.
    #[must_use]
    pub const fn process(command: Vec<OsString>) -> Self {
        Self(Kind::Process {
            command,
            pass: Vec::new(),
        })
    }

    /// An adapter that is a function from a question to its answer, both without the line feed.
    #[must_use]
    pub fn inside(answers: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Kind::Inside(Arc::new(answers)))
    }

    /// Also passes these environment variables on to a child process.
    #[must_use]
    pub fn with_environment(mut self, names: Vec<String>) -> Self {
        if let Kind::Process { pass, .. } = &mut self.0 {
            *pass = names;
        }
        self
    }

    pub(crate) fn connect(&self) -> Result<Box<dyn Transport>, String> {
        match &self.0 {
            Kind::Process { command, pass } => Ok(Box::new(Process::start(command, pass)?)),
            Kind::Inside(answers) => Ok(Box::new(Inside::new(Arc::clone(answers)))),
        }
    }
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Process { command, .. } => f.debug_tuple("Process").field(command).finish(),
            Kind::Inside(_) => f.write_str("Inside"),
        }
    }
}

/// A connection to one running adapter.
pub(crate) trait Transport: Send {
    /// Sends one line, given without its line feed. Never blocks; a broken pipe shows in
    /// [`Transport::receive`].
    fn send(&mut self, line: String);

    /// Waits at most `patience` for the next event.
    fn receive(&mut self, patience: Duration) -> Received;

    /// Ends the adapter politely: closes its input, then waits at most `patience` for its end.
    /// Returns the lines that it still wrote.
    fn close(&mut self, patience: Duration) -> Vec<Vec<u8>>;

    /// Returns what the adapter wrote to stderr since the last call, at most the last 64 KiB.
    fn take_stderr(&mut self) -> String;
}

/// What came from an adapter.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Received {
    /// A line, without its line feed.
    Line(Vec<u8>),
    /// A line of more than [`MAX_LINE`] bytes.
    TooLong,
    /// The end of its output, and how the process ended.
    Closed(String),
    /// Nothing in time.
    Timeout,
}

/// The longest line of the protocol: 16 MiB.
pub(crate) const MAX_LINE: usize = 16 << 20;
