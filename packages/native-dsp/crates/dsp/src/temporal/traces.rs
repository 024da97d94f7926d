//! Filters and delays of whole traces, in double precision.

use super::lanes::{Lanes, Portable, Row, WIDTH};
use super::machine::Machine;
use super::recursion::Recursions;
use super::visits::{Computed, From, STEP, To};
use crate::design::Direction;
use crate::design::cascade::Cascade;
use crate::design::delay::design_delay;
use crate::frames::require_frames;
use crate::{Control, DspError, Result};

/// Filters every channel of frame-major traces, in place.
///
/// Causal: `scipy.signal.sosfilt` from the steady state of the first sample. Zero-phase: `scipy.signal.sosfiltfilt`; at
/// both ends the signal is continued by its odd extension (the samples turned by 180° about the end) over
/// [`Cascade::pad_length`] samples, or, where SciPy refuses a signal that is no longer than that, as many as it
/// allows. One frame gives the response to a constant.
pub fn filter_traces(
    traces: &mut [f32],
    channels: usize,
    cascade: &Cascade,
    direction: Direction,
    control: &dyn Control,
) -> Result<()> {
    let frames = require_frames(traces.len(), channels)?;
    if frames == 0 || cascade.sections().is_empty() {
        return Ok(());
    }
    let (machine, recursions) = (Machine::detect(), Recursions::<f64>::new(cascade.sections()));
    let zero_phase = direction == Direction::ZeroPhase;
    let pad = if zero_phase { cascade.pad_length().min(frames - 1) } else { 0 };
    let gain = if zero_phase { recursions.gain * recursions.gain } else { recursions.gain };
    let scale = Row([gain; WIDTH]);
    let mut rows = vec![Row([0.0f64; WIDTH]); frames + 2 * pad];
    for first in (0..channels).step_by(WIDTH) {
        control.check()?;
        gather(traces, channels, first, &mut rows[pad..pad + frames]);
        for distance in 1..=pad {
            rows[pad - distance] = reflect(&rows[pad], &rows[pad + distance]);
            let end = pad + frames - 1;
            rows[end + distance] = reflect(&rows[end], &rows[end - distance]);
        }
        let mut history = recursions.history();
        recursions.settle(&mut history, &rows[0]);
        let count = rows.len();
        let at = rows.as_mut_ptr().cast::<f64>();
        let (from, to) = (From { at: at.cast_const(), step: STEP }, To { at, step: STEP });
        // SAFETY: there are `count` rows; the machine was detected.
        unsafe {
            f64::recur(machine, &recursions, &mut history, count, from, to, to, (!zero_phase).then_some(&scale));
        }
        if zero_phase {
            recursions.settle(&mut history, &rows[count - 1]);
            let at = rows.as_mut_ptr().cast::<f64>();
            // SAFETY: as above, from the last row to the first.
            unsafe {
                let at = at.add((count - 1) * WIDTH);
                let (from, to) = (From { at: at.cast_const(), step: -STEP }, To { at, step: -STEP });
                f64::recur(machine, &recursions, &mut history, count, from, to, to, Some(&scale));
            }
        }
        scatter(&rows[pad..pad + frames], traces, channels, first);
        control.progress((first + WIDTH).min(channels) as f64 / channels as f64);
    }
    Ok(())
}

/// Delays each channel of frame-major traces by its shift, in place: a channel that was sampled `s` of a sample late
/// comes to stand where it would be had all channels been sampled at once.
///
/// `shifts` holds one fraction of a sample per channel, in `0 .. 1`; `taps` is 16, 24 or 32, see
/// [`design_delay`]. Frames beyond the ends count as zero, as in SpikeInterface's `phase_shift`, which multiplies the
/// spectrum instead.
pub fn shift_traces(
    traces: &mut [f32],
    channels: usize,
    shifts: &[f64],
    taps: usize,
    control: &dyn Control,
) -> Result<()> {
    let frames = require_frames(traces.len(), channels)?;
    if shifts.len() != channels {
        return Err(DspError::WrongLength { name: "shifts", length: shifts.len(), expected: channels });
    }
    let mut designed: Vec<(f64, Vec<f64>)> = Vec::new();
    for &shift in shifts {
        if !designed.iter().any(|(known, _)| *known == shift) {
            designed.push((shift, design_delay(shift, taps)?.taps));
        }
    }
    let machine = Machine::detect();
    let mut rows = vec![Row([0.0f64; WIDTH]); frames + taps];
    let mut delayed = vec![Row([0.0f64; WIDTH]); frames];
    for first in (0..channels).step_by(WIDTH) {
        control.check()?;
        let mut weights = vec![Row([0.0; WIDTH]); taps];
        for (lane, shift) in shifts[first..channels.min(first + WIDTH)].iter().enumerate() {
            let known = designed.iter().find(|(known, _)| known == shift).map(|(_, taps)| taps.iter());
            // The oldest sample has the last tap.
            for (row, tap) in weights.iter_mut().rev().zip(known.into_iter().flatten()) {
                row.0[lane] = *tap;
            }
        }
        gather(traces, channels, first, &mut rows[taps / 2..taps / 2 + frames]);
        convolve(machine, &weights, &rows, &mut delayed);
        scatter(&delayed, traces, channels, first);
        control.progress((first + WIDTH).min(channels) as f64 / channels as f64);
    }
    Ok(())
}

/// Copies up to [`WIDTH`] channels from `first` on out of frame-major traces; lanes without a channel are zero.
fn gather(traces: &[f32], channels: usize, first: usize, rows: &mut [Row<f64>]) {
    let lanes = WIDTH.min(channels - first);
    for (row, frame) in rows.iter_mut().zip(traces.chunks_exact(channels)) {
        *row = Row([0.0; WIDTH]);
        for (value, sample) in row.0.iter_mut().zip(&frame[first..first + lanes]) {
            *value = f64::from(*sample);
        }
    }
}

/// Writes rows back to where [`gather`] took them from, rounded to single precision.
fn scatter(rows: &[Row<f64>], traces: &mut [f32], channels: usize, first: usize) {
    let lanes = WIDTH.min(channels - first);
    for (row, frame) in rows.iter().zip(traces.chunks_exact_mut(channels)) {
        for (value, sample) in row.0.iter().zip(&mut frame[first..first + lanes]) {
            *sample = *value as f32;
        }
    }
}

/// The sample turned by 180 degrees about the end.
fn reflect(end: &Row<f64>, sample: &Row<f64>) -> Row<f64> {
    Row(std::array::from_fn(|lane| 2.0 * end.0[lane] - sample.0[lane]))
}

fn convolve(machine: Machine, weights: &[Row<f64>], rows: &[Row<f64>], to: &mut [Row<f64>]) {
    #[cfg(target_arch = "x86_64")]
    if machine.has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { convolve_avx2(weights, rows, to) };
    }
    // SAFETY: needs no instructions beyond the portable ones.
    unsafe { convolve_lanes::<Portable<f64>>(weights, rows, to) }
}

/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn convolve_avx2(weights: &[Row<f64>], rows: &[Row<f64>], to: &mut [Row<f64>]) {
    // SAFETY: as the caller's.
    unsafe { convolve_lanes::<super::lanes::Double>(weights, rows, to) }
}

/// # Safety
/// The processor has the instructions of the lanes.
#[inline(always)]
unsafe fn convolve_lanes<L: Lanes<Scalar = f64>>(weights: &[Row<f64>], rows: &[Row<f64>], to: &mut [Row<f64>]) {
    for (window, row) in rows.windows(weights.len()).zip(to) {
        // SAFETY: rows have as many values as lanes; the caller answers for the instructions.
        unsafe {
            let mut sum = L::splat(0.0);
            for (weight, row) in weights.iter().zip(window) {
                sum = L::load(weight.0.as_ptr()).multiply_add(L::load(row.0.as_ptr()), sum);
            }
            sum.store(row.0.as_mut_ptr());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;
    use crate::design::butterworth::{Band, butterworth};
    use std::f64::consts::PI;

    fn high_pass() -> Cascade {
        butterworth(3, Band::HighPass { cutoff: 300.0 }, 30_000.0).unwrap()
    }

    #[test]
    fn a_constant_is_removed_whatever_the_length() {
        for frames in [1, 2, 7, 12, 13, 500] {
            for direction in [Direction::ZeroPhase, Direction::Causal] {
                let mut traces = vec![1500.0; frames];
                filter_traces(&mut traces, 1, &high_pass(), direction, &Unattended).unwrap();
                assert!(traces.iter().all(|sample| sample.abs() < 1e-3), "{frames} frames");
            }
        }
    }

    #[test]
    fn channels_do_not_touch_each_other() {
        let sample = |frame: usize, channel: usize| ((frame * 31 + channel * 17) % 97) as f32;
        let channels = 19;
        let mut together: Vec<f32> = (0..200 * channels).map(|at| sample(at / channels, at % channels)).collect();
        filter_traces(&mut together, channels, &high_pass(), Direction::ZeroPhase, &Unattended).unwrap();
        for channel in 0..channels {
            let mut alone: Vec<f32> = (0..200).map(|frame| sample(frame, channel)).collect();
            filter_traces(&mut alone, 1, &high_pass(), Direction::ZeroPhase, &Unattended).unwrap();
            assert!((0..200).all(|frame| together[frame * channels + channel] == alone[frame]));
        }
    }

    #[test]
    fn no_frames_give_no_frames() {
        filter_traces(&mut [], 4, &high_pass(), Direction::Causal, &Unattended).unwrap();
        shift_traces(&mut [], 4, &[0.5; 4], 16, &Unattended).unwrap();
    }

    #[test]
    fn a_channel_sampled_half_a_sample_late_is_delayed_by_half_a_sample() {
        let wave = |time: f64| (2.0 * PI * 3000.0 * time / 30_000.0).sin();
        for taps in [16, 24, 32] {
            let mut traces: Vec<f32> = (0..200).flat_map(|t| [wave(f64::from(t)) as f32; 2]).collect();
            shift_traces(&mut traces, 2, &[0.0, 0.5], taps, &Unattended).unwrap();
            for frame in 20..180 {
                assert_eq!(traces[2 * frame], wave(frame as f64) as f32);
                assert!((f64::from(traces[2 * frame + 1]) - wave(frame as f64 - 0.5)).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn short_signals_are_zero_beyond_their_ends() {
        for frames in 0..20 {
            let mut traces = vec![0.0; frames];
            if let Some(middle) = traces.get_mut(frames / 2) {
                *middle = 1.0;
            }
            shift_traces(&mut traces, 1, &[0.25], 16, &Unattended).unwrap();
            let taps = design_delay(0.25, 16).unwrap().taps;
            for (frame, sample) in traces.iter().enumerate() {
                let tap = (frame + 7).checked_sub(frames / 2).and_then(|k| taps.get(k));
                assert_eq!(*sample, tap.copied().unwrap_or(0.0) as f32, "{frames} frames, frame {frame}");
            }
        }
    }

    #[test]
    fn a_shift_of_a_whole_sample_is_refused() {
        assert!(shift_traces(&mut [0.0], 1, &[1.0], 16, &Unattended).is_err());
        assert!(shift_traces(&mut [0.0], 1, &[0.1, 0.2], 16, &Unattended).is_err());
        assert!(shift_traces(&mut [0.0], 1, &[0.1], 17, &Unattended).is_err());
    }
}
