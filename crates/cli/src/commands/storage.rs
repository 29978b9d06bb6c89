//! `icid storage`: Internet Identity's stable memory, shown and checked and brought to another layout.

mod copy;
mod describe;
mod export;
mod inspect;
mod migrate;
mod verify;

use std::fs::File;

use ::storage::{OpenError, Storage};
use clap::Subcommand;

use crate::cli::Options;
use crate::commands::Answer;
use crate::escape::quote;
use crate::failure::Failure;
use crate::image::FileMemory;
use crate::input::unreadable;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Show the header, the persistent state, and anchors that are asked for
    Inspect(inspect::Args),
    /// Read a whole image and say what is wrong with it
    Verify(verify::Args),
    /// Bring an image to a later layout, in a new file
    Migrate(migrate::Args),
    /// Print every anchor as a line of JSON
    Export(export::Args),
}

/// Whether people's words are shown.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct Labels {
    /// Also show the labels that people gave their devices, and the values of metadata
    #[arg(long)]
    show_labels: bool,
}

pub(crate) fn run(args: &Args, options: &Options) -> Result<Answer, Failure> {
    match &args.task {
        Task::Inspect(args) => inspect::run(args).map(Answer::Record),
        Task::Verify(args) => verify::run(args).map(Answer::Record),
        Task::Migrate(args) => migrate::run(args, options).map(Answer::Record),
        Task::Export(args) => export::run(args, options).map(Answer::Printed),
    }
}

/// Opens an image to read it.
pub(crate) fn open(name: &str) -> Result<Storage<FileMemory>, Failure> {
    let memory = open_memory(name)?;
    Storage::open(memory).map_err(|error| cannot_open(&shown(name), error))
}

/// Opens the file of an image to read it.
fn open_memory(name: &str) -> Result<FileMemory, Failure> {
    let shown = shown(name);
    let file = File::open(name).map_err(|error| unreadable(&shown, &error))?;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file {
        return Err(Failure::usage(format!("{shown} is not a file"))
            .hint("an image is read in any order, so it cannot come from a pipe"));
    }
    FileMemory::new(file).map_err(|error| unreadable(&shown, &error))
}

fn shown(name: &str) -> String {
    format!("image {}", quote(name))
}

fn cannot_open(image: &str, error: OpenError) -> Failure {
    Failure::data(format!(
        "{image} is no stable memory of Internet Identity: {error}"
    ))
    .hint("a raw image, not compressed, which begins with the letters IIC")
}

/// Fails if the file could not be read, which says nothing about the image in it.
fn check_device(memory: &FileMemory) -> Result<(), Failure> {
    match memory.take_error() {
        Some(reason) => Err(unreadable("the image", &reason)),
        None => Ok(()),
    }
}
