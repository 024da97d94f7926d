//! The search for candidates with 8 rows in a register.

use std::arch::x86_64::*;
use std::ops::Range;

use super::criteria::Sign;
use super::exclusion::Candidate;
use super::scan::{FRAMES_AT_ONCE, Frames, collect};

const LANES: usize = 8;
/// They share a load of their thresholds.
const AT_ONCE: usize = FRAMES_AT_ONCE;
/// Registers of rows that share a branch.
const GROUP: usize = 2;

/// As [`super::scan::scan_portably`].
#[target_feature(enable = "avx2")]
pub(super) fn scan(frames: Frames, range: Range<usize>, thresholds: &[f32], sign: Sign, found: &mut Vec<Candidate>) {
    match sign {
        Sign::Negative => scan_sign::<{ Sign::Negative as u8 }>(frames, range, thresholds, sign, found),
        Sign::Positive => scan_sign::<{ Sign::Positive as u8 }>(frames, range, thresholds, sign, found),
        Sign::Both => scan_sign::<{ Sign::Both as u8 }>(frames, range, thresholds, sign, found),
    }
}

#[target_feature(enable = "avx2")]
fn scan_sign<const SIGN: u8>(
    frames: Frames,
    range: Range<usize>,
    thresholds: &[f32],
    sign: Sign,
    found: &mut Vec<Candidate>,
) {
    let rows = thresholds.len();
    let whole = rows - rows % (LANES * GROUP);
    let mut of_frame: [Vec<Candidate>; AT_ONCE] = Default::default();
    let mut frame = range.start;
    while frame + AT_ONCE <= range.end {
        let first = &frames.data[frame * frames.stride..(frame + AT_ONCE) * frames.stride];
        let mut any = false;
        for from in (0..whole).step_by(LANES * GROUP) {
            if is_near::<SIGN>(&first[from..], frames.stride, &thresholds[from..]) {
                collect_group::<SIGN>(frames, frame, from, thresholds, &mut of_frame);
                any = true;
            }
        }
        if whole < rows {
            for (lag, list) in of_frame.iter_mut().enumerate() {
                collect(frames, frame + lag, whole..rows, thresholds, sign, list);
            }
            any = true;
        }
        if any {
            of_frame.iter_mut().for_each(|list| found.append(list));
        }
        frame += AT_ONCE;
    }
    for frame in frame..range.end {
        collect(frames, frame, 0..rows, thresholds, sign, found);
    }
}

/// The samples that are at or beyond their thresholds.
#[target_feature(enable = "avx2")]
#[inline]
fn beyond<const SIGN: u8>(x: __m256, threshold: __m256) -> __m256 {
    let negative_zero = _mm256_set1_ps(-0.0);
    if SIGN == Sign::Negative as u8 {
        _mm256_cmp_ps::<_CMP_LE_OQ>(x, _mm256_xor_ps(threshold, negative_zero))
    } else if SIGN == Sign::Positive as u8 {
        _mm256_cmp_ps::<_CMP_GE_OQ>(x, threshold)
    } else {
        _mm256_cmp_ps::<_CMP_GE_OQ>(_mm256_andnot_ps(negative_zero, x), threshold)
    }
}

/// Whether a sample of a group of rows in any of the frames is at or beyond its threshold.
#[target_feature(enable = "avx2")]
#[inline]
fn is_near<const SIGN: u8>(samples: &[f32], stride: usize, thresholds: &[f32]) -> bool {
    assert!(thresholds.len() >= LANES * GROUP && samples.len() >= (AT_ONCE - 1) * stride + LANES * GROUP);
    let mut any = _mm256_setzero_ps();
    for lane in 0..GROUP {
        // SAFETY: lane * LANES + LANES is at most LANES * GROUP, which the assertion finds in both slices.
        let threshold = unsafe { _mm256_loadu_ps(thresholds.as_ptr().add(lane * LANES)) };
        for lag in 0..AT_ONCE {
            // SAFETY: as above, lag * stride further on.
            let x = unsafe { _mm256_loadu_ps(samples.as_ptr().add(lag * stride + lane * LANES)) };
            if lane == 0 {
                // Frames side by side hide that they come in order.
                let ahead = samples.as_ptr().wrapping_add((lag + AT_ONCE) * stride);
                _mm_prefetch::<_MM_HINT_T0>(ahead.cast());
            }
            any = _mm256_or_ps(any, beyond::<SIGN>(x, threshold));
        }
    }
    _mm256_movemask_ps(any) != 0
}

/// Adds the candidates in a group of rows, from `first` on, to the lists of their frames.
#[target_feature(enable = "avx2")]
#[inline(never)]
fn collect_group<const SIGN: u8>(
    frames: Frames,
    first: usize,
    from: usize,
    thresholds: &[f32],
    found: &mut [Vec<Candidate>; AT_ONCE],
) {
    for (frame, found) in (first..).zip(found) {
        let here = &frames.data[frame * frames.stride..][..frames.stride];
        for row in (from..from + LANES * GROUP).step_by(LANES) {
            let x = load(here, row);
            let is_beyond = beyond::<SIGN>(x, load(thresholds, row));
            if _mm256_movemask_ps(is_beyond) == 0 {
                continue;
            }
            let before = frames.get(frame.checked_sub(1)).map_or(_mm256_setzero_ps(), |frame| load(frame, row));
            let after = frames.get(Some(frame + 1)).map_or(_mm256_setzero_ps(), |frame| load(frame, row));
            let trough = _mm256_and_ps(_mm256_cmp_ps::<_CMP_LT_OQ>(x, before), _mm256_cmp_ps::<_CMP_LE_OQ>(x, after));
            let crest = _mm256_and_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(x, before), _mm256_cmp_ps::<_CMP_GE_OQ>(x, after));
            // The sign bit of a sample chooses, as samples beyond a threshold are not zero.
            let extreme = _mm256_blendv_ps(crest, trough, x);
            let mut bits = _mm256_movemask_ps(_mm256_and_ps(is_beyond, extreme));
            while bits != 0 {
                let at = row + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let (amplitude, threshold) = (here[at], thresholds[at]);
                if threshold < f32::INFINITY {
                    let size = amplitude.abs() / threshold;
                    found.push(Candidate { frame: frame as u32, row: at as u32, amplitude, size });
                }
            }
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(values: &[f32], row: usize) -> __m256 {
    let values = &values[row..row + LANES];
    // SAFETY: the slice has eight values.
    unsafe { _mm256_loadu_ps(values.as_ptr()) }
}
