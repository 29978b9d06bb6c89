//! The numbers of anchors.

use core::fmt;

/// The numbers that anchors have or may get: from a first one up to, but not including, an end.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct IdRange {
    start: u64,
    end: u64,
}

impl IdRange {
    /// Returns the range from `start` up to, but not including, `end`.
    ///
    /// # Errors
    ///
    /// [`RangeError::Inverted`] if `end` is less than `start`.
    pub const fn new(start: u64, end: u64) -> Result<Self, RangeError> {
        if end < start {
            return Err(RangeError::Inverted { start, end });
        }
        Ok(Self { start, end })
    }

    /// Returns the first number.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Returns the first number that no longer belongs to it.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Returns how many numbers there are.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Returns whether a number belongs to it.
    #[must_use]
    pub const fn contains(&self, number: u64) -> bool {
        self.start <= number && number < self.end
    }

    /// Returns the range of the first `capacity` numbers.
    pub(super) fn limited_to(self, capacity: u64) -> Self {
        let end = self.start.saturating_add(capacity).min(self.end);
        Self { end, ..self }
    }

    /// Checks that there are at most `capacity` numbers.
    pub(crate) const fn check_capacity(&self, capacity: u64) -> Result<(), RangeError> {
        let length = self.length();
        if length > capacity {
            return Err(RangeError::TooLarge { length, capacity });
        }
        Ok(())
    }
}

impl fmt::Display for IdRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}, exclusive", self.start, self.end)
    }
}

/// Why two numbers are no range, or not one for an image.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RangeError {
    /// The end comes before the start.
    Inverted {
        /// The start.
        start: u64,
        /// The end.
        end: u64,
    },
    /// There are anchors, and the first of them would get another number.
    OtherStart {
        /// The start.
        start: u64,
        /// The number of the first anchor.
        first: u64,
    },
    /// There are more numbers than the layout has room for anchors.
    TooLarge {
        /// How many numbers.
        length: u64,
        /// For how many there is room.
        capacity: u64,
    },
    /// There are fewer numbers than anchors.
    TooSmall {
        /// How many numbers.
        length: u64,
        /// How many anchors.
        count: u32,
    },
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inverted { start, end } => {
                write!(f, "found a range from {start} to {end}, which is before it")
            }
            Self::OtherStart { start, first } => write!(
                f,
                "found a range from {start} on, but the first anchor is {first}"
            ),
            Self::TooLarge { length, capacity } => write!(
                f,
                "found a range of {length} numbers, there is room for {capacity}"
            ),
            Self::TooSmall { length, count } => write!(
                f,
                "found a range of {length} numbers, there are {count} anchors"
            ),
        }
    }
}

impl core::error::Error for RangeError {}
