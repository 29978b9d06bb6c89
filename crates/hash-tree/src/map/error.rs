//! Why a value cannot be inserted.

use core::fmt;

use crate::CertifiedMap;

/// Why a value cannot be inserted into a [`CertifiedMap`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InsertValueError {
    /// The path has no labels.
    EmptyPath,
    /// More labels are below the path already.
    LabelsBelow,
    /// The path has more than [`CertifiedMap::MAX_LABELS`] labels.
    TooManyLabels {
        /// How many it has.
        labels: usize,
    },
    /// There is a value at the start of the path.
    ValueOnPath {
        /// How many labels lead to that value.
        labels: usize,
    },
}

impl fmt::Display for InsertValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyPath => f.write_str("found a path without labels, expected at least 1"),
            Self::LabelsBelow => f.write_str("found labels below the path, expected none"),
            Self::TooManyLabels { labels } => write!(
                f,
                "found a path of {labels} labels, expected at most {}",
                CertifiedMap::MAX_LABELS
            ),
            Self::ValueOnPath { labels } => {
                write!(
                    f,
                    "found a value at the first {labels} labels of the path, expected none"
                )
            }
        }
    }
}

impl core::error::Error for InsertValueError {}
