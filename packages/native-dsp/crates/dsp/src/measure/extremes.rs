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

    /// Whether surely no column of these frames reaches far, or steps far towards the next one.
    pub fn quiet(&self, counts: &[i16], frames: Range<usize>, bounds: &Bounds) -> bool {
        if *bounds == Bounds::none() {
            return true;
        }
        // the frame after the last one, if there is one, is what that steps to
        let end = (frames.end + 1).min(counts.len() / self.width);
        let window = &counts[frames.start * self.width..end * self.width];
        self.runs.iter().all(|run| self.quiet_run(window, run, bounds))
    }

    fn quiet_run(&self, window: &[i16], run: &Range<usize>, bounds: &Bounds) -> bool {
        #[cfg(target_arch = "x86_64")]
        if self.vectors && run.len() >= avx2::LANES {
            // SAFETY: the processor has AVX2, and the run lies inside of the frames.
            return unsafe { avx2::quiet(window, self.width, run, bounds) };
        }
        portable::quiet(window, self.width, run, bounds)
    }

    /// How many columns of a frame reach far.
    pub fn beyond(&self, counts: &[i16], frame: usize, bounds: &Bounds) -> usize {
        self.count(counts, frame, None, bounds.reach)
    }

    /// How many columns of a frame step far towards the next one; none of the last frame.
    pub fn steep(&self, counts: &[i16], frame: usize, bounds: &Bounds) -> usize {
        if (frame + 2) * self.width > counts.len() {
            return 0;
        }
        self.count(counts, frame, Some(frame + 1), bounds.step)
    }

    /// How many columns are at least so far from 0, or from where they are in another frame.
    fn count(&self, counts: &[i16], frame: usize, other: Option<usize>, bound: u32) -> usize {
        let Ok(bound) = u16::try_from(bound) else { return 0 };
        let of = |frame: usize, run: &Range<usize>| &counts[frame * self.width + run.start..][..run.len()];
        let count = |run: &Range<usize>| {
            let (here, there) = (of(frame, run), other.map(|other| of(other, run)));
            #[cfg(target_arch = "x86_64")]
            if self.vectors {
                // SAFETY: the processor has AVX2.
                return unsafe { avx2::count(here, there, bound) };
            }
            portable::count(here, there, bound)
        };
        self.runs.iter().map(count).sum()
    }

    /// Whether some column differs from the next frame; the last frame's do.
    pub fn moves(&self, counts: &[i16], frame: usize) -> bool {
        let (here, next) = (frame * self.width, (frame + 1) * self.width);
        if next + self.width > counts.len() {
            return true;
        }
        let first = self.runs[0].start;
        counts[here + first] != counts[next + first]
            || self.runs.iter().any(|run| counts[here..][run.clone()] != counts[next..][run.clone()])
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
    use super::{Bounds, Range};

    pub fn quiet(window: &[i16], width: usize, run: &Range<usize>, bounds: &Bounds) -> bool {
        let frames = || window.chunks_exact(width).map(|frame| &frame[run.clone()]);
        let reach = frames().flatten().fold(0, |most, count| most.max(count.unsigned_abs()));
        let steps = frames().zip(frames().skip(1)).flat_map(|(here, next)| here.iter().zip(next));
        let step = steps.fold(0, |most, (here, next)| most.max(here.abs_diff(*next)));
        u32::from(reach) < bounds.reach && u32::from(step) < bounds.step
    }

    #[inline(always)]
    pub fn count(here: &[i16], there: Option<&[i16]>, bound: u16) -> usize {
        // sums of 16 bits hold so many
        const MOST: usize = 1 << 15;
        let far = |distance: u16| u16::from(distance >= bound);
        let Some(there) = there else {
            let part = |here: &[i16]| here.iter().map(|count| far(count.unsigned_abs())).sum::<u16>();
            return here.chunks(MOST).map(|here| usize::from(part(here))).sum();
        };
        let part = |(here, there): (&[i16], &[i16])| {
            let pairs = here.iter().zip(there);
            pairs.map(|(here, there)| far(here.abs_diff(*there))).sum::<u16>()
        };
        here.chunks(MOST).zip(there.chunks(MOST)).map(|pair| usize::from(part(pair))).sum()
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{Bounds, NEVER, Range, portable};

    pub const LANES: usize = 16;

    /// Steps saturate at 32767, so that a larger bound is met too often; the last vector overlaps the one before it.
    ///
    /// SAFETY: needs AVX2, and a run of at least [`LANES`] columns of the frames of `width` words in `window`.
    #[target_feature(enable = "avx2")]
    pub unsafe fn quiet(window: &[i16], width: usize, run: &Range<usize>, bounds: &Bounds) -> bool {
        let frames = window.len() / width;
        assert!(run.end <= width && run.len() >= LANES);
        let (mut furthest, mut steepest) = ([_mm256_setzero_si256(); 2], [_mm256_setzero_si256(); 2]);
        let tail = run.end - LANES;
        let pairs = run.len() / (2 * LANES);
        for frame in 0..frames {
            // the last frame steps nowhere
            let (here, there) = (frame * width, (frame + 1).min(frames - 1) * width);
            let mut look = |column: usize, half: usize| {
                // SAFETY: 16 counts from a column up to `tail` on, in frames that the window has.
                let (count, next) = unsafe {
                    let at = window.as_ptr().add(column);
                    (_mm256_loadu_si256(at.add(here).cast()), _mm256_loadu_si256(at.add(there).cast()))
                };
                furthest[half] = _mm256_max_epu16(furthest[half], _mm256_abs_epi16(count));
                let step = _mm256_abs_epi16(_mm256_subs_epi16(next, count));
                steepest[half] = _mm256_max_epu16(steepest[half], step);
            };
            for pair in 0..pairs {
                look(run.start + pair * 2 * LANES, 0);
                look(run.start + pair * 2 * LANES + LANES, 1);
            }
            if pairs * 2 * LANES < run.len() {
                look((run.start + pairs * 2 * LANES).min(tail), 0);
                look(tail, 1);
            }
        }
        let step = if bounds.step < NEVER { bounds.step.min(i16::MAX as u32) } else { NEVER };
        let below = |values: [__m256i; 2], bound: u32| !any(_mm256_max_epu16(values[0], values[1]), bound);
        below(furthest, bounds.reach) && below(steepest, step)
    }

    #[target_feature(enable = "avx2")]
    fn any(values: __m256i, bound: u32) -> bool {
        if bound >= NEVER {
            return false;
        }
        let bound = _mm256_set1_epi16(bound as u16 as i16);
        _mm256_movemask_epi8(_mm256_cmpeq_epi16(_mm256_max_epu16(values, bound), values)) != 0
    }

    /// SAFETY: needs AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn count(here: &[i16], there: Option<&[i16]>, bound: u16) -> usize {
        portable::count(here, there, bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_vectors_find_what_the_portable_code_finds() {
        if !has_vectors() {
            return;
        }
        let mut random = 7_u64;
        let mut next = |scale: i64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (((random >> 33) as i64) % (scale + 1) - scale / 2) as i16
        };
        for length in [16, 17, 31, 32, 33, 100, 384] {
            for scale in [0, 3, 1000, 1400, 65_535] {
                let width = length + 3;
                let window: Vec<i16> = (0..5 * width).map(|_| next(scale)).collect();
                let (run, here, there) = (2..length + 2, &window[..length], &window[width..][..length]);
                for (level, slope) in [(1.0, 2.0), (500.0, 700.0), (700.0, 1390.0), (30_000.0, 32_767.0)] {
                    let bounds = Bounds::new(level, slope);
                    let expected = portable::quiet(&window, width, &run, &bounds);
                    // SAFETY: there is AVX2, and the run has at least 16 columns.
                    assert_eq!(unsafe { avx2::quiet(&window, width, &run, &bounds) }, expected);
                    for other in [None, Some(there)] {
                        let expected = portable::count(here, other, slope as u16);
                        // SAFETY: there is AVX2.
                        assert_eq!(unsafe { avx2::count(here, other, slope as u16) }, expected);
                    }
                }
            }
        }
    }
}
