//! The target `candid_wire` for libFuzzer.
#![no_main]

use libfuzzer_sys::Corpus;

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    icid_fuzz::libfuzzer::run(icid_fuzz::candid_wire, data)
});
