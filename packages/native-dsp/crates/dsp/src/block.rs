//! One block of the grid: counts become rows, and rows int16.

use std::ops::Range;

use crate::control::Control;
use crate::pack::Finish;
pub use crate::pack::Rounding;
use crate::spatial::median::MedianFinder;
use crate::spatial::{Rows, Scratch, SpatialStep};
use crate::spectral::{self, Spectral, SpectralScratch};
use crate::temporal::{CHUNK, Counts, Row, Run, Target, Temporal, TemporalScratch, WIDTH, values};

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
    pub spatial: Vec<Box<dyn SpatialStep>>,
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
    /// Where the words of the wanted frames go, if they do, and how many of it a frame takes: the rows come first, and
    /// what is beyond them stays.
    pub words: Option<(&'a mut [i16], usize)>,
    /// Asked between channels where a block takes long; after a cancellation, what is computed is of no use.
    pub control: &'a dyn Control,
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
    /// The wanted frames and, on either side, as many as the halo asked for and the segment has; none if no rows
    /// were asked for.
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
            None => 8 * stride * (self.temporal.after() + CHUNKS_BETWEEN),
        };
        // A few tiles of sixteen frames, and for steps along time three rows for each frame that they look at.
        let spatial = 4 * (16 * (4 * stride + 1024) + 3 * stride * (2 * margin + 1));
        rows + temporal + spatial
    }

    /// Computes a block, or what is wanted of it.
    pub fn compute<'a>(&self, window: &Window<'_>, work: Work<'_>, room: &'a mut Workspace) -> Computed<'a> {
        let channels = self.take.len();
        let stride = channels.next_multiple_of(16);
        let widen = |frames: &Range<u64>, by: usize| {
            frames.start.saturating_sub(by as u64)..(frames.end + by as u64).min(window.segment_frames)
        };
        let length = |range: &Range<u64>| (range.end - range.start) as usize;
        // The temporal steps begin and end at the same frames, whatever is wanted; so do the steps that look along time.
        let wide = widen(&work.block, HALO + self.spatial_margin());
        let kept = widen(&work.wanted, work.halo.min(HALO));
        let within = |outer: &Range<u64>, range: &Range<u64>| {
            (range.start - outer.start) as usize..(range.end - outer.start) as usize
        };
        let offset = (wide.start - window.first_frame) as usize;

        let span = within(&wide, &kept);
        let inner = within(&kept, &work.wanted);
        let finish = Finish {
            machine: self.temporal.machine(),
            channels,
            global_median: self.global_median,
            scale: self.scale.as_deref(),
            rounding: self.rounding,
        };
        let counts = Counts { data: window.counts, columns: self.columns, take: &self.take };
        let Workspace { rows, masked, temporal, spectral, spatial, median } = room;
        let frames_of = |frames: Range<u64>| {
            let (at_start, at_end) = (frames.start == 0, frames.end == window.segment_frames);
            (frames.start, at_start, at_end)
        };
        if self.spatial.is_empty() && self.spectral.is_none() {
            let anchor = offset..offset + length(&wide);
            let kept_frames = offset + span.start..offset + span.end;
            let wanted = kept_frames.start + inner.start..kept_frames.start + inner.end;
            let frames = if work.rows { kept_frames.clone() } else { wanted.clone() };
            let room = if work.rows { frames.len() } else { CHUNK };
            grow(rows, room * stride);
            let mut target = Finished {
                finish: &finish,
                median,
                rows: values(&mut rows[..room * stride / WIDTH]),
                stride,
                first: work.rows.then_some(frames.start),
                wanted,
                words: work.words,
            };
            self.temporal.fill(&counts, window.runs, &anchor, &frames, &mut target, temporal);
            masked_frames(window.runs, &kept_frames, masked);
            let (first_frame, at_start, at_end) = frames_of(kept);
            let data = if work.rows { values(&mut rows[..room * stride / WIDTH]) } else { &mut [] };
            let segment = window.segment;
            let rows = Rows { data, channels, stride, first_frame, segment, at_start, at_end, masked };
            return Computed { rows, inner };
        }

        grow(rows, length(&wide) * stride);
        let rows = &mut values(rows)[..length(&wide) * stride];
        let all_frames = offset..offset + length(&wide);
        masked_frames(window.runs, &all_frames, masked);
        let (first_frame, at_start, at_end) = frames_of(wide.clone());
        let segment = window.segment;
        let mut all = Rows { data: rows, channels, stride, first_frame, segment, at_start, at_end, masked };
        if let Some(stage) = &self.spectral {
            let origin = (work.block.start - window.first_frame) as usize;
            // A cancellation leaves the rest of the rows 0; whoever asked for them knows of it.
            let _ = stage.apply(&counts, window.runs, origin, all_frames, &mut all, spectral, work.control);
        } else {
            self.temporal.apply(window.counts, self.columns, &self.take, window.runs, all_frames, &mut all, temporal);
        }
        let along_time = self.spatial.iter().rposition(|step| step.margin() > 0).map_or(0, |last| last + 1);
        for step in &self.spatial[..along_time] {
            step.apply(&mut all, spatial);
        }

        masked_frames(window.runs, &(offset + span.start..offset + span.end), masked);
        let (first_frame, at_start, at_end) = frames_of(kept);
        let data = &mut rows[span.start * stride..span.end * stride];
        let mut rows = Rows { data, channels, stride, first_frame, segment, at_start, at_end, masked };
        for step in &self.spatial[along_time..] {
            step.apply(&mut rows, spatial);
        }
        let mut words = work.words;
        let mut gaps = masked.iter().peekable();
        for (index, row) in rows.data.chunks_exact_mut(stride).enumerate() {
            while gaps.next_if(|gap| gap.end <= index).is_some() {}
            let masked = gaps.peek().is_some_and(|gap| gap.contains(&index));
            let words = words.as_mut().filter(|_| inner.contains(&index));
            let words = words.map(|(words, width)| &mut words[(index - inner.start) * *width..][..channels]);
            if !masked {
                finish.run(row, median, work.rows, words);
            } else if let Some(words) = words {
                words.fill(0);
            }
        }
        Computed { rows, inner }
    }
}

/// Makes room for so many values.
fn grow(rows: &mut Vec<Row<f32>>, count: usize) {
    let count = count / WIDTH;
    if rows.len() < count {
        rows.resize(count, Row([0.0; WIDTH]));
    }
}

/// Rows that are finished as soon as they are filtered; kept if they are wanted, or chunk after chunk in the same place.
struct Finished<'a> {
    finish: &'a Finish<'a>,
    median: &'a mut MedianFinder,
    rows: &'a mut [f32],
    stride: usize,
    /// The frame of the counts whose row stands first; None if rows are not kept.
    first: Option<usize>,
    /// The frames of the counts whose words are wanted.
    wanted: Range<usize>,
    words: Option<(&'a mut [i16], usize)>,
}

impl Finished<'_> {
    fn rows_of(&self, frames: &Range<usize>) -> Range<usize> {
        let first = self.first.map_or(0, |first| frames.start - first);
        first * self.stride..(first + frames.len()) * self.stride
    }
}

impl Target for Finished<'_> {
    fn place(&mut self, frames: &Range<usize>) -> (&mut [f32], usize) {
        let rows = self.rows_of(frames);
        (&mut self.rows[rows], self.stride)
    }

    fn done(&mut self, frames: &Range<usize>) {
        let rows = self.rows_of(frames);
        let (keep, channels) = (self.first.is_some(), self.finish.channels);
        for (frame, row) in frames.clone().zip(self.rows[rows].chunks_exact_mut(self.stride)) {
            let words = self.words.as_mut().filter(|_| self.wanted.contains(&frame));
            let words = words.map(|(words, width)| &mut words[(frame - self.wanted.start) * *width..][..channels]);
            self.finish.run(row, self.median, keep, words);
        }
    }

    fn clear(&mut self, frames: &Range<usize>) {
        if self.first.is_some() {
            self.place(frames).0.fill(0.0);
        }
        let Some((words, width)) = &mut self.words else { return };
        for frame in frames.start.max(self.wanted.start)..frames.end.min(self.wanted.end) {
            words[(frame - self.wanted.start) * *width..][..self.finish.channels].fill(0);
        }
    }
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
mod tests {
    use super::*;
    use crate::design::{Direction, FilterKind, FilterSpec};
    use crate::temporal::TemporalSpec;

    const COLUMNS: usize = 22;
    const CHANNELS: usize = 21;

    impl Workspace {
        /// Bytes of the rows and of what spatial steps work in.
        fn held(&self) -> usize {
            64 * self.rows.capacity() + 4 * self.spatial.floats.capacity()
        }
    }

    #[test]
    fn a_workspace_holds_no_more_than_is_said() {
        let plan = crate::spatial::SpatialHighPassPlan {
            groups: vec![(0..CHANNELS).collect()],
            order: 3,
            cutoff: 0.01,
            padding: 10,
            taper: 0,
            gain_control: Some(crate::spatial::GainControlPlan { window_frames: 301, epsilon: 0.01 }),
        };
        let plan = crate::spatial::SpatialPlan::SpatialHighPass(plan);
        let mut engine = engine(FilterKind::HighPass { cutoff: 300.0, order: 3 });
        engine.spatial.push(crate::spatial::prepare(&plan, CHANNELS, 30_000.0).unwrap());
        let (counts, frames, mut room) = (counts(4000), 4000, Workspace::default());
        let block = 0..2048_u64;
        let run = Run { frames: 0..frames, true_start: true, true_end: true };
        let window =
            Window { counts: &counts, first_frame: 0, segment: 0, segment_frames: frames as u64, runs: &[run] };
        let (wanted, control) = (block.clone(), &crate::Unattended);
        engine.compute(&window, Work { block, wanted, halo: HALO, rows: true, words: None, control }, &mut room);
        assert!(room.held() > 0 && room.held() <= engine.workspace_bytes(2048));
    }

    fn engine(kind: FilterKind) -> Engine {
        let spec = TemporalSpec {
            shifts: Some((0..CHANNELS).map(|channel| (channel % 12) as f64 / 13.0).collect()),
            taps: 16,
            filters: vec![FilterSpec { kind, direction: Direction::ZeroPhase }],
            scale: None,
        };
        Engine {
            columns: COLUMNS,
            take: (0..CHANNELS).collect(),
            temporal: Temporal::prepare(&spec, 30_000.0, CHANNELS).unwrap(),
            spectral: None,
            spatial: Vec::new(),
            global_median: true,
            scale: None,
            rounding: Rounding::HalfEven,
        }
    }

    /// Noise on a field potential of 2000 counts at 8 Hz.
    fn counts(frames: usize) -> Vec<i16> {
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 16) / 65_536.0 - 0.5
        };
        let wave = |frame: usize| 2000.0 * (frame as f64 * 8.0 * std::f64::consts::TAU / 30_000.0).sin();
        (0..frames * COLUMNS).map(|at| (wave(at / COLUMNS) + 40.0 * noise()).round() as i16).collect()
    }

    /// The stretches of `runs` that lie in a window, as the window sees them.
    fn runs_within(runs: &[Range<usize>], window: &Range<usize>) -> Vec<Run> {
        let inside = runs.iter().filter(|run| run.start < window.end && run.end > window.start);
        inside
            .map(|run| Run {
                frames: run.start.max(window.start) - window.start..run.end.min(window.end) - window.start,
                true_start: run.start >= window.start,
                true_end: run.end <= window.end,
            })
            .collect()
    }

    fn rows_of(engine: &Engine, counts: &[i16], runs: &[Range<usize>], block: usize) -> Vec<f32> {
        let (frames, mut work, mut found) = (counts.len() / COLUMNS, Workspace::default(), Vec::new());
        for start in (0..frames).step_by(block) {
            let end = (start + block).min(frames);
            let window = start.saturating_sub(engine.before())..(end + engine.after()).min(frames);
            let computed = engine.compute(
                &Window {
                    counts: &counts[window.start * COLUMNS..window.end * COLUMNS],
                    first_frame: window.start as u64,
                    segment: 0,
                    segment_frames: frames as u64,
                    runs: &runs_within(runs, &window),
                },
                Work {
                    block: start as u64..end as u64,
                    wanted: start as u64..end as u64,
                    halo: 0,
                    rows: true,
                    words: None,
                    control: &crate::Unattended,
                },
                &mut work,
            );
            for row in computed.rows.data.chunks_exact(computed.rows.stride) {
                found.extend_from_slice(&row[..CHANNELS]);
            }
        }
        found
    }

    fn largest_difference(left: &[f32], right: &[f32]) -> f32 {
        assert_eq!(left.len(), right.len());
        left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn blocks_make_the_one_piece_result_within_a_thousandth_of_a_count() {
        let counts = counts(9000);
        for kind in [
            FilterKind::HighPass { cutoff: 300.0, order: 3 },
            FilterKind::HighPass { cutoff: 300.0, order: 5 },
            FilterKind::BandPass { low: 300.0, high: 6000.0, order: 5 },
        ] {
            let engine = engine(kind);
            for runs in [vec![0..9000], vec![0..3000, 3010..3500, 4096..9000]] {
                let whole = rows_of(&engine, &counts, &runs, 9000);
                let blocks = rows_of(&engine, &counts, &runs, 2048);
                let difference = largest_difference(&whole, &blocks);
                assert!(difference < 1e-3, "{kind:?}: {difference}");
            }
        }
    }

    #[test]
    fn masked_frames_are_0() {
        let rows =
            rows_of(&engine(FilterKind::HighPass { cutoff: 300.0, order: 3 }), &counts(100), &[0..40, 60..100], 64);
        assert!(rows[40 * CHANNELS..60 * CHANNELS].iter().all(|value| *value == 0.0));
        assert!(rows[..40 * CHANNELS].iter().any(|value| *value != 0.0));
    }
}
