//! Decoding a content.

use alloc::borrow::Cow;

use cbor::{Blob, Kind, NullRule, Policy, ReadError, Reader, Record, UnknownFieldRule};
use principal::Principal;
use time::Timestamp;

use super::{CanisterRequest, Common, Content, ReadStateRequest, RequestType};
use crate::{ParseEnvelopeError, Paths, SenderInfo};

impl<'a> Content<'a> {
    /// Takes a content.
    ///
    /// The type is looked for first, as it decides which fields there are.
    // spec: ENV-18
    pub(crate) fn read(
        reader: &mut Reader<'a>,
        policy: Policy,
    ) -> Result<Self, ParseEnvelopeError> {
        match find_request_type(*reader)? {
            RequestType::Call => read_canister_request(reader, policy).map(Self::Call),
            RequestType::Query => read_canister_request(reader, policy).map(Self::Query),
            RequestType::ReadState => read_read_state(reader, policy).map(Self::ReadState),
        }
    }
}

/// Reads ahead to the type, which most encoders write first.
fn find_request_type(mut ahead: Reader<'_>) -> Result<RequestType, ParseEnvelopeError> {
    let mut record = Record::read(&mut ahead, &[REQUEST_TYPE], UnknownFieldRule::Ignore)
        .map_err(inside(CONTENT))?;
    if record.next(&mut ahead).map_err(inside(CONTENT))?.is_none() {
        return Err(missing(REQUEST_TYPE));
    }
    let position = ahead.position();
    let name = ahead.text().map_err(inside(REQUEST_TYPE))?;
    RequestType::from_name(name).ok_or(ParseEnvelopeError::UnknownRequestType { position })
}

// spec: ENV-19
fn read_canister_request<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<CanisterRequest<'a>, ParseEnvelopeError> {
    let mut fields = CommonFields::default();
    let (mut canister_id, mut method_name) = (None, None);
    let (mut arg, mut sender_info) = (None, None);
    let mut record =
        Record::read(reader, &CANISTER_REQUEST, policy.unknown_fields).map_err(inside(CONTENT))?;
    while let Some(name) = record.next(reader).map_err(inside(CONTENT))? {
        match name {
            CANISTER_ID => canister_id = Some(read_principal(reader, policy, CANISTER_ID)?),
            METHOD_NAME => {
                let text = reader.text().map_err(inside(METHOD_NAME))?;
                method_name = Some(Cow::Borrowed(text));
            }
            ARG => arg = Some(read_blob(reader, policy, ARG)?),
            SENDER_INFO => {
                if !is_absent(reader, policy.null, SENDER_INFO)? {
                    sender_info = Some(read_sender_info(reader, policy)?);
                }
            }
            _ => fields.read(name, reader, policy)?,
        }
    }
    Ok(CanisterRequest {
        common: fields.finish()?,
        canister_id: canister_id.ok_or_else(|| missing(CANISTER_ID))?,
        method_name: method_name.ok_or_else(|| missing(METHOD_NAME))?,
        arg: arg.ok_or_else(|| missing(ARG))?,
        sender_info,
    })
}

// spec: ENV-20
fn read_read_state<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<ReadStateRequest<'a>, ParseEnvelopeError> {
    let mut fields = CommonFields::default();
    let mut paths = None;
    let mut record =
        Record::read(reader, &READ_STATE, policy.unknown_fields).map_err(inside(CONTENT))?;
    while let Some(name) = record.next(reader).map_err(inside(CONTENT))? {
        match name {
            PATHS => {
                let read = Paths::read(reader, policy.blobs);
                paths = Some(read.map_err(inside(PATHS))?);
            }
            _ => fields.read(name, reader, policy)?,
        }
    }
    Ok(ReadStateRequest {
        common: fields.finish()?,
        paths: paths.ok_or_else(|| missing(PATHS))?,
    })
}

// spec: SINFO-1
fn read_sender_info<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
) -> Result<SenderInfo<'a>, ParseEnvelopeError> {
    let (mut info, mut signer, mut signature) = (None, None, None);
    let mut record = Record::read(reader, &SENDER_INFO_FIELDS, policy.unknown_fields)
        .map_err(inside(SENDER_INFO))?;
    while let Some(name) = record.next(reader).map_err(inside(SENDER_INFO))? {
        match name {
            INFO => info = Some(read_blob(reader, policy, INFO)?),
            SIGNER => signer = Some(read_principal(reader, policy, SIGNER)?),
            _ => signature = Some(read_blob(reader, policy, SIG)?),
        }
    }
    Ok(SenderInfo::new(
        info.ok_or_else(|| missing(INFO))?,
        signer.ok_or_else(|| missing(SIGNER))?,
        signature.ok_or_else(|| missing(SIG))?,
    ))
}

/// The fields that contents of every kind have, as far as they were read.
#[derive(Default)]
struct CommonFields<'a> {
    sender: Option<Principal>,
    ingress_expiry: Option<Timestamp>,
    nonce: Option<Cow<'a, [u8]>>,
}

impl<'a> CommonFields<'a> {
    /// Takes the value of the field `name`, which is one of them or the type.
    fn read(
        &mut self,
        name: &str,
        reader: &mut Reader<'a>,
        policy: Policy,
    ) -> Result<(), ParseEnvelopeError> {
        match name {
            SENDER => self.sender = Some(read_principal(reader, policy, SENDER)?),
            INGRESS_EXPIRY => {
                let nanos = reader.unsigned().map_err(inside(INGRESS_EXPIRY))?;
                self.ingress_expiry = Some(Timestamp::from_nanos(nanos));
            }
            NONCE => {
                if !is_absent(reader, policy.null, NONCE)? {
                    self.nonce = Some(read_blob(reader, policy, NONCE)?);
                }
            }
            // The type, which is known already.
            _ => _ = reader.text().map_err(inside(REQUEST_TYPE))?,
        }
        Ok(())
    }

    // spec: ENV-9, ENV-15
    fn finish(self) -> Result<Common<'a>, ParseEnvelopeError> {
        Ok(Common {
            sender: self.sender.ok_or_else(|| missing(SENDER))?,
            ingress_expiry: self.ingress_expiry.ok_or_else(|| missing(INGRESS_EXPIRY))?,
            nonce: self.nonce,
        })
    }
}

/// Takes `null` in the place of an optional field if the policy lets it stand there.
// spec: CBOR-12
pub(crate) fn is_absent(
    reader: &mut Reader<'_>,
    rule: NullRule,
    field: &'static str,
) -> Result<bool, ParseEnvelopeError> {
    reader.null(rule).map_err(inside(field))
}

#[inline(always)]
pub(crate) fn read_blob<'a>(
    reader: &mut Reader<'a>,
    policy: Policy,
    field: &'static str,
) -> Result<Cow<'a, [u8]>, ParseEnvelopeError> {
    // What everybody sends, on the short way.
    if reader.kind() == Ok(Kind::Bytes) {
        return reader.bytes().map(Cow::Borrowed).map_err(inside(field));
    }
    reader.blob(policy.blobs).map(to_cow).map_err(inside(field))
}

fn read_principal(
    reader: &mut Reader<'_>,
    policy: Policy,
    field: &'static str,
) -> Result<Principal, ParseEnvelopeError> {
    let position = reader.position();
    let bytes = read_blob(reader, policy, field)?;
    // spec: PRIN-1
    Principal::from_slice(&bytes).map_err(|_| ParseEnvelopeError::PrincipalTooLong {
        field,
        position,
        length: bytes.len(),
    })
}

/// Borrows the bytes of a blob where the input has them in one piece.
pub(crate) fn to_cow(blob: Blob<'_>) -> Cow<'_, [u8]> {
    match blob.as_slice() {
        Some(bytes) => Cow::Borrowed(bytes),
        None => Cow::Owned(blob.iter().collect()),
    }
}

/// Says in which field it was that something could not be read.
pub(crate) fn inside(field: &'static str) -> impl Fn(ReadError) -> ParseEnvelopeError {
    move |error| ParseEnvelopeError::Read { field, error }
}

pub(crate) const fn missing(field: &'static str) -> ParseEnvelopeError {
    ParseEnvelopeError::MissingField { field }
}

pub(crate) const CONTENT: &str = "content";

const REQUEST_TYPE: &str = "request_type";
const NONCE: &str = "nonce";
const INGRESS_EXPIRY: &str = "ingress_expiry";
const SENDER: &str = "sender";
const CANISTER_ID: &str = "canister_id";
const METHOD_NAME: &str = "method_name";
const ARG: &str = "arg";
const SENDER_INFO: &str = "sender_info";
const PATHS: &str = "paths";

const CANISTER_REQUEST: [&str; 8] = [
    REQUEST_TYPE,
    NONCE,
    INGRESS_EXPIRY,
    SENDER,
    CANISTER_ID,
    METHOD_NAME,
    ARG,
    SENDER_INFO,
];
const READ_STATE: [&str; 5] = [REQUEST_TYPE, NONCE, INGRESS_EXPIRY, SENDER, PATHS];

const INFO: &str = "info";
const SIGNER: &str = "signer";
const SIG: &str = "sig";
const SENDER_INFO_FIELDS: [&str; 3] = [INFO, SIGNER, SIG];
