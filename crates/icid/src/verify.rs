//! The common questions, each in one call.

use canister_signature::{
    CanisterSignature, ParseCanisterSignatureError, VerifiedCanisterSignature,
    VerifyCanisterSignatureError,
};
use certificate::{
    Certificate, Freshness, ParseCertificateError, Scope, VerifiedCertificate,
    VerifyCertificateError,
};
use delegation::{DelegationChain, VerifiedChain, VerifyChainError};
use principal::Principal;
use provider_rustcrypto::RustCryptoProvider;
use public_key::{BlsPublicKey, CanisterPublicKey};
use request::query_response::{
    NodesRules, ParseQueryResponseError, QueryResponse, ResponseRules, SignatureLimit, SubnetNodes,
    VerifiedQueryResponse, VerifyNodesError, VerifyQueryResponseError,
};
use request::{
    AuthenticateError, AuthenticatedSender, CheckSignatureError, Destination, Envelope, Policy,
    RequestType, Rules, Schemes,
};
use ri_hash::RequestId;
use signature::Claim;
use time::{Lifetime, Timestamp};

use crate::VerifyBytesError;

/// How long ago a node may have signed the response to a query.
///
/// Source: interface spec, "Request: Query call", which advises five minutes.
pub const QUERY_MAX_AGE: Lifetime = Lifetime::from_secs(300);

/// How far in the future a node may have signed the response to a query.
///
/// Source: our choice, as much as in the past: the clocks of nodes and clients are different ones.
pub const QUERY_MAX_SKEW: Lifetime = Lifetime::from_secs(300);

/// What is asked when nothing else is said.
const POLICY: Policy = Policy::SPEC;

/// Checks who sent a request, and what they may do.
///
/// Whether the request was sent to the right address is not looked at; [`authenticate_at`] does.
/// `envelope` should have been parsed with [`Policy::SPEC`].
///
/// # Errors
///
/// As [`Envelope::authenticate`].
pub fn authenticate<'e>(
    envelope: &'e Envelope<'_>,
    now: Timestamp,
    root_key: BlsPublicKey,
) -> Result<AuthenticatedSender<'e>, AuthenticateError> {
    envelope.authenticate(&rules(now, root_key), &RustCryptoProvider::new(), None)
}

/// Checks who sent a request to an endpoint of a canister or subnet, and what they may do.
///
/// `endpoint` and `destination` are what the URL names. `envelope` should have been parsed with
/// [`Policy::SPEC`].
///
/// # Errors
///
/// As [`Envelope::authenticate`].
pub fn authenticate_at<'e>(
    envelope: &'e Envelope<'_>,
    endpoint: RequestType,
    destination: Destination,
    now: Timestamp,
    root_key: BlsPublicKey,
) -> Result<AuthenticatedSender<'e>, AuthenticateError> {
    let rules = Rules {
        endpoint: Some(endpoint),
        destination: Some(destination),
        ..rules(now, root_key)
    };
    envelope.authenticate(&rules, &RustCryptoProvider::new(), None)
}

const fn rules(now: Timestamp, root_key: BlsPublicKey) -> Rules {
    Rules {
        now,
        root_key: Some(root_key),
        extra_root_key: None,
        policy: POLICY,
        endpoint: None,
        destination: None,
    }
}

/// Checks that the holder of a key signed a payload: Ed25519, ECDSA, WebAuthn or a canister.
///
/// `key` is a DER SubjectPublicKeyInfo, `payload` all signed bytes, domain separator included.
///
/// # Errors
///
/// As [`Schemes::check`].
pub fn verify_signature(
    key: &[u8],
    payload: &[u8],
    signature: &[u8],
    root_key: BlsPublicKey,
) -> Result<(), CheckSignatureError> {
    let provider = RustCryptoProvider::new();
    let schemes = Schemes::new(&provider, POLICY).with_root_key(Some(root_key));
    schemes.check(Claim {
        key,
        message: &[payload],
        signature,
    })
}

/// Checks that a canister signed a payload.
///
/// `payload` is all signed bytes, domain separator included. It may have been signed at any time.
///
/// # Errors
///
/// As [`CanisterSignature::parse`] and [`CanisterSignature::verify`].
pub fn verify_canister_signature<'a>(
    key: &CanisterPublicKey<'_>,
    payload: &[u8],
    signature: &'a [u8],
    root_key: BlsPublicKey,
) -> Result<
    VerifiedCanisterSignature<'a>,
    VerifyBytesError<ParseCanisterSignatureError, VerifyCanisterSignatureError>,
> {
    let rules = canister_signature::Rules {
        root_key,
        ranges: POLICY.ranges,
        freshness: None,
    };
    CanisterSignature::parse(signature, POLICY.cbor)
        .map_err(VerifyBytesError::Parse)?
        .verify(&[payload], key, &rules, &RustCryptoProvider::new(), None)
        .map_err(VerifyBytesError::Verify)
}

/// Checks that the delegations of a chain hold, whatever the schemes of its keys.
///
/// # Errors
///
/// As [`DelegationChain::verify`].
pub fn verify_delegations<'c>(
    chain: &'c DelegationChain<'_>,
    now: Timestamp,
    root_key: BlsPublicKey,
) -> Result<VerifiedChain<'c>, VerifyChainError> {
    let provider = RustCryptoProvider::new();
    let schemes = Schemes::new(&provider, POLICY).with_root_key(Some(root_key));
    chain.verify(now, &schemes)
}

/// Checks that a certificate is true and about the scope.
///
/// # Errors
///
/// As [`Certificate::parse`] and [`Certificate::verify`].
pub fn verify_certificate(
    certificate: &[u8],
    scope: Scope,
    freshness: Option<Freshness>,
    root_key: BlsPublicKey,
) -> Result<VerifiedCertificate<'_>, VerifyBytesError<ParseCertificateError, VerifyCertificateError>>
{
    let rules = certificate::Rules {
        root_key,
        scope,
        ranges: POLICY.ranges,
        freshness,
    };
    Certificate::parse(certificate, POLICY.cbor)
        .map_err(VerifyBytesError::Parse)?
        .verify(&rules, &RustCryptoProvider::new(), None)
        .map_err(VerifyBytesError::Verify)
}

/// Checks which nodes may answer queries to a canister or subnet.
///
/// `certificate` was read at the path `/subnet`, apart from any query.
///
/// # Errors
///
/// As [`Certificate::parse`] and [`SubnetNodes::verify`].
pub fn verify_subnet_nodes(
    certificate: &[u8],
    destination: Destination,
    freshness: Option<Freshness>,
    root_key: BlsPublicKey,
    root_subnet_id: Principal,
) -> Result<SubnetNodes<'_>, VerifyBytesError<ParseCertificateError, VerifyNodesError>> {
    let rules = NodesRules {
        root_key,
        root_subnet_id,
        destination,
        ranges: POLICY.ranges,
        tag: POLICY.cbor.tag,
        freshness,
    };
    let certificate =
        Certificate::parse(certificate, POLICY.cbor).map_err(VerifyBytesError::Parse)?;
    SubnetNodes::verify(&certificate, &rules, &RustCryptoProvider::new(), None)
        .map_err(VerifyBytesError::Verify)
}

/// Checks that one of the nodes, or several, gave this response to a query, at most
/// [`QUERY_MAX_AGE`] ago.
///
/// # Errors
///
/// As [`QueryResponse::parse`] and [`QueryResponse::verify`].
pub fn verify_query_response<'a>(
    response: &'a [u8],
    request_id: &RequestId,
    nodes: &SubnetNodes<'_>,
    now: Timestamp,
) -> Result<
    VerifiedQueryResponse<'a>,
    VerifyBytesError<ParseQueryResponseError, VerifyQueryResponseError>,
> {
    let rules = ResponseRules {
        now,
        max_age: QUERY_MAX_AGE,
        max_skew: QUERY_MAX_SKEW,
        max_signatures: SignatureLimit::Nodes,
    };
    QueryResponse::parse(response, POLICY.cbor)
        .map_err(VerifyBytesError::Parse)?
        .verify(request_id, nodes, &rules, &RustCryptoProvider::new())
        .map_err(VerifyBytesError::Verify)
}
