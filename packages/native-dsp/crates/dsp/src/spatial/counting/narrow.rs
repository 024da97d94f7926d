//! The loops over all values with AVX2.

use std::arch::x86_64::*;

use super::{Bounds, Kernels, LIMIT, MOST, SCALE};

/// AVX2, BMI2 and POPCNT.
pub(super) struct Narrow;

impl Kernels for Narrow {
    #[inline(always)]
    unsafe fn narrow(values: &[f32], words: &mut [i16], near: [i16; 2]) -> i32 {
        // SAFETY: as this function's.
        unsafe { narrow(values, words, near) }
    }

    #[inline(always)]
    unsafe fn count(words: &[i16], bounds: [i32; 4]) -> [usize; 4] {
        // SAFETY: as this function's.
        unsafe { count(words, bounds) }
    }

    #[inline(always)]
    unsafe fn collect(values: &[f32], words: &[i16], bounds: &Bounds, to: *mut f32) -> usize {
        // SAFETY: as this function's.
        unsafe { collect(values, words, bounds, to) }
    }
}

/// As [`Kernels::narrow`].
///
/// # Safety
/// And the processor has AVX2.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn narrow(values: &[f32], words: &mut [i16], near: [i16; 2]) -> i32 {
    let (limit, scale) = (_mm256_set1_ps(LIMIT), _mm256_set1_ps(SCALE));
    let (from, to) = (_mm256_set1_epi16(near[0]), _mm256_set1_epi16(near[1]));
    let ones = _mm256_set1_epi16(1);
    let mut sums = _mm256_setzero_si256();
    let (whole, rest) = values.as_chunks::<16>();
    if !rest.is_empty() {
        for (word, value) in words[whole.len() * 16..].iter_mut().zip(rest) {
            *word = (value.min(LIMIT) * SCALE).round_ties_even() as i16;
        }
    }
    let parts = words.as_chunks_mut::<16>().0;
    for (index, part) in parts.iter_mut().enumerate() {
        // SAFETY: there are sixteen words, and sixteen values where they are whole.
        unsafe {
            let packed = match whole.get(index) {
                Some(values) => {
                    let low = _mm256_mul_ps(_mm256_min_ps(_mm256_loadu_ps(values.as_ptr()), limit), scale);
                    let high = _mm256_mul_ps(_mm256_min_ps(_mm256_loadu_ps(values.as_ptr().add(8)), limit), scale);
                    let packed = _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
                    let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
                    _mm256_storeu_si256(part.as_mut_ptr().cast(), packed);
                    packed
                }
                None => _mm256_loadu_si256(part.as_ptr().cast()),
            };
            let near = _mm256_min_epi16(_mm256_max_epi16(packed, from), to);
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(near, ones));
        }
    }
    sum(sums)
}

#[target_feature(enable = "avx2")]
fn sum(eight: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256::<1>(eight));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two)))
}

/// As [`Kernels::count`].
///
/// # Safety
/// The processor has AVX2.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn count(words: &[i16], bounds: [i32; 4]) -> [usize; 4] {
    let bounds = [0, 1, 2, 3].map(|index| _mm256_set1_epi16(bounds[index] as i16));
    let mut counts = [_mm256_setzero_si256(); 4];
    for words in words.as_chunks::<16>().0 {
        // SAFETY: there are sixteen words.
        let words = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
        for index in 0..4 {
            counts[index] = _mm256_sub_epi16(counts[index], _mm256_cmpgt_epi16(bounds[index], words));
        }
    }
    // Sixteen counts of each become one: pairs, then across.
    let ones = _mm256_set1_epi16(1);
    let pairs = [0, 1, 2, 3].map(|index| _mm256_madd_epi16(counts[index], ones));
    let sums = _mm256_hadd_epi32(_mm256_hadd_epi32(pairs[0], pairs[1]), _mm256_hadd_epi32(pairs[2], pairs[3]));
    let sums = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let mut four = [0_i32; 4];
    // SAFETY: there is room for four.
    unsafe { _mm_storeu_si128(four.as_mut_ptr().cast(), sums) };
    four.map(|count| count as usize)
}

/// As [`Kernels::collect`].
///
/// # Safety
/// And the processor has AVX2, BMI2 and POPCNT.
#[inline]
#[target_feature(enable = "avx2,bmi2,popcnt")]
unsafe fn collect(values: &[f32], words: &[i16], bounds: &Bounds, to: *mut f32) -> usize {
    let low = _mm256_set1_epi16(bounds.low as i16);
    let last = _mm256_set1_epi16((bounds.high - 1) as i16);
    let mut found = 0;
    let (whole, rest) = values.as_chunks::<16>();
    for (values, words) in whole.iter().zip(words.as_chunks::<16>().0) {
        // SAFETY: there are sixteen values and words; when eight are stored, fewer than there are values have been found.
        unsafe {
            let words = _mm256_loadu_si256(words.as_ptr().cast());
            let outside = _mm256_or_si256(_mm256_cmpgt_epi16(low, words), _mm256_cmpgt_epi16(words, last));
            let inside = !(_mm256_movemask_epi8(_mm256_packs_epi16(outside, outside)) as u32);
            for half in 0..2 {
                let mask = (inside >> (16 * half)) & 0xff;
                let order: *const __m128i = COMPRESS[mask as usize].as_ptr().cast();
                let order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(order));
                let eight = _mm256_loadu_ps(values.as_ptr().add(8 * half));
                _mm256_storeu_ps(to.add(found), _mm256_permutevar8x32_ps(eight, order));
                found += mask.count_ones() as usize;
            }
        }
    }
    for (value, word) in rest.iter().zip(&words[whole.len() * 16..]) {
        if (bounds.low..bounds.high).contains(&i32::from(*word)) {
            // SAFETY: not more than there are values.
            unsafe { to.add(found).write(*value) };
            found += 1;
        }
    }
    // SAFETY: there is room for them.
    unsafe { to.add(found).cast::<[f32; MOST]>().write([f32::INFINITY; MOST]) };
    found
}

/// For each mask of eight lanes, the lanes that are set.
static COMPRESS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut lane, mut to) = (0, 0);
        while lane < 8 {
            if mask >> lane & 1 == 1 {
                table[mask][to] = lane as u8;
                to += 1;
            }
            lane += 1;
        }
        mask += 1;
    }
    table
};
