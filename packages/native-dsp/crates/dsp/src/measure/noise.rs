//! Noise levels from the median absolute deviation.

use crate::Result;
use crate::control::Control;
use crate::frames::require_frames;
use crate::measure::median::median;

/// The median absolute deviation of a normal distribution with standard deviation 1.
pub const NORMAL_DEVIATION: f32 = 0.674_489_75;

/// The noise level of each channel, in the unit of the traces: `median(|x - median(x)|) / 0.6744897501960817`.
///
/// Medians of an even count are the mean of the two middle values, in single precision, as in
/// NumPy. No frames give `NaN`.
pub fn noise_levels(traces: &[f32], channels: usize, control: &dyn Control) -> Result<Vec<f32>> {
    require_frames(traces.len(), channels)?;
    noise_levels_of(&[traces], channels, control)
}

/// The channels that are taken out of the frames at a time: one cache line.
const CHANNELS_AT_A_TIME: usize = 16;

/// The noise levels of several stretches of frames together.
pub(crate) fn noise_levels_of<T: AsRef<[f32]>>(
    stretches: &[T],
    channels: usize,
    control: &dyn Control,
) -> Result<Vec<f32>> {
    let mut keys = Vec::new();
    let mut levels = Vec::with_capacity(channels);
    let mut taken: [Vec<f32>; CHANNELS_AT_A_TIME] = Default::default();
    for first in (0..channels).step_by(CHANNELS_AT_A_TIME) {
        taken.iter_mut().for_each(Vec::clear);
        for frame in stretches.iter().flat_map(|traces| traces.as_ref().chunks_exact(channels)) {
            for (samples, sample) in taken.iter_mut().zip(&frame[first..]) {
                samples.push(*sample);
            }
        }
        for samples in taken.iter_mut().take(channels - first) {
            control.check()?;
            levels.push(noise_level(samples, &mut keys));
            control.progress(levels.len() as f64 / channels as f64);
        }
    }
    Ok(levels)
}

/// The noise level of one channel's samples, which it changes.
fn noise_level(samples: &mut [f32], keys: &mut Vec<i32>) -> f32 {
    if samples.is_empty() {
        return f32::NAN;
    }
    let middle = median(samples, keys);
    for sample in &mut *samples {
        *sample = (*sample - middle).abs();
    }
    median(samples, keys) / NORMAL_DEVIATION
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
