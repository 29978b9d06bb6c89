//! The values of the protocol.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ic_principal::Principal;
use serde_json::Map;
use serde_json::Value;

use crate::answer::Refusal;

/// The fields of an object. Those that nobody asks for are unknown.
pub(crate) struct Fields<'a> {
    fields: &'a Map<String, Value>,
    unread: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, Refusal> {
        let fields = value.as_object().ok_or_else(|| wrong("no object"))?;
        let unread = fields.keys().map(String::as_str).collect();
        Ok(Self {
            fields,
            unread: RefCell::new(unread),
        })
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.unread.borrow_mut().remove(name);
        self.fields.get(name)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&'a Value, Refusal> {
        self.optional(name)
            .ok_or_else(|| wrong(&format!("{name} is missing")))
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, Refusal> {
        text(self.required(name)?)
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        bytes(self.required(name)?)
    }

    pub(crate) fn optional_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        self.optional(name).map(bytes).transpose()
    }

    pub(crate) fn list(&self, name: &str) -> Result<&'a [Value], Refusal> {
        list(self.required(name)?)
    }

    pub(crate) fn path(&self, name: &str) -> Result<Vec<Vec<u8>>, Refusal> {
        self.list(name)?.iter().map(bytes).collect()
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64, Refusal> {
        number(self.required(name)?)
    }

    pub(crate) fn optional_number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        self.optional(name).map(number).transpose()
    }

    /// To be called when all fields have been read.
    pub(crate) fn end(&self) -> Result<(), Refusal> {
        match self.unread.borrow().first() {
            Some(name) => Err(wrong(&format!("{name} is unknown"))),
            None => Ok(()),
        }
    }
}

/// For whom a certificate is.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    Canister(Principal),
    Subnet(Principal),
    None,
}

impl Scope {
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Self, Refusal> {
        let scope = fields.required("scope")?;
        if scope == "none" {
            return Ok(Self::None);
        }
        let scope = Fields::of(scope)?;
        let read = |name| -> Result<Principal, Refusal> { principal(&scope.bytes(name)?) };
        let scope_of = if scope.optional("canister").is_some() {
            Self::Canister(read("canister")?)
        } else {
            Self::Subnet(read("subnet")?)
        };
        scope.end()?;
        Ok(scope_of)
    }
}

/// Returns a principal, or what the library says of its length.
pub(crate) fn principal(bytes: &[u8]) -> Result<Principal, Refusal> {
    Principal::try_from_slice(bytes).map_err(Refusal::reject)
}

pub(crate) fn list(value: &Value) -> Result<&[Value], Refusal> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| wrong("no list"))
}

pub(crate) fn text(value: &Value) -> Result<&str, Refusal> {
    value.as_str().ok_or_else(|| wrong("no text"))
}

fn number(value: &Value) -> Result<u64, Refusal> {
    text(value)?.parse().map_err(Refusal::error)
}

/// Reads the protocol's bytes: lower-case hexadecimal digits.
pub(crate) fn bytes(value: &Value) -> Result<Vec<u8>, Refusal> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        _ => Err(wrong("no lower-case hexadecimal digit")),
    };
    let (pairs, rest) = text(value)?.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong("an odd number of digits"));
    }
    pairs
        .iter()
        .map(|[high, low]| Ok(digit(high)? << 4 | digit(low)?))
        .collect()
}

pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> Value {
    let digits: Vec<String> = bytes
        .as_ref()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    digits.concat().into()
}

fn wrong(what: &str) -> Refusal {
    Refusal::error(what)
}
