//! By how much one time bin is displaced against another.

use std::ops::Range;

use super::histogram::{GRAIN, Histograms};
use crate::{Control, Result};

/// How the depths of one bin are compared with those of another: in windows, at all displacements up to a largest.
pub(super) struct Comparison<'a> {
    histograms: &'a Histograms,
    /// `[window][group of GRAIN depths]`.
    windows: Vec<Vec<f64>>,
    /// Displacements of either sign, in bins; as many as the histograms' padding.
    most: usize,
    /// `[window][displacement]`.
    shares: Vec<f64>,
    /// Of each bin when it is the moved one: `[bin][window][displacement]`, the mean and one over the deviation.
    moved: Vec<[f32; 2]>,
}

/// What two bins say about their displacement in each window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Finding {
    /// (bins) Of the later against the earlier.
    pub displacement: f32,
    /// The correlation at this displacement, up to 1; 0 where there is none.
    pub correlation: f32,
}

/// Buffers of one thread.
#[derive(Default)]
pub(super) struct Buffers {
    /// `[group][displacement]`.
    products: Vec<f64>,
    /// `[window][displacement]`.
    sums: Vec<f64>,
    /// As `Comparison::moved`, of the bin that stays.
    still: Vec<[f32; 2]>,
}

impl<'a> Comparison<'a> {
    pub fn new(histograms: &'a Histograms, windows: Vec<Vec<f64>>, control: &dyn Control) -> Result<Self> {
        let empty = Self { histograms, windows, most: histograms.padding, shares: Vec::new(), moved: Vec::new() };
        let shares = empty.weigh();
        let mut comparison = Self { shares, ..empty };
        let mut moved = Vec::with_capacity(histograms.times * comparison.numbers());
        for time in 0..histograms.times {
            control.check()?;
            comparison.moments(time, true, &mut moved);
        }
        comparison.moved = moved;
        Ok(comparison)
    }

    fn displacements(&self) -> usize {
        2 * self.most + 1
    }

    /// Numbers of one bin.
    fn numbers(&self) -> usize {
        self.windows.len() * self.displacements()
    }

    /// Prepares a bin to be the one that stays.
    pub fn hold(&self, time: usize, buffers: &mut Buffers) {
        buffers.still.clear();
        self.moments(time, false, &mut buffers.still);
    }

    /// Mean and one over the deviation of a bin in each window and at each displacement, over the depths that are within
    /// the probe in both bins; a deviation of 0 gives 0.
    fn moments(&self, time: usize, moved: bool, found: &mut Vec<[f32; 2]>) {
        let start = found.len();
        found.resize(start + self.numbers(), [0.0; 2]);
        let found = &mut found[start..];
        let groups = self.histograms.depths / GRAIN;
        let (mut sums, mut squares) = (vec![0.0; groups], vec![0.0; groups]);
        for displacement in 0..self.displacements() {
            sums.fill(0.0);
            squares.fill(0.0);
            let common = self.common(displacement);
            for amplitude in 0..self.histograms.amplitudes {
                let row = self.histograms.padded(time, amplitude);
                let row = &row[if moved { displacement } else { self.most }..];
                for depth in common.clone() {
                    let value = f64::from(row[depth]);
                    sums[depth / GRAIN] += value;
                    squares[depth / GRAIN] += value * value;
                }
            }
            for (index, window) in self.windows.iter().enumerate() {
                let at = index * self.displacements() + displacement;
                let share = self.shares[at];
                if share > 0.0 {
                    let mean = dot(window, &sums) / share;
                    let variance = dot(window, &squares) / share - mean * mean;
                    let inverse = if variance > 1e-12 { 1.0 / variance.sqrt() } else { 0.0 };
                    found[at] = [mean as f32, inverse as f32];
                }
            }
        }
    }

    /// Depths of the bin that stays which are within the probe in the moved one too: `depth` of the one stands against
    /// `depth + displacement - most` of the other.
    fn common(&self, displacement: usize) -> Range<usize> {
        let (depths, most) = (self.histograms.depths, self.most);
        let start = most.saturating_sub(displacement);
        start..(depths + most).saturating_sub(displacement).min(depths).max(start)
    }

    /// The sum of each window's weights over the depths that count at each displacement.
    fn weigh(&self) -> Vec<f64> {
        let of = |window: &Vec<f64>, displacement: usize| {
            let sum: f64 = self.common(displacement).map(|depth| window[depth / GRAIN]).sum();
            sum * self.histograms.amplitudes as f64
        };
        let displacements = 0..self.displacements();
        self.windows.iter().flat_map(|window| displacements.clone().map(move |one| of(window, one))).collect()
    }

    /// What bin `late` says against bin `early`, which is held; one finding per window.
    pub fn compare(&self, early: usize, late: usize, buffers: &mut Buffers, mut found: impl FnMut(usize, Finding)) {
        self.sum_products(early, late, buffers);
        let displacements = self.displacements();
        for window in 0..self.windows.len() {
            let range = window * displacements..(window + 1) * displacements;
            let moved = &self.moved[late * self.numbers()..][range.clone()];
            let still = &buffers.still[range.clone()];
            let correlation = |at: usize| {
                let ([mean, inverse], [other, other_inverse]) = (moved[at], still[at]);
                let scale = f64::from(inverse) * f64::from(other_inverse);
                let share = self.shares[range.start + at];
                // few depths correlate by chance
                if scale == 0.0 || share < 0.5 * self.shares[range.start + self.most] {
                    return 0.0;
                }
                (buffers.sums[range.start + at] / share - f64::from(mean) * f64::from(other)) * scale
            };
            found(window, summit(displacements, self.most, correlation));
        }
    }

    fn sum_products(&self, early: usize, late: usize, buffers: &mut Buffers) {
        let groups = self.histograms.depths / GRAIN;
        let displacements = self.displacements();
        buffers.products.clear();
        buffers.products.resize(groups * displacements, 0.0);
        buffers.sums.clear();
        buffers.sums.resize(self.numbers(), 0.0);
        for amplitude in 0..self.histograms.amplitudes {
            let (row, moved) = (self.histograms.row(early, amplitude), self.histograms.padded(late, amplitude));
            for (depth, &value) in row.iter().enumerate() {
                if value != 0.0 {
                    let sums = &mut buffers.products[depth / GRAIN * displacements..][..displacements];
                    add_scaled(sums, f64::from(value), &moved[depth..depth + displacements]);
                }
            }
        }
        for (window, sums) in self.windows.iter().zip(buffers.sums.chunks_exact_mut(displacements)) {
            for (&share, products) in window.iter().zip(buffers.products.chunks_exact(displacements)) {
                if share != 0.0 {
                    add_scaled(sums, share, products);
                }
            }
        }
    }
}

/// `sums += factor * values`; each sum is rounded alike with and without AVX2.
fn add_scaled<T: Copy + Into<f64>>(sums: &mut [f64], factor: f64, values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { add_scaled_avx2(sums, factor, values) };
        return;
    }
    add_scaled_portably(sums, factor, values);
}

/// SAFETY: the processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn add_scaled_avx2<T: Copy + Into<f64>>(sums: &mut [f64], factor: f64, values: &[T]) {
    add_scaled_portably(sums, factor, values);
}

#[inline(always)]
fn add_scaled_portably<T: Copy + Into<f64>>(sums: &mut [f64], factor: f64, values: &[T]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum += factor * value.into();
    }
}

/// Correlations so close are equal: that of the smaller displacement counts.
const ROUNDING: f64 = 1e-6;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The largest correlation, and where a parabola through it and its neighbours has its summit.
fn summit(displacements: usize, most: usize, correlation: impl Fn(usize) -> f64) -> Finding {
    let (mut best, mut largest) = (most, correlation(most));
    for at in 0..displacements {
        let value = correlation(at);
        if value > largest + ROUNDING {
            (best, largest) = (at, value);
        }
    }
    if largest <= 0.0 {
        return Finding::default();
    }
    let mut displacement = best as f64 - most as f64;
    if best > 0 && best + 1 < displacements {
        let (before, after) = (correlation(best - 1), correlation(best + 1));
        let curvature = before - 2.0 * largest + after;
        if curvature < 0.0 {
            displacement += 0.5 * (before - after) / curvature;
        }
    }
    Finding { displacement: displacement as f32, correlation: largest as f32 }
}
