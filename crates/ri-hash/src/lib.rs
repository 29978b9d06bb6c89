//! The representation-independent hash of the Internet Computer, and request ids.
//!
//! A record is hashed by the hashes of its field names and values, sorted, so that neither the
//! order of the fields nor their encoding matters. Here a value becomes a [`ValueHash`] as soon as
//! it is known, a [`MapHasher`] collects those of a map and an [`ArrayHasher`] those of an array,
//! and their results are value hashes again. Nothing is allocated and no value is copied.
//!
//! # Example
//!
//! The worked example of the interface spec, "Request ids":
//!
//! ```
//! use icid_ri_hash::{MapHasher, RequestId, ValueHash};
//!
//! let mut content = MapHasher::new();
//! content.add("request_type", ValueHash::text("call"))?;
//! content.add("sender", ValueHash::blob(&[0x04]))?;
//! content.add("ingress_expiry", ValueHash::natural(1_685_570_400_000_000_000))?;
//! content.add("canister_id", ValueHash::blob(&[0, 0, 0, 0, 0, 0, 0x04, 0xd2]))?;
//! content.add("method_name", ValueHash::text("hello"))?;
//! content.add("arg", ValueHash::blob(b"DIDL\x00\xfd*"))?;
//! let id = RequestId::from(content.finish());
//! assert_eq!(
//!     id.to_string(),
//!     "0x1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101",
//! );
//! # Ok::<(), icid_ri_hash::AddFieldError>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Representation-independent hashing of structured data" and "Request
//! ids" (`REQID-1` to `REQID-18`).
//!
//! # Deviations
//!
//! A map has at most [`MAX_FIELDS`] fields, which is our own budget. Names are hashed as UTF-8;
//! the interface spec speaks of ASCII, which all its names are.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod array;
mod digest;
mod leb128;
mod map;
mod name;
mod request_id;
mod value;

pub use array::ArrayHasher;
pub use map::{AddFieldError, MAX_FIELDS, MapHasher};
pub use name::FieldName;
pub use request_id::{ParseRequestIdError, RequestId};
pub use value::{BlobHasher, ValueHash};
