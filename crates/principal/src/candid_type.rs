//! `candid`: the type `principal`.
//!
//! Decoding goes through `serde`, with an agreement on how `candid` gives the bytes.

use candid::CandidType;
use candid::types::Serializer;
use candid::types::Type;
use candid::types::TypeInner;

use crate::Principal;

/// Is the Candid type `principal`.
impl CandidType for Principal {
    fn _ty() -> Type {
        TypeInner::Principal.into()
    }

    fn idl_serialize<S: Serializer>(&self, serializer: S) -> Result<(), S::Error> {
        serializer.serialize_principal(self.as_bytes())
    }
}
