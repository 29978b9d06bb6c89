//! Buffers that are used again: what a map writes does not depend on what it was asked before.
//!
//! A map that stays open keeps buffers and knows some free chunks; one that is opened for each operation
//! has neither. Both do the same, and their memories are compared byte for byte after each operation.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first surprise, and says how much it tried"
)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use icid_storage::{
    Keys, Map, Memory, MemoryError, MemoryMut, ReadMapError, Shape, Values, WriteMapError,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A memory that is looked at while a map has it, and that can be told to fail.
#[derive(Clone, Debug, Default)]
struct Shared {
    bytes: Rc<RefCell<Vec<u8>>>,
    /// How many accesses go well, and how many fail then.
    failure: Rc<Cell<(u32, u32)>>,
}

impl Shared {
    fn access(&self) -> Result<(), MemoryError> {
        match self.failure.get() {
            (_, 0) => {}
            (0, failing) => {
                self.failure.set((0, failing - 1));
                return Err(MemoryError::Device);
            }
            (well, failing) => self.failure.set((well - 1, failing)),
        }
        Ok(())
    }
}

impl Memory for Shared {
    fn length(&self) -> u64 {
        self.bytes.borrow().length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.access()?;
        self.bytes.borrow().read(offset, buffer)
    }
}

impl MemoryMut for Shared {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        self.access()?;
        self.bytes.borrow_mut().write(offset, bytes)
    }

    fn grow(&mut self, pages: u64) -> Result<(), MemoryError> {
        self.access()?;
        self.bytes.borrow_mut().grow(pages)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u8, Vec<u8>),
    Remove(u8),
}

impl Step {
    fn take<M: MemoryMut>(&self, map: &mut Map<M>) -> Result<Option<Vec<u8>>, WriteMapError> {
        match self {
            Self::Insert(key, value) => map.insert(&[*key; 3], value),
            Self::Remove(key) => map.remove(&[*key; 3]),
        }
    }

    fn take_in(&self, model: &mut Model) -> Option<Vec<u8>> {
        match self {
            Self::Insert(key, value) => model.insert([*key; 3], value.clone()),
            Self::Remove(key) => model.remove(&[*key; 3]),
        }
    }
}

type Model = BTreeMap<[u8; 3], Vec<u8>>;

/// Short values in which a byte of a longer one would show, and some that need many chunks.
fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let value = prop_oneof![
        4 => vec(any::<u8>(), 0..9),
        2 => vec(any::<u8>(), 0..301),
        1 => vec(any::<u8>(), 0..3_001),
    ];
    let step = prop_oneof![
        5 => (0..80_u8, value).prop_map(|(key, value)| Step::Insert(key, value)),
        3 => (0..80_u8).prop_map(Step::Remove),
    ];
    vec(step, 0..most)
}

fn shapes() -> impl Strategy<Value = (Shape, bool)> {
    let bounded = Shape::new(Keys::Fixed(3), Values::AtMost(3_000));
    let fixed = Shape::new(Keys::Fixed(3), Values::Any);
    let free = Shape::new(Keys::Any, Values::Any);
    prop_oneof![
        Just((bounded, true)),
        Just((bounded, false)),
        Just((fixed, false)),
        Just((free, false)),
    ]
}

fn create(memory: &Shared, shape: Shape, first_version: bool) -> Map<Shared> {
    let map = if first_version {
        Map::create_v1(memory.clone(), shape)
    } else {
        Map::create(memory.clone(), shape)
    };
    map.unwrap()
}

fn entries<M: Memory>(map: &Map<M>) -> Result<Model, ReadMapError> {
    let mut found = Model::new();
    let mut entries = map.entries();
    while let Some(entry) = entries.next()? {
        found.insert(entry.key().try_into().unwrap(), entry.value().to_vec());
    }
    Ok(found)
}

/// Does one step with a map that is opened for it.
fn take_anew(step: &Step, memory: &mut Vec<u8>, shape: Shape) -> Option<Vec<u8>> {
    step.take(&mut Map::open(memory, shape).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(9),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_map_that_stays_open_writes_the_bytes_of_one_that_is_opened_anew(
        (shape, first_version) in shapes(),
        steps in steps(300),
    ) {
        let memory = Shared::default();
        let mut map = create(&memory, shape, first_version);
        let mut anew = memory.bytes.borrow().clone();
        for step in steps {
            let found = step.take(&mut map).unwrap();
            prop_assert_eq!(found, take_anew(&step, &mut anew, shape));
            prop_assert!(*memory.bytes.borrow() == anew);
        }
    }

    /// The memory fails once or a few times in a row, anywhere: what was read or put together until then
    /// is in no later write.
    #[test]
    fn nothing_of_an_operation_that_failed_gets_into_a_later_one(
        (shape, first_version) in shapes(),
        steps in vec((steps(2), proptest::option::weighted(0.3, (0..30_u32, 1..4_u32))), 0..150),
    ) {
        let memory = Shared::default();
        let mut map = create(&memory, shape, first_version);
        let mut anew = memory.bytes.borrow().clone();
        let mut model = Model::new();
        for (steps, failure) in steps {
            for step in steps {
                let before = model.clone();
                let expected = step.take_in(&mut model);
                memory.failure.set(failure.unwrap_or_default());
                let result = step.take(&mut map);
                match result {
                    Ok(found) => {
                        memory.failure.set((0, 0));
                        prop_assert_eq!(&found, &expected);
                        prop_assert_eq!(found, take_anew(&step, &mut anew, shape));
                    }
                    Err(error) => {
                        let device = MemoryError::Device;
                        let read = WriteMapError::Read(ReadMapError::Memory(device));
                        prop_assert!(error == WriteMapError::Memory(device) || error == read);
                        // Perhaps it still fails.
                        let _ = map.mend();
                        memory.failure.set((0, 0));
                        let census = map.mend().unwrap();
                        let rest = entries(&map).unwrap();
                        prop_assert_eq!(census.entries, map.length());
                        prop_assert!(rest == before || rest == model);
                        model = rest;
                        anew.clone_from(&memory.bytes.borrow());
                    }
                }
                prop_assert!(*memory.bytes.borrow() == anew);
            }
        }
        let mut findings = Vec::new();
        map.verify(&mut |finding| findings.push(finding)).unwrap();
        prop_assert_eq!(findings, []);
        prop_assert_eq!(entries(&map).unwrap(), model);
    }
}
