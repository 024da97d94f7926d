//! Noise levels from a fixed sample of the result.

use std::ops::Range;

use super::block::Around;
use super::grid::{Block, noise_stretches};
use super::open::{Kept, Pass};
use crate::Result;
use crate::control::{Paced, SilentPart};
use crate::measure::noise::noise_levels_of;

/// A level below this many counts is what rounding leaves of a row that never moves: it becomes 0.
const LEAST_COUNTS: f32 = 1e-3;

impl Pass {
    /// Blocks whose frames, without the masked ones, are the fixed sample of what is visited.
    pub(super) fn noise_sample(&self, visited: &[(usize, Range<u64>)]) -> Vec<Block> {
        noise_stretches(visited)
    }

    /// The noise level of each row in the fixed sample; `NaN` where all of it is masked.
    pub(super) fn noise_levels(&self, sample: &[Block], threads: usize, progress: &Paced<'_>) -> Result<Vec<f32>> {
        let stretches = self.each(threads, sample.len(), progress, |index, Kept { room, .. }| {
            let computed = self.blocks.compute(&sample[index], Around::default(), None, room, progress)?;
            let (rows, stride) = (self.rows, computed.rows.stride);
            let mut taken = Vec::with_capacity(computed.inner.len() * rows);
            for stretch in computed.unmasked() {
                stretch.chunks_exact(stride).for_each(|row| taken.extend_from_slice(&row[..rows]));
            }
            Ok(taken)
        })?;
        let mut levels = noise_levels_of(&stretches, self.rows, &SilentPart(progress))?;
        for level in levels.iter_mut().filter(|level| **level < LEAST_COUNTS) {
            *level = 0.0;
        }
        Ok(levels)
    }
}
