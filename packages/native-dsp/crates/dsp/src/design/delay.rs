//! Taps that delay a signal by part of a sample.

use std::f64::consts::PI;

use crate::{DspError, Result};

/// Whole taps are parts of this.
pub const UNIT: i32 = 1 << 14;

/// Taps of a delay; the one at `k` takes the sample `k - (length / 2 - 1)` frames earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct Delay {
    pub taps: Vec<f64>,
    /// In units of [`UNIT`]; their sum is [`UNIT`].
    pub whole: Vec<i16>,
}

/// The fitted band of a delay as a fraction of the sampling rate: of 30 kHz, 10 kHz for 16 taps (where the amplifiers
/// of Neuropixels 1.0 end) and 12 kHz for more.
pub fn fitted_band(taps: usize) -> f64 {
    if taps <= 16 { 1.0 / 3.0 } else { 0.4 }
}

/// Designs taps whose response is nearest, in the mean square over [`fitted_band`], to a delay by `shift` samples, and
/// whole numbers near them.
///
/// With `d` the delay of a tap and `w = 2π` times the band, the normal equations are
/// `Σ sinc((d - d') w/π) h(d') = sinc((d - shift) w/π)`. The whole taps are the nearest point of the lattice
/// in the metric of these equations as Babai's nearest plane finds it (Combinatorica 6, 1986), improved by exchanges,
/// so that the error of rounding lies beyond the band.
pub fn design_delay(shift: f64, taps: usize) -> Result<Delay> {
    if !matches!(taps, 16 | 24 | 32) {
        return Err(DspError::InvalidParameter { name: "taps", value: taps as f64, expected: "16, 24 or 32" });
    }
    if !(0.0..1.0).contains(&shift) {
        let expected = "a fraction of a sample from 0 up to, not including, 1";
        return Err(DspError::InvalidParameter { name: "shifts", value: shift, expected });
    }
    let middle = taps / 2 - 1;
    if shift == 0.0 {
        let mut exact = vec![0.0; taps];
        exact[middle] = 1.0;
        let whole = exact.iter().map(|tap| (tap * f64::from(UNIT)) as i16).collect();
        return Ok(Delay { taps: exact, whole });
    }
    let band = fitted_band(taps);
    let delay = |k: usize| k as f64 - middle as f64;
    let metric: Vec<Vec<f64>> = (0..taps)
        .map(|row| (0..taps).map(|column| sinc(2.0 * band * (delay(row) - delay(column)))).collect())
        .collect();
    let factor = cholesky(&metric);
    let right: Vec<f64> = (0..taps).map(|row| sinc(2.0 * band * (delay(row) - shift))).collect();
    let exact = solve(&factor, &right);
    let wanted: Vec<f64> = exact.iter().map(|tap| tap * f64::from(UNIT)).collect();
    let mut whole = nearest_plane(&factor, &wanted);
    exchange(&metric, &wanted, &mut whole);
    Ok(Delay { taps: exact, whole: whole.into_iter().map(|tap| tap as i16).collect() })
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The upper triangle `r` with `rᵀ r` the matrix.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = matrix.len();
    let mut factor = vec![vec![0.0; count]; count];
    for row in 0..count {
        for column in row..count {
            let above: f64 = (0..row).map(|k| factor[k][row] * factor[k][column]).sum();
            let rest = matrix[row][column] - above;
            // Beyond the band the matrix is singular but for rounding.
            factor[row][column] = if column == row { rest.max(1e-13).sqrt() } else { rest / factor[row][row] };
        }
    }
    factor
}

fn solve(factor: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let count = right.len();
    let mut x = right.to_vec();
    for row in 0..count {
        let above: f64 = (0..row).map(|k| factor[k][row] * x[k]).sum();
        x[row] = (x[row] - above) / factor[row][row];
    }
    for row in (0..count).rev() {
        let below: f64 = (row + 1..count).map(|k| factor[row][k] * x[k]).sum();
        x[row] = (x[row] - below) / factor[row][row];
    }
    x
}

fn nearest_plane(factor: &[Vec<f64>], wanted: &[f64]) -> Vec<f64> {
    let count = wanted.len();
    let mut whole = vec![0.0; count];
    for row in (0..count).rev() {
        let below: f64 = (row + 1..count).map(|k| factor[row][k] * (wanted[k] - whole[k])).sum();
        whole[row] = (wanted[row] + below / factor[row][row]).round();
    }
    whole
}

/// Makes the sum [`UNIT`], then moves single units from tap to tap for as long as that brings the response nearer.
fn exchange(metric: &[Vec<f64>], wanted: &[f64], whole: &mut [f64]) {
    let count = wanted.len();
    let gradient =
        |whole: &[f64], tap: usize| -> f64 { (0..count).map(|k| metric[tap][k] * (whole[k] - wanted[k])).sum() };
    loop {
        let missing = f64::from(UNIT) - whole.iter().sum::<f64>();
        if missing == 0.0 {
            break;
        }
        let unit = missing.signum();
        let cost = |tap: &usize| 2.0 * unit * gradient(whole, *tap) + metric[*tap][*tap];
        let best = (0..count).min_by(|left, right| cost(left).total_cmp(&cost(right)));
        whole[best.unwrap_or(0)] += unit;
    }
    loop {
        let gradients: Vec<f64> = (0..count).map(|tap| gradient(whole, tap)).collect();
        let (mut least, mut pair) = (-1e-12, None);
        for from in 0..count {
            for to in (0..count).filter(|to| *to != from) {
                let curvature = metric[to][to] + metric[from][from] - 2.0 * metric[to][from];
                let cost = 2.0 * (gradients[to] - gradients[from]) + curvature;
                if cost < least {
                    (least, pair) = (cost, Some((from, to)));
                }
            }
        }
        let Some((from, to)) = pair else { return };
        whole[from] -= 1.0;
        whole[to] += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The root mean square and the largest error of the response up to a frequency, at 30 kHz.
    fn errors(taps: &[f64], shift: f64, until: i32) -> (f64, f64) {
        let (mut sum, mut largest, mut count) = (0.0, 0.0f64, 0.0);
        for frequency in (0..=until).step_by(50) {
            let angle = 2.0 * PI * f64::from(frequency) / 30_000.0;
            let (mut re, mut im) = (-(angle * shift).cos(), (angle * shift).sin());
            for (k, tap) in taps.iter().enumerate() {
                let delay = k as f64 - (taps.len() / 2 - 1) as f64;
                re += tap * (angle * delay).cos();
                im -= tap * (angle * delay).sin();
            }
            sum += re * re + im * im;
            largest = largest.max(re.hypot(im));
            count += 1.0;
        }
        ((sum / count).sqrt(), largest)
    }

    fn parts(delay: &Delay) -> Vec<f64> {
        delay.whole.iter().map(|tap| f64::from(*tap) / f64::from(UNIT)).collect()
    }

    #[test]
    fn the_response_is_a_pure_delay_to_2e_4_below_10_khz() {
        for shift in (1..13).map(|slot| f64::from(slot) / 13.0).chain((1..16).map(|slot| f64::from(slot) / 16.0)) {
            for (taps, exact_limit, whole_limit) in [(16, 8e-5, 1e-4), (24, 8e-5, 1e-4), (32, 1e-5, 8e-5)] {
                let delay = design_delay(shift, taps).unwrap();
                let exact = errors(&delay.taps, shift, 10_000);
                let whole = errors(&parts(&delay), shift, 10_000);
                assert!(exact.0 < exact_limit, "{taps} taps, {shift}: {exact:?}");
                assert!(whole.0 < whole_limit, "{taps} whole taps, {shift}: {whole:?}");
            }
        }
    }

    #[test]
    fn whole_taps_keep_a_constant_to_the_bit() {
        for shift in [0.0, 1.0 / 13.0, 0.5, 15.0 / 16.0, 0.001, 0.999] {
            let sum: i32 = design_delay(shift, 16).unwrap().whole.iter().map(|tap| i32::from(*tap)).sum();
            assert_eq!(sum, UNIT);
        }
    }

    #[test]
    fn a_shift_of_a_whole_sample_and_other_numbers_of_taps_are_refused() {
        assert!(
            design_delay(1.0, 16).is_err() && design_delay(-0.1, 16).is_err() && design_delay(f64::NAN, 16).is_err()
        );
        assert!(design_delay(0.5, 15).is_err());
    }
}
