//! The head of a node: everything but the nodes inside it.

use cbor::Items;
use cbor::Reader;

use crate::ParseHashTreeError;
use crate::digest::HASH_LENGTH;

/// The head of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Head<'a> {
    /// `[0]`.
    Empty,
    /// `[1, left, right]`; the cursor is at `left`.
    Fork,
    /// `[2, label, subtree]`; the cursor is at `subtree`.
    Labeled(&'a [u8]),
    /// `[3, value]`.
    Leaf(&'a [u8]),
    /// `[4, hash]`.
    Pruned(&'a [u8; HASH_LENGTH]),
}

impl<'a> Head<'a> {
    /// Takes the head of a node. The items say whether the array has more.
    // spec: CERT-9
    #[inline]
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<(Self, Items), ParseHashTreeError> {
        let position = reader.position();
        let mut items = reader.array()?;
        reader.expect_item(&mut items)?;
        let head = match reader.unsigned()? {
            0 => Self::Empty,
            1 => {
                reader.expect_item(&mut items)?;
                Self::Fork
            }
            2 => {
                reader.expect_item(&mut items)?;
                let label = reader.bytes()?;
                reader.expect_item(&mut items)?;
                Self::Labeled(label)
            }
            3 => {
                reader.expect_item(&mut items)?;
                Self::Leaf(reader.bytes()?)
            }
            4 => {
                reader.expect_item(&mut items)?;
                let bytes = reader.bytes()?;
                // spec: CERT-10
                let Ok(hash) = bytes.try_into() else {
                    let length = bytes.len();
                    return Err(ParseHashTreeError::HashLength { position, length });
                };
                Self::Pruned(hash)
            }
            number => return Err(ParseHashTreeError::UnknownNode { position, number }),
        };
        Ok((head, items))
    }
}
