//! Canister signatures: the family CSIG, without the form of their keys (CSIG-1 to CSIG-3), and what
//! any use of certified data has to check (CDATA-11 and CDATA-13).
//!
//! [`verify`] finds everything that is wrong with a signature, as far as the checks don't depend on
//! each other. The clause that the model names for each flaw:
//!
//! | flaw | clause |
//! |---|---|
//! | there is no root key to check with | CSIG-17 |
//! | the root key is not the DER form of a BLS key | ROOT-4 |
//! | the signature is not one tagged map of `certificate`, a byte string, and `tree`, a hash tree; a key missing or twice | CSIG-4 |
//! | an unknown field (preset `spec`); more than 256 levels in `tree` | CBOR-10; TREE-12 |
//! | anything about the certificate, its encoding included, but its ranges | CSIG-5 |
//! | the certificate doesn't show the root hash of `tree` as the canister's certified data | CSIG-6 |
//! | no visible range contains the canister, whatever the reason; malformed ranges | CSIG-7 |
//! | the delegation doesn't show the type of its subnet; the type is `cloud_engine` | CSIG-8; CSIG-9 |
//! | `tree` is ill-formed | CSIG-11 |
//! | `tree` has no empty leaf at `sig`, hash of the seed, hash of the payload | CSIG-12 |

mod certified;
mod parse;
mod witness;

use alloc::collections::BTreeSet;

use self::certified::{check_certificate, check_certified_data, check_delegation, check_time};
use self::parse::parse;
use self::witness::{check_tree, check_witness};
use crate::Operation;
use crate::context::{Context, Stop, Violations};

/// The operations of this module: none, `sig.verify` has the keys of all schemes.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[];

pub(crate) const FAULTS: &[&str] = &[
    "CSIG-4/any-tag",
    "CSIG-4/as-elsewhere",
    "CSIG-4/inline",
    "CSIG-4/last-wins",
    "CSIG-4/ordered",
    "CSIG-4/swallowed",
    "CSIG-4/trailing",
    "CSIG-4/tree-as-bytes",
    "CSIG-4/untagged",
    "CSIG-5/delegation-off",
    "CSIG-5/nested",
    "CSIG-5/no-time",
    "CSIG-5/off",
    "CSIG-5/swallowed",
    "CSIG-5/untagged",
    "CSIG-6/any-canister",
    "CSIG-6/off",
    "CSIG-6/pruned",
    "CSIG-6/truncated",
    "CSIG-7/empty-allows",
    "CSIG-7/off",
    "CSIG-8/any-subnet",
    "CSIG-8/leaf-tree",
    "CSIG-8/off",
    "CSIG-8/pruned",
    "CSIG-9/known-only",
    "CSIG-9/off",
    "CSIG-9/prefix",
    "CSIG-10/ranges-always",
    "CSIG-10/type-always",
    "CSIG-11/duplicates",
    "CSIG-11/gaps",
    "CSIG-11/leaf-beside",
    "CSIG-11/off",
    "CSIG-11/shallow",
    "CSIG-12/any-value",
    "CSIG-12/bare",
    "CSIG-12/off",
    "CSIG-12/payload-first",
    "CSIG-12/pruned",
    "CSIG-13/sig-only",
    "CSIG-14/any-separator",
    "CSIG-14/no-separator",
    "CSIG-15/five-minutes",
    "CSIG-16/minimal",
    "CSIG-17/no-root-accepts",
    "CDATA-11/no-data",
    "CDATA-11/no-range",
    "CDATA-11/no-time",
    "CDATA-13/no-comparison",
    "CDATA-13/no-scope",
    "CDATA-13/unverified",
];

/// Whether `signature` is one of the canister on the payload, with the key of this seed.
///
/// # Errors
///
/// Returns [`Stop::Reject`] with the violated clauses if not.
pub fn verify(
    ctx: &Context<'_>,
    canister_id: &[u8],
    seed: &[u8],
    payload: &[u8],
    signature: &[u8],
    root_key: Option<&[u8]>,
) -> Result<(), Stop> {
    let Some(root_key) = root_key else {
        let accepted = ctx.has("CSIG-17/no-root-accepts");
        return accepted
            .then_some(())
            .ok_or_else(|| Stop::violated("CSIG-17"));
    };
    let signature = match parse(ctx, signature) {
        Err(Stop::Reject(_)) if ctx.has("CSIG-4/swallowed") => return Ok(()),
        parsed => parsed?,
    };
    let mut violations = Violations::new();
    check_certificate(ctx, &mut violations, &signature, canister_id, root_key)?;
    if let Some(state) = &signature.state {
        let root = crate::hashtree::reconstruct(ctx, &signature.tree);
        check_certified_data(ctx, &mut violations, &state.tree, canister_id, &root);
        check_delegation(ctx, &mut violations, state);
        check_time(ctx, &mut violations, &state.tree);
    }
    check_tree(ctx, &mut violations, &signature.tree)?;
    check_witness(ctx, &mut violations, &signature.tree, seed, payload);
    violations.or(())
}

/// As `ctx`, making another mistake.
const fn making<'a>(ctx: &Context<'_>, fault: &'a str) -> Context<'a> {
    Context::new(Some(fault), ctx.preset())
}

/// The clauses that a check found violated.
fn violated<T>(result: Result<T, Stop>) -> Result<BTreeSet<&'static str>, Stop> {
    match result {
        Ok(_) => Ok(BTreeSet::new()),
        Err(Stop::Reject(clauses)) => Ok(clauses),
        Err(stop @ Stop::Error(_)) => Err(stop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;
    use crate::crypto::sha256;
    use crate::hashtree::Tree;
    use crate::input::{hex, unhex};

    const FAITHFUL: Context<'static> = Context::new(None, Preset::Spec);

    /// The seed `00` and the request id that the interface specification prints.
    #[test]
    fn the_witness_of_the_printed_request_has_its_root() {
        let id = "1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101";
        let payload = [b"\x0aic-request".as_slice(), &unhex(id).unwrap()].concat();
        let seeds = Tree::labeled(sha256(&payload), Tree::leaf(b""));
        let tree = Tree::labeled("sig", Tree::labeled(sha256(&[0]), seeds));
        assert_eq!(
            hex(&tree.root()),
            "5ebb901a5ecb40463cd9eadcf7e4afffdd76f2e09c75c41eaf312d5ecb2fd87f"
        );
        let found = |seed: &[u8]| {
            let mut violations = Violations::new();
            check_witness(&FAITHFUL, &mut violations, &tree, seed, &payload);
            violations.or(())
        };
        assert_eq!(found(&[0]), Ok(()));
        assert_eq!(found(&[]), Err(Stop::violated("CSIG-12")));
    }

    #[test]
    fn names_what_no_signature_is() {
        let verify = |signature: &[u8], root_key| {
            verify(&FAITHFUL, &[], &[], b"payload", signature, root_key)
        };
        assert_eq!(verify(b"", None), Err(Stop::violated("CSIG-17")));
        for signature in [
            &b""[..],
            b"\xa0",
            b"\xd9\xd9\xf7\xa0",
            b"\xd9\xd9\xf7\xa2\x6bcertificate\x40\x64tree\x80",
        ] {
            let verdict = verify(signature, Some(b""));
            assert_eq!(verdict, Err(Stop::violated("CSIG-4")), "{signature:?}");
        }
    }
}
