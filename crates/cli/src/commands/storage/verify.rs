//! `icid storage verify`: a whole image, read and judged.

use std::cell::RefCell;

use ::storage::{
    Finding, Memory, MemoryError, OpenError, Rule, Severity, Storage, Summary, verify,
};

use super::{check_device, open_memory};
use crate::failure::Failure;
use crate::image::FileMemory;
use crate::output::{Record, Value, Verdict};
use crate::progress::Progress;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The image: a file
    image: String,
    /// How many findings are kept at most; all are counted
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    max_findings: usize,
}

pub(crate) fn run(args: &Args) -> Result<Record, Failure> {
    let memory = open_memory(&args.image)?;
    let mut findings = Vec::new();
    let mut left_out = 0_u64;
    let summary = {
        let watched = Watched::new(&memory);
        verify(&watched, &mut |finding: Finding| {
            if findings.len() < args.max_findings {
                findings.push(describe(&finding));
            } else {
                left_out = left_out.saturating_add(1);
            }
        })
    };
    check_device(&memory)?;
    let summary =
        summary.map_err(|error| Failure::data(format!("the image cannot be read: {error}")))?;
    let mut record = Record::new().with("length", Value::Size(memory.length()));
    if let Ok(storage) = Storage::open(&memory) {
        let layout = storage.version().number();
        record.push("layout", Value::Count(layout.into()));
    }
    let mut record = count(record, &summary);
    record.push("findings", Value::List(findings));
    if left_out > 0 {
        record.push_noted("more_findings", Value::Count(left_out), "--max-findings");
    }
    Ok(record.with("verdict", Value::Verdict(judge(&summary))))
}

fn count(record: Record, summary: &Summary) -> Record {
    let record = record
        .with("anchors", Value::Count(summary.anchors))
        .with("devices", Value::Count(summary.devices))
        .with("without_devices", Value::Count(summary.without_devices))
        .with("never_written", Value::Count(summary.never_written))
        .with("unreadable", Value::Count(summary.unreadable))
        .with("unknown_fields", Value::Count(summary.unknown_fields))
        .with("archive_entries", Value::Count(summary.archive_entries));
    record
        .with(
            "persistent_state",
            Value::Flag(summary.state_length.is_some()),
        )
        .maybe("state_length", summary.state_length.map(Value::Size))
}

fn judge(summary: &Summary) -> Verdict {
    let Summary {
        broken,
        unusual,
        notes,
        ..
    } = *summary;
    let rest = match (unusual, notes) {
        (0, 0) => "nothing is unusual".to_owned(),
        (unusual, 0) => format!("{unusual} unusual"),
        (0, notes) => format!("{notes} worth knowing"),
        (unusual, notes) => format!("{unusual} unusual, {notes} worth knowing"),
    };
    if broken > 0 {
        return Verdict::invalid(format!("{broken} broken, {rest}"));
    }
    Verdict::valid(format!("everything can be read, {rest}"))
}

fn describe(finding: &Finding) -> Value {
    let severity = match finding.rule.severity() {
        Severity::Broken => "broken",
        Severity::Note => "note",
        _ => "unusual",
    };
    let what = match finding.rule {
        // Devices are counted from 1, as `inspect` shows them.
        Rule::Device { position, error } => {
            format!("device {}: {error}", position.saturating_add(1))
        }
        rule => rule.to_string(),
    };
    let offset = finding.offset;
    let place = match finding.anchor {
        Some(anchor) => format!("anchor {anchor}, byte {offset}"),
        None => format!("byte {offset}"),
    };
    let record = Record::new()
        .with("severity", Value::Name(severity))
        .with("rule", Value::Name(name(&finding.rule)))
        .maybe("anchor", finding.anchor.map(Value::Natural))
        .with("offset", Value::Natural(offset))
        .with("what", Value::text(what.as_str()));
    Value::Shown(format!("{severity:7}  {place}: {what}"), record)
}

/// Returns what programs know a rule by.
const fn name(rule: &Rule) -> &'static str {
    match rule {
        Rule::Anchor { .. } => "anchor",
        Rule::ArchiveBuffer { .. } => "archive_buffer",
        Rule::ArchiveEntries { .. } => "archive_entries",
        Rule::Device { .. } => "device",
        Rule::IrregularRecords { .. } => "irregular_records",
        Rule::LeftoverBehind => "leftover_behind",
        Rule::LeftoverInRecord => "leftover_in_record",
        Rule::Managed { .. } => "managed",
        Rule::Manager { .. } => "manager",
        Rule::Memory { .. } => "memory",
        Rule::NeverWritten => "never_written",
        Rule::NoSalt => "no_salt",
        Rule::Open {
            error: OpenError::Header { .. },
        } => "header",
        Rule::Open { .. } => "open",
        Rule::RangeBeyondCapacity { .. } => "range_beyond_capacity",
        Rule::Record { .. } => "record",
        Rule::State { .. } => "state",
        Rule::StateContent { .. } => "state_content",
        Rule::UnknownFields { .. } => "unknown_fields",
        Rule::UnknownStateFields { .. } => "unknown_state_fields",
        _ => "other",
    }
}

/// A memory that says how far it was read: images are read from their start to their end.
struct Watched<'m> {
    memory: &'m FileMemory,
    progress: RefCell<Progress>,
}

/// How many bytes are one step of the progress.
const STEP: u64 = 65_536;

impl<'m> Watched<'m> {
    fn new(memory: &'m FileMemory) -> Self {
        let pages = memory.length().div_ceil(STEP);
        let progress = RefCell::new(Progress::new("verifying", "pages", pages));
        Self { memory, progress }
    }
}

impl Memory for Watched<'_> {
    fn length(&self) -> u64 {
        self.memory.length()
    }

    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MemoryError> {
        self.progress.borrow_mut().set(offset / STEP);
        self.memory.read(offset, buffer)
    }
}
