//! The loops over all values with the registers and masks of AVX-512.

use std::arch::x86_64::*;

use super::{Bounds, Kernels, LIMIT, SCALE, TOGETHER};

/// AVX-512 F and BW. Words of thirty-two values stand in the order of packing.
pub(super) struct Wide;

impl Kernels for Wide {
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

/// Lanes of the first of two registers in a mask of packed words.
const FIRST: u32 = 0x0f0f_0f0f;

/// # Safety
/// The processor has AVX-512 F and BW; as [`Kernels::narrow`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2,popcnt")]
unsafe fn narrow(values: &[f32], words: &mut [i16], near: [i16; 2]) -> i32 {
    let (limit, scale) = (_mm512_set1_ps(LIMIT), _mm512_set1_ps(SCALE));
    let (from, to) = (_mm512_set1_epi16(near[0]), _mm512_set1_epi16(near[1]));
    let ones = _mm512_set1_epi16(1);
    let behind = _mm512_set1_ps(LIMIT);
    let mut sums = _mm512_setzero_si512();
    for (index, part) in words.as_chunks_mut::<TOGETHER>().0.iter_mut().enumerate() {
        let left = values.len().saturating_sub(index * TOGETHER);
        // SAFETY: there is room for the words, and what is beyond the values is not loaded.
        unsafe {
            let at = values.as_ptr().add(index * TOGETHER);
            let (low, high) = if left >= TOGETHER {
                (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(16)))
            } else {
                let mask = (1_u32 << left) - 1;
                (
                    _mm512_mask_loadu_ps(behind, mask as u16, at),
                    _mm512_mask_loadu_ps(behind, (mask >> 16) as u16, at.wrapping_add(16)),
                )
            };
            let low = _mm512_mul_ps(_mm512_min_ps(low, limit), scale);
            let high = _mm512_mul_ps(_mm512_min_ps(high, limit), scale);
            let packed = _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high));
            _mm512_storeu_si512(part.as_mut_ptr().cast(), packed);
            let near = _mm512_min_epi16(_mm512_max_epi16(packed, from), to);
            sums = _mm512_add_epi32(sums, _mm512_madd_epi16(near, ones));
        }
    }
    _mm512_reduce_add_epi32(sums)
}

/// # Safety
/// The processor has AVX-512 F and BW.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,popcnt")]
unsafe fn count(words: &[i16], bounds: [i32; 4]) -> [usize; 4] {
    let bounds = [0, 1, 2, 3].map(|index| _mm512_set1_epi16(bounds[index] as i16));
    let mut counts = [0; 4];
    let (pairs, odd) = words.as_chunks::<TOGETHER>().0.as_chunks::<2>();
    // SAFETY: there are so many words.
    let load = |words: &[i16; TOGETHER]| unsafe { _mm512_loadu_si512(words.as_ptr().cast()) };
    for [one, two] in pairs {
        let (one, two) = (load(one), load(two));
        for index in 0..4 {
            let one = u64::from(_mm512_cmpgt_epi16_mask(bounds[index], one));
            let two = u64::from(_mm512_cmpgt_epi16_mask(bounds[index], two));
            counts[index] += (one | two << 32).count_ones() as usize;
        }
    }
    for one in odd {
        let one = load(one);
        for index in 0..4 {
            counts[index] += _mm512_cmpgt_epi16_mask(bounds[index], one).count_ones() as usize;
        }
    }
    counts
}

/// # Safety
/// The processor has AVX-512 F and BW, BMI2 and POPCNT; as [`Kernels::collect`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2,popcnt")]
unsafe fn collect(values: &[f32], words: &[i16], bounds: &Bounds, to: *mut f32) -> usize {
    let low = _mm512_set1_epi16(bounds.low as i16);
    let width = _mm512_set1_epi16((bounds.high - bounds.low) as i16);
    let mut found = 0;
    for (index, part) in words.as_chunks::<TOGETHER>().0.iter().enumerate() {
        let left = values.len() - index * TOGETHER;
        // SAFETY: there are so many words; what is beyond the values is not loaded; when sixteen are stored, fewer
        // than there are values have been found.
        unsafe {
            let above = _mm512_sub_epi16(_mm512_loadu_si512(part.as_ptr().cast()), low);
            let inside = _mm512_cmplt_epu16_mask(above, width);
            let at = values.as_ptr().add(index * TOGETHER);
            let (first, second) = (_pext_u32(inside, FIRST), _pext_u32(inside, !FIRST));
            let (low, high) = if left >= TOGETHER {
                (_mm512_loadu_ps(at), _mm512_loadu_ps(at.add(16)))
            } else {
                let mask = (1_u32 << left) - 1;
                (
                    _mm512_maskz_loadu_ps(mask as u16, at),
                    _mm512_maskz_loadu_ps((mask >> 16) as u16, at.wrapping_add(16)),
                )
            };
            _mm512_storeu_ps(to.add(found), _mm512_maskz_compress_ps(first as u16, low));
            found += first.count_ones() as usize;
            _mm512_storeu_ps(to.add(found), _mm512_maskz_compress_ps(second as u16, high));
            found += second.count_ones() as usize;
        }
    }
    // SAFETY: there is room for them.
    unsafe { _mm512_storeu_ps(to.add(found), _mm512_set1_ps(f32::INFINITY)) };
    found
}
