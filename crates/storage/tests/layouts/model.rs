//! Sequences of allocate, append, write, update, remove, migrate and reopen, compared with a plain
//! map.

use std::collections::BTreeMap;

use icid_storage::{
    AllocateError, AnchorRecord, DeviceRecord, Migration, Rule, Severity, Storage, Version, verify,
};
use principal::Principal;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::support::{device, late_device, range, read, salt};

#[derive(Clone, Debug)]
enum Operation {
    Allocate,
    Append(u32),
    Write(u8, u32),
    Add(u8, u32),
    Update(u8, u32),
    Remove(u8),
    WriteState(u16),
    ClearState,
    Migrate(u8, u32),
    Reopen,
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        2 => Just(Operation::Allocate),
        4 => any::<u32>().prop_map(Operation::Append),
        3 => (any::<u8>(), any::<u32>()).prop_map(|(at, it)| Operation::Write(at, it)),
        3 => (any::<u8>(), any::<u32>()).prop_map(|(at, it)| Operation::Add(at, it)),
        2 => (any::<u8>(), any::<u32>()).prop_map(|(at, it)| Operation::Update(at, it)),
        2 => any::<u8>().prop_map(Operation::Remove),
        1 => any::<u16>().prop_map(Operation::WriteState),
        2 => Just(Operation::ClearState),
        1 => (0..6_u8, 1..40_u32).prop_map(|(to, steps)| Operation::Migrate(to, steps)),
        2 => Just(Operation::Reopen),
    ]
}

/// The image, and what it should hold.
struct Both {
    storage: Option<Storage<Vec<u8>>>,
    anchors: BTreeMap<u64, AnchorRecord>,
    state: Option<Vec<u8>>,
}

impl Both {
    fn new(version: Version) -> Self {
        let mut storage = Storage::create(Vec::new(), version, range()).unwrap();
        storage.set_salt(salt()).unwrap();
        Self {
            storage: Some(storage),
            anchors: BTreeMap::new(),
            state: None,
        }
    }

    fn storage(&mut self) -> &mut Storage<Vec<u8>> {
        self.storage.as_mut().unwrap()
    }

    /// A device that the layout has a place for.
    fn device(&mut self, seed: u32) -> DeviceRecord {
        // While a migration rewrites records, old ones have no place for late fields.
        if self.storage().version() >= Version::V5 && seed.is_multiple_of(3) {
            late_device(seed)
        } else {
            device(seed)
        }
    }

    fn pick(&self, at: u8) -> Option<u64> {
        let count = self.anchors.len();
        self.anchors
            .keys()
            .nth(usize::from(at) % count.max(1))
            .copied()
    }

    fn change(&mut self, at: u8, change: impl FnOnce(&mut Self, &mut AnchorRecord)) {
        let Some(number) = self.pick(at) else { return };
        let mut anchor = self.anchors[&number].clone();
        change(self, &mut anchor);
        self.storage().write(number, &anchor).unwrap();
        self.anchors.insert(number, anchor);
    }

    fn give_away(&mut self, anchor: AnchorRecord, result: Result<u64, AllocateError>) {
        if self.state.is_some() {
            assert_eq!(result, Err(AllocateError::StateInTheWay));
        } else {
            let number = 10_000 + self.anchors.len() as u64;
            assert_eq!(result, Ok(number));
            self.anchors.insert(number, anchor);
        }
    }

    fn carry_out(&mut self, operation: &Operation) {
        let actor = Principal::from_slice(&[4]).unwrap();
        match *operation {
            Operation::Allocate => {
                let result = self.storage().allocate();
                self.give_away(AnchorRecord::new(), result);
            }
            Operation::Append(seed) => {
                let mut anchor = AnchorRecord::new();
                anchor.add_device(self.device(seed)).unwrap();
                let result = self.storage().append(&anchor);
                self.give_away(anchor, result);
            }
            Operation::Write(at, seed) => self.change(at, |both, anchor| {
                *anchor = AnchorRecord::new();
                anchor.add_device(both.device(seed)).unwrap();
            }),
            Operation::Add(at, seed) => self.change(at, |both, anchor| {
                let before = anchor.clone();
                if anchor.add_device(both.device(seed)).is_err() {
                    assert_eq!(*anchor, before);
                }
            }),
            Operation::Update(at, seed) => self.change(at, |both, anchor| {
                let Some(old) = anchor.devices().first().cloned() else {
                    return;
                };
                let new = DeviceRecord {
                    pubkey: old.pubkey.clone(),
                    ..both.device(seed)
                };
                let _ = anchor.modify_device(&old.pubkey, new, &actor);
            }),
            Operation::Remove(at) => self.change(at, |_, anchor| {
                let Some(old) = anchor.devices().last().cloned() else {
                    return;
                };
                assert_eq!(anchor.remove_device(&old.pubkey, &actor), Ok(old));
            }),
            Operation::WriteState(length) => {
                let state = vec![7; usize::from(length) / 4];
                self.storage().write_state(&state).unwrap();
                self.state = Some(state);
            }
            Operation::ClearState => {
                self.storage().clear_state().unwrap();
                self.state = None;
            }
            Operation::Migrate(to, steps) => self.migrate(to, steps),
            Operation::Reopen => {
                let memory = self.storage.take().unwrap().into_memory();
                self.storage = Some(Storage::open(memory).unwrap());
            }
        }
    }

    /// Goes some steps towards a layout, perhaps not all of them.
    fn migrate(&mut self, to: u8, steps: u32) {
        let targets = [
            Version::V3,
            Version::V5,
            Version::V5,
            Version::V6,
            Version::V7,
            Version::V8,
        ];
        let target = targets[usize::from(to)];
        let storage = self.storage.take().unwrap();
        if target < storage.version() {
            self.storage = Some(storage);
            return;
        }
        let mut migration = Migration::new(storage, target).unwrap();
        // Half of the migrations go to the end.
        let steps = if steps.is_multiple_of(2) {
            u32::MAX
        } else {
            steps
        };
        migration.step(steps).unwrap();
        self.storage = Some(migration.into_storage());
    }

    fn compare(&mut self) {
        let expected: Vec<AnchorRecord> = self.anchors.values().cloned().collect();
        assert_eq!(read(self.storage().memory()), expected);
        assert_eq!(self.storage().state().unwrap(), self.state);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x4949_4333),
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_image_is_a_map(first in 0..4_usize, operations in vec(operation(), 1..60)) {
        let version = [Version::V1, Version::V3, Version::V5, Version::V8][first];
        let mut both = Both::new(version);
        for operation in &operations {
            both.carry_out(operation);
            both.compare();
        }
        let memory = both.storage.take().unwrap().into_memory();
        let summary = verify(&memory, &mut |finding| {
            // The states here say nothing.
            let is_state = matches!(finding.rule, Rule::StateContent { .. });
            assert!(is_state || finding.rule.severity() < Severity::Broken, "{finding}");
        });
        prop_assert_eq!(summary.unwrap().anchors, both.anchors.len() as u64);
    }
}
