//! Medians of many sets of equal size at once, by a network of comparisons.

use super::lanes::{Lanes, pair, store_pair};
use super::plan::Middle;
use super::tile::TileRow;

/// The most values that a network is made for; it takes about `n log² n / 4` comparisons.
pub(super) const MOST_VALUES: usize = 128;

/// Finds the middle of so many values: Batcher's odd-even merge sort (K. E. Batcher 1968), of which only those comparisons
/// are left that the middle depends on.
pub(super) struct MedianNetwork {
    values: usize,
    /// The smaller value goes to the first place of a pair.
    comparisons: Vec<[u32; 2]>,
    /// Ranks of which the mean is taken; the same one twice for a value that stands in the middle.
    ranks: [usize; 2],
}

impl MedianNetwork {
    /// `values` is at least 1.
    pub fn new(values: usize, middle: Middle) -> Self {
        let (lower, upper) = ((values - 1) / 2, values / 2);
        let ranks = match middle {
            Middle::Mean => [lower, upper],
            Middle::Upper => [upper, upper],
            Middle::Lower => [lower, lower],
        };
        let mut needed = vec![false; values];
        ranks.iter().for_each(|&rank| needed[rank] = true);
        let mut comparisons = merge_sort(values);
        for index in (0..comparisons.len()).rev() {
            let [a, b] = comparisons[index].map(|place| place as usize);
            if needed[a] || needed[b] {
                (needed[a], needed[b]) = (true, true);
            } else {
                comparisons.remove(index);
            }
        }
        Self { values, comparisons, ranks }
    }

    /// The middle of as many sets as there are frames in a tile, NaN where there is one; the values are moved about.
    #[inline(always)]
    pub fn middle<V: Lanes>(&self, sets: &mut [TileRow]) -> [V; 2] {
        let sets = &mut sets[..self.values];
        let mut nan = [V::splat(0.0); 2];
        for value in sets.iter() {
            let [early, late] = pair::<V>(value);
            nan = [nan[0].or(early.nan()), nan[1].or(late.nan())];
        }
        for &[a, b] in &self.comparisons {
            let (a, b) = (a as usize, b as usize);
            let (x, y) = (pair::<V>(&sets[a]), pair::<V>(&sets[b]));
            store_pair([x[0].min(y[0]), x[1].min(y[1])], &mut sets[a]);
            store_pair([x[0].max(y[0]), x[1].max(y[1])], &mut sets[b]);
        }
        let [lower, upper] = self.ranks;
        let mut middle = pair::<V>(&sets[upper]);
        if lower != upper {
            let [early, late] = pair::<V>(&sets[lower]);
            let half = V::splat(0.5);
            middle = [middle[0].add(early).mul(half), middle[1].add(late).mul(half)];
        }
        [middle[0].or(nan[0]), middle[1].or(nan[1])]
    }
}

/// D. E. Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M.
fn merge_sort(values: usize) -> Vec<[u32; 2]> {
    let mut comparisons = Vec::new();
    let top = values.next_power_of_two() / 2;
    let mut p = top;
    while p > 0 {
        let (mut q, mut r, mut d) = (top, 0, p);
        loop {
            for index in 0..values.saturating_sub(d) {
                if index & p == r {
                    comparisons.push([index as u32, (index + d) as u32]);
                }
            }
            if q == p {
                break;
            }
            (d, q, r) = (q - p, q / 2, p);
        }
        p /= 2;
    }
    comparisons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_that_of_sorted_values_for_every_size() {
        for values in 1..=70 {
            let mut state = values as u32;
            let mut sets: Vec<TileRow> = (0..values)
                .map(|_| {
                    std::array::from_fn(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 24) as f32 - 128.0
                    })
                })
                .collect();
            for (middle, place) in [
                (Middle::Lower, [(values - 1) / 2; 2]),
                (Middle::Upper, [values / 2; 2]),
                (Middle::Mean, [(values - 1) / 2, values / 2]),
            ] {
                let mut sorted: Vec<f32> = sets.iter().map(|value| value[9]).collect();
                sorted.sort_by(f32::total_cmp);
                let found = MedianNetwork::new(values, middle).middle::<[f32; 8]>(&mut sets.clone());
                assert_eq!(found[1][1], (sorted[place[0]] + sorted[place[1]]) / 2.0, "{values} values");
            }
            sets[0][3] = f32::NAN;
            let found = MedianNetwork::new(values, Middle::Mean).middle::<[f32; 8]>(&mut sets);
            assert!(found[0][3].is_nan() && !found[0][4].is_nan());
        }
    }
}
