//! What can be wrong with layout 9, each found with memory and rule.

use std::cell::Cell;

use super::*;

#[test]
fn every_damage_between_anchors_and_indexes_is_found() {
    let one = || create(Version::V9, &[anchor(&[device("a", Some("id a"))])]);
    let number = |number: u64| number.to_be_bytes();
    assert_eq!(memory_findings(one().memory()), []);
    // A credential that leads nowhere.
    let image = change(one(), 9, CREDENTIAL_IDS, |map| map.remove(b"id a").unwrap());
    let rule = MemoryRule::AbsentFromIndex { index: id(9) };
    assert_eq!(memory_findings(&image), [(16, Some(10_000), rule)]);
    // An entry that leads to nobody, and one to somebody else.
    let image = change(one(), 9, CREDENTIAL_IDS, |map| {
        map.insert(b"stray", &number(10_001)).unwrap();
        map.insert(b"strayed", &number(10_000)).unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [
            (9, Some(10_001), MemoryRule::NoSuchAnchor { number: 10_001 }),
            (
                9,
                Some(10_000),
                MemoryRule::IndexLeadsAstray { number: 10_000 }
            ),
        ]
    );
    // An entry that leads to no number.
    let image = change(one(), 22, PRINCIPALS, |map| {
        map.insert(&[1; 29], &[1; 7]).unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [(22, None, MemoryRule::ItemLength { length: 7 })]
    );
    // An anchor that is not there, and one whose number nobody has.
    let image = change(one(), 16, NUMBERED, |map| {
        let value = map.remove(&number(10_000)).unwrap().unwrap();
        map.insert(&number(10_005), &value).unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [
            (16, Some(10_000), MemoryRule::AbsentAnchor),
            (
                16,
                Some(10_005),
                MemoryRule::NoSuchAnchor { number: 10_005 }
            ),
            (
                16,
                Some(10_005),
                MemoryRule::IndexLeadsElsewhere {
                    index: id(9),
                    number: 10_000
                }
            ),
            (
                16,
                Some(10_005),
                MemoryRule::IndexLeadsElsewhere {
                    index: id(22),
                    number: 10_000
                }
            ),
            (9, Some(10_000), MemoryRule::NoSuchAnchor { number: 10_000 }),
            (
                22,
                Some(10_000),
                MemoryRule::NoSuchAnchor { number: 10_000 }
            ),
        ]
    );
    // An anchor that cannot be read.
    let image = change(one(), 16, NUMBERED, |map| {
        map.insert(&number(10_000), &[0xa0]).unwrap();
    });
    let error = StoredItemError::MissingField {
        part: Part::Anchor,
        key: 1,
    };
    assert_eq!(
        memory_findings(&image),
        [(16, Some(10_000), MemoryRule::Item { error })]
    );
    // Other keys than the record.
    let image = change(one(), 16, NUMBERED, |map| {
        map.insert(&number(10_000), &hex!("a3 01 80 03 80 04 80"))
            .unwrap();
    });
    assert_eq!(
        memory_findings(&image),
        [
            (16, Some(10_000), MemoryRule::DiffersFromRecord),
            (
                9,
                Some(10_000),
                MemoryRule::IndexLeadsAstray { number: 10_000 }
            ),
            (
                22,
                Some(10_000),
                MemoryRule::IndexLeadsAstray { number: 10_000 }
            ),
        ]
    );
}

#[test]
fn a_damaged_map_is_found_with_memory_node_and_rule() {
    let mut image = create(Version::V9, &[anchor(&[device("a", Some("id a"))])]).into_memory();
    let mut manager = Manager::open(&image, 1).unwrap();
    // The first chunk of memory 9 has the root, which is said to be in version 7.
    manager
        .view_mut(&mut image, id(9))
        .write(116 + 3, &[7])
        .unwrap();
    let finding = MapFinding {
        address: 116,
        rule: MapRule::Node(NodeRule::Version { found: 7 }),
    };
    let found = memory_findings(&image);
    assert_eq!(found[0], (9, None, MemoryRule::Map { finding }));
    // Not a map at all.
    manager
        .view_mut(&mut image, id(9))
        .write(0, b"XYZ")
        .unwrap();
    let error = OpenMapError::Magic { found: *b"XYZ" };
    assert_eq!(
        memory_findings(&image)[0],
        (9, None, MemoryRule::NoMap { error })
    );
}

/// The issuer, the subject and the audience of a credential: all that its key has.
const CREDENTIAL: [u8; 10] = hex!("a3 00 6169 01 6173 02 6161");

const OPENID: Shape = Shape::new(Keys::Any, Values::Any);

/// Gives anchor 10000 a credential of OpenID; nothing leads to it yet.
fn with_credential(storage: Storage<Vec<u8>>) -> Vec<u8> {
    let key = 10_000_u64.to_be_bytes();
    change(storage, 16, NUMBERED, |map| {
        let value = map.get(&key).unwrap().unwrap();
        let mut stored = StoredAnchor::parse(&value).unwrap();
        stored.unknown = vec![UnknownField {
            key: 1,
            item: [&[0x81], CREDENTIAL.as_slice()].concat(),
        }];
        map.insert(&key, &stored.encode()).unwrap();
    })
}

#[test]
fn openid_credentials_and_anchors_lead_to_each_other() {
    let whole = || with_credential(create(Version::V9, &[anchor(&[device("a", None)])]));
    let insert = |key: &[u8], list: &[u8]| {
        let image = change(open(whole()), 17, OPENID, |map| {
            map.insert(key, list).unwrap();
        });
        memory_findings(&image)
    };
    let index = id(17);
    // From the anchor.
    let absent = (16, Some(10_000), MemoryRule::AbsentFromIndex { index });
    assert_eq!(memory_findings(&whole()), [absent]);
    let elsewhere = |number| {
        let rule = MemoryRule::IndexLeadsElsewhere { index, number };
        (16, Some(10_000), rule)
    };
    let nobody = |number| (17, Some(number), MemoryRule::NoSuchAnchor { number });
    assert_eq!(insert(&CREDENTIAL, &hex!("81 19 2710")), []);
    assert_eq!(insert(&CREDENTIAL, &hex!("80")), [elsewhere(0)]);
    let found = insert(&CREDENTIAL, &hex!("81 19 2711"));
    assert_eq!(found, [elsewhere(10_001), nobody(10_001)]);
    // From the entry: every anchor of a list is looked at.
    let found = insert(&CREDENTIAL, &hex!("83 00 19 2710 19 2711"));
    assert_eq!(found, [nobody(0), nobody(10_001)]);
    let other = hex!("a3 00 6169 01 6174 02 6161");
    let astray = MemoryRule::IndexLeadsAstray { number: 10_000 };
    let found = insert(&other, &hex!("81 19 2710"));
    assert_eq!(found, [absent, (17, Some(10_000), astray)]);
    assert_eq!(insert(&other, &hex!("80")), [absent]);
    // Entries that cannot be read.
    let error = StoredItemError::MissingField {
        part: Part::OpenId,
        key: 1,
    };
    let unreadable = (17, None, MemoryRule::Item { error });
    let found = insert(&hex!("a1 00 6169"), &hex!("81 19 2710"));
    assert_eq!(found, [absent, unreadable]);
    let length = (17, None, MemoryRule::ItemLength { length: 4 });
    for no_list in [
        hex!("a1 01 18 02"),
        hex!("81 01 18 02"),
        hex!("81 61 61 00"),
    ] {
        let found = insert(&CREDENTIAL, &no_list);
        assert_eq!(found, [elsewhere(0), length]);
    }
}

const PAIRED: Shape = Shape::new(Keys::Fixed(16), Values::Any);
const ORIGINS: Shape = Shape::new(Keys::Fixed(32), Values::AtMost(8));

/// The SHA-256 of `https://example.com`.
const ORIGIN: [u8; 32] = hex!("100680ad546ce6a577f42f52df33b4cfdca756859e664b8d7de329b150d09ce9");

fn pair(anchor: u64, application: u64) -> Vec<u8> {
    [anchor.to_be_bytes(), application.to_be_bytes()].concat()
}

fn open(image: Vec<u8>) -> Storage<Vec<u8>> {
    Storage::open(image).unwrap()
}

/// Adds application 3 at `https://example.com`, account 5, and references of anchor 10000 to it and to
/// the default one.
fn with_accounts(storage: Storage<Vec<u8>>) -> Vec<u8> {
    let application = [
        hex!("a3 00 73").as_slice(),
        b"https://example.com",
        &hex!("01 01 02 02"),
    ];
    let image = change(storage, 11, NUMBERED, |map| {
        map.insert(&3_u64.to_be_bytes(), &application.concat())
            .unwrap();
    });
    let image = change(open(image), 19, ORIGINS, |map| {
        map.insert(&ORIGIN, &3_u64.to_be_bytes()).unwrap();
    });
    let image = change(open(image), 10, NUMBERED, |map| {
        map.insert(&5_u64.to_be_bytes(), &hex!("a1 00 616e"))
            .unwrap();
    });
    let image = change(open(image), 13, PAIRED, |map| {
        map.insert(&pair(10_000, 3), &hex!("82 a1 00 05 a2 01 07 02 80"))
            .unwrap();
    });
    change(open(image), 14, NUMBERED, |map| {
        map.insert(&10_000_u64.to_be_bytes(), &hex!("a2 00 01 01 02"))
            .unwrap();
    })
}

#[test]
fn applications_origins_and_accounts_lead_to_each_other() {
    let whole = || with_accounts(create(Version::V9, &[anchor(&[device("a", None)])]));
    assert_eq!(memory_findings(&whole()), []);
    let insert = |number, shape, key: &[u8], value: &[u8]| {
        let image = change(open(whole()), number, shape, |map| {
            map.insert(key, value).unwrap();
        });
        memory_findings(&image)
    };
    let missing = |part| MemoryRule::Item {
        error: StoredItemError::MissingField { part, key: 0 },
    };
    // Of accounts and applications.
    let key = 4_u64.to_be_bytes();
    let found = insert(10, NUMBERED, &key, &[0xa0]);
    assert_eq!(found, [(10, None, missing(Part::Account))]);
    let found = insert(11, NUMBERED, &key, &[0xa0]);
    assert_eq!(found, [(11, None, missing(Part::Application))]);
    let image = change(open(whole()), 19, ORIGINS, |map| {
        map.remove(&ORIGIN).unwrap();
    });
    let rule = MemoryRule::AbsentFromIndex { index: id(19) };
    assert_eq!(memory_findings(&image), [(11, None, rule)]);
    // Of origins.
    let elsewhere = MemoryRule::IndexLeadsElsewhere {
        index: id(19),
        number: 4,
    };
    let nowhere = MemoryRule::NoSuchApplication { number: 4 };
    let found = insert(19, ORIGINS, &ORIGIN, &key);
    assert_eq!(found, [(11, None, elsewhere), (19, None, nowhere)]);
    let found = insert(19, ORIGINS, &[1; 32], &3_u64.to_be_bytes());
    let astray = MemoryRule::IndexLeadsAstray { number: 3 };
    assert_eq!(found, [(19, None, astray)]);
    let found = insert(19, ORIGINS, &[1; 32], &[1; 7]);
    let length = MemoryRule::ItemLength { length: 7 };
    assert_eq!(found, [(19, None, length)]);
    // Of what an anchor uses by default.
    let config = |value: &[u8]| insert(20, PAIRED, &pair(10_000, 3), value);
    assert_eq!(config(&hex!("a1 00 05")), []);
    let account = MemoryRule::NoSuchAccount { account: 6 };
    assert_eq!(config(&hex!("a1 00 06")), [(20, Some(10_000), account)]);
    let found = config(&hex!("80"));
    assert!(matches!(
        found[..],
        [(20, Some(10_000), MemoryRule::Item { .. })]
    ));
}

#[test]
fn all_counts_and_the_state_are_checked() {
    let with_counts = |value: &[u8]| {
        let mut image = with_accounts(create(Version::V9, &[anchor(&[device("a", None)])]));
        let mut manager = Manager::open(&image, 1).unwrap();
        icid_storage::Cell::write(manager.view_mut(&mut image, id(15)), value).unwrap();
        memory_findings(&image)
    };
    assert_eq!(with_counts(&hex!("a2 00 01 01 02")), []);
    let count = MemoryRule::Count { said: 3, found: 2 };
    assert_eq!(with_counts(&hex!("a2 00 01 01 03")), [(15, None, count)]);
    let error = StoredItemError::MissingField {
        part: Part::AccountCounts,
        key: 0,
    };
    let item = MemoryRule::Item { error };
    assert_eq!(with_counts(&hex!("a0")), [(15, None, item)]);
    let long = MemoryRule::LongCell {
        length: 65,
        limit: 64,
    };
    assert_eq!(with_counts(&[0; 65]), [(15, None, long)]);

    let mut storage = create(Version::V9, &[anchor(&[device("a", None)])]);
    storage.write_state(b"not Candid").unwrap();
    let found = memory_findings(storage.memory());
    assert!(matches!(found[..], [(2, None, MemoryRule::State { .. })]));
}

#[test]
fn accounts_are_compared_with_anchors_applications_and_counts() {
    let image = with_accounts(create(Version::V9, &sample()));
    let elsewhere = (
        16,
        Some(10_003),
        MemoryRule::IndexLeadsElsewhere {
            index: id(21),
            number: 10_000,
        },
    );
    assert_eq!(memory_findings(&image), [elsewhere]);
    // One reference too many, to an account, an application and an anchor that are not there.
    let image = change(open(image), 13, PAIRED, |map| {
        map.insert(&pair(10_000, 4), &hex!("81 a1 00 06")).unwrap();
        map.insert(&pair(9_999, 3), &hex!("80")).unwrap();
        map.insert(&pair(10_001, 3), &hex!("81 80")).unwrap();
    });
    let found = memory_findings(&image);
    let expected = [
        (13, Some(9_999), MemoryRule::NoSuchAnchor { number: 9_999 }),
        (
            13,
            Some(10_000),
            MemoryRule::NoSuchApplication { number: 4 },
        ),
        (13, Some(10_000), MemoryRule::NoSuchAccount { account: 6 }),
    ];
    assert_eq!(found[1..4], expected);
    assert!(matches!(
        found[4],
        (13, Some(10_001), MemoryRule::Item { .. })
    ));
    let count = MemoryRule::Count { said: 2, found: 3 };
    assert_eq!(found[5..], [(14, Some(10_000), count)]);
}

/// An image of which one read fails, once.
struct FailsOnce<'m> {
    image: &'m Vec<u8>,
    /// How many reads come before.
    before: Cell<Option<u32>>,
}

impl Memory for FailsOnce<'_> {
    fn length(&self) -> u64 {
        self.image.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        match self.before.take() {
            Some(0) => return Err(MemoryError::Device),
            before => self.before.set(before.map(|before| before - 1)),
        }
        self.image.read(offset, buffer)
    }
}

#[test]
fn no_read_that_fails_is_passed_over() {
    let mut image = with_accounts(create(Version::V9, &sample()));
    // One anchor has no record, so that its entry is asked for instead.
    let mut manager = Manager::open(&image, 1).unwrap();
    let mut records = manager.view_mut(&mut image, id(0));
    records.write(0, &[0; 4096]).unwrap();
    let mut count = 0;
    loop {
        let memory = FailsOnce {
            image: &image,
            before: Cell::new(Some(count)),
        };
        let result = verify(&memory, &mut |_| {});
        if memory.before.take().is_some() {
            assert!(result.is_ok());
            break;
        }
        assert_eq!(result, Err(MemoryError::Device), "read {count}");
        count += 1;
    }
    assert!(count > 100, "only {count} reads");
}
