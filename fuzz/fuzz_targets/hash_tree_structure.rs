//! The target `hash_tree_structure` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    icid_fuzz::hash_tree_structure(data);
});
