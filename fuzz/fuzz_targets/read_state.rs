//! The target `read_state` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::read_state(data);
});
