//! Power spectral densities by Welch's method.

use std::f64::consts::PI;

use super::fourier::{Fourier, LANES, Point};
use crate::control::Control;
use crate::frames::require_frames;
use crate::{DspError, Result};

/// The density of each channel at each frequency.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerSpectra {
    /// (Hz) from 0 to half the sampling rate.
    pub frequencies: Vec<f64>,
    /// (squared unit of the traces per Hz) frequency `f` of channel `c` stands at `f * channels + c`.
    pub density: Vec<f64>,
}

/// The longest segment.
pub const LONGEST_SEGMENT: usize = 1 << 16;

/// One-sided power spectral densities of frame-major traces, in double precision:
/// `scipy.signal.welch(x, sampling_rate, nperseg=segment)`.
///
/// The mean over segments that overlap by half (rounded down), each without its mean and under a periodic Hann window,
/// scaled to density. Frames that do not fill a segment at the end are left out; a signal that is shorter than a
/// segment is one segment, no frames give no frequencies.
pub fn power_spectral_density(
    traces: &[f32],
    channels: usize,
    sampling_rate: f64,
    segment: usize,
    control: &dyn Control,
) -> Result<PowerSpectra> {
    let frames = require_frames(traces.len(), channels)?;
    if !(sampling_rate.is_finite() && sampling_rate > 0.0) {
        let expected = "a positive number";
        return Err(DspError::InvalidParameter { name: "samplingRate", value: sampling_rate, expected });
    }
    if !(1..=LONGEST_SEGMENT).contains(&segment) {
        let expected = "1 to 65536 samples";
        return Err(DspError::InvalidParameter { name: "segmentSamples", value: segment as f64, expected });
    }
    let length = segment.min(frames);
    if length == 0 {
        return Ok(PowerSpectra { frequencies: Vec::new(), density: Vec::new() });
    }
    let bins = length / 2 + 1;
    let mut welch = Welch::new(length);
    let starts: Vec<usize> = (0..=frames - length).step_by(length - length / 2).collect();
    let mut density = vec![0.0; bins * channels];
    for first in (0..channels).step_by(LANES) {
        let lanes = LANES.min(channels - first);
        for pair in starts.chunks(2) {
            control.check()?;
            welch.add(traces, channels, first..first + lanes, pair);
        }
        let scale = 1.0 / (sampling_rate * welch.energy * starts.len() as f64);
        for (bin, sums) in welch.take(bins).into_iter().enumerate() {
            let sides = if bin == 0 || 2 * bin == length { 1.0 } else { 2.0 };
            for (lane, sum) in sums[..lanes].iter().enumerate() {
                density[bin * channels + first + lane] = sum * scale * sides;
            }
        }
        control.progress((first + lanes) as f64 / channels as f64);
    }
    let frequencies = (0..bins).map(|bin| bin as f64 * sampling_rate / length as f64).collect();
    Ok(PowerSpectra { frequencies, density })
}

struct Welch {
    window: Vec<f64>,
    /// Of the window.
    energy: f64,
    fourier: Fourier,
    input: Vec<Point>,
    output: Vec<Point>,
    sums: Vec<[f64; LANES]>,
}

impl Welch {
    fn new(length: usize) -> Self {
        let hann = |t: usize| 0.5 - 0.5 * (2.0 * PI * t as f64 / length as f64).cos();
        let window: Vec<f64> = if length == 1 { vec![1.0] } else { (0..length).map(hann).collect() };
        Self {
            energy: window.iter().map(|weight| weight * weight).sum(),
            window,
            fourier: Fourier::new(length),
            input: vec![Point::ZERO; length],
            output: vec![Point::ZERO; length],
            sums: vec![[0.0; LANES]; length],
        }
    }

    /// Adds the power of one or two segments of some channels.
    ///
    /// Two real segments are the parts of one complex signal `z`: `|Z[k]|^2 + |Z[-k]|^2` is twice the sum of their powers.
    fn add(&mut self, traces: &[f32], channels: usize, taken: std::ops::Range<usize>, starts: &[usize]) {
        self.input.fill(Point::ZERO);
        for (part, start) in starts.iter().enumerate() {
            let frames = || traces[start * channels..].chunks_exact(channels).map(|frame| &frame[taken.clone()]);
            let mut means = [0.0; LANES];
            for frame in frames().take(self.window.len()) {
                for (mean, sample) in means.iter_mut().zip(frame) {
                    *mean += f64::from(*sample);
                }
            }
            let means = means.map(|sum| sum / self.window.len() as f64);
            for ((point, weight), frame) in self.input.iter_mut().zip(&self.window).zip(frames()) {
                let values = if part == 0 { &mut point.re } else { &mut point.im };
                for ((value, sample), mean) in values.iter_mut().zip(frame).zip(means) {
                    *value = (f64::from(*sample) - mean) * weight;
                }
            }
        }
        self.fourier.transform(&self.input, &mut self.output);
        for (sums, Point { re, im }) in self.sums.iter_mut().zip(&self.output) {
            for lane in 0..LANES {
                sums[lane] += re[lane] * re[lane] + im[lane] * im[lane];
            }
        }
    }

    /// The sums of powers of the segments, which begin anew.
    fn take(&mut self, bins: usize) -> Vec<[f64; LANES]> {
        let length = self.sums.len();
        let power = |bin: usize| {
            let (one, other) = (self.sums[bin], self.sums[(length - bin) % length]);
            std::array::from_fn(|lane| (one[lane] + other[lane]) / 2.0)
        };
        let powers = (0..bins).map(power).collect();
        self.sums.fill([0.0; LANES]);
        powers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn the_power_of_a_sinusoid_stands_at_its_frequency() {
        let traces: Vec<f32> =
            (0..1000).flat_map(|t| [(2.0 * PI * f64::from(t) / 10.0).sin() as f32 * 3.0, 7.0]).collect();
        let spectra = power_spectral_density(&traces, 2, 1000.0, 100, &Unattended).unwrap();
        assert_eq!(spectra.frequencies.len(), 51);
        // the window spreads it over three bins of 10 Hz: two thirds, and a sixth on either side
        let power: Vec<f64> = spectra.density.chunks_exact(2).map(|pair| pair[0] * 10.0).collect();
        assert!((power[10] - 4.5 * 2.0 / 3.0).abs() < 1e-5 && (power[9] - 4.5 / 6.0).abs() < 1e-5);
        assert!((power.iter().sum::<f64>() - 4.5).abs() < 1e-5);
        assert!(spectra.density.chunks_exact(2).all(|pair| pair[1] < 1e-20));
    }

    #[test]
    fn short_and_empty_signals_have_short_and_empty_spectra() {
        let of = |frames: usize| power_spectral_density(&vec![1.0; 3 * frames], 3, 100.0, 8, &Unattended).unwrap();
        assert_eq!(of(7).frequencies.len(), 4);
        assert_eq!(of(1).density, [0.0; 3]);
        assert_eq!(of(0).frequencies, []);
        assert!(power_spectral_density(&[], 1, 100.0, 0, &Unattended).is_err());
        assert!(power_spectral_density(&[], 1, f64::NAN, 8, &Unattended).is_err());
    }
}
