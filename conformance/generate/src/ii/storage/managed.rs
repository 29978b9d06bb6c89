//! Images of versions 7 to 9: the memory manager and its buckets.

use model::ii::storage::image::PAGE;

use super::{DECODE, WHOLE, bad, good, simple, values};
use crate::Suite;
use crate::ii::draft::{Draft, Manager};
use crate::ii::record::Form;

/// What images of these versions are evidence for.
fn about() -> Vec<&'static str> {
    let mut clauses = WHOLE.to_vec();
    clauses.extend([
        "II-STORE-12",
        "II-STORE-16",
        "II-STORE-17",
        "II-STORE-18",
        "II-STORE-19",
        "II-STORE-20",
    ]);
    clauses
}

/// An archive buffer without entries, as `ic-stable-structures` makes it: a map of pages of
/// 1024 bytes, its allocator, and the one chunk that is free.
pub(super) fn empty_map() -> Vec<u8> {
    let mut bytes = b"BTR\x02\x00\x04\x00\x00\xff\xff\xff\xff".to_vec();
    bytes.resize(52, 0);
    bytes.extend(b"BTA\x01\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00");
    bytes.extend([0; 8]);
    bytes.extend(100_u64.to_le_bytes());
    bytes.resize(100, 0);
    bytes.extend(b"CHK\x01");
    bytes.resize(116, 0);
    bytes
}

/// An archive buffer with one entry, in a leaf of its own.
pub(super) fn map_of_one(number: u64, value: &[u8]) -> Vec<u8> {
    let mut bytes = empty_map();
    let mut put = |place: usize, part: &[u8]| {
        if bytes.len() < place.saturating_add(part.len()) {
            bytes.resize(place.saturating_add(part.len()), 0);
        }
        for (old, new) in bytes.iter_mut().skip(place).zip(part) {
            *old = *new;
        }
    };
    let (root, behind) = (116_u64, 1140_u64);
    put(12, &root.to_le_bytes());
    put(20, &1_u64.to_le_bytes());
    put(68, &1_u64.to_le_bytes());
    put(76, &behind.to_le_bytes());
    put(104, &[1]);
    put(116, b"BTN\x02\x00\x01\x00");
    put(131, &number.to_be_bytes());
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    put(139, &length.to_le_bytes());
    put(143, value);
    put(1140, b"CHK\x01");
    put(1144, &[0; 12]);
    bytes
}

/// An image of version 8 with anchors in the bucket that `first` says, and the archive buffer.
pub(super) fn with_buffer(values: &[Vec<u8>], is_first: bool) -> Draft {
    let mut draft = Draft::new(8, values);
    draft.manager.owners = if is_first { vec![0, 1] } else { vec![1, 0] };
    draft.manager.sizes = vec![(1, 1)];
    let page = if is_first { 2 + 128 } else { 2 };
    draft.patches = vec![(PAGE.saturating_mul(page), empty_map())];
    draft
}

pub(super) fn generate(suite: &mut Suite) {
    let mut file = suite.big_file(DECODE, "managed", "ii::storage::managed");
    file.note(
        "Managed",
        "INTEROP",
        "Anchors are in memory 0, wherever its buckets are.",
        "Users lose their anchors, or get bytes of something else.",
    );
    file.note(
        "Broken",
        "EDGE_CASE",
        "A manager that contradicts itself is rejected.",
        "Lax: what is read belongs to nobody.",
    );
    let about = about();
    let records = values(Form::Record);
    let seven = Draft::new(7, &records);
    let title = "Version 7, four anchors";
    file.add(
        good("layout-v7", title, &seven, &about)
            .note("Managed")
            .high(),
    );
    let eight = with_buffer(&records, true);
    let title = "Version 8, four anchors and an archive buffer";
    file.add(
        good("layout-v8", title, &eight, &about)
            .note("Managed")
            .high(),
    );
    let mut nine = Draft::new(9, &records);
    nine.manager.owners = vec![0, 1, 2];
    nine.manager.sizes = vec![(1, 1), (2, 1)];
    nine.state = Some(b"DIDL\x01\x6c\x00\x01\x00".to_vec());
    nine.patches = vec![((2 + 128) * PAGE, empty_map())];
    let title = "Version 9, four anchors, an archive buffer and a persistent state";
    file.add(
        good("layout-v9", title, &nine, &about)
            .note("Managed")
            .high(),
    );
    let title = "Version 8, the archive buffer before the anchors";
    let swapped = with_buffer(&records, false);
    file.add(
        good("buffer-first", title, &swapped, &about)
            .note("Managed")
            .high(),
    );

    // One page for each bucket, 16 records for each page.
    let mut scattered = vec![Vec::new(); 40];
    for (index, value) in [(0, 0), (15, 1), (16, 3), (39, 0)] {
        if let (Some(place), Some(value)) = (scattered.get_mut(index), records.get(value)) {
            place.clone_from(value);
        }
    }
    let small = Draft {
        manager: Manager {
            bucket: 1,
            owners: vec![0, 3, 0, 1, 0],
            sizes: vec![(1, 1), (3, 1)],
            ..seven.manager.clone()
        },
        ..Draft::new(7, &scattered)
    };
    let title = "Buckets of one page, those of memory 0 apart";
    file.add(good("small-buckets", title, &small, &about).note("Managed"));

    let one = [simple().bytes()];
    let leftovers = Draft {
        tail: vec![0xee; 40],
        ..Draft::new(9, &one)
    };
    let title = "Version 9 with bytes behind the header";
    file.add(good("v9-leftovers", title, &leftovers, &about).note("Managed"));
    let elsewhere = Draft {
        tail: 512_u64.to_le_bytes().to_vec(),
        ..Draft::new(8, &one)
    };
    let title = "Version 8 whose header names another place of the first record";
    file.add(good("v8-first-place", title, &elsewhere, &about).note("Managed"));
    for (slug, title, hi) in [
        (
            "capacity-v9",
            "A range of exactly the capacity of version 9",
            67_116_816,
        ),
        (
            "capacity-v9-and-one",
            "A range of one number more than the capacity of version 9",
            67_116_817,
        ),
    ] {
        let draft = Draft {
            range: (10_000, hi),
            ..Draft::new(9, &one)
        };
        file.add(good(slug, title, &draft, &about).note("Managed"));
    }
    let ten = Draft {
        version: 10,
        ..leftovers
    };
    let vector = bad(
        "II-STORE-2",
        "version-10",
        "Version 10",
        &ten,
        "v9-leftovers",
        "another version",
    );
    file.add(vector.note("Broken"));

    for (slug, title, manager, mutation) in [
        (
            "manager-magic",
            "A manager that begins with MGX",
            Manager {
                magic: *b"MGX",
                ..seven.manager.clone()
            },
            "another letter",
        ),
        (
            "manager-version",
            "A manager of version 2",
            Manager {
                version: 2,
                ..seven.manager.clone()
            },
            "another version",
        ),
    ] {
        let draft = Draft {
            manager,
            ..seven.clone()
        };
        let vector = bad("II-STORE-16", slug, title, &draft, "layout-v7", mutation);
        file.add(vector.note("Broken"));
    }

    // The 17th record is the first of the second page.
    let mut seventeen = vec![Vec::new(); 16];
    seventeen.push(simple().bytes());
    let sized = |pages: u64| {
        let mut draft = Draft::new(7, &seventeen);
        draft.manager.sizes = vec![(0, pages)];
        draft
    };
    let title = "A record in the last page of its memory";
    file.add(good("last-page", title, &sized(2), &about).note("Managed"));
    for (slug, title, pages, mutation) in [
        (
            "behind-memory",
            "A record in the page behind its memory, within its bucket",
            1,
            "the memory has a page less",
        ),
        (
            "more-pages-than-buckets",
            "A memory of more pages than its bucket has",
            129,
            "the memory has more pages",
        ),
    ] {
        let vector = bad(
            "II-STORE-18",
            slug,
            title,
            &sized(pages),
            "last-page",
            mutation,
        );
        file.add(vector.note("Broken"));
    }
    let title = "A memory of exactly the pages of its bucket";
    file.add(good("full-bucket", title, &sized(128), &about).note("Managed"));
    let cut = Draft {
        pages: Some(3),
        ..sized(2)
    };
    let title = "An image that ends before the bucket of the record does";
    let vector = bad(
        "II-STORE-18",
        "bucket-behind-end",
        title,
        &cut,
        "last-page",
        "fewer pages",
    );
    file.add(vector.note("Broken"));
}
