//! `icid storage export`: every anchor as a line of JSON.

use super::{Labels, check_device, describe, open};
use crate::cli::Options;
use crate::failure::Failure;
use crate::output::stdout::Stdout;
use crate::output::{Record, Value, json};
use crate::progress::Progress;

#[derive(clap::Args, Debug)]
#[command(after_help = "\
The first line says which image and which memory was read; the others are anchors by their numbers,
and are the same whatever the layout. A record that cannot be read is a line with `error`, and the
exit code is 1 then.")]
pub(crate) struct Args {
    /// The image: a file
    image: String,
    /// Leave out the line that describes the image
    #[arg(long)]
    anchors_only: bool,
    #[command(flatten)]
    labels: Labels,
}

/// Returns the exit code.
pub(crate) fn run(args: &Args, options: &Options) -> Result<u8, Failure> {
    let storage = open(&args.image)?;
    let source = describe::anchors_of(storage.version());
    if options.verbose {
        options.say(&format!("anchors are read from {source}"));
    }
    let mut stdout = Stdout::new();
    if !args.anchors_only {
        let image = Record::new()
            .with("layout", Value::Count(storage.version().number().into()))
            .with("anchor_count", Value::Count(storage.anchor_count().into()))
            .with("anchors_in", Value::Phrase(source.to_owned()));
        let line = Record::new().with("image", Value::Record(image));
        stdout.write(&format!("{}\n", json::render_line(&line)))?;
    }
    let mut progress = Progress::new("exporting", "anchors", storage.anchor_count().into());
    let mut anchors = storage.anchors();
    let (mut done, mut code) = (0_u64, 0);
    while stdout.is_open()
        && let Some((number, result)) = anchors.next()
    {
        let line = match result {
            Ok(anchor) => describe::anchor(number, &anchor, args.labels),
            Err(error) => {
                check_device(storage.memory())?;
                code = 1;
                Record::new()
                    .with("anchor", Value::Natural(number))
                    .with("error", Value::text(error.to_string()))
            }
        };
        stdout.write(&format!("{}\n", json::render_line(&line)))?;
        done = done.saturating_add(1);
        progress.set(done);
    }
    stdout.finish()?;
    Ok(code)
}
