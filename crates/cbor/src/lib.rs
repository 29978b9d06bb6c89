//! The CBOR profile of the Internet Computer: a bounded zero-copy reader and a deterministic writer.
//!
//! A [`Reader`] is a cursor over borrowed bytes. The caller says what it expects next, and gets a
//! slice of the input or a [`ReadError`] with a position. Nothing is allocated, nothing recurses,
//! and no length in the input is believed before the bytes are there. What the interface spec
//! leaves open is decided by a [`Policy`].
//!
//! # Example
//!
//! ```
//! use icid_cbor::{Reader, TagRule};
//!
//! // 55799({"reply": h'4449444c'})
//! let input = b"\xd9\xd9\xf7\xa1\x65reply\x44DIDL";
//! let mut reader = Reader::new(input);
//! reader.self_described_tag(TagRule::Required)?;
//! let mut entries = reader.map()?;
//! assert!(reader.next(&mut entries)?);
//! assert_eq!(reader.text()?, "reply");
//! assert_eq!(reader.bytes()?, b"DIDL");
//! assert!(!reader.next(&mut entries)?);
//! reader.finish()?;
//! # Ok::<(), icid_cbor::ReadError>(())
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "CBOR encoding of requests and responses" (`CBOR-1` to `CBOR-9`,
//! `CBOR-12`), over RFC 8949.
//!
//! | in the input | the reader |
//! |---|---|
//! | integers and lengths wider than needed | accepts them: ids don't depend on representation |
//! | arrays and maps of indefinite length | accepts them |
//! | strings in chunks | rejects them |
//! | floats, `undefined`, unassigned simple values | rejects them |
//! | bignums | accepts those that need one, by [`Reader::natural`] |
//! | more than [`MAX_NESTING`] levels, generic maps of more than [`MAX_ENTRIES`] entries | rejects them |
//!
//! # Deviations
//!
//! The two budgets are our own: the interface spec sets none.
//!
//! # Features
//!
//! - `alloc` (default): [`Writer`].
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod blob;
mod check;
mod error;
mod kind;
mod policy;
mod reader;
mod record;
mod skip;
#[cfg(feature = "alloc")]
mod writer;

pub use blob::{Blob, BlobBytes};
pub use check::{MAX_ENTRIES, check};
pub use error::{ReadError, Reason};
pub use kind::Kind;
pub use policy::{BlobRule, NullRule, Policy, TagRule, UnknownFieldRule};
pub use reader::{Items, Natural, Reader};
pub use record::{MAX_NAMES, Record};
pub use skip::MAX_NESTING;
#[cfg(feature = "alloc")]
pub use writer::Writer;
