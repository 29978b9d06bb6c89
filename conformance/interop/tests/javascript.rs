//! Requests, delegations and passkeys of the JavaScript agent, `@icp-sdk/core`, and what it makes of
//! ours.
//!
//! One run of `js/peer.mjs` does it all. It needs Node.js with npm, which installs what `js/` lists
//! below the target directory; without them all tests are skipped, and counted as ignored.

#[path = "javascript/ours.rs"]
mod ours;
#[path = "javascript/peer.rs"]
mod peer;
#[path = "javascript/responses.rs"]
mod responses;

use std::process::ExitCode;

use delegation::DelegationChain;
use icid_interop::canister;
use icid_interop::hex;
use icid_interop::providers;
use icid_interop::recordings;
use icid_interop::signers;
use icid_interop::signers::Scheme;
use libtest_mimic::Arguments;
use libtest_mimic::Failed;
use libtest_mimic::Trial;
use principal::Principal;
use public_key::PublicKey;
use request::Envelope;
use request::Policy;
use request::RequestType;
use request::Rules;
use request::Schemes;
use request::query_response::Reply;
use webauthn_signature::Assertion;

use crate::ours::ECDSA;
use crate::ours::ED25519;
use crate::ours::NOW;
use crate::ours::SECP256K1;
use crate::ours::canister_id;
use crate::ours::certificates;
use crate::ours::our_chains;
use crate::ours::our_principals;
use crate::ours::our_requests;
use crate::ours::our_verdict;
use crate::ours::session_key;
use crate::peer::Answer;
use crate::peer::answer;
use crate::peer::missing_tool;
use crate::responses::Fate;
use crate::responses::greeting;
use crate::responses::our_verdict_on_response;
use crate::responses::responses;

const POLICIES: [Policy; 2] = [Policy::SPEC, Policy::REPLICA];

/// The identities: how many delegations, whether only for queries.
const IDENTITIES: &[(&str, usize, bool)] = &[
    ("anonymous", 0, false),
    ("ed25519", 0, false),
    ("secp256k1", 0, false),
    ("ecdsa", 0, false),
    ("one delegation", 1, false),
    ("targets and permissions", 1, true),
    ("three delegations", 3, false),
    ("canister", 1, false),
    ("canister with attributes", 1, false),
];

type Test = fn(&Answer) -> Result<(), Failed>;

const TESTS: &[(&str, Test)] = &[
    ("its_keys_have_our_principals", its_keys_have_our_principals),
    ("its_requests_are_authentic", its_requests_are_authentic),
    ("its_chains_hold", its_chains_hold),
    (
        "its_chains_are_written_as_ours",
        its_chains_are_written_as_ours,
    ),
    ("its_passkeys_sign_as_ours", its_passkeys_sign_as_ours),
    ("it_reads_our_requests", it_reads_our_requests),
    ("it_reads_our_chains", it_reads_our_chains),
    (
        "it_has_our_verdict_on_certificates",
        it_has_our_verdict_on_certificates,
    ),
    (
        "it_has_our_verdict_on_query_responses",
        it_has_our_verdict_on_query_responses,
    ),
    ("it_reads_our_principals", it_reads_our_principals),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = missing_tool();
    if let Some(missing) = &missing {
        eprintln!(
            "SKIPPED: all {} tests against the JavaScript agent; {missing}",
            TESTS.len()
        );
    }
    let trials = TESTS.iter().map(|(name, test)| {
        let trial = Trial::test(*name, move || test(answer()?));
        trial.with_ignored_flag(missing.is_some())
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn its_keys_have_our_principals(answer: &Answer) -> Result<(), Failed> {
    let names: Vec<&str> = answer.identities.iter().map(|it| &*it.name).collect();
    assert_eq!(
        names,
        IDENTITIES
            .iter()
            .map(|(name, ..)| *name)
            .collect::<Vec<_>>()
    );
    let peers = [
        ("ed25519", Scheme::Ed25519, ED25519),
        ("secp256k1", Scheme::Secp256k1, SECP256K1),
        ("ecdsa", Scheme::P256, ECDSA),
    ];
    for identity in &answer.identities {
        let principal = Principal::from_text(&identity.principal)?;
        let Some(key) = &identity.key else {
            continue;
        };
        assert_eq!(Principal::self_authenticating(key), principal);
        let parsed = PublicKey::parse(key, public_key::Policy::SPEC)?;
        assert_eq!(parsed.to_der(), **key, "{}", identity.name);
        if let Some((_, scheme, byte)) = peers.iter().find(|(name, ..)| *name == identity.name) {
            assert_eq!(
                **key,
                signers::public_key(&*signers::identity(*scheme, *byte))
            );
        }
    }
    Ok(())
}

fn its_requests_are_authentic(answer: &Answer) -> Result<(), Failed> {
    assert_eq!(answer.requests.len(), 3 * IDENTITIES.len());
    for (made, (name, links, queries_only)) in answer
        .requests
        .iter()
        .zip(IDENTITIES.iter().flat_map(|identity| [identity; 3]))
    {
        assert_eq!(made.name, *name);
        let request_type = RequestType::from_name(&made.kind).ok_or("another kind")?;
        let identity = answer.identities.iter().find(|it| it.name == *name);
        let sender = Principal::from_text(&identity.ok_or("no identity")?.principal)?;
        for policy in POLICIES {
            let envelope = Envelope::parse(&made.body, policy)?;
            let content = envelope.content();
            assert_eq!(content.request_type(), request_type);
            assert_eq!(content.request_id().as_bytes()[..], *made.request_id);
            assert_eq!(
                envelope.chain().map_or(0, |chain| chain.links().len()),
                *links
            );
            for provider in providers() {
                let verdict = envelope.authenticate(&rules(policy, request_type), &*provider, None);
                if *queries_only && request_type == RequestType::Call {
                    let error = verdict.err();
                    assert_eq!(
                        error,
                        Some(request::AuthenticateError::QueriesOnly),
                        "{name}"
                    );
                    continue;
                }
                let authentic = verdict.map_err(|error| format!("{name}: {error}"))?;
                assert_eq!(authentic.sender(), sender);
                assert_eq!(authentic.queries_only(), *queries_only);
                let with_info =
                    *name == "canister with attributes" && request_type != RequestType::ReadState;
                assert_eq!(authentic.sender_info().is_some(), with_info);
            }
        }
    }
    Ok(())
}

fn its_chains_hold(answer: &Answer) -> Result<(), Failed> {
    assert_eq!(answer.chains.len(), 4);
    for made in &answer.chains {
        let (_, links, queries_only) = IDENTITIES
            .iter()
            .find(|(name, ..)| *name == made.name)
            .ok_or("no identity")?;
        let chain = DelegationChain::parse_json(made.json.as_bytes(), cbor::Policy::SPEC)?;
        assert_eq!(chain.links().len(), *links);
        assert_eq!(chain.leaf(), session_key());
        for provider in providers() {
            let schemes =
                Schemes::new(&*provider, Policy::SPEC).with_root_key(Some(canister::root_key()));
            let verified = chain.verify(NOW, &schemes)?;
            assert_eq!(verified.queries_only(), *queries_only);
            let other = Principal::MANAGEMENT;
            assert_eq!(
                verified.allows_target(&other),
                made.name != "targets and permissions"
            );
        }
    }
    Ok(())
}

fn its_chains_are_written_as_ours(answer: &Answer) -> Result<(), Failed> {
    for made in &answer.chains {
        let chain = DelegationChain::parse_json(made.json.as_bytes(), cbor::Policy::SPEC)?;
        assert_eq!(chain.to_json(), made.json);
    }
    Ok(())
}

fn its_passkeys_sign_as_ours(answer: &Answer) -> Result<(), Failed> {
    let recordings = recordings::all();
    assert_eq!(answer.assertions.len(), recordings.len());
    for (made, recording) in answer.assertions.iter().zip(&recordings) {
        assert_eq!(made.key, recording.der);
        assert_eq!(made.signatures.len(), recording.assertions.len());
        for (signature, assertion) in made.signatures.iter().zip(&recording.assertions) {
            let ours = Assertion::from_response(
                &assertion.authenticator_data,
                assertion.client_data_json.as_bytes(),
                &assertion.signature,
                webauthn_signature::Policy::SPEC,
            )?;
            assert_eq!(hex::encode(signature), hex::encode(&ours.encode()));
        }
    }
    Ok(())
}

fn it_reads_our_requests(answer: &Answer) -> Result<(), Failed> {
    let ours = our_requests();
    assert_eq!(answer.judged.requests.len(), ours.len());
    for (judged, ours) in answer.judged.requests.iter().zip(&ours) {
        let id = ours.content().request_id();
        assert_eq!(hex::encode(&judged.request_id), hex::encode(id.as_bytes()));
        assert_eq!(judged.sender, ours.content().sender().to_string());
        assert_eq!(judged.signer, judged.sender);
        assert_eq!(judged.holds, Some(true));
        assert_eq!(
            judged.fields.contains(&"paths".to_owned()),
            ours.content().paths().is_some()
        );
    }
    Ok(())
}

fn it_reads_our_chains(answer: &Answer) -> Result<(), Failed> {
    let ours = our_chains();
    assert_eq!(answer.judged.chains.len(), ours.len());
    for (judged, ours) in answer.judged.chains.iter().zip(&ours) {
        assert_eq!(judged.json, ours.to_json());
        assert_eq!(judged.links.len(), ours.links().len());
        for (index, (judged, link)) in judged.links.iter().zip(ours.links()).enumerate() {
            let payload = link.delegation().signing_payload();
            assert_eq!(hex::encode(&judged.signed), hex::encode(&payload));
            // Node.js knows no canister signatures.
            let from_canister = index == 0 && ours.root_key() == canister::key(b"seed").to_der();
            assert_eq!(judged.holds, (!from_canister).then_some(true));
        }
    }
    Ok(())
}

fn it_has_our_verdict_on_certificates(answer: &Answer) -> Result<(), Failed> {
    let certificates = certificates();
    assert_eq!(answer.judged.certificates.len(), certificates.len());
    for (judged, ours) in answer.judged.certificates.iter().zip(&certificates) {
        let verdict = our_verdict(ours);
        assert_eq!(verdict.is_ok(), ours.good, "{}: {verdict:?}", ours.name);
        assert_eq!(
            judged.error.is_none(),
            ours.good,
            "{}: {judged:?}",
            ours.name
        );
        assert_eq!(
            judged.value.as_deref(),
            verdict.ok().as_deref(),
            "{}",
            ours.name
        );
    }
    Ok(())
}

fn it_has_our_verdict_on_query_responses(answer: &Answer) -> Result<(), Failed> {
    let id = greeting().request_id();
    let made = answer
        .requests
        .iter()
        .find(|it| it.name == "ed25519" && it.kind == "query");
    assert_eq!(made.map(|it| &*it.request_id), Some(&id.as_bytes()[..]));

    let cases = responses();
    assert_eq!(answer.judged.responses.len(), cases.len());
    for (judged, case) in answer.judged.responses.iter().zip(&cases) {
        let name = case.name;
        let is_refused = case.fate == Fate::Bad;
        assert_eq!(judged.error.is_some(), is_refused, "{name}: {judged:?}");
        for provider in providers() {
            let verdict = our_verdict_on_response(case, &*provider);
            assert_eq!(
                verdict.is_ok(),
                case.fate == Fate::Good,
                "{name}: {verdict:?}"
            );
            if let Ok(reply) = verdict {
                let (status, text) = match reply {
                    Reply::Replied { arg } => ("replied", hex::encode(arg)),
                    Reply::Rejected { message, .. } => ("rejected", message.to_owned()),
                };
                assert_eq!(judged.status.as_deref(), Some(status), "{name}");
                assert_eq!(judged.answer.as_deref(), Some(&*text), "{name}");
                assert_eq!(
                    judged.request_id.as_deref(),
                    Some(&id.as_bytes()[..]),
                    "{name}"
                );
            }
        }
    }
    Ok(())
}

fn it_reads_our_principals(answer: &Answer) -> Result<(), Failed> {
    let read: Vec<&[u8]> = answer.judged.principals.iter().map(|it| &**it).collect();
    let ours = our_principals();
    assert_eq!(
        read,
        ours.iter().map(Principal::as_bytes).collect::<Vec<_>>()
    );
    Ok(())
}

fn rules(policy: Policy, request_type: RequestType) -> Rules {
    Rules {
        now: NOW,
        root_key: Some(canister::root_key()),
        extra_root_key: None,
        policy,
        endpoint: Some(request_type),
        destination: Some(request::destination::Destination::Canister(canister_id())),
    }
}
