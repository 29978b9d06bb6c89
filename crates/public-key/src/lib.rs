//! Public keys of the Internet Computer in their DER form.
#![no_std]
#![forbid(unsafe_code)]
