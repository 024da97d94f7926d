//! Peaks: detection, snippets around them, and features of these.
//!
//! A peak of either sign is a sample at or beyond its channel's threshold that is a local extremum in time and is not
//! outdone by a neighbour ("locally exclusive" in SpikeInterface, whose set of peaks this gives to the peak). Samples
//! beyond the ends of a segment, and masked ones, count as zero. All arithmetic is in single precision.

mod criteria;
mod detector;
mod exclusion;
mod kernels;
mod matched;
mod matched_filter;
mod scan;
#[cfg(target_arch = "x86_64")]
mod scan_avx2;
pub mod sink;
#[cfg(test)]
mod sink_tests;
mod temporal_svd;
#[cfg(test)]
mod tests;
mod waveforms;

pub use criteria::{Method, PeakCriteria, Sign};
pub(crate) use detector::Detector;
pub use matched::{MatchedCriteria, MatchedPeak, detect_matched, matched_noise_levels};
pub use sink::{Locate, PassPeak, PeakSink};
pub use temporal_svd::{TemporalSvd, estimate_prototype, fit_temporal_svd, project_waveforms};
pub use waveforms::{Amplitudes, Neighbourhood, Place, Waveforms, Window, cut_waveforms, peak_amplitudes};

use crate::Result;
use crate::control::Control;
use crate::frames::require_frames;

/// A peak in traces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    pub frame: u64,
    pub channel: u32,
    /// The sample at the peak, in the unit of the traces.
    pub amplitude: f32,
}

/// Finds peaks in frame-major traces, in order of frame and channel.
///
/// A candidate is a sample at or beyond its threshold, `threshold * noise`, that is beyond the sample before it and not
/// within the one after it. It is kept unless a candidate on a channel within the radius and within the exclusion time
/// is larger in units of its channel's threshold, or as large and earlier; where both signs are looked for, they compete.
/// A channel without noise (a level of 0, or `NaN`) has no peaks: nothing can be measured in its units.
///
/// Refuses ragged frames, noise levels or positions of another number of channels, and criteria that are not numbers.
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
