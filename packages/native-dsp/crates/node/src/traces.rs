use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::butterworth::{Band, butterworth};
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
