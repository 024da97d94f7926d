//! Exact sums of int16 counts times int16 taps, for every so many frames: pairs of frames and 32 columns at a time.

use std::ops::Range;

use super::decimation::Decimation;
use super::extremes::{has_vectors, require_columns};
use crate::Result;

#[derive(Debug, Clone)]
pub(super) struct Polyphase {
    factor: usize,
    reach: usize,
    bits: u32,
    taps: Vec<i16>,
    rows: Vec<usize>,
    /// Sums of counts up to this one stay within 32 bits.
    most: u32,
    /// Two taps in a word, for the first and the second of two results over the same pairs of frames.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pairs: Vec<[i32; 2]>,
    vectors: bool,
}

/// Frames of a segment, and where among them the first result stands.
pub(super) struct Window<'a> {
    pub counts: &'a [i16],
    pub columns: usize,
    pub centre: usize,
}

/// Columns that are taken together: one line of the cache.
const GROUP: usize = 32;

/// Results that share what was taken out: their frames fit into the second-level cache.
const RESULTS: usize = 64;

impl Polyphase {
    pub fn prepare(decimation: &Decimation, columns: usize, rows: &[usize]) -> Result<Self> {
        require_columns(columns, rows)?;
        let (taps, factor) = (decimation.taps().to_vec(), decimation.factor());
        let tap = |index: usize| taps.get(index).map_or(0, |tap| *tap as u16);
        let pair = |index: usize| (u32::from(tap(index)) | u32::from(tap(index.wrapping_add(1))) << 16) as i32;
        let pairs = (0..(taps.len() + factor).div_ceil(2))
            .map(|index| [pair(2 * index), pair((2 * index).wrapping_sub(factor))])
            .collect();
        let total: u32 = taps.iter().map(|tap| u32::from(tap.unsigned_abs())).sum();
        Ok(Self {
            factor,
            reach: decimation.reach(),
            bits: decimation.bits(),
            most: ((1 << 31) - (1 << decimation.bits())) / total - 1,
            rows: rows.to_vec(),
            pairs,
            taps,
            vectors: has_vectors(),
        })
    }

    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Writes the rows of all results into frames of `width` words; the scratch is what the vectors work in.
    pub fn apply(&self, window: &Window<'_>, scratch: &mut Vec<i16>, out: &mut [i16], width: usize) {
        let results = out.len() / width;
        for first in (0..results).step_by(RESULTS) {
            let results = first..(first + RESULTS).min(results);
            for from in (0..self.rows.len()).step_by(GROUP) {
                let rows = from..(from + GROUP).min(self.rows.len());
                self.apply_group(window, results.clone(), rows, scratch, out, width);
            }
        }
    }

    fn apply_group(
        &self,
        window: &Window<'_>,
        results: Range<usize>,
        rows: Range<usize>,
        scratch: &mut Vec<i16>,
        out: &mut [i16],
        width: usize,
    ) {
        #[cfg(target_arch = "x86_64")]
        if self.vectors && self.take_pairs(window, &results, &rows, scratch) <= self.most {
            for (index, result) in results.enumerate().step_by(2) {
                let pairs = &scratch[index / 2 * self.factor * 2 * GROUP..];
                let mut sums = [[0; GROUP]; 2];
                // SAFETY: the processor has AVX2.
                unsafe { avx2::two_results(&self.pairs, pairs, self.bits, &mut sums) };
                let frames = out.chunks_exact_mut(width).skip(result);
                for (frame, sums) in frames.zip(sums) {
                    frame[rows.clone()].copy_from_slice(&sums[..rows.len()]);
                }
            }
            return;
        }
        self.apply_portably(window, results, rows, out, width);
    }

    /// Copies pairs of frames side by side, `GROUP` columns of each pair; returns the largest count of them.
    #[cfg(target_arch = "x86_64")]
    fn take_pairs(
        &self,
        window: &Window<'_>,
        results: &Range<usize>,
        rows: &Range<usize>,
        scratch: &mut Vec<i16>,
    ) -> u32 {
        let frames = window.counts.len() / window.columns;
        let start = window.centre + results.start * self.factor;
        let pairs = (results.len() - 1) / 2 * self.factor + self.pairs.len();
        scratch.resize(pairs * 2 * GROUP, 0);
        let columns = &self.rows[rows.clone()];
        let neighbours = columns.len() == GROUP && columns.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let mut gathered = [[0_i16; GROUP]; 2];
        let mut largest = 0;
        for (index, pair) in scratch.chunks_exact_mut(2 * GROUP).enumerate() {
            let frame = |offset: usize| {
                let at = (start + 2 * index + offset).saturating_sub(self.reach).min(frames - 1);
                &window.counts[at * window.columns..(at + 1) * window.columns]
            };
            let (first, second) = (frame(0), frame(1));
            let (first, second) = if neighbours {
                let columns = columns[0]..columns[0] + GROUP;
                (&first[columns.clone()], &second[columns])
            } else {
                for (gathered, frame) in gathered.iter_mut().zip([first, second]) {
                    for (word, column) in gathered.iter_mut().zip(columns) {
                        *word = frame[*column];
                    }
                }
                (&gathered[0][..], &gathered[1][..])
            };
            // SAFETY: the processor has AVX2 (`vectors`), and the slices hold 32, 32 and 64 counts.
            largest = largest.max(unsafe { avx2::interleave(first, second, pair) });
        }
        largest
    }

    fn apply_portably(
        &self,
        window: &Window<'_>,
        results: Range<usize>,
        rows: Range<usize>,
        out: &mut [i16],
        width: usize,
    ) {
        let frames = window.counts.len() / window.columns;
        for result in results {
            let start = window.centre + result * self.factor;
            let mut sums = [0_i64; GROUP];
            for (tap, weight) in self.taps.iter().enumerate() {
                let at = (start + tap).saturating_sub(self.reach).min(frames - 1);
                let frame = &window.counts[at * window.columns..(at + 1) * window.columns];
                for (sum, column) in sums.iter_mut().zip(&self.rows[rows.clone()]) {
                    *sum += i64::from(*weight) * i64::from(frame[*column]);
                }
            }
            let frame = &mut out[result * width..(result + 1) * width];
            for (word, sum) in frame[rows.clone()].iter_mut().zip(sums) {
                *word = round(sum, self.bits);
            }
        }
    }
}

/// Half to even, clamped.
fn round(sum: i64, bits: u32) -> i16 {
    let odd = (sum >> bits) & 1;
    let rounded = (sum + (1 << (bits - 1)) - 1 + odd) >> bits;
    rounded.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::GROUP;

    /// Returns the largest absolute value. The columns of 16 stand as `unpacklo` and `unpackhi` leave them.
    ///
    /// SAFETY: needs AVX2, `GROUP` counts in `first` and in `second`, and room for both in `pair`.
    #[target_feature(enable = "avx2")]
    pub unsafe fn interleave(first: &[i16], second: &[i16], pair: &mut [i16]) -> u32 {
        assert!(first.len() == GROUP && second.len() == GROUP && pair.len() == 2 * GROUP);
        let mut largest = _mm256_setzero_si256();
        for half in 0..2 {
            // SAFETY: 16 counts from `16 * half` of 32, and 32 from `32 * half` of 64.
            unsafe {
                let a = _mm256_loadu_si256(first.as_ptr().add(16 * half).cast());
                let b = _mm256_loadu_si256(second.as_ptr().add(16 * half).cast());
                largest = _mm256_max_epu16(largest, _mm256_max_epu16(_mm256_abs_epi16(a), _mm256_abs_epi16(b)));
                let to = pair.as_mut_ptr().add(32 * half);
                _mm256_storeu_si256(to.cast(), _mm256_unpacklo_epi16(a, b));
                _mm256_storeu_si256(to.add(16).cast(), _mm256_unpackhi_epi16(a, b));
            }
        }
        let halves = _mm_max_epu16(_mm256_castsi256_si128(largest), _mm256_extracti128_si256::<1>(largest));
        let least = _mm_minpos_epu16(_mm_xor_si128(halves, _mm_set1_epi16(-1)));
        0xffff ^ (_mm_cvtsi128_si32(least) as u32 & 0xffff)
    }

    /// Two results over the same pairs of frames, rounded half to even and clamped.
    ///
    /// SAFETY: needs AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn two_results(taps: &[[i32; 2]], pairs: &[i16], bits: u32, sums: &mut [[i16; GROUP]; 2]) {
        assert!(pairs.len() >= taps.len() * 2 * GROUP);
        let mut a = [_mm256_setzero_si256(); 4];
        let mut b = [_mm256_setzero_si256(); 4];
        for (index, [first, second]) in taps.iter().enumerate() {
            let (first, second) = (_mm256_set1_epi32(*first), _mm256_set1_epi32(*second));
            for lane in 0..4 {
                // SAFETY: 16 counts from `64 * index + 16 * lane` on, which `pairs` has for each tap.
                let counts = unsafe { _mm256_loadu_si256(pairs.as_ptr().add(2 * GROUP * index + 16 * lane).cast()) };
                a[lane] = _mm256_add_epi32(a[lane], _mm256_madd_epi16(counts, first));
                b[lane] = _mm256_add_epi32(b[lane], _mm256_madd_epi16(counts, second));
            }
        }
        for (sums, lanes) in sums.iter_mut().zip([a, b]) {
            for half in 0..2 {
                let words = _mm256_packs_epi32(round(lanes[2 * half], bits), round(lanes[2 * half + 1], bits));
                // SAFETY: 16 of 32 words.
                unsafe { _mm256_storeu_si256(sums.as_mut_ptr().add(16 * half).cast(), words) };
            }
        }
    }

    #[target_feature(enable = "avx2")]
    fn round(sums: __m256i, bits: u32) -> __m256i {
        let count = _mm_cvtsi32_si128(bits as i32);
        let odd = _mm256_and_si256(_mm256_sra_epi32(sums, count), _mm256_set1_epi32(1));
        let half = _mm256_set1_epi32((1 << (bits - 1)) - 1);
        _mm256_sra_epi32(_mm256_add_epi32(_mm256_add_epi32(sums, half), odd), count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_way_is_rounded_to_even() {
        let rounded = |sum| round(sum, 2);
        assert_eq!([2, 6, 10, -2, -6, 3, -3].map(rounded), [0, 2, 2, 0, -2, 1, -1]);
        assert_eq!([1 << 30, -(1 << 30)].map(rounded), [i16::MAX, i16::MIN]);
    }

    #[test]
    fn the_portable_sums_are_those_of_the_vectors() {
        let decimation = Decimation::prepare(12).unwrap();
        let rows: Vec<usize> = (0..37).collect();
        let mut polyphase = Polyphase::prepare(&decimation, 40, &rows).unwrap();
        let counts: Vec<i16> = (0..40 * 2000).map(|index| ((index * 7919) % 4001 - 2000) as i16).collect();
        let window = Window { counts: &counts, columns: 40, centre: 5 };
        let mut apply = |vectors: bool| {
            polyphase.vectors &= vectors;
            let mut out = vec![0; 166 * 37];
            polyphase.apply(&window, &mut Vec::new(), &mut out, 37);
            out
        };
        assert!(apply(true) == apply(false));
    }
}
