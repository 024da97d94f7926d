//! What operations over traces in memory share: whole frames, and exact medians.

use crate::{DspError, Result};

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

    #[test]
    fn an_even_count_has_the_mean_of_the_two_middle_values_for_a_median() {
        assert_eq!(median(&[1.0, 8.0, 2.0, 4.0], &mut Vec::new()), 3.0);
        assert_eq!(median(&[16.0, -11.0, 12.0], &mut Vec::new()), 12.0);
    }

    #[test]
    fn a_nan_of_either_sign_is_the_median() {
        for nan in [f32::NAN, -f32::NAN] {
            assert!(median(&[1.0, nan, 3.0], &mut Vec::new()).is_nan());
        }
    }

    #[test]
    fn a_partial_frame_is_refused() {
        assert_eq!(require_frames(7, 3), Err(DspError::RaggedFrames { samples: 7, channels: 3 }));
        assert_eq!(require_frames(0, 0), Err(DspError::RaggedFrames { samples: 0, channels: 0 }));
    }
}
