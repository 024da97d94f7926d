//! How segments are cut into blocks, and where the noise is measured.

use std::ops::Range;

/// One segment in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its first frame in the source.
    pub offset: u64,
    pub frames: u64,
}

/// Segments that follow each other.
pub fn segments(frames: &[u64]) -> Vec<Segment> {
    let mut offset = 0;
    let place = |&frames: &u64| {
        let segment = Segment { offset, frames };
        offset += frames;
        segment
    };
    frames.iter().map(place).collect()
}

/// Frames on the grid, and those of them that are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub segment: usize,
    /// From one grid point to the next, or to the segment's end.
    pub whole: Range<u64>,
    pub wanted: Range<u64>,
}

impl Block {
    pub fn wanted_frames(&self) -> usize {
        (self.wanted.end - self.wanted.start) as usize
    }
}

/// The blocks of a segment that hold frames of `wanted`. The grid starts with the segment.
pub fn blocks_of(segment: usize, frames: u64, wanted: Range<u64>, block_frames: usize) -> impl Iterator<Item = Block> {
    let step = block_frames as u64;
    let first = wanted.start / step * step;
    let end = if wanted.is_empty() { first } else { wanted.end };
    (first..end).step_by(block_frames).map(move |start| {
        let whole = start..(start + step).min(frames);
        let wanted = wanted.start.max(whole.start)..wanted.end.min(whole.end);
        Block { segment, whole, wanted }
    })
}

/// Noise levels come from this many stretches, spread evenly over what is visited, ...
pub const NOISE_STRETCHES: u64 = 32;
/// ... each of this many frames; a recording that has no more than all of them together is taken whole.
pub const NOISE_STRETCH_FRAMES: u64 = 2048;

/// Where noise is measured: stretch `i` starts at `i / 31` of the way to the last possible start; one that would run
/// over the end of its segment is moved back, or ends there if the segment is too short.
///
/// A stretch is a block of its own, `whole` being all of it: it lies on no grid.
pub fn noise_stretches(visited: &[(usize, Range<u64>)]) -> Vec<Block> {
    let length = |range: &Range<u64>| range.end - range.start;
    let block = |segment: usize, range: Range<u64>| Block { segment, whole: range.clone(), wanted: range };
    let total: u64 = visited.iter().map(|(_, range)| length(range)).sum();
    if total <= NOISE_STRETCHES * NOISE_STRETCH_FRAMES {
        let cut = |(segment, range): &(usize, Range<u64>)| {
            let (segment, end) = (*segment, range.end);
            let starts = range.clone().step_by(NOISE_STRETCH_FRAMES as usize);
            starts.map(move |start| block(segment, start..(start + NOISE_STRETCH_FRAMES).min(end)))
        };
        return visited.iter().flat_map(cut).collect();
    }
    let place = |stretch: u64| {
        let mut at = stretch * (total - NOISE_STRETCH_FRAMES) / (NOISE_STRETCHES - 1);
        let mut ranges = visited.iter();
        let (segment, range) = ranges.by_ref().find(|(_, range)| {
            let inside = at < length(range);
            at -= if inside { 0 } else { length(range) };
            inside
        })?;
        let start = range.start + at.min(length(range).saturating_sub(NOISE_STRETCH_FRAMES));
        Some(block(*segment, start..(start + NOISE_STRETCH_FRAMES).min(range.end)))
    };
    (0..NOISE_STRETCHES).filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_on_the_grid_of_their_segment_and_say_what_is_wanted_of_them() {
        let block = |whole, wanted| Block { segment: 1, whole, wanted };
        let blocks: Vec<Block> = blocks_of(1, 2500, 900..2400, 1000).collect();
        assert_eq!(blocks, [block(0..1000, 900..1000), block(1000..2000, 1000..2000), block(2000..2500, 2000..2400)]);
        assert_eq!(blocks_of(1, 2500, 1500..1500, 1000).count(), 0);
        assert_eq!(blocks_of(1, 0, 0..0, 1000).count(), 0);
        assert_eq!(blocks_of(1, 1, 0..1, 1000).collect::<Vec<_>>(), [block(0..1, 0..1)]);
    }

    #[test]
    fn noise_is_measured_in_32_stretches_from_first_to_last() {
        let stretches = noise_stretches(&[(0, 0..100_000), (1, 0..900)]);
        assert_eq!(stretches.len(), 32);
        assert_eq!(stretches[0].wanted, 0..2048);
        assert_eq!((stretches[31].segment, stretches[31].wanted.clone()), (0, 97_952..100_000));
        let stretches = noise_stretches(&[(2, 50_000..250_000)]);
        assert_eq!((stretches[0].wanted.clone(), stretches[31].wanted.clone()), (50_000..52_048, 247_952..250_000));
    }

    #[test]
    fn a_short_recording_is_taken_whole() {
        let frames = |visited: &[(usize, Range<u64>)]| -> usize {
            noise_stretches(visited).iter().map(Block::wanted_frames).sum()
        };
        assert_eq!(frames(&[(0, 0..60_000), (1, 0..5_000)]), 65_000);
        assert_eq!(frames(&[(0, 0..0)]), 0);
        assert_eq!(frames(&[(0, 7..8)]), 1);
    }
}
