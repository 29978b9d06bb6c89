//! Mutations in a fixed order: the same seed gives the same inputs on every machine.

/// A small generator of numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// Returns the generator that starts from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("lengths are below 2^64");
        usize::try_from(self.next() % bound).expect("it is below a usize")
    }

    /// Returns a byte.
    pub const fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// Bytes that mean something in CBOR, in DER or in texts.
const TELLING: &[u8] = &[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x17, 0x18, 0x19, 0x1b, 0x20, 0x30, 0x40, 0x41, 0x58, 0x5f, 0x60,
    0x61, 0x78, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x9f, 0xa0, 0xa1, 0xbf, 0xc2, 0xd9, 0xf4, 0xf6,
    0xf7, 0xf9, 0xff, b'-', b'2', b'A', b'a', b'z',
];

/// Returns one of `seeds`, of which there is at least one, after up to four changes.
pub fn mutated(seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seeds[numbers.below(seeds.len())].clone();
    for _ in 0..numbers.below(5) {
        change(&mut bytes, seeds, numbers);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], numbers: &mut Numbers) {
    if bytes.is_empty() {
        bytes.push(numbers.byte());
        return;
    }
    let at = numbers.below(bytes.len());
    let end = at + numbers.below((bytes.len() - at).min(40)) + 1;
    match numbers.below(9) {
        0 => bytes[at] ^= 1 << numbers.below(8),
        1 => bytes[at] = TELLING[numbers.below(TELLING.len())],
        2 => bytes[at] = bytes[at].wrapping_add([1, 0xff][numbers.below(2)]),
        3 => bytes.insert(at, TELLING[numbers.below(TELLING.len())]),
        4 => _ = bytes.drain(at..end),
        5 => {
            let copy = bytes[at..end].to_vec();
            let to = numbers.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        6 => {
            let other = &seeds[numbers.below(seeds.len())];
            let from = numbers.below(other.len() + 1);
            let to = from + numbers.below((other.len() - from).min(60) + 1);
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        7 => bytes.truncate(at),
        _ => bytes.swap(at, end - 1),
    }
}
