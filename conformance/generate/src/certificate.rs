//! Vectors for certificates.

pub(crate) mod fixture;

mod delegation;
mod lookup;
mod ranges;
mod shape;
mod signature;
mod time;

use crate::Suite;

pub(crate) fn generate(suite: &mut Suite) {
    shape::generate(suite);
    signature::generate(suite);
    time::generate(suite);
    delegation::generate(suite);
    ranges::generate(suite);
    lookup::generate(suite);
}
