//! What is done to each channel along time: counts become rows.

use std::ops::Range;

use crate::design::cascade::Cascade;
use crate::design::{Direction, FilterSpec};
use crate::phase_shift::{self, Delays};
use crate::spatial::Rows;
use crate::tile::{LANES, Row};
use crate::zero_phase::filter_tile;
use crate::{DspError, Result};

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
    tile: Vec<Row>,
    spare: Vec<Row>,
}

/// A prepared [`TemporalSpec`].
pub struct Temporal {
    channels: usize,
    cascade: Option<Cascade>,
    delays: Option<Delays>,
    scale: Option<Vec<f32>>,
    warm_up: usize,
}

impl Temporal {
    pub fn prepare(spec: &TemporalSpec, sampling_rate: f64, channels: usize) -> Result<Self> {
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
        let mut sections = Vec::new();
        for filter in &spec.filters {
            if filter.direction == Direction::Causal {
                let expected = "a zero-phase filter";
                return Err(DspError::InvalidParameter { name: "direction", value: f64::NAN, expected });
            }
            sections.extend_from_slice(filter.design(sampling_rate)?.sections());
        }
        let cascade = (!sections.is_empty()).then(|| Cascade::new(sections));
        let delays = spec.shifts.as_deref().map(Delays::design).transpose()?;
        let warm_up = cascade.as_ref().map_or(0, Cascade::margin);
        Ok(Self { channels, cascade, delays, scale: spec.scale.clone(), warm_up })
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Frames before those it gives that it has to be given.
    pub fn before(&self) -> usize {
        self.warm_up + self.reach()
    }

    /// Frames after those it gives that it has to be given.
    pub fn after(&self) -> usize {
        self.warm_up + self.reach()
    }

    fn reach(&self) -> usize {
        self.delays.as_ref().map_or(0, |_| phase_shift::MARGIN)
    }

    /// Writes the frames `inner` of a window of counts to `rows`, which has as many frames and [`Self::channels`] channels.
    ///
    /// `counts` are frames of `columns` words, of which `take` names those of the channels. `runs` are apart from
    /// each other and in order; frames in no run become 0. Where a run has a true end, the delay sees that end's own
    /// sample repeated, and a zero-phase filter the odd extension of `scipy.signal.sosfiltfilt`. Where a run is cut,
    /// the counts have to go on for [`Self::before`] or [`Self::after`] frames beyond `inner`.
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
        rows.data.fill(0.0);
        for run in runs.iter().filter(|run| run.frames.start < inner.end && run.frames.end > inner.start) {
            // Further from what is wanted than the filters remember, a run is of no use.
            let start = run.frames.start.max(inner.start.saturating_sub(self.before()));
            let end = run.frames.end.min(inner.end + self.after());
            for first in (0..self.channels).step_by(LANES) {
                let lanes = LANES.min(self.channels - first);
                let TemporalScratch { tile, spare } = scratch;
                tile.clear();
                for frame in counts[start * columns..end * columns].chunks_exact(columns) {
                    let mut row = [0.0; LANES];
                    for (value, column) in row.iter_mut().zip(&take[first..first + lanes]) {
                        *value = f64::from(frame[*column]);
                    }
                    tile.push(row);
                }
                if let Some(delays) = &self.delays {
                    let reach = phase_shift::MARGIN;
                    let (head, tail) = (tile[0], tile[tile.len() - 1]);
                    let mut padded = vec![head; reach];
                    padded.append(tile);
                    padded.resize(padded.len() + reach, tail);
                    delays.apply(first / LANES, &padded, spare);
                    tile.extend_from_slice(&spare[reach..padded.len() - reach]);
                }
                if let Some(cascade) = &self.cascade {
                    filter_tile(tile, cascade);
                }
                for frame in run.frames.start.max(inner.start)..run.frames.end.min(inner.end) {
                    let at = (frame - inner.start) * rows.stride + first;
                    for lane in 0..lanes {
                        let scale = self.scale.as_ref().map_or(1.0, |scale| scale[first + lane]);
                        rows.data[at + lane] = tile[frame - start][lane] as f32 * scale;
                    }
                }
            }
        }
    }
}
