//! Checking the memories of layout 9 one by one, and against each other.

mod accounts;
mod anchors;
mod finding;

use crate::header::Header;
use crate::managed::{
    Cell, Manager, Map, MemoryId, OpenCellError, OpenMapError, ReadCellError, ReadMapError, Shape,
    View,
};
use crate::memory::{Memory, MemoryError};

use super::memories::{
    ACCOUNTS, ANCHOR_COUNTS, APPLICATIONS, BY_CREDENTIAL_ID, BY_OPENID, BY_ORIGIN, BY_PASSKEY,
    BY_RECOVERY_KEY, CONFIGS, CREDENTIAL_IDS, NUMBERED, OPENID, ORIGINS, PAIRED, PRINCIPALS,
    REFERENCES, STORED_ANCHORS,
};

pub use self::finding::{MemoryFinding, MemoryRule};

/// The maps that are checked, and what they look like.
const MAPS: [(MemoryId, Shape); 11] = [
    (BY_CREDENTIAL_ID, CREDENTIAL_IDS),
    (ACCOUNTS, NUMBERED),
    (APPLICATIONS, NUMBERED),
    (REFERENCES, PAIRED),
    (ANCHOR_COUNTS, NUMBERED),
    (STORED_ANCHORS, NUMBERED),
    (BY_OPENID, OPENID),
    (BY_ORIGIN, ORIGINS),
    (CONFIGS, PAIRED),
    (BY_RECOVERY_KEY, PRINCIPALS),
    (BY_PASSKEY, PRINCIPALS),
];

/// What is checked, and who is told.
pub(super) struct Check<'c, M> {
    header: &'c Header,
    manager: &'c Manager,
    memory: &'c M,
    report: &'c mut dyn FnMut(MemoryFinding),
}

/// Reads every map of layout 9 and compares them with each other.
///
/// First each map is walked whole. Then anchors are compared with the maps that lead to them, in both
/// directions, and so are applications; references with anchors, applications and accounts; counts
/// with what is counted. It needs room for a node of each level of two maps, and one bit for each chunk
/// of the map that is walked.
pub(crate) fn check_memories<M: Memory>(
    header: &Header,
    manager: &Manager,
    memory: &M,
    report: &mut dyn FnMut(MemoryFinding),
) -> Result<(), MemoryError> {
    let mut check = Check {
        header,
        manager,
        memory,
        report,
    };
    for (id, shape) in MAPS {
        check.structure(id, shape)?;
    }
    check.anchors()?;
    check.accounts()
}

impl<'c, M: Memory> Check<'c, M> {
    fn found(&mut self, id: MemoryId, rule: MemoryRule) {
        let anchor = None;
        (self.report)(MemoryFinding { id, anchor, rule });
    }

    fn found_about(&mut self, id: MemoryId, anchor: u64, rule: MemoryRule) {
        let anchor = Some(anchor);
        (self.report)(MemoryFinding { id, anchor, rule });
    }

    /// Walks a whole map.
    fn structure(&mut self, id: MemoryId, shape: Shape) -> Result<(), MemoryError> {
        match Map::open(self.manager.view(self.memory, id), shape) {
            Ok(map) => {
                let report = &mut self.report;
                let walked = map.verify(&mut |finding| {
                    let rule = MemoryRule::Map { finding };
                    report(MemoryFinding {
                        id,
                        anchor: None,
                        rule,
                    });
                });
                match walked {
                    Ok(_) => Ok(()),
                    Err(error) => self.failed(id, error),
                }
            }
            Err(OpenMapError::Empty) => Ok(()),
            Err(OpenMapError::Memory(error)) => self.failed(id, error),
            Err(error) => {
                self.found(id, MemoryRule::NoMap { error });
                Ok(())
            }
        }
    }

    /// Opens a map that was walked before, if there is one; why it cannot be opened was found then.
    fn map(&self, id: MemoryId, shape: Shape) -> Result<Option<Map<View<'c, &'c M>>>, MemoryError> {
        match Map::open(self.manager.view(self.memory, id), shape) {
            Ok(map) => Ok(Some(map)),
            Err(OpenMapError::Memory(error @ MemoryError::Device)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Goes through a map as far as it can be read; why it cannot was found before.
    fn each(
        &mut self,
        id: MemoryId,
        shape: Shape,
        mut visit: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<(), MemoryError>,
    ) -> Result<(), MemoryError> {
        let Some(map) = self.map(id, shape)? else {
            return Ok(());
        };
        let mut entries = map.entries();
        loop {
            match entries.next() {
                Ok(Some(entry)) => visit(self, entry.key(), entry.value())?,
                Ok(None) => return Ok(()),
                Err(ReadMapError::Memory(error)) => return self.failed(id, error),
                Err(_) => {
                    self.found(id, MemoryRule::Unread);
                    return Ok(());
                }
            }
        }
    }

    /// Looks a key up; nothing if the map cannot be read.
    fn value(&mut self, id: MemoryId, shape: Shape, key: &[u8]) -> Result<Lookup, MemoryError> {
        let Some(map) = self.map(id, shape)? else {
            return Ok(Lookup::Absent);
        };
        match map.get(key) {
            Ok(Some(value)) => Ok(Lookup::Found(value)),
            Ok(None) => Ok(Lookup::Absent),
            Err(ReadMapError::Memory(error @ MemoryError::Device)) => Err(error),
            Err(_) => Ok(Lookup::Unread),
        }
    }

    /// Reads a cell, if there is one.
    fn cell(
        &mut self,
        id: MemoryId,
        limit: u32,
    ) -> Result<Option<alloc::vec::Vec<u8>>, MemoryError> {
        let cell = match Cell::open(self.manager.view(self.memory, id)) {
            Ok(cell) => cell,
            Err(OpenCellError::Empty) => return Ok(None),
            Err(OpenCellError::Memory(error)) => return self.failed(id, error).map(|()| None),
            Err(error) => {
                self.found(id, MemoryRule::NoCell { error });
                return Ok(None);
            }
        };
        match cell.read(limit) {
            Ok(value) => Ok(Some(value)),
            Err(ReadCellError::Memory(error)) => self.failed(id, error).map(|()| None),
            Err(_) => {
                let length = cell.length();
                self.found(id, MemoryRule::LongCell { length, limit });
                Ok(None)
            }
        }
    }

    /// Reports what is not there, or gives up on a memory that fails.
    fn failed(&mut self, id: MemoryId, error: MemoryError) -> Result<(), MemoryError> {
        if error == MemoryError::Device {
            return Err(error);
        }
        self.found(id, MemoryRule::Memory { error });
        Ok(())
    }
}

/// What looking up a key gave.
pub(super) enum Lookup {
    Absent,
    Found(alloc::vec::Vec<u8>),
    /// The map cannot be read there, which was found before.
    Unread,
}

/// Reads a number of eight bytes, big-endian, as keys and values of maps have it.
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}
