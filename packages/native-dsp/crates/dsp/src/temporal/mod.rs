//! What is done to each channel along time: counts become rows.

mod delay;
#[cfg(target_arch = "x86_64")]
mod delay_256;
#[cfg(target_arch = "x86_64")]
mod delay_512;
mod delayed;
mod lanes;
mod machine;
mod placed;
mod recursion;
mod stage;
mod steps;
#[cfg(test)]
mod tests;
pub mod traces;
mod visits;

use std::ops::Range;

use crate::design::cascade::{Cascade, Section};
use crate::design::{Direction, FilterKind, FilterSpec};
use crate::spatial::Rows;
use crate::{DspError, Result};
use delay::Delays;
pub(crate) use delay::{CHUNK, Counts};
use lanes::Scalar;
pub(crate) use lanes::{Row, WIDTH, values};
pub(crate) use machine::Machine;
use recursion::Recursions;
pub(crate) use stage::Target;
use stage::{Stage, StageScratch, Stretch};

/// What is done to each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct TemporalSpec {
    /// How much later than the frame each channel was sampled, in samples, from 0 up to, not including, 1.
    pub shifts: Option<Vec<f64>>,
    /// Of a delay: 16, 24 or 32.
    pub taps: usize,
    pub filters: Vec<FilterSpec>,
    /// What each row is multiplied by.
    pub scale: Option<Vec<f32>>,
}

/// Frames of a window of counts that belong together: nothing is filtered across the ends of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Counted from the first frame of the counts.
    pub frames: Range<usize>,
    /// Whether the segment, or a masked stretch, is what ends it there; otherwise it goes on beyond the counts.
    pub true_start: bool,
    pub true_end: bool,
}

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct TemporalScratch {
    single: StageScratch<f32>,
    double: StageScratch<f64>,
}

/// A prepared [`TemporalSpec`].
pub struct Temporal {
    machine: Machine,
    channels: usize,
    delays: Delays,
    stage: Precision,
    warm_up: usize,
    look_ahead: usize,
}

enum Precision {
    Single(Stage<f32>),
    Double(Stage<f64>),
}

/// What a filter has not seen changes less than this part of what it gives.
const RESIDUE: f64 = 3e-6;
/// Below this fraction of the sampling rate (150 Hz of 30 kHz) a filter is computed in double precision, ...
const LEAST_SINGLE: f64 = 0.005;
/// ... a low-pass below this (3 kHz of 30 kHz), ...
const LEAST_SINGLE_LOW: f64 = 0.1;
/// ... and any above this order.
const MOST_SINGLE: u32 = 5;
/// Filters that remember longer would need blocks that need not fit into memory.
const LONGEST_MEMORY: usize = 1 << 18;

impl Temporal {
    pub fn prepare(spec: &TemporalSpec, sampling_rate: f64, channels: usize) -> Result<Self> {
        Self::prepare_for(Machine::detect(), spec, sampling_rate, channels)
    }

    pub(crate) fn prepare_for(
        machine: Machine,
        spec: &TemporalSpec,
        sampling_rate: f64,
        channels: usize,
    ) -> Result<Self> {
        let lengths = [("shifts", spec.shifts.as_ref().map(Vec::len)), ("scale", spec.scale.as_ref().map(Vec::len))];
        for (name, length) in lengths {
            if let Some(length) = length.filter(|length| *length != channels) {
                return Err(DspError::WrongLength { name, length, expected: channels });
            }
        }
        if !matches!(spec.taps, 16 | 24 | 32) {
            let expected = "16, 24 or 32";
            return Err(DspError::InvalidParameter { name: "taps", value: spec.taps as f64, expected });
        }
        let delays = Delays::design(spec.shifts.as_deref(), spec.taps, channels)?;
        let filters = Filters::design(&spec.filters, sampling_rate)?;
        let scale = |channel: usize| {
            let given = spec.scale.as_ref().and_then(|scale| scale.get(channel)).map_or(1.0, |scale| f64::from(*scale));
            given / delays.unit()
        };
        let single = spec.filters.iter().all(|filter| fits_single(filter, sampling_rate));
        let (warm_up, look_ahead) = (filters.warm_up, filters.look_ahead);
        let stage = if single {
            Precision::Single(filters.stage(channels, scale))
        } else {
            Precision::Double(filters.stage(channels, scale))
        };
        Ok(Self { machine, channels, delays, stage, warm_up, look_ahead })
    }

    pub(crate) fn machine(&self) -> Machine {
        self.machine
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Frames before those it gives that it has to be given.
    pub fn before(&self) -> usize {
        self.warm_up + self.delays.before()
    }

    /// Frames after those it gives that it has to be given.
    pub fn after(&self) -> usize {
        self.look_ahead + self.delays.after()
    }

    /// Writes the frames `inner` of a window of counts to `rows`, which has as many frames and [`Self::channels`] channels.
    ///
    /// `counts` are frames of `columns` words, of which `take` names those of the channels. `runs` are apart from
    /// each other and in order; frames in no run become 0. Where a run has a true end, the delay sees that end's own
    /// sample repeated, and a zero-phase filter the odd extension of `scipy.signal.sosfiltfilt`. Where a run is cut,
    /// the counts have to go on for [`Self::before`] or [`Self::after`] frames beyond `inner`; frames that lie too near
    /// to a cut for their delay become 0.
    #[allow(clippy::too_many_arguments)]
    pub fn apply(
        &self,
        counts: &[i16],
        columns: usize,
        take: &[usize],
        runs: &[Run],
        inner: Range<usize>,
        rows: &mut Rows<'_>,
        scratch: &mut TemporalScratch,
    ) {
        let counts = Counts { data: counts, columns, take };
        let mut target = RowsTarget { data: rows.data, stride: rows.stride, first: inner.start };
        self.fill(&counts, runs, &inner, &inner, &mut target, scratch);
    }

    /// As [`Self::apply`]; filters start and end where frames `anchor` need it, so that what a frame becomes
    /// does not depend on what else is wanted.
    pub(crate) fn fill(
        &self,
        counts: &Counts<'_>,
        runs: &[Run],
        anchor: &Range<usize>,
        inner: &Range<usize>,
        target: &mut dyn Target,
        scratch: &mut TemporalScratch,
    ) {
        let mut done = inner.start;
        for run in runs {
            let start = run.frames.start.max(anchor.start.saturating_sub(self.before()));
            let end = run.frames.end.min(anchor.end + self.after());
            let true_start = run.true_start && start == run.frames.start;
            let true_end = run.true_end && end == run.frames.end;
            let first = start + if true_start { 0 } else { self.delays.before() };
            let last = end.saturating_sub(if true_end { 0 } else { self.delays.after() });
            let wanted = first.max(inner.start)..last.min(inner.end);
            if wanted.is_empty() {
                continue;
            }
            target.clear(&(done..wanted.start));
            done = wanted.end;
            let stretch =
                Stretch { counts: *counts, frames: start..end, true_start, true_end, valid: first..last, wanted };
            match &self.stage {
                Precision::Single(stage) => {
                    stage.run(self.machine, &self.delays, &stretch, target, &mut scratch.single);
                }
                Precision::Double(stage) => {
                    stage.run(self.machine, &self.delays, &stretch, target, &mut scratch.double);
                }
            }
        }
        target.clear(&(done..inner.end));
    }
}

/// Rows of a window of counts whose first frame is `first`.
struct RowsTarget<'a> {
    data: &'a mut [f32],
    stride: usize,
    first: usize,
}

impl Target for RowsTarget<'_> {
    fn place(&mut self, frames: &Range<usize>) -> (&mut [f32], usize) {
        (
            &mut self.data[(frames.start - self.first) * self.stride..(frames.end - self.first) * self.stride],
            self.stride,
        )
    }

    fn done(&mut self, _frames: &Range<usize>) {}

    fn clear(&mut self, frames: &Range<usize>) {
        self.place(frames).0.fill(0.0);
    }
}

/// The sections of several filters, run as one.
struct Filters {
    forward: Vec<Section>,
    backward: Vec<Section>,
    warm_up: usize,
    look_ahead: usize,
    extension: usize,
}

impl Filters {
    fn design(specs: &[FilterSpec], sampling_rate: f64) -> Result<Self> {
        let mut filters = Self { forward: Vec::new(), backward: Vec::new(), warm_up: 0, look_ahead: 0, extension: 0 };
        for spec in specs {
            let cascade: Cascade = spec.design(sampling_rate)?;
            let memory = cascade.memory(RESIDUE);
            if memory > LONGEST_MEMORY {
                let expected = "a filter that forgets within 262144 frames (a higher cutoff or a lower order)";
                return Err(DspError::InvalidParameter { name: "filters", value: memory as f64, expected });
            }
            filters.forward.extend_from_slice(cascade.sections());
            filters.warm_up = filters.warm_up.max(memory);
            if spec.direction == Direction::ZeroPhase {
                filters.backward.extend_from_slice(cascade.sections());
                filters.look_ahead = filters.look_ahead.max(memory);
                filters.extension += cascade.pad_length();
            }
        }
        Ok(filters)
    }

    fn stage<S: Scalar>(&self, channels: usize, scale: impl Fn(usize) -> f64) -> Stage<S> {
        let (forward, backward) = (Recursions::new(&self.forward), Recursions::new(&self.backward));
        let gain = forward.gain * backward.gain;
        let of_tile = |tile: usize| Row(std::array::from_fn(|lane| S::from_f64(gain * scale(tile * WIDTH + lane))));
        let scale = (0..channels.div_ceil(WIDTH)).map(of_tile).collect();
        Stage { forward, backward, extension: self.extension, look_ahead: self.look_ahead, scale }
    }
}

/// Whether single precision does: its rounding grows where poles are near 1, and near each other.
fn fits_single(filter: &FilterSpec, sampling_rate: f64) -> bool {
    let (lowest, order) = match filter.kind {
        FilterKind::HighPass { cutoff, order } => (cutoff, order),
        // A low-pass keeps what is slow and large, and rounds at its level.
        FilterKind::LowPass { cutoff, order } => (cutoff * LEAST_SINGLE / LEAST_SINGLE_LOW, order),
        FilterKind::BandPass { low, order, .. } => (low, order),
        FilterKind::Notch { frequency, quality } => (frequency / quality.max(1.0), 2),
    };
    lowest >= LEAST_SINGLE * sampling_rate && order <= MOST_SINGLE
}
