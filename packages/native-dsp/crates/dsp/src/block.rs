//! One block of the grid: counts become rows, and rows int16.

use std::ops::Range;

use crate::spatial::{Rows, Scratch, SpatialStep};
use crate::temporal::{Run, Temporal, TemporalScratch};

/// How rows become int16; what lies beyond int16 is clamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    HalfEven,
    /// Towards zero.
    Truncate,
}

/// A plan's steps over one block.
pub struct Engine {
    /// Words of a frame of the counts.
    pub columns: usize,
    /// The word of each row.
    pub take: Vec<usize>,
    pub temporal: Temporal,
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
    /// Whole frames, as many as asked for by [`Engine::before`] and [`Engine::after`] unless the segment ends before.
    pub counts: &'a [i16],
    /// Frame of the segment that stands first.
    pub first_frame: u64,
    pub segment: usize,
    pub segment_frames: u64,
    /// Stretches between masked frames; see [`Run`].
    pub runs: &'a [Run],
}

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct Workspace {
    rows: Vec<f32>,
    words: Vec<i16>,
    masked: Vec<Range<usize>>,
    temporal: TemporalScratch,
    spatial: Scratch,
}

/// What came of a block; lies in a [`Workspace`].
pub struct Computed<'a> {
    /// The block's frames and, on either side, as many as the halo asked for and the segment has.
    pub rows: Rows<'a>,
    /// The block's frames among the rows.
    pub inner: Range<usize>,
    /// The block's frames, one after the other, as many words as rows.
    pub words: &'a [i16],
}

impl Engine {
    /// Frames of the segment before a frame that its result depends on.
    pub fn before(&self) -> usize {
        self.temporal.before() + self.spatial_margin()
    }

    /// Frames of the segment after a frame that its result depends on.
    pub fn after(&self) -> usize {
        self.temporal.after() + self.spatial_margin()
    }

    fn spatial_margin(&self) -> usize {
        self.spatial.iter().map(|step| step.margin()).sum()
    }

    /// Computes `frames` of the segment, and rows of `halo` more frames on either side.
    ///
    /// The window has [`Self::before`] `+ halo` frames before them and [`Self::after`] `+ halo` after, unless the segment ends before.
    pub fn compute<'a>(
        &self,
        window: &Window<'_>,
        frames: Range<u64>,
        halo: usize,
        work: &'a mut Workspace,
    ) -> Computed<'a> {
        let channels = self.take.len();
        let stride = channels.next_multiple_of(16);
        let widen = |frames: &Range<u64>, by: usize| {
            frames.start.saturating_sub(by as u64)..(frames.end + by as u64).min(window.segment_frames)
        };
        let with_halo = widen(&frames, halo);
        let wide = widen(&with_halo, self.spatial_margin());
        let length = |range: &Range<u64>| (range.end - range.start) as usize;
        let offset = (wide.start - window.first_frame) as usize;
        let inner = offset..offset + length(&wide);

        let Workspace { rows, words, masked, temporal, spatial } = work;
        rows.clear();
        rows.resize(length(&wide) * stride, 0.0);
        masked_frames(window.runs, &inner, masked);
        let mut all = Rows {
            data: rows,
            channels,
            stride,
            first_frame: wide.start,
            segment: window.segment,
            at_start: wide.start == 0,
            at_end: wide.end == window.segment_frames,
            masked,
        };
        self.temporal.apply(window.counts, self.columns, &self.take, window.runs, inner, &mut all, temporal);
        for step in &self.spatial {
            step.apply(&mut all, spatial);
        }

        let skipped = (with_halo.start - wide.start) as usize;
        let kept = skipped..skipped + length(&with_halo);
        let mut keys = Vec::new();
        for row in rows[kept.start * stride..kept.end * stride].chunks_exact_mut(stride) {
            if self.global_median && channels > 0 {
                let median = crate::reference::median(&row[..channels], &mut keys);
                row[..channels].iter_mut().for_each(|value| *value -= median);
            }
            if let Some(scale) = &self.scale {
                row.iter_mut().zip(scale).for_each(|(value, scale)| *value /= scale);
            }
        }
        masked_frames(window.runs, &(offset + kept.start..offset + kept.end), masked);
        let inner = (frames.start - with_halo.start) as usize..(frames.end - with_halo.start) as usize;
        let data = &mut rows[kept.start * stride..kept.end * stride];
        words.clear();
        for row in data[inner.start * stride..inner.end * stride].chunks_exact(stride) {
            words.extend(row[..channels].iter().map(|value| match self.rounding {
                Rounding::HalfEven => value.round_ties_even() as i16,
                Rounding::Truncate => *value as i16,
            }));
        }
        let rows = Rows {
            data,
            channels,
            stride,
            first_frame: with_halo.start,
            segment: window.segment,
            at_start: with_halo.start == 0,
            at_end: with_halo.end == window.segment_frames,
            masked,
        };
        Computed { rows, inner, words }
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
                start as u64..end as u64,
                0,
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
