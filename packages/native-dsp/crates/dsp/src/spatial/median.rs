//! The exact median of a frame, fast where frames follow each other.

/// The two middle values of an odd or even number of values; the same one twice for an odd number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Middles {
    pub lower: f32,
    pub upper: f32,
}

impl Middles {
    /// `numpy.median`: the mean of the two.
    pub fn mean(self) -> f32 {
        (self.lower + self.upper) / 2.0
    }
}

/// Finds the middle values of one frame after the other; what it keeps of the last makes the next one fast, and changes
/// no result.
pub struct MedianFinder {
    #[cfg(target_arch = "x86_64")]
    bisection: Option<avx2::Bisection>,
    keys: Vec<i32>,
}

impl Default for MedianFinder {
    fn default() -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            bisection: avx2::Bisection::detect(),
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
            bisection: None,
            keys: Vec::new(),
        }
    }

    /// The middle values of a non-empty frame of numbers (of which none is NaN).
    ///
    /// With AVX2: values in sixteenths, as int16, are counted below two bounds around where the median is supposed to
    /// be, until few values are left between bounds; those are compared with each other.
    pub fn find(&mut self, values: &[f32]) -> Middles {
        #[cfg(target_arch = "x86_64")]
        if let Some(bisection) = &mut self.bisection {
            // SAFETY: a bisection is made where the processor has the instructions.
            if let Some(middles) = unsafe { bisection.find(values) } {
                return middles;
            }
        }
        select(values, &mut self.keys)
    }
}

/// The middle values by selection.
fn select(values: &[f32], keys: &mut Vec<i32>) -> Middles {
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

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::Middles;

    /// Sixteenths.
    const SCALE: f32 = 16.0;
    /// Beyond this, float to int32 has no result; it is far beyond int16 sixteenths.
    const LIMIT: f32 = 1e8;
    /// Values between the bounds that are compared with each other.
    const MOST: usize = 16;
    /// With more values than this, sums of counts would not fit into 16 bits.
    const LONGEST: usize = 32_000;
    /// Counting further would not help.
    const MOST_PASSES: usize = 24;
    /// Values on either side of where the median was that the first bounds lie apart; ...
    const FIRST_HALF: f32 = 12.0;
    /// ... and of where it is supposed to be, the next ones: together somewhat fewer than [`MOST`].
    const HALF: f32 = 5.5;

    pub struct Bisection {
        words: Vec<i16>,
        candidates: Vec<f32>,
        /// Where the median was, in sixteenths.
        guess: i32,
        /// How many values there were in a sixteenth around it.
        density: f32,
    }

    impl Bisection {
        pub fn detect() -> Option<Self> {
            let known = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt");
            known.then(|| Self { words: Vec::new(), candidates: Vec::new(), guess: 0, density: 1.0 })
        }

        /// None where counting does not lead to few values: many are equal, or most are beyond what words hold.
        ///
        /// # Safety
        /// The processor has AVX2, FMA, BMI2 and POPCNT.
        #[target_feature(enable = "avx2,fma,bmi2,popcnt")]
        pub unsafe fn find(&mut self, values: &[f32]) -> Option<Middles> {
            if values.is_empty() || values.len() > LONGEST {
                return None;
            }
            self.narrow(values);
            let (first, second) = ((values.len() - 1) / 2, values.len() / 2);
            let bounds = self.bracket(first, second)?;
            self.collect(values, &bounds);
            if self.candidates.len() > MOST {
                let (first, second) = (first - bounds.below, second - bounds.below);
                self.candidates.sort_unstable_by(f32::total_cmp);
                return Some(Middles { lower: self.candidates[first], upper: self.candidates[second] });
            }
            Some(self.pick(first - bounds.below, second - bounds.below))
        }

        /// Words of the values; behind them, words that are never below a bound.
        #[target_feature(enable = "avx2")]
        fn narrow(&mut self, values: &[f32]) {
            let padded = values.len().next_multiple_of(16);
            self.words.resize(padded, 0);
            let (limit, scale) = (_mm256_set1_ps(LIMIT), _mm256_set1_ps(SCALE));
            let (whole, rest) = values.as_chunks::<16>();
            let (words, behind) = self.words.as_chunks_mut::<16>().0.split_at_mut(whole.len());
            for (values, words) in whole.iter().zip(words) {
                // SAFETY: there are sixteen values and room for sixteen words.
                unsafe {
                    let low = _mm256_mul_ps(_mm256_min_ps(_mm256_loadu_ps(values.as_ptr()), limit), scale);
                    let high = _mm256_mul_ps(_mm256_min_ps(_mm256_loadu_ps(values.as_ptr().add(8)), limit), scale);
                    let packed = _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
                    let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(packed);
                    _mm256_storeu_si256(words.as_mut_ptr().cast(), packed);
                }
            }
            if let Some(behind) = behind.first_mut() {
                *behind = [i16::MAX; 16];
                for (word, value) in behind.iter_mut().zip(rest) {
                    *word = (value.min(LIMIT) * SCALE).round_ties_even() as i16;
                }
            }
        }

        /// How many words are below each of two bounds.
        #[target_feature(enable = "avx2")]
        fn count(&self, low: i16, high: i16) -> (usize, usize) {
            let (low, high) = (_mm256_set1_epi16(low), _mm256_set1_epi16(high));
            let zero = _mm256_setzero_si256();
            let (mut lows, mut highs) = (zero, zero);
            for words in self.words.as_chunks::<16>().0 {
                // SAFETY: there are sixteen words.
                let words = unsafe { _mm256_loadu_si256(words.as_ptr().cast()) };
                lows = _mm256_sub_epi16(lows, _mm256_cmpgt_epi16(low, words));
                highs = _mm256_sub_epi16(highs, _mm256_cmpgt_epi16(high, words));
            }
            // Sixteen counts of each become one: pairs, then across.
            let ones = _mm256_set1_epi16(1);
            let sums = _mm256_hadd_epi32(_mm256_madd_epi16(lows, ones), _mm256_madd_epi16(highs, ones));
            let sums = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
            let sums = _mm_add_epi32(sums, _mm_shuffle_epi32::<0b10_11_00_01>(sums));
            (_mm_cvtsi128_si32(sums) as usize, _mm_extract_epi32::<2>(sums) as usize)
        }

        /// Bounds that hold both middle values and, unless they are next to each other, few others.
        #[target_feature(enable = "avx2")]
        fn bracket(&mut self, first: usize, second: usize) -> Option<Bounds> {
            const LEAST: i32 = i16::MIN as i32 + 1;
            const GREATEST: i32 = i16::MAX as i32;
            let (mut low, mut below) = (LEAST - 1, 0);
            let (mut high, mut until) = (GREATEST + 1, self.words.len());
            let rank = (first + second) as f32 * 0.5 + 0.5;
            let (mut middle, mut half) = (self.guess as f32, FIRST_HALF / self.density);
            for pass in 0..MOST_PASSES {
                let at = |value: f32| (value.round_ties_even() as i32).clamp(low.max(LEAST - 1) + 1, high - 1);
                let (lower, upper) = (at(middle - half), at(middle + half));
                let (lows, highs) = self.count(lower as i16, upper as i16);
                if pass == 0 && upper > lower {
                    let found = (highs - lows) as f32 / (upper - lower) as f32;
                    self.density += 0.25 * (found.clamp(0.03, 12.0) - self.density);
                }
                // Bounds of both middle values: not more than the first are below the one, more than the second below the other.
                for (bound, count) in [(lower, lows), (upper, highs)] {
                    if count <= first && bound > low {
                        (low, below) = (bound, count);
                    } else if count > second && bound < high {
                        (high, until) = (bound, count);
                    }
                }
                if low >= LEAST && high <= GREATEST {
                    let density = (until - below) as f32 / (high - low) as f32;
                    if until - below <= MOST || high - low <= 1 {
                        self.guess = low + ((rank - below as f32) / density) as i32;
                        return Some(Bounds { low, high, below });
                    }
                    middle = low as f32 + (rank - below as f32) / density;
                    half = (HALF / density).min((high - low) as f32 * 0.25);
                } else if high - low <= 1 {
                    return None;
                } else {
                    let (from, count) = if low >= LEAST { (low, below) } else { (high, until) };
                    let jump = (rank - count as f32) / self.density * (1 + pass) as f32;
                    middle = from as f32 + jump;
                    half = (HALF / self.density).max(jump.abs() * 0.25);
                }
            }
            None
        }

        /// Takes the values within bounds.
        #[target_feature(enable = "avx2,bmi2,popcnt")]
        fn collect(&mut self, values: &[f32], bounds: &Bounds) {
            self.candidates.clear();
            self.candidates.reserve(values.len() + 8);
            let low = _mm256_set1_epi16(bounds.low as i16);
            let last = _mm256_set1_epi16((bounds.high - 1) as i16);
            let mut found = 0;
            let to = self.candidates.as_mut_ptr();
            let (whole, rest) = values.as_chunks::<16>();
            for (values, words) in whole.iter().zip(self.words.as_chunks::<16>().0) {
                // SAFETY: there are sixteen values and words; when eight are stored, fewer than there are values
                // have been found, and the candidates have room for eight more.
                unsafe {
                    let words = _mm256_loadu_si256(words.as_ptr().cast());
                    let outside = _mm256_or_si256(_mm256_cmpgt_epi16(low, words), _mm256_cmpgt_epi16(words, last));
                    let inside = !(_mm256_movemask_epi8(_mm256_packs_epi16(outside, outside)) as u32);
                    for half in 0..2 {
                        let mask = (inside >> (16 * half)) & 0xff;
                        let order: *const __m128i = COMPRESS[mask as usize].as_ptr().cast();
                        let order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(order));
                        let eight = _mm256_loadu_ps(values.as_ptr().add(8 * half));
                        _mm256_storeu_ps(to.add(found), _mm256_permutevar8x32_ps(eight, order));
                        found += mask.count_ones() as usize;
                    }
                }
            }
            // SAFETY: so many were stored.
            unsafe { self.candidates.set_len(found) };
            let words = &self.words[whole.len() * 16..];
            for (value, word) in rest.iter().zip(words) {
                if (bounds.low..bounds.high).contains(&i32::from(*word)) {
                    self.candidates.push(*value);
                }
            }
        }

        /// The values of two ranks among the candidates: those that not more are below of.
        #[target_feature(enable = "avx2")]
        fn pick(&self, first: usize, second: usize) -> Middles {
            let mut sixteen = [f32::INFINITY; MOST];
            sixteen[..self.candidates.len()].copy_from_slice(&self.candidates);
            // SAFETY: there are sixteen values.
            let (a, b) = unsafe { (_mm256_loadu_ps(sixteen.as_ptr()), _mm256_loadu_ps(sixteen.as_ptr().add(8))) };
            let zero = _mm256_setzero_si256();
            let (mut below_a, mut below_b) = (zero, zero);
            for value in &sixteen {
                let value = _mm256_set1_ps(*value);
                below_a = _mm256_sub_epi32(below_a, _mm256_castps_si256(_mm256_cmp_ps::<_CMP_LT_OQ>(value, a)));
                below_b = _mm256_sub_epi32(below_b, _mm256_castps_si256(_mm256_cmp_ps::<_CMP_LT_OQ>(value, b)));
            }
            // Of the values that at most so many are below of, the largest.
            let value = |rank: usize| {
                let rank = _mm256_set1_epi32(rank as i32);
                let least = _mm256_set1_ps(f32::NEG_INFINITY);
                let keep_a = _mm256_blendv_ps(a, least, _mm256_castsi256_ps(_mm256_cmpgt_epi32(below_a, rank)));
                let keep_b = _mm256_blendv_ps(b, least, _mm256_castsi256_ps(_mm256_cmpgt_epi32(below_b, rank)));
                let eight = _mm256_max_ps(keep_a, keep_b);
                let four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
                let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
                _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
            };
            Middles { lower: value(first), upper: value(second) }
        }
    }

    /// Words from `low` up to `high`, and how many are below.
    struct Bounds {
        low: i32,
        high: i32,
        below: usize,
    }

    /// For each mask of eight lanes, the lanes that are set.
    static COMPRESS: [[u8; 8]; 256] = {
        let mut table = [[0; 8]; 256];
        let mut mask = 0;
        while mask < 256 {
            let (mut lane, mut to) = (0, 0);
            while lane < 8 {
                if mask >> lane & 1 == 1 {
                    table[mask][to] = lane as u8;
                    to += 1;
                }
                lane += 1;
            }
            mask += 1;
        }
        table
    };
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
            }
        }
    }

    #[test]
    fn an_even_number_has_the_mean_of_the_two_middle_values() {
        assert_eq!(MedianFinder::default().find(&[1.0, 8.0, 2.0, 4.0]).mean(), 3.0);
        assert_eq!(MedianFinder::default().find(&[-3.0, 8.0, 2.5]).mean(), 2.5);
    }
}
