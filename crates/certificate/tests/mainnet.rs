//! Certificates of the public network.
//!
//! The files are `read_state` responses that the network gave. They are not part of the repository:
//! the environment variable `ICID_DATA` names the directory that has them in `certificates/`. Without
//! it these tests are ignored, and counted as such.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and says what it skips"
)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use cbor::{Reader, TagRule};
use icid_certificate::{
    Certificate, DelegationCache, Policy, Ranges, Read, Rules, Scope, VerifyCertificateError,
};
use libtest_mimic::{Arguments, Trial};
use principal::Principal;
use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use public_key::BlsPublicKey;
use signature::VerifySignature;
use testkit::SecretKey;

fn main() -> ExitCode {
    let tests: [(&str, fn()); 6] = [
        ("sharded_ranges_verify", sharded_ranges_verify),
        ("flat_ranges_verify", flat_ranges_verify),
        (
            "pruned_ranges_authorise_nothing",
            pruned_ranges_authorise_nothing,
        ),
        (
            "canisters_outside_the_ranges_are_rejected",
            canisters_outside_the_ranges_are_rejected,
        ),
        ("another_root_key_is_rejected", another_root_key_is_rejected),
        (
            "every_flipped_byte_is_rejected",
            every_flipped_byte_is_rejected,
        ),
    ];
    let has_data = env::var_os("ICID_DATA").is_some();
    if !has_data {
        eprintln!(
            "SKIPPED {} tests: ICID_DATA names no directory with certificates",
            tests.len()
        );
    }
    let trials = tests.map(|(name, test)| {
        let trial = Trial::test(name, move || {
            test();
            Ok(())
        });
        trial.with_ignored_flag(!has_data)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

/// Reads the certificate in a response.
fn response(name: &str) -> Vec<u8> {
    let data = env::var_os("ICID_DATA").expect("this runs only with data");
    let path = PathBuf::from(data).join("certificates").join(name);
    let body = fs::read(&path).unwrap();
    let mut reader = Reader::new(&body);
    reader.self_described_tag(TagRule::Required).unwrap();
    let mut entries = reader.map().unwrap();
    assert!(reader.next(&mut entries).unwrap());
    assert_eq!(reader.text(), Ok("certificate"));
    let certificate = reader.bytes().unwrap();
    assert!(!reader.next(&mut entries).unwrap());
    reader.finish().unwrap();
    certificate.to_vec()
}

fn canister() -> Principal {
    Principal::from_text("ivg37-qiaaa-aaaab-aaaga-cai").unwrap()
}

fn rules(ranges: Ranges) -> Rules {
    let scope = Scope::Canister(canister());
    Rules {
        root_key: BlsPublicKey::MAINNET_ROOT,
        scope,
        ranges,
        freshness: None,
    }
}

fn verify(bytes: &[u8], rules: &Rules) -> Result<(), VerifyCertificateError> {
    let certificate = Certificate::parse(bytes, Policy::SPEC).unwrap();
    let outcome = certificate
        .verify(rules, &NativeProvider::new(), None)
        .map(|_| ());
    let rustcrypto: &dyn VerifySignature = &RustCryptoProvider::new();
    assert_eq!(
        certificate.verify(rules, rustcrypto, None).map(|_| ()),
        outcome
    );
    outcome
}

fn sharded_ranges_verify() {
    let bytes = response("ivg37_time.bin");
    assert_eq!(verify(&bytes, &rules(Ranges::Sharded)), Ok(()));
    assert_eq!(verify(&bytes, &rules(Ranges::Either)), Ok(()));
    let ranges = Ranges::Flat;
    let missing = Err(VerifyCertificateError::MissingRanges { ranges });
    assert_eq!(verify(&bytes, &rules(ranges)), missing);
    check_reads(
        &bytes,
        Ranges::Sharded,
        1_763_796_896_688_941_908,
        1_763_796_681_781_793_898,
    );
}

fn flat_ranges_verify() {
    let bytes = response("ivg37_delegated_v2.bin");
    assert_eq!(verify(&bytes, &rules(Ranges::Flat)), Ok(()));
    assert_eq!(verify(&bytes, &rules(Ranges::Either)), Ok(()));
    let ranges = Ranges::Sharded;
    let missing = Err(VerifyCertificateError::MissingRanges { ranges });
    assert_eq!(verify(&bytes, &rules(ranges)), missing);
    check_reads(
        &bytes,
        Ranges::Flat,
        1_645_601_880_652_705_378,
        1_645_093_069_668_391_957,
    );
}

/// Checks what the certificate and its delegation say, times in nanoseconds.
fn check_reads(bytes: &[u8], ranges: Ranges, time: u64, delegation_time: u64) {
    let certificate = Certificate::parse(bytes, Policy::SPEC).unwrap();
    let verified = certificate
        .verify(&rules(ranges), &NativeProvider::new(), None)
        .unwrap();
    assert_eq!(verified.time().as_nanos(), time);
    let subnet = "qxesv-zoxpm-vc64m-zxguk-5sj74-35vrb-tbgwg-pcird-5gr26-62oxl-cae";
    let delegation = verified.delegation().unwrap();
    assert_eq!(
        delegation.subnet_id(),
        Principal::from_text(subnet).unwrap()
    );
    assert_eq!(delegation.time().as_nanos(), delegation_time);
    // Both are older than subnet types in the state tree.
    assert_eq!(delegation.subnet_type(), Ok(Read::Absent));
    // Only the time was asked for, so everything else is left out.
    assert_eq!(verified.certified_data(&canister()), Ok(Read::Unknown));
}

fn pruned_ranges_authorise_nothing() {
    let bytes = response("ivg37_time_pruned_ranges.bin");
    for ranges in [Ranges::Sharded, Ranges::Flat, Ranges::Either] {
        let missing = Err(VerifyCertificateError::MissingRanges { ranges });
        assert_eq!(verify(&bytes, &rules(ranges)), missing);
    }
    let unscoped = Rules {
        scope: Scope::Unscoped,
        ..rules(Ranges::Sharded)
    };
    assert_eq!(verify(&bytes, &unscoped), Ok(()));
}

fn canisters_outside_the_ranges_are_rejected() {
    for (name, ranges) in [
        ("ivg37_time.bin", Ranges::Sharded),
        ("ivg37_delegated_v2.bin", Ranges::Flat),
    ] {
        let bytes = response(name);
        // The governance canister of the root subnet, and the ends of the range in the catalogue's
        // sample: jrlun-jiaaa-aaaab-aaaaa-cai to v2nog-2aaaa-aaaab-p777q-cai.
        for (text, is_inside) in [
            ("rrkah-fqaaa-aaaaa-aaaaq-cai", false),
            ("aaaaa-aa", false),
            ("jrlun-jiaaa-aaaab-aaaaa-cai", true),
            ("v2nog-2aaaa-aaaab-p777q-cai", true),
        ] {
            let canister = Principal::from_text(text).unwrap();
            let rules = Rules {
                scope: Scope::Canister(canister),
                ..rules(ranges)
            };
            let out = Err(VerifyCertificateError::OutOfRanges { canister });
            assert_eq!(
                verify(&bytes, &rules),
                if is_inside { Ok(()) } else { out },
                "{text}"
            );
        }
    }
}

fn another_root_key_is_rejected() {
    for (name, ranges) in [
        ("ivg37_time.bin", Ranges::Sharded),
        ("ivg37_delegated_v2.bin", Ranges::Flat),
    ] {
        let bytes = response(name);
        let root_key = BlsPublicKey::from_bytes(SecretKey::from_name("root").public_key());
        let rules = Rules {
            root_key,
            ..rules(ranges)
        };
        let invalid = Err(VerifyCertificateError::InvalidDelegationSignature);
        assert_eq!(verify(&bytes, &rules), invalid);
    }
}

fn every_flipped_byte_is_rejected() {
    for (name, ranges) in [
        ("ivg37_time.bin", Ranges::Sharded),
        ("ivg37_delegated_v2.bin", Ranges::Flat),
    ] {
        let bytes = response(name);
        let mut provider = NativeProvider::new();
        provider
            .prepare(&BlsPublicKey::MAINNET_ROOT.to_der())
            .unwrap();
        let mut cache = DelegationCache::new();
        let rules = rules(ranges);
        let mut verify = |bytes: &[u8]| {
            let Ok(certificate) = Certificate::parse(bytes, Policy::SPEC) else {
                return false;
            };
            certificate
                .verify(&rules, &provider, Some(&mut cache))
                .is_ok()
        };
        assert!(verify(&bytes));
        for position in 0..bytes.len() {
            for mask in [0x01, 0xff] {
                let mut flipped = bytes.clone();
                flipped[position] ^= mask;
                assert!(
                    !verify(&flipped),
                    "{name}: byte {position} with {mask:#04x}"
                );
            }
        }
    }
}
