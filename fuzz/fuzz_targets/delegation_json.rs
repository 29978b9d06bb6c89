//! The target `delegation_json` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::delegation_json(data);
});
