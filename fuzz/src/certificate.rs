//! The form of certificates.

use cbor::Policy;
use certificate::Certificate;
use hash_tree::HashTree;

use crate::Verdict;

/// The lenient policy accepts what the strict one accepts, and reads the same.
pub fn certificate(data: &[u8]) -> Verdict {
    let strict = Certificate::parse(data, Policy::SPEC);
    let lenient = Certificate::parse(data, Policy::REPLICA);
    if let (Ok(strict), Ok(lenient)) = (&strict, &lenient) {
        assert_eq!(strict.root_hash(), lenient.root_hash());
        assert_eq!(strict.claimed_subnet_id(), lenient.claimed_subnet_id());
        assert!(
            data.starts_with(&[0xd9, 0xd9, 0xf7])
                || data.first() == Some(&0xda)
                || data.first() == Some(&0xdb)
        );
    }
    let Ok(lenient) = lenient else {
        assert!(
            strict.is_err(),
            "REPLICA accepts what SPEC accepts: {lenient:?}"
        );
        return Verdict::Rejected;
    };
    assert_eq!(
        lenient.is_delegated(),
        lenient.claimed_subnet_id().is_some()
    );
    // The tree is somewhere in it, and has this root hash.
    let has_tree = (0..data.len()).any(|start| {
        let mut reader = cbor::Reader::new(&data[start..]);
        HashTree::read(&mut reader).is_ok_and(|tree| tree.root_hash() == lenient.root_hash())
    });
    assert!(has_tree);
    // No certificate is the beginning of another.
    for policy in [Policy::SPEC, Policy::REPLICA] {
        assert!(Certificate::parse(&data[..data.len() - 1], policy).is_err());
        assert!(Certificate::parse(&[data, &[0]].concat(), policy).is_err());
    }
    Verdict::Accepted
}
