//! Strict DER: tags of one byte, lengths as short as they can be.

use crate::context::Context;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// An element: its tag and its content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

/// The first element of `input`, and what follows it. `None` if the form is not DER.
pub(super) fn first<'a>(ctx: &Context<'_>, input: &'a [u8]) -> Option<(Element<'a>, &'a [u8])> {
    let [tag, first, rest @ ..] = input else {
        return None;
    };
    let (length, rest) = match first {
        ..=0x7f => (usize::from(*first), rest),
        0x81..=0x88 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
            let is_shortest = length >= 0x80 && bytes.first() != Some(&0);
            if !is_shortest && !ctx.has("SIG-7/long-length") {
                return None;
            }
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Element { tag: *tag, content }, rest))
}

/// The elements that `input` is made of.
pub(super) fn all<'a>(ctx: &Context<'_>, input: &'a [u8]) -> Option<Vec<Element<'a>>> {
    let (mut elements, mut rest) = (Vec::new(), input);
    while !rest.is_empty() {
        let (element, after) = first(ctx, rest)?;
        elements.push(element);
        rest = after;
    }
    Some(elements)
}

/// The natural number in an INTEGER, without the zero that keeps it from being negative.
pub(super) fn natural(element: Element<'_>) -> Option<&[u8]> {
    match (element.tag, element.content) {
        (INTEGER, [0]) => Some(&[]),
        (INTEGER, [0, number @ ..]) if number.first() >= Some(&0x80) => Some(number),
        (INTEGER, number @ [1..=0x7f, ..]) => Some(number),
        _ => None,
    }
}

/// r‖s of a SEQUENCE of two INTEGERs of at most 32 bytes.
///
/// With `is_loose` the integers may be negative, which then counts as unsigned, or have zeros in
/// front, and anything may follow.
pub(super) fn ecdsa_signature(ctx: &Context<'_>, der: &[u8], is_loose: bool) -> Option<Vec<u8>> {
    let (sequence, rest) = first(ctx, der)?;
    let elements = all(ctx, sequence.content)?;
    let (r, s) = match elements.as_slice() {
        [r, s] => (r, s),
        [r, s, ..] if is_loose => (r, s),
        _ => return None,
    };
    let half = |element: &Element<'_>| {
        let number = match natural(*element) {
            Some(number) => number,
            None if is_loose && element.tag == INTEGER => {
                let zeros = element.content.iter().take_while(|byte| **byte == 0);
                element.content.get(zeros.count()..)?
            }
            None => return None,
        };
        let mut half = vec![0; 32_usize.checked_sub(number.len())?];
        half.extend(number);
        Some(half)
    };
    let is_whole = rest.is_empty() || is_loose;
    (sequence.tag == SEQUENCE && is_whole)
        .then(|| Some([half(r)?, half(s)?].concat()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Preset;

    const PLAIN: Context<'_> = Context::new(None, Preset::Spec);

    fn tag_and_length(input: &[u8]) -> Option<(u8, usize)> {
        let (element, rest) = first(&PLAIN, input)?;
        rest.is_empty()
            .then_some((element.tag, element.content.len()))
    }

    #[test]
    fn each_length_has_one_form() {
        let long = |head: &[u8], length: usize| tag_and_length(&[head, &vec![0; length]].concat());
        assert_eq!(long(&[3, 0], 0), Some((3, 0)));
        assert_eq!(long(&[3, 0x7f], 127), Some((3, 127)));
        assert_eq!(long(&[3, 0x81, 0x7f], 127), None);
        assert_eq!(long(&[3, 0x81, 0x80], 128), Some((3, 128)));
        assert_eq!(long(&[3, 0x82, 0, 0xff], 255), None);
        assert_eq!(long(&[3, 0x82, 1, 0], 256), Some((3, 256)));
        assert_eq!(long(&[3, 0x80], 0), None);
        assert_eq!(long(&[3, 0xff], 0), None);
        assert_eq!(long(&[3, 2], 1), None);
        assert_eq!(tag_and_length(&[3]), None);
        let lax = Context::new(Some("SIG-7/long-length"), Preset::Spec);
        assert!(first(&lax, &[3, 0x81, 1, 0]).is_some());
    }

    #[test]
    fn integers_are_natural_and_short() {
        let natural = |content| {
            let tag = INTEGER;
            natural(Element { tag, content })
        };
        assert_eq!(natural(&[0]), Some(&[][..]));
        assert_eq!(natural(&[0x7f]), Some(&[0x7f][..]));
        assert_eq!(natural(&[0, 0x80]), Some(&[0x80][..]));
        for bad in [&[][..], &[0x80], &[0, 0x7f], &[0, 0]] {
            assert_eq!(natural(bad), None);
        }
    }

    #[test]
    fn signatures_are_two_integers() {
        let read = |der: &[u8]| ecdsa_signature(&PLAIN, der, false);
        let one_two = [vec![0; 31], vec![1], vec![0; 31], vec![2]].concat();
        assert_eq!(read(&[0x30, 6, 2, 1, 1, 2, 1, 2]), Some(one_two.clone()));
        for bad in [
            &[0x30, 3, 2, 1, 1][..],
            &[0x30, 6, 2, 1, 1, 2, 1, 2, 0],
            &[0x30, 9, 2, 1, 1, 2, 1, 2, 2, 1, 3],
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 2],
            &[0x31, 6, 2, 1, 1, 2, 1, 2],
        ] {
            assert_eq!(read(bad), None);
        }
        let loose = [0x30, 7, 2, 2, 0, 1, 2, 1, 2];
        assert_eq!(ecdsa_signature(&PLAIN, &loose, true), Some(one_two));
    }
}
