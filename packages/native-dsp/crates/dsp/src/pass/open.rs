//! A plan over a source, opened: nothing is computed until it is asked for.

use std::ops::Range;
use std::sync::Mutex;

use super::block::{Asked, Blocks, Room};
use super::check::check_plan;
use super::engine::prepare_engine;
use super::grid::{Block, NOISE_STRETCH_FRAMES, NOISE_STRETCHES, blocks_of, segments};
use super::masks::Masks;
use super::plan::Plan;
use super::source::Source;
use super::spare;
use super::workers::{self, lock};
use crate::control::Paced;
use crate::measure::lf::LfScratch;
use crate::peaks::sink::PeakScratch;
use crate::spectral;
use crate::{Control, DspError, Result};

/// Frames on the usual grid.
const BLOCK_FRAMES: usize = 8192;

/// Frames of a segment, and the rows wanted of them; all where there are none given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameRange {
    pub segment: usize,
    pub frames: Range<u64>,
    pub rows: Option<Vec<usize>>,
}

/// What a thread keeps from block to block, and a pass from call to call.
#[derive(Default)]
pub(super) struct Kept {
    pub room: Room,
    /// Frames on their way to a file or a selection.
    pub words: Vec<i16>,
    pub selected: Vec<i16>,
    pub peaks: PeakScratch,
    pub lf: LfScratch,
}

/// Computes frames of a source by a plan. Any number of threads may use it at once.
pub struct Pass {
    pub(super) blocks: Blocks,
    pub(super) rows: usize,
    pub(super) sampling_rate: f64,
    /// Buffers of threads that are done, for those to come.
    kept: Mutex<Vec<Kept>>,
}

impl Pass {
    /// Refuses a plan that does not fit the source, by the name of what does not fit.
    pub fn open(source: Source, plan: &Plan) -> Result<Self> {
        check_plan(plan, source.columns, &source.segments)?;
        let masks = Masks::prepare(plan.mask.as_ref(), source.columns, &plan.columns)?;
        let engine = prepare_engine(plan, source.columns)?;
        let blocks = Blocks { segments: segments(&source.segments), source, engine, masks };
        Ok(Self { blocks, rows: plan.columns.len(), sampling_rate: plan.sampling_rate, kept: Mutex::new(Vec::new()) })
    }

    /// Frames on the grid, by the plan alone: half of what filters remember, where that is more than usual, so that what
    /// is computed around a block costs no more than four times the block.
    pub fn block_frames(&self) -> usize {
        let engine = &self.blocks.engine;
        let remembered = engine.temporal.before().max(engine.temporal.after());
        match engine.spectral {
            Some(_) => spectral::BLOCK,
            None => (remembered / 2).next_multiple_of(BLOCK_FRAMES).max(BLOCK_FRAMES),
        }
    }

    /// What a call with so many threads holds at most beside its results, whatever the length of the source (bytes).
    ///
    /// For each thread, with `rows` and `columns` those of a frame: `4 * rows * block` for the rows of a block and of frames
    /// around it, what filters and spatial steps work in, `2 * columns * cut` for the counts that they depend on where the
    /// source is a file, and at most `4 * (rows + columns) * block` for frames on their way to a file; once,
    /// `4 * rows * 65536` for the noise sample. Peaks that are decided from more than 64 frames around them take rows and
    /// counts of as many frames more. Results that were given back are kept beside it, 256 MiB at most.
    pub fn memory_bytes(&self, threads: usize) -> usize {
        let frames = self.block_frames();
        let words = 4 * frames * (self.rows + self.blocks.source.columns);
        let sample = 4 * self.rows * (NOISE_STRETCHES * NOISE_STRETCH_FRAMES) as usize;
        threads * (self.blocks.room_bytes(frames) + words) + sample
    }

    /// int16 frames of a range, equal to the bit to what [`Pass::run`] writes there.
    ///
    /// The next call is faster if this one's result, once it is of no more use, is given to [`super::give_back`].
    pub fn traces(&self, range: &FrameRange, threads: usize, control: &dyn Control) -> Result<Vec<i16>> {
        let mut traces = spare::take(self.traces_length(range)?);
        self.traces_into(range, &mut traces, threads, control)?;
        Ok(traces)
    }

    /// How many words the frames of a range are.
    fn traces_length(&self, FrameRange { segment, frames, rows }: &FrameRange) -> Result<usize> {
        self.check_frames(*segment, frames)?;
        let rows = rows.as_deref().map(|rows| self.check_rows("rows", rows)).transpose()?;
        let width = rows.map_or(self.rows, <[usize]>::len);
        let length = ((frames.end - frames.start) as usize).checked_mul(width);
        length.filter(|length| *length <= isize::MAX as usize / 2).ok_or(DspError::InvalidParameter {
            name: "end",
            value: frames.end as f64,
            expected: "a range that fits into memory",
        })
    }

    /// As [`Pass::traces`], into memory that is as long as they are; after a failure or a cancellation it holds a part of them.
    pub fn traces_into(
        &self,
        range: &FrameRange,
        traces: &mut [i16],
        threads: usize,
        control: &dyn Control,
    ) -> Result<()> {
        let expected = self.traces_length(range)?;
        if traces.len() != expected {
            return Err(DspError::WrongLength { name: "into", length: traces.len(), expected });
        }
        if traces.is_empty() {
            return Ok(());
        }
        let FrameRange { segment, frames, rows } = range;
        let (selected, width) = (rows.as_deref(), rows.as_ref().map_or(self.rows, Vec::len));
        let segment_frames = self.blocks.segments[*segment].frames;
        let blocks: Vec<Block> = blocks_of(*segment, segment_frames, frames.clone(), self.block_frames()).collect();
        let mut parts = Vec::with_capacity(blocks.len());
        let mut rest = traces;
        for block in &blocks {
            let (part, after) = rest.split_at_mut(block.wanted_frames() * width);
            parts.push(Mutex::new(part));
            rest = after;
        }
        let progress = Paced::new(control, blocks.len());
        self.each(threads, blocks.len(), &progress, |index, Kept { room, words, .. }| {
            let (block, part) = (&blocks[index], &mut **lock(&parts[index]));
            let Some(selected) = selected else {
                let out = Some((part, width));
                return self.blocks.compute(block, Asked::default(), out, room, &progress).map(drop);
            };
            words.resize(block.wanted_frames() * self.rows, 0);
            let out = Some((&mut words[..], self.rows));
            self.blocks.compute(block, Asked::default(), out, room, &progress)?;
            for (from, to) in words.chunks_exact(self.rows).zip(part.chunks_exact_mut(width)) {
                for (word, &row) in to.iter_mut().zip(selected) {
                    *word = from[row];
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Does jobs on threads that take their buffers from the pass and give them back.
    pub(super) fn each<T: Send>(
        &self,
        threads: usize,
        jobs: usize,
        progress: &Paced<'_>,
        work: impl Fn(usize, &mut Kept) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let begin = || lock(&self.kept).pop().unwrap_or_default();
        let end = |kept| lock(&self.kept).push(kept);
        workers::run(threads.max(1), jobs, progress, begin, end, work)
    }

    pub(super) fn check_frames(&self, segment: usize, frames: &Range<u64>) -> Result<()> {
        let Some(known) = self.blocks.segments.get(segment) else {
            let expected = "an index into the segments";
            return Err(DspError::InvalidParameter { name: "segment", value: segment as f64, expected });
        };
        if frames.end > known.frames {
            let expected = "a frame that is not beyond the segment's end";
            return Err(DspError::InvalidParameter { name: "end", value: frames.end as f64, expected });
        }
        if frames.start > frames.end {
            let expected = "a frame that is not after `end`";
            return Err(DspError::InvalidParameter { name: "start", value: frames.start as f64, expected });
        }
        Ok(())
    }

    pub(super) fn check_rows<'r>(&self, name: &'static str, rows: &'r [usize]) -> Result<&'r [usize]> {
        match rows.iter().find(|&&row| row >= self.rows) {
            None => Ok(rows),
            Some(&row) => Err(DspError::InvalidParameter {
                name,
                value: row as f64,
                expected: "an index into the plan's columns",
            }),
        }
    }
}
