//! Standard output, for answers that come line by line.

use std::io::{self, BufWriter, StdoutLock, Write as _};

use crate::failure::Failure;

/// Standard output, until nobody reads it any more.
pub(crate) struct Stdout {
    writer: BufWriter<StdoutLock<'static>>,
    is_open: bool,
}

impl Stdout {
    pub(crate) fn new() -> Self {
        Self {
            writer: BufWriter::new(io::stdout().lock()),
            is_open: true,
        }
    }

    /// Returns whether somebody may still be reading.
    pub(crate) const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Writes a text. If nobody reads any more, that is no failure, and nothing is written.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Failure> {
        if !self.is_open {
            return Ok(());
        }
        let result = self.writer.write_all(text.as_bytes());
        self.settle(result)
    }

    /// Writes what waits to be written.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        if !self.is_open {
            return Ok(());
        }
        let result = self.writer.flush();
        self.settle(result)
    }

    fn settle(&mut self, result: io::Result<()>) -> Result<(), Failure> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_open = false;
                Ok(())
            }
            Err(error) => Err(Failure::usage(format!(
                "standard output cannot be written: {error}"
            ))),
        }
    }
}
