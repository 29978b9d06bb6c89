//! What the state tree has about requests.

use core::fmt;

use crate::nat;
use crate::state::{Read, ReadStateError, read, text};
use crate::verified::VerifiedCertificate;

impl<'a> VerifiedCertificate<'a> {
    /// Reads what became of a request.
    ///
    /// It is absent if the subnet does not know the request, or not any more.
    ///
    /// # Errors
    ///
    /// [`ReadStateError::NotAValue`], [`ReadStateError::UnknownRequestStatus`]; then, in the order of
    /// [`StatusField`], [`ReadStateError::StrayStatusField`] and
    /// [`ReadStateError::MissingStatusField`]; then [`ReadStateError::InvalidNat`],
    /// [`ReadStateError::UnknownRejectCode`] or [`ReadStateError::InvalidUtf8`] for the field's
    /// value.
    // spec: STATE-9
    pub fn request_status(
        &self,
        request_id: &[u8; 32],
    ) -> Result<Read<RequestStatus<'a>>, ReadStateError> {
        let field = |name: &[u8]| read(&self.tree, &[b"request_status", request_id, name]);
        let name = match field(b"status")? {
            Read::Absent => return Ok(Read::Absent),
            Read::Unknown => return Ok(Read::Unknown),
            Read::Found(name) => name,
        };
        let outcome = match name {
            b"received" | b"processing" | b"done" => Outcome::None,
            b"replied" => Outcome::Reply,
            b"rejected" => Outcome::Reject,
            _ => return Err(ReadStateError::UnknownRequestStatus),
        };
        // spec: STATE-10, STATE-11, STATE-12
        let beside = |field_name: StatusField| {
            let found = field(field_name.label())?;
            field_name.check(&found, outcome)?;
            Ok::<_, ReadStateError>(found)
        };
        let reply = beside(StatusField::Reply)?;
        let code = beside(StatusField::RejectCode)?;
        let message = beside(StatusField::RejectMessage)?;
        let error_code = beside(StatusField::ErrorCode)?;
        Ok(Read::Found(match name {
            b"received" => RequestStatus::Received,
            b"processing" => RequestStatus::Processing,
            b"replied" => RequestStatus::Replied {
                reply: reply.found(),
            },
            b"rejected" => RequestStatus::Rejected {
                code: code.decode(RejectCode::parse)?.found(),
                message: message.decode(text)?.found(),
                error_code: error_code.decode(text)?,
            },
            _ => RequestStatus::Done,
        }))
    }
}

/// What becomes of a request, as far as its subnet knows.
// spec: STATE-9
#[expect(clippy::exhaustive_enums, reason = "the interface spec has these five")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequestStatus<'a> {
    /// The subnet has got it.
    Received,
    /// The canister works on it.
    Processing,
    /// The canister replied.
    Replied {
        /// The reply; none if the certificate does not show it.
        reply: Option<&'a [u8]>,
    },
    /// The canister or the subnet rejected it.
    Rejected {
        /// Why, roughly; none if the certificate does not show it.
        code: Option<RejectCode>,
        /// Why, in words; none if the certificate does not show it.
        message: Option<&'a str>,
        /// Why, in the implementation's terms. It may be absent.
        error_code: Read<&'a str>,
    },
    /// It was answered, and the answer is forgotten.
    Done,
}

/// Why a request was rejected.
///
/// Source: interface spec, "Reject codes".
// spec: STATE-11
#[expect(clippy::exhaustive_enums, reason = "the interface spec has these six")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RejectCode {
    /// 1: the system can't do it, and trying again won't help.
    SysFatal,
    /// 2: the system can't do it now.
    SysTransient,
    /// 3: there is no such destination.
    DestinationInvalid,
    /// 4: the canister said so.
    CanisterReject,
    /// 5: the canister failed.
    CanisterError,
    /// 6: what became of the call can't be known.
    SysUnknown,
}

impl RejectCode {
    fn parse(value: &[u8]) -> Result<Self, ReadStateError> {
        Ok(match nat::parse(value)? {
            1 => Self::SysFatal,
            2 => Self::SysTransient,
            3 => Self::DestinationInvalid,
            4 => Self::CanisterReject,
            5 => Self::CanisterError,
            6 => Self::SysUnknown,
            code => return Err(ReadStateError::UnknownRejectCode { code }),
        })
    }

    /// Returns the number of the code.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::SysFatal => 1,
            Self::SysTransient => 2,
            Self::DestinationInvalid => 3,
            Self::CanisterReject => 4,
            Self::CanisterError => 5,
            Self::SysUnknown => 6,
        }
    }
}

/// A field beside the status of a request.
#[expect(clippy::exhaustive_enums, reason = "the interface spec has these four")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StatusField {
    /// `reply`: comes with `replied`.
    Reply,
    /// `reject_code`: comes with `rejected`.
    RejectCode,
    /// `reject_message`: comes with `rejected`.
    RejectMessage,
    /// `error_code`: may come with `rejected`.
    ErrorCode,
}

/// What an answer consists of.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Outcome {
    None,
    Reply,
    Reject,
}

impl StatusField {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Reply => b"reply",
            Self::RejectCode => b"reject_code",
            Self::RejectMessage => b"reject_message",
            Self::ErrorCode => b"error_code",
        }
    }

    /// Checks that the field is there if and only if it comes with the status. A pruned one may be.
    fn check(self, found: &Read<&[u8]>, outcome: Outcome) -> Result<(), ReadStateError> {
        let belongs = match self {
            Self::Reply => outcome == Outcome::Reply,
            Self::RejectCode | Self::RejectMessage | Self::ErrorCode => outcome == Outcome::Reject,
        };
        match found {
            Read::Found(_) if !belongs => Err(ReadStateError::StrayStatusField { field: self }),
            Read::Absent if belongs && self != Self::ErrorCode => {
                Err(ReadStateError::MissingStatusField { field: self })
            }
            Read::Absent | Read::Found(_) | Read::Unknown => Ok(()),
        }
    }
}

impl fmt::Display for StatusField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reply => "reply",
            Self::RejectCode => "reject_code",
            Self::RejectMessage => "reject_message",
            Self::ErrorCode => "error_code",
        })
    }
}
