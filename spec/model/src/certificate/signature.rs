//! The signature of a certificate.

use super::Certificate;
use crate::context::{Context, Violations};
use crate::crypto::{
    BLS_SUITE, BLS_SUITE_POP, bls_compress_signature, bls_equation, bls_key_form, bls_key_group,
    bls_reduce_signature, bls_signature_form, bls_signature_group, sha256,
};
use crate::hashtree::reconstruct;

/// `verify_bls_signature` of the specification, on the root hash of the certificate's tree.
pub(super) fn check_signature(
    ctx: &Context<'_>,
    violations: &mut Violations,
    certificate: &Certificate,
    key: &[u8],
    clause: &'static str,
) {
    let root_hash = if ctx.has("CERT-2/encoding-signed") {
        sha256(&certificate.tree_item.encode()).to_vec()
    } else {
        reconstruct(ctx, &certificate.tree)
    };
    let separator: &[u8] = if ctx.has("CERT-2/no-separator") {
        b""
    } else if ctx.has("CERT-2/no-length") {
        b"ic-state-root"
    } else {
        b"\x0dic-state-root"
    };
    let message = [separator, &root_hash].concat();

    let mut signature = certificate.signature.clone();
    match signature.len() {
        47 if ctx.has("CERT-3/pads") => signature.push(0),
        48 if ctx.has("CERT-3/reduces") => {
            signature = bls_reduce_signature(&signature).unwrap_or(signature);
        }
        96 if ctx.has("CERT-3/uncompressed") => {
            signature = bls_compress_signature(&signature).unwrap_or(signature);
        }
        49.. if ctx.has("CERT-3/truncates") => signature.truncate(48),
        _ => {}
    }

    if !bls_key_form(key) {
        violations.require(
            ctx.has("CERT-4/swallowed") || ctx.has("CERT-4/off"),
            "CERT-4",
        );
        return;
    }
    if !bls_signature_form(&signature) {
        violations.require(ctx.has("CERT-3/swallowed"), "CERT-3");
        return;
    }
    let identity = |bytes: &[u8]| ctx.has("CERT-4/identity") && bytes.first() == Some(&0xc0);
    let key_group = bls_key_group(key) || ctx.has("CERT-4/key-group") || identity(key);
    let signature_group = bls_signature_group(&signature)
        || ctx.has("CERT-4/signature-group")
        || identity(&signature);
    violations.require(
        (key_group && signature_group) || ctx.has("CERT-4/off"),
        "CERT-4",
    );

    let suite = if ctx.has("CERT-3/pop-suite") {
        BLS_SUITE_POP
    } else {
        BLS_SUITE
    };
    violations.require(bls_equation(suite, key, &message, &signature), clause);
}
