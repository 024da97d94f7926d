//! What is done to a recording, and doing it to one stretch of frames.

use crate::butterworth::{Band, butterworth};
use crate::cascade::Cascade;
use crate::control::{Control, SilentPart};
use crate::peaks::PeakCriteria;
use crate::phase_shift::{self, Delays};
use crate::reference::subtract_common_median;
use crate::source::FrameSource;
use crate::tile::{LANES, Row};
use crate::zero_phase::filter_tile;
use crate::{DspError, Result};

/// A filter by its order and band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilterSpec {
    pub order: u32,
    pub band: Band,
}

/// One channel of a recording that takes part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputChannel {
    /// Its word in a frame of the source.
    pub column: usize,
    /// µV per count.
    pub gain: f64,
    /// µV at zero counts.
    pub offset: f64,
}

/// The steps, in the order of the fields; the samples stay in floating point from first to last.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    pub channels: Vec<InputChannel>,
    /// (Hz)
    pub sampling_rate: f64,
    pub filter: Option<FilterSpec>,
    /// Fractions of a sample, one per channel.
    pub shifts: Option<Vec<f64>>,
    pub common_median: bool,
    pub detection: PeakCriteria,
}

/// Tiles that are filled and emptied together: their counts fill one cache line of the source.
const GROUP: usize = 4;

/// A validated chain with its filters designed.
pub(crate) struct PreparedChain<'a> {
    pub chain: &'a Chain,
    cascade: Option<Cascade>,
    delays: Option<Delays>,
    /// The frames on either side of a stretch that its result depends on.
    pub margin: usize,
}

/// A longer margin would make blocks that need not fit into memory.
const MAX_MARGIN: usize = 32_768;

impl<'a> PreparedChain<'a> {
    pub fn prepare(chain: &'a Chain, columns: usize) -> Result<Self> {
        let channels = chain.channels.len();
        if channels == 0 {
            return Err(DspError::InvalidParameter { name: "channels", value: 0.0, expected: "at least one channel" });
        }
        if let Some(outside) = chain.channels.iter().find(|channel| channel.column >= columns) {
            let value = outside.column as f64;
            return Err(DspError::InvalidParameter { name: "channels", value, expected: "a column of the recording" });
        }
        chain.detection.validate(channels)?;
        let design = |spec: &FilterSpec| butterworth(spec.order, spec.band, chain.sampling_rate);
        let cascade = chain.filter.as_ref().map(design).transpose()?;
        let delays = match &chain.shifts {
            Some(shifts) if shifts.len() != channels => {
                return Err(DspError::WrongLength { name: "shifts", length: shifts.len(), expected: channels });
            }
            shifts => shifts.as_deref().map(Delays::design).transpose()?,
        };
        let filter_margin = cascade.as_ref().map_or(0, Cascade::margin);
        if filter_margin > MAX_MARGIN {
            let expected = "a filter that forgets within 32768 frames (a higher cutoff or a lower order)";
            return Err(DspError::InvalidParameter { name: "filter", value: filter_margin as f64, expected });
        }
        let margin = filter_margin + delays.as_ref().map_or(0, |_| phase_shift::MARGIN);
        Ok(Self { chain, cascade, delays, margin })
    }

    /// The tiles of a stretch, each of which counts as one step of progress.
    pub fn tiles(&self) -> usize {
        self.chain.channels.len().div_ceil(LANES)
    }
}

/// Frames of one segment, from `start` up to `end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    pub start: u64,
    pub end: u64,
}

impl Stretch {
    pub fn frames(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Widened on both sides, but not beyond a segment of `frames` frames.
    pub fn widened(&self, by: usize, frames: u64) -> Self {
        Self { start: self.start.saturating_sub(by as u64), end: (self.end + by as u64).min(frames) }
    }
}

/// One segment in its source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    /// Its first frame in the source.
    pub offset: u64,
    pub frames: u64,
}

/// The buffers of one thread, used again for every stretch.
#[derive(Default)]
pub(crate) struct Scratch {
    counts: Vec<i16>,
    tiles: [Vec<Row>; GROUP],
    spare: Vec<Row>,
    pub traces: Vec<f32>,
}

impl PreparedChain<'_> {
    /// Leaves the preprocessed frames of a stretch (µV, frame-major) in `scratch.traces`.
    ///
    /// The stretch is read with its margin; an end of the margin that is not an end of the segment is treated
    /// as one, which the margin is long enough to forget.
    pub fn process(
        &self,
        source: &dyn FrameSource,
        segment: Segment,
        stretch: Stretch,
        scratch: &mut Scratch,
        control: &dyn Control,
        mut tile_done: impl FnMut(),
    ) -> Result<()> {
        let wide = stretch.widened(self.margin, segment.frames);
        let inner = (stretch.start - wide.start) as usize..(stretch.end - wide.start) as usize;
        let channels = self.chain.channels.len();
        source.read(segment.offset + wide.start, wide.frames(), &mut scratch.counts)?;
        scratch.traces.clear();
        scratch.traces.resize(stretch.frames() * channels, 0.0);
        for (group, inputs) in self.chain.channels.chunks(GROUP * LANES).enumerate() {
            widen(&scratch.counts, source.columns(), inputs, &mut scratch.tiles);
            let tiles = inputs.len().div_ceil(LANES);
            for (index, tile) in scratch.tiles.iter_mut().enumerate().take(tiles) {
                control.check()?;
                if let Some(cascade) = &self.cascade {
                    filter_tile(tile, cascade);
                }
                if let Some(delays) = &self.delays {
                    delays.apply(group * GROUP + index, tile, &mut scratch.spare);
                    std::mem::swap(tile, &mut scratch.spare);
                }
                tile_done();
            }
            control.check()?;
            let first = group * GROUP * LANES;
            for (index, frame) in scratch.traces.chunks_exact_mut(channels).enumerate() {
                for (tile, samples) in scratch.tiles.iter().zip(frame[first..first + inputs.len()].chunks_mut(LANES)) {
                    for (sample, value) in samples.iter_mut().zip(&tile[inner.start + index]) {
                        *sample = *value as f32;
                    }
                }
            }
        }
        if self.chain.common_median {
            subtract_common_median(&mut scratch.traces, channels, &SilentPart(control))?;
        }
        control.check()
    }
}

/// Counts to microvolts, for up to [`GROUP`] tiles in one visit of the frames.
fn widen(counts: &[i16], columns: usize, inputs: &[InputChannel], tiles: &mut [Vec<Row>; GROUP]) {
    tiles.iter_mut().for_each(Vec::clear);
    for frame in counts.chunks_exact(columns) {
        for (tile, inputs) in tiles.iter_mut().zip(inputs.chunks(LANES)) {
            let mut row = [0.0; LANES];
            for (value, input) in row.iter_mut().zip(inputs) {
                *value = f64::from(frame[input.column]) * input.gain + input.offset;
            }
            tile.push(row);
        }
    }
}
