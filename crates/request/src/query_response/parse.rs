//! The form of a response.

use core::fmt;
use core::iter::FusedIterator;

use cbor::{Policy, ReadError, Reader, Record, UnknownFieldRule};
use principal::Principal;
use time::Timestamp;

use crate::query_response::{QueryResponse, REJECTED, REPLIED, Reply};

/// What a node says: that at this time, it answered so.
#[expect(
    clippy::exhaustive_structs,
    reason = "the interface spec has these three fields"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NodeSignature<'a> {
    /// The time at which it signed.
    pub timestamp: Timestamp,
    /// The signature.
    pub signature: &'a [u8],
    /// The node.
    pub identity: Principal,
}

/// The signatures on a response, in their order.
///
/// They stay where they are in the input, and are decoded again while iterating.
#[derive(Clone)]
pub struct Signatures<'a> {
    /// At the next signature.
    reader: Reader<'a>,
    left: usize,
    policy: Policy,
}

impl<'a> QueryResponse<'a> {
    /// Decodes a response.
    ///
    /// `bytes` is one CBOR item; `policy` says whether the tag 55799 may be missing, and what happens
    /// to `null` and to unknown fields. Blobs are byte strings under every policy.
    ///
    /// # Errors
    ///
    /// [`Read`](ParseQueryResponseError::Read) in the order of the bytes, and among them what is wrong
    /// with single signatures: [`MissingField`](ParseQueryResponseError::MissingField) and
    /// [`IdentityLength`](ParseQueryResponseError::IdentityLength). Then
    /// [`UnknownStatus`](ParseQueryResponseError::UnknownStatus),
    /// [`MissingField`](ParseQueryResponseError::MissingField),
    /// [`StrayField`](ParseQueryResponseError::StrayField) and
    /// [`NoSignatures`](ParseQueryResponseError::NoSignatures).
    pub fn parse(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseQueryResponseError> {
        let fields = Fields::read(bytes, policy)?;
        let reply = fields.reply(policy)?;
        let signatures = fields.signatures.ok_or(missing(Field::Signatures))?;
        // spec: QUERY-SIG-1
        if signatures.left == 0 {
            return Err(ParseQueryResponseError::NoSignatures);
        }
        Ok(Self { reply, signatures })
    }
}

/// The fields of the record.
#[derive(Default)]
struct Fields<'a> {
    status: Option<&'a str>,
    arg: Option<&'a [u8]>,
    reject_code: Option<u64>,
    reject_message: Option<&'a str>,
    error_code: Option<&'a str>,
    signatures: Option<Signatures<'a>>,
}

impl<'a> Fields<'a> {
    fn read(bytes: &'a [u8], policy: Policy) -> Result<Self, ParseQueryResponseError> {
        let mut reader = Reader::new(bytes);
        let reader = &mut reader;
        reader
            .self_described_tag(policy.tag)
            .map_err(at(Part::Response))?;
        let mut fields = Self::default();
        let mut record =
            Record::read(reader, &NAMES, policy.unknown_fields).map_err(at(Part::Response))?;
        while let Some(name) = record.next(reader).map_err(at(Part::Response))? {
            match name {
                "status" => fields.status = Some(reader.text().map_err(at(Part::Status))?),
                "reply" => fields.arg = Some(read_reply(reader, policy)?),
                "reject_code" => {
                    fields.reject_code = Some(reader.unsigned().map_err(at(Part::Rejection))?);
                }
                "reject_message" => {
                    fields.reject_message = Some(reader.text().map_err(at(Part::Rejection))?);
                }
                "error_code" => {
                    if !reader.null(policy.null).map_err(at(Part::Rejection))? {
                        fields.error_code = Some(reader.text().map_err(at(Part::Rejection))?);
                    }
                }
                _ => fields.signatures = Some(Signatures::read(reader, policy)?),
            }
        }
        reader.finish().map_err(at(Part::Response))?;
        Ok(fields)
    }

    /// Takes together what belongs to the status.
    // spec: QUERY-SIG-3, QUERY-SIG-4
    fn reply(&self, policy: Policy) -> Result<Reply<'a>, ParseQueryResponseError> {
        let status = self.status.ok_or(missing(Field::Status))?;
        let (reply, stray) = match status {
            REPLIED => {
                let arg = self.arg.ok_or(missing(Field::Reply))?;
                let stray = [
                    self.reject_code.map(|_| Field::RejectCode),
                    self.reject_message.map(|_| Field::RejectMessage),
                    self.error_code.map(|_| Field::ErrorCode),
                ];
                (Reply::Replied { arg }, stray)
            }
            REJECTED => {
                let reply = Reply::Rejected {
                    code: self.reject_code.ok_or(missing(Field::RejectCode))?,
                    message: self.reject_message.ok_or(missing(Field::RejectMessage))?,
                    error_code: self.error_code,
                };
                (reply, [self.arg.map(|_| Field::Reply), None, None])
            }
            _ => return Err(ParseQueryResponseError::UnknownStatus),
        };
        match stray.into_iter().flatten().next() {
            Some(field) if policy.unknown_fields == UnknownFieldRule::Reject => {
                Err(ParseQueryResponseError::StrayField { field })
            }
            _ => Ok(reply),
        }
    }
}

fn read_reply<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<&'a [u8], ParseQueryResponseError> {
    let mut arg = None;
    let mut record =
        Record::read(reader, &["arg"], policy.unknown_fields).map_err(at(Part::Reply))?;
    while record.next(reader).map_err(at(Part::Reply))?.is_some() {
        arg = Some(reader.bytes().map_err(at(Part::Reply))?);
    }
    arg.ok_or(missing(Field::Arg))
}

impl<'a> Signatures<'a> {
    fn read(reader: &mut Reader<'a>, policy: Policy) -> Result<Self, ParseQueryResponseError> {
        let mut items = reader.array().map_err(at(Part::Signatures))?;
        let mut signatures = Self {
            reader: *reader,
            left: 0,
            policy,
        };
        while reader.next(&mut items).map_err(at(Part::Signatures))? {
            NodeSignature::read(reader, policy)?;
            signatures.left = signatures.left.saturating_add(1);
        }
        Ok(signatures)
    }
}

impl<'a> Iterator for Signatures<'a> {
    type Item = NodeSignature<'a>;

    fn next(&mut self) -> Option<NodeSignature<'a>> {
        self.left = self.left.checked_sub(1)?;
        // All signatures were read once before they were handed out.
        NodeSignature::read(&mut self.reader, self.policy).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Signatures<'_> {}

impl FusedIterator for Signatures<'_> {}

impl fmt::Debug for Signatures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> NodeSignature<'a> {
    // spec: QUERY-SIG-2
    fn read(reader: &mut Reader<'a>, policy: Policy) -> Result<Self, ParseQueryResponseError> {
        let (mut timestamp, mut signature, mut identity) = (None, None, None);
        let names = ["timestamp", "signature", "identity"];
        let mut record =
            Record::read(reader, &names, policy.unknown_fields).map_err(at(Part::Signature))?;
        while let Some(name) = record.next(reader).map_err(at(Part::Signature))? {
            match name {
                "timestamp" => {
                    let nanos = reader.unsigned().map_err(at(Part::Signature))?;
                    timestamp = Some(Timestamp::from_nanos(nanos));
                }
                "signature" => signature = Some(reader.bytes().map_err(at(Part::Signature))?),
                _ => {
                    let position = reader.position();
                    let bytes = reader.bytes().map_err(at(Part::Signature))?;
                    let length = bytes.len();
                    let error = ParseQueryResponseError::IdentityLength { position, length };
                    identity = Some(Principal::from_slice(bytes).map_err(|_| error)?);
                }
            }
        }
        Ok(Self {
            timestamp: timestamp.ok_or(missing(Field::Timestamp))?,
            signature: signature.ok_or(missing(Field::Signature))?,
            identity: identity.ok_or(missing(Field::Identity))?,
        })
    }
}

const NAMES: [&str; 6] = [
    "status",
    "reply",
    "reject_code",
    "reject_message",
    "error_code",
    "signatures",
];

fn at(part: Part) -> impl Fn(ReadError) -> ParseQueryResponseError {
    move |error| ParseQueryResponseError::Read { part, error }
}

const fn missing(field: Field) -> ParseQueryResponseError {
    ParseQueryResponseError::MissingField { field }
}

/// Why some bytes are not a [`QueryResponse`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseQueryResponseError {
    /// The id of a node is longer than a principal.
    IdentityLength {
        /// Where it starts.
        position: usize,
        /// How many bytes it has.
        length: usize,
    },
    /// A field is missing.
    MissingField {
        /// The field.
        field: Field,
    },
    /// The list of signatures is empty.
    NoSignatures,
    /// The CBOR is broken, or not that of a response.
    Read {
        /// In which part.
        part: Part,
        /// Where and why.
        error: ReadError,
    },
    /// There is a field that does not come with the status, which the policy rejects.
    StrayField {
        /// The field.
        field: Field,
    },
    /// The status is neither `replied` nor `rejected`.
    UnknownStatus,
}

/// A part of a response.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// `reject_code`, `reject_message` or `error_code`.
    Rejection,
    /// `reply`.
    Reply,
    /// The response as a whole.
    Response,
    /// One of the signatures.
    Signature,
    /// `signatures`, the list.
    Signatures,
    /// `status`.
    Status,
}

/// A field of a response, or of a part of it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// `arg` of the reply.
    Arg,
    /// `error_code`.
    ErrorCode,
    /// `identity` of a signature.
    Identity,
    /// `reject_code`.
    RejectCode,
    /// `reject_message`.
    RejectMessage,
    /// `reply`.
    Reply,
    /// `signature` of a signature.
    Signature,
    /// `signatures`.
    Signatures,
    /// `status`.
    Status,
    /// `timestamp` of a signature.
    Timestamp,
}

impl fmt::Display for ParseQueryResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdentityLength { position, length } => write!(
                f,
                "found a node id of {length} bytes at byte {position}, at most {} are allowed",
                Principal::MAX_LENGTH
            ),
            Self::MissingField { field } => write!(f, "found no field `{field}`"),
            Self::NoSignatures => f.write_str("found no signatures, expected at least one"),
            Self::Read { part, error } => write!(f, "{error}, in {part}"),
            Self::StrayField { field } => {
                write!(
                    f,
                    "found field `{field}`, which does not come with the status"
                )
            }
            Self::UnknownStatus => {
                f.write_str("found a status other than `replied` and `rejected`")
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rejection => "the rejection",
            Self::Reply => "the reply",
            Self::Response => "the response",
            Self::Signature => "a signature",
            Self::Signatures => "the list of signatures",
            Self::Status => "the status",
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arg => "arg",
            Self::ErrorCode => "error_code",
            Self::Identity => "identity",
            Self::RejectCode => "reject_code",
            Self::RejectMessage => "reject_message",
            Self::Reply => "reply",
            Self::Signature => "signature",
            Self::Signatures => "signatures",
            Self::Status => "status",
            Self::Timestamp => "timestamp",
        })
    }
}

impl core::error::Error for ParseQueryResponseError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read { error, .. } => Some(error),
            _ => None,
        }
    }
}
