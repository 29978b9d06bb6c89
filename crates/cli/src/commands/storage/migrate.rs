//! `icid storage migrate`: an image brought to a later layout, in a file of its own.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use ::storage::{Header, MemoryError, MigrateError, Migration, ReadAnchorError, Storage, Version};

use super::{Labels, check_device, copy, describe, open};
use crate::cli::Options;
use crate::escape::quote;
use crate::failure::Failure;
use crate::image::FileMemory;
use crate::input::unreadable;
use crate::output::{Record, Value, Verdict, json};
use crate::progress::Progress;

/// How many records are dealt with between two looks at the progress.
const BATCH: u32 = 1000;

#[derive(clap::Args, Debug)]
#[command(after_help = "\
The image itself is only read. It is copied to NEW.copying, which becomes NEW.migrating, which is
migrated and becomes NEW. If the program is stopped, the same command goes on where it was: a copy
is begun again, a migration is continued. In the end every anchor is compared with the original.")]
pub(crate) struct Args {
    /// The image: a file, which stays as it is
    image: String,
    /// Where the migrated image goes: a file that is not there yet
    #[arg(long, value_name = "NEW")]
    out: PathBuf,
    /// The layout that it gets; the last one if left out
    #[arg(long, value_name = "LAYOUT", value_parser = parse_version)]
    to: Option<Version>,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Record, Failure> {
    let original = open(&args.image)?;
    let from = original.version();
    let to = args.to.or_else(|| targets().last()).unwrap_or(from);
    if from >= to {
        return Err(Failure::usage(format!(
            "the image has layout {from} already, so there is nothing to bring to layout {to}"
        )));
    }
    let out = Target::new(&args.out)?;
    let is_resumed = out.prepare(&args.image, &original, to)?;
    if is_resumed {
        options.say(&format!("going on with {}", out.name(&out.migrating)));
    }
    let mut memory = out.open()?;
    let result = migrate(&mut memory, to);
    result.map_err(|error| out.failed(&memory, error))?;
    memory.sync().map_err(|error| out.unwritable(&error))?;

    let migrated = Storage::open(memory)
        .map_err(|error| Failure::data(format!("the migrated image cannot be opened: {error}")))?;
    let verdict = compare(&original, &migrated)?;
    if verdict == Ok(()) {
        fs::rename(&out.migrating, &out.out).map_err(|error| out.unwritable(&error))?;
    }
    let count = migrated.anchor_count();
    let verdict = match verdict {
        Ok(()) => {
            Verdict::valid("every anchor and the persistent state are the same in both images")
        }
        Err(what) => Verdict::invalid(format!(
            "{what} is not the same in both images; see {}",
            out.name(&out.migrating)
        )),
    };
    Ok(Record::new()
        .with("from_layout", Value::Count(from.number().into()))
        .with(
            "to_layout",
            Value::Count(migrated.version().number().into()),
        )
        .with("anchors", Value::Count(count.into()))
        .with("out", Value::text(args.out.to_string_lossy()))
        .with("resumed", Value::Flag(is_resumed))
        .with("verdict", Value::Verdict(verdict)))
}

fn migrate(memory: &mut FileMemory, target: Version) -> Result<(), MigrateError> {
    // It was opened before, when the copy was made or recognised.
    let Ok(storage) = Storage::open(memory) else {
        return Err(MemoryError::Device.into());
    };
    let mut migration = Migration::new(storage, target)?;
    let mut progress = Progress::new("migrating", "records", migration.progress().total());
    loop {
        let step = migration.step(BATCH)?;
        progress.set(step.done());
        if step.is_finished() {
            return Ok(());
        }
    }
}

/// Compares everything that anchors hold, and the persistent state. Returns what is not the same.
fn compare(
    original: &Storage<FileMemory>,
    migrated: &Storage<FileMemory>,
) -> Result<Result<(), String>, Failure> {
    let (before, after) = (original.state(), migrated.state());
    for storage in [original, migrated] {
        check_device(storage.memory())?;
    }
    if before != after {
        return Ok(Err("the persistent state".to_owned()));
    }
    if original.salt() != migrated.salt() || original.range() != migrated.range() {
        return Ok(Err("the header".to_owned()));
    }
    if original.anchor_count() != migrated.anchor_count() {
        return Ok(Err("the number of anchors".to_owned()));
    }
    let mut progress = Progress::new("comparing", "anchors", original.anchor_count().into());
    let (mut before, mut after) = (original.anchors(), migrated.anchors());
    let mut done = 0_u64;
    while let (Some((number, old)), Some((_, new))) = (before.next(), after.next()) {
        let show = |result: Result<_, ReadAnchorError>, storage: &Storage<FileMemory>| match result
        {
            Ok(anchor) => {
                let record = describe::anchor(number, &anchor, Labels { show_labels: true });
                Ok(json::render_line(&record))
            }
            Err(error) => check_device(storage.memory()).map(|()| error.to_string()),
        };
        if show(old, original)? != show(new, migrated)? {
            return Ok(Err(format!("anchor {number}")));
        }
        done = done.saturating_add(1);
        progress.set(done);
    }
    Ok(Ok(()))
}

/// The file that is made, and the two that it is before.
struct Target {
    out: PathBuf,
    copying: PathBuf,
    migrating: PathBuf,
}

impl Target {
    fn new(out: &Path) -> Result<Self, Failure> {
        let with = |suffix: &str| {
            let mut name = out.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let target = Self {
            out: out.to_owned(),
            copying: with(".copying"),
            migrating: with(".migrating"),
        };
        if fs::symlink_metadata(out).is_ok() {
            return Err(Failure::usage(format!(
                "{} is there already, and is not written over",
                target.name(out)
            ))
            .hint("another name for --out"));
        }
        Ok(target)
    }

    /// Makes the copy that is migrated, unless it is there. Returns whether it was.
    fn prepare(
        &self,
        image: &str,
        original: &Storage<FileMemory>,
        to: Version,
    ) -> Result<bool, Failure> {
        if fs::symlink_metadata(&self.migrating).is_ok() {
            self.recognise(original, to)?;
            return Ok(true);
        }
        let source = File::open(image)
            .map_err(|error| unreadable(&format!("image {}", quote(image)), &error))?;
        let copied = File::create(&self.copying)
            .and_then(|copy| copy::copy(&source, &copy))
            .and_then(|()| fs::rename(&self.copying, &self.migrating));
        copied.map_err(|error| self.unwritable(&error))?;
        Ok(false)
    }

    /// Checks that what is there was once a copy of the same image, and is not too far.
    fn recognise(&self, original: &Storage<FileMemory>, to: Version) -> Result<(), Failure> {
        let facts =
            |header: &Header| (header.range().start(), header.anchor_count(), header.salt());
        let memory = self.open()?;
        let is_same = Storage::open(&memory).is_ok_and(|storage| {
            storage.version() <= to && facts(storage.header()) == facts(original.header())
        });
        if is_same {
            return Ok(());
        }
        if let Some(reason) = memory.take_error() {
            return Err(unreadable(&self.name(&self.migrating), &reason));
        }
        let name = self.name(&self.migrating);
        Err(Failure::usage(format!(
            "{name} is there, and is not this image on its way to layout {to}"
        ))
        .hint("another name for --out, or remove that file"))
    }

    fn open(&self) -> Result<FileMemory, Failure> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.migrating)
            .and_then(FileMemory::new)
            .map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        Failure::usage(format!(
            "{} cannot be written: {error}",
            self.name(&self.out)
        ))
        .hint("the same command again, which goes on where it was")
    }

    /// Says why there was no migration. What was begun is removed if going on would not help.
    fn failed(&self, memory: &FileMemory, error: MigrateError) -> Failure {
        if error
            == (MigrateError::Memory {
                error: MemoryError::Device,
            })
        {
            let reason = memory.take_error();
            return self.unwritable(&reason.unwrap_or_else(|| io::ErrorKind::Other.into()));
        }
        // If it stays, the next attempt says the same.
        let _ = fs::remove_file(&self.migrating);
        Failure::data(format!("the image cannot be migrated: {error}"))
            .hint("icid storage verify, which says all that is wrong with it")
    }

    fn name(&self, path: &Path) -> String {
        quote(&path.to_string_lossy())
    }
}

fn parse_version(text: &str) -> Result<Version, String> {
    let number = text.parse().ok();
    targets()
        .find(|version| Some(version.number()) == number)
        .ok_or_else(|| {
            let names: Vec<String> = targets().map(|version| version.to_string()).collect();
            format!("expected one of {}", names.join(", "))
        })
}

/// Returns the layouts that an image may be brought to.
fn targets() -> impl Iterator<Item = Version> {
    let all = Version::ALL.into_iter();
    all.filter(|version| !version.is_moving() && *version > Version::V1)
}

#[cfg(test)]
mod tests {
    use ::storage::IdRange;

    use super::*;

    #[test]
    fn an_image_that_cannot_be_read_any_more_is_not_said_to_be_another() {
        let range = IdRange::new(10_000, 10_100).unwrap();
        let mut storage = Storage::create(Vec::new(), Version::V5, range).unwrap();
        storage.write_state(b"state").unwrap();
        let image = storage.into_memory();
        let path = |name: &str| {
            std::env::temp_dir().join(format!("icid-compare-{}-{name}", std::process::id()))
        };
        let open = |name: &str| {
            fs::write(path(name), &image).unwrap();
            let memory = FileMemory::new(File::open(path(name)).unwrap()).unwrap();
            Storage::open(memory).unwrap()
        };
        let (before, after) = (open("before"), open("after"));
        assert_eq!(compare(&before, &after).unwrap(), Ok(()));
        // The next ones have not read the state yet.
        let (before, after) = (open("before"), open("after"));
        for name in ["before", "after"] {
            let file = OpenOptions::new().write(true).open(path(name)).unwrap();
            file.set_len(65_536).unwrap();
        }
        let result = compare(&before, &after).map_err(|failure| failure.to_json());
        for name in ["before", "after"] {
            fs::remove_file(path(name)).unwrap();
        }
        let said = result.unwrap_err();
        assert!(said.contains("the image cannot be read: "), "{said}");
    }
}
