//! Setting right what a stop left in the maps.

use crate::managed::{Map, OpenMapError};
use crate::memory::MemoryMut;
use crate::storage::{Storage, StoredAnchorError};

use super::memories::DERIVED;

impl<M: MemoryMut> Storage<M> {
    /// Sets right what a stop left in the maps that [`Storage::append`] and [`Storage::write`] change
    /// in layout 9; see [`Map::mend`].
    ///
    /// To be called before an image is written to again after a program was stopped: it may have left
    /// space that nobody uses, or entries that are in two nodes. Reads these maps, and writes to those
    /// in which something is wrong. A [`Migration`](crate::Migration) does it by itself. In a canister,
    /// whose calls happen as a whole or not at all, nothing is ever left.
    ///
    /// An operation that was stopped is not brought to its end: whoever wants it does it again.
    ///
    /// # Errors
    ///
    /// [`StoredAnchorError::NoMap`], [`StoredAnchorError::Map`] for the first map that is damaged in
    /// another way. Those before it are mended.
    pub fn mend(&mut self) -> Result<(), StoredAnchorError> {
        if !self.version().has_stored_anchors() {
            return Ok(());
        }
        let Some(manager) = &mut self.manager else {
            return Ok(());
        };
        for (id, shape) in DERIVED {
            match Map::open(manager.view_mut(&mut self.memory, id), shape) {
                Ok(mut map) => {
                    map.mend()
                        .map_err(|error| StoredAnchorError::map(id, error))?;
                }
                Err(OpenMapError::Empty) => {}
                Err(error) => return Err(StoredAnchorError::NoMap { id, error }),
            }
        }
        Ok(())
    }
}
