//! Where inputs come from.

use std::fs::File;

use crate::support::{assert_run, file, folder, icid, icid_reads};

#[test]
fn input_that_is_read_in_another_way_than_it_is_meant() {
    // Four letters that are digits as well.
    let name = file("abcd", b"abcd");
    assert_run!(icid(&["-v", "principal", name]));
    assert_run!(icid(&["-v", "principal", name, "--input", "raw"]));
}

#[test]
fn input_that_is_not_what_it_is_said_to_be() {
    assert_run!(icid(&["principal", "xyz", "--input", "hex"]));
}

#[test]
fn input_that_is_nothing() {
    assert_run!(icid_reads(&["certificate", "-"], b""));
}

#[test]
fn a_folder_is_not_read() {
    let run = icid(&["certificate", "."]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.starts_with("error: file \".\" cannot be read: "),
        "{run}"
    );
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    let name = "endless";
    File::create(folder().join(name))
        .unwrap()
        .set_len((64 << 20) + 1)
        .unwrap();
    let run = icid(&["certificate", name]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stderr,
        "error: file \"endless\" has more than 64 MiB, at most that much is read\n"
    );
}

#[test]
fn bytes_that_are_no_text_are_taken_as_they_are() {
    for length in 0..64_u8 {
        let noise: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37) ^ 0x80).collect();
        for command in ["certificate", "envelope", "webauthn", "tree", "key"] {
            let run = icid_reads(&[command, "-"], &noise);
            assert!(run.code == 1 || run.code == 2, "{command}: {run}");
            assert_eq!(run.stdout, "");
        }
    }
}
