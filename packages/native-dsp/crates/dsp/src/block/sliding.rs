//! Rows of one chunk after the other in the same place, with the rows around it for who looks at them.

use std::ops::Range;

use super::Observer;
use super::chunks::Last;
use crate::temporal::{CHUNK, Target};

/// Chunks come in slabs, one slab after the other, and the chunks of a slab from its last to its first. So the rows behind
/// a chunk are those of the chunk before it, and those before the first chunk of a slab are the last of another slab.
pub(super) struct Sliding<'a> {
    last: Last<'a>,
    observer: Option<&'a mut dyn Observer>,
    /// Frames of the counts that come, without a gap where somebody looks at them, ...
    frames: Range<usize>,
    /// ... and of them those that are looked at.
    wanted: Range<usize>,
    /// What is looked at has so many frames on either side, and what is kept of a chunk twice as many.
    halo: usize,
    /// The last rows of two slabs, rows before the chunk, the chunk, which ends at its place's end, rows behind it.
    data: &'a mut [f32],
    /// Which of the places of last rows is that of the slab before, and where frames of it end.
    below: usize,
    ends: [Range<usize>; 2],
    /// The chunk that came before, with the rows that stood behind it.
    before: Range<usize>,
}

impl<'a> Sliding<'a> {
    /// Rows that there must be room for.
    pub fn rows(halo: usize) -> usize {
        CHUNK + 8 * halo
    }

    pub fn new(
        last: Last<'a>,
        data: &'a mut [f32],
        observer: Option<&'a mut dyn Observer>,
        frames: Range<usize>,
        wanted: Range<usize>,
        halo: usize,
    ) -> Self {
        Self { last, observer, frames, wanted, halo, data, below: 0, ends: [0..0, 0..0], before: 0..0 }
    }

    /// The row that stands behind a chunk.
    fn end(&self) -> usize {
        6 * self.halo + CHUNK
    }

    fn values(&self, rows: Range<usize>) -> Range<usize> {
        rows.start * self.last.shape.stride..rows.end * self.last.shape.stride
    }

    fn copy(&mut self, rows: Range<usize>, to: usize) {
        let (rows, to) = (self.values(rows), to * self.last.shape.stride);
        self.data.copy_within(rows, to);
    }

    /// Shows a chunk that is finished, and keeps of it what others are shown with.
    fn show(&mut self, frames: &Range<usize>) {
        let (end, kept) = (self.end(), 2 * self.halo);
        let first = end - frames.len();
        let is_top = self.before.start != frames.end;
        let behind = if is_top { 0 } else { kept.min(self.before.len()) };
        self.below ^= usize::from(is_top);
        let below = self.ends[self.below].clone();
        let ahead = if below.end == frames.start { below.len() } else { 0 };
        self.copy(self.below * kept..self.below * kept + ahead, first - ahead);

        let around = frames.start - ahead..frames.end + behind;
        // The halo of what is looked at now reaches into what stands around the chunk, and no further.
        let from = match ahead {
            0 if frames.start == self.frames.start => frames.start,
            0 => frames.start + self.halo,
            _ => frames.start.saturating_sub(self.halo),
        };
        let to = match behind {
            0 if frames.end == self.frames.end => frames.end,
            0 => frames.end.saturating_sub(self.halo),
            _ => frames.end + self.halo,
        };
        let inner = from.max(self.wanted.start)..to.min(self.wanted.end);
        let values = self.values(first - ahead..end + behind);
        if let (Some(observer), false) = (&mut self.observer, inner.is_empty()) {
            let rows = self.last.shape.rows(&mut self.data[values], &around, &[]);
            observer.observe(&rows, inner.start - around.start..inner.end - around.start);
        }

        if is_top {
            let above = self.below ^ 1;
            let length = kept.min(frames.len());
            self.copy(end - length..end, above * kept);
            self.ends[above] = frames.end - length..frames.end;
        }
        self.before = frames.start..frames.end + behind;
        self.copy(first..first + kept.min(self.before.len()), end);
    }
}

impl Target for Sliding<'_> {
    fn place(&mut self, frames: &Range<usize>) -> (&mut [f32], usize) {
        let values = self.values(self.end() - frames.len()..self.end());
        (&mut self.data[values], self.last.shape.stride)
    }

    fn done(&mut self, frames: &Range<usize>) {
        let values = self.values(self.end() - frames.len()..self.end());
        self.last.take(frames, &mut self.data[values]);
        if self.observer.is_some() {
            self.show(frames);
        }
    }

    fn clear(&mut self, frames: &Range<usize>) {
        debug_assert!(frames.is_empty() || self.observer.is_none(), "frames that come have no gap");
        self.last.clear(frames);
    }
}
