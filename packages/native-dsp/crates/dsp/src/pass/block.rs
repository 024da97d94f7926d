//! One block: its counts read, its masks found, its frames computed.

use std::ops::Range;

use super::grid::{Block, Segment};
use super::masks::{Masks, runs_between};
use super::source::Source;
use crate::block::{Engine, Observer, Window, Work, Workspace};
use crate::spatial::Rows;
use crate::temporal::Run;
use crate::{Control, Result};

/// What computes blocks, shared by all threads.
pub struct Blocks {
    pub source: Source,
    pub segments: Vec<Segment>,
    pub engine: Engine,
    pub masks: Masks,
}

/// What a thread keeps from block to block.
#[derive(Default)]
pub struct Room {
    counts: Vec<i16>,
    masked: Vec<Range<usize>>,
    runs: Vec<Run>,
    workspace: Workspace,
}

/// What is asked of a block beside its words.
#[derive(Default)]
pub struct Asked<'a> {
    /// Whether rows of the wanted frames are wanted.
    pub rows: bool,
    /// Who looks at rows of the wanted frames, and how many frames it needs on either side.
    pub observer: Option<&'a mut dyn Observer>,
    pub halo: usize,
    /// Frames of counts on either side.
    pub reach: usize,
}

impl Asked<'_> {
    pub fn rows() -> Self {
        Self { rows: true, ..Self::default() }
    }
}

/// A block computed.
pub struct Computed<'a> {
    /// The words of the block's frames, and of frames around them.
    pub counts: &'a [i16],
    pub columns: usize,
    /// The frame of the segment that stands first in `counts`.
    pub first_frame: u64,
    /// The wanted frames among those of `counts`.
    pub wanted: Range<usize>,
    /// Wanted frames that are masked, counted from the first of them.
    pub masked: Vec<Range<usize>>,
    pub rows: Rows<'a>,
    /// The wanted frames among those of `rows`.
    pub inner: Range<usize>,
}

/// Frames around a block that [`Asked::reach`] asks for at most: half the taps of the longest decimation.
const LONGEST_REACH: usize = 13 * crate::measure::decimation::MOST;

impl Blocks {
    /// Computes the wanted frames of a block, and leaves their words in `words`, so many words a frame.
    ///
    /// What is computed depends on the whole block and not on what is wanted of it.
    pub fn compute<'r>(
        &'r self,
        block: &Block,
        asked: Asked<'_>,
        words: Option<(&mut [i16], usize)>,
        room: &'r mut Room,
        control: &dyn Control,
    ) -> Result<Computed<'r>> {
        let Segment { offset, frames } = self.segments[block.segment];
        let widened = |range: &Range<u64>, before: usize, after: usize| {
            range.start.saturating_sub(before as u64)..(range.end + after as u64).min(frames)
        };
        let cut = widened(&block.whole, self.engine.before(), self.engine.after());
        let mask = widened(&cut, self.masks.margin(), self.masks.margin());
        let reach = widened(&block.wanted, asked.reach, asked.reach);
        let read = mask.start.min(reach.start)..mask.end.max(reach.end);
        let columns = self.source.columns;
        let counts = self.source.frames(offset + read.start..offset + read.end, &mut room.counts)?;
        control.check()?;
        let part = |range: &Range<u64>| {
            let at = |frame: u64| (frame - read.start) as usize * columns;
            &counts[at(range.start)..at(range.end)]
        };
        let within = |range: &Range<u64>, outer: &Range<u64>| {
            (range.start - outer.start) as usize..(range.end - outer.start) as usize
        };
        let Room { masked, runs, workspace, .. } = room;
        self.masks.find(part(&mask), block.segment, mask.start, within(&cut, &mask), masked);
        let cut_frames = (cut.end - cut.start) as usize;
        runs_between(masked, cut_frames, cut.start == 0, cut.end == frames, runs);
        let window =
            Window { counts: part(&cut), first_frame: cut.start, segment: block.segment, segment_frames: frames, runs };
        let (block_frames, wanted) = (block.whole.clone(), block.wanted.clone());
        let Asked { rows, observer, halo, .. } = asked;
        let observer = observer.map(|observer| observer as &mut dyn Observer);
        let work = Work { block: block_frames, wanted, halo, rows, observer, words, control };
        let computed = self.engine.compute(&window, work, workspace);
        control.check()?;
        let wanted = within(&block.wanted, &cut);
        let clip = |range: &Range<usize>| {
            let at = |frame: usize| frame.clamp(wanted.start, wanted.end) - wanted.start;
            at(range.start)..at(range.end)
        };
        Ok(Computed {
            counts,
            columns,
            first_frame: read.start,
            wanted: within(&block.wanted, &read),
            masked: masked.iter().map(clip).filter(|range| !range.is_empty()).collect(),
            rows: computed.rows,
            inner: computed.inner,
        })
    }

    /// What one thread holds at most for blocks of so many frames (bytes).
    pub fn room_bytes(&self, frames: usize) -> usize {
        let cut = frames + self.engine.before() + self.engine.after();
        // The low frequencies of a block depend on counts around it, too.
        let around = (2 * self.masks.margin()).max(2 * LONGEST_REACH);
        let read = if self.source.is_file() { 2 * (cut + around) * self.source.columns } else { 0 };
        read + self.engine.workspace_bytes(frames)
    }
}
