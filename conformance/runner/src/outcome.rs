//! What became of a case: one closed list, so that an unknown state cannot be shown as green.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What became of one case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// The adapter gave the expected verdict and output, and, for a rejection, accepted the twin.
    Pass,
    /// The specification leaves the answer open; it is recorded under a policy, not scored.
    Recorded,
    /// Accepted what must be rejected.
    FailAccepts,
    /// Rejected what must be accepted.
    FailRejects,
    /// Accepted with another output than the right one.
    FailOutput,
    /// Rejected for another reason than the one violated clause.
    FailReason,
    /// Answered an open question otherwise than the adapter declared.
    FailPolicy,
    /// The adapter ended before it answered.
    Crash,
    /// The adapter did not answer in time.
    Timeout,
    /// The adapter reported that something other than the input went wrong.
    Error,
    /// The adapter broke the protocol.
    ProtocolError,
    /// The adapter offers the operation, but did not support this case.
    Unsupported,
    /// No verdict: a rejection counts only if the twin was accepted, and it was not.
    Inconclusive,
    /// The adapter does not offer the operation or preset, or the run ended before the case.
    NotRun,
    /// The case needs something that was not there.
    Skipped,
}

impl Outcome {
    /// All outcomes, in the order of reports.
    pub const ALL: [Self; 15] = [
        Self::Pass,
        Self::Recorded,
        Self::FailAccepts,
        Self::FailRejects,
        Self::FailOutput,
        Self::FailReason,
        Self::FailPolicy,
        Self::Crash,
        Self::Timeout,
        Self::Error,
        Self::ProtocolError,
        Self::Unsupported,
        Self::Inconclusive,
        Self::NotRun,
        Self::Skipped,
    ];

    /// Returns the name used in files and on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Recorded => "recorded",
            Self::FailAccepts => "fail-accepts",
            Self::FailRejects => "fail-rejects",
            Self::FailOutput => "fail-output",
            Self::FailReason => "fail-reason",
            Self::FailPolicy => "fail-policy",
            Self::Crash => "crash",
            Self::Timeout => "timeout",
            Self::Error => "error",
            Self::ProtocolError => "protocol-error",
            Self::Unsupported => "unsupported",
            Self::Inconclusive => "inconclusive",
            Self::NotRun => "not-run",
            Self::Skipped => "skipped",
        }
    }

    /// Returns how the outcome counts. A wrong reason fails only where reasons are binding.
    #[must_use]
    pub const fn standing(self, reason_bound: bool) -> Standing {
        match self {
            Self::Pass => Standing::Passed,
            Self::FailReason if !reason_bound => Standing::Passed,
            Self::Recorded => Standing::Recorded,
            Self::NotRun | Self::Skipped => Standing::Open,
            Self::FailAccepts
            | Self::FailRejects
            | Self::FailOutput
            | Self::FailReason
            | Self::FailPolicy
            | Self::Crash
            | Self::Timeout
            | Self::Error
            | Self::ProtocolError
            | Self::Unsupported
            | Self::Inconclusive => Standing::Failed,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How an [`Outcome`] counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Standing {
    /// Green.
    Passed,
    /// Neither: the specification leaves the answer open.
    Recorded,
    /// Red, but listed as expected, with a reason.
    Known,
    /// Red.
    Failed,
    /// Neither: not run, and the report says why.
    Open,
}

/// How binding a clause is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Level {
    /// Required.
    Must,
    /// A definition: required of whoever implements the function.
    Def,
    /// Recommended.
    Should,
    /// Permitted.
    May,
}

impl Level {
    /// All levels, the most binding first.
    pub const ALL: [Self; 4] = [Self::Must, Self::Def, Self::Should, Self::May];

    /// Returns the name used on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Def => "DEF",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_files() {
        for outcome in Outcome::ALL {
            let json = serde_json::to_string(&outcome).unwrap();
            assert_eq!(json, format!("\"{}\"", outcome.name()));
        }
    }

    #[test]
    fn a_wrong_reason_fails_only_where_reasons_are_binding() {
        assert_eq!(Outcome::FailReason.standing(false), Standing::Passed);
        assert_eq!(Outcome::FailReason.standing(true), Standing::Failed);
    }

    #[test]
    fn only_pass_recorded_not_run_and_skipped_are_not_red() {
        let red = Outcome::ALL
            .iter()
            .filter(|o| o.standing(true) == Standing::Failed)
            .count();
        assert_eq!(red, 11);
    }
}
