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
/// Frames beyond the ends count as zero. All arithmetic is in single precision.
pub fn detect_peaks(
    traces: &[f32],
    channels: usize,
    noise_levels: &[f32],
    criteria: &PeakCriteria,
    control: &dyn Control,
) -> Result<Vec<Peak>> {
    require_frames(traces.len(), channels)?;
    let detector = Detector::new(channels, noise_levels, criteria)?;
    control.check()?;
    let peaks = detector.detect(traces);
    control.progress(1.0);
    Ok(peaks)
}

/// The criteria, prepared for one set of channels.
pub(crate) struct Detector {
    thresholds: Vec<f32>,
    neighbours: Vec<bool>,
    exclusion: u64,
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
            thresholds: noise_levels.iter().map(|level| level * criteria.threshold).collect(),
            neighbours: positions.iter().flat_map(|a| positions.iter().map(|b| near(*a, *b))).collect(),
            exclusion: criteria.exclusion_frames as u64,
        })
    }

    pub fn detect(&self, traces: &[f32]) -> Vec<Peak> {
        let candidates = self.candidates(traces);
        let mut earliest = 0;
        let kept = candidates.iter().filter(|peak| {
            while candidates[earliest].frame + self.exclusion < peak.frame {
                earliest += 1;
            }
            let in_time = candidates[earliest..].iter().take_while(|other| other.frame <= peak.frame + self.exclusion);
            !in_time.into_iter().any(|other| self.outdoes(other, peak))
        });
        kept.copied().collect()
    }

    fn candidates(&self, traces: &[f32]) -> Vec<Peak> {
        let channels = self.thresholds.len();
        let beyond = vec![0.0; channels];
        let frames: Vec<&[f32]> = traces.chunks_exact(channels).collect();
        let mut found = Vec::new();
        for (at, frame) in frames.iter().enumerate() {
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
        found
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
        let threshold = f64::from(self.threshold);
        for (name, value) in [("threshold", threshold), ("radius", self.radius)] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(DspError::InvalidParameter { name, value, expected: "a number that is not negative" });
            }
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
    fn no_frames_hold_no_peaks() {
        assert_eq!(detect(&[], &[[0.0, 0.0]]), []);
    }
}
