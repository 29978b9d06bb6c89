//! The paths that a request wants to read.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::iter::FusedIterator;
use core::slice;

use cbor::{BlobRule, ReadError, Reader};

use crate::content::to_cow;
use crate::hex::Hex;

/// How many paths a request may have.
///
/// Source: interface spec, "Request: Read state".
// spec: READ-1
pub const MAX_PATHS: usize = 1000;

/// How many labels a path may have.
///
/// Source: interface spec, "Request: Read state".
// spec: READ-2
pub const MAX_LABELS: usize = 127;

/// Paths in the state tree, each a list of labels, which are any bytes.
///
/// Paths that were parsed stay where they are in the input; they were checked to be lists of byte
/// strings and are decoded again by [`Paths::iter`]. So there may be many without taking space.
#[derive(Clone)]
pub struct Paths<'a> {
    form: Form<'a>,
}

#[derive(Clone)]
enum Form<'a> {
    List(Vec<Vec<Cow<'a, [u8]>>>),
    /// A reader at the first of `count` paths.
    Cbor {
        first: Reader<'a>,
        rule: BlobRule,
        count: usize,
    },
}

impl<'a> Paths<'a> {
    /// Takes an array of arrays of labels.
    // spec: READ-3
    pub(crate) fn read(reader: &mut Reader<'a>, rule: BlobRule) -> Result<Self, ReadError> {
        let mut items = reader.array()?;
        let first = *reader;
        let mut count = 0_usize;
        while reader.next(&mut items)? {
            read_path(reader, rule)?;
            count = count.saturating_add(1);
        }
        let form = Form::Cbor { first, rule, count };
        Ok(Self { form })
    }

    /// Returns the same paths without borrowing anything.
    #[must_use]
    pub fn into_owned(self) -> Paths<'static> {
        let to_owned = |label: Cow<'_, [u8]>| Cow::Owned(label.into_owned());
        let paths = self.iter().map(|path| path.iter().map(to_owned).collect());
        Paths {
            form: Form::List(paths.collect()),
        }
    }

    /// Returns how many paths there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match &self.form {
            Form::List(list) => list.len(),
            Form::Cbor { count, .. } => *count,
        }
    }

    /// Returns whether there are no paths.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the paths in their order.
    #[must_use]
    pub fn iter(&self) -> PathIter<'_> {
        let form = match &self.form {
            Form::List(list) => PathIterForm::List(list.iter()),
            Form::Cbor { first, rule, .. } => PathIterForm::Cbor(*first, *rule),
        };
        PathIter {
            form,
            left: self.len(),
        }
    }
}

/// Takes a path and returns a reader at the first of its labels, and how many there are.
fn read_path<'a>(
    reader: &mut Reader<'a>,
    rule: BlobRule,
) -> Result<(Reader<'a>, usize), ReadError> {
    let mut items = reader.array()?;
    let first = *reader;
    let mut count = 0_usize;
    while reader.next(&mut items)? {
        reader.blob(rule)?;
        count = count.saturating_add(1);
    }
    Ok((first, count))
}

impl<'a> From<Vec<Vec<Cow<'a, [u8]>>>> for Paths<'a> {
    fn from(list: Vec<Vec<Cow<'a, [u8]>>>) -> Self {
        let form = Form::List(list);
        Self { form }
    }
}

impl From<Vec<Vec<Vec<u8>>>> for Paths<'_> {
    fn from(list: Vec<Vec<Vec<u8>>>) -> Self {
        list.into_iter()
            .map(|path| path.into_iter().map(Cow::Owned).collect())
            .collect()
    }
}

impl<'a> FromIterator<Vec<Cow<'a, [u8]>>> for Paths<'a> {
    fn from_iter<T: IntoIterator<Item = Vec<Cow<'a, [u8]>>>>(paths: T) -> Self {
        Self::from(Vec::from_iter(paths))
    }
}

impl<'p> IntoIterator for &'p Paths<'_> {
    type Item = Path<'p>;
    type IntoIter = PathIter<'p>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Paths are equal if they have the same labels in the same order.
impl PartialEq for Paths<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for Paths<'_> {}

impl fmt::Debug for Paths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// The paths of [`Paths`].
#[derive(Clone, Debug)]
pub struct PathIter<'p> {
    form: PathIterForm<'p>,
    left: usize,
}

#[derive(Clone, Debug)]
enum PathIterForm<'p> {
    List(slice::Iter<'p, Vec<Cow<'p, [u8]>>>),
    Cbor(Reader<'p>, BlobRule),
}

impl<'p> Iterator for PathIter<'p> {
    type Item = Path<'p>;

    fn next(&mut self) -> Option<Path<'p>> {
        self.left = self.left.checked_sub(1)?;
        // Paths were checked when they were read, so none is lost here.
        let (form, count) = match &mut self.form {
            PathIterForm::List(list) => {
                let path = list.next()?;
                (LabelsForm::List(path.iter()), path.len())
            }
            PathIterForm::Cbor(reader, rule) => {
                let (first, count) = read_path(reader, *rule).ok()?;
                (LabelsForm::Cbor(first, *rule), count)
            }
        };
        let labels = Labels { form, left: count };
        Some(Path { labels })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for PathIter<'_> {}

impl FusedIterator for PathIter<'_> {}

/// A path in the state tree: a list of labels.
#[derive(Clone)]
pub struct Path<'p> {
    labels: Labels<'p>,
}

impl<'p> Path<'p> {
    /// Returns how many labels there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.labels.left
    }

    /// Returns whether there are no labels: then it is the path of the whole tree.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the labels in their order.
    #[must_use]
    pub fn iter(&self) -> Labels<'p> {
        self.labels.clone()
    }
}

impl<'p> IntoIterator for &Path<'p> {
    type Item = Cow<'p, [u8]>;
    type IntoIter = Labels<'p>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'p> IntoIterator for Path<'p> {
    type Item = Cow<'p, [u8]>;
    type IntoIter = Labels<'p>;

    fn into_iter(self) -> Self::IntoIter {
        self.labels
    }
}

/// Two paths are equal if they have the same labels in the same order.
impl PartialEq for Path<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for Path<'_> {}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for label in self {
            list.entry(&Hex(&label));
        }
        list.finish()
    }
}

/// The labels of a [`Path`].
///
/// A label is borrowed, unless the policy let an array of integers stand for it.
#[derive(Clone, Debug)]
pub struct Labels<'p> {
    form: LabelsForm<'p>,
    left: usize,
}

#[derive(Clone, Debug)]
enum LabelsForm<'p> {
    List(slice::Iter<'p, Cow<'p, [u8]>>),
    Cbor(Reader<'p>, BlobRule),
}

impl<'p> Iterator for Labels<'p> {
    type Item = Cow<'p, [u8]>;

    fn next(&mut self) -> Option<Cow<'p, [u8]>> {
        self.left = self.left.checked_sub(1)?;
        match &mut self.form {
            LabelsForm::List(list) => list.next().map(|label| Cow::Borrowed(&**label)),
            LabelsForm::Cbor(reader, rule) => reader.blob(*rule).ok().map(to_cow),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Labels<'_> {}

impl FusedIterator for Labels<'_> {}
