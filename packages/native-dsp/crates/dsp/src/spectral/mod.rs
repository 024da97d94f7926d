//! CatGT's temporal stage: delay and magnitude filter in one spectrum, in double precision.
//!
//! Written from the description of CatGT 5.3 (B. Karsh, <https://billkarsh.github.io/SpikeGLX/>): blocks of 32,768 frames
//! of which the first and the last 500 are thrown away; before the first frame its sample is repeated, after the last
//! frame its own; results are cut off to whole counts.

use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::spatial::Rows;
use crate::temporal::{Counts, Run};
use crate::{Control, DspError, Result};

/// Frames that are transformed together.
pub const LENGTH: usize = 32_768;
/// Frames on either side of a block that are transformed with it.
pub const MARGIN: usize = 500;
/// Frames of a block: the grid.
pub const BLOCK: usize = LENGTH - 2 * MARGIN;

/// What is done to each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectralSpec {
    /// How much later than the frame each channel was sampled, in samples, from 0 up to, not including, 1.
    pub shifts: Option<Vec<f64>>,
    pub filters: Vec<Magnitude>,
    /// What each row is multiplied by, after it has been cut off to whole counts.
    pub scale: Option<Vec<f32>>,
}

/// `butter,N,hi,lo` of CatGT: `1/√(1 + (low/f)^2N) · 1/√(1 + (f/high)^2N)`, no constant where there is a `low`, and no phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Magnitude {
    pub order: u32,
    /// (Hz) below this less comes through: CatGT's `hi`, of "high-pass".
    pub low: Option<f64>,
    /// (Hz) above this less comes through.
    pub high: Option<f64>,
}

impl Magnitude {
    /// What a frequency (Hz) is multiplied by.
    fn at(&self, frequency: f64) -> f64 {
        let power = 2 * self.order as i32;
        let below = match self.low {
            Some(_) if frequency == 0.0 => return 0.0,
            Some(low) => 1.0 + (low / frequency).powi(power),
            None => 1.0,
        };
        let above = self.high.map_or(1.0, |high| 1.0 + (frequency / high).powi(power));
        1.0 / below.sqrt() / above.sqrt()
    }
}

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct SpectralScratch {
    signal: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

/// A prepared [`SpectralSpec`].
pub struct Spectral {
    channels: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Arc<dyn ComplexToReal<f64>>,
    /// The part of the signal that is left at each frequency, with the transforms' factor; none without filters.
    gains: Option<Vec<f64>>,
    shifts: Option<Vec<f64>>,
    scale: Option<Vec<f32>>,
}

impl Spectral {
    pub fn prepare(spec: &SpectralSpec, sampling_rate: f64, channels: usize) -> Result<Self> {
        let lengths = [("shifts", spec.shifts.as_ref().map(Vec::len)), ("scale", spec.scale.as_ref().map(Vec::len))];
        for (name, length) in lengths {
            if let Some(length) = length.filter(|length| *length != channels) {
                return Err(DspError::WrongLength { name, length, expected: channels });
            }
        }
        let mut planner = RealFftPlanner::new();
        let frequency = |bin: usize| bin as f64 * sampling_rate / LENGTH as f64;
        let gain = |bin: usize| spec.filters.iter().map(|filter| filter.at(frequency(bin))).product();
        let gains = (!spec.filters.is_empty()).then(|| (0..=LENGTH / 2).map(gain).collect());
        Ok(Self {
            channels,
            forward: planner.plan_fft_forward(LENGTH),
            backward: planner.plan_fft_inverse(LENGTH),
            gains,
            shifts: spec.shifts.clone(),
            scale: spec.scale.clone(),
        })
    }

    /// Writes the frames `inner` of a window of counts to `rows`, which has as many frames.
    ///
    /// Blocks begin at the frame `origin` of the window; frames before the first and after the last of them, fewer than
    /// [`MARGIN`], come from their margins. `runs` are apart from each other and in order; frames in no run become 0, and a run's first and last
    /// samples are repeated beyond it. Channels that are neither delayed nor filtered keep their counts.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn apply(
        &self,
        counts: &Counts<'_>,
        runs: &[Run],
        origin: usize,
        inner: Range<usize>,
        rows: &mut Rows<'_>,
        scratch: &mut SpectralScratch,
        control: &dyn Control,
    ) -> Result<()> {
        rows.data.fill(0.0);
        scratch.signal.resize(LENGTH, 0.0);
        scratch.spectrum.resize(LENGTH / 2 + 1, Complex::default());
        scratch.scratch.resize(self.forward.get_scratch_len().max(self.backward.get_scratch_len()), Complex::default());
        for block in blocks(origin, &inner) {
            for run in runs {
                let wanted = run.frames.start.max(block.start)..run.frames.end.min(block.end);
                if wanted.is_empty() {
                    continue;
                }
                // The frame of the window that is transformed first lies `MARGIN` before the block's origin.
                let first = (block.origin as isize) - MARGIN as isize;
                for channel in 0..self.channels {
                    control.check()?;
                    let shift = self.shifts.as_ref().map_or(0.0, |shifts| shifts[channel]);
                    let word = |frame: usize| f64::from(counts.data[frame * counts.columns + counts.take[channel]]);
                    let is_kept = self.gains.is_none() && shift == 0.0;
                    if !is_kept {
                        for (at, sample) in scratch.signal.iter_mut().enumerate() {
                            let frame = first + at as isize;
                            let last = run.frames.end as isize - 1;
                            *sample = word(frame.clamp(run.frames.start as isize, last) as usize);
                        }
                        self.transform(shift, scratch)?;
                    }
                    let scale = self.scale.as_ref().map_or(1.0, |scale| scale[channel]);
                    for frame in wanted.clone() {
                        let at = (frame as isize - first) as usize;
                        let value = if is_kept { word(frame) } else { scratch.signal[at].trunc() };
                        let value = value.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as f32;
                        rows.data[(frame - inner.start) * rows.stride + channel] = value * scale;
                    }
                }
            }
        }
        Ok(())
    }

    /// Delays and filters the signal of a scratch.
    fn transform(&self, shift: f64, scratch: &mut SpectralScratch) -> Result<()> {
        let SpectralScratch { signal, spectrum, scratch } = scratch;
        let failed = |_| DspError::InvalidParameter { name: "method", value: f64::NAN, expected: "a finite signal" };
        self.forward.process_with_scratch(signal, spectrum, scratch).map_err(failed)?;
        let step = -TAU * shift / LENGTH as f64;
        for (bin, value) in spectrum.iter_mut().enumerate() {
            let gain = self.gains.as_ref().map_or(1.0, |gains| gains[bin]) / LENGTH as f64;
            *value *= Complex::from_polar(gain, step * bin as f64);
        }
        // A real signal has no sine at these two.
        spectrum[0].im = 0.0;
        spectrum[LENGTH / 2].im = 0.0;
        self.backward.process_with_scratch(spectrum, signal, scratch).map_err(failed)
    }
}

/// Frames of a window that come from one transform.
struct Block {
    origin: usize,
    start: usize,
    end: usize,
}

/// Blocks from `origin` on that together give the frames `inner`.
fn blocks(origin: usize, inner: &Range<usize>) -> impl Iterator<Item = Block> {
    let inner = inner.clone();
    let beyond = inner.end.saturating_sub(origin).saturating_sub(MARGIN);
    let count = beyond.div_ceil(BLOCK).max(1);
    (0..count).map(move |index| {
        let from = origin + index * BLOCK;
        let start = if index == 0 { inner.start } else { from };
        let end = if index + 1 == count { inner.end } else { from + BLOCK };
        Block { origin: from, start, end }
    })
}

#[cfg(test)]
mod tests;
