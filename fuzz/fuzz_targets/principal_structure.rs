//! The target `principal_structure` for libFuzzer.
#![no_main]

use libfuzzer_sys::Corpus;

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    icid_fuzz::libfuzzer::run(icid_fuzz::principal_structure, data)
});
