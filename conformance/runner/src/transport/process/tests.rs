//! Child processes that behave, hang, flood, crash and breed.

#![cfg(unix)]

use super::*;

const SOON: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Process {
    Process::start(&["sh", "-c", script].map(OsString::from), &[]).unwrap()
}

fn line(text: &str) -> Received {
    Received::Line(text.as_bytes().to_vec())
}

#[test]
fn passes_lines_both_ways() {
    let mut process = shell("while read x; do echo \"got $x\"; done");
    process.send("a".to_owned());
    assert_eq!(process.receive(SOON), line("got a"));
    process.send("b".to_owned());
    assert_eq!(process.receive(SOON), line("got b"));
    assert_eq!(process.close(SOON), Vec::<Vec<u8>>::new());
}

#[test]
fn a_program_is_started_by_the_name_of_its_link() {
    let folder = TemporaryFolder::create().unwrap();
    let (program, link) = (folder.0.join("program"), folder.0.join("link"));
    fs::write(&program, "#!/bin/sh\necho \"$0\"\n").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, executable).unwrap();
    std::os::unix::fs::symlink(&program, &link).unwrap();
    let mut process = Process::start(&[link.clone().into_os_string()], &[]).unwrap();
    assert_eq!(process.receive(SOON), line(link.to_str().unwrap()));
    let missing = folder.0.join("missing").into_os_string();
    assert!(Process::start(&[missing], &[]).is_err());
}

#[test]
fn tells_how_the_process_ended_and_what_it_said_last() {
    let mut process = shell("echo oh >&2; exit 7");
    assert_eq!(
        process.receive(SOON),
        Received::Closed("exited with code 7".to_owned())
    );
    assert_eq!(process.take_stderr(), "oh\n");
    assert_eq!(process.take_stderr(), "");
    let mut process = shell("kill -s KILL $$");
    assert_eq!(
        process.receive(SOON),
        Received::Closed("was ended by signal 9".to_owned())
    );
}

#[test]
fn does_not_wait_for_a_process_that_hangs_or_does_not_read() {
    let mut process = shell("sleep 600");
    process.send("x".repeat(1 << 20));
    assert_eq!(
        process.receive(Duration::from_millis(50)),
        Received::Timeout
    );
}

#[test]
fn kills_the_grandchildren_too() {
    let mut process = shell("sleep 600 & echo $!; wait");
    let Received::Line(id) = process.receive(SOON) else {
        panic!("no line")
    };
    let id = String::from_utf8(id).unwrap();
    drop(process);
    let alive = || {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    };
    let start = Instant::now();
    while alive() && start.elapsed() < SOON {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!alive());
}

#[test]
fn a_line_of_sixteen_mebibytes_is_read_and_one_byte_more_is_not() {
    let mut process = shell(
        "head -c 16777216 /dev/zero | tr '\\0' x; echo; head -c 16777217 /dev/zero | tr '\\0' x; echo",
    );
    let Received::Line(line) = process.receive(SOON) else {
        panic!("no line")
    };
    assert_eq!(line.len(), MAX_LINE);
    assert_eq!(process.receive(SOON), Received::TooLong);
}

#[test]
fn the_environment_is_an_allow_list_and_the_folder_is_empty() {
    let mut process = shell("env | cut -d= -f1 | sort | tr '\\n' ' '; ls | wc -l");
    let Received::Line(names) = process.receive(SOON) else {
        panic!("no line")
    };
    let names = String::from_utf8(names).unwrap();
    let own = ["HOME", "TMPDIR", "PWD", "SHLVL", "_", "OLDPWD", "0"];
    for name in names.split_whitespace() {
        assert!(PASSED.contains(&name) || own.contains(&name), "{name}");
    }
}

#[test]
fn a_missing_program_is_an_error_that_names_it() {
    let error = Process::start(&[OsString::from("./no/such/adapter")], &[]).unwrap_err();
    assert!(
        error.starts_with("cannot start ./no/such/adapter: "),
        "{error}"
    );
}
