use std::collections::HashSet;

use super::lanes::{Lanes, pair, store_pair};
use super::tile::TileRow;

/// Sums over overlapping sets of rows, each one made from the sum of a set before it where that takes fewer additions:
/// neighbours of neighbouring rows are nearly the same.
pub(super) struct NeighbourSums {
    pub entries: Vec<Entry>,
    operands: Vec<u32>,
    /// All operands are below it.
    rows: usize,
}

pub(super) struct Entry {
    pub row: usize,
    pub count: usize,
    /// Of the count.
    pub reciprocal: f32,
    /// The entry whose sum this one starts from.
    base: Option<usize>,
    /// Ends, in the operands, of what is added and of what is subtracted after it.
    added: usize,
    subtracted: usize,
}

/// A sum may start from one of so many sums before it.
const REACH: usize = 32;

/// So many sums in a row may start from others: then one is taken anew, so that rounding errors do not pile up.
const LONGEST_CHAIN: usize = 48;

impl NeighbourSums {
    /// Only rows that have neighbours have an entry.
    pub fn new(neighbours: &[Vec<usize>]) -> Self {
        let sets: Vec<HashSet<usize>> = neighbours.iter().map(|of| of.iter().copied().collect()).collect();
        let mut sums = Self { entries: Vec::new(), operands: Vec::new(), rows: neighbours.len() };
        let mut depths = Vec::new();
        for (row, of) in neighbours.iter().enumerate().filter(|(_, of)| !of.is_empty()) {
            let index = sums.entries.len();
            let (mut base, mut least) = (None, of.len());
            for other in index.saturating_sub(REACH)..index {
                let Entry { row: before, count, .. } = sums.entries[other];
                let shared = of.iter().filter(|row| sets[before].contains(row)).count();
                let cost = of.len() + count - 2 * shared;
                if cost < least && depths[other] < LONGEST_CHAIN {
                    (base, least) = (Some(other), cost);
                }
            }
            depths.push(base.map_or(0, |base| depths[base] + 1));
            let before = base.map(|base| sums.entries[base].row);
            let lacks = |set: Option<usize>, member: &usize| set.is_none_or(|set| !sets[set].contains(member));
            sums.operands.extend(of.iter().filter(|member| lacks(before, member)).map(|&member| member as u32));
            let added = sums.operands.len();
            if let Some(before) = before {
                let gone = neighbours[before].iter().filter(|member| lacks(Some(row), member));
                sums.operands.extend(gone.map(|&member| member as u32));
            }
            let subtracted = sums.operands.len();
            let (count, reciprocal) = (of.len(), 1.0 / of.len() as f32);
            sums.entries.push(Entry { row, count, reciprocal, base, added, subtracted });
        }
        sums
    }

    /// Adds up the frames of a tile, entry by entry; exact where the values are whole. Returns 0 where all sums are
    /// finite, NaN in the lanes of frames where one is not: there, sums made from others are not to be used.
    #[inline(always)]
    pub fn add_up<V: Lanes>(&self, tile: &[TileRow], sums: &mut [TileRow]) -> [V; 2] {
        let tile = &tile[..self.rows];
        let mut finite = [V::splat(0.0); 2];
        let mut at = 0;
        for (index, entry) in self.entries.iter().enumerate() {
            // What changes is added up by itself: only its last addition waits for the sum that it starts from.
            let mut change = [V::splat(0.0); 2];
            for &operand in &self.operands[at..entry.added] {
                let [early, late] = pair::<V>(row_at(tile, operand));
                change = [change[0].add(early), change[1].add(late)];
            }
            for &operand in &self.operands[entry.added..entry.subtracted] {
                let [early, late] = pair::<V>(row_at(tile, operand));
                change = [change[0].sub(early), change[1].sub(late)];
            }
            let sum = match entry.base {
                Some(base) => {
                    let [early, late] = pair::<V>(&sums[base]);
                    [early.add(change[0]), late.add(change[1])]
                }
                None => change,
            };
            at = entry.subtracted;
            store_pair(sum, &mut sums[index]);
            finite = [sum[0].mul_add(V::splat(0.0), finite[0]), sum[1].mul_add(V::splat(0.0), finite[1])];
        }
        finite
    }
}

/// An operand's row, without a look at the length of the tile for each of thousands.
#[inline(always)]
fn row_at(tile: &[TileRow], operand: u32) -> &TileRow {
    debug_assert!((operand as usize) < tile.len());
    // SAFETY: `LocalReference::prepare` has refused neighbours that are no rows, and `add_up` has cut the tile to them.
    unsafe { tile.get_unchecked(operand as usize) }
}
