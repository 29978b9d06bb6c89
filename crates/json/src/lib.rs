//! A bounded reader of small JSON documents.
//!
//! A [`Reader`] is a cursor over borrowed bytes. The caller says what it expects next, and gets a
//! part of the input or a [`ReadError`] with a position. Nothing is allocated, nothing recurses, and
//! no object may have the same name twice. Numbers are kept as text.
//!
//! # Example
//!
//! ```
//! use icid_json::Reader;
//!
//! let mut reader = Reader::new(br#"{"type": "webauthn.get", "more": [{}], "age": 7}"#)?;
//! let mut members = reader.object()?;
//! let (mut kind, mut age) = (None, None);
//! while let Some(name) = reader.member(&mut members)? {
//!     if name == "type" {
//!         kind = Some(reader.text()?);
//!     } else if name == "age" {
//!         age = reader.number()?.to_u64();
//!     } else {
//!         reader.skip()?;
//!     }
//! }
//! reader.finish()?;
//! assert!(kind.is_some_and(|kind| kind == "webauthn.get"));
//! assert_eq!(age, Some(7));
//! # Ok::<(), icid_json::ReadError>(())
//! ```
//!
//! # Specification
//!
//! RFC 8259, and for the Internet Computer the interface spec 0.66.0, "Web Authentication"
//! (`SIG-WEBAUTHN-14`).
//!
//! | in the input | the reader |
//! |---|---|
//! | a byte-order mark, invalid UTF-8 | rejects them |
//! | a name that comes twice in an object, however it is escaped | rejects it |
//! | an escaped surrogate without its pair | rejects it |
//! | anything after the one value | rejects it |
//! | more than [`MAX_LENGTH`] bytes, [`MAX_NESTING`] levels, [`MAX_MEMBERS`] members of an object | rejects them |
//!
//! # Deviations
//!
//! The three budgets are our own: RFC 8259 lets every reader set some.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod error;
mod number;
mod reader;
mod text;

pub use error::{Expected, ReadError, Reason};
pub use number::Number;
pub use reader::{Elements, MAX_LENGTH, MAX_MEMBERS, MAX_NESTING, Members, Reader};
pub use text::{Characters, Text};
