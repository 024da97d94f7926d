use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::spatial::{SpatialPlan, apply};
use neurojoint_dsp::whitening;

use crate::plan::PassStep;
use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// Applies a spatial step to frame-major traces, on a worker thread.
#[napi]
pub fn apply_spatial(
    traces: Float32Array,
    channels: u32,
    step: PassStep,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    // copied on JavaScript's thread: the caller may change it afterwards
    let (mut traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    Background::start(move || {
        apply(&mut traces, channels as usize, &SpatialPlan::try_from(step)?, &control)?;
        Ok(traces.into())
    })
}

/// The matrix that makes channels uncorrelated, on a worker thread; `neighbours` of each channel for local whitening.
#[napi]
pub fn whitening_matrix(
    traces: Float32Array,
    channels: u32,
    neighbours: Option<Vec<Vec<u32>>>,
    epsilon: f64,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float64Array>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    Background::start(move || {
        let list = |list: Vec<u32>| list.into_iter().map(|channel| channel as usize).collect();
        let neighbours: Option<Vec<Vec<usize>>> = neighbours.map(|lists| lists.into_iter().map(list).collect());
        Ok(whitening::matrix(&traces, channels as usize, neighbours.as_deref(), epsilon, &control)?.into())
    })
}
