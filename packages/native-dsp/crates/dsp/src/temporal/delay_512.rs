//! Delays of sixteen taps in the registers of AVX-512, with sums that are the same to the bit.

use std::arch::x86_64::*;

use super::delay::CHUNK;
use super::lanes::WIDTH;

/// Pairs of taps that this is made for.
pub(super) const PAIRS: usize = 8;
/// Frames after which the registers have the same meaning again: every sum is complete in fourteen more.
const ROUND: usize = 16;

/// What is read.
#[derive(Clone, Copy)]
pub(super) struct Samples {
    /// The tile's samples of the frame [`PAIRS`] before the chunk.
    pub at: *const i16,
    pub columns: usize,
    /// Bytes that will be needed soon, and how far the next ones are; one of them is asked for every other frame.
    pub soon: *const i8,
    pub step: usize,
}

/// `_mm512_dpwssd_epi32`, which the compiler takes apart into a product and an addition: half as slow again here.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn add_products(sum: __m512i, pair: __m512i, taps: __m512i) -> __m512i {
    let mut sum = sum;
    // SAFETY: reads and writes registers alone; the processor has the instruction, as the features say.
    unsafe {
        std::arch::asm!(
            "vpdpwssd {sum}, {pair}, {taps}",
            sum = inout(zmm_reg) sum,
            pair = in(zmm_reg) pair,
            taps = in(zmm_reg) taps,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

/// Gives the sum of each frame of a chunk to `emit`, in order.
///
/// A pair of samples is made once, in a register, and added to the eight sums that it takes part in.
///
/// # Safety
/// The processor has the instructions; at `samples.at`, and so on every `columns` words, there are [`WIDTH`] samples
/// of [`CHUNK`]` + 15` frames.
#[inline]
#[allow(unused_assignments, reason = "the last pair leaves nothing to the next")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn delay_chunk(
    samples: Samples,
    taps: &[[[i16; WIDTH]; 2]; PAIRS],
    mut emit: impl FnMut(usize, __m512i),
) {
    let Samples { mut at, columns, mut soon, step } = samples;
    // SAFETY: of every block: as the caller's.
    let taps: [__m512i; PAIRS] =
        std::array::from_fn(|index| unsafe { _mm512_loadu_si512(taps[index].as_ptr().cast()) });
    let mut sums = [_mm512_setzero_si512(); ROUND];
    let mut older = unsafe { _mm512_cvtepu16_epi32(_mm256_loadu_si256(at.cast())) };
    /// One pair, the `$index`-th of a round: added with the taps `$from` to `$to`, after the first, if any.
    macro_rules! pair {
        ($index:literal, $starts:expr, $from:expr, $to:expr, $frame:expr) => {{
            at = at.wrapping_add(columns);
            let younger = unsafe {
                if $index % 2 == 0 {
                    _mm_prefetch::<_MM_HINT_T1>(soon);
                    soon = soon.wrapping_add(step);
                }
                _mm512_cvtepu16_epi32(_mm256_loadu_si256(at.cast()))
            };
            let pair = _mm512_or_si512(older, _mm512_slli_epi32::<16>(younger));
            older = younger;
            for tap in $from..$to {
                let sum = ($index + 2 * ROUND - 2 * tap) % ROUND;
                sums[sum] = add_products(sums[sum], pair, taps[tap]);
            }
            if $to == PAIRS {
                emit($frame, sums[($index + 2) % ROUND]);
            }
            if $starts {
                sums[$index] = _mm512_madd_epi16(pair, taps[0]);
            }
        }};
    }
    macro_rules! round {
        ($pair:ident) => {
            $pair!(0);
            $pair!(1);
            $pair!(2);
            $pair!(3);
            $pair!(4);
            $pair!(5);
            $pair!(6);
            $pair!(7);
            $pair!(8);
            $pair!(9);
            $pair!(10);
            $pair!(11);
            $pair!(12);
            $pair!(13);
        };
    }
    // Pairs that begin before the chunk's first frame is complete.
    macro_rules! first {
        ($index:literal) => {
            pair!($index, true, 1, $index / 2 + 1, 0)
        };
    }
    round!(first);
    pair!(14, true, 1, PAIRS, 0);
    pair!(15, true, 1, PAIRS, 1);
    for start in (ROUND..CHUNK).step_by(ROUND) {
        macro_rules! middle {
            ($index:literal) => {
                pair!($index, true, 1, PAIRS, start + $index - 14)
            };
        }
        round!(middle);
        middle!(14);
        middle!(15);
    }
    // Pairs that end behind the chunk's last frame.
    macro_rules! last {
        ($index:literal) => {
            pair!($index, false, $index / 2 + 1, PAIRS, CHUNK + $index - 14)
        };
    }
    round!(last);
}
