//! Copies of images, holes included.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use crate::progress::Progress;

/// How many bytes are copied at once.
const CHUNK: usize = 1 << 20;

/// Copies a file into an empty one. Chunks of zeros become holes, where the file system has such, for
/// images are large and mostly empty.
pub(super) fn copy(mut from: &File, mut to: &File) -> io::Result<()> {
    let length = from.metadata()?.len();
    let mut progress = Progress::new("copying", "MiB", length.div_ceil(wide(CHUNK)));
    let mut chunk = vec![0; CHUNK];
    let mut offset = 0;
    from.rewind()?;
    to.set_len(length)?;
    while offset < length {
        let size = usize::try_from(length - offset).map_or(CHUNK, |left| left.min(CHUNK));
        let bytes = chunk.get_mut(..size).unwrap_or_default();
        from.read_exact(bytes)?;
        if bytes.iter().any(|byte| *byte != 0) {
            to.seek(SeekFrom::Start(offset))?;
            to.write_all(bytes)?;
        }
        offset = offset.saturating_add(wide(size));
        progress.set(offset / wide(CHUNK));
    }
    to.sync_all()
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
