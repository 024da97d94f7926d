//! The low-frequency band of a full-band recording, taken beside a pass.

use std::ops::Range;

use super::decimation::Decimation;
use super::polyphase::{Polyphase, Window};
use crate::Result;

/// Takes low-passed, decimated counts out of blocks of frames, in exact integers: blocks agree with the whole to the
/// bit. [`Decimation`] says what the filter passes, where its frames stand, and what is beyond a segment's ends.
///
/// The counts are taken as they are: masked frames take part, and no channel is delayed. A copied column is no signal
/// (sync, digital words): its word of frame `k * factor` is frame `k`'s.
#[derive(Debug, Clone)]
pub struct LfSink {
    decimation: Decimation,
    polyphase: Polyphase,
    columns: usize,
    copied: Vec<usize>,
}

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct LfScratch {
    pairs: Vec<i16>,
}

impl LfSink {
    /// `rows` are the words of a frame that are filtered, `copied` those that are copied.
    pub fn prepare(factor: usize, columns: usize, rows: &[usize], copied: &[usize]) -> Result<Self> {
        let decimation = Decimation::prepare(factor)?;
        let polyphase = Polyphase::prepare(&decimation, columns, rows)?;
        super::extremes::require_columns(columns, copied)?;
        Ok(Self { decimation, polyphase, columns, copied: copied.to_vec() })
    }

    /// Frames that are needed on either side of those that are visited, where the segment has them.
    pub fn margin(&self) -> usize {
        self.decimation.reach()
    }

    /// Words of a frame of the result: the rows, then the copied columns.
    pub fn width(&self) -> usize {
        self.polyphase.rows() + self.copied.len()
    }

    /// Frames that a segment of so many frames gives.
    pub fn frames(&self, segment: u64) -> u64 {
        self.decimation.frames(segment)
    }

    /// Frames of the result that stand in these frames of a segment.
    pub fn within(&self, frames: Range<u64>) -> Range<u64> {
        self.decimation.frames(frames.start)..self.decimation.frames(frames.end)
    }

    /// Appends to `out` the frames of the result that stand in `inner`.
    ///
    /// `counts` are frames of a segment, the first of them its frame `first_frame`; `inner` counts from there. Where
    /// `counts` end less than the margin beyond `inner`, the segment must end.
    pub fn visit(
        &self,
        counts: &[i16],
        first_frame: u64,
        inner: Range<usize>,
        scratch: &mut LfScratch,
        out: &mut Vec<i16>,
    ) {
        let outputs = self.within(first_frame + inner.start as u64..first_frame + inner.end as u64);
        let (width, factor) = (self.width(), self.decimation.factor());
        let from = out.len();
        out.resize(from + (outputs.end - outputs.start) as usize * width, 0);
        let centre = (outputs.start * factor as u64 - first_frame.min(outputs.start * factor as u64)) as usize;
        let window = Window { counts, columns: self.columns, centre };
        self.polyphase.apply(&window, &mut scratch.pairs, &mut out[from..], width);
        for (index, frame) in out[from..].chunks_exact_mut(width).enumerate() {
            let source = &counts[(centre + index * factor) * self.columns..];
            for (word, column) in frame[self.polyphase.rows()..].iter_mut().zip(&self.copied) {
                *word = source[*column];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;
    use crate::measure::decimation::decimate;

    fn noise(length: usize, scale: i64) -> Vec<i16> {
        let mut random = 3_u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) as i64
        };
        (0..length).map(|_| (next() % (2 * scale) - scale) as i16).collect()
    }

    fn whole(sink: &LfSink, counts: &[i16]) -> Vec<i16> {
        let mut out = Vec::new();
        sink.visit(counts, 0, 0..counts.len() / sink.columns, &mut LfScratch::default(), &mut out);
        out
    }

    #[test]
    fn the_sums_are_exact_and_rounded_to_even_at_any_width_and_scale() {
        for (columns, rows) in [(1, 1), (33, 32), (40, 39), (70, 64), (385, 384)] {
            for (factor, scale) in [(2, 100), (3, 8000), (5, 32_768), (12, 8192), (12, 32_768), (32, 512)] {
                let counts = noise(400 * columns, scale);
                let rows: Vec<usize> = (0..rows).collect();
                let sink = LfSink::prepare(factor, columns, &rows, &[]).unwrap();
                let decimation = Decimation::prepare(factor).unwrap();
                let found = whole(&sink, &counts);
                for (index, value) in found.iter().enumerate().step_by(7) {
                    let (output, row) = (index / rows.len(), index % rows.len());
                    let exact: i64 = (decimation.taps().iter().enumerate())
                        .map(|(tap, weight)| {
                            let frame = (output * factor + tap).saturating_sub(decimation.reach()).min(399);
                            i64::from(*weight) * i64::from(counts[frame * columns + row])
                        })
                        .sum();
                    let rounded = (exact as f64 / f64::from(1 << decimation.bits())).round_ties_even();
                    assert_eq!(f64::from(*value), rounded.clamp(-32_768.0, 32_767.0), "{columns} {factor} {scale}");
                }
            }
        }
    }

    #[test]
    fn blocks_with_the_margin_equal_the_whole_to_the_bit() {
        let columns = 36;
        let counts = noise(1500 * columns, 3000);
        let rows: Vec<usize> = (0..34).rev().collect();
        for factor in [2, 7, 12] {
            let sink = LfSink::prepare(factor, columns, &rows, &[35]).unwrap();
            let expected = whole(&sink, &counts);
            assert_eq!(expected.len() as u64, sink.frames(1500) * sink.width() as u64);
            assert_eq!(expected[34], counts[35]);
            let (mut found, mut scratch) = (Vec::new(), LfScratch::default());
            for bounds in [0, 1, 100, 513, 514, 1100, 1499, 1500].windows(2) {
                let (from, to) = (bounds[0].max(sink.margin()) - sink.margin(), (bounds[1] + sink.margin()).min(1500));
                let part = &counts[from * columns..to * columns];
                sink.visit(part, from as u64, bounds[0] - from..bounds[1] - from, &mut scratch, &mut found);
            }
            assert!(found == expected, "factor {factor}");
        }
    }

    #[test]
    fn equals_the_decimated_traces_rounded() {
        let counts = noise(700 * 3, 2000);
        let traces: Vec<f32> = counts.iter().map(|count| f32::from(*count)).collect();
        let expected = decimate(&traces, 3, 12, &Unattended).unwrap();
        let found = whole(&LfSink::prepare(12, 3, &[0, 1, 2], &[]).unwrap(), &counts);
        assert!(found.iter().zip(&expected).all(|(found, expected)| (f32::from(*found) - expected).abs() < 0.501));
    }

    #[test]
    fn an_empty_range_gives_nothing_and_unknown_columns_are_refused() {
        let sink = LfSink::prepare(12, 2, &[0], &[1]).unwrap();
        let mut out = Vec::new();
        sink.visit(&[1, 2, 3, 4], 24, 1..1, &mut LfScratch::default(), &mut out);
        sink.visit(&[1, 2, 3, 4], 25, 0..2, &mut LfScratch::default(), &mut out);
        sink.visit(&[], 0, 0..0, &mut LfScratch::default(), &mut out);
        assert!(out.is_empty());
        sink.visit(&[1, 2, 3, 4], 23, 0..2, &mut LfScratch::default(), &mut out);
        assert_eq!(out, [2, 4]);
        assert!(LfSink::prepare(12, 2, &[2], &[]).is_err());
        assert!(LfSink::prepare(12, 2, &[0], &[2]).is_err());
    }
}
