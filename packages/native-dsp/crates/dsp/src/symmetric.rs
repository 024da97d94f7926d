//! Eigenvalues of symmetric matrices.

/// The eigenvalues of a symmetric matrix, largest first, and its eigenvectors, one row each, of unit length.
pub(crate) struct Eigen {
    pub values: Vec<f64>,
    pub vectors: Vec<f64>,
}

/// More than any matrix of numbers needs; convergence is quadratic.
const MOST_SWEEPS: usize = 60;

/// Decomposes a symmetric matrix of `size` rows by Jacobi's rotations, in a fixed order: O(size³) for each of some ten
/// sweeps, to the precision of double numbers. Source: Golub and Van Loan, Matrix Computations, 8.5.
pub(crate) fn decompose(mut matrix: Vec<f64>, size: usize) -> Eigen {
    let mut vectors: Vec<f64> = (0..size * size).map(|at| if at % (size + 1) == 0 { 1.0 } else { 0.0 }).collect();
    let total: f64 = matrix.iter().map(|value| value * value).sum();
    for _ in 0..MOST_SWEEPS {
        let mut apart = 0.0;
        for row in 0..size {
            for column in 0..row {
                apart += matrix[row * size + column] * matrix[row * size + column];
            }
        }
        if apart <= 1e-32 * total || !apart.is_finite() {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut matrix, &mut vectors, size, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| matrix[b * size + b].total_cmp(&matrix[a * size + a]));
    Eigen {
        values: order.iter().map(|at| matrix[at * size + at]).collect(),
        vectors: order.iter().flat_map(|at| vectors[at * size..][..size].iter().copied()).collect(),
    }
}

/// Makes the entry of row `p` and column `q` zero.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, p: usize, q: usize) {
    let entry = matrix[p * size + q];
    if entry == 0.0 {
        return;
    }
    let ratio = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * entry);
    let side = if ratio < 0.0 { -1.0 } else { 1.0 };
    let tangent = side / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for at in 0..size {
        let (a, b) = (matrix[at * size + p], matrix[at * size + q]);
        matrix[at * size + p] = cosine * a - sine * b;
        matrix[at * size + q] = sine * a + cosine * b;
    }
    for values in [matrix, vectors] {
        for at in 0..size {
            let (a, b) = (values[p * size + at], values[q * size + at]);
            values[p * size + at] = cosine * a - sine * b;
            values[q * size + at] = sine * a + cosine * b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_put_the_matrix_together_again() {
        let size = 9;
        let entry = |a: usize, b: usize| ((a * b + a + b) as f64).sin() + if a == b { a as f64 } else { 0.0 };
        let matrix: Vec<f64> = (0..size * size).map(|at| entry(at / size, at % size)).collect();
        let Eigen { values, vectors } = decompose(matrix.clone(), size);
        assert!(values.is_sorted_by(|a, b| a >= b));
        for (at, expected) in matrix.iter().enumerate() {
            let (row, column) = (at / size, at % size);
            let sum: f64 = (0..size).map(|k| values[k] * vectors[k * size + row] * vectors[k * size + column]).sum();
            assert!((sum - expected).abs() < 1e-13);
        }
    }

    #[test]
    fn equal_values_and_zero_are_no_trouble() {
        assert_eq!(decompose(vec![2.0, 0.0, 0.0, 2.0], 2).values, [2.0, 2.0]);
        assert_eq!(decompose(vec![0.0; 4], 2).values, [0.0, 0.0]);
        assert_eq!(decompose(vec![-3.0], 1).values, [-3.0]);
    }
}
