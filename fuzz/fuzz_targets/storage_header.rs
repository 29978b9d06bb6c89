//! The target `storage_header` for libFuzzer.
#![no_main]

use libfuzzer_sys::Corpus;

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    icid_fuzz::libfuzzer::run(icid_fuzz::storage_header, data)
});
