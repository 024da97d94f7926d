//! Peaks counted by time, depth and amplitude.

use super::estimate::{MotionEstimation, MovingPeaks};
use crate::{Control, Result};

const PEAKS_PER_CHECK: usize = 1 << 16;
const MOST_SIZES: usize = 100_000;

/// Depth bins of which a window does not tell one from the other.
pub(super) const GRAIN: usize = 4;

/// One histogram per time bin: `log(1 + n)` of its peaks by depth and logarithm of amplitude, smoothed along depth.
pub(super) struct Histograms {
    pub times: usize,
    /// Depth bins, a multiple of `GRAIN`.
    pub depths: usize,
    pub amplitudes: usize,
    /// Bins without peaks on either side of each row of depths.
    pub padding: usize,
    /// `[time][amplitude][padding + depth + padding]`.
    values: Vec<f32>,
}

impl Histograms {
    /// `padding`: bins. Peaks outside the durations and depths are left out.
    pub fn new(
        peaks: &MovingPeaks<'_>,
        estimation: &MotionEstimation,
        padding: usize,
        control: &dyn Control,
    ) -> Result<Self> {
        let [low, high] = estimation.depth_range;
        let times = bins(estimation.duration / estimation.time_bin);
        let depths = bins((high - low) / estimation.depth_bin).next_multiple_of(GRAIN);
        let amplitudes = estimation.amplitude_bins;
        let stride = depths + 2 * padding;
        let mut values = vec![0.0f32; times * amplitudes * stride];
        let size_bin = SizeBins::of(peaks.amplitudes, amplitudes);
        let all = peaks.times.iter().zip(peaks.depths).zip(peaks.amplitudes);
        for (index, ((&time, &depth), &amplitude)) in all.enumerate() {
            if index.is_multiple_of(PEAKS_PER_CHECK) {
                control.check()?;
            }
            let (t, d) = (time / estimation.time_bin, (depth - low) / estimation.depth_bin);
            if t < 0.0 || d < 0.0 || t >= times as f64 || d >= depths as f64 {
                continue;
            }
            let row = t as usize * amplitudes + size_bin.of_amplitude(amplitude);
            values[row * stride + padding + d as usize] += 1.0;
        }
        let kernel = gaussian(estimation.depth_smoothing / estimation.depth_bin);
        for row in values.chunks_exact_mut(stride) {
            control.check()?;
            smooth(&mut row[padding..padding + depths], &kernel);
        }
        Ok(Self { times, depths, amplitudes, padding, values })
    }

    /// A row of depths of a bin, with its padding.
    pub fn padded(&self, time: usize, amplitude: usize) -> &[f32] {
        let stride = self.depths + 2 * self.padding;
        &self.values[(time * self.amplitudes + amplitude) * stride..][..stride]
    }

    pub fn row(&self, time: usize, amplitude: usize) -> &[f32] {
        &self.padded(time, amplitude)[self.padding..][..self.depths]
    }
}

/// How many bins cover so many of their widths, one at least.
pub(super) fn bins(widths: f64) -> usize {
    (widths - 1e-9).ceil().max(1.0) as usize
}

/// Bins of equal width in the logarithm of amplitude, from the smallest to the largest but one in a thousand, among
/// `MOST_SIZES` of all peaks.
struct SizeBins {
    low: f64,
    width: f64,
    count: usize,
}

impl SizeBins {
    fn of(amplitudes: &[f64], count: usize) -> Self {
        let step = amplitudes.len().div_ceil(MOST_SIZES).max(1);
        let every = amplitudes.iter().step_by(step);
        let mut sizes: Vec<f64> = every.map(|amplitude| amplitude.abs()).filter(|&size| size > 0.0).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        let low = sizes.first().copied().unwrap_or(1.0).ln();
        let high = sizes.get((sizes.len() as f64 * 0.999) as usize).copied().unwrap_or(1.0).ln();
        Self { low, width: (high - low) / count as f64, count }
    }

    fn of_amplitude(&self, amplitude: f64) -> usize {
        let bin = (amplitude.abs().ln() - self.low) / self.width;
        // of no width, or no amplitude: the first
        if bin > 0.0 { (bin as usize).min(self.count - 1) } else { 0 }
    }
}

/// Weights of a Gaussian (standard deviation in bins) up to four deviations on either side; sum 1.
fn gaussian(deviation: f64) -> Vec<f64> {
    let reach = (4.0 * deviation).ceil() as i32;
    let weight = |offset: i32| if offset == 0 { 1.0 } else { (-0.5 * (f64::from(offset) / deviation).powi(2)).exp() };
    let weights: Vec<f64> = (-reach..=reach).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// The logarithms of one more than each count, smoothed.
fn smooth(row: &mut [f32], kernel: &[f64]) {
    let reach = kernel.len() / 2;
    let mut smoothed = vec![0.0; row.len()];
    for (at, &count) in row.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        let value = f64::from(count).ln_1p();
        for (offset, weight) in kernel.iter().enumerate() {
            if let Some(to) = (at + offset).checked_sub(reach)
                && to < row.len()
            {
                smoothed[to] += weight * value;
            }
        }
    }
    for (value, smoothed) in row.iter_mut().zip(smoothed) {
        *value = smoothed as f32;
    }
}
