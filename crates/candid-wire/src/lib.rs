//! The binary format of Candid: a bounded zero-copy reader and a deterministic writer.
//!
//! A Candid message is a list of arguments that brings its types along: definitions first, then the
//! types of the arguments, then their values. [`Arguments::parse`] checks the types, and a [`Reader`]
//! walks the values: the caller asks for what it expects, and gets a slice of the input or a
//! [`ReadError`] with a position. Fields are told apart by [`FieldId`], the hash of their name; those
//! that nobody asks for are skipped. Nothing is allocated, nothing recurses, no length in the input
//! is believed before the bytes are there, and values made of nothing cost bounded work.
//!
//! In the other direction, [`encode`] writes [`Value`]s of [`Type`]s.
//!
//! # Example
//!
//! ```
//! use icid_candid_wire::{Arguments, FieldId};
//!
//! const CANISTER_ID: FieldId = FieldId::of("canister_id");
//!
//! // (record { canister_id = principal "em77e-bvlzu-aq" }), as `canister_status` takes it
//! let input = b"DIDL\x01\x6c\x01\xb3\xc4\xb1\xf2\x04\x68\x01\x00\x01\x03\xab\xcd\x01";
//! let arguments = Arguments::parse(input)?;
//! let mut reader = arguments.reader();
//! let mut canister_id = None;
//! if reader.next_argument()? {
//!     let mut fields = reader.record()?;
//!     while let Some(id) = fields.next(&mut reader)? {
//!         if id == CANISTER_ID {
//!             canister_id = Some(reader.principal()?);
//!         }
//!     }
//! }
//! reader.finish()?;
//! assert_eq!(canister_id.unwrap().to_string(), "em77e-bvlzu-aq");
//! # Ok::<(), icid_candid_wire::ReadError>(())
//! ```
//!
//! # Specification
//!
//! Candid specification, "Binary Format".
//!
//! | in the message | the reader |
//! |---|---|
//! | numbers with needless LEB128 bytes | accepts them, up to ten bytes in types and lengths |
//! | fields and cases that nobody asks for, `reserved`, `func`, `service` | skips them, and checks them |
//! | types of the future, where they are defined | skips their values by their length |
//! | a `nat` for an `int`, a value for an option of it, a `service` for a `principal` | takes it |
//! | references that only the system could resolve | rejects them |
//! | bytes after the last argument | rejects them |
//!
//! # Deviations
//!
//! - The budgets [`MAX_TYPES`], [`MAX_HEADER_LENGTH`], [`MAX_NESTING`], [`VALUES_PER_BYTE`] and
//!   [`FREE_VALUES`] are our own: the specification encourages to have some and names none.
//! - An option whose value is of another type than the caller expects is an error, and not an option
//!   without a value.
//! - A function has at most one annotation.
//!
//! # Features
//!
//! - `alloc` (default): [`encode`], [`Type`] and [`Value`].
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod checked;
mod cursor;
mod error;
mod field_id;
mod header;
mod kind;
mod reader;
#[cfg(feature = "alloc")]
mod writer;

pub use crate::error::{ReadError, Reason};
pub use crate::field_id::FieldId;
pub use crate::header::{Arguments, MAX_HEADER_LENGTH, MAX_TYPES};
pub use crate::kind::Kind;
pub use crate::reader::{Elements, FREE_VALUES, Fields, MAX_NESTING, Reader, VALUES_PER_BYTE};
#[cfg(feature = "alloc")]
pub use crate::writer::{EncodeError, Type, Value, encode};
