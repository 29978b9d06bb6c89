//! Special forms of principals.

use crate::Principal;
use crate::derivation::DERIVED;
use crate::derivation::SELF_AUTHENTICATING;

/// The form of a principal, which tells how it came about.
///
/// A form is told by the last byte *and* the length: two bytes of which the last is 2 are opaque.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Class {
    /// No bytes: the management canister.
    Management,
    /// The byte 4: the sender of unsigned requests.
    Anonymous,
    /// 29 bytes of which the last is 2: the hash of a public key, see
    /// [`Principal::self_authenticating`].
    SelfAuthenticating,
    /// 29 bytes of which the last is 3, see [`Principal::derived`].
    Derived,
    /// Any bytes and then 127: free for uses off the network, never a canister or a user.
    Reserved,
    /// Anything else: made by the network, without a form to rely on.
    Opaque,
}

impl Principal {
    /// Returns the form.
    // spec: PRIN-2, PRIN-10
    #[must_use]
    pub fn class(&self) -> Class {
        const RESERVED: u8 = 0x7f;
        const MAX: usize = Principal::MAX_LENGTH;

        match self.as_bytes() {
            // spec: PRIN-8
            [] => Class::Management,
            // spec: PRIN-6
            [4] => Class::Anonymous,
            // spec: PRIN-3
            [.., SELF_AUTHENTICATING] if self.as_bytes().len() == MAX => Class::SelfAuthenticating,
            // spec: PRIN-5
            [.., DERIVED] if self.as_bytes().len() == MAX => Class::Derived,
            // spec: PRIN-7
            [.., RESERVED] => Class::Reserved,
            _ => Class::Opaque,
        }
    }
}
