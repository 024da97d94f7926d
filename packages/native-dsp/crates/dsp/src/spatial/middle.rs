use super::median::MedianFinder;
use super::plan::Middle;

/// The median of a non-empty slice, NaN if there is one.
pub(super) fn middle(values: &[f32], middle: Middle, finder: &mut MedianFinder) -> f32 {
    if values.iter().fold(false, |any, value| any | value.is_nan()) {
        return f32::NAN;
    }
    let middles = finder.find(values);
    match middle {
        Middle::Mean => middles.mean(),
        Middle::Upper => middles.upper,
        Middle::Lower => middles.lower,
    }
}
