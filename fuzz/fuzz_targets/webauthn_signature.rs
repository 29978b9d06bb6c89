//! The target `webauthn_signature` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::webauthn_signature(data);
});
