//! Automatic gain control: the running mean of what rows are without their signs.

use std::f64::consts::PI;
use std::ops::Range;

use super::Rows;
use super::lanes::{Lanes, dispatch, fast};
use super::plan::GainControlPlan;
use crate::{DspError, Result};

/// The gain of each row: `|x|` under a running Hann window of `2 half + 1` frames (`numpy.hanning`, normalised to a sum of
/// 1); beyond the ends of a segment, and where frames are masked, `|x|` counts as 0.
///
/// The window's sum is taken at knots, at most 1/64 of half the window apart, and interpolated linearly between them: off
/// by 3e-4 of a lone impulse, by far less of noise. `|x|` is summed up plain, and under a cosine and a sine, over the
/// frames between two knots; sums of such sums make the window at any of its knots. Source: `ibldsp.voltage.agc`.
pub(super) struct GainControl {
    pub epsilon: f32,
    /// Frames between two knots; knots stand at its multiples, counted from the segment's start.
    pub step: usize,
    fast: bool,
    /// Bins of a window on either side of its knot.
    reach: u64,
    /// Of a whole period of the window, `2 half` frames.
    cosines: Vec<f32>,
    sines: Vec<f32>,
}

/// The shortest window that is not one frame alone.
const SHORTEST: usize = 3;
const LONGEST: usize = 1 << 20;

impl GainControl {
    pub fn prepare(plan: &GainControlPlan) -> Result<Self> {
        let GainControlPlan { window_frames, epsilon } = *plan;
        if !(SHORTEST..=LONGEST).contains(&window_frames) {
            let (value, expected) = (window_frames as f64, "3 to 1048576 frames");
            return Err(DspError::InvalidParameter { name: "gainControl.windowFrames", value, expected });
        }
        if !(epsilon > 0.0 && epsilon.is_finite() && (epsilon as f32).is_normal()) {
            let expected = "a positive number";
            return Err(DspError::InvalidParameter { name: "gainControl.epsilon", value: epsilon, expected });
        }
        let half = window_frames / 2;
        let step = knot_frames(half);
        let wave = |function: fn(f64) -> f64| {
            (0..2 * half).map(|frame| function(PI * frame as f64 / half as f64) as f32).collect()
        };
        let reach = ((half as f64) / step as f64).round() as u64;
        Ok(Self { epsilon: epsilon as f32, step, fast: fast(), reach, cosines: wave(f64::cos), sines: wave(f64::sin) })
    }

    /// Frames on either side of a frame that its gain depends on.
    pub fn margin(&self) -> usize {
        (self.reach as usize + 2) * self.step
    }

    /// Numbers that [`Window::open`] needs room for.
    pub fn room(&self, stride: usize) -> usize {
        self.capacity() * 3 * stride
    }

    fn capacity(&self) -> usize {
        2 * self.reach as usize + 1
    }
}

fn knot_frames(half: usize) -> usize {
    if half < 128 { 1 } else { 1 << (half / 64).ilog2().min(5) }
}

/// The window on its way through the frames of a block.
pub(super) struct Window<'a> {
    control: &'a GainControl,
    /// The bins under the window, in the places of a ring: plain sums of all rows, those under the cosine, the sine.
    ring: &'a mut [f32],
    /// Of the bins under the window.
    sums: Vec<f64>,
    bins: Range<u64>,
}

impl<'a> Window<'a> {
    pub fn open(control: &'a GainControl, first_frame: u64, stride: usize, room: &'a mut [f32]) -> Self {
        let first = first_frame / control.step as u64;
        Self { control, ring: &mut room[..control.room(stride)], sums: vec![0.0; 3 * stride], bins: first..first }
    }

    /// The gain of each row at the knot `index`; knots are asked for in ascending order, before the frames that come
    /// less than a window after them change.
    pub fn at(&mut self, index: u64, rows: &Rows<'_>, gain: &mut [f32]) {
        let reach = self.control.reach;
        while self.bins.end < index + reach {
            self.leave(self.bins.end.saturating_sub(2 * reach));
            self.enter(self.bins.end, rows);
            self.bins.end += 1;
        }
        self.leave(index.saturating_sub(reach));
        let period = self.control.cosines.len();
        let place = ((index * self.control.step as u64) % period as u64) as usize;
        let (cosine, sine) = (f64::from(self.control.cosines[place]), f64::from(self.control.sines[place]));
        let (sums, gain, period) = (&self.sums[..], gain, period as f64);
        dispatch!(
            self.control.fast,
            gains(sums: &[f64], cosine: f64, sine: f64, period: f64, gain: &mut [f32])
        );
    }

    fn enter(&mut self, bin: u64, rows: &Rows<'_>) {
        let (step, stride) = (self.control.step as u64, rows.stride);
        let last = rows.first_frame + rows.frames() as u64;
        let frames = (bin * step).clamp(rows.first_frame, last)..((bin + 1) * step).clamp(rows.first_frame, last);
        let period = self.control.cosines.len() as u64;
        let phase = (frames.start % period) as usize;
        let from = (frames.start - rows.first_frame) as usize * stride;
        let data = &rows.data[from..from + (frames.end - frames.start) as usize * stride];
        let place = (bin % self.control.capacity() as u64) as usize * 3 * stride;
        let (control, bin, sums) = (self.control, &mut self.ring[place..place + 3 * stride], &mut self.sums[..]);
        dispatch!(
            control.fast,
            add_bin(control: &GainControl, data: &[f32], phase: usize, bin: &mut [f32], sums: &mut [f64])
        );
    }

    /// Takes all bins before `first` out of the sums.
    fn leave(&mut self, first: u64) {
        let size = self.sums.len();
        while self.bins.start < first.min(self.bins.end) {
            let place = (self.bins.start % self.control.capacity() as u64) as usize * size;
            let (bin, sums) = (&self.ring[place..place + size], &mut self.sums[..]);
            dispatch!(self.control.fast, take_bin(bin: &[f32], sums: &mut [f64]));
            self.bins.start += 1;
        }
    }
}

#[inline(always)]
fn gains<V: Lanes>(sums: &[f64], cosine: f64, sine: f64, period: f64, gain: &mut [f32]) {
    let stride = gain.len();
    let (plain, waves) = sums.split_at(stride);
    let (cosines, sines) = waves.split_at(stride);
    for (row, gain) in gain.iter_mut().enumerate() {
        *gain = ((plain[row] + cosine * cosines[row] + sine * sines[row]) / period).max(0.0) as f32;
    }
}

#[inline(always)]
fn add_bin<V: Lanes>(control: &GainControl, data: &[f32], phase: usize, bin: &mut [f32], sums: &mut [f64]) {
    let stride = bin.len() / 3;
    let (plain, waves) = bin.split_at_mut(stride);
    let (cosines, sines) = waves.split_at_mut(stride);
    let period = control.cosines.len();
    for row in (0..stride).step_by(8) {
        let [mut sum, mut cosine, mut sine] = [V::splat(0.0); 3];
        for (index, frame) in data.chunks_exact(stride).enumerate() {
            let place = if phase + index < period { phase + index } else { phase + index - period };
            let value = V::load(&frame[row..]).abs();
            sum = sum.add(value);
            cosine = value.mul_add(V::splat(control.cosines[place]), cosine);
            sine = value.mul_add(V::splat(control.sines[place]), sine);
        }
        sum.store(&mut plain[row..]);
        cosine.store(&mut cosines[row..]);
        sine.store(&mut sines[row..]);
    }
    for (sum, value) in sums.iter_mut().zip(bin) {
        *sum += f64::from(*value);
    }
}

#[inline(always)]
fn take_bin<V: Lanes>(bin: &[f32], sums: &mut [f64]) {
    for (sum, value) in sums.iter_mut().zip(bin) {
        *sum -= f64::from(*value);
    }
}
