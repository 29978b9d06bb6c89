//! Certificates, as they come and taken apart without judging them.

use cbor::{Reader, Record, TagRule, UnknownFieldRule};
use hash_tree::HashTree;
use principal::Principal;

use crate::view::tree;

/// A certificate in its parts, about whose truth nothing is known. More is accepted than a certificate
/// that can be true has: this is for looking at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) tree: HashTree<'a>,
    pub(crate) signature: &'a [u8],
    pub(crate) delegation: Option<Delegation<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Delegation<'a> {
    pub(crate) subnet: Principal,
    pub(crate) tree: HashTree<'a>,
}

/// Takes a certificate apart, if it is one.
pub(crate) fn parts(bytes: &[u8]) -> Option<Parts<'_>> {
    let (tree, signature, delegation) = fields(bytes)?;
    Some(Parts {
        tree: tree?,
        signature: signature?,
        delegation: match delegation {
            Some(mut reader) => Some(read_delegation(&mut reader)?),
            None => None,
        },
    })
}

/// Returns the certificate in the response to `read_state` or to a call, if the bytes are one.
pub(crate) fn in_response(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    reader.self_described_tag(TagRule::Optional).ok()?;
    let names = ["certificate"];
    let mut record = Record::read(&mut reader, &names, UnknownFieldRule::Ignore).ok()?;
    let mut certificate = None;
    while record.next(&mut reader).ok()?.is_some() {
        certificate = Some(reader.bytes().ok()?);
    }
    reader.finish().ok()?;
    certificate
}

type Fields<'a> = (Option<HashTree<'a>>, Option<&'a [u8]>, Option<Reader<'a>>);

/// Returns tree, signature, and a reader at the delegation.
fn fields(bytes: &[u8]) -> Option<Fields<'_>> {
    let mut reader = Reader::new(bytes);
    reader.self_described_tag(TagRule::Optional).ok()?;
    let names = ["tree", "signature", "delegation"];
    let mut record = Record::read(&mut reader, &names, UnknownFieldRule::Ignore).ok()?;
    let (mut tree, mut signature, mut delegation) = (None, None, None);
    while let Some(name) = record.next(&mut reader).ok()? {
        match name {
            "tree" => tree = Some(HashTree::read(&mut reader).ok()?),
            "signature" => signature = Some(reader.bytes().ok()?),
            _ => {
                delegation = Some(reader);
                reader.skip().ok()?;
            }
        }
    }
    reader.finish().ok()?;
    Some((tree, signature, delegation))
}

fn read_delegation<'a>(reader: &mut Reader<'a>) -> Option<Delegation<'a>> {
    let names = ["subnet_id", "certificate"];
    let mut record = Record::read(reader, &names, UnknownFieldRule::Ignore).ok()?;
    let (mut subnet, mut certificate) = (None, None);
    while let Some(name) = record.next(reader).ok()? {
        let bytes = reader.bytes().ok()?;
        if name == "subnet_id" {
            subnet = Some(Principal::from_slice(bytes).ok()?);
        } else {
            certificate = Some(bytes);
        }
    }
    let (tree, ..) = fields(certificate?)?;
    Some(Delegation {
        subnet: subnet?,
        tree: tree?,
    })
}

/// A canister range: lowest and highest id.
pub(crate) type Range = (Principal, Principal);

impl Delegation<'_> {
    /// Returns the ranges that are shown in lists below `/canister_ranges`, if there are any.
    pub(crate) fn sharded_ranges(&self) -> Option<Vec<Range>> {
        let path: [&[u8]; 2] = [b"canister_ranges", self.subnet.as_bytes()];
        let mut lists = self.tree.lookup_prefix(&path).peekable();
        lists.peek()?;
        Some(lists.filter_map(tree::ranges).flatten().collect())
    }

    /// Returns the ranges in the one list at `/subnet/<id>/canister_ranges`, if it is there.
    pub(crate) fn flat_ranges(&self) -> Option<Vec<Range>> {
        let path: [&[u8]; 3] = [b"subnet", self.subnet.as_bytes(), b"canister_ranges"];
        match self.tree.lookup(&path) {
            hash_tree::Lookup::Found(list) => tree::ranges(list),
            _ => None,
        }
    }
}
