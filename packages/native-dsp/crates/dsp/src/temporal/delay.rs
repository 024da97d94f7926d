//! Counts of a tile, each channel delayed by its part of a sample.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::delay_256;
#[cfg(target_arch = "x86_64")]
use super::delay_512::Samples;
use super::delayed::Delayed;
use super::lanes::{Row, WIDTH};
use super::machine::Machine;
use crate::Result;
use crate::design::delay::{UNIT, design_delay};

/// Frames that are delayed at a time.
pub(crate) const CHUNK: usize = 128;
/// Outputs that are computed together: four of even frames and four of odd ones.
pub(super) const GROUP: usize = 8;
const LONGEST: usize = 32;

/// The taps of every channel, by tile, or none.
pub(crate) struct Delays {
    /// Half as many as there are taps; 0 to take the counts as they are.
    pairs: usize,
    /// For each tile, pair and half of the channels: the taps of an older and a younger sample, channel by channel.
    tiles: Vec<Vec<[[i16; WIDTH]; 2]>>,
}

/// Counts in frames, and which of their words belong to the channels.
#[derive(Clone, Copy)]
pub(crate) struct Counts<'a> {
    pub data: &'a [i16],
    pub columns: usize,
    pub take: &'a [usize],
}

/// What samples of both halves of a tile's channels are paired in: the sample of a frame, and that of the next.
pub(crate) type Pairs = [[[i16; WIDTH]; 2]; CHUNK + LONGEST + GROUP];

impl Delays {
    pub fn design(shifts: Option<&[f64]>, taps: usize, channels: usize) -> Result<Self> {
        let Some(shifts) = shifts else { return Ok(Self { pairs: 0, tiles: Vec::new() }) };
        let pairs = taps / 2;
        let mut designed: Vec<(f64, Vec<i16>)> = Vec::new();
        let mut tiles = vec![vec![[[0; WIDTH]; 2]; pairs]; channels.div_ceil(WIDTH)];
        for (channel, &shift) in shifts.iter().enumerate() {
            let known = designed.iter().position(|(known, _)| *known == shift);
            let index = match known {
                Some(index) => index,
                None => {
                    designed.push((shift, design_delay(shift, taps)?.whole));
                    designed.len() - 1
                }
            };
            let whole = &designed[index].1;
            let (half, lane) = (channel % WIDTH / 8, channel % 8);
            for (pair, both) in tiles[channel / WIDTH].iter_mut().enumerate() {
                // The oldest sample has the last tap.
                both[half][2 * lane] = whole[taps - 1 - 2 * pair];
                both[half][2 * lane + 1] = whole[taps - 2 - 2 * pair];
            }
        }
        Ok(Self { pairs, tiles })
    }

    /// Frames before a frame that its value depends on.
    pub fn before(&self) -> usize {
        self.pairs
    }

    /// Frames after a frame that its value depends on.
    pub fn after(&self) -> usize {
        self.pairs.saturating_sub(1)
    }

    /// What a value has to be divided by.
    pub fn unit(&self) -> f64 {
        if self.pairs == 0 { 1.0 } else { f64::from(UNIT) }
    }

    /// Writes `frames`, at most [`CHUNK`], of a tile to `target`, which has room for a whole chunk.
    ///
    /// Frames beyond `within` count as the nearest one inside.
    pub fn apply<S: Delayed>(
        &self,
        machine: Machine,
        counts: &Counts<'_>,
        tile: usize,
        within: &Range<usize>,
        frames: Range<usize>,
        target: &mut [Row<S>],
        pairs: &mut Pairs,
    ) {
        let tiles = counts.take.len().div_ceil(WIDTH);
        assert!(target.len() >= CHUNK && frames.len() <= CHUNK && frames.start >= within.start);
        assert!(frames.end <= within.end && within.end * counts.columns <= counts.data.len());
        if self.pairs == 0 {
            #[cfg(target_arch = "x86_64")]
            if let (true, Some(column)) = (machine.has_avx2(), counts.contiguous(tile)) {
                let soon = counts.soon(frames.start + CHUNK, tile, tiles);
                // SAFETY: the processor has AVX2.
                return unsafe { delay_256::widen(counts, column, frames, target, soon) };
            }
            for (frame, row) in frames.zip(target) {
                let words = counts.words(tile, frame);
                *row = Row(words.map(|word| S::from_i32(i32::from(word))));
            }
            return;
        }
        // The sample before the first of a pair, so that the first frame's oldest sample begins pair 0.
        let first = frames.start as isize - self.pairs as isize;
        #[cfg(target_arch = "x86_64")]
        if let (Machine::Avx512, Ok(taps), Some(column)) =
            (machine, self.tiles[tile][..].try_into(), counts.contiguous(tile))
        {
            let last = frames.end + self.after();
            if frames.len() == CHUNK && first >= within.start as isize && last <= within.end {
                let at = counts.data[first as usize * counts.columns + column..].as_ptr();
                let (soon, step) = counts.soon(frames.start + CHUNK, tile, tiles);
                let samples = Samples { at, columns: counts.columns, soon, step };
                // SAFETY: the machine was detected; the frames from `first` to `last` lie within the counts, the tile's
                // words within the frames, and the target has room for a chunk.
                return unsafe { S::delay_chunk(samples, taps, target.as_mut_ptr()) };
            }
        }
        let count = frames.len().next_multiple_of(GROUP) + 2 * self.pairs - 1;
        pair_up(machine, counts, tile, within, first, &mut pairs[..count]);
        let taps = &self.tiles[tile];
        let groups = frames.len().div_ceil(GROUP);
        // SAFETY: the machine was detected; `pairs` reaches `2 * self.pairs` frames further than the groups do, and
        // the target has room for a chunk, which is a multiple of the group.
        unsafe { S::convolve(machine, taps, pairs, groups, target) }
    }
}

impl Counts<'_> {
    /// The samples of a tile; 0 where it has no channel.
    #[inline(always)]
    fn words(&self, tile: usize, frame: usize) -> [i16; WIDTH] {
        let row = &self.data[frame * self.columns..(frame + 1) * self.columns];
        let take = &self.take[tile * WIDTH..self.take.len().min((tile + 1) * WIDTH)];
        let mut words = [0; WIDTH];
        for (word, column) in words.iter_mut().zip(take) {
            *word = row[*column];
        }
        words
    }

    /// A tile's part of the bytes of the chunk at `first`, as a place and the distance to the next of 64.
    #[cfg(target_arch = "x86_64")]
    fn soon(&self, first: usize, tile: usize, tiles: usize) -> (*const i8, usize) {
        let part = (2 * CHUNK * self.columns).div_ceil(tiles);
        let from = 2 * first * self.columns + tile * part;
        (self.data.as_ptr().cast::<i8>().wrapping_add(from), part.div_ceil(CHUNK / 2))
    }

    /// The first word of a tile whose words stand side by side.
    fn contiguous(&self, tile: usize) -> Option<usize> {
        let take = self.take.get(tile * WIDTH..(tile + 1) * WIDTH)?;
        let first = take[0];
        let side_by_side = take.iter().enumerate().all(|(index, column)| *column == first + index);
        (side_by_side && first + WIDTH <= self.columns).then_some(first)
    }
}

/// Pairs the samples of each frame from `first` on with those of the next.
fn pair_up(
    machine: Machine,
    counts: &Counts<'_>,
    tile: usize,
    within: &Range<usize>,
    first: isize,
    pairs: &mut [[[i16; WIDTH]; 2]],
) {
    let clamp = |frame: isize| frame.clamp(within.start as isize, within.end as isize - 1) as usize;
    let last = first + pairs.len() as isize;
    #[cfg(target_arch = "x86_64")]
    if let (true, Some(column)) = (machine.has_avx2(), counts.contiguous(tile)) {
        let inside = first >= within.start as isize && last < within.end as isize;
        if inside {
            // SAFETY: the processor has AVX2; the frames from `first` to `last` lie within the counts, and
            // the tile's words within the frames.
            unsafe {
                let at = counts.data.as_ptr().add(first as usize * counts.columns + column);
                return delay_256::pair_up(at, counts.columns, pairs);
            }
        }
    }
    let mut older = counts.words(tile, clamp(first));
    let mut previous = None;
    for (index, pair) in pairs.iter_mut().enumerate() {
        let frame = clamp(first + index as isize + 1);
        let younger = if previous == Some(frame) { older } else { counts.words(tile, frame) };
        previous = Some(frame);
        for lane in 0..8 {
            pair[0][2 * lane] = older[lane];
            pair[0][2 * lane + 1] = younger[lane];
            pair[1][2 * lane] = older[lane + 8];
            pair[1][2 * lane + 1] = younger[lane + 8];
        }
        older = younger;
    }
}

#[cfg(test)]
#[path = "delay_tests.rs"]
mod tests;
