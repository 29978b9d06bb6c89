//! Client data: what the browser says about a ceremony.

use core::fmt;

use json::{ReadError, Reader, Text};

use crate::TypeAndOriginRule;

/// The client data of a ceremony: a small JSON object that the browser wrote.
///
/// Only the challenge means something on the Internet Computer. Everything else is there for relying
/// parties that want to look at it: members that are missing or of another kind are `None`.
#[derive(Clone, Copy, Debug)]
pub struct ClientData<'a> {
    json: &'a str,
    challenge: Text<'a>,
    kind: Option<Text<'a>>,
    origin: Option<Text<'a>>,
    top_origin: Option<Text<'a>>,
    cross_origin: Option<bool>,
}

impl<'a> ClientData<'a> {
    /// Decodes client data.
    ///
    /// `json` is one JSON object in UTF-8 without a byte-order mark, in which no name comes twice.
    ///
    /// # Errors
    ///
    /// [`Read`](ParseClientDataError::Read) in the order of the bytes; then
    /// [`MissingMember`](ParseClientDataError::MissingMember) for the challenge, and for type and
    /// origin if `rule` demands them as strings.
    // spec: SIG-WEBAUTHN-14
    pub fn parse(json: &'a [u8], rule: TypeAndOriginRule) -> Result<Self, ParseClientDataError> {
        let mut reader = Reader::new(json)?;
        let json = reader.remaining();
        let mut challenge = None;
        let [mut kind, mut origin, mut top_origin] = [None; 3];
        let mut cross_origin = None;
        let mut members = reader.object()?;
        while let Some(name) = reader.member(&mut members)? {
            if name == "challenge" {
                challenge = Some(reader.text()?);
            } else if name == "type" {
                kind = text(&mut reader)?;
            } else if name == "origin" {
                origin = text(&mut reader)?;
            } else if name == "topOrigin" {
                top_origin = text(&mut reader)?;
            } else if name == "crossOrigin" && matches!(reader.peek(), Some(b'f' | b't')) {
                cross_origin = Some(reader.boolean()?);
            } else {
                reader.skip()?;
            }
        }
        reader.finish()?;

        let missing = |member| ParseClientDataError::MissingMember { member };
        let challenge = challenge.ok_or_else(|| missing(Member::Challenge))?;
        // spec: SIG-WEBAUTHN-13
        if rule == TypeAndOriginRule::Strings {
            kind.ok_or_else(|| missing(Member::Type))?;
            origin.ok_or_else(|| missing(Member::Origin))?;
        }
        Ok(Self {
            json,
            challenge,
            kind,
            origin,
            top_origin,
            cross_origin,
        })
    }

    /// Returns the JSON text, byte for byte as it came.
    #[must_use]
    pub const fn json(&self) -> &'a str {
        self.json
    }

    /// Returns the challenge in base64url.
    #[must_use]
    pub const fn challenge(&self) -> Text<'a> {
        self.challenge
    }

    /// Returns the type, which is `webauthn.get` where a browser had something signed.
    #[must_use]
    pub const fn kind(&self) -> Option<Text<'a>> {
        self.kind
    }

    /// Returns the origin of the page that asked, such as `https://example.com`.
    #[must_use]
    pub const fn origin(&self) -> Option<Text<'a>> {
        self.origin
    }

    /// Returns the origin of the outermost page, if it is another.
    #[must_use]
    pub const fn top_origin(&self) -> Option<Text<'a>> {
        self.top_origin
    }

    /// Returns whether the page that asked is inside a page of another origin.
    #[must_use]
    pub const fn cross_origin(&self) -> Option<bool> {
        self.cross_origin
    }
}

/// Takes a value, and returns it if it is a string.
fn text<'a>(reader: &mut Reader<'a>) -> Result<Option<Text<'a>>, ReadError> {
    if reader.peek() == Some(b'"') {
        return reader.text().map(Some);
    }
    reader.skip().map(|()| None)
}

/// Why some bytes are not client data.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseClientDataError {
    /// They are not one JSON object, or the challenge is not a string.
    Read(ReadError),
    /// A member is not there, or is not a string.
    MissingMember {
        /// Which one.
        member: Member,
    },
}

/// A member of client data.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Member {
    /// `challenge`
    Challenge,
    /// `origin`
    Origin,
    /// `type`
    Type,
}

impl From<ReadError> for ParseClientDataError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl fmt::Display for ParseClientDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "{error} of the client data"),
            Self::MissingMember { member } => {
                write!(f, "no string `{member}` in the client data, which needs it")
            }
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::Type => "type",
        })
    }
}

impl core::error::Error for ParseClientDataError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::MissingMember { .. } => None,
        }
    }
}
