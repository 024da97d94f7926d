//! The search for candidates, frame after frame.

use std::ops::Range;

use super::criteria::Sign;
use super::exclusion::Candidate;

/// Frames of equal width; those beyond the first and the last count as zero.
#[derive(Clone, Copy)]
pub(crate) struct Frames<'a> {
    pub data: &'a [f32],
    pub stride: usize,
}

impl Frames<'_> {
    pub fn len(&self) -> usize {
        self.data.len() / self.stride
    }

    fn before(&self, frame: usize, row: usize) -> f32 {
        if frame == 0 { 0.0 } else { self.data[(frame - 1) * self.stride + row] }
    }

    fn after(&self, frame: usize, row: usize) -> f32 {
        self.data.get((frame + 1) * self.stride + row).copied().unwrap_or(0.0)
    }
}

/// Adds the candidates of `range`, in order of frame and row. Thresholds are positive; an infinite one is never reached.
pub(crate) fn scan(frames: Frames, range: Range<usize>, thresholds: &[f32], sign: Sign, found: &mut Vec<Candidate>) {
    for frame in range {
        collect(frames, frame, 0..thresholds.len(), thresholds, sign, found);
    }
}

fn collect(
    frames: Frames,
    frame: usize,
    rows: Range<usize>,
    thresholds: &[f32],
    sign: Sign,
    found: &mut Vec<Candidate>,
) {
    let (negative, positive) = (sign != Sign::Positive, sign != Sign::Negative);
    for row in rows {
        let (x, threshold) = (frames.data[frame * frames.stride + row], thresholds[row]);
        let is_trough = || x < frames.before(frame, row) && x <= frames.after(frame, row);
        let is_crest = || x > frames.before(frame, row) && x >= frames.after(frame, row);
        let is_peak = (negative && x <= -threshold && is_trough()) || (positive && x >= threshold && is_crest());
        if is_peak && threshold < f32::INFINITY {
            found.push(Candidate { frame: frame as u32, row: row as u32, amplitude: x, size: x.abs() / threshold });
        }
    }
}
