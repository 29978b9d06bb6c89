//! The cursor.

use core::str;

use crate::Expected;
use crate::Number;
use crate::ReadError;
use crate::Reason;
use crate::Text;

/// How long a document may be, in bytes.
///
/// Source: our own. The largest document of the stack is a chain of 20 delegations with 1000 targets
/// each, about 1.3 MB.
pub const MAX_LENGTH: usize = 2 << 20;

/// How many levels of arrays and objects [`Reader::skip`] passes over.
///
/// Source: our own. Client data has two levels, a chain of delegations five.
pub const MAX_NESTING: usize = 16;

/// How many members an object may have.
///
/// Source: our own, the same as for maps of CBOR. Client data has four or five.
pub const MAX_MEMBERS: usize = 64;

/// A cursor over one JSON document.
///
/// Each reading method takes the next value, and expects it to be of one kind. If it isn't, the
/// method returns an error and leaves the cursor where it was. A copy is a bookmark.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    input: &'a str,
    /// What is left to read: always the end of the input.
    rest: &'a str,
}

/// The members of an object that are still to come, and the names of those that came.
///
/// [`Reader::object`] makes it, [`Reader::member`] passes over it.
#[derive(Clone, Copy, Debug)]
pub struct Members {
    /// The first `count` are set.
    names: [Name; MAX_MEMBERS],
    count: usize,
    is_over: bool,
}

/// A name that came.
#[derive(Clone, Copy, Debug)]
struct Name {
    /// Where it stands, quotation marks left out.
    start: u32,
    end: u32,
    /// What equal names have in common, and other names rarely.
    fingerprint: u32,
}

/// The elements of an array that are still to come.
///
/// [`Reader::array`] makes it, [`Reader::element`] passes over it.
#[derive(Clone, Copy, Debug)]
pub struct Elements {
    is_first: bool,
    is_over: bool,
}

impl<'a> Reader<'a> {
    /// Returns a cursor at the start of a document.
    ///
    /// # Errors
    ///
    /// In the order of the checks: [`Reason::TooLong`] for more than [`MAX_LENGTH`] bytes,
    /// [`Reason::InvalidUtf8`] at the first offending byte, [`Reason::ByteOrderMark`].
    // spec: SIG-WEBAUTHN-14
    pub fn new(input: &'a [u8]) -> Result<Self, ReadError> {
        let error = |position, reason| Err(ReadError { position, reason });
        let length = input.len();
        if length > MAX_LENGTH {
            return error(0, Reason::TooLong { length });
        }
        match str::from_utf8(input) {
            Ok(input) if input.starts_with('\u{feff}') => error(0, Reason::ByteOrderMark),
            Ok(input) => Ok(Self { input, rest: input }),
            Err(utf8) => error(utf8.valid_up_to(), Reason::InvalidUtf8),
        }
    }

    /// Takes the start of an object; [`Reader::member`] tells whether a member follows.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`].
    pub fn object(&mut self) -> Result<Members, ReadError> {
        self.symbol('{', Expected::Object)?;
        Ok(Members {
            names: [Name::NONE; MAX_MEMBERS],
            count: 0,
            is_over: false,
        })
    }

    /// Takes the name of the next member and returns it, or takes the end of the object and returns
    /// `None`. The value is next.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`]; errors of [`Reader::text`] for the name;
    /// [`Reason::DuplicateName`] and [`Reason::TooManyMembers`] at the name.
    // spec: SIG-WEBAUTHN-14
    pub fn member(&mut self, members: &mut Members) -> Result<Option<Text<'a>>, ReadError> {
        if members.is_over {
            return Ok(None);
        }
        let is_first = members.count == 0;
        let mut ahead = *self;
        if !ahead.separator(is_first, '}', Expected::CommaOrEndOfObject)? {
            members.is_over = true;
            *self = ahead;
            return Ok(None);
        }
        ahead.skip_space();
        let start = ahead;
        let name = ahead.string(Expected::Name)?;
        let entry = Name::new(name, &ahead);
        let mut earlier = members.names.iter().take(members.count);
        if earlier
            .any(|other| entry.fingerprint == other.fingerprint && other.text(self) == Some(name))
        {
            return Err(start.error(Reason::DuplicateName));
        }
        let slot = members.names.get_mut(members.count);
        *slot.ok_or_else(|| start.error(Reason::TooManyMembers))? = entry;
        ahead.symbol(':', Expected::Colon)?;
        members.count = members.count.saturating_add(1);
        *self = ahead;
        Ok(Some(name))
    }

    /// Takes the start of an array; [`Reader::element`] tells whether an element follows.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`].
    pub fn array(&mut self) -> Result<Elements, ReadError> {
        self.symbol('[', Expected::Array)?;
        Ok(Elements {
            is_first: true,
            is_over: false,
        })
    }

    /// Returns whether another element follows, and takes the end of the array if none does.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`].
    pub fn element(&mut self, elements: &mut Elements) -> Result<bool, ReadError> {
        if elements.is_over {
            return Ok(false);
        }
        let follows = self.separator(elements.is_first, ']', Expected::CommaOrEndOfArray)?;
        elements.is_first = false;
        elements.is_over = !follows;
        Ok(follows)
    }

    /// Takes a string.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`]; [`Reason::InvalidEscape`] and
    /// [`Reason::LoneSurrogate`] at the backslash; [`Reason::ControlCharacter`].
    pub fn text(&mut self) -> Result<Text<'a>, ReadError> {
        self.string(Expected::Text)
    }

    /// Takes a number.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`]; [`Reason::MalformedNumber`].
    pub fn number(&mut self) -> Result<Number<'a>, ReadError> {
        let mut ahead = *self;
        ahead.skip_space();
        if !ahead
            .rest
            .starts_with(|c: char| c == '-' || c.is_ascii_digit())
        {
            return Err(ahead.unexpected(Expected::Number));
        }
        let malformed = ahead.error(Reason::MalformedNumber);
        let number = Number::read(ahead.rest).ok_or(malformed)?;
        ahead.rest = ahead.rest.get(number.as_str().len()..).unwrap_or_default();
        // "01" and "1x" would otherwise be numbers with something after them.
        if ahead
            .rest
            .starts_with(|c: char| c == '.' || c.is_alphanumeric())
        {
            return Err(malformed);
        }
        *self = ahead;
        Ok(number)
    }

    /// Takes a natural number below 2⁶⁴: a number, or a string that is the decimal form of one.
    ///
    /// # Errors
    ///
    /// As [`Reader::number`] and [`Reader::text`]; [`Reason::MalformedNumber`] for another number.
    pub fn natural(&mut self) -> Result<u64, ReadError> {
        let mut ahead = *self;
        ahead.skip_space();
        let start = ahead;
        let value = if ahead.rest.starts_with('"') {
            ahead.text()?.to_u64()
        } else {
            ahead.number()?.to_u64()
        };
        let value = value.ok_or_else(|| start.error(Reason::MalformedNumber))?;
        *self = ahead;
        Ok(value)
    }

    /// Takes `false` or `true`.
    ///
    /// # Errors
    ///
    /// [`Reason::Unexpected`] or [`Reason::UnexpectedEnd`].
    pub fn boolean(&mut self) -> Result<bool, ReadError> {
        if self.word("true") {
            return Ok(true);
        }
        if self.word("false") {
            return Ok(false);
        }
        let mut ahead = *self;
        ahead.skip_space();
        Err(ahead.unexpected(Expected::Boolean))
    }

    /// Takes `null` if it is next, and returns whether it was.
    pub fn null(&mut self) -> bool {
        self.word("null")
    }

    /// Takes one whole value with everything inside it.
    ///
    /// # Errors
    ///
    /// [`Reason::TooDeep`] beyond [`MAX_NESTING`] levels, and whatever can be wrong with a value.
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let mut ahead = *self;
        let mut stack = [const { None }; MAX_NESTING];
        let mut depth = 0_usize;
        loop {
            if let Some(opened) = ahead.open_or_take()? {
                *stack
                    .get_mut(depth)
                    .ok_or_else(|| ahead.error(Reason::TooDeep))? = Some(opened);
                depth = depth.saturating_add(1);
            }
            // Closes what is over, up to the next value.
            loop {
                let innermost = depth.checked_sub(1).and_then(|top| stack.get_mut(top));
                let follows = match innermost.and_then(Option::as_mut) {
                    None => {
                        *self = ahead;
                        return Ok(());
                    }
                    Some(Open::Array(elements)) => ahead.element(elements)?,
                    Some(Open::Object(members)) => ahead.member(members)?.is_some(),
                };
                if follows {
                    break;
                }
                depth = depth.saturating_sub(1);
            }
        }
    }

    /// Checks that nothing is left but space.
    ///
    /// # Errors
    ///
    /// [`Reason::TrailingData`].
    pub fn finish(mut self) -> Result<(), ReadError> {
        self.skip_space();
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.error(Reason::TrailingData))
    }

    /// Returns the position in bytes from the start of the document.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.input.len().saturating_sub(self.rest.len())
    }

    /// Returns the first byte of the next value, which tells its kind: `{`, `[`, `"`, a digit or
    /// `-`, or the first letter of `true`, `false` or `null`. `None` at the end.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        let mut ahead = *self;
        ahead.skip_space();
        ahead.rest.bytes().next()
    }

    /// Returns what is left to read.
    #[must_use]
    pub const fn remaining(&self) -> &'a str {
        self.rest
    }

    /// Returns an error at this position.
    #[cold]
    #[must_use]
    pub const fn error(&self, reason: Reason) -> ReadError {
        ReadError {
            position: self.position(),
            reason,
        }
    }

    /// Takes a value that holds no others, or the start of one that does.
    fn open_or_take(&mut self) -> Result<Option<Open>, ReadError> {
        match self.peek() {
            Some(b'{') => return self.object().map(Open::Object).map(Some),
            Some(b'[') => return self.array().map(Open::Array).map(Some),
            Some(b'"') => self.text().map(drop)?,
            Some(b'-' | b'0'..=b'9') => self.number().map(drop)?,
            Some(b'f' | b't') => self.boolean().map(drop)?,
            _ if self.null() => {}
            _ => {
                self.skip_space();
                return Err(self.unexpected(Expected::Value));
            }
        }
        Ok(None)
    }

    fn string(&mut self, expected: Expected) -> Result<Text<'a>, ReadError> {
        let mut ahead = *self;
        ahead.symbol('"', expected)?;
        let start = ahead.position();
        match Text::read(ahead.rest) {
            Ok((text, rest)) => {
                self.rest = rest;
                Ok(text)
            }
            Err((offset, reason)) => Err(ReadError {
                position: start.saturating_add(offset),
                reason: reason.unwrap_or(Reason::UnexpectedEnd {
                    expected: Expected::EndOfText,
                }),
            }),
        }
    }

    /// Takes the end of an array or object, or a comma unless the value after it is the first.
    ///
    /// Returns whether a value follows.
    fn separator(
        &mut self,
        is_first: bool,
        end: char,
        expected: Expected,
    ) -> Result<bool, ReadError> {
        if self.symbol(end, expected).is_ok() {
            return Ok(false);
        }
        if !is_first {
            self.symbol(',', expected)?;
        }
        Ok(true)
    }

    fn symbol(&mut self, symbol: char, expected: Expected) -> Result<(), ReadError> {
        let mut ahead = *self;
        ahead.skip_space();
        match ahead.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(ahead.unexpected(expected)),
        }
    }

    /// Takes a word if it is next, and returns whether it was.
    fn word(&mut self, word: &str) -> bool {
        let mut ahead = *self;
        ahead.skip_space();
        match ahead.rest.strip_prefix(word) {
            Some(rest) if !rest.starts_with(char::is_alphanumeric) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    #[cold]
    fn unexpected(&self, expected: Expected) -> ReadError {
        self.error(match self.rest.bytes().next() {
            Some(found) => Reason::Unexpected { found, expected },
            None => Reason::UnexpectedEnd { expected },
        })
    }
}

impl Name {
    const NONE: Self = Self {
        start: 0,
        end: 0,
        fingerprint: 0,
    };

    /// Returns the entry of a name that `reader` has just taken.
    fn new(name: Text<'_>, reader: &Reader<'_>) -> Self {
        let end = reader.position().saturating_sub(1);
        let start = end.saturating_sub(name.as_escaped().len());
        // Positions are at most `MAX_LENGTH`, which fits.
        let narrow = |position| u32::try_from(position).unwrap_or(u32::MAX);
        Self {
            start: narrow(start),
            end: narrow(end),
            fingerprint: name.fingerprint(),
        }
    }

    fn text<'a>(&self, reader: &Reader<'a>) -> Option<Text<'a>> {
        let start = usize::try_from(self.start).ok()?;
        let end = usize::try_from(self.end).ok()?;
        reader.input.get(start..end).map(Text::from_escaped)
    }
}

/// An array or object that [`Reader::skip`] is in.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives on the stack, and there is no heap to move the names to"
)]
#[derive(Clone, Copy)]
enum Open {
    Array(Elements),
    Object(Members),
}
