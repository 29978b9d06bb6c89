//! Verifying a whole image.

mod finding;

use alloc::vec::Vec;

use crate::header::{Header, ReadHeaderError, wide};
use crate::managed::{Map, OpenManagerError, OpenMapError};
use crate::memory::{Memory, MemoryError, PAGE_LENGTH};
use crate::persistent::PersistentState;
use crate::record::{Anchor, Device, LENGTH_BYTES, RecordBuffer, RecordError};
use crate::rules::{AnchorError, DeviceFacts, MAX_DEVICES, check_devices};
use crate::storage::{
    ARCHIVE_BUFFER_MEMORY, OpenError, Place, ReadAnchorError, ReadStateError, STATE_PREFIX_LENGTH,
    Storage, archive_buffer_shape,
};

use crate::v9::{MemoryFinding, MemoryRule, STORED_ANCHORS, StoredAnchor, check_memories};

pub use self::finding::{Finding, Rule, Severity};

/// What [`verify`] counted.
#[expect(
    clippy::exhaustive_structs,
    reason = "a list of numbers that nobody else makes"
)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Anchors that have a number.
    pub anchors: u64,
    /// Anchors whose record was never written.
    pub never_written: u64,
    /// Anchors without devices, among those that were written.
    pub without_devices: u64,
    /// Devices of all anchors.
    pub devices: u64,
    /// Anchors whose record cannot be read.
    pub unreadable: u64,
    /// Fields that are not known here, in all anchors and devices.
    pub unknown_fields: u64,
    /// Entries that the archive has yet to get, in layout 8.
    pub archive_entries: u64,
    /// How long the persistent state is, in bytes, if there is one.
    pub state_length: Option<u64>,
    /// Findings of [`Severity::Broken`].
    pub broken: u64,
    /// Findings of [`Severity::Unusual`].
    pub unusual: u64,
    /// Findings of [`Severity::Note`].
    pub notes: u64,
}

/// Reads a whole image and reports everything that is not as it should be.
///
/// It goes from the header to the records, by their numbers, to the persistent state, the bytes
/// behind it and the memory manager. It needs room for one record, whatever the image says. An image
/// without a header that can be used is reported as such, and nothing else about it.
///
/// # Errors
///
/// [`MemoryError`] if the memory itself fails. Whatever its bytes are, they are findings.
///
/// # Example
///
/// ```
/// use icid_storage::{IdRange, Rule, Salt, Storage, Version, verify};
///
/// let mut storage = Storage::create(Vec::new(), Version::V8, IdRange::new(10_000, 10_100)?)?;
/// storage.set_salt(Salt::new([5; 32]).unwrap())?;
/// let number = storage.allocate()?;
/// let mut findings = Vec::new();
/// let summary = verify(storage.memory(), &mut |finding| findings.push(finding))?;
/// assert_eq!((summary.anchors, summary.broken), (1, 0));
/// assert_eq!(findings[0].anchor, Some(number));
/// assert_eq!(findings[0].rule, Rule::NeverWritten);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify<M: Memory>(
    memory: &M,
    report: &mut dyn FnMut(Finding),
) -> Result<Summary, MemoryError> {
    let mut verification = Verification {
        report,
        summary: Summary::default(),
    };
    match Storage::open(memory) {
        Ok(storage) => verification.image(&storage)?,
        Err(
            OpenError::Memory { error }
            | OpenError::Header {
                error: ReadHeaderError::Memory { error },
            }
            | OpenError::Manager {
                error: OpenManagerError::Memory(error @ MemoryError::Device),
            },
        ) => return Err(error),
        Err(error) => verification.found(None, 0, Rule::Open { error }),
    }
    Ok(verification.summary)
}

struct Verification<'r> {
    report: &'r mut dyn FnMut(Finding),
    summary: Summary,
}

impl Verification<'_> {
    fn image<M: Memory>(&mut self, storage: &Storage<&M>) -> Result<(), MemoryError> {
        self.header(storage.header());
        self.manager(storage)?;
        self.records(storage)?;
        if storage.version().has_stored_anchors() {
            self.memories(storage)?;
        } else {
            self.state(storage)?;
        }
        self.archive_buffer(storage)
    }

    /// Checks what layout 9 has beside the records.
    fn memories<M: Memory>(&mut self, storage: &Storage<&M>) -> Result<(), MemoryError> {
        self.summary.state_length = match storage.state_length() {
            Ok(length) => length,
            Err(ReadStateError::Memory {
                error: error @ MemoryError::Device,
            }) => return Err(error),
            // Found when the memory is checked.
            Err(_) => None,
        };
        let Some(manager) = storage.manager() else {
            return Ok(());
        };
        check_memories(
            storage.header(),
            manager,
            storage.memory(),
            &mut |finding| {
                self.found(finding.anchor, 0, Rule::Managed { finding });
            },
        )
    }

    /// Compares the record of an anchor, if there is one, with its entry in memory 16.
    fn compare_stored<M: Memory>(
        &mut self,
        storage: &Storage<&M>,
        number: u64,
        record: Option<&Anchor<'_>>,
    ) -> Result<(), MemoryError> {
        let rule = match (storage.stored_anchor(number), record) {
            (Ok(Some(stored)), Some(record)) => {
                let derived = StoredAnchor::of(record);
                let is_same = derived.has_keys_of(&stored);
                (!is_same).then_some(MemoryRule::DiffersFromRecord)
            }
            (Ok(None), Some(record)) if record.form().is_some() => Some(MemoryRule::AbsentAnchor),
            (Err(error), _) => match error.memory() {
                Some(MemoryError::Device) => return Err(MemoryError::Device),
                // Found when the memory is checked.
                _ => None,
            },
            _ => None,
        };
        if let Some(rule) = rule {
            let (id, anchor) = (STORED_ANCHORS, Some(number));
            let finding = MemoryFinding { id, anchor, rule };
            self.found(anchor, 0, Rule::Managed { finding });
        }
        Ok(())
    }

    /// Checks an anchor of layout 9 that has no record.
    fn without_record<M: Memory>(
        &mut self,
        storage: &Storage<&M>,
        number: u64,
        offset: u64,
    ) -> Result<(), MemoryError> {
        match storage.stored_anchor(number) {
            Ok(Some(stored)) => {
                let devices = stored.devices().len();
                self.summary.devices = self.summary.devices.saturating_add(wide(devices));
                if devices == 0 {
                    self.summary.without_devices = self.summary.without_devices.saturating_add(1);
                }
            }
            Ok(None) => {
                self.summary.never_written = self.summary.never_written.saturating_add(1);
                self.found(Some(number), offset, Rule::NeverWritten);
            }
            Err(error) => {
                if error.memory() == Some(MemoryError::Device) {
                    return Err(MemoryError::Device);
                }
                self.summary.unreadable = self.summary.unreadable.saturating_add(1);
            }
        }
        Ok(())
    }

    fn header(&mut self, header: &Header) {
        self.summary.anchors = u64::from(header.anchor_count());
        let (stored, range) = (header.stored_range(), header.range());
        if stored != range {
            let rule = Rule::RangeBeyondCapacity {
                length: stored.length(),
                capacity: range.length(),
            };
            self.found(None, RANGE_OFFSET, rule);
        }
        if !header.is_regular() {
            let rule = Rule::IrregularRecords {
                record_length: header.record_length(),
                first_record: header.first_record(),
            };
            self.found(None, RECORD_LENGTH_OFFSET, rule);
        }
        if header.salt().is_none() && header.anchor_count() > 0 {
            self.found(None, SALT_OFFSET, Rule::NoSalt);
        }
    }

    fn manager<M: Memory>(&mut self, storage: &Storage<&M>) -> Result<(), MemoryError> {
        let Some(manager) = storage.manager() else {
            return Ok(());
        };
        manager.check(storage.memory(), &mut |finding| {
            self.found(None, PAGE_LENGTH, Rule::Manager { finding });
        })
    }

    fn records<M: Memory>(&mut self, storage: &Storage<&M>) -> Result<(), MemoryError> {
        let mut buffer = RecordBuffer::new();
        for index in 0..storage.anchor_count() {
            let number = storage.header().number(index);
            let place = storage.layout.place(index);
            self.record(storage, number, place, &mut buffer)?;
        }
        Ok(())
    }

    fn record<M: Memory>(
        &mut self,
        storage: &Storage<&M>,
        number: u64,
        place: Place,
        buffer: &mut RecordBuffer,
    ) -> Result<(), MemoryError> {
        let anchor = Some(number);
        if storage.version().has_stored_anchors() {
            match storage.has_no_record(place) {
                Ok(true) => return self.without_record(storage, number, place.offset),
                Ok(false) => {}
                Err(error) => return self.absent(number, place.offset, error),
            }
        }
        let slot = match storage.slot(place, buffer) {
            Ok(slot) => slot,
            Err(ReadAnchorError::Memory { error }) => {
                return self.absent(number, place.offset, error);
            }
            Err(ReadAnchorError::Record { error }) => {
                self.unreadable(number, place.offset, error);
                return Ok(());
            }
            Err(ReadAnchorError::NoSuchAnchor { .. } | ReadAnchorError::Stored { .. }) => {
                return Ok(());
            }
        };
        let content_offset = place.offset.saturating_add(wide(LENGTH_BYTES));
        match Anchor::parse_as(slot.content, place.forms) {
            Ok(view) => {
                self.anchor(number, content_offset, &view);
                if storage.version().has_stored_anchors() {
                    self.compare_stored(storage, number, Some(&view))?;
                }
            }
            Err(error) => {
                let inside = match error {
                    RecordError::Candid { error } => wide(error.position),
                    RecordError::MetadataEntry { position } => wide(position),
                    _ => 0,
                };
                self.unreadable(number, content_offset.saturating_add(inside), error);
            }
        }
        let leftover = slot.rest.iter().position(|byte| *byte != 0);
        if let Some(first) = leftover {
            let at = content_offset
                .saturating_add(wide(slot.content.len()))
                .saturating_add(wide(first));
            self.found(anchor, at, Rule::LeftoverInRecord);
        }
        Ok(())
    }

    fn unreadable(&mut self, number: u64, offset: u64, error: RecordError) {
        self.summary.unreadable = self.summary.unreadable.saturating_add(1);
        self.found(Some(number), offset, Rule::Record { error });
    }

    /// Counts an anchor whose record the memory does not give.
    fn absent(&mut self, number: u64, offset: u64, error: MemoryError) -> Result<(), MemoryError> {
        self.summary.unreadable = self.summary.unreadable.saturating_add(1);
        self.memory(Some(number), offset, error)
    }

    fn anchor(&mut self, number: u64, offset: u64, anchor: &Anchor<'_>) {
        let summary = &mut self.summary;
        summary.devices = summary.devices.saturating_add(wide(anchor.device_count()));
        let count = anchor.unknown_fields();
        summary.unknown_fields = summary.unknown_fields.saturating_add(wide(count));
        if anchor.form().is_none() {
            summary.never_written = summary.never_written.saturating_add(1);
            self.found(Some(number), offset, Rule::NeverWritten);
            return;
        }
        if anchor.device_count() == 0 {
            summary.without_devices = summary.without_devices.saturating_add(1);
        }
        if count > 0 {
            self.found(Some(number), offset, Rule::UnknownFields { count });
        }
        let mut keys = Vec::new();
        for (position, device) in anchor.devices().enumerate() {
            if let Err(error) = DeviceFacts::of(&device).check() {
                let rule = Rule::Device { position, error };
                self.found(Some(number), offset, rule);
            }
            if position < MAX_DEVICES {
                self.duplicate(number, offset, &mut keys, &device);
            }
        }
        let metadata = anchor.metadata().map_or(0, |it| it.size());
        let facts = anchor.devices().map(|it| DeviceFacts::of(&it));
        if let Err(error) = check_devices(facts, metadata) {
            self.found(Some(number), offset, Rule::Anchor { error });
        }
    }

    /// Checks that a device has another key than those before it. Of too many devices, the first
    /// ones are enough to say that something is wrong.
    fn duplicate<'a>(
        &mut self,
        number: u64,
        offset: u64,
        keys: &mut Vec<&'a [u8]>,
        device: &Device<'_, 'a>,
    ) {
        let key = device.pubkey();
        if let Some(position) = keys.iter().position(|other| *other == key) {
            let error = AnchorError::DuplicateDevice { position };
            let rule = Rule::Device {
                position: keys.len(),
                error,
            };
            self.found(Some(number), offset, rule);
        }
        keys.push(key);
    }

    fn state<M: Memory>(&mut self, storage: &Storage<&M>) -> Result<(), MemoryError> {
        let start = storage.layout.end();
        let mut end = start;
        match storage.state() {
            Ok(None) => {}
            Ok(Some(content)) => {
                let length = wide(content.len());
                let content_offset = start.saturating_add(wide(STATE_PREFIX_LENGTH));
                end = content_offset.saturating_add(length);
                self.summary.state_length = Some(length);
                match PersistentState::parse(&content) {
                    Ok(state) => {
                        let count = state.unknown_fields();
                        if count > 0 {
                            self.found(None, content_offset, Rule::UnknownStateFields { count });
                        }
                    }
                    Err(error) => {
                        self.found(None, content_offset, Rule::StateContent { error });
                    }
                }
            }
            Err(ReadStateError::Memory { error }) => return self.memory(None, start, error),
            Err(error) => {
                self.found(None, start, Rule::State { error });
                return Ok(());
            }
        }
        self.behind(storage, end)
    }

    /// Looks for bytes behind the records and the state.
    fn behind<M: Memory>(&mut self, storage: &Storage<&M>, from: u64) -> Result<(), MemoryError> {
        let space = storage.space();
        let mut buffer = RecordBuffer::new();
        let mut at = from;
        let end = space.length();
        while at < end {
            let here = usize::try_from(end.saturating_sub(at)).unwrap_or(RecordBuffer::LENGTH);
            let here = here.min(RecordBuffer::LENGTH);
            let piece = buffer.bytes.get_mut(..here).unwrap_or_default();
            if let Err(error) = space.read(at, piece) {
                return self.memory(None, at, error);
            }
            if let Some(first) = piece.iter().position(|byte| *byte != 0) {
                self.found(None, at.saturating_add(wide(first)), Rule::LeftoverBehind);
                return Ok(());
            }
            at = at.saturating_add(wide(here));
        }
        Ok(())
    }

    fn archive_buffer<M: Memory>(&mut self, storage: &Storage<&M>) -> Result<(), MemoryError> {
        let Some(manager) = storage.manager() else {
            return Ok(());
        };
        let view = manager.view(storage.memory(), ARCHIVE_BUFFER_MEMORY);
        let map = match Map::open(view, archive_buffer_shape()) {
            Ok(map) => map,
            Err(OpenMapError::Memory(error)) => return self.memory(None, 0, error),
            Err(OpenMapError::Empty) if !storage.version().has_archive_buffer() => return Ok(()),
            Err(error) => {
                self.found(None, 0, Rule::ArchiveBuffer { error });
                return Ok(());
            }
        };
        self.summary.archive_entries = map.length();
        let census = map.verify(&mut |finding| {
            self.found(None, 0, Rule::ArchiveEntries { finding });
        });
        match census {
            Ok(_) => Ok(()),
            Err(error) => self.memory(None, 0, error),
        }
    }

    /// Reports what is not there, or gives up on a memory that fails.
    fn memory(
        &mut self,
        anchor: Option<u64>,
        offset: u64,
        error: MemoryError,
    ) -> Result<(), MemoryError> {
        if error == MemoryError::Device {
            return Err(error);
        }
        self.found(anchor, offset, Rule::Memory { error });
        Ok(())
    }

    fn found(&mut self, anchor: Option<u64>, offset: u64, rule: Rule) {
        let counter = match rule.severity() {
            Severity::Broken => &mut self.summary.broken,
            Severity::Unusual => &mut self.summary.unusual,
            Severity::Note => &mut self.summary.notes,
        };
        *counter = counter.saturating_add(1);
        (self.report)(Finding {
            anchor,
            offset,
            rule,
        });
    }
}

// Where fields of the header are, in bytes.
const RANGE_OFFSET: u64 = 8;
const RECORD_LENGTH_OFFSET: u64 = 24;
const SALT_OFFSET: u64 = 26;
