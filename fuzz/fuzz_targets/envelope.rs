//! The target `envelope` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::envelope(data);
});
