//! Sums of products of counts and taps, in the type that they are wanted in.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

#[cfg(target_arch = "x86_64")]
use super::delay::CHUNK;
use super::delay::{GROUP, Pairs};
#[cfg(target_arch = "x86_64")]
use super::delay_256;
#[cfg(target_arch = "x86_64")]
use super::delay_512::{self, PAIRS, Samples};
use super::lanes::{Row, Scalar, WIDTH};
use super::machine::Machine;

/// A type that delayed counts are given in.
pub(crate) trait Delayed: Scalar {
    /// The sums of a whole chunk.
    ///
    /// # Safety
    /// As [`delay_512::delay_chunk`]'s, and `target` has room for a chunk.
    #[cfg(target_arch = "x86_64")]
    unsafe fn delay_chunk(samples: Samples, taps: &[[[i16; WIDTH]; 2]; PAIRS], target: *mut Row<Self>);

    /// For `groups` groups of eight frames: the sum over `taps` of pairs two frames apart times taps, in whole numbers.
    ///
    /// # Safety
    /// `pairs` has two more frames per pair of taps than there are outputs, `target` room for the outputs; the machine
    /// is the one detected.
    unsafe fn convolve(
        machine: Machine,
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: &mut [Row<Self>],
    );
}

impl Delayed for f32 {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn delay_chunk(samples: Samples, taps: &[[[i16; WIDTH]; 2]; PAIRS], target: *mut Row<Self>) {
        // SAFETY: as the caller's; a row has as many values as there are sums.
        unsafe {
            delay_512::delay_chunk(samples, taps, |frame, sums| {
                _mm512_storeu_ps(target.add(frame).cast(), _mm512_cvtepi32_ps(sums));
            });
        }
    }

    unsafe fn convolve(
        machine: Machine,
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: &mut [Row<Self>],
    ) {
        #[cfg(target_arch = "x86_64")]
        if machine.has_avx2() {
            // SAFETY: as the caller's; the target's rows are 64 bytes each.
            return unsafe { delay_256::convolve::<true>(taps, pairs, groups, target.as_mut_ptr().cast()) };
        }
        convolve(taps, pairs, &mut target[..groups * GROUP]);
    }
}

impl Delayed for f64 {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn delay_chunk(samples: Samples, taps: &[[[i16; WIDTH]; 2]; PAIRS], target: *mut Row<Self>) {
        // SAFETY: as the caller's; a row has as many values as there are sums.
        unsafe {
            delay_512::delay_chunk(samples, taps, |frame, sums| {
                let to: *mut f64 = target.add(frame).cast();
                _mm512_storeu_pd(to, _mm512_cvtepi32_pd(_mm512_castsi512_si256(sums)));
                _mm512_storeu_pd(to.add(8), _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64::<1>(sums)));
            });
        }
    }

    unsafe fn convolve(
        machine: Machine,
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: &mut [Row<Self>],
    ) {
        #[cfg(target_arch = "x86_64")]
        if machine.has_avx2() {
            let mut sums = [Row([0i32; WIDTH]); CHUNK];
            // SAFETY: as the caller's; the rows of sums are 64 bytes each, and a chunk of them.
            unsafe { delay_256::convolve::<false>(taps, pairs, groups, sums.as_mut_ptr().cast()) };
            for (row, sums) in target[..groups * GROUP].iter_mut().zip(&sums) {
                row.0 = sums.0.map(f64::from);
            }
            return;
        }
        convolve(taps, pairs, &mut target[..groups * GROUP]);
    }
}

fn convolve<S: Scalar>(taps: &[[[i16; WIDTH]; 2]], pairs: &Pairs, target: &mut [Row<S>]) {
    for (frame, row) in target.iter_mut().enumerate() {
        let mut sums = [[0i32; 8]; 2];
        for (index, taps) in taps.iter().enumerate() {
            let pair = &pairs[frame + 2 * index];
            for half in 0..2 {
                for lane in 0..8 {
                    let product = |at: usize| i32::from(pair[half][at]) * i32::from(taps[half][at]);
                    sums[half][lane] += product(2 * lane) + product(2 * lane + 1);
                }
            }
        }
        row.0 = std::array::from_fn(|lane| S::from_i32(sums[lane / 8][lane % 8]));
    }
}
