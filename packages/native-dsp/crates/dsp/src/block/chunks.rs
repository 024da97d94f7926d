//! Rows on their way from filters to words: the steps that need no other frames, a chunk at a time, while it is in a cache.

use std::ops::Range;

use super::{Step, Window};
use crate::pack::Finish;
use crate::spatial::median::MedianFinder;
use crate::spatial::{Rows, Scratch};
use crate::temporal::{CHUNK, Target};

/// What rows of frames of a window are like.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub window: &'a Window<'a>,
    pub channels: usize,
    pub stride: usize,
}

impl Shape<'_> {
    /// The rows of frames of the counts.
    pub fn rows<'r>(&self, data: &'r mut [f32], frames: &Range<usize>, masked: &'r [Range<usize>]) -> Rows<'r> {
        let &Shape { window, channels, stride } = self;
        let frame = |index: usize| window.first_frame + index as u64;
        let (at_start, at_end) = (frame(frames.start) == 0, frame(frames.end) == window.segment_frames);
        let (first_frame, segment) = (frame(frames.start), window.segment);
        Rows { data, channels, stride, first_frame, segment, at_start, at_end, masked }
    }
}

/// Where words go.
pub(super) struct Words<'a> {
    pub data: &'a mut [i16],
    /// Words of a frame, of which the rows take the first.
    pub width: usize,
    /// The frames of the counts that are wanted.
    pub frames: Range<usize>,
}

/// Steps that are taken chunk by chunk, and what makes words in the end.
pub(super) struct Last<'a> {
    pub shape: Shape<'a>,
    pub steps: &'a [Step],
    pub finish: Option<Finish<'a>>,
    /// Whether rows are looked at afterwards.
    pub keep: bool,
    pub words: Option<Words<'a>>,
    pub spatial: &'a mut Scratch,
    pub median: &'a mut MedianFinder,
}

impl Last<'_> {
    /// Rows of frames of the counts, none of them masked.
    pub fn take(&mut self, frames: &Range<usize>, data: &mut [f32]) {
        let mut rows = self.shape.rows(data, frames, &[]);
        for step in self.steps {
            step.apply(&mut rows, self.spatial);
        }
        let Some(finish) = &self.finish else { return };
        for (frame, row) in frames.clone().zip(data.chunks_exact_mut(self.shape.stride)) {
            let words = self.words.as_mut().filter(|words| words.frames.contains(&frame));
            let words = words.map(|words| &mut words.data[(frame - words.frames.start) * words.width..]);
            finish.run(row, self.median, self.keep, words);
        }
    }

    /// Words of masked frames are 0.
    pub fn clear(&mut self, frames: &Range<usize>) {
        let Some(Words { data, width, frames: wanted }) = &mut self.words else { return };
        for frame in frames.start.max(wanted.start)..frames.end.min(wanted.end) {
            data[(frame - wanted.start) * *width..][..self.shape.channels].fill(0);
        }
    }
}

/// Rows that stay, of all frames from `first` on.
pub(super) struct Whole<'a> {
    pub first: usize,
    pub last: Last<'a>,
    pub data: &'a mut [f32],
}

impl Whole<'_> {
    fn values_of(&self, frames: &Range<usize>) -> Range<usize> {
        let stride = self.last.shape.stride;
        (frames.start - self.first) * stride..(frames.end - self.first) * stride
    }

    /// Takes the last steps of frames whose rows stand there; the masked ones are counted from the first of them.
    pub fn all(&mut self, frames: &Range<usize>, masked: &[Range<usize>]) {
        let mut from = frames.start;
        let end = frames.end - frames.start;
        for gap in masked.iter().chain([&(end..end)]) {
            let gap = frames.start + gap.start..frames.start + gap.end;
            for start in (from..gap.start).step_by(CHUNK) {
                self.done(&(start..gap.start.min(start + CHUNK)));
            }
            self.last.clear(&gap);
            from = gap.end;
        }
    }
}

impl Target for Whole<'_> {
    fn place(&mut self, frames: &Range<usize>) -> (&mut [f32], usize) {
        let values = self.values_of(frames);
        (&mut self.data[values], self.last.shape.stride)
    }

    fn done(&mut self, frames: &Range<usize>) {
        let values = self.values_of(frames);
        self.last.take(frames, &mut self.data[values]);
    }

    fn clear(&mut self, frames: &Range<usize>) {
        self.place(frames).0.fill(0.0);
        self.last.clear(frames);
    }
}
