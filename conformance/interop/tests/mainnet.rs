//! Certificates of the main network: verdicts and contents against `ic-certificate-verification` and
//! `ic-certification`.
//!
//! The files are bodies of answers to `read_state` requests. The directory that has them is named by
//! the variable `ICID_DATA`; without it all tests are skipped, and counted as ignored.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use certificate::Certificate;
use certificate::Policy;
use certificate::Ranges;
use certificate::Rules;
use certificate::Scope;
use hash_tree::Lookup;
use ic_cbor::CertificateToCbor;
use ic_certificate_verification::VerifyCertificate;
use ic_certification::LookupResult;
use icid_interop::Rng;
use libtest_mimic::Arguments;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use principal::Principal;
use provider_native::NativeProvider;
use public_key::BlsPublicKey;
use serde_cbor::Value;

/// Changes of one byte that `ic-certificate-verification` accepts and we refuse.
const LENIENCIES: &[Leniency] = &[
    Leniency {
        why: "it takes any tag for 55799",
        around: b"\xd9\xd9\xf7\xa3",
        at: 2,
        to: 0xf6,
    },
    Leniency {
        why: "it takes any tag for 55799, here that of the delegation",
        around: b"\xd9\xd9\xf7\xa2",
        at: 2,
        to: 0xf6,
    },
    Leniency {
        why: "it takes a map that ends before all announced entries",
        around: b"\xd9\xd9\xf7\xa3",
        at: 3,
        to: 0xa4,
    },
    Leniency {
        why: "it takes text for bytes, here as a label",
        around: b"\x4fcanister_ranges",
        at: 0,
        to: 0x6f,
    },
];

struct Leniency {
    why: &'static str,
    /// The bytes around the changed one, and its place among them.
    around: &'static [u8],
    at: usize,
    to: u8,
}

impl Leniency {
    /// Returns where in a certificate the change can be made.
    fn places(&self, certificate: &[u8]) -> Vec<usize> {
        let windows = certificate.windows(self.around.len()).enumerate();
        windows
            .filter(|(_, window)| *window == self.around)
            .map(|(at, _)| at + self.at)
            .collect()
    }
}

/// The files, and whether they prove something about [`OWN`].
const FILES: &[(&str, bool)] = &[
    ("ivg37_time.bin", true),
    ("ivg37_delegated_v2.bin", true),
    ("ivg37_time_pruned_ranges.bin", false),
];

/// The canister that the files are about.
const OWN: &str = "ivg37-qiaaa-aaaab-aaaga-cai";

/// A canister of another subnet.
const FOREIGN: &str = "ryjl3-tyaaa-aaaaa-aaaba-cai";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Canister {
    Foreign,
    Own,
}

impl Canister {
    fn principal(self) -> Principal {
        Principal::from_text(if self == Self::Own { OWN } else { FOREIGN }).unwrap()
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let data = std::env::var_os("ICID_DATA").map(PathBuf::from);
    let mut trials = Vec::new();
    for (file, good) in FILES {
        let mut trial = |name: &str, test: fn(bool, &[u8]) -> Result<(), Failed>| {
            let path = data.as_deref().map(|data| find(data, file));
            let trial = Trial::test(format!("{file}::{name}"), move || {
                let path = path.ok_or("ICID_DATA is not set")?;
                let body = std::fs::read(&path).map_err(|error| format!("{path:?}: {error}"))?;
                test(*good, &certificate_of(&body)?)
            });
            trials.push(trial.with_ignored_flag(data.is_none()));
        };
        trial("has_the_same_verdict", has_the_same_verdict);
        trial(
            "has_the_same_verdict_under_another_key",
            has_the_same_verdict_under_another_key,
        );
        trial(
            "has_the_same_verdict_with_flipped_bytes",
            has_the_same_verdict_with_flipped_bytes,
        );
        trial("has_the_same_contents", has_the_same_contents);
    }
    if data.is_none() {
        eprintln!(
            "SKIPPED: all {} tests against certificates of the main network; \
             set ICID_DATA to the directory that has them",
            trials.len()
        );
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn has_the_same_verdict(good: bool, certificate: &[u8]) -> Result<(), Failed> {
    for canister in [Canister::Own, Canister::Foreign] {
        let ours = our_verdict(certificate, canister, BlsPublicKey::MAINNET_ROOT);
        let theirs = their_verdict(certificate, canister, BlsPublicKey::MAINNET_ROOT);
        assert_eq!(
            ours.is_ok(),
            good && canister == Canister::Own,
            "{canister:?}: {ours:?}"
        );
        assert_eq!(theirs.is_ok(), ours.is_ok(), "{canister:?}: {theirs:?}");
    }
    Ok(())
}

fn has_the_same_verdict_under_another_key(_good: bool, certificate: &[u8]) -> Result<(), Failed> {
    // The key of the subnet, which is a valid key.
    let theirs = ic_certification::Certificate::from_cbor(certificate)?;
    let delegation = theirs.delegation.ok_or("no delegation")?;
    let inner = ic_certification::Certificate::from_cbor(&delegation.certificate)?;
    let path = [&b"subnet"[..], &delegation.subnet_id, b"public_key"];
    let LookupResult::Found(key) = inner.tree.lookup_path(path) else {
        return Err("no subnet key".into());
    };
    let key = BlsPublicKey::from_der(key)?;
    assert!(our_verdict(certificate, Canister::Own, key).is_err());
    assert!(their_verdict(certificate, Canister::Own, key).is_err());
    Ok(())
}

fn has_the_same_verdict_with_flipped_bytes(good: bool, certificate: &[u8]) -> Result<(), Failed> {
    if !good {
        return Ok(());
    }
    let mut rng = Rng::new(40);
    for _ in 0..300 {
        let mut flipped = certificate.to_vec();
        let index = rng.below(flipped.len());
        let bit = 1 << rng.below(8);
        flipped[index] ^= bit;
        let ours = our_verdict(&flipped, Canister::Own, BlsPublicKey::MAINNET_ROOT);
        assert!(ours.is_err(), "byte {index}");
        let theirs = their_verdict(&flipped, Canister::Own, BlsPublicKey::MAINNET_ROOT);
        // The leniencies below are all that may pass there.
        let in_tag = (0..3).any(|before| {
            let window = index
                .checked_sub(before)
                .and_then(|start| certificate.get(start..));
            window.is_some_and(|window| window.starts_with(b"\xd9\xd9\xf7"))
        });
        let bytes_to_text = bit == 0x20 && certificate[index] & 0xe0 == 0x40;
        let longer_map = certificate[index] & 0xe0 == 0xa0 && bit < 0x20;
        let lenient = in_tag || bytes_to_text || longer_map;
        assert!(theirs.is_err() || lenient, "byte {index}");
    }
    for leniency in LENIENCIES {
        let places = leniency.places(certificate);
        assert!(!places.is_empty(), "{}", leniency.why);
        for place in places {
            let mut changed = certificate.to_vec();
            changed[place] = leniency.to;
            let ours = our_verdict(&changed, Canister::Own, BlsPublicKey::MAINNET_ROOT);
            assert!(ours.is_err(), "{} at {place}", leniency.why);
            let theirs = their_verdict(&changed, Canister::Own, BlsPublicKey::MAINNET_ROOT);
            assert!(theirs.is_ok(), "{} at {place}: {theirs:?}", leniency.why);
        }
    }
    Ok(())
}

fn has_the_same_contents(_good: bool, certificate: &[u8]) -> Result<(), Failed> {
    let ours = Certificate::parse(certificate, Policy::SPEC)?;
    let by_ic_cbor = ic_certification::Certificate::from_cbor(certificate)?;
    let by_serde: ic_certification::Certificate = serde_cbor::from_slice(certificate)?;
    assert_eq!(ours.root_hash(), by_ic_cbor.tree.digest());
    assert_eq!(ours.root_hash(), by_serde.tree.digest());
    let delegation = by_serde.delegation.as_ref().ok_or("no delegation")?;
    assert_eq!(
        ours.claimed_subnet_id().map(|id| id.as_bytes().to_vec()),
        Some(delegation.subnet_id.clone())
    );

    let inner: ic_certification::Certificate = serde_cbor::from_slice(&delegation.certificate)?;
    let mut values = 0;
    for theirs in [&by_serde.tree, &inner.tree] {
        let bytes = serde_cbor::to_vec(theirs)?;
        let ours = hash_tree::HashTree::parse(&bytes)?;
        assert_eq!(ours.root_hash(), theirs.digest());
        assert!(ours.is_well_formed());
        for path in theirs.list_paths() {
            let path: Vec<&[u8]> = path.iter().map(ic_certification::Label::as_bytes).collect();
            let LookupResult::Found(value) = theirs.lookup_path(&path) else {
                return Err("a listed path leads nowhere".into());
            };
            assert_eq!(ours.lookup(&path), Lookup::Found(value));
            values += 1;
        }
    }
    assert!(values >= 3, "{values} values");
    Ok(())
}

fn our_verdict(
    certificate: &[u8],
    canister: Canister,
    root_key: BlsPublicKey,
) -> Result<(), Box<dyn Error>> {
    let rules = Rules {
        root_key,
        scope: Scope::Canister(canister.principal()),
        ranges: Ranges::Either,
        freshness: None,
    };
    let certificate = Certificate::parse(certificate, Policy::SPEC)?;
    certificate.verify(&rules, &NativeProvider::new(), None)?;
    Ok(())
}

fn their_verdict(
    certificate: &[u8],
    canister: Canister,
    root_key: BlsPublicKey,
) -> Result<(), Box<dyn Error>> {
    let certificate = ic_certification::Certificate::from_cbor(certificate)?;
    let any_time = (0, u128::MAX);
    certificate.verify(
        canister.principal().as_bytes(),
        &root_key.to_der(),
        &any_time.0,
        &any_time.1,
    )?;
    Ok(())
}

/// Returns the certificate in the body of an answer.
fn certificate_of(body: &[u8]) -> Result<Vec<u8>, Failed> {
    let mut fields: BTreeMap<String, Value> = serde_cbor::from_slice(body)?;
    match fields.remove("certificate") {
        Some(Value::Bytes(certificate)) => Ok(certificate),
        other => Err(format!("no certificate but {other:?}").into()),
    }
}

/// Returns the path of a file in the directory or its subdirectory `certificates`.
fn find(data: &Path, file: &str) -> PathBuf {
    let nested = data.join("certificates").join(file);
    if nested.exists() {
        nested
    } else {
        data.join(file)
    }
}
