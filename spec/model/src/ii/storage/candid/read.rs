//! Reading messages.

use super::{
    DEEPEST, MOST_VALUES, Message, NAT8, NULL, OPT, PRINCIPAL, RECORD, RESERVED, Reference, TEXT,
    Type, VARIANT, VEC, Value, leb, size,
};
use crate::context::{Context, Stop};

impl Message {
    /// Reads a message that takes up `bytes` as a whole.
    ///
    /// # Errors
    ///
    /// See the table of this module.
    pub fn read(ctx: &Context<'_>, bytes: &[u8]) -> Result<Self, Stop> {
        let mut reader = Reader {
            ctx,
            rest: bytes,
            padding: if ctx.has("II-ANCHOR-1/short") {
                4096
            } else {
                0
            },
            values: 0,
        };
        let magic = reader.take(4)?;
        malformed(magic == b"DIDL" || ctx.has("II-ANCHOR-1/magic"))?;
        let types = reader.types()?;
        if ctx.has("II-ANCHOR-11/no-recursion") && has_cycle(&types) {
            return Err(Stop::violated("II-ANCHOR-11"));
        }
        let count = reader.leb()?;
        malformed(count == 1)?;
        let kind = reader.reference(types.len())?;
        let value = reader.value(&types, kind, 0)?;
        malformed(reader.rest.is_empty() || ctx.has("II-ANCHOR-1/trailing"))?;
        Ok(Self { types, kind, value })
    }
}

fn malformed(holds: bool) -> Result<(), Stop> {
    if holds {
        Ok(())
    } else {
        Err(Stop::violated("II-ANCHOR-1"))
    }
}

struct Reader<'a> {
    ctx: &'a Context<'a>,
    rest: &'a [u8],
    /// How many zeros a message that ends early may go on with: none but by mistake.
    padding: usize,
    values: u64,
}

impl Reader<'_> {
    fn types(&mut self) -> Result<Vec<Type>, Stop> {
        let count = self.leb()?;
        // Each entry takes two bytes at least.
        malformed(count <= size(self.rest.len()))?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut types = Vec::new();
        for _ in 0..count {
            let kind = match self.sleb()? {
                OPT => Type::Opt(self.reference(count)?),
                VEC => Type::Vec(self.reference(count)?),
                RECORD => Type::Record(self.fields(count)?),
                VARIANT => Type::Variant(self.fields(count)?),
                _ => return Err(Stop::violated("II-ANCHOR-1")),
            };
            types.push(kind);
        }
        Ok(types)
    }

    /// A primitive or an entry of a table with `count` entries.
    fn reference(&mut self, count: usize) -> Result<Reference, Stop> {
        let reference = self.sleb()?;
        let fits = match usize::try_from(reference) {
            Ok(index) => index < count,
            Err(_) => (-17..=NULL).contains(&reference) || reference == PRINCIPAL,
        };
        if !fits && self.ctx.has("II-ANCHOR-1/dangling") {
            return Ok(NULL);
        }
        malformed(fits)?;
        Ok(reference)
    }

    fn fields(&mut self, count: usize) -> Result<Vec<(u32, Reference)>, Stop> {
        let mut fields: Vec<(u32, Reference)> = Vec::new();
        for _ in 0..self.leb()? {
            let Ok(hash) = u32::try_from(self.leb()?) else {
                return Err(Stop::violated("II-ANCHOR-1"));
            };
            let follows = fields.last().is_none_or(|(previous, _)| *previous < hash);
            malformed(follows || self.ctx.has("II-ANCHOR-1/unordered"))?;
            fields.push((hash, self.reference(count)?));
        }
        Ok(fields)
    }

    fn value(&mut self, types: &[Type], kind: Reference, depth: usize) -> Result<Value, Stop> {
        self.values = self.values.saturating_add(1);
        if self.values > MOST_VALUES {
            return Err(Stop::violated("II-ANCHOR-12"));
        }
        if depth > DEEPEST {
            if self.ctx.has("II-ANCHOR-11/endless") {
                return Ok(Value::Plain(Vec::new()));
            }
            return Err(Stop::violated("II-ANCHOR-11"));
        }
        let deeper = depth.saturating_add(1);
        let Some(index) = usize::try_from(kind).ok() else {
            return self.primitive(kind);
        };
        let Some(entry) = types.get(index) else {
            return Err(Stop::violated("II-ANCHOR-1"));
        };
        match entry {
            Type::Opt(inner) => match self.byte()? {
                0 => Ok(Value::Opt(None)),
                1 => Ok(Value::Opt(Some(Box::new(
                    self.value(types, *inner, deeper)?,
                )))),
                _ => Err(Stop::violated("II-ANCHOR-1")),
            },
            Type::Vec(NAT8) => {
                let length = self.leb()?;
                Ok(Value::Blob(self.take(length)?))
            }
            Type::Vec(inner) => {
                let length = self.leb()?;
                let unbounded = self.ctx.has("II-ANCHOR-12/off");
                let rejected = self.ctx.has("II-ANCHOR-12/rejected");
                if (unbounded || rejected) && length > 0 && is_empty(types, *inner, 0) {
                    if unbounded {
                        return Ok(Value::List(Vec::new()));
                    }
                    return Err(Stop::violated("II-ANCHOR-12"));
                }
                let mut values = Vec::new();
                for _ in 0..length {
                    values.push(self.value(types, *inner, deeper)?);
                }
                Ok(Value::List(values))
            }
            Type::Record(fields) => {
                let mut values = Vec::new();
                for (_, inner) in fields {
                    values.push(self.value(types, *inner, deeper)?);
                }
                Ok(Value::Record(values))
            }
            Type::Variant(cases) => {
                let index = self.leb()?;
                let case = usize::try_from(index).ok().and_then(|case| cases.get(case));
                let Some((_, inner)) = case else {
                    return Err(Stop::violated("II-ANCHOR-1"));
                };
                let value = self.value(types, *inner, deeper)?;
                Ok(Value::Variant(index, Box::new(value)))
            }
        }
    }

    fn primitive(&mut self, kind: Reference) -> Result<Value, Stop> {
        let length = match kind {
            // null, reserved.
            NULL | RESERVED => 0,
            // bool, nat8, int8; then 16, 32 and 64 bits, and the floats.
            -2 | -5 | -9 => 1,
            -6 | -10 => 2,
            -7 | -11 | -13 => 4,
            -8 | -12 | -14 => 8,
            // nat, int.
            -3 | -4 => {
                let mut bytes = Vec::new();
                loop {
                    let byte = self.byte()?;
                    bytes.push(byte);
                    if byte & 0x80 == 0 {
                        return Ok(Value::Plain(bytes));
                    }
                }
            }
            TEXT => {
                let length = self.leb()?;
                let bytes = self.take(length)?;
                return match String::from_utf8(bytes) {
                    Ok(text) => Ok(Value::Text(text)),
                    Err(error) if self.ctx.has("II-ANCHOR-1/lossy") => Ok(Value::Text(
                        String::from_utf8_lossy(error.as_bytes()).into_owned(),
                    )),
                    Err(_) => Err(Stop::violated("II-ANCHOR-1")),
                };
            }
            PRINCIPAL => {
                malformed(self.byte()? == 1)?;
                let length = self.leb()?;
                malformed(length <= 29)?;
                let mut bytes = vec![1];
                leb(&mut bytes, length);
                bytes.extend(self.take(length)?);
                return Ok(Value::Plain(bytes));
            }
            // empty, which has no values, and what is no primitive.
            _ => return Err(Stop::violated("II-ANCHOR-1")),
        };
        Ok(Value::Plain(self.take(length)?))
    }

    fn leb(&mut self) -> Result<u64, Stop> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let digits = u64::from(byte & 0x7f);
            malformed(shift < 63 || digits < 2)?;
            value |= digits.checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Stop::violated("II-ANCHOR-1"))
    }

    fn sleb(&mut self) -> Result<i64, Stop> {
        let mut value = 0_i64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                let sign = if byte & 0x40 != 0 { -1_i64 } else { 0 };
                return Ok(value | sign.checked_shl(shift.saturating_add(7)).unwrap_or(0));
            }
        }
        Err(Stop::violated("II-ANCHOR-1"))
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        Ok(self.take(1)?.first().copied().unwrap_or(0))
    }

    fn take(&mut self, length: u64) -> Result<Vec<u8>, Stop> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if let Some((taken, rest)) = self.rest.split_at_checked(length) {
            self.rest = rest;
            return Ok(taken.to_vec());
        }
        let missing = length.saturating_sub(self.rest.len());
        malformed(missing <= self.padding)?;
        self.padding = self.padding.saturating_sub(missing);
        let mut taken = self.rest.to_vec();
        taken.extend(core::iter::repeat_n(0, missing));
        self.rest = &[];
        Ok(taken)
    }
}

/// Whether some type refers to itself, however far round.
fn has_cycle(types: &[Type]) -> bool {
    // Take away types that refer only to those taken away before; what stays goes round.
    let mut gone = vec![false; types.len()];
    loop {
        let is_gone = |gone: &[bool], kind: Reference| match usize::try_from(kind) {
            Ok(index) => gone.get(index).copied().unwrap_or(true),
            Err(_) => true,
        };
        let next: Vec<bool> = types
            .iter()
            .map(|kind| match kind {
                Type::Opt(inner) | Type::Vec(inner) => is_gone(&gone, *inner),
                Type::Record(fields) | Type::Variant(fields) => {
                    fields.iter().all(|(_, inner)| is_gone(&gone, *inner))
                }
            })
            .collect();
        if next == gone {
            return gone.contains(&false);
        }
        gone = next;
    }
}

/// Whether values of this type take no bytes.
fn is_empty(types: &[Type], kind: Reference, depth: usize) -> bool {
    let entry = usize::try_from(kind)
        .ok()
        .and_then(|index| types.get(index));
    match entry {
        None => kind == NULL || kind == RESERVED,
        Some(Type::Record(fields)) => {
            depth <= DEEPEST
                && fields
                    .iter()
                    .all(|(_, inner)| is_empty(types, *inner, depth.saturating_add(1)))
        }
        Some(Type::Opt(_) | Type::Vec(_) | Type::Variant(_)) => false,
    }
}
