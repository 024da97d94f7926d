//! Noise levels from a fixed sample of the result.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::block::{Asked, Computed};
use super::grid::{Block, noise_stretches};
use super::open::{Kept, Pass};
use super::os;
use super::rank::{Measure, RankScratch, median};
use super::workers::{self, lock};
use crate::control::{Paced, SilentPart};
use crate::measure::noise::NORMAL_DEVIATION;
use crate::{Control, Result};

/// A level below this many counts is what rounding leaves of a row that never moves: it becomes 0.
const LEAST_COUNTS: f32 = 1e-3;

/// Rows that a thread measures at a time.
const ROWS_AT_A_TIME: usize = 8;

impl Pass {
    /// Blocks whose frames, without the masked ones, are the fixed sample of what is visited.
    pub(super) fn noise_sample(&self, visited: &[(usize, Range<u64>)]) -> Vec<Block> {
        noise_stretches(visited)
    }

    /// The noise level of each row in the fixed sample, as [`crate::measure::noise`] has it; `NaN` where all of it is masked.
    pub(super) fn noise_levels(&self, sample: &[Block], threads: usize, progress: &Paced<'_>) -> Result<Vec<f32>> {
        // One buffer on large pages: its rows lie far apart.
        let mut room = vec![0.0; self.rows * sample.iter().map(Block::wanted_frames).sum::<usize>()];
        os::prefer_large_pages(&mut room);
        let mut places = Vec::with_capacity(sample.len());
        let mut rest = &mut room[..];
        for block in sample {
            let (place, behind) = rest.split_at_mut(self.rows * block.wanted_frames());
            places.push(Mutex::new(place));
            rest = behind;
        }
        let frames = self.each(threads, sample.len(), progress, |index, Kept { room, .. }| {
            let computed = self.blocks.compute(&sample[index], Asked::rows(), None, room, progress)?;
            Ok(turn(&computed, &mut lock(&places[index])))
        })?;
        let places = places.into_iter().map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner));
        let stretches: Vec<Turned> =
            frames.into_iter().zip(places).map(|(frames, values)| Turned { frames, values }).collect();
        let silent = SilentPart(progress);
        let parts = self.rows.div_ceil(ROWS_AT_A_TIME);
        let levels = |part: usize, scratch: &mut RankScratch| {
            silent.check()?;
            let rows = part * ROWS_AT_A_TIME..((part + 1) * ROWS_AT_A_TIME).min(self.rows);
            Ok(rows.map(|row| noise_level(&stretches, row, scratch)).collect::<Vec<_>>())
        };
        let quiet = Paced::new(&silent, parts);
        Ok(workers::run(threads.max(1), parts, &quiet, RankScratch::default, drop, levels)?.concat())
    }
}

fn noise_level(stretches: &[Turned<'_>], row: usize, scratch: &mut RankScratch) -> f32 {
    let pieces: Vec<&[f32]> = stretches.iter().map(|stretch| stretch.row(row)).collect();
    let middle = median(&pieces, Measure::Value, scratch);
    let level = median(&pieces, Measure::DistanceFrom(middle), scratch) / NORMAL_DEVIATION;
    if level < LEAST_COUNTS { 0.0 } else { level }
}

/// A stretch of frames, row after row.
struct Turned<'a> {
    frames: usize,
    values: &'a [f32],
}

/// Frames that are turned at a time: as many as make a cache line of a row.
const FRAMES_AT_A_TIME: usize = 16;

/// Puts the frames that are not masked row after row; returns their number.
fn turn(computed: &Computed<'_>, values: &mut [f32]) -> usize {
    let (rows, stride) = (computed.rows.channels, computed.rows.stride);
    let frames: usize = computed.rows.unmasked(&computed.inner).map(|stretch| stretch.len() / stride).sum();
    let mut done = 0;
    for stretch in computed.rows.unmasked(&computed.inner) {
        for some in stretch.chunks(FRAMES_AT_A_TIME * stride) {
            let count = some.len() / stride;
            for row in 0..rows {
                let to = &mut values[row * frames + done..][..count];
                to.iter_mut().zip(some[row..].iter().step_by(stride)).for_each(|(to, value)| *to = *value);
            }
            done += count;
        }
    }
    frames
}

impl Turned<'_> {
    fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.frames..(row + 1) * self.frames]
    }
}
