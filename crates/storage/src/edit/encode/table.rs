//! The types of records that are written.

use alloc::vec::Vec;

use candid_wire::FieldId;

use crate::record::{Field, KeyType, Protection, Purpose};

use super::{length, signed, unsigned};

const OPT: u8 = 0x6e;
const VEC: u8 = 0x6d;
const RECORD: u8 = 0x6c;
const VARIANT: u8 = 0x6b;
const NULL: i64 = -1;
const NAT8: i64 = -5;
const NAT64: i64 = -8;
const TEXT: i64 = -15;

/// The types of a record of the form [`Form::Anchor`](crate::Form::Anchor).
pub(super) struct Table {
    pub(super) has_created_at: bool,
    pub(super) has_aaguid: bool,
}

impl Table {
    /// Writes everything of a message up to its value.
    ///
    /// A type comes where it is first needed, as the crate `candid` does it.
    pub(super) fn write(&self, output: &mut Vec<u8>) {
        // A number is the position of a definition. Two of them depend on which fields there are.
        let usage_first = self.has_created_at;
        let id_first = self.has_aaguid;
        let (opt_time, devices, device, origin, protection, key_type) = if usage_first {
            (6, 7, 8, 9, 10, 11)
        } else {
            (11, 6, 7, 8, 9, 10)
        };
        let (opt_blob, purpose) = if id_first { (12, 13) } else { (13, 12) };

        output.extend_from_slice(b"DIDL");
        unsigned(output, 14);
        let created_at = self.has_created_at.then_some((Field::CreatedAt, opt_time));
        record(
            output,
            &[
                Some((Field::Metadata, 1)),
                created_at,
                Some((Field::Devices, devices)),
            ],
        );
        one(output, OPT, 2);
        one(output, VEC, 3);
        output.push(RECORD);
        unsigned(output, 2);
        for (id, ty) in [(0, TEXT), (1, 4)] {
            unsigned(output, id);
            signed(output, ty);
        }
        cases(output, &[("map", 2), ("string", TEXT), ("bytes", 5)]);
        one(output, VEC, NAT8);
        if usage_first {
            one(output, OPT, NAT64);
        }
        one(output, VEC, device);
        record(
            output,
            &[
                Some((Field::Alias, TEXT)),
                Some((Field::Metadata, 1)),
                Some((Field::Origin, origin)),
                Some((Field::Protection, protection)),
                Some((Field::Pubkey, 5)),
                Some((Field::KeyType, key_type)),
                Some((Field::LastUsage, opt_time)),
                self.has_aaguid.then_some((Field::Aaguid, opt_blob)),
                Some((Field::Purpose, purpose)),
                Some((Field::CredentialId, opt_blob)),
            ],
        );
        one(output, OPT, TEXT);
        protections(output);
        key_types(output);
        if !usage_first {
            one(output, OPT, NAT64);
        }
        if id_first {
            one(output, OPT, 5);
        }
        purposes(output);
        if !id_first {
            one(output, OPT, 5);
        }
        output.extend([1, 0]);
    }
}

/// Writes everything of a message of the form [`Form::Devices`](crate::Form::Devices) up to its value.
pub(super) fn write_short(output: &mut Vec<u8>) {
    output.extend_from_slice(b"DIDL");
    unsigned(output, 10);
    one(output, VEC, 1);
    record(
        output,
        &[
            Some((Field::Alias, TEXT)),
            Some((Field::Protection, 2)),
            Some((Field::Pubkey, 4)),
            Some((Field::KeyType, 5)),
            Some((Field::Purpose, 7)),
            Some((Field::CredentialId, 9)),
        ],
    );
    one(output, OPT, 3);
    protections(output);
    one(output, VEC, NAT8);
    one(output, OPT, 6);
    key_types(output);
    one(output, OPT, 8);
    purposes(output);
    one(output, OPT, 4);
    output.extend([1, 0]);
}

pub(super) fn protections(output: &mut Vec<u8>) {
    let names = [Protection::Unprotected, Protection::Protected];
    cases(output, &names.map(|it| (it.name(), NULL)));
}

pub(super) fn key_types(output: &mut Vec<u8>) {
    let names = [
        KeyType::Platform,
        KeyType::SeedPhrase,
        KeyType::CrossPlatform,
        KeyType::Unknown,
        KeyType::BrowserStorageKey,
    ];
    cases(output, &names.map(|it| (it.name(), NULL)));
}

pub(super) fn purposes(output: &mut Vec<u8>) {
    let names = [Purpose::Authentication, Purpose::Recovery];
    cases(output, &names.map(|it| (it.name(), NULL)));
}

/// Writes the definition of a vector.
pub(super) fn vec_of(output: &mut Vec<u8>, element: i64) {
    one(output, VEC, element);
}

/// Writes the definition of a record. The fields are by their ids.
pub(super) fn record_of(
    output: &mut Vec<u8>,
    fields: impl ExactSizeIterator<Item = (FieldId, i64)>,
) {
    output.push(RECORD);
    length(output, fields.len());
    for (id, ty) in fields {
        unsigned(output, u64::from(id.as_u32()));
        signed(output, ty);
    }
}

fn one(output: &mut Vec<u8>, opcode: u8, inner: i64) {
    output.push(opcode);
    signed(output, inner);
}

fn record(output: &mut Vec<u8>, fields: &[Option<(Field, i64)>]) {
    let fields: Vec<(FieldId, i64)> = fields
        .iter()
        .flatten()
        .map(|(field, ty)| (field.id(), *ty))
        .collect();
    record_of(output, fields.into_iter());
}

/// Writes the definition of a variant. The cases are by the hashes of their names.
fn cases(output: &mut Vec<u8>, cases: &[(&str, i64)]) {
    output.push(VARIANT);
    length(output, cases.len());
    for (name, ty) in cases {
        unsigned(output, u64::from(FieldId::of(name).as_u32()));
        signed(output, *ty);
    }
}
