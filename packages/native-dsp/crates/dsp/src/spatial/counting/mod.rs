//! Middle values by counting, with vector instructions.

mod narrow;
mod wide;

use std::arch::x86_64::*;

use super::median::Middles;
use narrow::Narrow;
use wide::Wide;

/// Sixteenths.
const SCALE: f32 = 16.0;
/// Beyond this, float to int32 has no result; it is far beyond int16 sixteenths.
const LIMIT: f32 = 1e8;
/// Values between the bounds that are compared with each other.
const MOST: usize = 16;
/// With more values than this, sums of counts would not fit into 16 bits.
const LONGEST: usize = 32_000;
/// Counting further would not help.
const MOST_PASSES: usize = 24;
/// How many values from where the median is supposed to be the four bounds lie.
const PLACES: [f32; 4] = [-18.0, -6.0, 6.0, 18.0];
/// Between bounds that are known, the next ones lie nearer.
const NEAR: f32 = 0.4;
/// Words that are looked at together; behind the values, there are as many as make this a divisor.
const TOGETHER: usize = 32;

pub struct Counting {
    /// Whether AVX-512 is there.
    wide: bool,
    words: Vec<i16>,
    candidates: Vec<f32>,
    /// Where the median was, in sixteenths; ...
    guess: f32,
    /// ... how far it was from the mean of values near to the one before it, ...
    offset: f32,
    /// ... and how far from each other values around it were.
    spacing: f32,
}

/// Words from `low` up to `high`, how many are below, and how many are within.
#[derive(Clone, Copy)]
struct Bounds {
    low: i32,
    high: i32,
    below: usize,
    within: usize,
}

/// The loops over all values, for one kind of processor.
trait Kernels {
    /// Writes words of the values; returns the sum of all words, those that are not near clamped.
    ///
    /// # Safety
    /// There are words for all values, a multiple of [`TOGETHER`].
    unsafe fn narrow(values: &[f32], words: &mut [i16], near: [i16; 2]) -> i32;

    /// How many words are below each bound.
    ///
    /// # Safety
    /// The processor is the one.
    unsafe fn count(words: &[i16], bounds: [i32; 4]) -> [usize; 4];

    /// Writes the values within bounds to `to`, and behind them [`MOST`] infinite ones; returns how many there are.
    ///
    /// # Safety
    /// There are words for all values, and there is room for [`TOGETHER`] more than all of them.
    unsafe fn collect(values: &[f32], words: &[i16], bounds: &Bounds, to: *mut f32) -> usize;
}

const LEAST: i32 = i16::MIN as i32 + 1;
const GREATEST: i32 = i16::MAX as i32;

impl Counting {
    pub fn detect() -> Option<Self> {
        let known = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
        let (words, candidates) = (Vec::new(), Vec::new());
        known.then_some(Self { wide, words, candidates, guess: 0.0, offset: 0.0, spacing: 1.0 })
    }

    /// One that does without AVX-512.
    #[cfg(test)]
    pub fn detect_narrow() -> Option<Self> {
        Self::detect().map(|counting| Self { wide: false, ..counting })
    }

    /// None where counting does not lead to few values: many are equal, or most are beyond what words hold.
    pub fn find(&mut self, values: &[f32]) -> Option<Middles> {
        if values.is_empty() || values.len() > LONGEST {
            return None;
        }
        // SAFETY: one is made where the processor has AVX2, FMA, BMI2 and POPCNT; `wide` is true where it has AVX-512.
        unsafe { if self.wide { self.find_wide(values) } else { self.find_narrow(values) } }
    }

    #[target_feature(enable = "avx2,fma,bmi2,popcnt,avx512f,avx512bw")]
    unsafe fn find_wide(&mut self, values: &[f32]) -> Option<Middles> {
        // SAFETY: as this function's.
        unsafe { self.find_by::<Wide>(values) }
    }

    #[target_feature(enable = "avx2,fma,bmi2,popcnt")]
    unsafe fn find_narrow(&mut self, values: &[f32]) -> Option<Middles> {
        // SAFETY: as this function's.
        unsafe { self.find_by::<Narrow>(values) }
    }

    /// # Safety
    /// Inlined where AVX2, FMA, BMI2 and POPCNT and what the kernels need are enabled.
    #[inline(always)]
    unsafe fn find_by<K: Kernels>(&mut self, values: &[f32]) -> Option<Middles> {
        let padded = values.len().next_multiple_of(TOGETHER);
        if self.words.len() != padded {
            self.words.clear();
            self.words.resize(padded, i16::MAX);
            self.candidates.resize(values.len() + TOGETHER, 0.0);
        }
        // Values far from the last median say where this one is no better than those that are not so far.
        let reach = (0.8 * values.len() as f32 * self.spacing).min(16_000.0);
        let near = |at: f32| at.clamp(-32_000.0, 32_000.0) as i16;
        let near = [near(self.guess - reach), near(self.guess + reach)];
        // SAFETY: as the caller's; there are words for all values.
        let sum = unsafe { K::narrow(values, &mut self.words, near) };
        let padding = (padded - values.len()) as i32 * i32::from(near[1]);
        let mean = (sum - padding) as f32 / values.len() as f32;
        let (first, second) = ((values.len() - 1) / 2, values.len() / 2);
        // SAFETY: as the caller's.
        let bounds = unsafe { self.bracket::<K>(first, second, mean) }?;
        // SAFETY: as the caller's; there is room for so many.
        let found = unsafe { K::collect(values, &self.words, &bounds, self.candidates.as_mut_ptr()) };
        let (first, second) = (first - bounds.below, second - bounds.below);
        if found > MOST {
            let candidates = &mut self.candidates[..found];
            candidates.sort_unstable_by(f32::total_cmp);
            return Some(Middles { lower: candidates[first], upper: candidates[second] });
        }
        let sixteen = self.candidates.first_chunk::<MOST>()?;
        // SAFETY: as the caller's.
        Some(unsafe { pick(sixteen, first, second) })
    }

    /// Bounds that hold both middle values and, unless they are next to each other, few others.
    #[inline(always)]
    unsafe fn bracket<K: Kernels>(&mut self, first: usize, second: usize, mean: f32) -> Option<Bounds> {
        let middle = mean + self.offset;
        let bounds = PLACES.map(|place| place_at(middle + place * self.spacing, LEAST, GREATEST));
        // SAFETY: as the caller's.
        let counts = unsafe { K::count(&self.words, bounds) };
        let (all, width) = (counts[3] - counts[0], bounds[3] - bounds[0]);
        if width > 0 {
            self.spacing += 0.25 * ((width as f32 / (all as f32 + 0.1)).clamp(0.08, 32.0) - self.spacing);
        }
        // Bounds of both middle values: not more than the first are below the one, more than the second below the other.
        let under = counts.iter().map(|&count| usize::from(count <= first)).sum::<usize>();
        let over = counts.iter().map(|&count| usize::from(count > second)).sum::<usize>();
        let rank = (first + second) as f32 * 0.5 + 0.5;
        let mut found = if under > 0 && over > 0 {
            let (low, high) = (under - 1, 4 - over);
            let (below, until) = (counts[low & 3], counts[high & 3]);
            Bounds { low: bounds[low & 3], high: bounds[high & 3], below, within: until - below }
        } else {
            // SAFETY: as the caller's.
            unsafe { self.search::<K>(first, second, bounds, counts) }?
        };
        if found.within > MOST && found.high - found.low > 1 {
            // SAFETY: as the caller's.
            found = unsafe { self.search::<K>(first, second, bounds, counts) }?;
        }
        let Bounds { low, high, below, within } = found;
        self.guess = low as f32 + (rank - below as f32) * (high - low) as f32 / within as f32;
        self.offset += 0.05 * (self.guess - mean - self.offset);
        Some(found)
    }

    /// As [`Self::bracket`], from counts that did not lead so far.
    #[inline(never)]
    unsafe fn search<K: Kernels>(
        &self,
        first: usize,
        second: usize,
        mut bounds: [i32; 4],
        mut counts: [usize; 4],
    ) -> Option<Bounds> {
        let (mut low, mut below) = (LEAST - 1, 0);
        let (mut high, mut until) = (GREATEST + 1, self.words.len());
        let rank = (first + second) as f32 * 0.5 + 0.5;
        for pass in 1..MOST_PASSES {
            for (bound, count) in bounds.into_iter().zip(counts) {
                if count <= first && bound > low {
                    (low, below) = (bound, count);
                } else if count > second && bound < high {
                    (high, until) = (bound, count);
                }
            }
            let (middle, step);
            if low >= LEAST && high <= GREATEST {
                if until - below <= MOST || high - low <= 1 {
                    return Some(Bounds { low, high, below, within: until - below });
                }
                let spacing = (high - low) as f32 / (until - below) as f32;
                middle = low as f32 + (rank - below as f32) * spacing;
                step = (NEAR * spacing).min((high - low) as f32 * (0.25 / PLACES[3]));
            } else if high - low <= 1 {
                return None;
            } else {
                let (from, count) = if low >= LEAST { (low, below) } else { (high, until) };
                let jump = (rank - count as f32) * self.spacing * pass as f32;
                middle = from as f32 + jump;
                step = (NEAR * self.spacing).max(jump.abs() * (0.5 / PLACES[3]));
            }
            bounds = PLACES.map(|place| place_at(middle + place * step, low.max(LEAST - 1) + 1, high - 1));
            // SAFETY: as the caller's.
            counts = unsafe { K::count(&self.words, bounds) };
        }
        None
    }
}

/// The nearest whole number within bounds.
#[inline(always)]
fn place_at(value: f32, least: i32, greatest: i32) -> i32 {
    /// Numbers of this size have no fraction; their bits count up by one.
    const SHIFT: f32 = 12_582_912.0;
    let whole = (value.clamp(-40_000.0, 40_000.0) + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32;
    whole.max(least).min(greatest)
}

/// The values of two ranks among [`MOST`]: those that not more are below of.
#[inline]
#[target_feature(enable = "avx2")]
fn pick(sixteen: &[f32; MOST], first: usize, second: usize) -> Middles {
    // SAFETY: there are sixteen values.
    let (a, b) = unsafe { (_mm256_loadu_ps(sixteen.as_ptr()), _mm256_loadu_ps(sixteen.as_ptr().add(8))) };
    let zero = _mm256_setzero_si256();
    let (mut below_a, mut below_b) = (zero, zero);
    for value in sixteen {
        let value = _mm256_set1_ps(*value);
        below_a = _mm256_sub_epi32(below_a, _mm256_castps_si256(_mm256_cmp_ps::<_CMP_LT_OQ>(value, a)));
        below_b = _mm256_sub_epi32(below_b, _mm256_castps_si256(_mm256_cmp_ps::<_CMP_LT_OQ>(value, b)));
    }
    // Of the values that at most so many are below of, the largest.
    let value = |rank: usize| {
        let rank = _mm256_set1_epi32(rank as i32);
        let least = _mm256_set1_ps(f32::NEG_INFINITY);
        let keep_a = _mm256_blendv_ps(a, least, _mm256_castsi256_ps(_mm256_cmpgt_epi32(below_a, rank)));
        let keep_b = _mm256_blendv_ps(b, least, _mm256_castsi256_ps(_mm256_cmpgt_epi32(below_b, rank)));
        let eight = _mm256_max_ps(keep_a, keep_b);
        let four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
        let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
    };
    Middles { lower: value(first), upper: value(second) }
}
