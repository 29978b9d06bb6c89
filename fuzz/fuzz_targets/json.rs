//! The target `json` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::json(data);
});
