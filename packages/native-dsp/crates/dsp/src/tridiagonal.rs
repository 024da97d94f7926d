//! Eigenvalues of symmetric matrices.

use crate::{Control, Result};

/// The eigenvalues of a symmetric matrix, in no order, and its eigenvectors, one row each, of unit length.
pub(crate) struct Eigen {
    pub values: Vec<f64>,
    pub vectors: Vec<f64>,
}

/// More than any matrix of numbers needs.
const MOST_ROUNDS: usize = 60;

/// Decomposes a symmetric matrix of `size` rows: Householder's reduction to a tridiagonal one, then the QL algorithm with
/// implicit shifts. O(size³), to the precision of double numbers relative to the largest value. Polls
/// for a cancellation at each row. Source: Bowdler, Martin, Reinsch and Wilkinson, Handbook for Automatic Computation II
/// (1971), tred2 and tql2.
pub(crate) fn decompose(matrix: Vec<f64>, size: usize, control: &dyn Control) -> Result<Eigen> {
    let mut z = matrix;
    let mut values = vec![0.0; size];
    let mut beside = vec![0.0; size];
    for row in (1..size).rev() {
        control.check()?;
        reduce_row(&mut z, &mut values, &mut beside, size, row);
    }
    for row in 0..size {
        control.check()?;
        accumulate(&mut z, &mut values, size, row);
    }
    if size > 0 {
        beside.copy_within(1.., 0);
        beside[size - 1] = 0.0;
    }
    // one vector per row from here on, so that rotations mix neighbouring rows
    let mut vectors: Vec<f64> = (0..size * size).map(|at| z[(at % size) * size + at / size]).collect();
    for at in 0..size {
        control.check()?;
        diagonalise(&mut vectors, &mut values, &mut beside, size, at);
    }
    Ok(Eigen { values, vectors })
}

/// Makes row `row` zero but for its diagonal and the entry beside it; the reflection stays in the row.
fn reduce_row(z: &mut [f64], d: &mut [f64], e: &mut [f64], size: usize, row: usize) {
    let (last, at) = (row - 1, row * size);
    let mut scale: f64 = z[at..at + last].iter().map(|value| value.abs()).sum();
    d[row] = 0.0;
    if scale == 0.0 {
        e[row] = z[at + last];
        return;
    }
    scale += z[at + last].abs();
    z[at..=at + last].iter_mut().for_each(|value| *value /= scale);
    let mut h: f64 = z[at..=at + last].iter().map(|value| value * value).sum();
    let f = z[at + last];
    let g = if f >= 0.0 { -h.sqrt() } else { h.sqrt() };
    e[row] = scale * g;
    h -= f * g;
    z[at + last] = f - g;
    let reflection = z[at..=at + last].to_vec();
    // the lower triangle times the reflection, by its rows
    e[..=last].fill(0.0);
    for j in 0..=last {
        let values = &z[j * size..][..=j];
        let factor = reflection[j];
        let mut product = 0.0;
        for k in 0..j {
            product += values[k] * reflection[k];
            e[k] += values[k] * factor;
        }
        e[j] += product + values[j] * factor;
    }
    let mut sum = 0.0;
    for j in 0..=last {
        z[j * size + row] = reflection[j] / h;
        e[j] /= h;
        sum += e[j] * reflection[j];
    }
    let half = sum / (h + h);
    for j in 0..=last {
        let left = reflection[j];
        e[j] -= half * left;
        let right = e[j];
        for (k, value) in z[j * size..][..=j].iter_mut().enumerate() {
            *value -= left * e[k] + right * reflection[k];
        }
    }
    d[row] = h;
}

/// Applies the reflection of row `row` to the product of those before it.
fn accumulate(z: &mut [f64], d: &mut [f64], size: usize, row: usize) {
    let at = row * size;
    if d[row] != 0.0 {
        let mut product = vec![0.0; row];
        for k in 0..row {
            let factor = z[at + k];
            product.iter_mut().zip(&z[k * size..]).for_each(|(sum, value)| *sum += factor * value);
        }
        for k in 0..row {
            let factor = z[k * size + row];
            z[k * size..][..row].iter_mut().zip(&product).for_each(|(value, sum)| *value -= sum * factor);
        }
    }
    d[row] = z[at + row];
    z[at + row] = 1.0;
    for j in 0..row {
        z[j * size + row] = 0.0;
        z[at + j] = 0.0;
    }
}

/// Turns the tridiagonal matrix until the entry beside `d[at]` is 0.
fn diagonalise(vectors: &mut [f64], d: &mut [f64], e: &mut [f64], size: usize, at: usize) {
    for _ in 0..MOST_ROUNDS {
        let small = |end: usize| e[end].abs() <= f64::EPSILON * (d[end].abs() + d[end + 1].abs());
        let end = (at..size - 1).find(|&end| small(end)).unwrap_or(size - 1);
        if end == at {
            return;
        }
        let shift = (d[at + 1] - d[at]) / (2.0 * e[at]);
        let side = if shift >= 0.0 { 1.0 } else { -1.0 };
        let mut g = d[end] - d[at] + e[at] / (shift + side * shift.hypot(1.0));
        let (mut sine, mut cosine, mut p) = (1.0, 1.0, 0.0);
        let mut early = false;
        for index in (at..end).rev() {
            let (f, b) = (sine * e[index], cosine * e[index]);
            let r = f.hypot(g);
            e[index + 1] = r;
            if r == 0.0 {
                d[index + 1] -= p;
                e[end] = 0.0;
                early = true;
                break;
            }
            sine = f / r;
            cosine = g / r;
            g = d[index + 1] - p;
            let turned = (d[index] - g) * sine + 2.0 * cosine * b;
            p = sine * turned;
            d[index + 1] = g + p;
            g = cosine * turned - b;
            let (low, high) = vectors[index * size..][..2 * size].split_at_mut(size);
            for (left, right) in low.iter_mut().zip(high) {
                (*left, *right) = (cosine * *left - sine * *right, sine * *left + cosine * *right);
            }
        }
        if !early {
            d[at] -= p;
            e[at] = g;
            e[end] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DspError, Unattended};

    #[test]
    fn the_vectors_put_matrices_of_many_sizes_together_again_and_are_orthonormal() {
        for size in [0, 1, 2, 3, 10, 41] {
            let entry = |a: usize, b: usize| ((a * b + a + b) as f64).sin() + if a == b { a as f64 } else { 0.0 };
            let matrix: Vec<f64> = (0..size * size).map(|at| entry(at / size, at % size)).collect();
            let Eigen { values, vectors } = decompose(matrix.clone(), size, &Unattended).unwrap();
            for row in 0..size {
                for column in 0..size {
                    let sum: f64 =
                        (0..size).map(|k| values[k] * vectors[k * size + row] * vectors[k * size + column]).sum();
                    assert!((sum - matrix[row * size + column]).abs() < 1e-12, "{size}: {row} {column}");
                    let product: f64 = (0..size).map(|k| vectors[row * size + k] * vectors[column * size + k]).sum();
                    assert!((product - f64::from(u8::from(row == column))).abs() < 1e-13);
                }
            }
        }
    }

    #[test]
    fn equal_values_and_zero_are_no_trouble() {
        let values = |matrix: Vec<f64>, size| decompose(matrix, size, &Unattended).unwrap().values;
        assert_eq!(values(vec![2.0, 0.0, 0.0, 2.0], 2), [2.0, 2.0]);
        assert_eq!(values(vec![0.0; 4], 2), [0.0, 0.0]);
        assert_eq!(values(vec![-3.0], 1), [-3.0]);
        let ones = values(vec![1.0; 36], 6);
        assert!(ones.iter().filter(|value| (**value - 6.0).abs() < 1e-14).count() == 1);
    }

    #[test]
    fn a_cancellation_is_seen() {
        struct Cancelled;
        impl Control for Cancelled {
            fn cancelled(&self) -> bool {
                true
            }
            fn progress(&self, _: f64) {}
        }
        assert!(matches!(decompose(vec![1.0; 9], 3, &Cancelled), Err(DspError::Cancelled)));
    }
}
