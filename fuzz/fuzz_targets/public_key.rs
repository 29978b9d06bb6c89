//! The target `public_key` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::public_key(data);
});
