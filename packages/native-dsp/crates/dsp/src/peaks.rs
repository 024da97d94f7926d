//! Detection of peaks that are the largest among their neighbours in space and time.

use crate::control::Control;
use crate::reference::require_frames;
use crate::{DspError, Result};

/// A negative peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    pub frame: u64,
    pub channel: u32,
    /// The sample at the peak, in the unit of the traces.
    pub amplitude: f32,
}

/// What counts as a peak.
#[derive(Debug, Clone, PartialEq)]
pub struct PeakCriteria {
    /// x, y of each channel (µm).
    pub positions: Vec<[f64; 2]>,
    /// In units of the channel's noise level.
    pub threshold: f32,
    /// Channels no further apart than this compete (µm).
    pub radius: f64,
    /// Peaks no further apart than this compete.
    pub exclusion_frames: usize,
}

/// Finds negative peaks, in order of frame and channel ("locally exclusive" in SpikeInterface).
///
/// A candidate is a sample that is at or below `-threshold * noise`, below the sample before it and
/// not above the one after it. It is kept unless a candidate on a channel within the radius and
/// within the exclusion time is larger in units of its channel's threshold, or as large and earlier.
/// Frames beyond the ends count as zero. A channel without noise (a level of 0, or `NaN`) has no
/// peaks: nothing can be measured in its units. All arithmetic is in single precision.
pub fn detect_peaks(
    traces: &[f32],
    channels: usize,
    noise_levels: &[f32],
    criteria: &PeakCriteria,
    control: &dyn Control,
) -> Result<Vec<Peak>> {
    require_frames(traces.len(), channels)?;
    let detector = Detector::new(channels, noise_levels, criteria)?;
    let peaks = detector.detect(traces, control)?;
    control.progress(1.0);
    Ok(peaks)
}

/// The criteria, prepared for one set of channels.
pub(crate) struct Detector {
    thresholds: Vec<f32>,
    neighbours: Vec<bool>,
    exclusion: u64,
}

const FRAMES_PER_CHECK: usize = 4096;
const CANDIDATES_PER_CHECK: usize = 256;

/// No sample lies below an infinite threshold.
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
        let PeakCriteria { positions, radius, .. } = criteria;
        let near = |[x, y]: [f64; 2], [u, v]: [f64; 2]| (x - u).hypot(y - v) <= *radius;
        Ok(Self {
            thresholds: noise_levels.iter().map(|&level| threshold_of(level, criteria.threshold)).collect(),
            neighbours: positions.iter().flat_map(|a| positions.iter().map(|b| near(*a, *b))).collect(),
            exclusion: criteria.exclusion_frames as u64,
        })
    }

    /// Stops with `control`, to which it reports nothing.
    pub fn detect(&self, traces: &[f32], control: &dyn Control) -> Result<Vec<Peak>> {
        let candidates = self.candidates(traces, control)?;
        let mut kept = Vec::new();
        let mut earliest = 0;
        for (index, peak) in candidates.iter().enumerate() {
            if index.is_multiple_of(CANDIDATES_PER_CHECK) {
                control.check()?;
            }
            while candidates[earliest].frame + self.exclusion < peak.frame {
                earliest += 1;
            }
            let mut in_time =
                candidates[earliest..].iter().take_while(|other| other.frame <= peak.frame + self.exclusion);
            if !in_time.any(|other| self.outdoes(other, peak)) {
                kept.push(*peak);
            }
        }
        Ok(kept)
    }

    fn candidates(&self, traces: &[f32], control: &dyn Control) -> Result<Vec<Peak>> {
        let channels = self.thresholds.len();
        let beyond = vec![0.0; channels];
        let frames: Vec<&[f32]> = traces.chunks_exact(channels).collect();
        let mut found = Vec::new();
        for (at, frame) in frames.iter().enumerate() {
            if at.is_multiple_of(FRAMES_PER_CHECK) {
                control.check()?;
            }
            let before = if at == 0 { &beyond } else { frames[at - 1] };
            let after = frames.get(at + 1).copied().unwrap_or(&beyond);
            // Most frames have no sample near a threshold; this loop is free of branches.
            let near = frame.iter().zip(&self.thresholds).fold(false, |any, (x, threshold)| any | (*x <= -threshold));
            if !near {
                continue;
            }
            for channel in 0..channels {
                let amplitude = frame[channel];
                if amplitude <= -self.thresholds[channel] && amplitude < before[channel] && amplitude <= after[channel]
                {
                    found.push(Peak { frame: at as u64, channel: channel as u32, amplitude });
                }
            }
        }
        Ok(found)
    }

    /// Whether `other` keeps `peak` from being one; both are within the exclusion time.
    fn outdoes(&self, other: &Peak, peak: &Peak) -> bool {
        let channels = self.thresholds.len();
        if !self.neighbours[peak.channel as usize * channels + other.channel as usize] {
            return false;
        }
        let size = |peak: &Peak| peak.amplitude.abs() / self.thresholds[peak.channel as usize];
        let (one, two) = (size(other), size(peak));
        one > two || (one == two && other.frame < peak.frame)
    }
}

impl PeakCriteria {
    pub(crate) fn validate(&self, channels: usize) -> Result<()> {
        if self.positions.len() != channels {
            let length = self.positions.len();
            return Err(DspError::WrongLength { name: "positions", length, expected: channels });
        }
        let value = f64::from(self.threshold);
        if !(value > 0.0 && value.is_finite()) {
            return Err(DspError::InvalidParameter { name: "threshold", value, expected: "a positive number" });
        }
        let value = self.radius;
        if !(value >= 0.0 && value.is_finite()) {
            let expected = "a number that is not negative";
            return Err(DspError::InvalidParameter { name: "radius", value, expected });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    const CRITERIA: PeakCriteria =
        PeakCriteria { positions: Vec::new(), threshold: 5.0, radius: 20.0, exclusion_frames: 2 };

    fn detect(traces: &[f32], positions: &[[f64; 2]]) -> Vec<(u64, u32, f32)> {
        let criteria = PeakCriteria { positions: positions.to_vec(), ..CRITERIA };
        let noise = vec![1.0; positions.len()];
        let peaks = detect_peaks(traces, positions.len(), &noise, &criteria, &Unattended).unwrap();
        peaks.into_iter().map(|Peak { frame, channel, amplitude }| (frame, channel, amplitude)).collect()
    }

    #[test]
    fn the_first_sample_of_a_flat_trough_is_the_peak() {
        assert_eq!(detect(&[0.0, -6.0, -6.0, 0.0], &[[0.0, 0.0]]), [(1, 0, -6.0)]);
    }

    #[test]
    fn a_larger_neighbour_within_radius_and_time_excludes() {
        let near = [[0.0, 0.0], [20.0, 0.0]];
        let traces = [0.0, 0.0, -6.0, 0.0, 0.0, 0.0, 0.0, -9.0, 0.0, 0.0];
        assert_eq!(detect(&traces, &near), [(3, 1, -9.0)]);
        assert_eq!(detect(&traces, &[[0.0, 0.0], [20.1, 0.0]]), [(1, 0, -6.0), (3, 1, -9.0)]);
    }

    #[test]
    fn beyond_the_exclusion_time_both_are_kept() {
        assert_eq!(detect(&[-6.0, 0.0, 0.0, -9.0], &[[0.0, 0.0]]), [(0, 0, -6.0), (3, 0, -9.0)]);
    }

    #[test]
    fn of_two_equal_peaks_the_earlier_is_kept_and_at_the_same_time_both() {
        assert_eq!(detect(&[-6.0, 0.0, -6.0, 0.0], &[[0.0, 0.0]]), [(0, 0, -6.0)]);
        assert_eq!(detect(&[-6.0, -6.0], &[[0.0, 0.0], [20.0, 0.0]]), [(0, 0, -6.0), (0, 1, -6.0)]);
    }

    #[test]
    fn a_channel_without_noise_has_no_peaks_and_takes_none_from_its_neighbours() {
        let criteria = PeakCriteria { positions: vec![[0.0, 0.0], [20.0, 0.0]], ..CRITERIA };
        let traces = [0.0, 0.0, -6.0, -1.0, 0.0, 0.0];
        for level in [0.0, -0.0, f32::NAN] {
            let peaks = detect_peaks(&traces, 2, &[1.0, level], &criteria, &Unattended).unwrap();
            assert_eq!(peaks, [Peak { frame: 1, channel: 0, amplitude: -6.0 }]);
        }
    }

    #[test]
    fn a_threshold_of_zero_is_refused() {
        let criteria = PeakCriteria { positions: vec![[0.0, 0.0]], threshold: 0.0, ..CRITERIA };
        assert!(detect_peaks(&[0.0], 1, &[1.0], &criteria, &Unattended).is_err());
    }

    #[test]
    fn a_raised_flag_stops_the_search() {
        let criteria = PeakCriteria { positions: vec![[0.0, 0.0]], ..CRITERIA };
        let stopped = detect_peaks(&[0.0], 1, &[1.0], &criteria, &std::sync::atomic::AtomicBool::new(true));
        assert_eq!(stopped, Err(DspError::Cancelled));
    }

    #[test]
    fn no_frames_hold_no_peaks() {
        assert_eq!(detect(&[], &[[0.0, 0.0]]), []);
    }
}
