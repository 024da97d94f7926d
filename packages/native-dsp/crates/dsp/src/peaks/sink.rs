//! Peaks found in a pass, block by block, each once.

use std::ops::Range;

use super::criteria::{PeakCriteria, near, require_radius};
use super::detector::Detector;
use super::exclusion::Candidate;
use super::scan::Frames;
use crate::Result;
use crate::location::center_of_mass;
use crate::spatial::Rows;

/// A peak in the rows of a pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassPeak {
    pub segment: u32,
    /// Of the segment.
    pub frame: u64,
    pub row: u32,
    /// (counts)
    pub amplitude: f32,
    /// x, y (µm) by centre of mass; `None` where that was not asked for.
    pub location: Option<[f32; 2]>,
}

/// How peaks are located: by the centre of mass of the peak-to-peak amplitudes in the frames
/// `peak - before .. peak + after`, of the rows within the radius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Locate {
    /// (µm)
    pub radius: f64,
    pub before: usize,
    pub after: usize,
}

/// What finds the peaks of a pass: shared by its threads, with a scratch of its own in each.
pub struct PeakSink {
    detector: Detector,
    locate: Option<Located>,
}

struct Located {
    window: Locate,
    positions: Vec<[f64; 2]>,
    neighbours: Vec<Vec<u32>>,
}

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct PeakScratch {
    candidates: Vec<Candidate>,
}

impl PeakSink {
    /// Refuses what [`super::detect_peaks`] refuses. `noise_levels` are in counts, one for each row.
    pub fn prepare(criteria: &PeakCriteria, noise_levels: &[f32], locate: Option<Locate>) -> Result<Self> {
        let rows = criteria.positions.len();
        let detector = Detector::new(rows, noise_levels, criteria)?;
        let locate = match locate {
            Some(window) => {
                require_radius("locateRadius", window.radius)?;
                let positions = criteria.positions.clone();
                let of = |a: &[f64; 2]| {
                    (0..rows as u32).filter(|b| near(*a, positions[*b as usize], window.radius)).collect()
                };
                let neighbours = positions.iter().map(of).collect();
                Some(Located { window, positions, neighbours })
            }
            None => None,
        };
        Ok(Self { detector, locate })
    }

    /// The frames that `visit` needs on either side of the inner range, where the segment does not end there.
    pub fn halo(&self) -> usize {
        let window = self.locate.as_ref().map_or(0, |Located { window, .. }| window.before.max(window.after));
        self.detector.halo().max(window)
    }

    /// Adds the peaks in the frames `inner` of the rows (counted from the first of them), in order of frame and row; each
    /// is decided by the frames around it alone, so that stretches that share edges find every peak once.
    pub fn visit(&self, rows: &Rows, inner: Range<usize>, scratch: &mut PeakScratch, peaks: &mut Vec<PassPeak>) {
        let frames = Frames { data: rows.data, stride: rows.stride };
        debug_assert!(rows.at_start || inner.start >= self.halo(), "the rows before the inner range are too few");
        debug_assert!(rows.at_end || inner.end + self.halo() <= frames.len(), "the rows after it are too few");
        self.detector.detect_within(frames, inner, &mut scratch.candidates, |candidate| {
            peaks.push(PassPeak {
                segment: rows.segment as u32,
                frame: rows.first_frame + u64::from(candidate.frame),
                row: candidate.row,
                amplitude: candidate.amplitude,
                location: self.locate.as_ref().map(|locate| locate.of(frames, candidate)),
            });
        });
    }
}

impl Located {
    fn of(&self, frames: Frames, Candidate { frame, row, .. }: Candidate) -> [f32; 2] {
        let neighbours = &self.neighbours[row as usize];
        let from = (frame as usize).saturating_sub(self.window.before);
        let to = frames.len().min(frame as usize + self.window.after);
        // Rows of sites that are near each other lie near each other: whole registers of them, wanted or not.
        let first = neighbours.first().map_or(0, |first| *first as usize);
        let width = neighbours.last().map_or(0, |last| *last as usize + 1 - first);
        let mut heights = Vec::with_capacity(width);
        for start in (first..first + width).step_by(EXTREMES_AT_ONCE) {
            let rows = start..frames.stride.min(start + EXTREMES_AT_ONCE);
            let (lowest, highest) = extremes(frames, from..to, rows);
            heights.extend(highest.iter().zip(lowest).map(|(highest, lowest)| highest - lowest));
        }
        let contact = |&other: &u32| (self.positions[other as usize], heights[other as usize - first]);
        center_of_mass(neighbours.iter().map(contact)).map(|coordinate| coordinate as f32)
    }
}

const EXTREMES_AT_ONCE: usize = 16;

/// The lowest and highest samples of some rows.
fn extremes(
    frames: Frames,
    stretch: Range<usize>,
    rows: Range<usize>,
) -> ([f32; EXTREMES_AT_ONCE], [f32; EXTREMES_AT_ONCE]) {
    let mut lowest = [f32::INFINITY; EXTREMES_AT_ONCE];
    let mut highest = [f32::NEG_INFINITY; EXTREMES_AT_ONCE];
    for frame in stretch {
        let samples = &frames.data[frame * frames.stride..][rows.clone()];
        for ((sample, lowest), highest) in samples.iter().zip(&mut lowest).zip(&mut highest) {
            *lowest = if sample < lowest { *sample } else { *lowest };
            *highest = if sample > highest { *sample } else { *highest };
        }
    }
    (lowest, highest)
}
