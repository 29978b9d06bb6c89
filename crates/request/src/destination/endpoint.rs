//! The paths of URLs.

use core::fmt;

use principal::{ParsePrincipalTextError, Principal};

use crate::RequestType;
use crate::destination::Destination;

/// Where a request was sent: what the path of its URL says.
///
/// # Example
///
/// ```
/// use icid_request::RequestType;
/// use icid_request::destination::{ApiVersion, Destination, Endpoint};
/// use principal::Principal;
///
/// let endpoint = Endpoint::parse("/api/v3/canister/em77e-bvlzu-aq/read_state")?;
/// assert_eq!(endpoint.request_type, RequestType::ReadState);
/// assert_eq!(endpoint.version, ApiVersion::V3);
/// let canister = Principal::from_slice(&[0xab, 0xcd, 0x01]).unwrap();
/// assert_eq!(endpoint.destination, Destination::Canister(canister));
/// # Ok::<(), icid_request::destination::ParseEndpointError>(())
/// ```
#[expect(
    clippy::exhaustive_structs,
    reason = "callers build it; a path has these three parts"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// What is requested.
    pub request_type: RequestType,
    /// The version of the interface.
    pub version: ApiVersion,
    /// The canister or subnet that is named.
    pub destination: Destination,
}

/// A version of the HTTPS interface.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ApiVersion {
    /// `v2`.
    V2,
    /// `v3`.
    V3,
    /// `v4`.
    V4,
}

impl Endpoint {
    /// Reads the path of a URL: `/api/`, a version, `/canister/` or `/subnet/`, the text form of an
    /// id, and `/call`, `/query` or `/read_state`.
    ///
    /// # Errors
    ///
    /// [`ParseEndpointError::UnknownPath`] for a path that is not one of these, or whose version is
    /// not one of this request; then [`ParseEndpointError::Id`].
    // spec: ENDPT-1, EFF-8
    pub fn parse(path: &str) -> Result<Self, ParseEndpointError> {
        let mut segments = path.split('/');
        let segments = [(); 6]
            .map(|()| segments.next())
            .map(Option::unwrap_or_default);
        let ["", "api", version, scope, id, request_type] = segments else {
            return Err(ParseEndpointError::UnknownPath);
        };
        let is_whole = path.matches('/').count() == 5;
        let is_canister = scope == "canister";
        let (Some(version), Some(request_type), true, true) = (
            ApiVersion::from_name(version),
            RequestType::from_name(request_type),
            is_whole,
            is_canister || scope == "subnet",
        ) else {
            return Err(ParseEndpointError::UnknownPath);
        };
        if !is_offered(request_type, version, is_canister) {
            return Err(ParseEndpointError::UnknownPath);
        }
        let id = Principal::from_text(id).map_err(ParseEndpointError::Id)?;
        let destination = if is_canister {
            Destination::Canister(id)
        } else {
            Destination::Subnet(id)
        };
        Ok(Self {
            request_type,
            version,
            destination,
        })
    }
}

impl ApiVersion {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "v2" => Some(Self::V2),
            "v3" => Some(Self::V3),
            "v4" => Some(Self::V4),
            _ => None,
        }
    }
}

/// Returns whether the interface spec has an endpoint.
// spec: ENDPT-1
const fn is_offered(request_type: RequestType, version: ApiVersion, is_canister: bool) -> bool {
    match (request_type, is_canister) {
        (RequestType::Call, true) => true,
        (RequestType::Call, false) => matches!(version, ApiVersion::V4),
        (RequestType::Query, true) | (RequestType::ReadState, _) => {
            !matches!(version, ApiVersion::V4)
        }
        (RequestType::Query, false) => matches!(version, ApiVersion::V3),
    }
}

/// Why the path of a URL is not that of an [`Endpoint`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ParseEndpointError {
    /// The id is not the text form of a principal.
    Id(ParsePrincipalTextError),
    /// There is no such endpoint.
    UnknownPath,
}

impl fmt::Display for ParseEndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(error) => write!(f, "{error} in the id of the URL"),
            Self::UnknownPath => f.write_str("found a path that no endpoint has"),
        }
    }
}

impl core::error::Error for ParseEndpointError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Id(error) => Some(error),
            Self::UnknownPath => None,
        }
    }
}
