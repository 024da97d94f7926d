//! Noise levels from the median absolute deviation.

use crate::Result;
use crate::control::Control;
use crate::reference::{median, require_frames};

/// The median absolute deviation of a normal distribution with standard deviation 1.
pub const NORMAL_DEVIATION: f32 = 0.674_489_75;

/// The noise level of each channel, in the unit of the traces: `median(|x - median(x)|) / 0.6744897501960817`.
///
/// Medians of an even count are the mean of the two middle values, in single precision, as in
/// NumPy. No frames give `NaN`.
pub fn noise_levels(traces: &[f32], channels: usize, control: &dyn Control) -> Result<Vec<f32>> {
    require_frames(traces.len(), channels)?;
    let mut samples = Vec::with_capacity(traces.len() / channels);
    let mut levels = Vec::with_capacity(channels);
    for channel in 0..channels {
        control.check()?;
        samples.clear();
        samples.extend(traces.chunks_exact(channels).map(|frame| frame[channel]));
        levels.push(noise_level(&mut samples));
        control.progress((channel + 1) as f64 / channels as f64);
    }
    Ok(levels)
}

/// The noise level of one channel's samples, which it changes.
pub(crate) fn noise_level(samples: &mut [f32]) -> f32 {
    if samples.is_empty() {
        return f32::NAN;
    }
    let middle = median(samples);
    for sample in &mut *samples {
        *sample = (*sample - middle).abs();
    }
    median(samples) / NORMAL_DEVIATION
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn the_level_of_each_channel_is_its_scaled_median_deviation() {
        // Channel 0: 1 2 3 4 10, median 3, deviations 2 1 0 1 7, median 1. Channel 1: constant.
        let traces = [1.0, 5.0, 2.0, 5.0, 3.0, 5.0, 4.0, 5.0, 10.0, 5.0];
        assert_eq!(noise_levels(&traces, 2, &Unattended).unwrap(), [1.0 / NORMAL_DEVIATION, 0.0]);
    }

    #[test]
    fn no_frames_have_no_level() {
        assert!(noise_levels(&[], 1, &Unattended).unwrap()[0].is_nan());
    }
}
