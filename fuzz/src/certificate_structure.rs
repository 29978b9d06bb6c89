//! Certificates by structure, signed, against the model and `ic-certification`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use arbitrary::Result;
use arbitrary::Unstructured;
use certificate::Certificate;
use certificate::Freshness;
use certificate::Policy;
use certificate::Ranges;
use certificate::Read;
use certificate::Rules;
use certificate::Scope;
use model::Outcome;
use model::cbor::Item;
use model::certificate::bls_key_to_der;
use model::crypto::bls_public_key;
use model::crypto::bls_sign;
use model::crypto::test_seed;
use model::hashtree::Tree;
use model::input::hex;
use principal::Principal;
use public_key::BlsPublicKey;
use serde_json::Value;
use serde_json::json;
use signature::Claim;
use signature::InvalidKey;
use signature::InvalidSignature;
use signature::VerifySignature;
use time::Lifetime;
use time::Timestamp;

use crate::Verdict;

/// The state of a subnet: values by path.
type State = BTreeMap<Vec<Vec<u8>>, Vec<u8>>;

/// The present, in nanoseconds.
const NOW: u64 = 1_700_000_000_000_000_000;

/// Ages around the bounds of [`Case::freshness`], in nanoseconds.
const AGES: &[u64] = &[0, 1, 5, 6, 7, 1_000, 1_001];

/// Principals in ascending order, among them some that extend each other and the longest.
const IDS: &[&[u8]] = &[
    b"",
    b"\0",
    b"\0\0\0\0\0\0\0\x01\x01\x01",
    b"\0\0\0\0\0\0\0\x02\x01\x01",
    b"\x01",
    b"\x01\0",
    b"\x02",
    &[0xff; 29],
];

/// A certificate, and what it is verified against.
struct Case {
    certificate: Vec<u8>,
    signed: Signed,
    freshness: Option<u64>,
    scope: Scope,
    ranges: Ranges,
}

/// The crate and the model accept the same certificates for the same scope, ranges and age, and read the
/// same in them; `ic-certification` sees the same tree.
pub fn certificate_structure(data: &[u8]) -> Verdict {
    let mut data = Unstructured::new(data);
    let Ok(case) = case(&mut data) else {
        return Verdict::Discarded;
    };
    let root_key = Signer::Root.key();
    let modelled = model::run("certificate.verify", &input(&case, root_key), None);
    let rules = Rules {
        root_key: BlsPublicKey::from_der(root_key).expect("it is a key"),
        scope: case.scope,
        ranges: case.ranges,
        freshness: case.freshness.map(|age| Freshness {
            now: Timestamp::from_nanos(NOW),
            max_age: Lifetime::from_nanos(age),
            max_skew: Lifetime::from_nanos(age + 1),
            max_delegation_age: Some(Lifetime::from_nanos(1_000)),
        }),
    };
    let parsed = Certificate::parse(&case.certificate, Policy::SPEC).expect("it has the form");
    let theirs: ic_certification::Certificate =
        serde_cbor::from_slice(&case.certificate).expect("it has the form");
    assert_eq!(parsed.root_hash(), theirs.tree.digest());
    assert_eq!(parsed.is_delegated(), theirs.delegation.is_some());

    match (parsed.verify(&rules, &case.signed, None), modelled) {
        (Ok(verified), Outcome::Ok(output)) => {
            assert_eq!(output["root_hash"], hex(&verified.root_hash()));
            assert_eq!(output["time"], verified.time().as_nanos().to_string());
            let subnet = verified.subnet_id().map(|id| hex(id.as_bytes()));
            assert_eq!(output["subnet_id"].as_str(), subnet.as_deref());
            let kind = verified
                .delegation()
                .map(|delegation| delegation.subnet_type().expect("it is a known type"));
            assert_eq!(
                output["subnet_type"].is_string(),
                matches!(kind, Some(Read::Found(_)))
            );
            Verdict::Accepted
        }
        (Err(_), Outcome::Reject(_)) => Verdict::Rejected,
        (verified, modelled) => {
            let verified = verified.map(|verified| verified.root_hash());
            panic!("{verified:?} but {modelled:?}")
        }
    }
}

/// Who signs: pairings take the model long, so that keys are made once.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Signer {
    Root,
    Subnet,
}

impl Signer {
    const fn name(self) -> &'static str {
        match self {
            Self::Root => "bls/root",
            Self::Subnet => "bls/subnet",
        }
    }

    /// The key in DER.
    fn key(self) -> &'static [u8] {
        static KEYS: [OnceLock<Vec<u8>>; 2] = [const { OnceLock::new() }; 2];
        let [root, subnet] = &KEYS;
        let key = if self == Self::Root { root } else { subnet };
        key.get_or_init(|| bls_key_to_der(&bls_public_key(&test_seed(self.name()))))
    }
}

/// Finds good what was signed and nothing else: a BLS key has one signature of a message.
#[derive(Default)]
struct Signed(Vec<(Signer, Vec<u8>, Vec<u8>)>);

impl VerifySignature for Signed {
    fn verify(&self, claim: Claim<'_>) -> std::result::Result<(), InvalidSignature> {
        let is_it = |(signer, message, signature): &(Signer, Vec<u8>, Vec<u8>)| {
            claim.key == signer.key()
                && claim.message.concat() == *message
                && claim.signature == signature
        };
        self.0
            .iter()
            .any(is_it)
            .then_some(())
            .ok_or(InvalidSignature)
    }

    fn check_key(&self, _: &[u8]) -> std::result::Result<(), InvalidKey> {
        Ok(())
    }
}

fn input(case: &Case, root_key: &[u8]) -> Value {
    let scope = match case.scope {
        Scope::Canister(id) => json!({"canister": hex(id.as_bytes())}),
        Scope::Subnet(id) => json!({"subnet": hex(id.as_bytes())}),
        Scope::Unscoped => json!("none"),
    };
    let ranges = match case.ranges {
        Ranges::Either => "either",
        Ranges::Flat => "flat",
        Ranges::Sharded => "sharded",
    };
    let mut input = json!({
        "certificate": hex(&case.certificate),
        "root_key": hex(root_key),
        "scope": scope,
        "ranges": ranges,
    });
    if let Some(age) = case.freshness {
        input["now"] = json!(NOW.to_string());
        input["max_age"] = json!(age.to_string());
        input["max_skew"] = json!((age + 1).to_string());
        input["max_delegation_age"] = json!("1000");
    }
    input
}

fn case(data: &mut Unstructured<'_>) -> Result<Case> {
    let subnet = *data.choose(IDS)?;
    let other = *data.choose(IDS)?;
    let is_delegated = data.ratio(7, 8)?;
    let mut signed = Signed::default();
    let delegation = if is_delegated {
        let state = delegation_state(data, subnet)?;
        let tree = tree(data, &state)?;
        let signer = if data.ratio(1, 32)? {
            Signer::Subnet
        } else {
            Signer::Root
        };
        Some(certificate(&mut signed, &tree, signer, None))
    } else {
        None
    };
    let mut state = State::new();
    insert_time(data, &mut state)?;
    state.insert(
        path(&[b"canister", other, b"certified_data"]),
        b"data".to_vec(),
    );
    let tree = tree(data, &state)?;
    let is_by_other = data.ratio(1, 32)?;
    let signer = if is_delegated == is_by_other {
        Signer::Root
    } else {
        Signer::Subnet
    };
    let delegation = delegation.map(|inner| (subnet, inner));
    let id = Principal::try_from(*data.choose(IDS)?).expect("at most 29 bytes");
    let certificate = certificate(&mut signed, &tree, signer, delegation);
    Ok(Case {
        certificate,
        signed,
        freshness: match data.int_in_range(0..=3)? {
            0 => None,
            1 => Some(0),
            _ => Some(5),
        },
        scope: match data.int_in_range(0..=4)? {
            0 => Scope::Unscoped,
            1 => Scope::Subnet(Principal::try_from(subnet).expect("at most 29 bytes")),
            2 => Scope::Subnet(id),
            _ => Scope::Canister(id),
        },
        ranges: *data.choose(&[Ranges::Either, Ranges::Flat, Ranges::Sharded])?,
    })
}

/// What the root subnet says about `subnet`, or about another one.
fn delegation_state(data: &mut Unstructured<'_>, subnet: &[u8]) -> Result<State> {
    let mut state = State::new();
    insert_time(data, &mut state)?;
    let named = if data.ratio(1, 32)? {
        *data.choose(IDS)?
    } else {
        subnet
    };
    if data.ratio(31, 32)? {
        let key = Signer::Subnet.key().to_vec();
        state.insert(path(&[b"subnet", named, b"public_key"]), key);
    }
    if data.ratio(1, 4)? {
        state.insert(path(&[b"subnet", named, b"type"]), b"system".to_vec());
    }
    if data.ratio(1, 2)? {
        let list = ranges(data)?;
        state.insert(path(&[b"subnet", named, b"canister_ranges"]), list);
    }
    for _ in 0..data.int_in_range(0..=3)? {
        let first = *data.choose(IDS)?;
        let list = ranges(data)?;
        state.insert(path(&[b"canister_ranges", named, first]), list);
    }
    Ok(state)
}

/// The time, mostly, at some distance from the present.
fn insert_time(data: &mut Unstructured<'_>, state: &mut State) -> Result<()> {
    let age = *data.choose(AGES)?;
    let mut time = if data.ratio(1, 4)? {
        NOW + age
    } else {
        NOW - age
    };
    let mut leb128 = Vec::new();
    while time > 0x7f {
        leb128.push(0x80 | (time & 0x7f) as u8);
        time >>= 7;
    }
    leb128.push(time as u8);
    match data.int_in_range(0..=63)? {
        // Without the last byte it does not end; with another one it is padded or too long.
        0 => drop(leb128.pop()),
        1 => leb128.extend([1, 2]),
        2 => return Ok(()),
        _ => {}
    }
    state.insert(path(&[b"time"]), leb128);
    Ok(())
}

/// A list of ranges, seldom a malformed one.
fn ranges(data: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut list = Vec::new();
    for _ in 0..data.int_in_range(0..=3)? {
        let (low, high) = (*data.choose(IDS)?, *data.choose(IDS)?);
        let mut range = vec![Item::bytes(low), Item::bytes(high)];
        if data.ratio(1, 64)? {
            range.truncate(1);
        }
        list.push(Item::Array(range));
    }
    let list = Item::Array(list);
    Ok(match data.int_in_range(0..=63)? {
        0 => list.encode(),
        1 => [list.self_described().encode(), vec![0]].concat(),
        _ => list.self_described().encode(),
    })
}

fn path(labels: &[&[u8]]) -> Vec<Vec<u8>> {
    labels.iter().map(|label| label.to_vec()).collect()
}

/// The tree of a state, its forks anywhere, parts of it pruned.
fn tree(data: &mut Unstructured<'_>, state: &State) -> Result<Tree> {
    let entries: Vec<(&[Vec<u8>], &[u8])> = state
        .iter()
        .map(|(path, value)| (path.as_slice(), value.as_slice()))
        .collect();
    below(data, &entries)
}

/// The tree of entries in ascending order. None of the paths begins another.
fn below(data: &mut Unstructured<'_>, entries: &[(&[Vec<u8>], &[u8])]) -> Result<Tree> {
    let tree = match entries {
        [] => Tree::Empty,
        [([], value)] => Tree::leaf(value),
        [(first, _), ..] => {
            let label = &first[0];
            let starts: Vec<usize> = (1..entries.len())
                .filter(|&at| entries[at].0[0] != entries[at - 1].0[0])
                .collect();
            if starts.is_empty() {
                let rest: Vec<_> = entries
                    .iter()
                    .map(|(path, value)| (&path[1..], *value))
                    .collect();
                Tree::labeled(label, below(data, &rest)?)
            } else {
                let at = *data.choose(&starts)?;
                let left = below(data, &entries[..at])?;
                Tree::fork(left, below(data, &entries[at..])?)
            }
        }
    };
    let is_pruned = data.ratio(1, 48)?;
    Ok(if is_pruned { tree.pruned() } else { tree })
}

fn certificate(
    signed: &mut Signed,
    tree: &Tree,
    signer: Signer,
    delegation: Option<(&[u8], Vec<u8>)>,
) -> Vec<u8> {
    let message = [b"\x0dic-state-root", tree.root().as_slice()].concat();
    let signature = bls_sign(&test_seed(signer.name()), &message);
    signed.0.push((signer, message, signature.clone()));
    let mut fields = vec![
        ("tree", tree.to_item()),
        ("signature", Item::bytes(&signature)),
    ];
    if let Some((subnet, certificate)) = delegation {
        let delegation = Item::record(&[
            ("subnet_id", Item::bytes(subnet)),
            ("certificate", Item::bytes(&certificate)),
        ]);
        fields.push(("delegation", delegation));
    }
    Item::record(&fields).self_described().encode()
}
