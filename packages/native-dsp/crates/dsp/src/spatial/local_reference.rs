//! What a row shares with its neighbours is taken away.

use std::collections::BTreeMap;

use super::lanes::{Lanes, dispatch, fast, pair, store_pair};
use super::median::MedianFinder;
use super::middle::middle;
use super::neighbour_sums::NeighbourSums;
use super::network::{MOST_VALUES, MedianNetwork};
use super::plan::{LocalReferencePlan, Middle, Operator, require_apart};
use super::tile::{TILE, TileRow, load_tile, store_tile, tile_rows};
use super::{Rows, Scratch, SpatialStep};
use crate::{DspError, Result};

/// Subtracts from each row the median (the mean of the two middle values of an even number) or mean of its neighbours.
///
/// Means are single-precision sums; rounding is some 1e-6 of the largest values in the neighbourhood. With `whole`, values
/// become whole counts first (towards zero, clamped to int16) and the reference is truncated towards zero: CatGT's
/// `loccar`, to the bit. A NaN makes NaN of the rows whose neighbour it is, in that frame. Rows without neighbours have
/// nothing subtracted.
pub(super) struct LocalReference {
    fast: bool,
    whole: bool,
    neighbours: Vec<Vec<usize>>,
    way: Way,
}

enum Way {
    Sums(NeighbourSums),
    /// By the number of neighbours.
    Networks(BTreeMap<usize, MedianNetwork>),
}

/// A product with the reciprocal, half a count added, is exact below so many neighbours: their sum is below 2^21.
const MOST_BY_RECIPROCAL: usize = 63;

/// Sums of so many whole counts are exact in single precision.
const MOST_EXACT: usize = 512;

impl LocalReference {
    pub fn prepare(plan: &LocalReferencePlan, channels: usize) -> Result<Self> {
        let LocalReferencePlan { neighbours, whole, operator } = plan;
        if neighbours.len() != channels {
            return Err(DspError::WrongLength { name: "neighbours", length: neighbours.len(), expected: channels });
        }
        for of in neighbours {
            require_apart("neighbours", of, channels)?;
        }
        let most = neighbours.iter().map(Vec::len).max().unwrap_or(0);
        let (limit, expected) = match operator {
            Operator::Mean => (MOST_EXACT, "at most 512 neighbours"),
            Operator::Median => (usize::MAX, ""),
        };
        if *whole && most > limit {
            return Err(DspError::InvalidParameter { name: "neighbours", value: most as f64, expected });
        }
        let way = match operator {
            Operator::Mean => Way::Sums(NeighbourSums::new(neighbours)),
            Operator::Median => {
                let counts = neighbours.iter().map(Vec::len).filter(|count| (1..=MOST_VALUES).contains(count));
                Way::Networks(counts.map(|count| (count, MedianNetwork::new(count, Middle::Mean))).collect())
            }
        };
        Ok(Self { fast: fast(), whole: *whole, neighbours: neighbours.clone(), way })
    }
}

/// Subtracts the means of up to [`TILE`] frames from their tile.
#[inline(always)]
fn subtract_means<V: Lanes>(
    whole: bool,
    neighbours: &[Vec<usize>],
    plan: &NeighbourSums,
    tile: &mut [TileRow],
    sums: &mut [TileRow],
) {
    let mut doubt = [0.0; TILE];
    store_pair(plan.add_up::<V>(tile, sums), &mut doubt);
    for frame in (0..TILE).filter(|&frame| doubt[frame].is_nan()) {
        for (entry, sum) in plan.entries.iter().zip(sums.iter_mut()) {
            sum[frame] = neighbours[entry.row].iter().map(|&row| tile[row][frame]).sum();
        }
    }
    for (entry, sum) in plan.entries.iter().zip(sums.iter()) {
        let reciprocal = V::splat(entry.reciprocal);
        for half in [0, 8] {
            let place = &mut tile[entry.row][half..half + 8];
            let (value, sum) = (V::load(place), V::load(&sum[half..]));
            let mean = if !whole {
                sum.mul(reciprocal)
            } else if entry.count <= MOST_BY_RECIPROCAL {
                let quotient = sum.abs().add(V::splat(0.5)).mul(reciprocal).trunc();
                quotient.sign_of(sum)
            } else {
                sum.div(V::splat(entry.count as f32)).trunc()
            };
            value.sub(mean).store(place);
        }
    }
}

/// Subtracts the medians of up to [`TILE`] frames; `original` is a copy of the tile.
#[inline(always)]
fn subtract_medians<V: Lanes>(
    whole: bool,
    neighbours: &[Vec<usize>],
    networks: &BTreeMap<usize, MedianNetwork>,
    tile: &mut [TileRow],
    room: &mut [TileRow],
) {
    let (original, sets) = room.split_at_mut(tile.len());
    original.copy_from_slice(tile);
    let mut scratch = (Vec::new(), MedianFinder::default());
    for (row, of) in neighbours.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
        let reference = match networks.get(&of.len()) {
            Some(network) => {
                for (&member, set) in of.iter().zip(sets.iter_mut()) {
                    *set = original[member];
                }
                network.middle::<V>(sets)
            }
            None => select::<V>(of, original, &mut scratch),
        };
        for (half, reference) in reference.into_iter().enumerate() {
            let place = &mut tile[row][8 * half..8 * half + 8];
            let reference = if whole { reference.trunc() } else { reference };
            V::load(place).sub(reference).store(place);
        }
    }
}

/// For more neighbours than networks are made for.
fn select<V: Lanes>(of: &[usize], tile: &[TileRow], (values, finder): &mut (Vec<f32>, MedianFinder)) -> [V; 2] {
    let medians: [f32; TILE] = std::array::from_fn(|frame| {
        values.clear();
        values.extend(of.iter().map(|&row| tile[row][frame]));
        middle(values, Middle::Mean, finder)
    });
    pair(&medians)
}

#[inline(always)]
fn subtract<V: Lanes>(step: &LocalReference, data: &mut [f32], stride: usize, room: &mut [TileRow]) {
    let (tile, room) = room.split_at_mut(stride);
    for frames in data.chunks_mut(stride * TILE) {
        load_tile::<V>(frames, stride, tile);
        if step.whole {
            for row in tile.iter_mut() {
                let [early, late] = pair::<V>(row);
                store_pair([early.whole(), late.whole()], row);
            }
        }
        match &step.way {
            Way::Sums(sums) => subtract_means::<V>(step.whole, &step.neighbours, sums, tile, room),
            Way::Networks(networks) => subtract_medians::<V>(step.whole, &step.neighbours, networks, tile, room),
        }
        store_tile::<V>(tile, stride, frames);
    }
}

impl SpatialStep for LocalReference {
    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch) {
        let (step, data, stride) = (self, &mut *rows.data, rows.stride);
        let room = tile_rows(&mut scratch.floats, 2 * stride + MOST_VALUES);
        dispatch!(self.fast, subtract(step: &LocalReference, data: &mut [f32], stride: usize, room: &mut [TileRow]));
    }
}
