//! Displacements of all bins that agree best with those between pairs of bins.

use crate::{Control, Result};

/// Displacements between pairs of time bins, in each window.
pub(super) struct PairDisplacements {
    pub times: usize,
    pub windows: usize,
    /// How much later the second bin of a pair is, in bins; ascending.
    pub delays: Vec<usize>,
    /// (µm) `[window][delay][first bin]`: of the second bin against the first.
    pub displacement: Vec<f32>,
    /// As long: how much each counts, 0 to 1.
    pub weight: Vec<f32>,
}

/// Of a step in time and between windows, in units of a pair's weight.
const SMOOTHNESS: f64 = 1.0;
/// Keeps what nothing is known of at rest.
const RIDGE: f64 = 1e-3;
const ROUNDS: usize = 5;
const MOST_STEPS: usize = 500;
/// Residuals of which the median is taken.
const MOST_SIZES: usize = 100_000;
/// Of the right side's norm.
const TOLERANCE: f64 = 1e-9;

/// The displacement of each bin (µm), `[window][time]`, by weighted least squares over all pairs with steps in time and
/// between windows held small; then again with pairs counting less the further they are off (Geman and McClure's
/// weight `1 / (1 + (residual / scale)^2)^2`, its scale three robust deviations, at least `least_scale` µm).
/// Solved by conjugate gradients.
pub(super) fn align(pairs: &PairDisplacements, least_scale: f64, control: &dyn Control) -> Result<Vec<f64>> {
    let mut place = vec![0.0; pairs.windows * pairs.times];
    let mut weight = pairs.weight.clone();
    for round in 0..ROUNDS {
        if round > 0 {
            reweigh(pairs, &place, least_scale, &mut weight);
        }
        solve(pairs, &weight, &mut place, control)?;
    }
    Ok(place)
}

impl PairDisplacements {
    pub fn start(&self, window: usize, delay: usize) -> usize {
        (window * self.delays.len() + delay) * self.times
    }

    /// Calls with the first of each stretch of pairs, the delay and the first bin's place: pairs `0..times - delay`.
    fn each(&self, mut visit: impl FnMut(usize, usize, usize)) {
        for window in 0..self.windows {
            for (index, &delay) in self.delays.iter().enumerate() {
                visit(self.start(window, index), delay, window * self.times);
            }
        }
    }
}

fn reweigh(pairs: &PairDisplacements, place: &[f64], least_scale: f64, weight: &mut [f32]) {
    let residual = |pair: usize, delay: usize, first: usize| {
        f64::from(pairs.displacement[pair]) - (place[first + delay] - place[first])
    };
    let mut sizes = Vec::new();
    pairs.each(|start, delay, first| {
        for bin in 0..pairs.times - delay {
            if pairs.weight[start + bin] > 0.0 {
                sizes.push(residual(start + bin, delay, first + bin).abs());
            }
        }
    });
    if sizes.is_empty() {
        return;
    }
    let step = sizes.len().div_ceil(MOST_SIZES);
    let mut sizes: Vec<f64> = sizes.into_iter().step_by(step).collect();
    let middle = sizes.len() / 2;
    let (_, &mut median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    let scale = (3.0 * 1.4826 * median).max(least_scale);
    pairs.each(|start, delay, first| {
        for bin in 0..pairs.times - delay {
            let off = residual(start + bin, delay, first + bin) / scale;
            let factor = 1.0 / (1.0 + off * off);
            weight[start + bin] = (f64::from(pairs.weight[start + bin]) * factor * factor) as f32;
        }
    });
}

fn solve(pairs: &PairDisplacements, weight: &[f32], place: &mut [f64], control: &dyn Control) -> Result<()> {
    let count = place.len();
    let mut right = vec![0.0; count];
    let mut diagonal = vec![RIDGE; count];
    pairs.each(|start, delay, first| {
        for bin in 0..pairs.times - delay {
            let share = f64::from(weight[start + bin]);
            let pull = share * f64::from(pairs.displacement[start + bin]);
            right[first + bin] -= pull;
            right[first + bin + delay] += pull;
            diagonal[first + bin] += share;
            diagonal[first + bin + delay] += share;
        }
    });
    each_tie(pairs, |one, two| {
        diagonal[one] += SMOOTHNESS;
        diagonal[two] += SMOOTHNESS;
    });
    let mut image = vec![0.0; count];
    multiply(pairs, weight, place, &mut image);
    let mut rest: Vec<f64> = right.iter().zip(&image).map(|(right, image)| right - image).collect();
    let mut direction: Vec<f64> = rest.iter().zip(&diagonal).map(|(rest, diagonal)| rest / diagonal).collect();
    let mut power = dot(&rest, &direction);
    let enough = TOLERANCE * TOLERANCE * dot(&right, &right);
    for _ in 0..MOST_STEPS {
        if dot(&rest, &rest) <= enough {
            break;
        }
        control.check()?;
        multiply(pairs, weight, &direction, &mut image);
        let step = power / dot(&direction, &image);
        for at in 0..count {
            place[at] += step * direction[at];
            rest[at] -= step * image[at];
        }
        let scaled = |at: usize| rest[at] / diagonal[at];
        let next: f64 = (0..count).map(|at| rest[at] * scaled(at)).sum();
        let share = next / power;
        (0..count).for_each(|at| direction[at] = scaled(at) + share * direction[at]);
        power = next;
    }
    Ok(())
}

/// Neighbours in time and among windows.
fn each_tie(pairs: &PairDisplacements, mut visit: impl FnMut(usize, usize)) {
    for window in 0..pairs.windows {
        let first = window * pairs.times;
        (1..pairs.times).for_each(|bin| visit(first + bin - 1, first + bin));
        if window + 1 < pairs.windows {
            (0..pairs.times).for_each(|bin| visit(first + bin, first + pairs.times + bin));
        }
    }
}

fn multiply(pairs: &PairDisplacements, weight: &[f32], place: &[f64], image: &mut [f64]) {
    for (image, place) in image.iter_mut().zip(place) {
        *image = RIDGE * place;
    }
    pairs.each(|start, delay, first| {
        for bin in 0..pairs.times - delay {
            let (one, two) = (first + bin, first + bin + delay);
            let pull = f64::from(weight[start + bin]) * (place[two] - place[one]);
            image[one] -= pull;
            image[two] += pull;
        }
    });
    each_tie(pairs, |one, two| {
        let pull = SMOOTHNESS * (place[two] - place[one]);
        image[one] -= pull;
        image[two] += pull;
    });
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
