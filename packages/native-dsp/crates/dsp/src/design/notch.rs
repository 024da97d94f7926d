use std::f64::consts::PI;

use super::butterworth::{require_below, require_positive};
use super::cascade::{Cascade, Section};
use crate::Result;

/// Designs a second-order notch as `scipy.signal.iirnotch(frequency, quality, fs)` does.
///
/// With `w = 2π frequency / fs`, `g = 1 / (1 + tan(w / (2 quality)))`: zeros on the unit circle at `w`, the gain is
/// 1 at 0 and at half the sampling rate. After S. J. Orfanidis, Introduction to Signal Processing (1996), 11.3.
pub fn notch(frequency: f64, quality: f64, sampling_rate: f64) -> Result<Cascade> {
    require_positive("samplingRate", sampling_rate)?;
    require_below("frequency", frequency, sampling_rate)?;
    require_positive("quality", quality)?;
    let angle = 2.0 * PI * frequency / sampling_rate;
    let gain = 1.0 / (1.0 + (angle / quality / 2.0).tan());
    let cosine = angle.cos();
    let b = [gain, -2.0 * gain * cosine, gain];
    Ok(Cascade::new(vec![Section { b, a: [-2.0 * gain * cosine, 2.0 * gain - 1.0] }]))
}
