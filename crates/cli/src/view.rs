//! Parts of answers that several commands have: keys, trees, certificates.

pub(crate) mod certificate;
pub(crate) mod chain;
pub(crate) mod key;
pub(crate) mod tree;
