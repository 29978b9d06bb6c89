//! The arithmetic of BLS12-381 as safe functions over blst's C entry points.
//!
//! blst's own safe interface can neither keep the lines of a key nor multiply several pairings
//! without starting threads. This is the only module with unsafe code; it holds no decisions about
//! signatures beyond which points are allowed.
//!
//! The C functions named here allocate nothing, keep no pointer, and work on structures of fixed
//! size whose every bit pattern is memory-safe. So a call is sound if every pointer comes from a
//! reference to the whole structure, or to as many bytes as the length says.
#![expect(
    unsafe_code,
    reason = "blst's safe interface cannot keep lines, and starts threads"
)]

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr;

use blst::{
    BLS12_381_NEG_G2, BLST_ERROR, blst_final_exp, blst_fp, blst_fp_add, blst_fp_cneg, blst_fp_mul,
    blst_fp2, blst_fp6, blst_fp12, blst_fp12_conjugate, blst_fp12_is_one, blst_fp12_mul_by_xy00z0,
    blst_fp12_sqr, blst_hash_to_g1, blst_p1, blst_p1_add_or_double, blst_p1_affine,
    blst_p1_affine_in_g1, blst_p1_affine_is_inf, blst_p1_from_affine, blst_p1_is_inf, blst_p1_mult,
    blst_p1_to_affine, blst_p1_uncompress, blst_p2_affine, blst_p2_affine_in_g2,
    blst_p2_affine_is_inf, blst_p2_uncompress, blst_precompute_lines,
};

use signature::weights::Weight;

/// The domain separation tag of the signature suite.
///
/// Source: interface spec, "Certificate".
// spec: CERT-3
const TAG: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// How often the Miller loop doubles after each addition, for BLS12-381's parameter.
const DOUBLINGS: [usize; 5] = [2, 3, 9, 32, 16];

/// How many lines a loop passes: the first doubling, five additions, 62 doublings.
const LINES: usize = 68;

/// The bits of a [`Weight`].
const WEIGHT_BITS: usize = 128;

/// A point of G2, in the subgroup and not the identity.
pub(crate) struct Key(blst_p2_affine);

impl Key {
    /// Decodes a compressed point. There is one encoding of each point.
    // spec: CERT-4
    pub(crate) fn from_bytes(bytes: &[u8; 96]) -> Option<Self> {
        let mut point = blst_p2_affine::default();
        // SAFETY: `point` is a whole structure, and the function reads 96 bytes.
        let outcome = unsafe { blst_p2_uncompress(&raw mut point, bytes.as_ptr()) };
        // SAFETY: `point` is a whole structure that the call above filled.
        let usable = outcome == BLST_ERROR::BLST_SUCCESS
            && unsafe { !blst_p2_affine_is_inf(&raw const point) }
            // SAFETY: as above.
            && unsafe { blst_p2_affine_in_g2(&raw const point) };
        usable.then_some(Self(point))
    }
}

/// A point of G1 in the subgroup, the identity included.
#[derive(Clone, Copy)]
pub(crate) struct Point(blst_p1);

impl Point {
    /// The neutral element: all coordinates zero.
    pub(crate) const IDENTITY: Self = Self(blst_p1 {
        x: ZERO,
        y: ZERO,
        z: ZERO,
    });

    /// Decodes a compressed point in the subgroup that is not the identity: 48 bytes, one encoding
    /// of each point.
    // spec: CERT-4
    pub(crate) fn from_signature(signature: &[u8]) -> Option<Self> {
        let bytes: &[u8; 48] = signature.try_into().ok()?;
        let mut point = blst_p1_affine::default();
        // SAFETY: `point` is a whole structure, and the function reads 48 bytes.
        let outcome = unsafe { blst_p1_uncompress(&raw mut point, bytes.as_ptr()) };
        // SAFETY: `point` is a whole structure that the call above filled.
        let usable = outcome == BLST_ERROR::BLST_SUCCESS
            && unsafe { !blst_p1_affine_is_inf(&raw const point) }
            // SAFETY: as above.
            && unsafe { blst_p1_affine_in_g1(&raw const point) };
        if !usable {
            return None;
        }
        let mut projective = Self::IDENTITY;
        // SAFETY: both are whole structures.
        unsafe { blst_p1_from_affine(&raw mut projective.0, &raw const point) };
        Some(projective)
    }

    /// Hashes a message, given in pieces, to the curve.
    pub(crate) fn hash(message: &[&[u8]]) -> Self {
        // The function hashes two pieces one after the other; there are hardly ever more.
        let joined: Vec<u8>;
        let (first, second): (&[u8], &[u8]) = match message {
            [] => (&[], &[]),
            [one] => (one, &[]),
            [first, second] => (first, second),
            [first, rest @ ..] => {
                joined = rest.concat();
                (first, &joined)
            }
        };
        let mut point = Self::IDENTITY;
        // SAFETY: `point` is a whole structure; each pointer comes with the length of its slice.
        unsafe {
            blst_hash_to_g1(
                &raw mut point.0,
                second.as_ptr(),
                second.len(),
                TAG.as_ptr(),
                TAG.len(),
                first.as_ptr(),
                first.len(),
            );
        }
        point
    }

    /// Adds a point.
    pub(crate) fn add(&mut self, other: &Self) {
        let sum = &raw mut self.0;
        // SAFETY: all three are whole structures; blst allows the result to be a summand.
        unsafe { blst_p1_add_or_double(sum, sum, &raw const other.0) };
    }

    /// Returns the point added up as often as the weight says.
    pub(crate) fn times(&self, weight: &Weight) -> Self {
        let mut product = Self::IDENTITY;
        // SAFETY: both points are whole structures; the function reads `WEIGHT_BITS` bits, which is
        // what a weight has.
        unsafe {
            blst_p1_mult(
                &raw mut product.0,
                &raw const self.0,
                weight.as_ptr(),
                WEIGHT_BITS,
            );
        }
        product
    }

    /// Returns the coordinates as lines are evaluated at them, none for the identity.
    fn to_argument(self) -> Option<Argument> {
        // SAFETY: the point is a whole structure.
        if unsafe { blst_p1_is_inf(&raw const self.0) } {
            return None;
        }
        let mut affine = blst_p1_affine::default();
        let mut argument = Argument {
            minus_two_x: ZERO,
            two_y: ZERO,
        };
        // SAFETY: all are whole structures; blst allows a result to be an argument.
        unsafe {
            blst_p1_to_affine(&raw mut affine, &raw const self.0);
            let minus_two_x = &raw mut argument.minus_two_x;
            blst_fp_add(minus_two_x, &raw const affine.x, &raw const affine.x);
            blst_fp_cneg(minus_two_x, minus_two_x, true);
            blst_fp_add(
                &raw mut argument.two_y,
                &raw const affine.y,
                &raw const affine.y,
            );
        }
        Some(argument)
    }
}

/// The lines of a key: all of a pairing that depends on the key alone.
#[derive(Clone)]
pub(crate) struct Lines([blst_fp6; LINES]);

impl Lines {
    /// Computes the lines of a key.
    pub(crate) fn of(key: &Key) -> Self {
        let mut lines = Self([ZERO_LINE; LINES]);
        // SAFETY: the point is a whole structure, and the function writes 68 lines.
        unsafe { blst_precompute_lines(lines.0.as_mut_ptr(), &raw const key.0) };
        lines
    }

    /// Computes the lines of the negated generator of G2.
    pub(crate) fn of_negated_generator() -> Box<Self> {
        // SAFETY: the constant is part of blst's library and never written to.
        let generator = unsafe { ptr::read(&raw const BLS12_381_NEG_G2) };
        Box::new(Self::of(&Key(generator)))
    }
}

impl core::fmt::Debug for Lines {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

/// The affine coordinates of a point of G1, scaled by −2 and 2: lines carry the other half.
#[derive(Clone, Copy)]
struct Argument {
    minus_two_x: blst_fp,
    two_y: blst_fp,
}

/// Reports whether the product of the pairings of points and keys is one.
///
/// All pairings share the squarings of one Miller loop and one final exponentiation.
pub(crate) fn product_is_one<'a>(pairs: impl IntoIterator<Item = (&'a Lines, &'a Point)>) -> bool {
    /// As many pairs as a certificate with its delegation has; more are kept on the heap.
    const INLINE: usize = 4;
    let mut inline: [Option<(&Lines, Argument)>; INLINE] = [None; INLINE];
    let mut rest = Vec::new();
    // A pairing with the identity is one.
    let pairs = pairs
        .into_iter()
        .filter_map(|(lines, point)| Some((lines, point.to_argument()?)));
    for (index, pair) in pairs.enumerate() {
        match inline.get_mut(index) {
            Some(slot) => *slot = Some(pair),
            None => rest.push(pair),
        }
    }
    let mut value = one();
    let mut index = 0;
    let mut step = |value: &mut blst_fp12| {
        for (lines, argument) in inline.iter().flatten().chain(&rest) {
            if let Some(line) = lines.0.get(index) {
                multiply_by_line(value, line, argument);
            }
        }
        index = index.saturating_add(1);
    };
    step(&mut value);
    for doublings in DOUBLINGS {
        step(&mut value);
        for _ in 0..doublings {
            square(&mut value);
            step(&mut value);
        }
    }
    let mut result = one();
    // SAFETY: both are whole structures.
    unsafe {
        // The curve's parameter is negative.
        blst_fp12_conjugate(&raw mut value);
        blst_final_exp(&raw mut result, &raw const value);
        blst_fp12_is_one(&raw const result)
    }
}

/// Evaluates a line at a point and multiplies the value by it.
fn multiply_by_line(value: &mut blst_fp12, line: &blst_fp6, argument: &Argument) {
    let [constant, by_x, by_y] = &line.fp2;
    let line = blst_fp6 {
        fp2: [
            *constant,
            scale(by_x, &argument.minus_two_x),
            scale(by_y, &argument.two_y),
        ],
    };
    let value = ptr::from_mut(value);
    // SAFETY: both are whole structures; blst allows the result to be the factor.
    unsafe { blst_fp12_mul_by_xy00z0(value, value, &raw const line) };
}

/// Multiplies both coordinates by a number.
fn scale(number: &blst_fp2, factor: &blst_fp) -> blst_fp2 {
    let mut product = blst_fp2 { fp: [ZERO; 2] };
    for (to, from) in product.fp.iter_mut().zip(&number.fp) {
        // SAFETY: all three are whole structures.
        unsafe { blst_fp_mul(to, from, factor) };
    }
    product
}

fn square(value: &mut blst_fp12) {
    let value = ptr::from_mut(value);
    // SAFETY: it is a whole structure; blst allows the result to be the factor.
    unsafe { blst_fp12_sqr(value, value) };
}

/// The neutral element of multiplication, which is blst's default.
fn one() -> blst_fp12 {
    blst_fp12::default()
}

const ZERO: blst_fp = blst_fp { l: [0; 6] };
const ZERO_LINE: blst_fp6 = blst_fp6 {
    fp2: [blst_fp2 { fp: [ZERO; 2] }; 3],
};
