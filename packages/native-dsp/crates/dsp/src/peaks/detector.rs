//! The criteria, prepared for one set of channels, and detection in whole traces.

use std::ops::Range;

use super::criteria::{Method, PeakCriteria, Sign};
use super::exclusion::{Candidate, Exclusion};
use super::scan::{FRAMES_AT_ONCE, Frames, scan};
use crate::control::Control;
use crate::peaks::Peak;
use crate::{DspError, Result};

pub(crate) struct Detector {
    channels: usize,
    /// And infinite ones, up to a multiple of [`ROWS_AT_ONCE`].
    thresholds: Vec<f32>,
    exclusion: Exclusion,
    exclusion_frames: usize,
    sign: Sign,
    method: Method,
}

/// What frames with padding are a multiple of.
const ROWS_AT_ONCE: usize = 16;
const FRAMES_PER_CHECK: usize = 4096;
const CANDIDATES_PER_CHECK: usize = 256;

/// No sample lies beyond an infinite threshold.
fn threshold_of(level: f32, threshold: f32) -> f32 {
    if level > 0.0 { level * threshold } else { f32::INFINITY }
}

impl Detector {
    pub fn new(channels: usize, noise_levels: &[f32], criteria: &PeakCriteria) -> Result<Self> {
        criteria.validate(channels)?;
        if noise_levels.len() != channels {
            let length = noise_levels.len();
            return Err(DspError::WrongLength { name: "noiseLevels", length, expected: channels });
        }
        let &PeakCriteria { ref positions, radius, exclusion_frames, sign, method, .. } = criteria;
        let mut thresholds: Vec<f32> =
            noise_levels.iter().map(|&level| threshold_of(level, criteria.threshold)).collect();
        thresholds.resize(channels.next_multiple_of(ROWS_AT_ONCE), f32::INFINITY);
        Ok(Self {
            channels,
            thresholds,
            exclusion: Exclusion::new(positions, radius, exclusion_frames),
            exclusion_frames,
            sign,
            method,
        })
    }

    /// The frames on either side of a stretch that decide about its peaks.
    pub fn halo(&self) -> usize {
        self.exclusion_frames + 1
    }

    /// Stops with `control`, to which it reports nothing.
    pub fn detect(&self, traces: &[f32], control: &dyn Control) -> Result<Vec<Peak>> {
        let frames = Frames { data: traces, stride: self.channels };
        let mut candidates = Vec::new();
        for start in (0..frames.len()).step_by(FRAMES_PER_CHECK) {
            control.check()?;
            let end = frames.len().min(start + FRAMES_PER_CHECK);
            self.scan(frames, start..end, &mut candidates);
        }
        let mut kept = Vec::new();
        let mut earliest = 0;
        for at in 0..candidates.len() {
            if at.is_multiple_of(CANDIDATES_PER_CHECK) {
                control.check()?;
            }
            if self.keeps(frames, &candidates, at, &mut earliest) {
                kept.push(candidates[at]);
            }
        }
        let peak = |Candidate { frame, row, amplitude, .. }| Peak { frame: u64::from(frame), channel: row, amplitude };
        Ok(kept.into_iter().map(peak).collect())
    }

    /// Adds the peaks in `inner` to `kept`; `candidates` is a buffer.
    pub fn detect_within(
        &self,
        frames: Frames,
        inner: Range<usize>,
        candidates: &mut Vec<Candidate>,
        mut keep: impl FnMut(Candidate),
    ) {
        let from = inner.start.saturating_sub(self.exclusion_frames);
        let to = frames.len().min(inner.end.saturating_add(self.exclusion_frames));
        // Candidates further away decide nothing, and whole groups of frames are searched fastest.
        let to = frames.len().min(from + (to - from).next_multiple_of(FRAMES_AT_ONCE));
        let from = to - (to - from).next_multiple_of(FRAMES_AT_ONCE).min(to);
        candidates.clear();
        self.scan(frames, from..to, candidates);
        let mut earliest = 0;
        for at in 0..candidates.len() {
            if inner.contains(&(candidates[at].frame as usize)) && self.keeps(frames, candidates, at, &mut earliest) {
                keep(candidates[at]);
            }
        }
    }

    fn scan(&self, frames: Frames, range: Range<usize>, candidates: &mut Vec<Candidate>) {
        let width = self.thresholds.len().min(frames.stride);
        scan(frames, range, &self.thresholds[..width], self.sign, candidates);
    }

    fn keeps(&self, frames: Frames, candidates: &[Candidate], at: usize, earliest: &mut usize) -> bool {
        match self.method {
            Method::LocallyExclusive => !self.exclusion.is_outdone(candidates, at, earliest),
            Method::ByChannel => self.is_extreme(frames, candidates[at]),
        }
    }

    /// Whether no sample of the row within the exclusion time is as far out, or further; later ones may be as far out.
    fn is_extreme(&self, frames: Frames, Candidate { frame, row, amplitude, size }: Candidate) -> bool {
        let (frame, row) = (frame as usize, row as usize);
        let side = amplitude.signum();
        let height = amplitude.abs();
        let at = |offset: usize| frames.data.get(offset * frames.stride + row).map_or(0.0, |x| x * side);
        let from = frame.saturating_sub(self.exclusion_frames);
        // Beyond the ends there is zero, which no candidate is below.
        size > 1.0
            && (from..frame).all(|other| height > at(other))
            && (frame + 1..=frame + self.exclusion_frames).all(|other| height >= at(other))
    }
}
