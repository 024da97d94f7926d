//! A few shapes in time that waveforms are made of.

use crate::control::Control;
use crate::tridiagonal::decompose;
use crate::{DspError, Result};

/// The first right singular vectors of aligned waveforms.
#[derive(Debug, Clone, PartialEq)]
pub struct TemporalSvd {
    /// `components * frames`: one vector after the other, each of unit length, its largest entry positive.
    pub basis: Vec<f32>,
    pub frames: usize,
    pub components: usize,
    /// Largest first.
    pub singular_values: Vec<f64>,
    /// Waveforms that were taken: those whose extremum is at the peak.
    pub used: usize,
}

const WAVEFORMS_PER_CHECK: usize = 256;

/// Fits a basis to waveforms of `frames` samples, each of the main channel of a peak.
///
/// Waveforms whose largest absolute sample is not at `peak`, and those with a sample that is no number, are left out;
/// the others are turned so that their peak is negative. What is fitted is not centred: a truncated SVD, not a PCA
/// (SpikeInterface's `extract_peaks_svd`, scikit-learn's `TruncatedSVD`). In double precision, by the eigenvectors of
/// the waveforms' products. Refuses fewer waveforms than components.
pub fn fit_temporal_svd(
    waveforms: &[f32],
    frames: usize,
    peak: usize,
    components: usize,
    control: &dyn Control,
) -> Result<TemporalSvd> {
    require_shape(waveforms.len(), frames, peak)?;
    if components == 0 || components > frames {
        let expected = "from 1 to the number of frames of a waveform";
        return Err(DspError::InvalidParameter { name: "components", value: components as f64, expected });
    }
    let mut products = vec![0.0; frames * frames];
    let mut used = 0;
    for (index, waveform) in waveforms.chunks_exact(frames).enumerate() {
        if index.is_multiple_of(WAVEFORMS_PER_CHECK) {
            control.check()?;
        }
        if !is_centred(waveform, peak) {
            continue;
        }
        used += 1;
        // Turning a waveform changes no product.
        for (row, a) in products.chunks_exact_mut(frames).zip(waveform) {
            for (product, b) in row.iter_mut().zip(waveform) {
                *product += f64::from(*a) * f64::from(*b);
            }
        }
    }
    if used < components {
        let expected = "at least as many waveforms with their extremum at the peak as components";
        return Err(DspError::InvalidParameter { name: "waveforms", value: used as f64, expected });
    }
    let eigen = decompose(products, frames, control)?;
    let mut order: Vec<usize> = (0..frames).collect();
    order.sort_by(|&a, &b| eigen.values[b].total_cmp(&eigen.values[a]));
    let largest = &order[..components];
    let basis = largest.iter().flat_map(|at| upright(&eigen.vectors[at * frames..][..frames])).collect();
    let singular_values = largest.iter().map(|&at| eigen.values[at].max(0.0).sqrt()).collect();
    control.progress(1.0);
    Ok(TemporalSvd { basis, frames, components, singular_values, used })
}

/// Whether the first of the largest absolute samples is at `peak`.
fn is_centred(waveform: &[f32], peak: usize) -> bool {
    let height = waveform[peak].abs();
    let smaller = waveform.iter().enumerate().all(|(at, sample)| {
        sample.is_finite() && if at < peak { sample.abs() < height } else { sample.abs() <= height }
    });
    smaller && height > 0.0
}

/// The vector with its largest entry positive.
fn upright(vector: &[f64]) -> Vec<f32> {
    let largest =
        vector.iter().fold(0.0, |largest: f64, &value| if value.abs() > largest.abs() { value } else { largest });
    let side = if largest < 0.0 { -1.0 } else { 1.0 };
    vector.iter().map(|value| (side * value) as f32).collect()
}

/// Waveforms (peak after peak, `frames` of them, `places` samples each) in terms of a basis of vectors of `frames` entries:
/// `peaks * components * places`. In double precision, rounded once.
pub fn project_waveforms(
    data: &[f32],
    frames: usize,
    places: usize,
    basis: &[f32],
    control: &dyn Control,
) -> Result<Vec<f32>> {
    let size = (frames * places).max(1);
    for (name, length, step) in [("data", data.len(), size), ("basis", basis.len(), frames.max(1))] {
        if !length.is_multiple_of(step) {
            return Err(DspError::WrongLength { name, length, expected: length.next_multiple_of(step) });
        }
    }
    if frames * places == 0 {
        return Ok(Vec::new());
    }
    let mut features = Vec::with_capacity(data.len() / size * (basis.len() / frames) * places);
    let mut sums = vec![0.0; places];
    for (index, waveform) in data.chunks_exact(size).enumerate() {
        if index.is_multiple_of(WAVEFORMS_PER_CHECK) {
            control.check()?;
        }
        for vector in basis.chunks_exact(frames) {
            sums.fill(0.0);
            for (weight, samples) in vector.iter().zip(waveform.chunks_exact(places)) {
                for (sum, sample) in sums.iter_mut().zip(samples) {
                    *sum += f64::from(*weight) * f64::from(*sample);
                }
            }
            features.extend(sums.iter().map(|sum| *sum as f32));
        }
    }
    control.progress(1.0);
    Ok(features)
}

/// The shape of peaks: the median over waveforms of `frames` samples, each divided by its absolute value at `peak`.
///
/// Waveforms that are 0 there, or hold what is no number, are left out; refuses to do without any. Of an even count it
/// is the mean of the two middle values. Source: SpikeInterface's `get_prototype_and_waveforms`.
pub fn estimate_prototype(waveforms: &[f32], frames: usize, peak: usize, control: &dyn Control) -> Result<Vec<f32>> {
    require_shape(waveforms.len(), frames, peak)?;
    let usable = |waveform: &&[f32]| waveform[peak] != 0.0 && waveform.iter().all(|sample| sample.is_finite());
    let usable: Vec<&[f32]> = waveforms.chunks_exact(frames).filter(usable).collect();
    if usable.is_empty() {
        let expected = "at least one waveform that is not 0 at its peak";
        return Err(DspError::InvalidParameter { name: "waveforms", value: 0.0, expected });
    }
    let mut prototype = Vec::with_capacity(frames);
    for at in 0..frames {
        control.check()?;
        let mut values: Vec<f32> = usable.iter().map(|waveform| waveform[at] / waveform[peak].abs()).collect();
        values.sort_unstable_by(f32::total_cmp);
        let middle = values.len() / 2;
        let lower = if values.len().is_multiple_of(2) { values[middle - 1] } else { values[middle] };
        prototype.push((lower + values[middle]) / 2.0);
    }
    control.progress(1.0);
    Ok(prototype)
}

fn require_shape(samples: usize, frames: usize, peak: usize) -> Result<()> {
    if frames == 0 || !samples.is_multiple_of(frames) {
        return Err(DspError::WrongLength {
            name: "waveforms",
            length: samples,
            expected: samples.next_multiple_of(frames.max(1)),
        });
    }
    if peak < frames {
        return Ok(());
    }
    Err(DspError::InvalidParameter { name: "peak", value: peak as f64, expected: "a frame of the waveforms" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn two_shapes_are_found_again_whatever_their_signs() {
        let (a, b) = ([0.6f32, -0.8, 0.0], [0.0f32, 0.0, 1.0]);
        let weights = [(5.0, 0.5), (-4.0, 0.5), (6.0, -1.0), (-7.0, -1.0), (3.0, 2.0)];
        let waveforms: Vec<f32> =
            weights.iter().flat_map(|&(u, v)| (0..3).map(move |at| u * a[at] + v * b[at])).collect();
        let svd = fit_temporal_svd(&waveforms, 3, 1, 2, &Unattended).unwrap();
        let along = |vector: &[f32]| (0..3).map(|at| vector[at] * a[at]).sum::<f32>().abs();
        let third = svd.basis[..3].iter().zip(&svd.basis[3..]).map(|(a, b)| a * b).sum::<f32>();
        assert!(along(&svd.basis[..3]) > 0.99 && third.abs() < 1e-6 && svd.used == 5);
        // Both vectors lie in the plane of the shapes: their cross product is that of a and b.
        let normal = [0.8f32, 0.6, 0.0];
        for vector in svd.basis.chunks_exact(3) {
            assert!((0..3).map(|at| vector[at] * normal[at]).sum::<f32>().abs() < 1e-6);
        }
    }

    #[test]
    fn waveforms_off_their_centre_are_left_out() {
        let waveforms = [0.0, -1.0, 0.0, -2.0, -1.0, 0.0, 0.0, f32::NAN, 0.0, 1.0, -1.0, 0.0, 0.0, 1.0, 1.0];
        let svd = fit_temporal_svd(&waveforms, 3, 1, 1, &Unattended).unwrap();
        assert_eq!(svd.used, 2);
        assert!(fit_temporal_svd(&waveforms, 3, 1, 3, &Unattended).is_err());
        assert!(fit_temporal_svd(&waveforms, 4, 1, 3, &Unattended).is_err());
    }

    #[test]
    fn the_prototype_is_the_median_shape() {
        let waveforms = [1.0, -2.0, 0.0, 0.0, 0.0, 5.0, 0.0, -3.0, 3.0, 4.0, -4.0, 2.0];
        assert_eq!(estimate_prototype(&waveforms, 3, 1, &Unattended).unwrap(), [0.5, -1.0, 0.5]);
        assert!(estimate_prototype(&[0.0; 3], 3, 1, &Unattended).is_err());
    }
}
