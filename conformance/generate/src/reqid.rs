//! Vectors about the representation-independent hash and request ids.

mod map;
mod request;

use crate::Suite;

pub(crate) fn generate(suite: &mut Suite) {
    map::generate(suite);
    request::generate(suite);
}
