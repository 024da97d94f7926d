use super::plan::Middle;

/// The median of a non-empty slice, NaN if there is one; `keys` is room to sort in.
pub(super) fn middle(values: &[f32], middle: Middle, keys: &mut Vec<i32>) -> f32 {
    if values.iter().fold(false, |any, value| any | value.is_nan()) {
        return f32::NAN;
    }
    keys.clear();
    keys.extend(values.iter().map(|value| ordered(value.to_bits() as i32)));
    let rank = keys.len() / 2;
    let (below, &mut upper, _) = keys.select_nth_unstable(rank);
    let value = |key| f32::from_bits(ordered(key) as u32);
    if values.len() % 2 == 1 || middle == Middle::Upper {
        return value(upper);
    }
    let lower = below.iter().copied().max().unwrap_or(upper);
    if middle == Middle::Lower { value(lower) } else { (value(lower) + value(upper)) / 2.0 }
}

/// Bits of a float to an integer of the same order, and back; integers are selected faster.
fn ordered(bits: i32) -> i32 {
    bits ^ ((bits >> 31) & i32::MAX)
}
