//! Canister signatures.

use canister_signature::CanisterSignature;
use cbor::Policy;
use certificate::Certificate;
use hash_tree::HashTree;
use serde_cbor::Value;

use crate::Verdict;

/// The lenient policy accepts what the strict one accepts, and reads the same; what is accepted means
/// the same to `serde_cbor`, and after it was written again.
pub fn canister_signature(data: &[u8]) -> Verdict {
    let strict = CanisterSignature::parse(data, Policy::SPEC);
    let Ok(signature) = CanisterSignature::parse(data, Policy::REPLICA) else {
        assert!(strict.is_err(), "REPLICA accepts what SPEC accepts");
        return Verdict::Rejected;
    };
    if let Ok(strict) = strict {
        assert_eq!(strict.tree().root_hash(), signature.tree().root_hash());
        assert_eq!(
            strict.certificate().root_hash(),
            signature.certificate().root_hash()
        );
    }
    let inner = match serde_cbor::from_slice(data) {
        Ok(Value::Map(members)) => match members.get(&Value::Text("certificate".to_owned())) {
            Some(Value::Bytes(inner)) => inner.clone(),
            member => panic!("the certificate is {member:?}"),
        },
        Ok(container) => panic!("{container:?} is no map"),
        // It goes down 128 levels only, and trees have up to 256.
        Err(error) => {
            assert!(error.to_string().contains("recursion limit"), "{error}");
            return Verdict::Accepted;
        }
    };
    let certificate = Certificate::parse(&inner, Policy::REPLICA).expect("it was accepted inside");
    assert_eq!(certificate.root_hash(), signature.certificate().root_hash());
    let tree = signature.tree();
    let alone = HashTree::parse(tree.as_bytes()).expect("it was accepted inside");
    assert_eq!(alone.root_hash(), tree.root_hash());

    let written = CanisterSignature::encode(&inner, &tree);
    let again = CanisterSignature::parse(&written, Policy::REPLICA).expect("it was written so");
    assert_eq!(again.tree().root_hash(), tree.root_hash());
    assert!(CanisterSignature::parse(&data[..data.len() - 1], Policy::REPLICA).is_err());
    assert!(CanisterSignature::parse(&[data, &[0]].concat(), Policy::REPLICA).is_err());
    Verdict::Accepted
}
