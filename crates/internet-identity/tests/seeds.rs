//! Seeds and keys with known values.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hex_literal::hex;
use icid_internet_identity::seed::{DeriveSeedError, MAX_ORIGIN_LENGTH, Salt, Seed};
use principal::Principal;

/// The salt of the oldest published backup of the service's memory.
const SALT: [u8; 32] = hex!("4d7e3481726397f6676c832ac5c95328a7d48aa669b81c8877933208da64a2d0");

/// Internet Identity.
const SERVICE: [u8; 10] = hex!("00000000000000070101");

fn salt() -> Salt {
    Salt::new(SALT).unwrap()
}

fn of_anchor(anchor: u64, origin: &str) -> Seed {
    Seed::of_anchor(&salt(), anchor, origin).unwrap()
}

fn of_account(account: u64, origin: &str) -> Seed {
    Seed::of_account(&salt(), account, origin).unwrap()
}

fn principal_of(seed: Seed) -> String {
    let service = Principal::from_slice(&SERVICE).unwrap();
    seed.user_key(service).unwrap().principal().to_string()
}

// Source: tests of Internet Identity.
// spec: II-SEED-1, II-SEED-7
#[test]
fn the_values_of_the_services_own_tests_come_out() {
    let seed = of_anchor(10_030, "example.com");
    let expected = hex!("3a8926914dd1c836ec67ba66ac6425c21dffd3ca5c5968855f87780a1ec57985");
    assert_eq!(seed.as_bytes(), &expected);
    assert_eq!(
        principal_of(seed),
        "3rtc4-uwckg-q2hvk-zd3fb-37h5g-vyutn-7zvpe-loc6q-unp6f-a73cq-2qe"
    );

    // They run as the first canister of the first subnet.
    let canister = Principal::from_text("rwlgt-iiaaa-aaaaa-aaaaa-cai").unwrap();
    let der = seed.user_key(canister).unwrap().to_der();
    let head = hex!("303c300c060a2b0601040183b8430102032c000a00000000000000000101");
    assert_eq!(der, [&head[..], &expected].concat());
}

// Computed by an independent program that gives the values above, too.
// spec: II-SEED-1, II-SEED-5, II-SEED-7
#[test]
fn anchors_have_one_identity_per_origin() {
    for (origin, seed, principal) in [
        (
            "https://example.com",
            hex!("086f0bd733ea37ee5f51859853d93a631b6eb3e7ec5d9cd5c1ef0542e23d54fb"),
            "de3jr-xej5l-krxnh-7uumg-wzu5s-lah3m-7zwfa-vuuat-f5y66-yvvn3-cae",
        ),
        (
            "https://some-dapp.com",
            hex!("c568c5e2c066cedf27e952fd40eed418508d9d3557c2088a08af5787c24367ae"),
            "pzknr-b33cj-6g6li-vuefn-s2gfd-ouzvv-4jms4-dbkcp-7hlsj-mwb2i-rqe",
        ),
    ] {
        let derived = of_anchor(10_030, origin);
        assert_eq!(derived, Seed::from_bytes(seed), "{origin}");
        assert_eq!(principal_of(derived), principal, "{origin}");
    }
}

// Computed by an independent program that gives the values above, too.
// spec: II-SEED-6
#[test]
fn accounts_have_identities_of_their_own() {
    let first = of_account(1, "https://some-dapp.com");
    let expected = hex!("7a522528ab003e0a042b92d52d378905514a5649b9a965d62ab63573082c3a8d");
    assert_eq!(first, Seed::from_bytes(expected));
    assert_eq!(
        principal_of(first),
        "zrvgm-mncge-okknx-iqsyj-4hv5j-6dmxe-gi3ds-hcy5y-6sjhv-zgsgz-mqe"
    );
    let second = of_account(2, "https://some-dapp.com");
    let expected = hex!("d66cd8d30b19c91a7376e77f10bbba70a71401a84641d3e5db1d3319286983c9");
    assert_eq!(second, Seed::from_bytes(expected));
    assert_ne!(first, of_anchor(1, "https://some-dapp.com"));
}

// spec: II-SEED-4
#[test]
fn origins_have_at_most_255_bytes() {
    let derive = |origin: &str| {
        let anchor = Seed::of_anchor(&salt(), 10_000, origin).map(|_| ());
        let account = Seed::of_account(&salt(), 10_000, origin).map(|_| ());
        assert_eq!(anchor, account);
        anchor
    };
    assert_eq!(MAX_ORIGIN_LENGTH, 255);
    assert_eq!(derive(""), Ok(()));
    assert_eq!(derive(&"o".repeat(255)), Ok(()));
    let too_long = |length| Err(DeriveSeedError::OriginTooLong { length });
    assert_eq!(derive(&"o".repeat(256)), too_long(256));
    // 128 characters.
    assert_eq!(derive(&"é".repeat(128)), too_long(256));
    assert_eq!(derive(&"o".repeat(511)), too_long(511));
}

// spec: II-SEED-5
#[test]
fn nothing_about_an_origin_is_tidied_up() {
    let origins = [
        "",
        "example.com",
        "http://example.com",
        "https://example.com",
        "https://EXAMPLE.com",
        "https://example.com/",
        "https://example.com:443",
        "https://rdmx6-jaaaa-aaaaa-aaadq-cai.ic0.app",
        "https://rdmx6-jaaaa-aaaaa-aaadq-cai.icp0.io",
    ];
    let seeds = origins.map(|origin| of_anchor(10_000, origin));
    for (index, seed) in seeds.iter().enumerate() {
        assert!(!seeds[..index].contains(seed), "{}", origins[index]);
    }
}

// spec: II-SEED-2
#[test]
fn a_salt_of_zeros_is_none() {
    assert_eq!(Salt::new([0; 32]), None);
    let mut smallest = [0; 32];
    smallest[31] = 1;
    assert_eq!(Salt::new(smallest).unwrap().as_bytes(), &smallest);
}

#[test]
fn nobody_reads_the_salt_in_a_log() {
    assert_eq!(format!("{:?}", salt()), "Salt(..)");
    let seed = Seed::from_bytes([0xab; 32]);
    assert_eq!(format!("{seed:?}"), format!("Seed({})", "ab".repeat(32)));
}

#[test]
fn a_signature_is_filed_under_the_hash_of_the_seed() {
    let seed = of_anchor(10_000, "https://example.com");
    let id = seed.signature_id(&[b"\x0aic-request", &[7; 32]]);
    let other = canister_signature::SignatureId::new(
        seed.as_bytes(),
        &[&[b"\x0aic-request".as_slice(), &[7; 32]].concat()],
    );
    assert_eq!(id, other);
}

#[test]
fn the_error_says_what_was_found_and_what_is_allowed() {
    assert_eq!(
        DeriveSeedError::OriginTooLong { length: 256 }.to_string(),
        "origin of 256 bytes, at most 255 are allowed"
    );
}
