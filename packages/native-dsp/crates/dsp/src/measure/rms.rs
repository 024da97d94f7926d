//! The root of the mean square of each channel.

use crate::Result;
use crate::control::Control;
use crate::frames::require_frames;

/// The root mean square of each channel, in the unit of the traces: `numpy.sqrt(numpy.mean(x ** 2))` in double
/// precision, nothing subtracted. No frames give `NaN`.
pub fn rms(traces: &[f32], channels: usize, control: &dyn Control) -> Result<Vec<f32>> {
    let frames = require_frames(traces.len(), channels)?;
    let mut sums = vec![0.0_f64; channels];
    for (index, frame) in traces.chunks_exact(channels).enumerate() {
        if index.is_multiple_of(4096) {
            control.check()?;
            control.progress(index as f64 / frames as f64);
        }
        for (sum, sample) in sums.iter_mut().zip(frame) {
            *sum += f64::from(*sample) * f64::from(*sample);
        }
    }
    Ok(sums.iter().map(|sum| (sum / frames as f64).sqrt() as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn squares_are_averaged_over_frames() {
        assert_eq!(rms(&[3.0, 1.0, -4.0, 1.0], 2, &Unattended).unwrap(), [12.5_f32.sqrt(), 1.0]);
        assert!(rms(&[], 1, &Unattended).unwrap()[0].is_nan());
        assert!(rms(&[1.0], 2, &Unattended).is_err());
    }
}
