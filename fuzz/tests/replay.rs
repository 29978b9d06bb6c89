//! Runs every target on stable Rust: over its seeds, and over mutations in a fixed order.
//!
//! `ledger.toml` has what each target must reach. Its numbers only go up. With `ICID_FUZZ_FACTOR=n`
//! in the environment there are n times as many mutations.

use std::path::Path;
use std::time::Instant;

use icid_fuzz::TARGETS;
use icid_fuzz::Target;
use icid_fuzz::Verdict;
use icid_fuzz::mutate::Numbers;
use icid_fuzz::mutate::mutated;

/// What a target must reach.
struct Floor {
    seeds: u64,
    executions: u64,
    accepted: u64,
    discarded_percent: u64,
}

#[derive(Default)]
struct Counts {
    accepted: u64,
    discarded: u64,
    executions: u64,
}

fn ledger() -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ledger.toml");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn floor(ledger: &toml::Table, target: &str) -> Floor {
    let number = |name: &str| {
        let value = ledger[target][name].as_integer().unwrap();
        u64::try_from(value).unwrap()
    };
    Floor {
        seeds: number("seeds"),
        executions: number("executions"),
        accepted: number("accepted"),
        discarded_percent: number("discarded_percent"),
    }
}

/// How many times as many executions there are as the ledger demands.
fn factor() -> u64 {
    std::env::var("ICID_FUZZ_FACTOR").map_or(1, |factor| factor.parse().unwrap())
}

fn replay(name: &str) {
    let target: &Target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let floor = floor(&ledger(), name);
    let start = Instant::now();
    let seeds = (target.seeds)();
    assert!(
        seeds.len() as u64 >= floor.seeds,
        "{name} has {} seeds only",
        seeds.len()
    );

    let mut counts = Counts::default();
    let mut run = |input: &[u8]| {
        let caught = std::panic::catch_unwind(|| (target.run)(input));
        let verdict = caught.unwrap_or_else(|_| panic!("{name} fails on {input:02x?}"));
        counts.executions += 1;
        match verdict {
            Verdict::Accepted => counts.accepted += 1,
            Verdict::Discarded => counts.discarded += 1,
            Verdict::Rejected => {}
        }
    };
    for seed in &seeds {
        run(seed);
    }
    let mut numbers = Numbers::new(1);
    for _ in 0..(floor.executions * factor()).saturating_sub(seeds.len() as u64) {
        run(&mutated(&seeds, &mut numbers));
    }

    let Counts {
        accepted,
        discarded,
        executions,
    } = counts;
    println!(
        "{name}: {} seeds, {executions} executions, {accepted} accepted, {} rejected, {discarded} discarded, {} ms",
        seeds.len(),
        executions - accepted - discarded,
        start.elapsed().as_millis()
    );
    assert!(
        executions >= floor.executions,
        "{name} ran {executions} times only"
    );
    assert!(
        accepted >= floor.accepted,
        "{name} accepted {accepted} inputs only"
    );
    assert!(
        discarded * 100 <= floor.discarded_percent * executions,
        "{name} discarded {discarded} of {executions} inputs"
    );
}

#[test]
fn every_target_is_in_the_ledger_and_every_entry_is_a_target() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert!(names.is_sorted());
    let mut entries: Vec<String> = ledger().keys().cloned().collect();
    entries.sort();
    assert_eq!(entries, names);
}

#[test]
fn every_target_has_a_file_for_libfuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    files.sort();
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(files, names);
}

#[test]
fn authenticate() {
    replay("authenticate");
}

#[test]
fn bls_key() {
    replay("bls_key");
}

#[test]
fn candid_wire() {
    replay("candid_wire");
}

#[test]
fn canister_signature() {
    replay("canister_signature");
}

#[test]
fn cbor() {
    replay("cbor");
}

#[test]
fn certificate() {
    replay("certificate");
}

#[test]
fn certificate_structure() {
    replay("certificate_structure");
}

#[test]
fn certified_map() {
    replay("certified_map");
}

#[test]
fn delegation() {
    replay("delegation");
}

#[test]
fn delegation_json() {
    replay("delegation_json");
}

#[test]
fn envelope() {
    replay("envelope");
}

#[test]
fn hash_tree() {
    replay("hash_tree");
}

#[test]
fn hash_tree_peer() {
    replay("hash_tree_peer");
}

#[test]
fn hash_tree_structure() {
    replay("hash_tree_structure");
}

#[test]
fn json() {
    replay("json");
}

#[test]
fn principal_structure() {
    replay("principal_structure");
}

#[test]
fn principal_text() {
    replay("principal_text");
}

#[test]
fn public_key() {
    replay("public_key");
}

#[test]
fn read_state() {
    replay("read_state");
}

#[test]
fn storage_header() {
    replay("storage_header");
}

#[test]
fn storage_image() {
    replay("storage_image");
}

#[test]
fn storage_map() {
    replay("storage_map");
}

#[test]
fn storage_record() {
    replay("storage_record");
}

#[test]
fn webauthn_signature() {
    replay("webauthn_signature");
}
