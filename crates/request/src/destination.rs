//! Where a request goes: the canister or subnet in the URL, compared with the request.
//!
//! The URL of a request names the canister, or the subnet, that the request is routed by. For most
//! requests there is only one right name: the canister that is called or, if that is the management
//! canister, the one that it shall manage, which stands in the argument.
//!
//! That a canister lies in the ranges of some subnet is for whoever routes requests to know, and not
//! checked here.

mod argument;
mod endpoint;

use core::fmt;

use candid_wire::ReadError;
use principal::Principal;

use self::argument::managed_canister;
use crate::RequestType;

pub use self::endpoint::{ApiVersion, Endpoint, ParseEndpointError};

/// What the URL of a request names.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these two forms of URLs"
)]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Destination {
    /// The effective canister id.
    Canister(Principal),
    /// The effective subnet id.
    Subnet(Principal),
}

impl Destination {
    /// Returns the id, whatever it is one of.
    #[must_use]
    pub const fn id(&self) -> Principal {
        match self {
            Self::Canister(id) | Self::Subnet(id) => *id,
        }
    }
}

/// Which canister ids may stand in the URL of a request.
#[expect(
    clippy::exhaustive_enums,
    reason = "the interface spec has these two answers"
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EffectiveCanister {
    /// Any: a canister is created where the URL says, or those of a subnet are listed.
    Any,
    /// This one.
    Only(Principal),
}

/// Checks that a request may be sent to what the URL names.
///
/// `canister_id`, `method_name` and `arg` are those of the request's content. Nothing is checked
/// about `read_state`, whose single paths depend on the URL: see
/// [`read_state`](crate::read_state). A URL that names a subnet is for calls that create canisters,
/// `create_canister` and `provisional_create_canister_with_cycles`, and for the query
/// `list_canisters`, all of the management canister.
///
/// # Errors
///
/// For a subnet, [`CheckDestinationError::NotForSubnets`]. For a canister, as
/// [`effective_canister`], then [`CheckDestinationError::WrongCanister`] or
/// [`CheckDestinationError::WrongManagedCanister`].
///
/// # Example
///
/// ```
/// use icid_request::RequestType;
/// use icid_request::destination::{CheckDestinationError, Destination, check};
/// use principal::Principal;
///
/// let canister = Principal::from_text("em77e-bvlzu-aq")?;
/// let check = |url| check(RequestType::Call, &canister, "greet", b"DIDL\0\0", url);
/// assert_eq!(check(Destination::Canister(canister)), Ok(()));
/// assert_eq!(
///     check(Destination::Canister(Principal::ANONYMOUS)),
///     Err(CheckDestinationError::WrongCanister {
///         found: Principal::ANONYMOUS,
///         expected: canister,
///     }),
/// );
/// # Ok::<(), principal::ParsePrincipalTextError>(())
/// ```
// spec: EFF-2, EFF-7
pub fn check(
    request_type: RequestType,
    canister_id: &Principal,
    method_name: &str,
    arg: &[u8],
    destination: Destination,
) -> Result<(), CheckDestinationError> {
    if request_type == RequestType::ReadState {
        return Ok(());
    }
    let is_management = *canister_id == Principal::MANAGEMENT;
    let found = match destination {
        Destination::Canister(found) => found,
        Destination::Subnet(_) if is_management && is_free(request_type, method_name) => {
            return Ok(());
        }
        Destination::Subnet(_) => return Err(CheckDestinationError::NotForSubnets),
    };
    match effective_canister(request_type, canister_id, method_name, arg)? {
        EffectiveCanister::Any => Ok(()),
        EffectiveCanister::Only(expected) if expected == found => Ok(()),
        EffectiveCanister::Only(expected) if is_management => {
            Err(CheckDestinationError::WrongManagedCanister { found, expected })
        }
        EffectiveCanister::Only(expected) => {
            Err(CheckDestinationError::WrongCanister { found, expected })
        }
    }
}

/// Returns which canister ids may stand in the URL of a call or query.
///
/// This is what an agent asks before it sends one. For `read_state`, which binds no canister, the
/// answer is [`EffectiveCanister::Any`].
///
/// # Errors
///
/// Only for requests to the management canister: [`CheckDestinationError::MalformedArgument`], then
/// [`CheckDestinationError::MissingCanisterId`].
// spec: EFF-2, EFF-3, EFF-4, EFF-5, EFF-6
pub fn effective_canister(
    request_type: RequestType,
    canister_id: &Principal,
    method_name: &str,
    arg: &[u8],
) -> Result<EffectiveCanister, CheckDestinationError> {
    if request_type == RequestType::ReadState {
        return Ok(EffectiveCanister::Any);
    }
    if *canister_id != Principal::MANAGEMENT {
        return Ok(EffectiveCanister::Only(*canister_id));
    }
    if is_free(request_type, method_name) {
        return Ok(EffectiveCanister::Any);
    }
    let names_target = request_type == RequestType::Call && method_name == INSTALL_CHUNKED_CODE;
    match managed_canister(arg, names_target) {
        Ok(Some(canister)) => Ok(EffectiveCanister::Only(canister)),
        Ok(None) => Err(CheckDestinationError::MissingCanisterId),
        Err(error) => Err(CheckDestinationError::MalformedArgument(error)),
    }
}

/// Returns whether a method of the management canister is about no canister that exists.
// spec: EFF-3, EFF-6
fn is_free(request_type: RequestType, method_name: &str) -> bool {
    match request_type {
        RequestType::Call => CREATION.contains(&method_name),
        RequestType::Query => method_name == LIST_CANISTERS,
        RequestType::ReadState => false,
    }
}

const CREATION: [&str; 2] = ["create_canister", "provisional_create_canister_with_cycles"];
const INSTALL_CHUNKED_CODE: &str = "install_chunked_code";
const LIST_CANISTERS: &str = "list_canisters";

/// Why a request may not be sent to what the URL names.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckDestinationError {
    /// The argument of a method of the management canister is not Candid.
    MalformedArgument(ReadError),
    /// The argument of a method of the management canister is no record with the canister that it
    /// shall manage.
    MissingCanisterId,
    /// The URL names a subnet, and the request does not create a canister or list those of a subnet.
    NotForSubnets,
    /// The canister in the URL is not the one that is called.
    WrongCanister {
        /// The one in the URL.
        found: Principal,
        /// The one that is called.
        expected: Principal,
    },
    /// The canister in the URL is not the one that the management canister shall manage.
    WrongManagedCanister {
        /// The one in the URL.
        found: Principal,
        /// The one in the argument.
        expected: Principal,
    },
}

impl fmt::Display for CheckDestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MalformedArgument(error) => write!(f, "{error} of the argument"),
            Self::MissingCanisterId => {
                f.write_str("found no canister id in the argument for the management canister")
            }
            Self::NotForSubnets => {
                f.write_str("found a subnet in the URL, expected a canister for this method")
            }
            Self::WrongCanister { found, expected } => write!(
                f,
                "found canister {found} in the URL, expected {expected}, which is called"
            ),
            Self::WrongManagedCanister { found, expected } => write!(
                f,
                "found canister {found} in the URL, expected {expected} as in the argument"
            ),
        }
    }
}

impl core::error::Error for CheckDestinationError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::MalformedArgument(error) => Some(error),
            _ => None,
        }
    }
}
