//! Counts as they are, or the exact sums of delayed ones, for processors with AVX2.

use std::arch::x86_64::*;
use std::ops::Range;

use super::delay::{Counts, GROUP, Pairs};
use super::lanes::{Row, Scalar, WIDTH};

/// The samples as they are; `soon` is what [`Counts::soon`] gives.
///
/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn widen<S: Scalar>(
    counts: &Counts<'_>,
    column: usize,
    frames: Range<usize>,
    target: &mut [Row<S>],
    soon: (*const i8, usize),
) {
    let (mut soon, step) = soon;
    let rows = counts.data[frames.start * counts.columns..].chunks(counts.columns);
    for (index, (words, row)) in rows.zip(&mut target[..frames.len()]).enumerate() {
        // SAFETY: a hint, which may be wrong; the row has the tile's words.
        let words: [i16; WIDTH] = unsafe {
            if index % 2 == 0 {
                _mm_prefetch::<_MM_HINT_T1>(soon);
                soon = soon.wrapping_add(step);
            }
            words[column..column + WIDTH].as_ptr().cast::<[i16; WIDTH]>().read_unaligned()
        };
        for (value, word) in row.0.iter_mut().zip(words) {
            *value = S::from_i32(i32::from(word));
        }
    }
}

/// # Safety
/// The processor has AVX2; at `at`, and so on every `columns` words, there are [`WIDTH`] samples of one more frame than
/// there are pairs.
#[target_feature(enable = "avx2")]
pub unsafe fn pair_up(at: *const i16, columns: usize, pairs: &mut [[[i16; WIDTH]; 2]]) {
    // SAFETY: as the caller's.
    unsafe {
        // Quarters in the order 0 2 1 3, so that unpacking leaves the channels in theirs.
        let load = |at: *const i16| _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_loadu_si256(at.cast()));
        let mut at = at;
        let mut older = load(at);
        for pair in pairs {
            at = at.add(columns);
            let younger = load(at);
            let to: *mut __m256i = pair.as_mut_ptr().cast();
            _mm256_storeu_si256(to, _mm256_unpacklo_epi16(older, younger));
            _mm256_storeu_si256(to.add(1), _mm256_unpackhi_epi16(older, younger));
            older = younger;
        }
    }
}

/// Writes the sums as single-precision numbers, or as whole ones.
///
/// # Safety
/// The processor has AVX2; `pairs` reaches as far as groups and taps do, `target` has 16 numbers for each output.
#[target_feature(enable = "avx2")]
pub unsafe fn convolve<const FLOAT: bool>(taps: &[[[i16; WIDTH]; 2]], pairs: &Pairs, groups: usize, target: *mut i32) {
    // SAFETY: as the caller's.
    unsafe {
        match taps.len() {
            8 => convolve_taps::<8, FLOAT>(taps, pairs, groups, target),
            12 => convolve_taps::<12, FLOAT>(taps, pairs, groups, target),
            _ => convolve_taps::<16, FLOAT>(taps, pairs, groups, target),
        }
    }
}

/// Each pair is loaded once for the four outputs, two frames apart, that it takes part in.
///
/// # Safety
/// As [`convolve`]; there are `N` taps.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn convolve_taps<const N: usize, const FLOAT: bool>(
    taps: &[[[i16; WIDTH]; 2]],
    pairs: &Pairs,
    groups: usize,
    target: *mut i32,
) {
    for half in 0..2 {
        let taps: [__m256i; N] =
            // SAFETY: there are N taps of 32 bytes per half.
            std::array::from_fn(|index| unsafe { _mm256_loadu_si256(taps[index][half].as_ptr().cast()) });
        for group in 0..groups {
            for parity in 0..2 {
                let first = group * GROUP + parity;
                let mut sums = [_mm256_setzero_si256(); 4];
                for step in 0..N + 3 {
                    // SAFETY: the last pair is 2 (N + 3 - 1) frames after the first, as the caller promises.
                    let pair = unsafe {
                        let row: *const __m256i = pairs.as_ptr().add(first + 2 * step).cast();
                        _mm256_loadu_si256(row.add(half))
                    };
                    for (output, sum) in sums.iter_mut().enumerate() {
                        if step >= output && step - output < N {
                            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pair, taps[step - output]));
                        }
                    }
                }
                for (output, sum) in sums.into_iter().enumerate() {
                    // SAFETY: the target has 16 numbers for each output.
                    unsafe {
                        let to = target.add((first + 2 * output) * WIDTH + half * 8);
                        if FLOAT {
                            _mm256_storeu_ps(to.cast(), _mm256_cvtepi32_ps(sum));
                        } else {
                            _mm256_storeu_si256(to.cast(), sum);
                        }
                    }
                }
            }
        }
    }
}
