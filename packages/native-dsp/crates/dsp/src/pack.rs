//! The last visit of a row: its reference taken away, its scale undone, rounded to int16.

use crate::spatial::median::MedianFinder;
use crate::temporal::Machine;

/// How rows become int16; what lies beyond int16 is clamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    HalfEven,
    /// Towards zero.
    Truncate,
}

/// What is done to a row at the end.
pub(crate) struct Finish<'a> {
    pub machine: Machine,
    pub channels: usize,
    /// Whether the median over the row is subtracted.
    pub global_median: bool,
    /// What the row is divided by.
    pub scale: Option<&'a [f32]>,
    pub rounding: Rounding,
}

impl Finish<'_> {
    /// Finishes a row in place if `keep` is true, and writes its words if there is room for them.
    pub fn run(&self, row: &mut [f32], median: &mut MedianFinder, keep: bool, words: Option<&mut [i16]>) {
        let row = &mut row[..self.channels];
        if row.is_empty() {
            return;
        }
        let mut reference = if self.global_median { median.find(row).mean() } else { 0.0 };
        if let Some(scale) = self.scale {
            for (value, scale) in row.iter_mut().zip(scale) {
                *value = (*value - reference) / scale;
            }
            reference = 0.0;
        }
        let words = words.map(|words| &mut words[..self.channels]);
        match (keep && reference != 0.0, words) {
            (true, Some(words)) => pack::<true>(self.machine, row, reference, self.rounding, words),
            (true, None) => subtract(self.machine, row, reference),
            (false, Some(words)) => pack::<false>(self.machine, row, reference, self.rounding, words),
            (false, None) => {}
        }
    }
}

/// Subtracts from all values.
fn subtract(machine: Machine, row: &mut [f32], reference: f32) {
    #[inline(always)]
    fn each(row: &mut [f32], reference: f32) {
        row.iter_mut().for_each(|value| *value -= reference);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn each_avx2(row: &mut [f32], reference: f32) {
        each(row, reference);
    }

    #[cfg(target_arch = "x86_64")]
    if machine.has_avx2() {
        // SAFETY: the processor has AVX2.
        return unsafe { each_avx2(row, reference) };
    }
    each(row, reference);
}

/// Rounds `row - reference` to int16, and leaves the difference in the row if it is to be kept; NaN becomes the largest.
fn pack<const KEEP: bool>(machine: Machine, row: &mut [f32], reference: f32, rounding: Rounding, words: &mut [i16]) {
    #[cfg(target_arch = "x86_64")]
    if machine.has_avx2() {
        // SAFETY: the processor has AVX2.
        return unsafe {
            match rounding {
                Rounding::HalfEven => pack_avx2::<true, KEEP>(row, reference, words),
                Rounding::Truncate => pack_avx2::<false, KEEP>(row, reference, words),
            }
        };
    }
    pack_each::<KEEP>(row, reference, rounding, words);
}

#[inline(always)]
fn pack_each<const KEEP: bool>(row: &mut [f32], reference: f32, rounding: Rounding, words: &mut [i16]) {
    for (value, word) in row.iter_mut().zip(words) {
        let difference = *value - reference;
        if KEEP {
            *value = difference;
        }
        *word = round(difference, rounding);
    }
}

#[inline(always)]
fn round(value: f32, rounding: Rounding) -> i16 {
    /// The sum with it has no room for a fraction, and is rounded half to even.
    const SHIFT: f32 = 12_582_912.0;
    let value = value.min(32_767.0).max(-32_768.0);
    match rounding {
        Rounding::HalfEven => (value + SHIFT - SHIFT) as i16,
        Rounding::Truncate => value as i16,
    }
}

/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn pack_avx2<const HALF_EVEN: bool, const KEEP: bool>(row: &mut [f32], reference: f32, words: &mut [i16]) {
    use std::arch::x86_64::*;
    let (most, common) = (_mm256_set1_ps(32_767.0), _mm256_set1_ps(reference));
    // The conversion of what is far below gives the least int32, which is packed as the least int16.
    let convert = |at: &mut [f32]| {
        // SAFETY: it is called with eight values.
        let difference = _mm256_sub_ps(unsafe { _mm256_loadu_ps(at.as_ptr()) }, common);
        if KEEP {
            // SAFETY: as above.
            unsafe { _mm256_storeu_ps(at.as_mut_ptr(), difference) };
        }
        let value = _mm256_min_ps(difference, most);
        if HALF_EVEN { _mm256_cvtps_epi32(value) } else { _mm256_cvttps_epi32(value) }
    };
    let (rows, rest) = row.as_chunks_mut::<16>();
    let whole = rows.len() * 16;
    for (row, words) in rows.iter_mut().zip(words.as_chunks_mut::<16>().0) {
        let (low, high) = row.split_at_mut(8);
        let packed = _mm256_packs_epi32(convert(low), convert(high));
        // SAFETY: there is room for sixteen words.
        unsafe {
            let to = words.as_mut_ptr().cast();
            _mm256_storeu_si256(to, _mm256_permute4x64_epi64::<0b11_01_10_00>(packed));
        }
    }
    let rounding = if HALF_EVEN { Rounding::HalfEven } else { Rounding::Truncate };
    pack_each::<KEEP>(rest, reference, rounding, &mut words[whole..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded_half_to_even_or_truncated_and_clamped_on_every_machine() {
        let values =
            [0.5, 1.5, 2.5, -0.5, -1.5, 2.49, -2.51, 7.0, 32_766.5, 32_767.4, 4e9, 1e30, -32_768.4, -4e9, -1e30, 0.0];
        let even = [0, 2, 2, 0, -2, 2, -3, 7, 32_766, 32_767, 32_767, 32_767, -32_768, -32_768, -32_768, 0];
        let truncated = [0, 1, 2, 0, -1, 2, -2, 7, 32_766, 32_767, 32_767, 32_767, -32_768, -32_768, -32_768, 0];
        for machine in Machine::all() {
            for length in [1, 7, 15, 16] {
                for repeated in [1, 3] {
                    let mut row: Vec<f32> = values[..length].repeat(repeated);
                    for (rounding, expected) in [(Rounding::HalfEven, even), (Rounding::Truncate, truncated)] {
                        let mut words = vec![1; row.len()];
                        pack::<false>(machine, &mut row, 0.0, rounding, &mut words);
                        assert_eq!(words, expected[..length].repeat(repeated));
                        let mut kept: Vec<f32> = row.iter().map(|value| value + 4.0).collect();
                        pack::<true>(machine, &mut kept, 4.0, rounding, &mut words);
                        let again: Vec<f32> = row.iter().map(|value| value + 4.0 - 4.0).collect();
                        assert_eq!(kept, again);
                    }
                }
            }
        }
    }

    #[test]
    fn the_reference_is_the_rows_own_median() {
        let (mut row, mut words) = ([1.0, 8.0, 2.0, 4.25, 0.0], [9; 4]);
        let finish = Finish {
            machine: Machine::detect(),
            channels: 4,
            global_median: true,
            scale: None,
            rounding: Rounding::HalfEven,
        };
        finish.run(&mut row, &mut MedianFinder::default(), true, Some(&mut words));
        assert_eq!(row, [-2.125, 4.875, -1.125, 1.125, 0.0]);
        assert_eq!(words, [-2, 5, -1, 1]);
    }
}
