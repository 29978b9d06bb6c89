//! The ids of fields.

use core::fmt;

/// The id of a field of a record, or of a case of a variant: a number that is the hash of its name.
///
/// The ids of names can be constants, and so patterns:
///
/// ```
/// use icid_candid_wire::FieldId;
///
/// const CANISTER_ID: FieldId = FieldId::of("canister_id");
/// assert_eq!(CANISTER_ID.as_u32(), 1_313_628_723);
/// assert!(matches!(FieldId::new(1_313_628_723), CANISTER_ID));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FieldId(u32);

impl FieldId {
    /// Returns the id with this number, as the fields of tuples have it.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the id of the field with this name.
    ///
    /// Source: Candid specification, "Shorthand: Symbolic Field Ids".
    #[must_use]
    pub const fn of(name: &str) -> Self {
        let mut hash = 0_u32;
        let mut rest = name.as_bytes();
        while let [first, tail @ ..] = rest {
            #[expect(clippy::as_conversions, reason = "`from` is not `const`")]
            let byte = *first as u32;
            hash = hash.wrapping_mul(223).wrapping_add(byte);
            rest = tail;
        }
        Self(hash)
    }

    /// Returns the number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
