use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::peaks::{
    MatchedCriteria, MatchedPeak, Method, Peak, PeakCriteria as Criteria, Sign, detect_matched as find_matched,
    detect_peaks as find_peaks, matched_noise_levels as measure_matched,
};

use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// What counts as a peak.
#[napi(object)]
pub struct PeakCriteria {
    /// x, y of each channel in turn (µm).
    pub positions: Vec<f64>,
    pub threshold: f64,
    pub radius: f64,
    pub exclusion_samples: u32,
    /// `negative`, `positive` or `both`.
    pub sign: String,
    /// `locally-exclusive` or `by-channel`.
    pub method: String,
}

impl From<PeakCriteria> for Criteria {
    fn from(criteria: PeakCriteria) -> Self {
        Self {
            positions: pairs(&criteria.positions),
            threshold: criteria.threshold as f32,
            radius: criteria.radius,
            exclusion_frames: criteria.exclusion_samples as usize,
            sign: match criteria.sign.as_str() {
                "positive" => Sign::Positive,
                "both" => Sign::Both,
                _ => Sign::Negative,
            },
            method: if criteria.method == "by-channel" { Method::ByChannel } else { Method::LocallyExclusive },
        }
    }
}

/// One array for each property of the peaks.
#[napi(object)]
pub struct Peaks {
    pub sample_index: Float64Array,
    pub channel: Int32Array,
    pub amplitude: Float32Array,
}

impl From<Vec<Peak>> for Peaks {
    fn from(peaks: Vec<Peak>) -> Self {
        Self {
            sample_index: peaks.iter().map(|peak| peak.frame as f64).collect::<Vec<_>>().into(),
            channel: peaks.iter().map(|peak| peak.channel as i32).collect::<Vec<_>>().into(),
            amplitude: peaks.iter().map(|peak| peak.amplitude).collect::<Vec<_>>().into(),
        }
    }
}

/// Detects peaks that are the largest among their neighbours, on a worker thread.
#[napi]
pub fn detect_peaks(
    traces: Float32Array,
    channels: u32,
    noise_levels: Float32Array,
    criteria: PeakCriteria,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Peaks>> {
    let (traces, noise_levels, criteria) = (traces.to_vec(), noise_levels.to_vec(), Criteria::from(criteria));
    let control = Attended::new(flag, progress);
    Background::start(move || Ok(find_peaks(&traces, channels as usize, &noise_levels, &criteria, &control)?.into()))
}

pub fn pairs(positions: &[f64]) -> Vec<[f64; 2]> {
    positions.chunks_exact(2).map(|position| [position[0], position[1]]).collect()
}

/// What a spike looks like.
#[napi(object, object_to_js = false)]
pub struct MatchedFilter {
    pub prototype: Float32Array,
    pub peak: u32,
    /// (µm)
    pub depths: Vec<f64>,
    /// (µm)
    pub decay: f64,
}

impl MatchedFilter {
    fn with(self, criteria: PeakCriteria) -> MatchedCriteria {
        MatchedCriteria {
            peaks: criteria.into(),
            prototype: self.prototype.to_vec(),
            peak: self.peak as usize,
            depths: self.depths,
            decay: self.decay,
        }
    }
}

/// One array for each property of the peaks of a matched filter.
#[napi(object)]
pub struct MatchedPeaks {
    pub sample_index: Float64Array,
    pub channel: Int32Array,
    pub amplitude: Float32Array,
    pub depth: Float32Array,
    pub score: Float32Array,
}

impl From<Vec<MatchedPeak>> for MatchedPeaks {
    fn from(peaks: Vec<MatchedPeak>) -> Self {
        let column = |of: fn(&MatchedPeak) -> f32| peaks.iter().map(of).collect::<Vec<_>>().into();
        Self {
            sample_index: peaks.iter().map(|peak| peak.frame as f64).collect::<Vec<_>>().into(),
            channel: peaks.iter().map(|peak| peak.channel as i32).collect::<Vec<_>>().into(),
            amplitude: column(|peak| peak.amplitude),
            depth: column(|peak| peak.depth),
            score: column(|peak| peak.score),
        }
    }
}

/// Finds spikes of one shape, on a worker thread.
#[napi]
pub fn detect_matched(
    traces: Float32Array,
    channels: u32,
    noise_levels: Float32Array,
    filter: MatchedFilter,
    criteria: PeakCriteria,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<MatchedPeaks>> {
    let (traces, noise_levels, criteria) = (traces.to_vec(), noise_levels.to_vec(), filter.with(criteria));
    let control = Attended::new(flag, progress);
    Background::start(move || Ok(find_matched(&traces, channels as usize, &criteria, &noise_levels, &control)?.into()))
}

/// The noise levels of the signal that a matched filter gives, on a worker thread.
#[napi]
pub fn matched_noise_levels(
    traces: Float32Array,
    channels: u32,
    filter: MatchedFilter,
    criteria: PeakCriteria,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (traces, criteria) = (traces.to_vec(), filter.with(criteria));
    let control = Attended::new(flag, progress);
    Background::start(move || Ok(measure_matched(&traces, channels as usize, &criteria, &control)?.into()))
}
