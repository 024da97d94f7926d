//! The search for candidates, frame after frame.

use std::ops::Range;

use super::criteria::Sign;
use super::exclusion::Candidate;

/// Frames that are searched together where there are so many.
pub(super) const FRAMES_AT_ONCE: usize = 8;

/// Frames of equal width; those beyond the first and the last count as zero.
#[derive(Clone, Copy)]
pub(crate) struct Frames<'a> {
    pub data: &'a [f32],
    pub stride: usize,
}

impl<'a> Frames<'a> {
    pub fn len(&self) -> usize {
        self.data.len() / self.stride
    }

    /// The frame at an index that may lie beyond the ends.
    pub fn get(&self, frame: Option<usize>) -> Option<&'a [f32]> {
        let frame = frame?;
        self.data.get(frame * self.stride..(frame + 1) * self.stride)
    }
}

/// Adds the candidates of `range`, in order of frame and row. Thresholds are positive; an infinite one is never reached.
pub(crate) fn scan(frames: Frames, range: Range<usize>, thresholds: &[f32], sign: Sign, found: &mut Vec<Candidate>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { super::scan_avx2::scan(frames, range, thresholds, sign, found) };
    }
    scan_portably(frames, range, thresholds, sign, found);
}

pub(super) fn scan_portably(
    frames: Frames,
    range: Range<usize>,
    thresholds: &[f32],
    sign: Sign,
    found: &mut Vec<Candidate>,
) {
    for frame in range {
        let row = &frames.data[frame * frames.stride..][..thresholds.len()];
        // Most frames have no sample near a threshold; this loop is free of branches.
        let near = row.iter().zip(thresholds).fold(false, |any, (x, threshold)| any | (x.abs() >= *threshold));
        if near {
            collect(frames, frame, 0..thresholds.len(), thresholds, sign, found);
        }
    }
}

/// Adds the candidates among some rows of a frame.
pub(super) fn collect(
    frames: Frames,
    frame: usize,
    rows: Range<usize>,
    thresholds: &[f32],
    sign: Sign,
    found: &mut Vec<Candidate>,
) {
    let (negative, positive) = (sign != Sign::Positive, sign != Sign::Negative);
    let (before, after) = (frames.get(frame.checked_sub(1)), frames.get(Some(frame + 1)));
    for row in rows {
        let (x, threshold) = (frames.data[frame * frames.stride + row], thresholds[row]);
        let (low, high) = (negative && x <= -threshold, positive && x >= threshold);
        if !(low || high) || threshold == f32::INFINITY {
            continue;
        }
        let (before, after) = (before.map_or(0.0, |frame| frame[row]), after.map_or(0.0, |frame| frame[row]));
        if (low && x < before && x <= after) || (high && x > before && x >= after) {
            found.push(Candidate { frame: frame as u32, row: row as u32, amplitude: x, size: x.abs() / threshold });
        }
    }
}
