//! Reading anchors allocates nothing.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use allocation_counter::measure;
use icid_storage::{
    AnchorRecord, DeviceRecord, IdRange, Migration, RecordBuffer, Storage, Version, verify,
};

/// An image of many anchors with three devices each.
fn image(version: Version) -> Vec<u8> {
    let range = IdRange::new(10_000, 20_000).unwrap();
    let mut storage = Storage::create(Vec::new(), version, range).unwrap();
    for number in 0..500_u16 {
        let mut anchor = AnchorRecord::new();
        for position in 0..3_u8 {
            let device = DeviceRecord {
                pubkey: [&number.to_be_bytes()[..], &[position; 90]].concat(),
                alias: "a device".into(),
                credential_id: Some(vec![position; 64]),
                ..DeviceRecord::default()
            };
            anchor.add_device(device).unwrap();
        }
        storage.append(&anchor).unwrap();
    }
    storage.into_memory()
}

#[test]
fn reading_all_anchors_allocates_nothing() {
    for version in [Version::V1, Version::V3, Version::V5, Version::V8] {
        let image = image(version);
        let storage = Storage::open(&image).unwrap();
        let mut bytes = 0;
        let counted = measure(|| {
            let mut anchors = storage.anchors();
            while let Some((_, anchor)) = anchors.next() {
                for device in anchor.unwrap().devices() {
                    bytes += device.pubkey().len() + device.alias().len();
                    bytes += device.credential_id().unwrap().len();
                }
            }
        });
        assert_eq!(bytes, 500 * 3 * (92 + 8 + 64));
        assert_eq!(counted.count_total, 0, "layout {version}");
    }
}

#[test]
fn finding_an_anchor_allocates_nothing() {
    let image = image(Version::V8);
    let storage = Storage::open(&image).unwrap();
    let mut buffer = RecordBuffer::new();
    let counted = measure(|| {
        for number in [10_000, 10_250, 10_499] {
            assert_eq!(
                storage.anchor(number, &mut buffer).unwrap().device_count(),
                3
            );
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn verifying_needs_no_more_memory_for_more_anchors() {
    let image = image(Version::V3);
    let counted = measure(|| {
        let summary = verify(&image, &mut |_| {}).unwrap();
        assert_eq!(summary.devices, 1500);
    });
    // The keys of one anchor at a time.
    assert!(counted.bytes_max < 1000, "{} bytes", counted.bytes_max);
}

#[test]
fn migrating_needs_no_more_memory_for_more_anchors() {
    let mut image = image(Version::V1);
    // What the image itself grows by is not counted.
    image.reserve(200 * 65_536);
    let migration = Migration::new(Storage::open(image).unwrap(), Version::V6).unwrap();
    let counted = measure(move || {
        migration.finish().unwrap();
    });
    assert!(counted.bytes_max < 20_000, "{} bytes", counted.bytes_max);
}
