//! `icid storage inspect`: what is in an image, without reading it all.

use ::storage::{
    ActiveAnchors, AnchorSource, ArchiveConfig, ArchiveState, Counter, Memory as _, MemoryUse,
    PersistentState, ReadAnchorError, RecordBuffer, Storage, StoredAnchor, StoredMemory,
};

use super::{Labels, check_device, describe, open};
use crate::failure::Failure;
use crate::image::FileMemory;
use crate::output::{Record, Value, Verdict};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The image: a file
    image: String,
    /// Also show the anchor with this number; may be given several times
    #[arg(long = "anchor", value_name = "NUMBER")]
    anchors: Vec<u64>,
    #[command(flatten)]
    labels: Labels,
    /// Also show the salt, with which anyone can compute who people are at applications
    #[arg(long)]
    show_salt: bool,
}

pub(crate) fn run(args: &Args) -> Result<Record, Failure> {
    let storage = open(&args.image)?;
    let mut record = header(&storage, args);
    record.push("persistent_state", persistent_state(&storage)?);
    if !args.anchors.is_empty() {
        let anchors = args
            .anchors
            .iter()
            .map(|number| anchor(&storage, *number, args));
        let anchors = anchors.collect::<Result<_, _>>()?;
        record.push("anchors", Value::Records("anchor", anchors));
    }
    Ok(record)
}

fn header(storage: &Storage<FileMemory>, args: &Args) -> Record {
    let header = storage.header();
    let (range, stored) = (header.range(), header.stored_range());
    let count = u64::from(header.anchor_count());
    let mut record = Record::new()
        .with("layout", Value::Count(header.version().number().into()))
        .with("length", Value::Size(storage.memory().length()))
        .with(
            "anchors_in",
            Value::Phrase(describe::anchors_of(header.version()).to_owned()),
        )
        .with("anchor_count", Value::Count(count));
    if count > 0 {
        let last = header.number(header.anchor_count().saturating_sub(1));
        record.push("first_anchor", Value::Natural(range.start()));
        record.push("last_anchor", Value::Natural(last));
    }
    record.push("range_start", Value::Natural(range.start()));
    record.push_noted("range_end", Value::Natural(range.end()), "exclusive");
    if stored != range {
        record.push_noted(
            "stored_range_end",
            Value::Natural(stored.end()),
            "more than there is room for, so it is cut off",
        );
    }
    record.push("record_length", Value::Size(header.record_length().into()));
    if let Some(offset) = header.first_record() {
        let note = if header.version().is_managed() {
            "of layouts before 7, and kept"
        } else {
            ""
        };
        record.push_noted("first_record", Value::Size(offset), note);
    }
    if let Some(moving) = header.moving() {
        record.push_noted(
            "new_layout_start",
            Value::Count(moving.new_layout_start.into()),
            "a migration is under way: records from this index on are moved already",
        );
    }
    if let Some(manager) = storage.manager() {
        let memories = StoredMemory::of(manager).map(|memory| describe_memory(&memory));
        record.push("memories", Value::List(memories.collect()));
    }
    match header.salt() {
        Some(salt) if args.show_salt => record.push("salt", Value::bytes(salt.as_bytes())),
        Some(_) => record.push_noted("salt", Value::Name("set"), "--show-salt shows it"),
        None => record.push("salt", Value::Name("not_set")),
    }
    record
}

fn describe_memory(memory: &StoredMemory) -> Value {
    let StoredMemory {
        id,
        pages,
        usage,
        name,
    } = memory;
    let (usage, note) = match usage {
        MemoryUse::Interpreted => ("interpreted", ""),
        MemoryUse::NotInterpreted => ("not_interpreted", "; present, not interpreted"),
        MemoryUse::Abandoned => ("abandoned", "; present, not interpreted"),
        _ => ("unknown", "; present, not interpreted"),
    };
    let number = id.number();
    let record = Record::new()
        .with("memory", Value::Count(number.into()))
        .with("name", Value::Phrase((*name).to_owned()))
        .with("usage", Value::Name(usage))
        .with("pages", Value::Count(*pages));
    let plural = if *pages == 1 { "" } else { "s" };
    let line = format!("{number:>2}  {pages} page{plural}: {name}{note}");
    Value::Shown(line, record)
}

fn persistent_state(storage: &Storage<FileMemory>) -> Result<Value, Failure> {
    let content = match storage.state() {
        Ok(Some(content)) => content,
        Ok(None) => return Ok(Value::Name("none")),
        Err(error) => {
            check_device(storage.memory())?;
            return Ok(Value::Record(unreadable(Record::new(), &error)));
        }
    };
    let record = Record::new().with("length", Value::size(&content));
    Ok(Value::Record(match PersistentState::parse(&content) {
        Ok(state) => describe_state(record, &state),
        Err(error) => unreadable(record, &error),
    }))
}

/// Adds why something can't be read.
fn unreadable(record: Record, error: &impl ToString) -> Record {
    record.with(
        "verdict",
        Value::Verdict(Verdict::invalid(error.to_string())),
    )
}

fn describe_state(record: Record, state: &PersistentState) -> Record {
    let record = record
        .with("archive", Value::Record(archive(state.archive())))
        .with(
            "canister_creation_cycles",
            Value::Natural(state.canister_creation_cycles()),
        );
    let record = match state.active_anchors() {
        Some(active) => record.with("active_anchors", Value::Record(active_anchors(active))),
        None => record,
    };
    let unknown = state.unknown_fields();
    if unknown == 0 {
        return record;
    }
    record.noted(
        "other_fields",
        Value::length(unknown),
        "present, not interpreted",
    )
}

fn archive(state: ArchiveState) -> Record {
    let record = Record::new();
    match state {
        ArchiveState::Configured { config } => configured(
            record.with("state", Value::Name("configured")),
            Some(config),
        ),
        ArchiveState::Created {
            canister,
            sequence_number,
            buffered_entries,
            config,
        } => configured(
            record
                .with("state", Value::Name("created"))
                .with("canister", Value::Principal(canister))
                .with("sequence_number", Value::Natural(sequence_number))
                .with("buffered_entries", Value::Count(buffered_entries)),
            config,
        ),
        ArchiveState::CreationInProgress { since, config } => configured(
            record
                .with("state", Value::Name("creation_in_progress"))
                .with("since", Value::Time(since)),
            config,
        ),
        ArchiveState::NotConfigured => record.with("state", Value::Name("not_configured")),
        _ => record.with("state", Value::Name("unknown")),
    }
}

fn configured(record: Record, config: Option<ArchiveConfig>) -> Record {
    let Some(config) = config else {
        return record;
    };
    let record = record.with("module_hash", Value::bytes(&config.module_hash));
    match config.pull {
        Some(pull) => record
            .with("buffer_limit", Value::Count(pull.buffer_limit))
            .with("polling_interval", Value::Span(pull.polling_interval))
            .with("fetch_limit", Value::Count(pull.fetch_limit.into())),
        None => record,
    }
}

fn active_anchors(active: &ActiveAnchors) -> Record {
    let months = active.months.iter().map(counter).collect();
    Record::new()
        .maybe("completed_day", active.completed_day.as_ref().map(section))
        .maybe(
            "completed_month",
            active.completed_month.as_ref().map(section),
        )
        .with("day", section(&active.day))
        .with("months", Value::Records("month", months))
}

fn section(value: &Counter) -> Value {
    Value::Record(counter(value))
}

fn counter(counter: &Counter) -> Record {
    Record::new()
        .with("start", Value::Time(counter.start))
        .with("count", Value::Count(counter.count))
}

fn anchor(storage: &Storage<FileMemory>, number: u64, args: &Args) -> Result<Record, Failure> {
    let mut buffer = RecordBuffer::new();
    let mut record = match storage.anchor(number, &mut buffer) {
        Ok(anchor) => describe::anchor(number, &anchor, args.labels),
        Err(ReadAnchorError::NoSuchAnchor { number }) => {
            return Err(no_such_anchor(storage, number));
        }
        Err(error) => {
            check_device(storage.memory())?;
            unreadable(Record::new().with("anchor", Value::Natural(number)), &error)
        }
    };
    if let Ok(source) = storage.anchor_source(number) {
        let version = storage.version();
        let place = match source {
            AnchorSource::Record => describe::records_of(version),
            AnchorSource::StoredAnchor => "memory 16",
            AnchorSource::Nowhere => "nowhere, for nothing was ever written",
            _ => "elsewhere",
        };
        record.push("read_from", Value::Phrase(place.to_owned()));
    }
    match storage.stored_anchor(number) {
        Ok(Some(stored)) => {
            let stored = describe_stored(&stored, args.labels);
            record.push("stored_anchor", Value::Record(stored));
        }
        Ok(None) => {}
        Err(error) => {
            check_device(storage.memory())?;
            let stored = unreadable(Record::new(), &error);
            record.push("stored_anchor", Value::Record(stored));
        }
    }
    Ok(record)
}

/// Returns what memory 16 has beside the devices.
fn describe_stored(stored: &StoredAnchor, labels: Labels) -> Record {
    let name = stored.name.as_ref().filter(|_| labels.show_labels);
    let count = |length: Option<usize>| length.map(Value::length);
    let issuers = stored.openid_keys.iter().map(|key| Value::text(&*key.iss));
    Record::new()
        .maybe("name", name.map(|name| Value::text(&**name)))
        .maybe("created_at", stored.created_at.map(Value::Time))
        .maybe("passkeys", count(stored.passkeys.as_ref().map(Vec::len)))
        .maybe(
            "recovery_keys",
            count(stored.recovery_keys.as_ref().map(Vec::len)),
        )
        .with("openid_issuers", Value::List(issuers.collect()))
        .with("unknown_fields", Value::length(stored.unknown.len()))
}

fn no_such_anchor(storage: &Storage<FileMemory>, number: u64) -> Failure {
    let count = storage.anchor_count();
    let start = storage.range().start();
    let last = start.saturating_add(count.into()).saturating_sub(1);
    let hint = match count {
        0 => "another image, for this one has no anchors".to_owned(),
        _ => format!("a number from {start} to {last}"),
    };
    Failure::data(format!("no anchor has the number {number}")).hint(hint)
}
