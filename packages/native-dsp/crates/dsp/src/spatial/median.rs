//! The exact median of a frame, fast where frames follow each other.

#[cfg(target_arch = "x86_64")]
use super::counting::Counting;

/// The two middle values of an odd or even number of values; the same one twice for an odd number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Middles {
    pub lower: f32,
    pub upper: f32,
}

impl Middles {
    /// `numpy.median`: the mean of the two.
    pub fn mean(self) -> f32 {
        // Twice a large number may be none.
        if self.lower == self.upper { self.lower } else { (self.lower + self.upper) / 2.0 }
    }
}

/// Finds the middle values of one frame after the other; what it keeps of the last makes the next one fast, and changes
/// no result.
pub struct MedianFinder {
    #[cfg(target_arch = "x86_64")]
    counting: Option<Counting>,
    keys: Vec<i32>,
}

impl Default for MedianFinder {
    fn default() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            counting: Counting::detect(),
            keys: Vec::new(),
        }
    }
}

impl MedianFinder {
    /// One that uses no instructions beyond those that every processor has.
    #[cfg(test)]
    fn portable() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            counting: None,
            keys: Vec::new(),
        }
    }

    /// The middle values of a non-empty frame of numbers (of which none is NaN).
    ///
    /// With AVX2 or AVX-512: values in sixteenths, as int16, are counted below four bounds around where the median is
    /// supposed to be, until few values are left between bounds; those are compared with each other.
    pub fn find(&mut self, values: &[f32]) -> Middles {
        #[cfg(target_arch = "x86_64")]
        if let Some(middles) = self.counting.as_mut().and_then(|counting| counting.find(values)) {
            return middles;
        }
        select(values, &mut self.keys)
    }
}

/// The middle values by selection; `keys` is room to sort in.
pub(crate) fn select(values: &[f32], keys: &mut Vec<i32>) -> Middles {
    keys.clear();
    keys.extend(values.iter().map(|value| ordered(value.to_bits() as i32)));
    let middle = keys.len() / 2;
    let (below, &mut upper, _) = keys.select_nth_unstable(middle);
    let value = |key| f32::from_bits(ordered(key) as u32);
    let lower = if values.len().is_multiple_of(2) { below.iter().copied().max().unwrap_or(upper) } else { upper };
    Middles { lower: value(lower), upper: value(upper) }
}

/// Bits of a float to an integer of the same order, and back; integers are selected faster.
fn ordered(bits: i32) -> i32 {
    bits ^ ((bits >> 31) & i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_middles(values: &[f32]) -> Middles {
        let mut sorted = values.to_vec();
        sorted.sort_by(f32::total_cmp);
        Middles { lower: sorted[(sorted.len() - 1) / 2], upper: sorted[sorted.len() / 2] }
    }

    /// Frames of every kind: smooth and jumping, narrow and wide, many equal, beyond the words, few and many channels.
    #[test]
    fn middle_values_are_exact_whatever_came_before() {
        let mut state = 7u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / 16_777_216.0 - 0.5
        };
        for channels in [1, 2, 3, 7, 8, 15, 16, 17, 31, 64, 383, 384, 385, 1536] {
            let (mut fast, mut portable) = (MedianFinder::default(), MedianFinder::portable());
            #[cfg(target_arch = "x86_64")]
            let mut narrow = MedianFinder { counting: Counting::detect_narrow(), keys: Vec::new() };
            for frame in 0..400 {
                let width = [0.01, 1.0, 30.0, 600.0, 20_000.0, 4e9][frame / 8 % 6];
                let offset = [0.0, 3.0, -700.0, 1900.0, 2047.9, -30_000.0][frame / 5 % 6];
                let step = [0.0, 0.5, 16.0, 0.0, 0.0][frame % 5];
                let values: Vec<f32> = (0..channels)
                    .map(|_| {
                        let value = offset + width * (random() + random() + random());
                        if step > 0.0 { (value / step).round() * step } else { value }
                    })
                    .collect();
                let expected = sorted_middles(&values);
                assert_eq!(portable.find(&values), expected);
                assert_eq!(fast.find(&values), expected, "{channels} channels, frame {frame}");
                #[cfg(target_arch = "x86_64")]
                assert_eq!(narrow.find(&values), expected, "{channels} channels, frame {frame}");
            }
        }
    }

    #[test]
    fn an_even_number_has_the_mean_of_the_two_middle_values() {
        assert_eq!(MedianFinder::default().find(&[1.0, 8.0, 2.0, 4.0]).mean(), 3.0);
        assert_eq!(MedianFinder::default().find(&[-3.0, 8.0, 2.5]).mean(), 2.5);
    }
}
