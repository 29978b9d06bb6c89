//! The canisters that a delegation is restricted to.

use alloc::borrow::Cow;
use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use cbor::BlobRule;
use principal::Principal;

use crate::encoding::read_principal;
use crate::hex;

/// The canisters that a delegation is restricted to: a list in which order and duplicates don't
/// matter, except for the hash.
///
/// A list that was parsed stays where it is in the input; its elements were checked and are decoded
/// again by [`Targets::iter`]. So the list may be long without taking space.
#[derive(Clone)]
pub struct Targets<'a> {
    form: Form<'a>,
}

#[derive(Clone)]
enum Form<'a> {
    List(Cow<'a, [Principal]>),
    /// A reader at the first of `count` elements.
    Cbor {
        first: cbor::Reader<'a>,
        rule: BlobRule,
        count: usize,
    },
    /// A reader at the first of `count` elements.
    Json {
        first: json::Reader<'a>,
        elements: json::Elements,
        count: usize,
    },
}

impl<'a> Targets<'a> {
    pub(crate) const fn from_cbor(first: cbor::Reader<'a>, rule: BlobRule, count: usize) -> Self {
        let form = Form::Cbor { first, rule, count };
        Self { form }
    }

    pub(crate) const fn from_json(
        first: json::Reader<'a>,
        elements: json::Elements,
        count: usize,
    ) -> Self {
        let form = Form::Json {
            first,
            elements,
            count,
        };
        Self { form }
    }

    /// Returns the same list without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> Targets<'static> {
        let list = match self.form {
            Form::List(list) => list.into_owned(),
            _ => self.iter().collect(),
        };
        list.into()
    }

    /// Returns how many elements there are, duplicates counted.
    // spec: DELEG-10
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.form {
            Form::List(list) => list.len(),
            Form::Cbor { count, .. } | Form::Json { count, .. } => *count,
        }
    }

    /// Returns whether there are no elements: then no canister is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the elements in the order in which they were given.
    #[must_use]
    pub fn iter(&self) -> TargetIter<'_> {
        let form = match &self.form {
            Form::List(list) => IterForm::List(list.iter()),
            Form::Cbor { first, rule, .. } => IterForm::Cbor(*first, *rule),
            Form::Json {
                first, elements, ..
            } => IterForm::Json(*first, *elements),
        };
        TargetIter {
            form,
            left: self.len(),
        }
    }
}

impl<'a, T: Into<Cow<'a, [Principal]>>> From<T> for Targets<'a> {
    fn from(list: T) -> Self {
        let form = Form::List(list.into());
        Self { form }
    }
}

impl<'t> IntoIterator for &'t Targets<'_> {
    type Item = Principal;
    type IntoIter = TargetIter<'t>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Two lists are equal if their elements are, in the same order.
impl PartialEq for Targets<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for Targets<'_> {}

impl fmt::Debug for Targets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// The elements of [`Targets`].
#[derive(Clone, Debug)]
pub struct TargetIter<'t> {
    form: IterForm<'t>,
    left: usize,
}

#[derive(Clone, Debug)]
enum IterForm<'t> {
    List(slice::Iter<'t, Principal>),
    Cbor(cbor::Reader<'t>, BlobRule),
    Json(json::Reader<'t>, json::Elements),
}

impl Iterator for TargetIter<'_> {
    type Item = Principal;

    fn next(&mut self) -> Option<Principal> {
        self.left = self.left.checked_sub(1)?;
        // Elements were checked when the list was read. If one were not readable after all, it
        // would be missing, which allows less.
        match &mut self.form {
            IterForm::List(list) => list.next().copied(),
            IterForm::Cbor(reader, rule) => read_principal(reader, *rule).ok(),
            IterForm::Json(reader, elements) => {
                if !reader.element(elements).ok()? {
                    return None;
                }
                principal_from_hex(reader.text().ok()?)?.ok()
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for TargetIter<'_> {}

impl FusedIterator for TargetIter<'_> {}

/// Returns the principal whose bytes a string has in hexadecimal. `None` if the digits are wrong, the
/// length as an error if there are too many.
// spec: DELEG-15
pub(crate) fn principal_from_hex(text: json::Text<'_>) -> Option<Result<Principal, usize>> {
    let bytes = hex::decode(text)?;
    let length = bytes.length();
    let mut buffer = [0; Principal::MAX_LENGTH];
    let Some(target) = buffer.get_mut(..length) else {
        return Some(Err(length));
    };
    for (slot, byte) in target.iter_mut().zip(bytes) {
        *slot = byte;
    }
    Some(Principal::from_slice(target).map_err(|_| length))
}
