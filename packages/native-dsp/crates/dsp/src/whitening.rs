//! Matrices that make channels uncorrelated.

use crate::frames::require_frames;
use crate::tridiagonal::decompose;
use crate::{Control, DspError, Result};

/// The whitening matrix of frame-major traces, row-major: `white[t][c] = sum over i of traces[t][i] * W[i][c]`.
///
/// ZCA: `W = U (S + epsilon)^(-1/2) U'`, of the covariance about 0 of all frames, `U S U'`. With `neighbours` (of each
/// channel, itself among them) column `c` is its own of the matrix of the neighbours of `c` alone, elsewhere 0. Source:
/// SpikeInterface's `compute_whitening_matrix`. Refuses traces without frames and values that are not finite; `epsilon` is
/// in the square of the traces' unit.
pub fn matrix(
    traces: &[f32],
    channels: usize,
    neighbours: Option<&[Vec<usize>]>,
    epsilon: f64,
    control: &dyn Control,
) -> Result<Vec<f64>> {
    let frames = require_frames(traces.len(), channels)?;
    if frames == 0 {
        return Err(DspError::WrongLength { name: "traces", length: 0, expected: channels });
    }
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(DspError::InvalidParameter { name: "epsilon", value: epsilon, expected: "a positive number" });
    }
    if let Some(&value) = traces.iter().find(|value| !value.is_finite()) {
        let value = f64::from(value);
        return Err(DspError::InvalidParameter { name: "traces", value, expected: "finite numbers" });
    }
    let covariance = covariance(traces, channels, control)?;
    let Some(neighbours) = neighbours else { return whiten(covariance, channels, epsilon, control) };
    if neighbours.len() != channels {
        return Err(DspError::WrongLength { name: "neighbours", length: neighbours.len(), expected: channels });
    }
    let mut matrix = vec![0.0; channels * channels];
    for (channel, near) in neighbours.iter().enumerate() {
        control.check()?;
        let expected = "indices of channels, the channel's own among them";
        let own =
            near.iter().position(|&other| other == channel).filter(|_| near.iter().all(|&other| other < channels));
        let Some(own) = own else {
            return Err(DspError::InvalidParameter { name: "neighbours", value: channel as f64, expected });
        };
        let part = near.iter().flat_map(|&a| near.iter().map(move |&b| (a, b)));
        let part = part.map(|(a, b)| covariance[a * channels + b]).collect();
        let local = whiten(part, near.len(), epsilon, control)?;
        for (index, &other) in near.iter().enumerate() {
            matrix[other * channels + channel] = local[own * near.len() + index];
        }
    }
    Ok(matrix)
}

/// Frames whose products are added up in single rows of the matrix before the next ones.
const BLOCK: usize = 256;

/// The mean product of any two channels.
fn covariance(traces: &[f32], channels: usize, control: &dyn Control) -> Result<Vec<f64>> {
    let mut sums = vec![0.0; channels * channels];
    let frames = traces.len() / channels;
    for (block, traces) in traces.chunks(BLOCK * channels).enumerate() {
        control.check()?;
        control.progress((block * BLOCK) as f64 / frames as f64);
        for (a, sums) in sums.chunks_exact_mut(channels).enumerate() {
            for frame in traces.chunks_exact(channels) {
                let factor = f64::from(frame[a]);
                for (sum, &value) in sums[..=a].iter_mut().zip(frame) {
                    *sum += factor * f64::from(value);
                }
            }
        }
    }
    for a in 0..channels {
        for b in 0..=a {
            let mean = sums[a * channels + b] / frames as f64;
            (sums[a * channels + b], sums[b * channels + a]) = (mean, mean);
        }
    }
    Ok(sums)
}

fn whiten(covariance: Vec<f64>, size: usize, epsilon: f64, control: &dyn Control) -> Result<Vec<f64>> {
    let eigen = decompose(covariance, size, control)?;
    let mut matrix = vec![0.0; size * size];
    for (value, vector) in eigen.values.iter().zip(eigen.vectors.chunks_exact(size)) {
        control.check()?;
        // rounding may leave an eigenvalue of 0 a little below it
        let scale = 1.0 / (value.max(0.0) + epsilon).sqrt();
        for (row, &left) in matrix.chunks_exact_mut(size).zip(vector) {
            row.iter_mut().zip(vector).for_each(|(entry, &right)| *entry += scale * left * right);
        }
    }
    Ok(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn what_was_whitened_has_the_identity_as_covariance() {
        let noise = |index: usize| (((index * 2_654_435_761) >> 7) % 1009) as f32 - 504.0;
        let traces: Vec<f32> = (0..4000).map(|index| noise(index) + 0.5 * noise(index / 4)).collect();
        let matrix = matrix(&traces, 4, None, 1e-16, &Unattended).unwrap();
        let white: Vec<f32> = traces
            .chunks_exact(4)
            .flat_map(|frame| {
                (0..4).map(|c| (0..4).map(|i| f64::from(frame[i]) * matrix[4 * i + c]).sum::<f64>() as f32)
            })
            .collect();
        for (index, value) in covariance(&white, 4, &Unattended).unwrap().into_iter().enumerate() {
            let expected = if index % 5 == 0 { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-5, "{index}: {value}");
        }
    }

    #[test]
    fn no_frames_and_values_that_are_not_finite_are_refused() {
        let code = |traces: &[f32]| matrix(traces, 2, None, 1e-16, &Unattended).map_err(|error| error.code());
        assert_eq!(code(&[]), Err("wrong-length"));
        assert_eq!(code(&[1.0, f32::NAN]), Err("invalid-parameter"));
    }
}
