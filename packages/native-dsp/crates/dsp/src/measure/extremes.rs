//! How far frames of counts reach, and how far they step: 16 columns at a time where the processor has AVX2.

use std::ops::Range;

use crate::{DspError, Result};

/// What counts as far, in whole counts: at least so much of `|x|`, of `|x[t + 1] - x[t]|`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    reach: u32,
    step: u32,
}

/// More than any difference of two counts.
const NEVER: u32 = 1 << 16;

impl Bounds {
    /// `|x| > level` and `|step| >= slope`; both are numbers that are not negative.
    pub fn new(level: f64, slope: f64) -> Self {
        let whole = |value: f64| value.min(f64::from(NEVER)) as u32;
        Self { reach: whole(level.floor() + 1.0), step: whole(slope.ceil()) }
    }

    pub fn none() -> Self {
        Self { reach: NEVER, step: NEVER }
    }
}

/// What some column of a frame does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Signs {
    /// May be far out.
    pub beyond: bool,
    /// May step far towards the next frame.
    pub steep: bool,
    /// Differs from the next frame.
    pub moves: bool,
}

/// The columns that count, as runs of neighbours.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    width: usize,
    runs: Vec<Range<usize>>,
    vectors: bool,
}

impl Columns {
    pub fn prepare(width: usize, take: &[usize]) -> Result<Self> {
        if take.is_empty() {
            return Err(DspError::InvalidParameter { name: "columns", value: 0.0, expected: "at least one column" });
        }
        require_columns(width, take)?;
        let mut sorted = take.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut runs: Vec<Range<usize>> = Vec::new();
        for column in sorted {
            match runs.last_mut() {
                Some(run) if run.end == column => run.end += 1,
                _ => runs.push(column..column + 1),
            }
        }
        Ok(Self { width, runs, vectors: has_vectors() })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// What the columns of a frame do; none of it can be missed, `beyond` and `steep` may be said too often.
    pub fn signs(&self, now: &[i16], next: Option<&[i16]>, bounds: &Bounds) -> Signs {
        let mut signs = Signs { beyond: false, steep: false, moves: false };
        for run in &self.runs {
            let now = &now[run.clone()];
            let found = self.signs_of(now, next.map_or(now, |next| &next[run.clone()]), bounds);
            signs.beyond |= found.beyond;
            signs.steep |= found.steep;
            signs.moves |= found.moves;
        }
        signs
    }

    fn signs_of(&self, now: &[i16], next: &[i16], bounds: &Bounds) -> Signs {
        #[cfg(target_arch = "x86_64")]
        if self.vectors && now.len() >= avx2::LANES {
            // SAFETY: the processor has AVX2, and both slices have the same length of at least 16.
            return unsafe { avx2::signs(now, next, bounds) };
        }
        portable::signs(now, next, bounds)
    }

    /// How many columns reach far.
    pub fn beyond(&self, now: &[i16], bounds: &Bounds) -> usize {
        let far = |count: &&i16| u32::from(count.unsigned_abs()) >= bounds.reach;
        self.runs.iter().map(|run| now[run.clone()].iter().filter(far).count()).sum()
    }

    /// How many columns step far.
    pub fn steep(&self, now: &[i16], next: &[i16], bounds: &Bounds) -> usize {
        let far = |(now, next): &(&i16, &i16)| u32::from(now.abs_diff(**next)) >= bounds.step;
        let pairs = |run: &Range<usize>| now[run.clone()].iter().zip(&next[run.clone()]).filter(far).count();
        self.runs.iter().map(pairs).sum()
    }
}

/// Refuses columns that frames of `width` words do not have.
pub(super) fn require_columns(width: usize, columns: &[usize]) -> Result<()> {
    let expected = "columns that the frames have";
    let unknown = columns.iter().find(|column| **column >= width);
    unknown
        .map_or(Ok(()), |column| Err(DspError::InvalidParameter { name: "columns", value: *column as f64, expected }))
}

pub(super) fn has_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx2")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

mod portable {
    use super::{Bounds, Signs};

    pub fn signs(now: &[i16], next: &[i16], bounds: &Bounds) -> Signs {
        let (mut reach, mut step) = (0, 0);
        for (now, next) in now.iter().zip(next) {
            reach = reach.max(now.unsigned_abs());
            step = step.max(now.abs_diff(*next));
        }
        let (reach, step) = (u32::from(reach), u32::from(step));
        Signs { beyond: reach >= bounds.reach, steep: step >= bounds.step, moves: step > 0 }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{Bounds, NEVER, Signs};

    pub const LANES: usize = 16;

    /// Steps saturate at 32767, so that a larger bound is met too often; the last vector overlaps the one before it.
    ///
    /// SAFETY: needs AVX2, and two slices of the same length of at least [`LANES`].
    #[target_feature(enable = "avx2")]
    pub unsafe fn signs(now: &[i16], next: &[i16], bounds: &Bounds) -> Signs {
        let (mut reach, mut step) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        let last = now.len() - LANES;
        let mut at = 0;
        loop {
            // SAFETY: `at` is at most `last`, and both slices hold 16 counts from there.
            let (a, b) = unsafe {
                (_mm256_loadu_si256(now.as_ptr().add(at).cast()), _mm256_loadu_si256(next.as_ptr().add(at).cast()))
            };
            reach = _mm256_max_epu16(reach, _mm256_abs_epi16(a));
            step = _mm256_max_epu16(step, _mm256_abs_epi16(_mm256_subs_epi16(b, a)));
            if at == last {
                break;
            }
            at = (at + LANES).min(last);
        }
        Signs {
            beyond: any(reach, bounds.reach),
            steep: any(step, if bounds.step < NEVER { bounds.step.min(i16::MAX as u32) } else { NEVER }),
            moves: _mm256_testz_si256(step, step) == 0,
        }
    }

    #[target_feature(enable = "avx2")]
    fn any(values: __m256i, bound: u32) -> bool {
        if bound >= NEVER {
            return false;
        }
        let bound = _mm256_set1_epi16(bound as u16 as i16);
        _mm256_movemask_epi8(_mm256_cmpeq_epi16(_mm256_max_epu16(values, bound), values)) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_vectors_miss_nothing() {
        let mut random = 7_u64;
        for length in [16, 17, 31, 32, 100, 384] {
            for scale in [0, 3, 1000, 65_535] {
                let mut counts = || -> Vec<i16> {
                    let mut next = || {
                        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        (random >> 33) as i64
                    };
                    (0..length).map(|_| (next() % (scale + 1) - scale / 2) as i16).collect()
                };
                let (now, next) = (counts(), counts());
                for bounds in [Bounds::new(1.0, 2.0), Bounds::new(500.0, 700.0), Bounds::new(30_000.0, 32_767.0)] {
                    if !has_vectors() {
                        return;
                    }
                    let expected = portable::signs(&now, &next, &bounds);
                    // SAFETY: there is AVX2, and there are at least 16 counts.
                    assert_eq!(unsafe { avx2::signs(&now, &next, &bounds) }, expected);
                }
            }
        }
    }
}
