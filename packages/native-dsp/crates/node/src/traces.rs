use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::pass::plan::FilterPlan;
use neurojoint_dsp::temporal::traces::{filter_traces, shift_traces};
use neurojoint_dsp::{Control, Result};

use crate::plan::PassFilter;
use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// Filters frame-major traces, on a worker thread.
#[napi]
pub fn filter(
    traces: Float32Array,
    channels: u32,
    sampling_rate: f64,
    filter: PassFilter,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    transform(traces, Attended::new(flag, progress), move |traces, control| {
        let spec = FilterPlan::try_from(filter)?.spec()?;
        filter_traces(traces, channels as usize, &spec.design(sampling_rate)?, spec.direction, control)
    })
}

/// Delays each channel by its fraction of a sample, on a worker thread.
#[napi]
pub fn shift_phase(
    traces: Float32Array,
    channels: u32,
    shifts: Vec<f64>,
    taps: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    transform(traces, Attended::new(flag, progress), move |traces, control| {
        shift_traces(traces, channels as usize, &shifts, taps as usize, control)
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
