use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::peaks::{Method, Peak, PeakCriteria as Criteria, Sign, detect_peaks as find_peaks};

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
            positions: criteria.positions.chunks_exact(2).map(|position| [position[0], position[1]]).collect(),
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
