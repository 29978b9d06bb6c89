//! The choice of a signature provider.

use core::fmt;

use provider_native::NativeProvider;
use provider_rustcrypto::RustCryptoProvider;
use signature::VerifySignature;

/// The library that checks signatures.
pub struct Provider {
    name: &'static str,
    library: Box<dyn VerifySignature>,
}

impl Provider {
    /// Returns the provider over native libraries.
    #[must_use]
    pub fn native() -> Self {
        Self {
            name: "native",
            library: Box::new(NativeProvider::new()),
        }
    }

    /// Returns the provider in pure Rust.
    #[must_use]
    pub fn rustcrypto() -> Self {
        Self {
            name: "rustcrypto",
            library: Box::new(RustCryptoProvider::new()),
        }
    }

    /// Returns the name that the command line has for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn library(&self) -> &dyn VerifySignature {
        self.library.as_ref()
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.name).finish()
    }
}
