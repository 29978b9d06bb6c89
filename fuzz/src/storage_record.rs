//! Records of anchors.

use model::ii::storage::image::Image;
use storage::Account;
use storage::Anchor;
use storage::AnchorRecord;
use storage::DeviceRecord;
use storage::Form;
use storage::Header;
use storage::IdRange;
use storage::MetadataEntry;
use storage::MetadataMap;
use storage::PersistentState;
use storage::StoredAnchor;
use storage::Version;
use time::Timestamp;

use crate::Verdict;
use crate::pages::Pages;
use crate::pages::compare;

/// As many bytes as a record of layout 3 has room for.
const LONGEST: usize = 4094;

/// The crate and the model read the same devices in a record of either form; a record that is copied out
/// and written again is the same anchor. What else is in stable memory is read without a panic.
pub fn storage_record(data: &[u8]) -> Verdict {
    let stored = StoredAnchor::parse(data);
    if let Ok(stored) = &stored {
        let written = stored.encode();
        assert_eq!(StoredAnchor::parse(&written).as_ref(), Ok(stored));
    }
    let others = [
        stored.is_ok(),
        PersistentState::parse(data).is_ok(),
        Account::parse(data).is_ok(),
        storage::parse_account_references(data).is_ok(),
    ];
    if let Ok(anchor) = Anchor::parse(data)
        && let Ok(copy) = AnchorRecord::of(&anchor)
    {
        for form in [Form::Anchor, Form::Devices] {
            // The older form has no place for what was invented later.
            let Ok(written) = copy.encode(form) else {
                continue;
            };
            let again = Anchor::parse(&written).expect("what is written is accepted");
            assert_eq!(AnchorRecord::of(&again).as_ref(), Ok(&copy));
        }
    }
    let mut accepted = others.contains(&true);
    if data.len() <= LONGEST {
        for version in [Version::V3, Version::V5] {
            accepted |= is_read(version, data);
        }
    }
    if accepted {
        Verdict::Accepted
    } else {
        Verdict::Rejected
    }
}

/// Whether the crate and the model read it as the only record of an image.
fn is_read(version: Version, record: &[u8]) -> bool {
    let range = IdRange::new(10_000, 10_001).expect("it goes up");
    let header = Header::new(version, range).expect("it is short");
    let mut pages = Pages(Image::new(3));
    pages.0.write(0, header.encode().as_bytes());
    pages.0.write(4, &[1]);
    let length = record.len() as u16;
    pages.0.write(131_072, &length.to_le_bytes());
    pages.0.write(131_074, record);
    compare(&pages)
}

/// Records of both forms, and an anchor of layout 9.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut metadata = MetadataMap::new();
    metadata.insert("text".to_owned(), MetadataEntry::Text("t".to_owned()));
    metadata.insert("bytes".to_owned(), MetadataEntry::Bytes(vec![1, 2]));
    let plain = DeviceRecord {
        pubkey: vec![1; 44],
        alias: "phone".to_owned(),
        credential_id: Some(vec![2; 16]),
        ..DeviceRecord::default()
    };
    let late = DeviceRecord {
        pubkey: vec![3; 44],
        alias: "browser".to_owned(),
        origin: Some("https://identity.example".to_owned()),
        last_usage: Some(Timestamp::from_nanos(1_700_000_000_000_000_000)),
        metadata: Some(metadata),
        ..DeviceRecord::default()
    };
    let mut seeds = Vec::new();
    for devices in [vec![], vec![plain.clone()], vec![plain, late]] {
        let mut anchor = AnchorRecord::new();
        for device in devices {
            anchor.add_device(device).expect("it keeps the rules");
        }
        for form in [Form::Anchor, Form::Devices] {
            let Ok(bytes) = anchor.encode(form) else {
                continue;
            };
            let parsed = Anchor::parse(&bytes).expect("what is written is accepted");
            seeds.push(StoredAnchor::of(&parsed).encode());
            seeds.push(bytes);
        }
    }
    seeds
}
