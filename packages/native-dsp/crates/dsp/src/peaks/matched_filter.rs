//! Traces compared with what spikes of one shape would look like, at every channel, distance and time.

use super::criteria::{PeakCriteria, Sign};
use super::kernels::{Kernel, kernels};
use super::matched::MatchedCriteria;
use crate::{DspError, Result};

/// Frames that are filtered at a time.
pub(super) const WIDTH: usize = 32;

/// The filter, prepared for one set of channels.
pub(super) struct MatchedFilter {
    channels: usize,
    /// Of unit length.
    prototype: Vec<f32>,
    peak: usize,
    pub kernels: Vec<Kernel>,
}

/// Buffers that are used again for every stretch.
#[derive(Default)]
pub(super) struct Scratch {
    input: Vec<f32>,
    in_time: Vec<f32>,
    /// `WIDTH` frames of the first kernel, then of the second, and so on.
    pub output: Vec<f32>,
}

impl MatchedFilter {
    pub fn prepare(criteria: &MatchedCriteria, channels: usize) -> Result<Self> {
        let MatchedCriteria { peaks: PeakCriteria { positions, sign, .. }, prototype, peak, depths, decay } = criteria;
        criteria.peaks.validate(channels)?;
        let norm = prototype.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            let expected = "finite numbers that are not all 0";
            return Err(DspError::InvalidParameter { name: "prototype", value: norm, expected });
        }
        let Some(&extremum) = prototype.get(*peak) else {
            let expected = "a frame of the prototype";
            return Err(DspError::InvalidParameter { name: "prototypePeak", value: *peak as f64, expected });
        };
        let (fits, expected) = match sign {
            Sign::Negative => (extremum < 0.0, "negative at its peak, as the peaks that are looked for"),
            Sign::Positive => (extremum > 0.0, "positive at its peak, as the peaks that are looked for"),
            Sign::Both => (true, ""),
        };
        if !fits {
            return Err(DspError::InvalidParameter { name: "prototype", value: f64::from(extremum), expected });
        }
        let is_distance = |z: &f64| *z >= 0.0 && z.is_finite();
        if let Some(&value) = depths.iter().find(|z| !is_distance(z)) {
            let expected = "distances that are not negative";
            return Err(DspError::InvalidParameter { name: "depths", value, expected });
        }
        if depths.is_empty() {
            return Err(DspError::WrongLength { name: "depths", length: 0, expected: 1 });
        }
        if !(*decay > 0.0 && decay.is_finite()) {
            return Err(DspError::InvalidParameter { name: "decay", value: *decay, expected: "a positive number" });
        }
        Ok(Self {
            channels,
            prototype: prototype.iter().map(|x| (f64::from(*x) / norm) as f32).collect(),
            peak: *peak,
            kernels: kernels(positions, depths, *decay),
        })
    }

    /// Fills `scratch.output` with the frames from `start` on, which may lie beyond the ends; traces are 0 there.
    pub fn run(&self, traces: &[f32], start: i64, kernels: &[Kernel], scratch: &mut Scratch) {
        let taps = self.prototype.len();
        let width = WIDTH + taps - 1;
        scratch.input.clear();
        scratch.input.resize(self.channels * width, 0.0);
        let first = start - self.peak as i64;
        for at in 0..width {
            let Ok(frame) = usize::try_from(first + at as i64) else { continue };
            let Some(samples) = traces.get(frame * self.channels..(frame + 1) * self.channels) else { break };
            for (row, sample) in scratch.input[at..].iter_mut().step_by(width).zip(samples) {
                *row = *sample;
            }
        }
        scratch.in_time.resize(self.channels * WIDTH, 0.0);
        scratch.output.resize(kernels.len() * WIDTH, 0.0);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { filter_avx2(&self.prototype, kernels, scratch) };
        }
        filter(&self.prototype, kernels, scratch);
    }
}

/// The same function with wider registers: the same sums in the same order, hence the same numbers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn filter_avx2(prototype: &[f32], kernels: &[Kernel], scratch: &mut Scratch) {
    filter(prototype, kernels, scratch);
}

#[inline(always)]
fn filter(prototype: &[f32], kernels: &[Kernel], Scratch { input, in_time, output }: &mut Scratch) {
    let width = WIDTH + prototype.len() - 1;
    for (signal, filtered) in input.chunks_exact(width).zip(in_time.chunks_exact_mut(WIDTH)) {
        let mut sums = [0.0f32; WIDTH];
        for (lag, tap) in prototype.iter().enumerate() {
            add(&mut sums, *tap, &signal[lag..lag + WIDTH]);
        }
        filtered.copy_from_slice(&sums);
    }
    for (kernel, out) in kernels.iter().zip(output.chunks_exact_mut(WIDTH)) {
        let mut sums = [0.0f32; WIDTH];
        for (channel, weight) in &kernel.of {
            add(&mut sums, *weight, &in_time[*channel as usize * WIDTH..][..WIDTH]);
        }
        out.copy_from_slice(&sums);
    }
}

#[inline(always)]
fn add(sums: &mut [f32; WIDTH], weight: f32, samples: &[f32]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += weight * sample;
    }
}
