//! Applications, accounts and references to them.

use alloc::string::String;
use alloc::vec::Vec;

use cbor::Reader;
use time::Timestamp;

use super::cbor::{Fields, Part, StoredItemError, list, number, optional, text, timestamp, whole};

/// An application that anchors have accounts at. Memory 11.
#[expect(
    clippy::exhaustive_structs,
    reason = "what was read from a stored item"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Application {
    /// Its origin.
    pub origin: String,
    /// How many accounts are stored.
    pub stored_accounts: u64,
    /// How many references to accounts are stored.
    pub stored_references: u64,
    /// How many anchors have an empty list of references here.
    pub tombstones: u64,
}

/// An account. Memory 10.
#[expect(
    clippy::exhaustive_structs,
    reason = "what was read from a stored item"
)]
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// The anchor whose seed it has, if it was that anchor's default account.
    pub seed_from_anchor: Option<u64>,
}

/// A reference of an anchor to one of its accounts. Memory 13.
#[expect(
    clippy::exhaustive_structs,
    reason = "what was read from a stored item"
)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AccountReference {
    /// The number of the account; nothing for the default account, of which nothing is stored.
    pub account: Option<u64>,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
    /// How many sessions it has, which are not interpreted.
    pub sessions: u64,
}

/// How many accounts there are. Memories 14 and 15.
#[expect(
    clippy::exhaustive_structs,
    reason = "what was read from a stored item"
)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AccountCounts {
    /// How many accounts are stored.
    pub stored_accounts: u64,
    /// How many references to accounts are stored.
    pub stored_references: u64,
}

/// Which account an anchor uses at an application unless it says otherwise. Memory 20.
#[expect(
    clippy::exhaustive_structs,
    reason = "what was read from a stored item"
)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AccountConfig {
    /// The number of the account; nothing for the default account, of which nothing is stored.
    pub default_account: Option<u64>,
}

impl Application {
    /// Reads the CBOR of an application.
    ///
    /// # Errors
    ///
    /// See [`StoredItemError`].
    pub fn parse(input: &[u8]) -> Result<Self, StoredItemError> {
        whole(input, |reader| {
            let mut numbers = [None; 3];
            let mut origin = None;
            let mut fields = Fields::read(Part::Application, reader)?;
            while let Some(key) = fields.next(reader)? {
                match key {
                    0 => origin = Some(text(reader)?),
                    1..=3 => set(&mut numbers, key.saturating_sub(1), number(reader)?),
                    _ => reader.skip()?,
                }
            }
            let [accounts, references, tombstones] = numbers;
            Ok(Self {
                origin: fields.required(0, origin)?,
                stored_accounts: fields.required(1, accounts)?,
                stored_references: fields.required(2, references)?,
                tombstones: tombstones.unwrap_or_default(),
            })
        })
    }
}

impl Account {
    /// Reads the CBOR of an account.
    ///
    /// # Errors
    ///
    /// See [`StoredItemError`].
    pub fn parse(input: &[u8]) -> Result<Self, StoredItemError> {
        whole(input, |reader| {
            let (mut name, mut seed_from_anchor) = (None, None);
            let mut fields = Fields::read(Part::Account, reader)?;
            while let Some(key) = fields.next(reader)? {
                match key {
                    0 => name = Some(text(reader)?),
                    1 => seed_from_anchor = optional(reader, number)?,
                    _ => reader.skip()?,
                }
            }
            Ok(Self {
                name: fields.required(0, name)?,
                seed_from_anchor,
            })
        })
    }
}

impl AccountCounts {
    /// Reads the CBOR of counts.
    ///
    /// # Errors
    ///
    /// See [`StoredItemError`].
    pub fn parse(input: &[u8]) -> Result<Self, StoredItemError> {
        whole(input, |reader| {
            let mut numbers = [None; 2];
            let mut fields = Fields::read(Part::AccountCounts, reader)?;
            while let Some(key) = fields.next(reader)? {
                match key {
                    0..=1 => set(&mut numbers, key, number(reader)?),
                    _ => reader.skip()?,
                }
            }
            let [accounts, references] = numbers;
            Ok(Self {
                stored_accounts: fields.required(0, accounts)?,
                stored_references: fields.required(1, references)?,
            })
        })
    }
}

impl AccountConfig {
    /// Reads the CBOR of a configuration.
    ///
    /// # Errors
    ///
    /// See [`StoredItemError`].
    pub fn parse(input: &[u8]) -> Result<Self, StoredItemError> {
        whole(input, |reader| {
            let mut config = Self::default();
            let mut fields = Fields::read(Part::AccountConfig, reader)?;
            while let Some(key) = fields.next(reader)? {
                match key {
                    0 => config.default_account = optional(reader, number)?,
                    _ => reader.skip()?,
                }
            }
            Ok(config)
        })
    }
}

/// Reads the CBOR of a list of references. An empty one says that the anchor has no account at the
/// application any more, not even the default one.
///
/// # Errors
///
/// See [`StoredItemError`].
pub fn parse_account_references(input: &[u8]) -> Result<Vec<AccountReference>, StoredItemError> {
    whole(input, |reader| list(reader, account_reference))
}

fn account_reference(reader: &mut Reader<'_>) -> Result<AccountReference, StoredItemError> {
    let mut reference = AccountReference::default();
    let mut fields = Fields::read(Part::AccountReference, reader)?;
    while let Some(key) = fields.next(reader)? {
        match key {
            0 => reference.account = optional(reader, number)?,
            1 => reference.last_used = optional(reader, timestamp)?,
            2 => {
                let skip = |reader: &mut Reader<'_>| Ok(reader.skip()?);
                let sessions = optional(reader, |reader| list(reader, skip))?;
                let count = sessions.map_or(0, |sessions| sessions.len());
                reference.sessions = u64::try_from(count).unwrap_or(u64::MAX);
            }
            _ => reader.skip()?,
        }
    }
    Ok(reference)
}

fn set(numbers: &mut [Option<u64>], index: u64, value: u64) {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    if let Some(slot) = numbers.get_mut(index) {
        *slot = Some(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_references_have_their_documented_keys() {
        let account = Account {
            name: String::from("n"),
            seed_from_anchor: Some(5),
        };
        let bytes = [0xa2, 0, 0x61, b'n', 1, 5];
        assert_eq!(Account::parse(&bytes), Ok(account));
        let reference = AccountReference {
            account: Some(5),
            last_used: Some(Timestamp::from_nanos(7)),
            sessions: 2,
        };
        // The second one has nothing.
        let bytes = [0x82, 0xa3, 0, 5, 1, 7, 2, 0x82, 0, 0, 0xa0];
        assert_eq!(
            parse_account_references(&bytes),
            Ok(alloc::vec![reference, AccountReference::default()])
        );
    }
}
