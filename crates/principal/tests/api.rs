//! What users of the crate rely on beyond the meaning of principals.

use allocation_counter::measure;
use icid_principal::ParsePrincipalError;
use icid_principal::ParsePrincipalTextError;
use icid_principal::Principal;
use icid_principal::PrincipalText;

#[test]
fn neither_direction_allocates() {
    let longest = Principal::from_slice(&[0xa5; 29]).unwrap();
    let allocations = measure(|| {
        let text = longest.to_text();
        assert_eq!(Principal::from_text(text.as_str()), Ok(longest));
        assert_eq!(Principal::try_from(longest.as_bytes()), Ok(longest));
        assert!(Principal::from_text("em77e-bvlzu-ar").is_err());
    });
    assert_eq!(allocations.count_total, 0);
}

#[test]
fn debug_shows_the_text() {
    assert_eq!(
        format!("{:?}", Principal::MANAGEMENT),
        "Principal(aaaaa-aa)"
    );
    assert_eq!(
        format!("{:?}", Principal::MANAGEMENT.to_text()),
        "\"aaaaa-aa\""
    );
}

#[test]
fn display_obeys_the_width() {
    assert_eq!(format!("{:<10}|", Principal::MANAGEMENT), "aaaaa-aa  |");
}

#[test]
fn values_are_small_and_plain() {
    fn plain<T: Copy + Send + Sync + Unpin + 'static>() {}
    plain::<Principal>();
    plain::<PrincipalText>();
    plain::<ParsePrincipalError>();
    plain::<ParsePrincipalTextError>();
    assert_eq!(size_of::<Principal>(), 30);
    assert!(size_of::<ParsePrincipalTextError>() <= 24);
}

#[test]
fn principals_can_be_constants() {
    const LEDGER: Principal = match Principal::from_slice(&[0, 0, 0, 0, 0, 0, 0, 2, 1, 1]) {
        Ok(principal) => principal,
        Err(_) => panic!("ten bytes are not too long"),
    };
    assert_eq!(LEDGER.to_string(), "ryjl3-tyaaa-aaaaa-aaaba-cai");
}

#[test]
fn errors_say_what_was_found_and_what_is_allowed() {
    let error = |text: &str| Principal::from_text(text).unwrap_err().to_string();
    assert_eq!(
        error("em77e_bvlzu-aq"),
        "'_' at position 5, where a dash belongs"
    );
    assert_eq!(
        error("em77e-bvlzu-1q"),
        "'1' at position 12, where a letter or a digit from 2 to 7 belongs"
    );
    assert_eq!(
        error("aaaaa"),
        "text of 5 characters, at least 8 are needed"
    );
    assert_eq!(
        error("aaaaa-ai"),
        "checksum 00000001, where the bytes have 00000000"
    );
    assert_eq!(
        Principal::from_slice(&[0; 30]).unwrap_err().to_string(),
        "principal of 30 bytes, at most 29 are allowed"
    );
}

#[cfg(feature = "serde")]
#[test]
fn json_carries_the_text() {
    let json = serde_json::to_string(&Principal::ANONYMOUS).unwrap();
    assert_eq!(json, "\"2vxsx-fae\"");
    assert_eq!(
        serde_json::from_str::<Principal>(&json).unwrap(),
        Principal::ANONYMOUS
    );
    assert!(serde_json::from_str::<Principal>("\"2vxsx-faf\"").is_err());
    let error = serde_json::from_str::<Principal>("[4]").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: sequence, expected the bytes or the text of a principal at line 1 column 0"
    );
}

#[cfg(feature = "candid")]
#[test]
fn candid_carries_the_bytes() {
    let bytes = candid::encode_one(Principal::ANONYMOUS).unwrap();
    // "DIDL", no type table, one value of type principal: the mark 1, the length 1, the byte 4.
    assert_eq!(bytes, b"DIDL\x00\x01\x68\x01\x01\x04");
    assert_eq!(
        candid::decode_one::<Principal>(&bytes).unwrap(),
        Principal::ANONYMOUS
    );
}
