//! Writes the files of vectors that the crate holds into a folder.
#![forbid(unsafe_code)]

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).ok_or(io::ErrorKind::InvalidInput)?;
    for (path, text) in icid_vectors::FILES {
        let path = Path::new(&folder).join(path);
        fs::create_dir_all(path.parent().ok_or(io::ErrorKind::InvalidData)?)?;
        fs::write(path, text)?;
    }
    Ok(())
}
