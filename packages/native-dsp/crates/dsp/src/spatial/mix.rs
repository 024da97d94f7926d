//! Rows as weighted sums of rows.

use super::lanes::{Lanes, dispatch, fast, pair, store_pair};
use super::plan::{MixPlan, require_apart};
use super::tile::{TILE, TileRow, aligned, load_tile, store_tile, tile_rows};
use super::{Rows, Scratch, SpatialStep};
use crate::{DspError, Result};

/// Makes rows weighted sums of rows as they were before: interpolation of bad channels, whitening.
///
/// Sums are single-precision, in the order of the plan; a NaN makes NaN of the rows that it enters.
pub(super) struct Mix {
    fast: bool,
    /// Few sums are taken a frame at a time; for many, frames are put side by side.
    few: bool,
    rows: Vec<MixedRow>,
}

struct MixedRow {
    row: usize,
    of: Vec<u32>,
    weights: Vec<f32>,
}

/// Terms per row up to which putting all rows side by side costs more than it saves.
const FEW_TERMS: usize = 1;

impl Mix {
    pub fn prepare(plan: &MixPlan, channels: usize) -> Result<Self> {
        require_apart("rows.row", plan.rows.iter().map(|mixed| &mixed.row), channels)?;
        for mixed in &plan.rows {
            if mixed.weights.len() != mixed.of.len() {
                let (length, expected) = (mixed.weights.len(), mixed.of.len());
                return Err(DspError::WrongLength { name: "rows.weights", length, expected });
            }
            require_apart("rows.of", &mixed.of, channels)?;
            if let Some(&value) = mixed.weights.iter().find(|weight| !weight.is_finite()) {
                return Err(DspError::InvalidParameter { name: "rows.weights", value, expected: "finite numbers" });
            }
        }
        let terms: usize = plan.rows.iter().map(|mixed| mixed.of.len()).sum();
        let rows = plan.rows.iter().map(|mixed| MixedRow {
            row: mixed.row,
            of: mixed.of.iter().map(|&row| row as u32).collect(),
            weights: mixed.weights.iter().map(|&weight| weight as f32).collect(),
        });
        Ok(Self { fast: fast(), few: terms <= FEW_TERMS * channels, rows: rows.collect() })
    }

    fn mix_frames(&self, data: &mut [f32], stride: usize, sums: &mut [f32]) {
        for frame in data.chunks_exact_mut(stride) {
            for (mixed, sum) in self.rows.iter().zip(sums.iter_mut()) {
                let terms = mixed.of.iter().zip(&mixed.weights);
                *sum = terms.fold(0.0, |sum, (&row, weight)| sum + weight * frame[row as usize]);
            }
            for (mixed, sum) in self.rows.iter().zip(sums.iter()) {
                frame[mixed.row] = *sum;
            }
        }
    }
}

#[inline(always)]
fn mix_tiles<V: Lanes>(mix: &Mix, data: &mut [f32], stride: usize, room: &mut [TileRow]) {
    let (tile, sums) = room.split_at_mut(stride);
    for frames in data.chunks_mut(stride * TILE) {
        load_tile::<V>(frames, stride, tile);
        for (mixed, sum) in mix.rows.iter().zip(sums.iter_mut()) {
            // two sums, each of every other term: the processor works on one while it waits for the other
            let (mut even, mut odd) = ([V::splat(0.0); 2], [V::splat(0.0); 2]);
            let (of, weights) = (mixed.of.as_chunks::<2>(), mixed.weights.as_chunks::<2>());
            for (of, weights) in of.0.iter().zip(weights.0) {
                even = add_term(even, &tile[of[0] as usize], weights[0]);
                odd = add_term(odd, &tile[of[1] as usize], weights[1]);
            }
            for (&of, &weight) in of.1.iter().zip(weights.1) {
                even = add_term(even, &tile[of as usize], weight);
            }
            store_pair([even[0].add(odd[0]), even[1].add(odd[1])], sum);
        }
        for (mixed, sum) in mix.rows.iter().zip(sums.iter()) {
            tile[mixed.row] = *sum;
        }
        store_tile::<V>(tile, stride, frames);
    }
}

#[inline(always)]
fn add_term<V: Lanes>(sum: [V; 2], row: &TileRow, weight: f32) -> [V; 2] {
    let ([early, late], weight) = (pair::<V>(row), V::splat(weight));
    [early.mul_add(weight, sum[0]), late.mul_add(weight, sum[1])]
}

impl SpatialStep for Mix {
    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch) {
        let (mix, data, stride) = (self, &mut *rows.data, rows.stride);
        if self.few {
            return self.mix_frames(data, stride, aligned(&mut scratch.floats, self.rows.len()));
        }
        let room = tile_rows(&mut scratch.floats, stride + self.rows.len());
        dispatch!(self.fast, mix_tiles(mix: &Mix, data: &mut [f32], stride: usize, room: &mut [TileRow]));
    }
}
