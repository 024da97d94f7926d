//! The exact median of values that may be anything.

use crate::spatial::median::select;

/// The median of a non-empty slice; the mean of the two middle values for an even length, `NaN` if there is one.
///
/// `keys` is room to sort in.
pub(crate) fn median(values: &[f32], keys: &mut Vec<i32>) -> f32 {
    let any_nan = values.iter().fold(false, |any, value| any | value.is_nan());
    if any_nan { f32::NAN } else { select(values, keys).mean() }
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
    fn the_middle_one_of_an_odd_count_is_its_own_mean_however_large() {
        assert_eq!(median(&[f32::MAX], &mut Vec::new()), f32::MAX);
    }
}
