//! Applications, accounts and references to them.

use core::ops::Bound;

use sha2::{Digest, Sha256};

use super::{Check, Lookup, MemoryRule, number};
use crate::header::wide;
use crate::managed::{MemoryId, ReadMapError, Shape};
use crate::memory::{Memory, MemoryError};
use crate::persistent::PersistentState;
use crate::storage::MAX_STATE_LENGTH;
use crate::v9::account::{
    Account, AccountConfig, AccountCounts, Application, parse_account_references,
};
use crate::v9::memories::{
    ACCOUNTS, ALL_COUNTS, ANCHOR_COUNTS, APPLICATIONS, BY_ORIGIN, CONFIGS, MemoryUse, NUMBERED,
    ORIGINS, PAIRED, REFERENCES, STATE, StoredMemory,
};

/// How long the CBOR of two counts may be, in bytes: a map, two keys, two numbers.
const MAX_COUNTS_LENGTH: u32 = 64;

impl<M: Memory> Check<'_, M> {
    pub(super) fn accounts(&mut self) -> Result<(), MemoryError> {
        self.each(ACCOUNTS, NUMBERED, |check, _, value| {
            if let Err(error) = Account::parse(value) {
                check.found(ACCOUNTS, MemoryRule::Item { error });
            }
            Ok(())
        })?;
        self.each(APPLICATIONS, NUMBERED, Self::application)?;
        self.each(BY_ORIGIN, ORIGINS, Self::origin)?;
        let mut references = 0_u64;
        self.each(REFERENCES, PAIRED, |check, key, value| {
            let count = check.references(key, value)?;
            references = references.saturating_add(count);
            Ok(())
        })?;
        self.each(ANCHOR_COUNTS, NUMBERED, Self::anchor_counts)?;
        self.each(CONFIGS, PAIRED, Self::config)?;
        self.all_counts(references)?;
        self.state()?;
        for memory in StoredMemory::of(self.manager) {
            if memory.usage != MemoryUse::Interpreted {
                let pages = memory.pages;
                self.found(memory.id, MemoryRule::NotInterpreted { pages });
            }
        }
        Ok(())
    }

    /// From an application to the map of origins.
    fn application(&mut self, key: &[u8], value: &[u8]) -> Result<(), MemoryError> {
        let application = number(key).unwrap_or_default();
        let parsed = match Application::parse(value) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.found(APPLICATIONS, MemoryRule::Item { error });
                return Ok(());
            }
        };
        let hash = Sha256::digest(parsed.origin.as_bytes());
        let rule = match self.value(BY_ORIGIN, ORIGINS, &hash)? {
            Lookup::Unread => return Ok(()),
            Lookup::Found(value) if number(&value) == Some(application) => return Ok(()),
            Lookup::Found(value) => MemoryRule::IndexLeadsElsewhere {
                index: BY_ORIGIN,
                number: number(&value).unwrap_or_default(),
            },
            Lookup::Absent => MemoryRule::AbsentFromIndex { index: BY_ORIGIN },
        };
        self.found(APPLICATIONS, rule);
        Ok(())
    }

    /// From an origin to its application.
    fn origin(&mut self, key: &[u8], value: &[u8]) -> Result<(), MemoryError> {
        let Some(application) = number(value) else {
            let length = wide(value.len());
            self.found(BY_ORIGIN, MemoryRule::ItemLength { length });
            return Ok(());
        };
        let rule = match self.value(APPLICATIONS, NUMBERED, value)? {
            Lookup::Unread => return Ok(()),
            Lookup::Absent => MemoryRule::NoSuchApplication {
                number: application,
            },
            Lookup::Found(value) => match Application::parse(&value) {
                Ok(parsed) if Sha256::digest(parsed.origin.as_bytes()).as_slice() == key => {
                    return Ok(());
                }
                Ok(_) => MemoryRule::IndexLeadsAstray {
                    number: application,
                },
                // Found before.
                Err(_) => return Ok(()),
            },
        };
        self.found(BY_ORIGIN, rule);
        Ok(())
    }

    /// From references to their anchor, their application and their accounts; returns how many there
    /// are.
    fn references(&mut self, key: &[u8], value: &[u8]) -> Result<u64, MemoryError> {
        let anchor = self.pair(REFERENCES, key)?;
        let references = match parse_account_references(value) {
            Ok(references) => references,
            Err(error) => {
                self.found_about(REFERENCES, anchor, MemoryRule::Item { error });
                return Ok(0);
            }
        };
        for account in references.iter().filter_map(|reference| reference.account) {
            self.account(REFERENCES, anchor, account)?;
        }
        Ok(wide(references.len()))
    }

    fn config(&mut self, key: &[u8], value: &[u8]) -> Result<(), MemoryError> {
        let anchor = self.pair(CONFIGS, key)?;
        match AccountConfig::parse(value) {
            Ok(config) => match config.default_account {
                Some(account) => self.account(CONFIGS, anchor, account),
                None => Ok(()),
            },
            Err(error) => {
                self.found_about(CONFIGS, anchor, MemoryRule::Item { error });
                Ok(())
            }
        }
    }

    /// Checks that an anchor and an application exist, and returns the number of the anchor.
    fn pair(&mut self, id: MemoryId, key: &[u8]) -> Result<u64, MemoryError> {
        let (anchor, application) = key.split_first_chunk().unwrap_or((&[0; 8], key));
        let anchor = u64::from_be_bytes(*anchor);
        if self.header.index(anchor).is_none() {
            let rule = MemoryRule::NoSuchAnchor { number: anchor };
            self.found_about(id, anchor, rule);
        }
        if let Lookup::Absent = self.value(APPLICATIONS, NUMBERED, application)? {
            let number = number(application).unwrap_or_default();
            let rule = MemoryRule::NoSuchApplication { number };
            self.found_about(id, anchor, rule);
        }
        Ok(anchor)
    }

    fn account(&mut self, id: MemoryId, anchor: u64, account: u64) -> Result<(), MemoryError> {
        let shape: Shape = NUMBERED;
        if let Lookup::Absent = self.value(ACCOUNTS, shape, &account.to_be_bytes())? {
            self.found_about(id, anchor, MemoryRule::NoSuchAccount { account });
        }
        Ok(())
    }

    /// Compares what is counted for an anchor with its references.
    fn anchor_counts(&mut self, key: &[u8], value: &[u8]) -> Result<(), MemoryError> {
        let anchor = number(key).unwrap_or_default();
        let counts = match AccountCounts::parse(value) {
            Ok(counts) => counts,
            Err(error) => {
                self.found_about(ANCHOR_COUNTS, anchor, MemoryRule::Item { error });
                return Ok(());
            }
        };
        let Some(found) = self.count_references(anchor)? else {
            return Ok(());
        };
        let said = counts.stored_references;
        if said != found {
            self.found_about(ANCHOR_COUNTS, anchor, MemoryRule::Count { said, found });
        }
        Ok(())
    }

    /// How many references an anchor has; nothing if they cannot be read.
    fn count_references(&self, anchor: u64) -> Result<Option<u64>, MemoryError> {
        let mut first = [0; 16];
        let mut last = [0xff; 16];
        for key in [&mut first, &mut last] {
            for (to, from) in key.iter_mut().zip(anchor.to_be_bytes()) {
                *to = from;
            }
        }
        let Some(map) = self.map(REFERENCES, PAIRED)? else {
            return Ok(Some(0));
        };
        let mut entries = map.range(Bound::Included(&first), Bound::Included(&last));
        let mut count = 0_u64;
        loop {
            let entry = match entries.next() {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(Some(count)),
                Err(ReadMapError::Memory(error @ MemoryError::Device)) => return Err(error),
                Err(_) => return Ok(None),
            };
            let Ok(references) = parse_account_references(entry.value()) else {
                return Ok(None);
            };
            count = count.saturating_add(wide(references.len()));
        }
    }

    fn all_counts(&mut self, references: u64) -> Result<(), MemoryError> {
        let Some(value) = self.cell(ALL_COUNTS, MAX_COUNTS_LENGTH)? else {
            return Ok(());
        };
        match AccountCounts::parse(&value) {
            Ok(counts) if counts.stored_references == references => {}
            Ok(counts) => {
                let rule = MemoryRule::Count {
                    said: counts.stored_references,
                    found: references,
                };
                self.found(ALL_COUNTS, rule);
            }
            Err(error) => self.found(ALL_COUNTS, MemoryRule::Item { error }),
        }
        Ok(())
    }

    fn state(&mut self) -> Result<(), MemoryError> {
        let limit = u32::try_from(MAX_STATE_LENGTH).unwrap_or(u32::MAX);
        if let Some(value) = self.cell(STATE, limit)?
            && let Err(error) = PersistentState::parse(&value)
        {
            self.found(STATE, MemoryRule::State { error });
        }
        Ok(())
    }
}
