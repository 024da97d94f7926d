//! Interpolation between contacts.

use super::weights::Weights;
use crate::{DspError, Result};

/// Beyond a distance at which the kernel is this small, contacts know nothing of each other.
const LEAST_KERNEL: f64 = 1e-12;

/// Added to the kernel's diagonal, as SpikeInterface does.
const RIDGE: f64 = 1e-6;

/// Kriging with the kernel `exp(-(distance / sigma)^power)`, prepared for one set of contacts.
pub(crate) struct Kriging {
    positions: Vec<[f64; 2]>,
    sigma: f64,
    power: f64,
    /// (µm) Where the kernel has fallen to `LEAST_KERNEL`.
    reach: f64,
    /// `(K + ridge)^-1`, a contact's row after the other's.
    inverse: Vec<f64>,
    /// The sum of each row of the inverse.
    sums: Vec<f64>,
    /// x and y of the outermost contacts.
    least: [f64; 2],
    most: [f64; 2],
}

impl Kriging {
    /// `positions`: x, y (µm) of each contact; `sigma` (µm) and `power` above 0. Two contacts at one place share.
    pub fn new(positions: &[[f64; 2]], sigma: f64, power: f64) -> Result<Self> {
        for (name, value) in [("sigma", sigma), ("power", power)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(DspError::InvalidParameter { name, value, expected: "a positive number" });
            }
        }
        if let Some(&value) = positions.iter().flatten().find(|value| !value.is_finite()) {
            return Err(DspError::InvalidParameter { name: "positions", value, expected: "finite numbers" });
        }
        let reach = sigma * (-LEAST_KERNEL.ln()).powf(1.0 / power);
        let inverse = invert(positions, |a, b| kernel(square(a, b), sigma, power, reach));
        let sums = inverse.chunks_exact(positions.len().max(1)).map(|row| row.iter().sum()).collect();
        let extreme = |of: fn(f64, f64) -> f64, axis: usize| positions.iter().map(|p| p[axis]).reduce(of);
        let corner = |of: fn(f64, f64) -> f64| [0, 1].map(|axis| extreme(of, axis).unwrap_or(0.0));
        let (least, most) = (corner(f64::min), corner(f64::max));
        Ok(Self { positions: positions.to_vec(), sigma, power, reach, inverse, sums, least, most })
    }

    pub fn positions(&self) -> &[[f64; 2]] {
        &self.positions
    }

    /// For each of `places` (µm), which contacts it is made of, leaving out weights whose size is below `least`.
    ///
    /// Weights sum to one (before small ones are left out) where the place lies between the outermost contacts.
    pub fn weights(&self, places: impl Iterator<Item = [f64; 2]>, least: f64) -> Weights {
        let count = self.positions.len();
        let mut weights = Weights::default();
        let mut near = Vec::new();
        for place in places {
            near.clear();
            for (contact, &position) in self.positions.iter().enumerate() {
                let value = kernel(square(place, position), self.sigma, self.power, self.reach);
                if value > 0.0 {
                    near.push((contact, value));
                }
            }
            let inside = (0..2).all(|axis| place[axis] >= self.least[axis] && place[axis] <= self.most[axis]);
            let sum: f64 = near.iter().map(|&(contact, value)| self.sums[contact] * value).sum();
            let factor = if inside && sum != 0.0 { 1.0 / sum } else { 1.0 };
            for contact in 0..count {
                if square(place, self.positions[contact]) > 4.0 * self.reach * self.reach {
                    continue;
                }
                let row = &self.inverse[contact * count..][..count];
                let weight = factor * near.iter().map(|&(other, value)| row[other] * value).sum::<f64>();
                if weight.abs() >= least {
                    weights.push(contact, weight as f32);
                }
            }
            weights.finish_row();
        }
        weights
    }
}

/// The square of the distance.
fn square(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])
}

fn kernel(square: f64, sigma: f64, power: f64, reach: f64) -> f64 {
    if square > reach * reach { 0.0 } else { (-(square.sqrt() / sigma).powf(power)).exp() }
}

/// The inverse of `kernel + ridge` between all positions, group by group of those that know of each other.
fn invert(positions: &[[f64; 2]], kernel: impl Fn([f64; 2], [f64; 2]) -> f64) -> Vec<f64> {
    let count = positions.len();
    let mut inverse = vec![0.0; count * count];
    let mut grouped = vec![false; count];
    for first in 0..count {
        if grouped[first] {
            continue;
        }
        grouped[first] = true;
        let mut group = vec![first];
        let mut next = 0;
        while next < group.len() {
            let from = positions[group[next]];
            for other in 0..count {
                if !grouped[other] && kernel(from, positions[other]) > 0.0 {
                    grouped[other] = true;
                    group.push(other);
                }
            }
            next += 1;
        }
        group.sort_unstable();
        let block = invert_positive(group.len(), |i, j| {
            kernel(positions[group[i]], positions[group[j]]) + if i == j { RIDGE } else { 0.0 }
        });
        for (i, &row) in group.iter().enumerate() {
            for (j, &column) in group.iter().enumerate() {
                inverse[row * count + column] = block[i * group.len() + j];
            }
        }
    }
    inverse
}

/// The inverse of a symmetric positive definite matrix, by Cholesky's factors.
fn invert_positive(size: usize, entry: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut lower = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let (row, other) = (&lower[i * size..][..j], &lower[j * size..][..j]);
            let rest = entry(i, j) - dot(row, other);
            lower[i * size + j] = if i == j { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / lower[j * size + j] };
        }
    }
    // `inverse` first holds the transpose of the factor's inverse, row by row.
    let mut inverse = vec![0.0; size * size];
    for j in 0..size {
        inverse[j * size + j] = 1.0 / lower[j * size + j];
        for i in j + 1..size {
            let sum = dot(&lower[i * size + j..i * size + i], &inverse[j * size + j..j * size + i]);
            inverse[j * size + i] = -sum / lower[i * size + i];
        }
    }
    let mut result = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let value = dot(&inverse[i * size + i..(i + 1) * size], &inverse[j * size + i..(j + 1) * size]);
            result[i * size + j] = value;
            result[j * size + i] = value;
        }
    }
    result
}

/// In eight sums, so that it does not wait for each addition.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut sums, mut rest) = ([0.0; 8], 0.0);
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    for (x, y) in a.remainder().iter().zip(b.remainder()) {
        rest += x * y;
    }
    for (x, y) in a.zip(b) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(weights: &Weights, index: usize) -> Vec<(usize, f32)> {
        weights.row(index).collect()
    }

    #[test]
    fn at_a_contact_the_weight_is_all_its_own() {
        let positions = [[0.0, 0.0], [0.0, 20.0], [0.0, 40.0]];
        let weights = Kriging::new(&positions, 20.0, 2.0).unwrap().weights(positions.into_iter(), 1e-4);
        for contact in 0..3 {
            let row = row(&weights, contact);
            assert!(row.len() == 1 && row[0].0 == contact && (row[0].1 - 1.0).abs() < 1e-4, "{row:?}");
        }
    }

    #[test]
    fn between_contacts_weights_sum_to_one_and_beyond_them_they_fade() {
        let positions: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i % 2) * 32.0, f64::from(i / 2) * 15.0]).collect();
        let kriging = Kriging::new(&positions, 20.0, 2.0).unwrap();
        let sum = |y: f64| row(&kriging.weights([[0.0, y]].into_iter(), 0.0), 0).iter().map(|one| one.1).sum::<f32>();
        assert!((sum(101.0) - 1.0).abs() < 1e-5);
        assert!(sum(285.0 + 60.0) < 0.6 && sum(285.0 + 300.0) == 0.0);
    }

    #[test]
    fn shanks_that_are_far_apart_are_solved_apart() {
        let positions: Vec<[f64; 2]> = (0..20).map(|i| [f64::from(i % 2) * 500.0, f64::from(i / 2) * 20.0]).collect();
        let one: Vec<[f64; 2]> = positions.iter().copied().filter(|p| p[0] == 0.0).collect();
        let both = Kriging::new(&positions, 20.0, 2.0).unwrap().weights([[0.0, 87.0]].into_iter(), 1e-6);
        let alone = Kriging::new(&one, 20.0, 2.0).unwrap().weights([[0.0, 87.0]].into_iter(), 1e-6);
        let doubled: Vec<_> = row(&alone, 0).into_iter().map(|(contact, weight)| (2 * contact, weight)).collect();
        assert_eq!(row(&both, 0), doubled);
    }
}
