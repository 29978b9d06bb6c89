//! The feature `native` adds a type, and no other verdict.
#![cfg(feature = "native")]

use icid::request::Rules;
use icid::{
    AllowedTargets, Cache, Envelope, MAINNET_ROOT_KEY, NativeProvider, Policy, RustCryptoProvider,
    Timestamp, VerifySignature,
};

#[test]
fn both_providers_give_one_verdict() {
    let bytes = include_bytes!("../examples/request.cbor");
    let mut changed = *bytes;
    *changed.last_mut().unwrap() ^= 1;
    let rules = Rules {
        now: Timestamp::from_nanos(1_700_000_000_000_000_000),
        root_key: Some(MAINNET_ROOT_KEY),
        extra_root_key: None,
        policy: Policy::SPEC,
        endpoint: None,
        destination: None,
    };
    for (bytes, is_good) in [(bytes, true), (&changed, false)] {
        let envelope = Envelope::parse(bytes, Policy::SPEC).unwrap();
        let verdict = |provider: &dyn VerifySignature| {
            let mut cache = Cache::new();
            let sender = envelope.authenticate(&rules, provider, Some(&mut cache));
            sender.map(|sender| sender.targets() == AllowedTargets::Any)
        };
        let native = verdict(&NativeProvider::new());
        assert_eq!(native, verdict(&RustCryptoProvider::new()));
        assert_eq!(native.is_ok(), is_good);
    }
}
