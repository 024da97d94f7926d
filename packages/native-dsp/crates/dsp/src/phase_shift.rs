//! Undoing the delays between channels that share an analogue-to-digital converter.

use std::f64::consts::PI;

use crate::control::Control;
use crate::reference::require_frames;
use crate::tile::{LANES, Row, gather, scatter};
use crate::{DspError, Result};

/// The taps of a delay filter: 7 after and 8 before the sample.
pub const TAPS: usize = 16;

/// The filter is fitted up to this fraction of the sampling rate: 10 kHz at 30 kHz, where the
/// amplifiers of Neuropixels 1.0 end.
pub const FITTED_BAND: f64 = 1.0 / 3.0;

/// The frames after the sample that take part.
const AFTER: usize = TAPS / 2 - 1;
/// The frames before the sample that take part.
const BEFORE: usize = TAPS / 2;

/// The frames on either side that a result depends on.
pub const MARGIN: usize = BEFORE;

/// Delays each channel by its shift, in place: a channel that was sampled `s` of a sample late comes
/// to stand where it would be had all channels been sampled at once.
///
/// `shifts` holds one fraction of a sample per channel, in `0 .. 1`. Each is a filter of [`TAPS`]
/// taps, fitted by least squares to `exp(-2πi f s / fs)` over 0 to [`FITTED_BAND`]; its worst error
/// there, at its edge, is 73 dB below the signal. Frames beyond the ends count as zero, as in SpikeInterface's
/// `phase_shift`, which multiplies the spectrum instead.
pub fn shift_phase(traces: &mut [f32], channels: usize, shifts: &[f64], control: &dyn Control) -> Result<()> {
    require_frames(traces.len(), channels)?;
    if shifts.len() != channels {
        return Err(DspError::WrongLength { name: "shifts", length: shifts.len(), expected: channels });
    }
    let delays = Delays::design(shifts)?;
    let (mut source, mut shifted) = (Vec::new(), Vec::new());
    for first in (0..channels).step_by(LANES) {
        control.check()?;
        gather(traces, channels, first, &mut source);
        delays.apply(first / LANES, &source, &mut shifted);
        scatter(&shifted, traces, channels, first);
        control.progress((first + LANES).min(channels) as f64 / channels as f64);
    }
    Ok(())
}

/// The taps of every channel, by tile; the tap at `k` takes the sample `k - 7` frames earlier.
pub(crate) struct Delays {
    tiles: Vec<[Row; TAPS]>,
}

impl Delays {
    pub fn design(shifts: &[f64]) -> Result<Self> {
        let mut designed: Vec<(f64, [f64; TAPS])> = Vec::new();
        let mut tiles = vec![[[0.0; LANES]; TAPS]; shifts.len().div_ceil(LANES)];
        for (channel, &shift) in shifts.iter().enumerate() {
            if !(0.0..1.0).contains(&shift) {
                let expected = "a fraction of a sample from 0 up to, not including, 1";
                return Err(DspError::InvalidParameter { name: "shifts", value: shift, expected });
            }
            let known = designed.iter().find(|(known, _)| *known == shift).map(|(_, taps)| *taps);
            let taps = known.unwrap_or_else(|| {
                let taps = design_delay(shift);
                designed.push((shift, taps));
                taps
            });
            for (row, tap) in tiles[channel / LANES].iter_mut().zip(taps) {
                row[channel % LANES] = tap;
            }
        }
        Ok(Self { tiles })
    }

    /// Writes the delayed tile to `shifted`.
    pub fn apply(&self, tile: usize, source: &[Row], shifted: &mut Vec<Row>) {
        shifted.clear();
        shifted.resize(source.len(), [0.0; LANES]);
        let taps = &self.tiles[tile];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { convolve_avx2(taps, source, shifted) };
        }
        convolve(taps, source, shifted);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn convolve_avx2(taps: &[Row; TAPS], source: &[Row], shifted: &mut [Row]) {
    convolve(taps, source, shifted);
}

#[inline(always)]
fn convolve(taps: &[Row; TAPS], source: &[Row], shifted: &mut [Row]) {
    let frames = source.len();
    for (window, target) in source.windows(TAPS).zip(shifted.iter_mut().skip(BEFORE)) {
        let mut sum = [0.0; LANES];
        for k in 0..TAPS {
            for lane in 0..LANES {
                sum[lane] += taps[k][lane] * window[TAPS - 1 - k][lane];
            }
        }
        *target = sum;
    }
    let inside = BEFORE..frames.saturating_sub(AFTER).max(BEFORE);
    for frame in (0..frames).filter(|frame| !inside.contains(frame)) {
        let mut sum = [0.0; LANES];
        for (k, tap) in taps.iter().enumerate() {
            let Some(row) = (frame + AFTER).checked_sub(k).and_then(|at| source.get(at)) else { continue };
            for lane in 0..LANES {
                sum[lane] += tap[lane] * row[lane];
            }
        }
        shifted[frame] = sum;
    }
}

/// The taps whose response is nearest, in the mean square over the fitted band, to a delay by `shift` samples.
///
/// With `n` the delay of a tap and `w = 2π` times the band, the normal equations are
/// `Σ sinc((m - n) w/π) h(n) = sinc((m - shift) w/π)`.
pub(crate) fn design_delay(shift: f64) -> [f64; TAPS] {
    let delay = |k: usize| k as f64 - AFTER as f64;
    if shift == 0.0 {
        return std::array::from_fn(|k| if k == AFTER { 1.0 } else { 0.0 });
    }
    let inner = |distance: f64| sinc(2.0 * FITTED_BAND * distance);
    let mut matrix: [[f64; TAPS]; TAPS] =
        std::array::from_fn(|row| std::array::from_fn(|column| inner(delay(row) - delay(column))));
    let mut taps: [f64; TAPS] = std::array::from_fn(|row| inner(delay(row) - shift));
    // The matrix is positive definite: elimination needs no exchange of rows.
    for pivot in 0..TAPS {
        for row in pivot + 1..TAPS {
            let eliminated = matrix[pivot];
            let factor = matrix[row][pivot] / eliminated[pivot];
            for (entry, above) in matrix[row].iter_mut().zip(eliminated) {
                *entry -= factor * above;
            }
            taps[row] -= factor * taps[pivot];
        }
    }
    for pivot in (0..TAPS).rev() {
        for column in pivot + 1..TAPS {
            taps[pivot] -= matrix[pivot][column] * taps[column];
        }
        taps[pivot] /= matrix[pivot][pivot];
    }
    taps
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn the_response_is_a_pure_delay_within_73_db_up_to_10_khz() {
        for shift in [1.0 / 13.0, 0.5, 12.0 / 13.0, 15.0 / 16.0] {
            let taps = design_delay(shift);
            for frequency in (0..=10_000).step_by(100) {
                let angle = 2.0 * PI * f64::from(frequency) / 30_000.0;
                let (mut re, mut im) = (-(angle * shift).cos(), (angle * shift).sin());
                for (k, tap) in taps.iter().enumerate() {
                    let delay = k as f64 - AFTER as f64;
                    re += tap * (angle * delay).cos();
                    im -= tap * (angle * delay).sin();
                }
                // -82 dB up to 9.5 kHz, -73 dB at 10 kHz
                let limit = if frequency < 9500 { 7.6e-5 } else { 2.2e-4 };
                assert!(re.hypot(im) < limit, "{shift} at {frequency} Hz: {}", re.hypot(im));
            }
        }
    }

    #[test]
    fn a_channel_sampled_half_a_sample_late_is_delayed_by_half_a_sample() {
        let wave = |time: f64| (2.0 * PI * 3000.0 * time / 30_000.0).sin();
        let mut traces: Vec<f32> = (0..200).flat_map(|t| [wave(f64::from(t)) as f32; 2]).collect();
        shift_phase(&mut traces, 2, &[0.0, 0.5], &Unattended).unwrap();
        for frame in 20..180 {
            assert_eq!(traces[2 * frame], wave(frame as f64) as f32);
            assert!((f64::from(traces[2 * frame + 1]) - wave(frame as f64 - 0.5)).abs() < 1e-3);
        }
    }

    #[test]
    fn short_signals_are_zero_beyond_their_ends() {
        for frames in 0..20 {
            let mut traces = vec![0.0; frames];
            if let Some(middle) = traces.get_mut(frames / 2) {
                *middle = 1.0;
            }
            shift_phase(&mut traces, 1, &[0.25], &Unattended).unwrap();
            let taps = design_delay(0.25);
            for (frame, sample) in traces.iter().enumerate() {
                let tap = (frame + AFTER).checked_sub(frames / 2).and_then(|k| taps.get(k));
                assert_eq!(*sample, tap.copied().unwrap_or(0.0) as f32, "{frames} frames, frame {frame}");
            }
        }
    }

    #[test]
    fn a_shift_of_a_whole_sample_is_refused() {
        assert!(shift_phase(&mut [0.0], 1, &[1.0], &Unattended).is_err());
        assert!(shift_phase(&mut [0.0], 1, &[0.1, 0.2], &Unattended).is_err());
    }
}
