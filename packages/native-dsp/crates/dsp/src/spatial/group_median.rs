use super::lanes::{Lanes, dispatch, fast, pair, store_pair};
use super::median::MedianFinder;
use super::network::{MOST_VALUES, MedianNetwork};
use super::plan::{GroupPlan, GroupReferencePlan, Middle};
use super::tile::{TILE, TileRow, load_tile, store_tile, tile_rows};
use super::{Rows, Scratch, SpatialStep, middle::middle};

/// The most members of a group for which a network is faster than counting.
const MOST_SMALL: usize = MOST_VALUES;

/// Medians over groups: small ones of sixteen frames at a time by a network, large ones by counting in one frame after the other.
pub(super) struct GroupMedians {
    fast: bool,
    whole: bool,
    middle: Middle,
    small: Vec<(GroupPlan, MedianNetwork)>,
    large: Vec<GroupPlan>,
}

impl GroupMedians {
    pub fn new(plan: &GroupReferencePlan) -> Self {
        let groups = plan.groups.iter().filter(|group| !group.of.is_empty() && !group.from.is_empty()).cloned();
        let (small, large): (Vec<_>, Vec<_>) = groups.partition(|group| group.of.len() <= MOST_SMALL);
        let small = small.into_iter().map(|group| {
            let network = MedianNetwork::new(group.of.len(), plan.middle);
            (group, network)
        });
        Self { fast: fast(), whole: plan.whole, middle: plan.middle, small: small.collect(), large }
    }
}

#[inline(always)]
fn make_whole<V: Lanes>(values: &mut [f32]) {
    for values in values.chunks_exact_mut(8) {
        V::load(values).whole().store(values);
    }
}

/// Of up to [`TILE`] frames.
#[inline(always)]
fn subtract_small<V: Lanes>(medians: &GroupMedians, frames: &mut [f32], stride: usize, room: &mut [TileRow]) {
    let (tile, rest) = room.split_at_mut(stride);
    let (sets, references) = rest.split_at_mut(MOST_SMALL);
    load_tile::<V>(frames, stride, tile);
    for ((group, network), reference) in medians.small.iter().zip(references.iter_mut()) {
        for (&row, set) in group.of.iter().zip(sets.iter_mut()) {
            *set = tile[row];
        }
        let [early, late] = network.middle::<V>(sets);
        store_pair(if medians.whole { [early.trunc(), late.trunc()] } else { [early, late] }, reference);
    }
    for ((group, _), reference) in medians.small.iter().zip(references.iter()) {
        for &row in &group.from {
            let ([early, late], [first, second]) = (pair::<V>(&tile[row]), pair::<V>(reference));
            store_pair([early.sub(first), late.sub(second)], &mut tile[row]);
        }
    }
    store_tile::<V>(tile, stride, frames);
}

impl GroupMedians {
    /// The median of each large group in each frame, a frame after the other.
    fn large_medians(&self, frames: &[f32], stride: usize, finders: &mut [MedianFinder], references: &mut Vec<f32>) {
        let mut values = Vec::new();
        references.clear();
        for frame in frames.chunks_exact(stride) {
            for (group, finder) in self.large.iter().zip(finders.iter_mut()) {
                values.clear();
                values.extend(group.of.iter().map(|&row| frame[row]));
                let reference = middle(&values, self.middle, finder);
                references.push(if self.whole { reference.trunc() } else { reference });
            }
        }
    }
}

impl SpatialStep for GroupMedians {
    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch) {
        let (medians, stride) = (self, rows.stride);
        let room = tile_rows(&mut scratch.floats, stride + MOST_SMALL + self.small.len());
        let mut references = Vec::new();
        let mut finders: Vec<_> = self.large.iter().map(|_| MedianFinder::default()).collect();
        for frames in rows.data.chunks_mut(stride * TILE) {
            if self.whole {
                dispatch!(self.fast, make_whole(frames: &mut [f32]));
            }
            // of all groups before any row changes: rows of one group may be members of another
            self.large_medians(frames, stride, &mut finders, &mut references);
            if !self.small.is_empty() {
                dispatch!(
                    self.fast,
                    subtract_small(medians: &GroupMedians, frames: &mut [f32], stride: usize, room: &mut [TileRow])
                );
            }
            let references = references.chunks_exact(self.large.len().max(1));
            for (frame, references) in frames.chunks_exact_mut(stride).zip(references) {
                for (group, reference) in self.large.iter().zip(references) {
                    group.from.iter().for_each(|&row| frame[row] -= reference);
                }
            }
        }
    }
}
