//! Reading the persistent state.

use alloc::vec::Vec;

use candid_wire::{Arguments, FieldId, Reader};
use principal::Principal;
use time::{Lifetime, Timestamp};

use super::{
    ActiveAnchors, ArchiveConfig, ArchiveState, Counter, ParseStateError, PersistentState,
    PullConfig,
};

type Result<T> = core::result::Result<T, ParseStateError>;

pub(super) fn state(content: &[u8]) -> Result<PersistentState> {
    let message = Arguments::parse(content)?;
    if message.len() != 1 {
        return Err(ParseStateError::NotOneArgument {
            count: message.len(),
        });
    }
    let mut reader = message.reader();
    reader.next_argument()?;
    let mut archive = None;
    let mut canister_creation_cycles = None;
    let mut active_anchors = None;
    let mut unknown_fields = 0_usize;
    let mut fields = reader.record()?;
    while let Some(id) = fields.next(&mut reader)? {
        match id {
            ARCHIVE_STATE => archive = Some(archive_state(&mut reader)?),
            ARCHIVE_INFO => archive = Some(archive_info(&mut reader)?),
            CREATION_CYCLES => canister_creation_cycles = Some(reader.nat64()?),
            ACTIVE_ANCHORS => active_anchors = opt(&mut reader, activity)?,
            _ => unknown_fields = unknown_fields.saturating_add(1),
        }
    }
    reader.finish()?;
    Ok(PersistentState {
        archive: needed(archive, ARCHIVE_STATE)?,
        canister_creation_cycles: needed(canister_creation_cycles, CREATION_CYCLES)?,
        active_anchors,
        unknown_fields,
    })
}

/// Reads the archive's state as layouts since 6 have it.
fn archive_state(reader: &mut Reader<'_, '_>) -> Result<ArchiveState> {
    let case = reader.variant()?;
    if case == NOT_CONFIGURED {
        reader.null()?;
        return Ok(ArchiveState::NotConfigured);
    }
    let (mut data, mut since, mut config) = (None, None, None);
    let mut fields = reader.record()?;
    while let Some(id) = fields.next(reader)? {
        match id {
            CONFIG => config = Some(archive_config(reader)?),
            DATA => data = Some(ArchiveData::read(reader)?),
            TIMESTAMP => since = Some(timestamp(reader)?),
            _ => {}
        }
    }
    let config = needed(config, CONFIG)?;
    match case {
        CONFIGURED => Ok(ArchiveState::Configured { config }),
        CREATION_IN_PROGRESS => Ok(ArchiveState::CreationInProgress {
            since: needed(since, TIMESTAMP)?,
            config: Some(config),
        }),
        CREATED => Ok(needed(data, DATA)?.created(Some(config))),
        id => Err(ParseStateError::UnknownCase { id }),
    }
}

/// Reads the archive's state as layouts before 6 have it: a state, and beside it a hash.
fn archive_info(reader: &mut Reader<'_, '_>) -> Result<ArchiveState> {
    let (mut module_hash, mut state) = (None, None);
    let mut fields = reader.record()?;
    while let Some(id) = fields.next(reader)? {
        match id {
            EXPECTED_MODULE_HASH => module_hash = opt(reader, hash)?,
            STATE => {
                let case = reader.variant()?;
                state = Some(match case {
                    NOT_CREATED => OldState::NotCreated,
                    CREATION_IN_PROGRESS => OldState::CreationInProgress(timestamp(reader)?),
                    CREATED => OldState::Created(ArchiveData::read(reader)?),
                    id => return Err(ParseStateError::UnknownCase { id }),
                });
            }
            _ => {}
        }
    }
    let config = module_hash.map(|module_hash| ArchiveConfig {
        module_hash,
        pull: None,
    });
    Ok(match (needed(state, STATE)?, config) {
        (OldState::NotCreated, None) => ArchiveState::NotConfigured,
        (OldState::NotCreated, Some(config)) => ArchiveState::Configured { config },
        (OldState::CreationInProgress(since), config) => {
            ArchiveState::CreationInProgress { since, config }
        }
        (OldState::Created(data), config) => data.created(config),
    })
}

enum OldState {
    Created(ArchiveData),
    CreationInProgress(Timestamp),
    NotCreated,
}

struct ArchiveData {
    canister: Principal,
    sequence_number: u64,
    buffered_entries: u64,
}

impl ArchiveData {
    fn read(reader: &mut Reader<'_, '_>) -> Result<Self> {
        let (mut canister, mut sequence_number, mut buffered_entries) = (None, None, 0);
        let mut fields = reader.record()?;
        while let Some(id) = fields.next(reader)? {
            match id {
                ARCHIVE_CANISTER => canister = Some(reader.principal()?),
                SEQUENCE_NUMBER => sequence_number = Some(reader.nat64()?),
                ENTRIES_BUFFER => {
                    let mut entries = reader.vec()?;
                    buffered_entries = entries.remaining();
                    while entries.next(reader)? {}
                }
                _ => {}
            }
        }
        Ok(Self {
            canister: needed(canister, ARCHIVE_CANISTER)?,
            sequence_number: needed(sequence_number, SEQUENCE_NUMBER)?,
            buffered_entries,
        })
    }

    const fn created(self, config: Option<ArchiveConfig>) -> ArchiveState {
        ArchiveState::Created {
            canister: self.canister,
            sequence_number: self.sequence_number,
            buffered_entries: self.buffered_entries,
            config,
        }
    }
}

fn archive_config(reader: &mut Reader<'_, '_>) -> Result<ArchiveConfig> {
    let (mut module_hash, mut buffer_limit, mut polling, mut fetch_limit) =
        (None, None, None, None);
    let mut fields = reader.record()?;
    while let Some(id) = fields.next(reader)? {
        match id {
            MODULE_HASH => module_hash = Some(hash(reader)?),
            BUFFER_LIMIT => buffer_limit = Some(reader.nat64()?),
            POLLING_INTERVAL => polling = Some(Lifetime::from_nanos(reader.nat64()?)),
            FETCH_LIMIT => fetch_limit = Some(reader.nat16()?),
            _ => {}
        }
    }
    Ok(ArchiveConfig {
        module_hash: needed(module_hash, MODULE_HASH)?,
        pull: Some(PullConfig {
            buffer_limit: needed(buffer_limit, BUFFER_LIMIT)?,
            polling_interval: needed(polling, POLLING_INTERVAL)?,
            fetch_limit: needed(fetch_limit, FETCH_LIMIT)?,
        }),
    })
}

fn activity(reader: &mut Reader<'_, '_>) -> Result<ActiveAnchors> {
    let (mut completed_day, mut completed_month) = (None, None);
    let (mut day, mut months) = (None, Vec::new());
    let mut fields = reader.record()?;
    while let Some(id) = fields.next(reader)? {
        let is_completed = match id {
            COMPLETED => true,
            ONGOING => false,
            _ => continue,
        };
        let mut inside = reader.record()?;
        while let Some(id) = inside.next(reader)? {
            match (id, is_completed) {
                (DAILY, true) => completed_day = opt(reader, counter)?,
                (MONTHLY, true) => completed_month = opt(reader, counter)?,
                (DAILY, false) => day = Some(counter(reader)?),
                (MONTHLY, false) => {
                    let mut counters = reader.vec()?;
                    while counters.next(reader)? {
                        months.push(counter(reader)?);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(ActiveAnchors {
        completed_day,
        completed_month,
        day: needed(day, ONGOING)?,
        months,
    })
}

fn counter(reader: &mut Reader<'_, '_>) -> Result<Counter> {
    let (mut start, mut count) = (None, None);
    let mut fields = reader.record()?;
    while let Some(id) = fields.next(reader)? {
        match id {
            START => start = Some(timestamp(reader)?),
            COUNT => count = Some(reader.nat64()?),
            _ => {}
        }
    }
    Ok(Counter {
        start: needed(start, START)?,
        count: needed(count, COUNT)?,
    })
}

fn timestamp(reader: &mut Reader<'_, '_>) -> Result<Timestamp> {
    Ok(Timestamp::from_nanos(reader.nat64()?))
}

fn hash(reader: &mut Reader<'_, '_>) -> Result<[u8; 32]> {
    let bytes = reader.blob()?;
    bytes.try_into().map_err(|_| ParseStateError::HashLength {
        length: bytes.len(),
    })
}

fn opt<'t, 'a, T>(
    reader: &mut Reader<'t, 'a>,
    read: impl FnOnce(&mut Reader<'t, 'a>) -> Result<T>,
) -> Result<Option<T>> {
    if reader.opt()? {
        read(reader).map(Some)
    } else {
        Ok(None)
    }
}

fn needed<T>(value: Option<T>, id: FieldId) -> Result<T> {
    value.ok_or(ParseStateError::MissingField { id })
}

const ARCHIVE_STATE: FieldId = FieldId::of("archive_state");
const ARCHIVE_INFO: FieldId = FieldId::of("archive_info");
const CREATION_CYCLES: FieldId = FieldId::of("canister_creation_cycles_cost");
const ACTIVE_ANCHORS: FieldId = FieldId::of("active_anchor_stats");
const NOT_CONFIGURED: FieldId = FieldId::of("NotConfigured");
const CONFIGURED: FieldId = FieldId::of("Configured");
const CREATION_IN_PROGRESS: FieldId = FieldId::of("CreationInProgress");
const CREATED: FieldId = FieldId::of("Created");
const NOT_CREATED: FieldId = FieldId::of("NotCreated");
const CONFIG: FieldId = FieldId::of("config");
const DATA: FieldId = FieldId::of("data");
const TIMESTAMP: FieldId = FieldId::of("timestamp");
const EXPECTED_MODULE_HASH: FieldId = FieldId::of("expected_module_hash");
const STATE: FieldId = FieldId::of("state");
const ARCHIVE_CANISTER: FieldId = FieldId::of("archive_canister");
const SEQUENCE_NUMBER: FieldId = FieldId::of("sequence_number");
const ENTRIES_BUFFER: FieldId = FieldId::of("entries_buffer");
const MODULE_HASH: FieldId = FieldId::of("module_hash");
const BUFFER_LIMIT: FieldId = FieldId::of("entries_buffer_limit");
const POLLING_INTERVAL: FieldId = FieldId::of("polling_interval_ns");
const FETCH_LIMIT: FieldId = FieldId::of("entries_fetch_limit");
const COMPLETED: FieldId = FieldId::of("completed");
const ONGOING: FieldId = FieldId::of("ongoing");
const DAILY: FieldId = FieldId::of("daily_active_anchors");
const MONTHLY: FieldId = FieldId::of("monthly_active_anchors");
const START: FieldId = FieldId::of("start_timestamp");
const COUNT: FieldId = FieldId::of("counter");
