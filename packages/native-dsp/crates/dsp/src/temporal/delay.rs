//! Counts of a tile, each channel delayed by its part of a sample.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::delay_512::{self, PAIRS, Samples};
use super::lanes::{Row, Scalar, WIDTH};
use super::machine::Machine;
use crate::Result;
use crate::design::delay::{UNIT, design_delay};

/// Frames that are delayed at a time.
pub(crate) const CHUNK: usize = 128;
/// Outputs that are computed together: four of even frames and four of odd ones.
const GROUP: usize = 8;
const LONGEST: usize = 32;

/// The taps of every channel, by tile, or none.
pub(crate) struct Delays {
    /// Half as many as there are taps; 0 to take the counts as they are.
    pairs: usize,
    /// For each tile, pair and half of the channels: the taps of an older and a younger sample, channel by channel.
    tiles: Vec<Vec<[[i16; WIDTH]; 2]>>,
}

/// Counts in frames, and which of their words belong to the channels.
#[derive(Clone, Copy)]
pub(crate) struct Counts<'a> {
    pub data: &'a [i16],
    pub columns: usize,
    pub take: &'a [usize],
}

/// What samples of both halves of a tile's channels are paired in: the sample of a frame, and that of the next.
pub(crate) type Pairs = [[[i16; WIDTH]; 2]; CHUNK + LONGEST + GROUP];

impl Delays {
    pub fn design(shifts: Option<&[f64]>, taps: usize, channels: usize) -> Result<Self> {
        let Some(shifts) = shifts else { return Ok(Self { pairs: 0, tiles: Vec::new() }) };
        let pairs = taps / 2;
        let mut designed: Vec<(f64, Vec<i16>)> = Vec::new();
        let mut tiles = vec![vec![[[0; WIDTH]; 2]; pairs]; channels.div_ceil(WIDTH)];
        for (channel, &shift) in shifts.iter().enumerate() {
            let known = designed.iter().position(|(known, _)| *known == shift);
            let index = match known {
                Some(index) => index,
                None => {
                    designed.push((shift, design_delay(shift, taps)?.whole));
                    designed.len() - 1
                }
            };
            let whole = &designed[index].1;
            let (half, lane) = (channel % WIDTH / 8, channel % 8);
            for (pair, both) in tiles[channel / WIDTH].iter_mut().enumerate() {
                // The oldest sample has the last tap.
                both[half][2 * lane] = whole[taps - 1 - 2 * pair];
                both[half][2 * lane + 1] = whole[taps - 2 - 2 * pair];
            }
        }
        Ok(Self { pairs, tiles })
    }

    /// Frames before a frame that its value depends on.
    pub fn before(&self) -> usize {
        self.pairs
    }

    /// Frames after a frame that its value depends on.
    pub fn after(&self) -> usize {
        self.pairs.saturating_sub(1)
    }

    /// What a value has to be divided by.
    pub fn unit(&self) -> f64 {
        if self.pairs == 0 { 1.0 } else { f64::from(UNIT) }
    }

    /// Writes `frames`, at most [`CHUNK`], of a tile to `target`, which has room for a whole chunk.
    ///
    /// Frames beyond `within` count as the nearest one inside.
    pub fn apply<S: Delayed>(
        &self,
        machine: Machine,
        counts: &Counts<'_>,
        tile: usize,
        within: &Range<usize>,
        frames: Range<usize>,
        target: &mut [Row<S>],
        pairs: &mut Pairs,
    ) {
        let tiles = counts.take.len().div_ceil(WIDTH);
        assert!(target.len() >= CHUNK && frames.len() <= CHUNK && frames.start >= within.start);
        assert!(frames.end <= within.end && within.end * counts.columns <= counts.data.len());
        if self.pairs == 0 {
            #[cfg(target_arch = "x86_64")]
            if let (true, Some(column)) = (machine.has_avx2(), counts.contiguous(tile)) {
                let soon = counts.soon(frames.start + CHUNK, tile, tiles);
                // SAFETY: the processor has AVX2.
                return unsafe { avx2::widen(counts, column, frames, target, soon) };
            }
            for (frame, row) in frames.zip(target) {
                let words = counts.words(tile, frame);
                *row = Row(words.map(|word| S::from_i32(i32::from(word))));
            }
            return;
        }
        // The sample before the first of a pair, so that the first frame's oldest sample begins pair 0.
        let first = frames.start as isize - self.pairs as isize;
        #[cfg(target_arch = "x86_64")]
        if let (Machine::Avx512, Ok(taps), Some(column)) =
            (machine, self.tiles[tile][..].try_into(), counts.contiguous(tile))
        {
            let last = frames.end + self.after();
            if frames.len() == CHUNK && first >= within.start as isize && last <= within.end {
                let at = counts.data[first as usize * counts.columns + column..].as_ptr();
                let (soon, step) = counts.soon(frames.start + CHUNK, tile, tiles);
                let samples = Samples { at, columns: counts.columns, soon, step };
                // SAFETY: the machine was detected; the frames from `first` to `last` lie within the counts, the tile's
                // words within the frames, and the target has room for a chunk.
                return unsafe { S::delay_chunk(samples, taps, target.as_mut_ptr()) };
            }
        }
        let count = frames.len().next_multiple_of(GROUP) + 2 * self.pairs - 1;
        pair_up(machine, counts, tile, within, first, &mut pairs[..count]);
        let taps = &self.tiles[tile];
        let groups = frames.len().div_ceil(GROUP);
        // SAFETY: the machine was detected; `pairs` reaches `2 * self.pairs` frames further than the groups do, and
        // the target has room for a chunk, which is a multiple of the group.
        unsafe { S::convolve(machine, taps, pairs, groups, target) }
    }
}

impl Counts<'_> {
    /// The samples of a tile; 0 where it has no channel.
    #[inline(always)]
    fn words(&self, tile: usize, frame: usize) -> [i16; WIDTH] {
        let row = &self.data[frame * self.columns..(frame + 1) * self.columns];
        let take = &self.take[tile * WIDTH..self.take.len().min((tile + 1) * WIDTH)];
        let mut words = [0; WIDTH];
        for (word, column) in words.iter_mut().zip(take) {
            *word = row[*column];
        }
        words
    }

    /// A tile's part of the bytes of the chunk at `first`, as a place and the distance to the next of 64.
    #[cfg(target_arch = "x86_64")]
    fn soon(&self, first: usize, tile: usize, tiles: usize) -> (*const i8, usize) {
        let part = (2 * CHUNK * self.columns).div_ceil(tiles);
        let from = 2 * first * self.columns + tile * part;
        (self.data.as_ptr().cast::<i8>().wrapping_add(from), part.div_ceil(CHUNK / 2))
    }

    /// The first word of a tile whose words stand side by side.
    fn contiguous(&self, tile: usize) -> Option<usize> {
        let take = self.take.get(tile * WIDTH..(tile + 1) * WIDTH)?;
        let first = take[0];
        let side_by_side = take.iter().enumerate().all(|(index, column)| *column == first + index);
        (side_by_side && first + WIDTH <= self.columns).then_some(first)
    }
}

/// Pairs the samples of each frame from `first` on with those of the next.
fn pair_up(
    machine: Machine,
    counts: &Counts<'_>,
    tile: usize,
    within: &Range<usize>,
    first: isize,
    pairs: &mut [[[i16; WIDTH]; 2]],
) {
    let clamp = |frame: isize| frame.clamp(within.start as isize, within.end as isize - 1) as usize;
    let last = first + pairs.len() as isize;
    #[cfg(target_arch = "x86_64")]
    if let (true, Some(column)) = (machine.has_avx2(), counts.contiguous(tile)) {
        let inside = first >= within.start as isize && last < within.end as isize;
        if inside {
            // SAFETY: the processor has AVX2; the frames from `first` to `last` lie within the counts, and
            // the tile's words within the frames.
            unsafe {
                let at = counts.data.as_ptr().add(first as usize * counts.columns + column);
                return avx2::pair_up(at, counts.columns, pairs);
            }
        }
    }
    let mut older = counts.words(tile, clamp(first));
    let mut previous = None;
    for (index, pair) in pairs.iter_mut().enumerate() {
        let frame = clamp(first + index as isize + 1);
        let younger = if previous == Some(frame) { older } else { counts.words(tile, frame) };
        previous = Some(frame);
        for lane in 0..8 {
            pair[0][2 * lane] = older[lane];
            pair[0][2 * lane + 1] = younger[lane];
            pair[1][2 * lane] = older[lane + 8];
            pair[1][2 * lane + 1] = younger[lane + 8];
        }
        older = younger;
    }
}

/// A type that delayed counts are given in.
pub(crate) trait Delayed: Scalar {
    /// The sums of a whole chunk.
    ///
    /// # Safety
    /// As [`delay_512::delay_chunk`]'s, and `target` has room for a chunk.
    #[cfg(target_arch = "x86_64")]
    unsafe fn delay_chunk(samples: Samples, taps: &[[[i16; WIDTH]; 2]; PAIRS], target: *mut Row<Self>);

    /// For `groups` groups of eight frames: the sum over `taps` of pairs two frames apart times taps, in whole numbers.
    ///
    /// # Safety
    /// `pairs` has two more frames per pair of taps than there are outputs, `target` room for the outputs; the machine
    /// is the one detected.
    unsafe fn convolve(
        machine: Machine,
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: &mut [Row<Self>],
    );
}

impl Delayed for f32 {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn delay_chunk(samples: Samples, taps: &[[[i16; WIDTH]; 2]; PAIRS], target: *mut Row<Self>) {
        // SAFETY: as the caller's; a row has as many values as there are sums.
        unsafe {
            delay_512::delay_chunk(samples, taps, |frame, sums| {
                _mm512_storeu_ps(target.add(frame).cast(), _mm512_cvtepi32_ps(sums));
            });
        }
    }

    unsafe fn convolve(
        machine: Machine,
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: &mut [Row<Self>],
    ) {
        #[cfg(target_arch = "x86_64")]
        if machine.has_avx2() {
            // SAFETY: as the caller's; the target's rows are 64 bytes each.
            return unsafe { avx2::convolve::<true>(taps, pairs, groups, target.as_mut_ptr().cast()) };
        }
        convolve(taps, pairs, &mut target[..groups * GROUP]);
    }
}

impl Delayed for f64 {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn delay_chunk(samples: Samples, taps: &[[[i16; WIDTH]; 2]; PAIRS], target: *mut Row<Self>) {
        // SAFETY: as the caller's; a row has as many values as there are sums.
        unsafe {
            delay_512::delay_chunk(samples, taps, |frame, sums| {
                let to: *mut f64 = target.add(frame).cast();
                _mm512_storeu_pd(to, _mm512_cvtepi32_pd(_mm512_castsi512_si256(sums)));
                _mm512_storeu_pd(to.add(8), _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64::<1>(sums)));
            });
        }
    }

    unsafe fn convolve(
        machine: Machine,
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: &mut [Row<Self>],
    ) {
        #[cfg(target_arch = "x86_64")]
        if machine.has_avx2() {
            let mut sums = [Row([0i32; WIDTH]); CHUNK];
            // SAFETY: as the caller's; the rows of sums are 64 bytes each, and a chunk of them.
            unsafe { avx2::convolve::<false>(taps, pairs, groups, sums.as_mut_ptr().cast()) };
            for (row, sums) in target[..groups * GROUP].iter_mut().zip(&sums) {
                row.0 = sums.0.map(f64::from);
            }
            return;
        }
        convolve(taps, pairs, &mut target[..groups * GROUP]);
    }
}

fn convolve<S: Scalar>(taps: &[[[i16; WIDTH]; 2]], pairs: &Pairs, target: &mut [Row<S>]) {
    for (frame, row) in target.iter_mut().enumerate() {
        let mut sums = [[0i32; 8]; 2];
        for (index, taps) in taps.iter().enumerate() {
            let pair = &pairs[frame + 2 * index];
            for half in 0..2 {
                for lane in 0..8 {
                    let product = |at: usize| i32::from(pair[half][at]) * i32::from(taps[half][at]);
                    sums[half][lane] += product(2 * lane) + product(2 * lane + 1);
                }
            }
        }
        row.0 = std::array::from_fn(|lane| S::from_i32(sums[lane / 8][lane % 8]));
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use std::ops::Range;

    use super::{Counts, GROUP, Pairs, Row, Scalar, WIDTH};

    /// The samples as they are; `soon` is what [`super::Counts::soon`] gives.
    ///
    /// # Safety
    /// The processor has AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn widen<S: Scalar>(
        counts: &Counts<'_>,
        column: usize,
        frames: Range<usize>,
        target: &mut [Row<S>],
        soon: (*const i8, usize),
    ) {
        let (mut soon, step) = soon;
        let rows = counts.data[frames.start * counts.columns..].chunks(counts.columns);
        for (index, (words, row)) in rows.zip(&mut target[..frames.len()]).enumerate() {
            // SAFETY: a hint, which may be wrong; the row has the tile's words.
            let words: [i16; WIDTH] = unsafe {
                if index % 2 == 0 {
                    _mm_prefetch::<_MM_HINT_T1>(soon);
                    soon = soon.wrapping_add(step);
                }
                words[column..column + WIDTH].as_ptr().cast::<[i16; WIDTH]>().read_unaligned()
            };
            for (value, word) in row.0.iter_mut().zip(words) {
                *value = S::from_i32(i32::from(word));
            }
        }
    }

    /// # Safety
    /// The processor has AVX2; at `at`, and so on every `columns` words, there are [`WIDTH`] samples of one more frame than
    /// there are pairs.
    #[target_feature(enable = "avx2")]
    pub unsafe fn pair_up(at: *const i16, columns: usize, pairs: &mut [[[i16; WIDTH]; 2]]) {
        // SAFETY: as the caller's.
        unsafe {
            // Quarters in the order 0 2 1 3, so that unpacking leaves the channels in theirs.
            let load = |at: *const i16| _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_loadu_si256(at.cast()));
            let mut at = at;
            let mut older = load(at);
            for pair in pairs {
                at = at.add(columns);
                let younger = load(at);
                let to: *mut __m256i = pair.as_mut_ptr().cast();
                _mm256_storeu_si256(to, _mm256_unpacklo_epi16(older, younger));
                _mm256_storeu_si256(to.add(1), _mm256_unpackhi_epi16(older, younger));
                older = younger;
            }
        }
    }

    /// Writes the sums as single-precision numbers, or as whole ones.
    ///
    /// # Safety
    /// The processor has AVX2; `pairs` reaches as far as groups and taps do, `target` has 16 numbers for each output.
    #[target_feature(enable = "avx2")]
    pub unsafe fn convolve<const FLOAT: bool>(
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: *mut i32,
    ) {
        // SAFETY: as the caller's.
        unsafe {
            match taps.len() {
                8 => convolve_taps::<8, FLOAT>(taps, pairs, groups, target),
                12 => convolve_taps::<12, FLOAT>(taps, pairs, groups, target),
                _ => convolve_taps::<16, FLOAT>(taps, pairs, groups, target),
            }
        }
    }

    /// Each pair is loaded once for the four outputs, two frames apart, that it takes part in.
    ///
    /// # Safety
    /// As [`convolve`]; there are `N` taps.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn convolve_taps<const N: usize, const FLOAT: bool>(
        taps: &[[[i16; WIDTH]; 2]],
        pairs: &Pairs,
        groups: usize,
        target: *mut i32,
    ) {
        for half in 0..2 {
            let taps: [__m256i; N] =
                // SAFETY: there are N taps of 32 bytes per half.
                std::array::from_fn(|index| unsafe { _mm256_loadu_si256(taps[index][half].as_ptr().cast()) });
            for group in 0..groups {
                for parity in 0..2 {
                    let first = group * GROUP + parity;
                    let mut sums = [_mm256_setzero_si256(); 4];
                    for step in 0..N + 3 {
                        // SAFETY: the last pair is 2 (N + 3 - 1) frames after the first, as the caller promises.
                        let pair = unsafe {
                            let row: *const __m256i = pairs.as_ptr().add(first + 2 * step).cast();
                            _mm256_loadu_si256(row.add(half))
                        };
                        for (output, sum) in sums.iter_mut().enumerate() {
                            if step >= output && step - output < N {
                                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pair, taps[step - output]));
                            }
                        }
                    }
                    for (output, sum) in sums.into_iter().enumerate() {
                        // SAFETY: the target has 16 numbers for each output.
                        unsafe {
                            let to = target.add((first + 2 * output) * WIDTH + half * 8);
                            if FLOAT {
                                _mm256_storeu_ps(to.cast(), _mm256_cvtepi32_ps(sum));
                            } else {
                                _mm256_storeu_si256(to.cast(), sum);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways of every length, shift and width are the sum that their definition says.
    #[test]
    fn sums_are_exact_on_every_machine() {
        let channels = 37;
        let columns = channels + 3;
        let frames = 300;
        let data: Vec<i16> = (0..frames * columns).map(|at| (at * 7919 % 65_521) as u16 as i16).collect();
        let scattered: Vec<usize> = (0..channels).map(|channel| (channel * 7) % columns).collect();
        let ordered: Vec<usize> = (2..channels + 2).collect();
        for (taps, take) in [(16, &ordered), (24, &scattered), (32, &ordered)] {
            let shifts: Vec<f64> = (0..channels).map(|channel| (channel % 13) as f64 / 13.0).collect();
            let delays = Delays::design(Some(&shifts), taps, channels).unwrap();
            let counts = Counts { data: &data, columns, take };
            let within = 40..280;
            for machine in Machine::all() {
                for chunk in [40..168, 60..188, 100..101, 150..278, 203..280] {
                    for tile in 0..3 {
                        let mut target = vec![Row([0.0f64; WIDTH]); CHUNK];
                        let mut pairs = [[[0; WIDTH]; 2]; CHUNK + LONGEST + GROUP];
                        delays.apply(machine, &counts, tile, &within, chunk.clone(), &mut target, &mut pairs);
                        let mut single = vec![Row([0.0f32; WIDTH]); CHUNK];
                        delays.apply(machine, &counts, tile, &within, chunk.clone(), &mut single, &mut pairs);
                        for (index, frame) in chunk.clone().enumerate() {
                            for lane in 0..WIDTH.min(channels - tile * WIDTH) {
                                let channel = tile * WIDTH + lane;
                                let whole = design_delay(shifts[channel], taps).unwrap().whole;
                                let sum: i32 = (0..taps)
                                    .map(|tap| {
                                        let at = (frame + taps / 2 - 1 - tap).clamp(within.start, within.end - 1);
                                        i32::from(whole[tap]) * i32::from(data[at * columns + take[channel]])
                                    })
                                    .sum();
                                assert_eq!(target[index].0[lane], f64::from(sum));
                                assert_eq!(single[index].0[lane], sum as f32);
                            }
                        }
                    }
                }
            }
        }
    }
}
