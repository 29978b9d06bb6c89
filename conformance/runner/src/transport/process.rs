//! An adapter that is a child process, which may hang, crash, flood or lie.
//!
//! Three threads keep the runner from ever waiting on a pipe: one writes questions, one reads
//! answers, one keeps the tail of stderr. They end when the process does or when this value is
//! dropped, whatever the process does.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{self, Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::{MAX_LINE, Received, Transport};

/// Variables that reach the adapter if they are set: what programs need to start at all.
const PASSED: [&str; 14] = [
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "NODE_PATH",
    "JAVA_HOME",
    "GOROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "RUST_BACKTRACE",
    "SystemRoot",
];

/// How much of stderr is kept per case.
const STDERR_TAIL: usize = 64 << 10;

/// How many lines may wait unread, before the adapter is made to wait.
const BACKLOG: usize = 64;

/// How long a process that closed its output may take to end.
const END_PATIENCE: Duration = Duration::from_millis(500);

/// A connection to a child process in a process group and a folder of its own.
pub(crate) struct Process {
    child: Child,
    questions: Option<Sender<String>>,
    answers: Receiver<Received>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    stderr_reader: Option<JoinHandle<()>>,
    ended: Option<ExitStatus>,
    _folder: TemporaryFolder,
}

impl Process {
    pub(crate) fn start(command: &[OsString], pass: &[String]) -> Result<Self, String> {
        let Some((program, arguments)) = command.split_first() else {
            return Err("there is no command".to_owned());
        };
        let program = resolve_program(program)?;
        let folder = TemporaryFolder::create()
            .map_err(|error| format!("cannot create a temporary folder: {error}"))?;
        let mut command = Command::new(&program);
        command
            .args(arguments.iter().map(|argument| absolute_if_file(argument)))
            .env_clear()
            .envs(
                PASSED
                    .iter()
                    .copied()
                    .chain(pass.iter().map(String::as_str))
                    .filter_map(|name| {
                        env::var_os(name).map(|value| (OsString::from(name), value))
                    }),
            )
            .env("HOME", &folder.0)
            .env("TMPDIR", &folder.0)
            .current_dir(&folder.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.to_string_lossy()))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(errors)) = pipes else {
            return Err("the process has no pipes".to_owned());
        };
        let (questions, to_write) = mpsc::channel();
        let (to_read, answers) = mpsc::sync_channel(BACKLOG);
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let tail = Arc::clone(&stderr);
        thread::spawn(move || write_lines(stdin, &to_write));
        thread::spawn(move || read_lines(stdout, &to_read));
        let stderr_reader = thread::spawn(move || keep_tail(errors, &tail));
        Ok(Self {
            child,
            questions: Some(questions),
            answers,
            stderr,
            stderr_reader: Some(stderr_reader),
            ended: None,
            _folder: folder,
        })
    }

    /// Waits a little for the process to end by itself.
    fn wait_a_little(&mut self, patience: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        while self.ended.is_none() && start.elapsed() < patience {
            match self.child.try_wait() {
                Ok(Some(status)) => self.ended = Some(status),
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                Err(_) => break,
            }
        }
        self.ended
    }

    /// Ends the process and everything it started, at once.
    fn kill(&mut self) {
        kill_group(self.child.id());
        if self.ended.is_none() {
            // An error means that it has ended already.
            let _ = self.child.kill();
            self.ended = self.child.wait().ok();
        }
    }
}

impl Transport for Process {
    fn send(&mut self, line: String) {
        if let Some(questions) = &self.questions {
            // The writer is gone only if the pipe is broken; then the output ends, too.
            let _ = questions.send(line);
        }
    }

    fn receive(&mut self, patience: Duration) -> Received {
        match self.answers.recv_timeout(patience) {
            Ok(Received::Closed(_)) | Err(RecvTimeoutError::Disconnected) => {
                let status = self.wait_a_little(END_PATIENCE);
                // What it wrote last often says why it ended.
                let start = Instant::now();
                while self
                    .stderr_reader
                    .as_ref()
                    .is_some_and(|reader| !reader.is_finished())
                    && start.elapsed() < END_PATIENCE
                {
                    thread::sleep(Duration::from_millis(2));
                }
                Received::Closed(status.map_or_else(
                    || "closed its output and went on running".to_owned(),
                    describe,
                ))
            }
            Ok(received) => received,
            Err(RecvTimeoutError::Timeout) => Received::Timeout,
        }
    }

    fn close(&mut self, patience: Duration) -> Vec<Vec<u8>> {
        self.questions = None;
        let start = Instant::now();
        let mut late = Vec::new();
        loop {
            match self
                .answers
                .recv_timeout(patience.saturating_sub(start.elapsed()))
            {
                Ok(Received::Line(line)) if late.len() < BACKLOG => late.push(line),
                Ok(Received::Line(_) | Received::TooLong | Received::Timeout) => {}
                Ok(Received::Closed(_)) | Err(_) => break,
            }
        }
        self.wait_a_little(patience.saturating_sub(start.elapsed()));
        late
    }

    fn take_stderr(&mut self) -> String {
        let mut tail = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = tail.drain(..).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.questions = None;
        self.kill();
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("id", &self.child.id())
            .finish_non_exhaustive()
    }
}

fn write_lines(mut stdin: ChildStdin, questions: &Receiver<String>) {
    while let Ok(mut line) = questions.recv() {
        line.push('\n');
        if stdin
            .write_all(line.as_bytes())
            .and_then(|()| stdin.flush())
            .is_err()
        {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, answers: &SyncSender<Received>) {
    let mut reader = BufReader::with_capacity(1 << 16, stdout);
    loop {
        let mut line = Vec::new();
        // One more for the line feed, one more to see that it is too long.
        let limit = u64::try_from(MAX_LINE).map_or(u64::MAX, |limit| limit + 2);
        let received = match reader.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => Received::Closed(String::new()),
            Ok(_) if line.last() == Some(&b'\n') && line.len() <= MAX_LINE + 1 => {
                line.pop();
                Received::Line(line)
            }
            Ok(_) if line.len() > MAX_LINE => Received::TooLong,
            // The output ended within a line; what there is may explain why.
            Ok(_) => Received::Line(line),
        };
        let is_last = matches!(received, Received::Closed(_) | Received::TooLong);
        if answers.send(received).is_err() || is_last {
            return;
        }
    }
}

fn keep_tail(mut errors: ChildStderr, tail: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length) = errors.read(&mut buffer) {
        if length == 0 {
            return;
        }
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(buffer.iter().take(length));
        let excess = tail.len().saturating_sub(STDERR_TAIL);
        tail.drain(..excess);
    }
}

/// Says in words how a process ended.
fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended".to_owned(),
    }
}

/// Kills a whole process group. The standard library can only kill one process; the shell's
/// built-in `kill` knows groups, and is there wherever process groups are.
fn kill_group(id: u32) {
    if cfg!(unix) {
        let script = format!("kill -s KILL -- -{id}");
        let command = Command::new("sh")
            .args(["-c", &script])
            .stderr(Stdio::null())
            .status();
        // The group may have ended already.
        drop(command);
    }
}

/// A program with a path is resolved here, because the adapter runs in another folder.
fn resolve_program(program: &OsStr) -> Result<OsString, String> {
    let path = Path::new(program);
    if path.components().count() < 2 {
        return Ok(program.to_owned());
    }
    // A link stays a link: programs such as Python's look at what they were called by.
    let found = path::absolute(path).and_then(|path| path.metadata().map(|_| path));
    match found {
        Ok(path) => Ok(path.into_os_string()),
        Err(error) => Err(format!("cannot start {}: {error}", path.display())),
    }
}

/// An argument that names a file here is made absolute, so that `python3 adapter.py` works.
fn absolute_if_file(argument: &OsStr) -> OsString {
    let path = Path::new(argument);
    if path.is_relative() && path.is_file() {
        path::absolute(path).map_or_else(|_| argument.to_owned(), PathBuf::into_os_string)
    } else {
        argument.to_owned()
    }
}

/// An empty folder that is removed with this value.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn create() -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);

        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("icid-conformance-{}-{number}", std::process::id());
            let path = env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Left-overs in the system's folder for them do no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests;
