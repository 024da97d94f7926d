//! Moves rows along the probe against the drift of the tissue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::{Rows, Scratch, SpatialStep};
use crate::control::Paced;
use crate::frames::require_frames;
use crate::motion::Motion;
use crate::motion::kriging::Kriging;
use crate::motion::weights::Weights;
use crate::{Control, DspError, Result};

/// Weights below this are left out: the result is within 1e-4 of the signal, with some twenty weights per row.
const LEAST_WEIGHT: f64 = 5e-5;

/// Bins whose weights are kept; threads work on neighbouring blocks.
const BINS_KEPT: usize = 16;

/// Each frame as it would be seen by contacts that move with the tissue, by interpolation between contacts.
///
/// The weights are those of the time bin whose centre is nearest to the frame: the value at a contact `(x, y)` is
/// interpolated (kriging with the kernel `exp(-(distance / sigma)^power)`) at `(x, y + displacement)`, the displacement
/// linear in depth between windows. Source: SpikeInterface's `interpolate_motion` with `border_mode`
/// `force_extrapolate`: what is moved beyond the outermost contacts fades with its distance from them.
pub struct MotionCorrection {
    kriging: Kriging,
    motion: Vec<Motion>,
    sampling_rate: f64,
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    segment: usize,
    bin: usize,
    weights: Arc<Weights>,
}

impl MotionCorrection {
    /// `positions`: x, y of each row (µm); `sigma` (µm); `motion`: one per segment; `sampling_rate` (Hz).
    pub fn prepare(
        positions: &[[f64; 2]],
        sigma: f64,
        power: f64,
        motion: &[Motion],
        sampling_rate: f64,
    ) -> Result<Self> {
        if !(sampling_rate > 0.0 && sampling_rate.is_finite()) {
            let expected = "a positive number";
            return Err(DspError::InvalidParameter { name: "samplingRate", value: sampling_rate, expected });
        }
        if motion.is_empty() {
            return Err(DspError::WrongLength { name: "motion", length: 0, expected: 1 });
        }
        motion.iter().try_for_each(Motion::validate)?;
        let kriging = Kriging::new(positions, sigma, power)?;
        Ok(Self { kriging, motion: motion.to_vec(), sampling_rate, kept: Mutex::default() })
    }

    /// How many segments there is motion for; rows of others must not be given.
    pub fn segments(&self) -> usize {
        self.motion.len()
    }

    fn weights(&self, segment: usize, bin: usize) -> Arc<Weights> {
        let find = |kept: &VecDeque<Kept>| {
            kept.iter().find(|one| one.segment == segment && one.bin == bin).map(|one| one.weights.clone())
        };
        // A poisoned lock still guards whole entries.
        let lock = || self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(weights) = find(&lock()) {
            return weights;
        }
        let motion = &self.motion[segment];
        let moved = self.kriging.positions().iter().map(|&[x, y]| [x, y + motion.in_bin(bin, y)]);
        let weights = Arc::new(self.kriging.weights(moved, LEAST_WEIGHT));
        let mut kept = lock();
        if find(&kept).is_none() {
            kept.push_back(Kept { segment, bin, weights: weights.clone() });
            if kept.len() > BINS_KEPT {
                kept.pop_front();
            }
        }
        weights
    }
}

impl SpatialStep for MotionCorrection {
    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch) {
        let motion = &self.motion[rows.segment];
        let bin_of = |frame: usize| motion.bin_at((rows.first_frame + frame as u64) as f64 / self.sampling_rate);
        let frames = rows.frames();
        let mut start = 0;
        while start < frames {
            let bin = bin_of(start);
            let end = start + partition_point(frames - start, |frame| bin_of(start + frame) == bin);
            let weights = self.weights(rows.segment, bin);
            let data = &mut rows.data[start * rows.stride..end * rows.stride];
            weights.apply(data, rows.stride, &mut scratch.floats);
            start = end;
        }
    }
}

/// Frames that are corrected between two looks at `control`.
const FRAMES_AT_ONCE: usize = 1024;

/// Moves frame-major traces of one segment, the only one of `step`; `first_frame` is that of the segment which stands
/// first in the traces.
pub fn correct_motion(
    traces: &mut [f32],
    channels: usize,
    step: &MotionCorrection,
    first_frame: u64,
    control: &dyn Control,
) -> Result<()> {
    require_frames(traces.len(), channels)?;
    let (expected, length) = (step.kriging.positions().len(), channels);
    if length != expected {
        return Err(DspError::WrongLength { name: "positions", length: expected, expected: length });
    }
    let stride = channels.next_multiple_of(16);
    let blocks = traces.len().div_ceil(FRAMES_AT_ONCE * channels);
    let paced = Paced::new(control, blocks);
    let mut data = vec![0.0; FRAMES_AT_ONCE * stride];
    let mut scratch = Scratch::default();
    for (block, part) in traces.chunks_mut(FRAMES_AT_ONCE * channels).enumerate() {
        paced.check()?;
        let frames = part.len() / channels;
        for (row, frame) in data.chunks_exact_mut(stride).zip(part.chunks_exact(channels)) {
            row[..channels].copy_from_slice(frame);
        }
        let first_frame = first_frame + (block * FRAMES_AT_ONCE) as u64;
        let (at_start, at_end) = (first_frame == 0, block + 1 == blocks);
        let data = &mut data[..frames * stride];
        let mut rows = Rows { data, channels, stride, first_frame, segment: 0, at_start, at_end, masked: &[] };
        step.apply(&mut rows, &mut scratch);
        for (row, frame) in rows.data.chunks_exact(stride).zip(part.chunks_exact_mut(channels)) {
            frame.copy_from_slice(&row[..channels]);
        }
        paced.step();
    }
    control.progress(1.0);
    Ok(())
}

/// The first of `0..length` for which what held before holds no more.
fn partition_point(length: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDE: usize = 32;

    fn column() -> Vec<[f64; 2]> {
        (0..24).map(|row| [0.0, 20.0 * f64::from(row)]).collect()
    }

    fn correct(step: &MotionCorrection, data: &mut [f32], first_frame: u64, segment: usize) {
        let (at_start, at_end) = (first_frame == 0, false);
        let mut rows = Rows { data, channels: 24, stride: STRIDE, first_frame, segment, at_start, at_end, masked: &[] };
        step.apply(&mut rows, &mut Scratch::default());
    }

    fn ramp(frames: usize) -> Vec<f32> {
        (0..frames * STRIDE).map(|at| if at % STRIDE < 24 { (at % STRIDE) as f32 } else { 0.0 }).collect()
    }

    #[test]
    fn a_whole_pitch_of_drift_moves_every_row_by_one() {
        let motion = Motion { times: vec![0.0, 1.0], depths: vec![0.0], displacement: vec![0.0, 20.0] };
        let step = MotionCorrection::prepare(&column(), 20.0, 2.0, &[motion], 100.0).unwrap();
        let mut data = ramp(100);
        correct(&step, &mut data, 0, 0);
        for (frame, values) in data.chunks_exact(STRIDE).enumerate() {
            let moved = if frame < 50 { 0 } else { 1 };
            for row in 0..23 {
                assert!((values[row] - (row + moved) as f32).abs() < 0.01, "frame {frame}, row {row}: {}", values[row]);
            }
            assert!(values[24..].iter().all(|&value| value == 0.0));
        }
    }

    #[test]
    fn a_frame_is_corrected_alike_in_every_cut_and_with_the_motion_of_its_segment() {
        let still = Motion { times: vec![0.5], depths: vec![0.0], displacement: vec![0.0] };
        let times: Vec<f64> = (0..9).map(f64::from).collect();
        let displacement = times.iter().flat_map(|time| [3.0 * time, -2.0 * time]).collect();
        let moving = Motion { times, depths: vec![100.0, 300.0], displacement };
        let step = MotionCorrection::prepare(&column(), 20.0, 2.0, &[still, moving], 30.0).unwrap();
        let (mut whole, mut rest) = (ramp(300), ramp(300));
        correct(&step, &mut whole, 0, 1);
        let (one, two) = rest.split_at_mut(77 * STRIDE);
        correct(&step, one, 0, 1);
        correct(&step, two, 77, 1);
        assert_eq!(whole, rest);
        let mut unmoved = ramp(300);
        correct(&step, &mut unmoved, 0, 0);
        assert!(unmoved.iter().zip(ramp(300)).all(|(a, b)| (a - b).abs() < 0.01));
    }

    #[test]
    fn motion_that_is_missing_or_no_number_is_refused() {
        let motion = |value: f64| Motion { times: vec![0.0], depths: vec![0.0], displacement: vec![value] };
        assert!(MotionCorrection::prepare(&column(), 20.0, 2.0, &[], 1.0).is_err());
        assert!(MotionCorrection::prepare(&column(), 20.0, 2.0, &[motion(f64::NAN)], 1.0).is_err());
        assert!(MotionCorrection::prepare(&column(), 0.0, 2.0, &[motion(1.0)], 1.0).is_err());
        assert!(MotionCorrection::prepare(&column(), 20.0, 2.0, &[motion(1.0)], 0.0).is_err());
    }
}
