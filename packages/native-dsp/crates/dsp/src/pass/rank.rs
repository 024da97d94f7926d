//! The middle of many values that lie in pieces, without bringing them together.

/// What is looked at: a value's distance from a middle, or the value itself.
#[derive(Clone, Copy)]
pub enum Measure {
    Value,
    DistanceFrom(f32),
}

impl Measure {
    #[inline(always)]
    fn of(self, value: f32) -> f32 {
        match self {
            Self::Value => value,
            Self::DistanceFrom(middle) => (value - middle).abs(),
        }
    }
}

/// Buffers that a thread uses again.
#[derive(Default)]
pub struct RankScratch {
    candidates: Vec<f32>,
}

/// When so few values may be the one that is looked for, they are put in order.
const FEW: usize = 512;
/// Values by which the search begins.
const PROBES: usize = 256;

/// The median of all values, none of them `NaN`: the mean of the two middle ones of an even number, in single precision, as
/// NumPy computes it; `NaN` of none.
///
/// The two middle ones are found by counting: a bracket around them is narrowed, by interpolation, until few are left.
pub fn median(pieces: &[&[f32]], measure: Measure, scratch: &mut RankScratch) -> f32 {
    let count: usize = pieces.iter().map(|piece| piece.len()).sum();
    if count == 0 {
        return f32::NAN;
    }
    let (lower, upper) = ((count - 1) / 2, count / 2);
    // Ranks `low_count .. high_count` are those of the values above `low`, up to `high`.
    let (mut low, mut high) = (f32::NEG_INFINITY, f32::INFINITY);
    let (mut low_count, mut high_count) = (0, count);
    let mut guess = probe(pieces, count, measure, scratch);
    while high_count - low_count > FEW {
        let [first, second] = guess;
        let (first, second) = (clamped(first, low, high), clamped(second, low, high));
        let counts = count_up_to(pieces, measure, [first, second]);
        let before = high_count - low_count;
        for (pivot, below) in [(first, counts[0]), (second, counts[1])] {
            if below <= lower && pivot >= low {
                (low, low_count) = (pivot, below);
            } else if below > upper && pivot < high {
                (high, high_count) = (pivot, below);
            } else if below == upper && lower < upper {
                // The pivot parts the two middle ones.
                let (down, up) = around(pieces, measure, pivot);
                return (down + up) / 2.0;
            }
        }
        let left = high_count - low_count;
        guess = if left * 2 > before || low.is_infinite() || high.is_infinite() {
            let middle = between(low, high);
            if middle == low || middle == high {
                // Nothing lies between: all that are left are `high`.
                return high;
            }
            [middle, middle]
        } else {
            // As if the values were spread evenly, and a little to either side.
            let at = |rank: f64| low + (high - low) * ((rank - low_count as f64) / left as f64) as f32;
            let slack = (left / 32).max(64) as f64;
            [at(lower as f64 - slack), at(upper as f64 + 1.0 + slack)]
        };
    }
    let candidates = &mut scratch.candidates;
    candidates.clear();
    for piece in pieces {
        collect(piece, measure, low, high, candidates);
    }
    let at = upper - low_count;
    let (below, &mut middle, _) = candidates.select_nth_unstable_by(at, f32::total_cmp);
    if lower == upper {
        return middle;
    }
    (below.iter().copied().fold(f32::NEG_INFINITY, f32::max) + middle) / 2.0
}

/// A pivot that cannot part the bracket does no harm: it is moved to its middle.
fn clamped(pivot: f32, low: f32, high: f32) -> f32 {
    if pivot > low && pivot < high { pivot } else { between(low, high) }
}

/// A number between two, half-way in the order of all numbers that single precision has.
fn between(low: f32, high: f32) -> f32 {
    let ordered = |value: f32| {
        let bits = value.to_bits() as i32;
        i64::from(bits ^ ((bits >> 31) & i32::MAX))
    };
    let middle = ((ordered(low) + ordered(high)) >> 1) as i32;
    f32::from_bits((middle ^ ((middle >> 31) & i32::MAX)) as u32)
}

/// Values near to 0.4 and 0.6 of the way, by a few of them.
fn probe(pieces: &[&[f32]], count: usize, measure: Measure, scratch: &mut RankScratch) -> [f32; 2] {
    let candidates = &mut scratch.candidates;
    candidates.clear();
    let step = count.div_ceil(PROBES);
    for piece in pieces {
        candidates.extend(piece.iter().step_by(step).map(|&value| measure.of(value)));
    }
    candidates.sort_unstable_by(f32::total_cmp);
    let at = |share: usize| candidates[(candidates.len() * share / 10).min(candidates.len() - 1)];
    [at(4), at(6)]
}

fn count_up_to(pieces: &[&[f32]], measure: Measure, pivots: [f32; 2]) -> [usize; 2] {
    let mut counts = [0; 2];
    for piece in pieces {
        let [first, second] = counted(piece, measure, pivots);
        counts[0] += first;
        counts[1] += second;
    }
    counts
}

/// The greatest value up to a pivot, and the least above it.
fn around(pieces: &[&[f32]], measure: Measure, pivot: f32) -> (f32, f32) {
    let values = pieces.iter().flat_map(|piece| piece.iter()).map(|&value| measure.of(value));
    values.fold((f32::NEG_INFINITY, f32::INFINITY), |(down, up), value| {
        if value <= pivot { (down.max(value), up) } else { (down, up.min(value)) }
    })
}

fn counted(values: &[f32], measure: Measure, pivots: [f32; 2]) -> [usize; 2] {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { counted_avx2(values, measure, pivots) };
    }
    counted_portable(values, measure, pivots)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn counted_avx2(values: &[f32], measure: Measure, pivots: [f32; 2]) -> [usize; 2] {
    counted_portable(values, measure, pivots)
}

#[inline(always)]
fn counted_portable(values: &[f32], measure: Measure, [first, second]: [f32; 2]) -> [usize; 2] {
    match measure {
        Measure::Value => counted_by(values, |value| value, first, second),
        Measure::DistanceFrom(middle) => counted_by(values, |value| (value - middle).abs(), first, second),
    }
}

#[inline(always)]
fn counted_by(values: &[f32], of: impl Fn(f32) -> f32, first: f32, second: f32) -> [usize; 2] {
    let (mut one, mut two) = (0_u32, 0_u32);
    for &value in values {
        let value = of(value);
        one += u32::from(value <= first);
        two += u32::from(value <= second);
    }
    [one as usize, two as usize]
}

/// Appends the values above `low`, up to `high`.
fn collect(values: &[f32], measure: Measure, low: f32, high: f32, found: &mut Vec<f32>) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { collect_avx2(values, measure, low, high, found) };
    }
    collect_portable(values, measure, low, high, found);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn collect_avx2(values: &[f32], measure: Measure, low: f32, high: f32, found: &mut Vec<f32>) {
    collect_portable(values, measure, low, high, found);
}

#[inline(always)]
fn collect_portable(values: &[f32], measure: Measure, low: f32, high: f32, found: &mut Vec<f32>) {
    match measure {
        Measure::Value => collect_by(values, |value| value, low, high, found),
        Measure::DistanceFrom(middle) => collect_by(values, |value| (value - middle).abs(), low, high, found),
    }
}

/// Values that are looked at together; most of them hold none.
const LOOKED_AT: usize = 16;

#[inline(always)]
fn collect_by(values: &[f32], of: impl Fn(f32) -> f32, low: f32, high: f32, found: &mut Vec<f32>) {
    let within = |value: f32| (value > low) & (value <= high);
    let mut parts = values.chunks_exact(LOOKED_AT);
    for part in &mut parts {
        let mut any = 0_u32;
        for &value in part {
            any |= u32::from(within(of(value)));
        }
        if any != 0 {
            found.extend(part.iter().map(|&value| of(value)).filter(|&value| within(value)));
        }
    }
    found.extend(parts.remainder().iter().map(|&value| of(value)).filter(|&value| within(value)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::noise::noise_levels;
    use crate::{Unattended, measure};

    fn values(count: usize, of: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32
        };
        (0..count).map(|_| of(next(), next())).collect()
    }

    #[test]
    fn it_is_the_median_of_all_pieces_together() {
        let normal =
            |one: f32, two: f32| (-2.0 * one.max(1e-9).ln()).sqrt() * (std::f32::consts::TAU * two).cos() * 10.0;
        let shapes: [&dyn Fn(f32, f32) -> f32; 6] = [
            &normal,
            &|one, two| normal(one, two).round(),
            &|_, _| -3.5,
            &|one, _| if one < 0.5 { -1e9 } else { 1e-9 },
            &|one, _| (1.0 / (one - 0.5)).powi(3),
            &|one, two| if two < 0.8 { 0.0 } else { one },
        ];
        for (shape, of) in shapes.iter().enumerate() {
            for count in [1, 2, 7, 2048, 2049, 4096, 65_536, 65_537] {
                let values = values(count, of);
                let pieces: Vec<&[f32]> = values.chunks(count.div_ceil(3)).chain([&[][..]]).collect();
                let found = median(&pieces, Measure::Value, &mut RankScratch::default());
                assert_eq!(found, measure::median::median(&values, &mut Vec::new()), "shape {shape}, {count} values");
            }
        }
    }

    #[test]
    fn deviations_are_those_of_noise_levels() {
        let values = values(40_001, |one, two| one * one - two);
        let pieces = [&values[..100], &values[100..]];
        let scratch = &mut RankScratch::default();
        let middle = median(&pieces, Measure::Value, scratch);
        let deviation = median(&pieces, Measure::DistanceFrom(middle), scratch);
        let expected = noise_levels(&values, 1, &Unattended).unwrap()[0];
        assert_eq!(deviation / crate::measure::noise::NORMAL_DEVIATION, expected);
    }

    #[test]
    fn nothing_has_no_median() {
        assert!(median(&[&[]], Measure::Value, &mut RankScratch::default()).is_nan());
    }
}
