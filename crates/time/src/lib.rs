//! Points in time and lengths of time, without a clock.
//!
//! The Internet Computer counts nanoseconds since 1970-01-01T00:00:00Z in an unsigned 64-bit
//! number. Whoever needs the present passes a [`Timestamp`]; nothing here reads a clock.
//!
//! # Example
//!
//! ```
//! use icid_time::{Lifetime, Timestamp};
//!
//! let now = Timestamp::from_nanos(1_700_000_000_000_000_000);
//! let five_minutes = Lifetime::from_secs(300);
//! assert_eq!(now.saturating_add(five_minutes).as_nanos(), 1_700_000_300_000_000_000);
//! ```
//!
//! # Specification
//!
//! Interface spec 0.66.0, "Time" of the system state tree and `ingress_expiry`.
//!
//! # Deviations
//!
//! None.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use core::fmt;

const NANOS_PER_SEC: u64 = 1_000_000_000;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The last point in time that can be written: 2⁶⁴ − 1 nanoseconds, in the year 2554.
    pub const MAX: Self = Self(u64::MAX);

    /// Returns the point that many nanoseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns the point `lifetime` later, or [`Timestamp::MAX`] if there is none.
    #[must_use]
    pub const fn saturating_add(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_add(lifetime.0))
    }

    /// Returns how long after `earlier` this point is, or `None` if it lies before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Option<Lifetime> {
        match self.0.checked_sub(earlier.0) {
            Some(nanos) => Some(Lifetime(nanos)),
            None => None,
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ns", self.0)
    }
}

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Lifetime(u64);

impl Lifetime {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Returns a length of that many nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns a length of that many seconds, or the longest there is if that is too long.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// Returns the nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ns", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_stops_at_the_last_point() {
        let last = Timestamp::from_nanos(u64::MAX - 1);
        assert_eq!(last.saturating_add(Lifetime::from_nanos(1)), Timestamp::MAX);
        assert_eq!(last.saturating_add(Lifetime::from_nanos(2)), Timestamp::MAX);
    }

    #[test]
    fn since_counts_forward_only() {
        let early = Timestamp::from_nanos(5);
        let late = Timestamp::from_nanos(7);
        assert_eq!(late.since(early), Some(Lifetime::from_nanos(2)));
        assert_eq!(late.since(late), Some(Lifetime::ZERO));
        assert_eq!(early.since(late), None);
    }

    #[test]
    fn seconds_that_do_not_fit_become_the_longest_lifetime() {
        assert_eq!(
            Lifetime::from_secs(18_446_744_073).as_nanos(),
            18_446_744_073_000_000_000
        );
        assert_eq!(Lifetime::from_secs(18_446_744_074).as_nanos(), u64::MAX);
    }
}
