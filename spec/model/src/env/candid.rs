//! Candid, just enough to find a principal in the record that a management call takes.
//!
//! The argument is one message: `DIDL`, a table of types, the types of the values, the values. Every
//! value is walked through, because only then is the message known to be one.

/// The principal in the field `name` of the record that is the first value of `message`.
///
/// `None` if `message` is no Candid message, its first value is no record, or the record has no such
/// field of type principal.
pub(super) fn principal_field(message: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut reader = Reader {
        rest: message.strip_prefix(b"DIDL")?,
    };
    let table = reader.type_table()?;
    let count = reader.count()?;
    let mut types = Vec::new();
    for _ in 0..count {
        types.push(reader.reference(table.len())?);
    }

    let mut found = None;
    let first = types.first().copied();
    let record = first.and_then(|first| match table.get(usize::try_from(first).ok()?) {
        Some(Type::Record(fields)) => Some(fields),
        _ => None,
    });
    match record {
        Some(fields) => {
            for (hash, kind) in fields {
                let value = reader.value(&table, *kind, 0)?;
                if *hash == field_hash(name) && *kind == PRINCIPAL {
                    found = value;
                }
            }
        }
        None => {
            first.map_or(Some(None), |kind| reader.value(&table, kind, 0))?;
        }
    }
    for kind in types.iter().skip(1) {
        reader.value(&table, *kind, 0)?;
    }
    if reader.rest.is_empty() { found } else { None }
}

/// How names of fields are written.
fn field_hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        hash.wrapping_mul(223).wrapping_add(u32::from(byte))
    })
}

/// A type: below zero a primitive, else an index into the table.
type Reference = i64;

const NULL: Reference = -1;
const BOOL: Reference = -2;
const NAT: Reference = -3;
const INT: Reference = -4;
const TEXT: Reference = -15;
const RESERVED: Reference = -16;
const OPT: Reference = -18;
const VEC: Reference = -19;
const RECORD: Reference = -20;
const VARIANT: Reference = -21;
const FUNC: Reference = -22;
const SERVICE: Reference = -23;
const PRINCIPAL: Reference = -24;

/// An entry of the table.
enum Type {
    Opt(Reference),
    Vec(Reference),
    Record(Vec<(u32, Reference)>),
    Variant(Vec<(u32, Reference)>),
    Func,
    Service,
}

/// How deep values may nest here. Our own: a record without end would be walked forever.
const DEEPEST: usize = 100;

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn type_table(&mut self) -> Option<Vec<Type>> {
        let count = self.count()?;
        let mut table = Vec::new();
        for _ in 0..count {
            let kind = match self.sleb()? {
                OPT => Type::Opt(self.reference(count)?),
                VEC => Type::Vec(self.reference(count)?),
                RECORD => Type::Record(self.fields(count)?),
                VARIANT => Type::Variant(self.fields(count)?),
                FUNC => {
                    for _ in 0..2 {
                        for _ in 0..self.count()? {
                            self.reference(count)?;
                        }
                    }
                    let annotations = self.count()?;
                    self.take(annotations)?;
                    Type::Func
                }
                SERVICE => {
                    for _ in 0..self.count()? {
                        self.text()?;
                        self.reference(count)?;
                    }
                    Type::Service
                }
                _ => return None,
            };
            table.push(kind);
        }
        Some(table)
    }

    /// A type where one is used: a primitive or an entry of a table with `count` entries.
    fn reference(&mut self, count: usize) -> Option<Reference> {
        let reference = self.sleb()?;
        let fits = match usize::try_from(reference) {
            Ok(index) => index < count,
            Err(_) => (-17..=NULL).contains(&reference) || reference == PRINCIPAL,
        };
        fits.then_some(reference)
    }

    fn fields(&mut self, count: usize) -> Option<Vec<(u32, Reference)>> {
        let mut fields: Vec<(u32, Reference)> = Vec::new();
        for _ in 0..self.count()? {
            let hash = u32::try_from(self.leb()?).ok()?;
            if fields.last().is_some_and(|(previous, _)| *previous >= hash) {
                return None;
            }
            fields.push((hash, self.reference(count)?));
        }
        Some(fields)
    }

    /// Walks through a value; the bytes if it is a principal.
    fn value(&mut self, table: &[Type], kind: Reference, depth: usize) -> Option<Option<Vec<u8>>> {
        if depth > DEEPEST {
            return None;
        }
        let deeper = depth.saturating_add(1);
        match kind {
            NULL | RESERVED => {}
            BOOL => match self.byte()? {
                0 | 1 => {}
                _ => return None,
            },
            NAT | INT => while self.byte()? & 0x80 != 0 {},
            // nat8 … nat64, int8 … int64: 1, 2, 4 and 8 bytes.
            -8..=-5 => _ = self.take(1_usize << (-5_i64).checked_sub(kind)?)?,
            -12..=-9 => _ = self.take(1_usize << (-9_i64).checked_sub(kind)?)?,
            -13 => _ = self.take(4)?,
            -14 => _ = self.take(8)?,
            TEXT => self.text()?,
            PRINCIPAL => return self.principal().map(Some),
            index => match table.get(usize::try_from(index).ok()?)? {
                Type::Opt(inner) => match self.byte()? {
                    0 => {}
                    1 => _ = self.value(table, *inner, deeper)?,
                    _ => return None,
                },
                Type::Vec(inner) => {
                    for _ in 0..self.count()? {
                        self.value(table, *inner, deeper)?;
                    }
                }
                Type::Record(fields) => {
                    for (_, inner) in fields {
                        self.value(table, *inner, deeper)?;
                    }
                }
                Type::Variant(fields) => {
                    let (_, inner) = fields.get(self.count()?)?;
                    self.value(table, *inner, deeper)?;
                }
                Type::Func => {
                    if self.byte()? != 1 {
                        return None;
                    }
                    self.principal()?;
                    self.text()?;
                }
                Type::Service => _ = self.principal()?,
            },
        }
        Some(None)
    }

    fn principal(&mut self) -> Option<Vec<u8>> {
        if self.byte()? != 1 {
            return None;
        }
        let length = self.count()?;
        let bytes = self.take(length)?;
        (length <= 29).then(|| bytes.to_vec())
    }

    fn text(&mut self) -> Option<()> {
        let length = self.count()?;
        core::str::from_utf8(self.take(length)?).ok().map(|_| ())
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.leb()?).ok()
    }

    fn leb(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn sleb(&mut self) -> Option<i64> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                let sign = if byte & 0x40 != 0 { -1_i64 } else { 0 };
                return Some(value | sign.checked_shl(shift.saturating_add(7)).unwrap_or(0));
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::unhex;

    fn canister_id(message: &str) -> Option<Vec<u8>> {
        principal_field(&unhex(message).unwrap(), "canister_id")
    }

    /// The messages are those of `didc encode '(record {canister_id = principal "…"})'` and so on,
    /// put together by hand from the Candid specification.
    #[test]
    fn finds_the_principal() {
        // hash("canister_id") = 1 313 628 723 = b3 c4 b1 f2 04 in LEB128.
        assert_eq!(field_hash("canister_id"), 1_313_628_723);
        let alone = "4449444c016c01b3c4b1f204680100 01 02 abcd".replace(' ', "");
        assert_eq!(canister_id(&alone), Some(vec![0xab, 0xcd]));
        // { 0 : text = "x"; canister_id } and a second argument, null.
        let more = "4449444c016c020071b3c4b1f2046802007f 0178 01 01 ff".replace(' ', "");
        assert_eq!(canister_id(&more), Some(vec![0xff]));
    }

    #[test]
    fn finds_nothing_in_what_is_no_such_message() {
        for message in [
            "",
            "4449444c",
            "4449444c0000",
            // A principal, not a record.
            "4449444c00016801 02abcd",
            // A text in the field.
            "4449444c016c01b3c4b1f204710100 0161",
            // Bytes after the values; too few of them.
            "4449444c016c01b3c4b1f204680100 01 02 abcd 00",
            "4449444c016c01b3c4b1f204680100 01 02 ab",
            // An opaque reference.
            "4449444c016c01b3c4b1f204680100 00 02 abcd",
        ] {
            assert_eq!(canister_id(&message.replace(' ', "")), None, "{message}");
        }
    }
}
