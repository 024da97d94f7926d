use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::butterworth::{Band, butterworth};
use neurojoint_dsp::measure::noise::noise_levels as measure_noise_levels;
use neurojoint_dsp::peaks::{Method, Peak, PeakCriteria as Criteria, Sign, detect_peaks as find_peaks};
use neurojoint_dsp::phase_shift::shift_phase as undo_delays;
use neurojoint_dsp::reference::subtract_common_median as subtract_median;
use neurojoint_dsp::zero_phase::filter_zero_phase;
use neurojoint_dsp::{Control, Result};

use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// Filters frame-major traces forward and backward with a Butterworth high-pass, on a worker thread.
#[napi]
#[allow(clippy::too_many_arguments)]
pub fn high_pass(
    traces: Float32Array,
    channels: u32,
    sampling_rate: f64,
    order: u32,
    cutoff: f64,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    filter(traces, channels, sampling_rate, order, Band::HighPass { cutoff }, Attended::new(flag, progress))
}

/// Filters frame-major traces forward and backward with a Butterworth band-pass, on a worker thread.
#[napi]
#[allow(clippy::too_many_arguments)]
pub fn band_pass(
    traces: Float32Array,
    channels: u32,
    sampling_rate: f64,
    order: u32,
    low: f64,
    high: f64,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    filter(traces, channels, sampling_rate, order, Band::BandPass { low, high }, Attended::new(flag, progress))
}

/// Delays each channel by its fraction of a sample, on a worker thread.
#[napi]
pub fn shift_phase(
    traces: Float32Array,
    channels: u32,
    shifts: Vec<f64>,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    transform(traces, Attended::new(flag, progress), move |traces, control| {
        undo_delays(traces, channels as usize, &shifts, control)
    })
}

/// Subtracts the common median reference, on a worker thread.
#[napi]
pub fn subtract_common_median(
    traces: Float32Array,
    channels: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    transform(traces, Attended::new(flag, progress), move |traces, control| {
        subtract_median(traces, channels as usize, control)
    })
}

/// The noise level of each channel, on a worker thread.
#[napi]
pub fn noise_levels(
    traces: Float32Array,
    channels: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    Background::start(move || Ok(measure_noise_levels(&traces, channels as usize, &control)?.into()))
}

/// What counts as a peak.
#[napi(object)]
pub struct PeakCriteria {
    /// x, y of each channel in turn (µm).
    pub positions: Vec<f64>,
    pub threshold: f64,
    pub radius: f64,
    pub exclusion_samples: u32,
}

impl From<PeakCriteria> for Criteria {
    fn from(criteria: PeakCriteria) -> Self {
        Self {
            positions: criteria.positions.chunks_exact(2).map(|position| [position[0], position[1]]).collect(),
            threshold: criteria.threshold as f32,
            radius: criteria.radius,
            exclusion_frames: criteria.exclusion_samples as usize,
            sign: Sign::Negative,
            method: Method::LocallyExclusive,
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

fn filter(
    traces: Float32Array,
    channels: u32,
    sampling_rate: f64,
    order: u32,
    band: Band,
    control: Attended,
) -> AsyncTask<Background<Float32Array>> {
    transform(traces, control, move |traces, control| {
        filter_zero_phase(traces, channels as usize, &butterworth(order, band, sampling_rate)?, control)
    })
}

/// The input is copied here, on JavaScript's thread: the caller may change it afterwards.
fn transform(
    traces: Float32Array,
    control: Attended,
    operation: impl FnOnce(&mut [f32], &dyn Control) -> Result<()> + Send + 'static,
) -> AsyncTask<Background<Float32Array>> {
    let mut traces = traces.to_vec();
    Background::start(move || {
        operation(&mut traces, &control)?;
        Ok(traces.into())
    })
}
