//! The linear-phase low-pass before decimation, in whole numbers.

use crate::control::Control;
use crate::frames::require_frames;
use crate::{DspError, Result};

/// Takes every `factor`-th frame of what a symmetric filter lets through.
///
/// The filter is a sinc with a Kaiser window (80 dB) of `26 * factor - 1` taps, as `scipy.signal.firwin` makes it,
/// quantised to integers whose sum is a power of two: constant signals pass unchanged, and sums of counts are exact.
/// Half the amplitude passes at the new Nyquist frequency. Up to 0.8 of it the gain is 1 within 0.003 dB; from 1.2 of
/// it on, and so in all that folds back to below 0.8 of it, at most -72 dB (-79 dB for a factor of 12: 30 kHz to
/// 2.5 kHz passes 1 kHz and stops 1.5 kHz).
///
/// Frame `k` of the result stands at frame `k * factor` of the input (no delay); `n` frames give `ceil(n / factor)`.
/// Beyond an end its own sample is repeated, as `scipy.signal.resample_poly(..., padtype="edge")` does.
#[derive(Debug, Clone, PartialEq)]
pub struct Decimation {
    factor: usize,
    /// All taps, the middle one standing at [`Decimation::reach`].
    taps: Vec<i16>,
    /// The taps sum to two to this power.
    bits: u32,
}

/// The greatest factor; beyond it the integers would be too coarse.
pub const MOST: usize = 32;

const FINEST_BITS: u32 = 17;
/// The middle tap is left room for what rounding leaves to it.
const MOST_OF_A_TAP: f64 = 32_700.0;
/// (dB)
const ATTENUATION: f64 = 80.0;
/// In output frames, on either side.
const HALF_WIDTH: usize = 13;

impl Decimation {
    /// Refuses factors that are not 2 to 32.
    pub fn prepare(factor: usize) -> Result<Self> {
        if !(2..=MOST).contains(&factor) {
            let expected = "a whole factor from 2 to 32";
            return Err(DspError::InvalidParameter { name: "factor", value: factor as f64, expected });
        }
        let half = windowed_sinc(factor);
        let bits = (0..=FINEST_BITS).rev().find(|bits| half[0] * power(*bits) < MOST_OF_A_TAP).unwrap_or(0);
        let half = quantise(&half, bits);
        let taps = half[1..].iter().rev().chain(&half).map(|tap| *tap as i16).collect();
        Ok(Self { factor, taps, bits })
    }

    pub fn factor(&self) -> usize {
        self.factor
    }

    /// Integers that sum to `1 << bits`; the middle one belongs to the frame itself.
    pub fn taps(&self) -> &[i16] {
        &self.taps
    }

    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Frames on either side that a frame of the result depends on.
    pub fn reach(&self) -> usize {
        self.taps.len() / 2
    }

    /// How many frames so many frames give.
    pub fn frames(&self, input: u64) -> u64 {
        input.div_ceil(self.factor as u64)
    }
}

/// Low-passes and decimates frame-major traces: the sums in double precision, from the first tap to the last.
///
/// See [`Decimation`] for the filter, the frames and the ends.
pub fn decimate(traces: &[f32], channels: usize, factor: usize, control: &dyn Control) -> Result<Vec<f32>> {
    let frames = require_frames(traces.len(), channels)?;
    let decimation = Decimation::prepare(factor)?;
    let outputs = frames.div_ceil(factor);
    let (reach, unit) = (decimation.reach(), power(decimation.bits));
    let mut result = vec![0.0; outputs * channels];
    for (index, output) in result.chunks_exact_mut(channels).enumerate() {
        control.check()?;
        if index.is_multiple_of(64) {
            control.progress(index as f64 / outputs as f64);
        }
        for (group, output) in output.chunks_mut(LANES).enumerate() {
            let mut sums = [0.0_f64; LANES];
            for (tap, weight) in decimation.taps.iter().enumerate() {
                let frame = (index * factor + tap).saturating_sub(reach).min(frames - 1);
                let at = frame * channels + group * LANES;
                for (sum, sample) in sums.iter_mut().zip(&traces[at..at + output.len()]) {
                    *sum += f64::from(*weight) * f64::from(*sample);
                }
            }
            for (value, sum) in output.iter_mut().zip(sums) {
                *value = (sum / unit) as f32;
            }
        }
    }
    Ok(result)
}

const LANES: usize = 16;

fn power(bits: u32) -> f64 {
    f64::from(1_u32 << bits)
}

/// The middle and one side of a low-pass that passes half at `1 / factor` of the Nyquist frequency; sums to 1.
fn windowed_sinc(factor: usize) -> Vec<f64> {
    let reach = HALF_WIDTH * factor - 1;
    let beta = 0.1102 * (ATTENUATION - 8.7);
    let tap = |index: usize| {
        let position = std::f64::consts::PI * index as f64 / factor as f64;
        let sinc = if index == 0 { 1.0 } else { position.sin() / position };
        let edge = index as f64 / reach as f64;
        sinc * bessel(beta * (1.0 - edge * edge).sqrt())
    };
    let taps: Vec<f64> = (0..=reach).map(tap).collect();
    let sum = taps[0] + 2.0 * taps[1..].iter().sum::<f64>();
    taps.iter().map(|tap| tap / sum).collect()
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= (x / 2.0 / k) * (x / 2.0 / k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// Rounds to multiples of `2^-bits` that sum to 1: what is missing goes to those that were rounded by most.
fn quantise(half: &[f64], bits: u32) -> Vec<i32> {
    let exact: Vec<f64> = half.iter().map(|tap| tap * power(bits)).collect();
    let mut taps: Vec<i32> = exact.iter().map(|tap| (tap + 0.5).floor() as i32).collect();
    let missing = |taps: &[i32]| (1 << bits) - taps[0] - 2 * taps[1..].iter().sum::<i32>();
    let left = missing(&taps);
    let mut order: Vec<usize> = (1..taps.len()).collect();
    let rounded = |index: usize| (exact[index] - f64::from(taps[index])) * f64::from(left.signum());
    order.sort_by(|a, b| rounded(*b).total_cmp(&rounded(*a)));
    for index in order.into_iter().take((left.abs() / 2) as usize) {
        taps[index] += left.signum();
    }
    taps[0] += missing(&taps);
    taps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    /// The gain at a frequency, in output Nyquist frequencies.
    fn gain(decimation: &Decimation, frequency: f64) -> f64 {
        let step = std::f64::consts::PI * frequency / decimation.factor as f64;
        let middle = decimation.reach() as f64;
        let taps = decimation.taps.iter().enumerate();
        taps.map(|(at, tap)| f64::from(*tap) * (step * (at as f64 - middle)).cos()).sum::<f64>()
            / power(decimation.bits)
    }

    #[test]
    fn every_factor_passes_and_stops_what_it_says() {
        for factor in 2..=MOST {
            let decimation = Decimation::prepare(factor).unwrap();
            let steps = (factor * 40) as i32;
            let frequencies = (0..=steps).map(|step| f64::from(step) * factor as f64 / f64::from(steps));
            for frequency in frequencies {
                let level = 20.0 * gain(&decimation, frequency).abs().log10();
                if frequency <= 0.8 {
                    assert!(level.abs() < 0.003, "{level} dB at {frequency} for {factor}");
                } else if frequency >= 1.2 {
                    assert!(level < if factor == 12 { -79.0 } else { -72.0 }, "{level} dB at {frequency} for {factor}");
                }
            }
            assert_eq!(gain(&decimation, 0.0), 1.0);
            assert!((gain(&decimation, 1.0) - 0.5).abs() < 0.001);
            assert!(
                decimation.taps.iter().map(|tap| i64::from(tap.unsigned_abs())).sum::<i64>() < 2 << decimation.bits
            );
        }
    }

    #[test]
    fn frames_stand_where_they_stood_and_constants_pass() {
        let traces: Vec<f32> = (0..25).flat_map(|frame| [100.0, frame as f32]).collect();
        let result = decimate(&traces, 2, 12, &Unattended).unwrap();
        assert_eq!(result.len(), 3 * 2);
        assert_eq!([result[0], result[2], result[4]], [100.0; 3]);
        assert!((result[3] - 12.0).abs() < 0.2, "{}", result[3]);
        assert_eq!(decimate(&[], 3, 2, &Unattended).unwrap(), []);
        assert_eq!(decimate(&[5.0], 1, 32, &Unattended).unwrap(), [5.0]);
        assert!(decimate(&[5.0], 1, 33, &Unattended).is_err());
        assert!(decimate(&[5.0], 1, 1, &Unattended).is_err());
    }
}
