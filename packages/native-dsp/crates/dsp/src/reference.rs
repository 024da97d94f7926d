//! Referencing: what all channels share is taken away.

use crate::{Control, DspError, Result};

/// Subtracts from every frame the median over its channels (CMR), in place.
///
/// `traces` is frame-major. For an even channel count the reference is the mean of the two
/// middle values, computed in `f32` as NumPy does; a frame with a `NaN` becomes `NaN`.
pub fn subtract_common_median(traces: &mut [f32], channels: usize, control: &dyn Control) -> Result<()> {
    let frames = require_frames(traces.len(), channels)?;
    let mut keys = Vec::with_capacity(channels);
    for (index, frame) in traces.chunks_exact_mut(channels).enumerate() {
        if index.is_multiple_of(FRAMES_PER_CHECK) {
            control.check()?;
            control.progress(index as f64 / frames as f64);
        }
        let reference = median(frame, &mut keys);
        for sample in frame {
            *sample -= reference;
        }
    }
    Ok(())
}

const FRAMES_PER_CHECK: usize = 4096;

/// The median of a non-empty slice; the mean of the two middle values for an even length, `NaN` if there is one.
///
/// `keys` is room to sort in.
pub(crate) fn median(values: &[f32], keys: &mut Vec<i32>) -> f32 {
    if values.iter().fold(false, |any, value| any | value.is_nan()) {
        return f32::NAN;
    }
    keys.clear();
    keys.extend(values.iter().map(|value| ordered(value.to_bits() as i32)));
    let middle = keys.len() / 2;
    let (below, &mut upper, _) = keys.select_nth_unstable(middle);
    let value = |key| f32::from_bits(ordered(key) as u32);
    if values.len().is_multiple_of(2) {
        let lower = below.iter().copied().max().unwrap_or(upper);
        (value(lower) + value(upper)) / 2.0
    } else {
        value(upper)
    }
}

/// Bits of a float to an integer of the same order, and back; integers are selected faster.
fn ordered(bits: i32) -> i32 {
    bits ^ ((bits >> 31) & i32::MAX)
}

/// Refuses a buffer that does not hold whole frames; returns their number.
pub(crate) fn require_frames(samples: usize, channels: usize) -> Result<usize> {
    if channels == 0 || !samples.is_multiple_of(channels) {
        return Err(DspError::RaggedFrames { samples, channels });
    }
    Ok(samples / channels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn removes_an_offset_shared_by_all_channels() {
        let mut traces = [11.0, 12.0, 16.0, -1.0, 0.0, 4.0];
        subtract_common_median(&mut traces, 3, &Unattended).unwrap();
        assert_eq!(traces, [-1.0, 0.0, 4.0, -1.0, 0.0, 4.0]);
    }

    #[test]
    fn an_even_channel_count_takes_the_mean_of_the_two_middle_values() {
        let mut traces = [1.0, 8.0, 2.0, 4.0];
        subtract_common_median(&mut traces, 4, &Unattended).unwrap();
        assert_eq!(traces, [-2.0, 5.0, -1.0, 1.0]);
    }

    #[test]
    fn a_frame_with_nan_becomes_nan_and_the_others_stay() {
        for nan in [f32::NAN, -f32::NAN] {
            let mut traces = [1.0, nan, 3.0, 4.0, 5.0, 6.0];
            subtract_common_median(&mut traces, 3, &Unattended).unwrap();
            assert!(traces[..3].iter().all(|sample| sample.is_nan()));
            assert_eq!(traces[3..], [-1.0, 0.0, 1.0]);
        }
    }

    #[test]
    fn a_partial_frame_is_refused() {
        let refused = subtract_common_median(&mut [0.0; 7], 3, &Unattended);
        assert_eq!(refused, Err(DspError::RaggedFrames { samples: 7, channels: 3 }));
    }
}
