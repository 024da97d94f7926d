//! One block of the grid: counts become rows, and rows int16.

mod chunks;
mod sliding;

use std::ops::Range;

use crate::control::Control;
use crate::pack::Finish;
pub use crate::pack::Rounding;
use crate::spatial::median::MedianFinder;
use crate::spatial::{Rows, Scratch, SpatialStep};
use crate::spectral::{self, Spectral, SpectralScratch};
use crate::temporal::{CHUNK, Counts, Row, Run, Temporal, TemporalScratch, WIDTH, values};
use chunks::{Last, Shape, Whole, Words};
use sliding::Sliding;

type Step = Box<dyn SpatialStep>;

/// A plan's steps over one block.
pub struct Engine {
    /// Words of a frame of the counts.
    pub columns: usize,
    /// The word of each row.
    pub take: Vec<usize>,
    pub temporal: Temporal,
    /// CatGT's temporal stage, in place of `temporal`.
    pub spectral: Option<Spectral>,
    /// In this order, after the temporal steps.
    pub spatial: Vec<Step>,
    /// Whether, last of all, the median over all rows (the mean of the two middle ones of an even number) is subtracted.
    pub global_median: bool,
    /// What the temporal steps multiplied the rows by, undone after the spatial ones.
    pub scale: Option<Vec<f32>>,
    pub rounding: Rounding,
}

/// Counts around a block.
pub struct Window<'a> {
    /// Whole frames: [`Engine::before`] before the block and [`Engine::after`] after it, unless the segment ends there.
    pub counts: &'a [i16],
    /// Frame of the segment that stands first.
    pub first_frame: u64,
    pub segment: usize,
    pub segment_frames: u64,
    /// Stretches between masked frames; see [`Run`].
    pub runs: &'a [Run],
}

/// What is computed of a window.
pub struct Work<'a> {
    /// The block, in frames of the segment: results depend on where it begins and ends ...
    pub block: Range<u64>,
    /// ... and not on which of its frames are wanted, ...
    pub wanted: Range<u64>,
    /// ... nor on how many frames around these rows are made for, [`HALO`] at most.
    pub halo: usize,
    /// Whether the rows are wanted, beside the words.
    pub rows: bool,
    /// Who looks at rows of the wanted frames, and of the halo around them, while they are in a cache.
    pub observer: Option<&'a mut dyn Observer>,
    /// Where the words of the wanted frames go, if they do, and how many of it a frame takes: the rows come first, and
    /// what is beyond them stays.
    pub words: Option<(&'a mut [i16], usize)>,
    /// Asked between channels where a block takes long; after a cancellation, what is computed is of no use.
    pub control: &'a dyn Control,
}

/// What looks at finished rows.
pub trait Observer {
    /// Looks at the frames `inner` of the rows (counted from the first of them). Each wanted frame of a block is among them
    /// once, in any order; on either side there are as many frames as the halo says, unless the segment ends there.
    fn observe(&mut self, rows: &Rows<'_>, inner: Range<usize>);
}

/// Frames around a block that rows can be made for; they are a little less exact than those of the block.
pub const HALO: usize = 64;

/// Frames, beside those that backward filters look ahead, of the chunks that are on their way through the filters.
const CHUNKS_BETWEEN: usize = 32 * CHUNK;

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct Workspace {
    rows: Vec<Row<f32>>,
    masked: Vec<Range<usize>>,
    temporal: TemporalScratch,
    spectral: SpectralScratch,
    spatial: Scratch,
    median: MedianFinder,
}

/// What came of a block; lies in a [`Workspace`].
pub struct Computed<'a> {
    /// Where rows were asked for: the wanted frames and, on either side, as many as the halo asked for and the segment has.
    pub rows: Rows<'a>,
    /// The wanted frames among the rows.
    pub inner: Range<usize>,
}

impl Engine {
    /// Frames of the segment before a block that its result depends on.
    pub fn before(&self) -> usize {
        self.temporal_reach().0 + self.spatial_margin() + HALO
    }

    /// Frames of the segment after a block that its result depends on.
    pub fn after(&self) -> usize {
        self.temporal_reach().1 + self.spatial_margin() + HALO
    }

    fn temporal_reach(&self) -> (usize, usize) {
        match self.spectral {
            Some(_) => (spectral::MARGIN, spectral::MARGIN),
            None => (self.temporal.before(), self.temporal.after()),
        }
    }

    /// Frames on either side of a frame that its spatial steps depend on.
    pub fn spatial_margin(&self) -> usize {
        self.spatial.iter().map(|step| step.margin()).sum()
    }

    /// What a thread holds at most for a block of so many frames (bytes).
    pub fn workspace_bytes(&self, frames: usize) -> usize {
        let stride = self.take.len().next_multiple_of(16);
        let margin = self.spatial_margin();
        let rows = 4 * stride * (frames + 2 * (margin + HALO));
        // Chunks between forward and backward filters, in double precision at most; or a channel and its spectrum.
        let temporal = match self.spectral {
            Some(_) => 64 * spectral::LENGTH,
            None => 8 * stride * (self.temporal.after() / 4 * 5 + CHUNKS_BETWEEN),
        };
        // A few tiles of sixteen frames, and for steps along time three rows for each frame that they look at.
        let spatial = 4 * (16 * (4 * stride + 1024) + 3 * stride * (2 * margin + 1));
        rows + temporal + spatial
    }

    /// Computes a block, or what is wanted of it.
    pub fn compute<'a>(&self, window: &Window<'_>, work: Work<'_>, room: &'a mut Workspace) -> Computed<'a> {
        let Extents { wide, kept, wanted } = self.extents(window, &work);
        let inner = wanted.start - kept.start..wanted.end - kept.start;
        let Workspace { rows, masked, temporal, spectral, spatial, median } = room;
        let (early, along_time, late) = self.steps();
        let counts = Counts { data: window.counts, columns: self.columns, take: &self.take };
        let channels = self.take.len();
        let shape = Shape { window, channels, stride: channels.next_multiple_of(16) };
        let finish = Finish {
            machine: self.temporal.machine(),
            channels,
            global_median: self.global_median,
            scale: self.scale.as_deref(),
            rounding: self.rounding,
        };
        let keep = work.rows || work.observer.is_some();
        let words = work.words.map(|(data, width)| Words { data, width, frames: wanted.clone() });
        masked_frames(window.runs, &kept, masked);

        let chunk_wise = along_time.is_empty() && self.spectral.is_none();
        if chunk_wise && !work.rows && (work.observer.is_none() || masked.is_empty()) {
            let last = Last { shape, steps: late, finish: Some(finish), keep, words, spatial, median };
            let (sought, halo) = if keep { (kept.clone(), work.halo.min(HALO)) } else { (wanted.clone(), 0) };
            let rows = grow(rows, Sliding::rows(halo) * shape.stride);
            let observer = work.observer.map(|observer| observer as &mut dyn Observer);
            let mut target = Sliding::new(last, rows, observer, sought.clone(), wanted, halo);
            self.temporal.fill(&counts, window.runs, &wide, &sought, &mut target, temporal);
            return Computed { rows: shape.rows(&mut [], &kept, masked), inner };
        }
        let filled = if chunk_wise { &kept } else { &wide };
        let data = grow(rows, filled.len() * shape.stride);
        if chunk_wise {
            let last = Last { shape, steps: late, finish: Some(finish), keep, words, spatial, median };
            let mut target = Whole { first: filled.start, last, data };
            self.temporal.fill(&counts, window.runs, &wide, filled, &mut target, temporal);
        } else {
            let mut all_masked = Vec::new();
            masked_frames(window.runs, filled, &mut all_masked);
            if let Some(stage) = &self.spectral {
                let origin = (work.block.start - window.first_frame) as usize;
                let mut all = shape.rows(data, filled, &all_masked);
                // A cancellation leaves the rest of the rows 0; whoever asked for them knows of it.
                let _ = stage.apply(&counts, window.runs, origin, filled.clone(), &mut all, spectral, work.control);
            } else {
                let first = Last { shape, steps: early, finish: None, keep, words: None, spatial, median };
                let mut target = Whole { first: filled.start, last: first, data };
                self.temporal.fill(&counts, window.runs, &wide, filled, &mut target, temporal);
            }
            let mut all = shape.rows(data, filled, &all_masked);
            along_time.iter().for_each(|step| step.apply(&mut all, spatial));
            let last = Last { shape, steps: late, finish: Some(finish), keep, words, spatial, median };
            Whole { first: filled.start, last, data }.all(&kept, masked);
        }
        let from = (kept.start - filled.start) * shape.stride;
        let data = &mut values(rows)[from..from + kept.len() * shape.stride];
        let rows = shape.rows(data, &kept, masked);
        if let Some(observer) = work.observer {
            observer.observe(&rows, inner.clone());
        }
        Computed { rows, inner }
    }

    /// The steps before the first one that looks along time, those up to the last of them, and those after it.
    fn steps(&self) -> (&[Step], &[Step], &[Step]) {
        let looks = |step: &Step| step.margin() > 0;
        let end = self.spatial.iter().rposition(looks).map_or(0, |last| last + 1);
        // CatGT's stage gives the rows of a block at once.
        let first = if self.spectral.is_some() { Some(0) } else { self.spatial.iter().position(looks) };
        let (rest, late) = self.spatial.split_at(end);
        let (early, along_time) = rest.split_at(first.unwrap_or(0));
        (early, along_time, late)
    }

    fn extents(&self, window: &Window<'_>, work: &Work<'_>) -> Extents {
        let widened = |frames: &Range<u64>, by: usize| {
            let start = frames.start.saturating_sub(by as u64);
            let end = (frames.end + by as u64).min(window.segment_frames);
            (start - window.first_frame) as usize..(end - window.first_frame) as usize
        };
        Extents {
            wide: widened(&work.block, HALO + self.spatial_margin()),
            kept: widened(&work.wanted, work.halo.min(HALO)),
            wanted: widened(&work.wanted, 0),
        }
    }
}

/// Frames of the counts of a window.
struct Extents {
    /// What the temporal steps give, and the steps that look along time: the same, whatever is wanted.
    wide: Range<usize>,
    /// The wanted frames and their halo.
    kept: Range<usize>,
    wanted: Range<usize>,
}

/// Room for so many values, a multiple of [`WIDTH`].
fn grow(rows: &mut Vec<Row<f32>>, count: usize) -> &mut [f32] {
    if rows.len() < count / WIDTH {
        rows.resize(count / WIDTH, Row([0.0; WIDTH]));
    }
    &mut values(rows)[..count]
}

/// The frames `inner` of a window that lie in no run, counted from the first of them.
fn masked_frames(runs: &[Run], inner: &Range<usize>, masked: &mut Vec<Range<usize>>) {
    masked.clear();
    let mut from = inner.start;
    for run in runs {
        let (start, end) =
            (run.frames.start.clamp(inner.start, inner.end), run.frames.end.clamp(inner.start, inner.end));
        if start > from {
            masked.push(from - inner.start..start - inner.start);
        }
        from = from.max(end);
    }
    if from < inner.end {
        masked.push(from - inner.start..inner.end - inner.start);
    }
}

#[cfg(test)]
mod tests;
