//! Runs the peer, once.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;

use icid_interop::hex::Hex;
use libtest_mimic::Failed;
use serde::Deserialize;
use serde_json::Value;

use crate::ours::question;

/// Returns what the peer makes of our question. It is asked once.
pub(crate) fn answer() -> Result<&'static Answer, Failed> {
    static ANSWER: OnceLock<Result<Answer, String>> = OnceLock::new();
    let answer = ANSWER.get_or_init(|| ask(&question()).map_err(|error| error.to_string()));
    answer.as_ref().map_err(Failed::from)
}

fn ask(question: &Value) -> Result<Answer, Box<dyn Error>> {
    let folder = install()?;
    let mut node = Command::new("node")
        .arg("peer.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = node.stdin.take().ok_or("no standard input")?;
    stdin.write_all(question.to_string().as_bytes())?;
    drop(stdin);
    let output = node.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("peer.mjs ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Installs the packages of the lock file below the target directory, unless they are there, and
/// returns the folder to run in.
fn install() -> Result<PathBuf, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("js");
    fs::create_dir_all(&folder)?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    let installed = folder.join("installed.json");
    let lock = fs::read(source.join("package-lock.json"))?;
    for file in ["package.json", "package-lock.json", ".npmrc", "peer.mjs"] {
        fs::copy(source.join(file), folder.join(file))?;
    }
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    let output = npm()
        .args(["ci", "--ignore-scripts"])
        .current_dir(&folder)
        .output()?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("npm ci ended with {}: {problem}", output.status).into());
    }
    fs::write(installed, lock)?;
    Ok(folder)
}

/// Says which tool is missing, if one is.
pub(crate) fn missing_tool() -> Option<String> {
    let works = |mut command: Command| command.arg("--version").output().ok();
    let Some(node) = works(Command::new("node")) else {
        return Some("there is no Node.js (`node`)".to_owned());
    };
    let version = String::from_utf8_lossy(&node.stdout).trim().to_owned();
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u32>);
    let [major, minor] = [numbers.next(), numbers.next()].map(|number| number?.ok());
    if (major, minor) < (Some(20), Some(19)) {
        return Some(format!("Node.js is {version}, needed is 20.19 or later"));
    }
    works(npm())
        .is_none()
        .then(|| "there is no `npm`".to_owned())
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// What `js/peer.mjs` writes.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) identities: Vec<Described>,
    pub(crate) requests: Vec<MadeRequest>,
    pub(crate) chains: Vec<MadeChain>,
    pub(crate) assertions: Vec<MadeAssertions>,
    pub(crate) judged: Judged,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) principal: String,
    pub(crate) key: Option<Hex>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MadeRequest {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) body: Hex,
    pub(crate) request_id: Hex,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MadeChain {
    pub(crate) name: String,
    pub(crate) json: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MadeAssertions {
    pub(crate) key: Hex,
    pub(crate) signatures: Vec<Hex>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Judged {
    pub(crate) requests: Vec<JudgedRequest>,
    pub(crate) chains: Vec<JudgedChain>,
    pub(crate) certificates: Vec<JudgedCertificate>,
    pub(crate) responses: Vec<JudgedResponse>,
    pub(crate) principals: Vec<Hex>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JudgedRequest {
    pub(crate) request_id: Hex,
    pub(crate) fields: Vec<String>,
    pub(crate) holds: Option<bool>,
    pub(crate) sender: String,
    pub(crate) signer: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JudgedChain {
    pub(crate) json: String,
    pub(crate) links: Vec<JudgedLink>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JudgedLink {
    pub(crate) signed: Hex,
    pub(crate) holds: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JudgedCertificate {
    pub(crate) error: Option<String>,
    pub(crate) value: Option<Hex>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JudgedResponse {
    pub(crate) error: Option<String>,
    pub(crate) request_id: Option<Hex>,
    pub(crate) status: Option<String>,
    pub(crate) answer: Option<String>,
}
