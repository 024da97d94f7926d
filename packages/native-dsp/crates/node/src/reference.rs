use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// Subtracts the common median reference from frame-major traces, on a worker thread.
#[napi(ts_return_type = "Promise<Float32Array>")]
pub fn subtract_common_median(
    traces: Float32Array,
    channels: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let mut traces = traces.to_vec();
    let control = Attended::new(flag, progress);
    Background::start(move || {
        let _ = &control;
        neurojoint_dsp::reference::subtract_common_median(&mut traces, channels as usize)?;
        Ok(traces.into())
    })
}
