//! Hash trees of the Internet Computer: decode, root hash, lookup, prune, certified maps.
#![no_std]
#![forbid(unsafe_code)]
