//! Rows as weighted sums of few rows.

/// Frames that are combined at a time, transposed.
const TILE: usize = 64;

/// Values in a line of the processor's cache.
const LINE: usize = 16;

/// For each row, the rows that it is made of.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    /// Where each row's terms end.
    ends: Vec<usize>,
    sources: Vec<u32>,
    weights: Vec<f32>,
}

impl Weights {
    /// Adds a term to the row that is being made.
    pub fn push(&mut self, source: usize, weight: f32) {
        self.sources.push(source as u32);
        self.weights.push(weight);
    }

    pub fn finish_row(&mut self) {
        self.ends.push(self.sources.len());
    }

    #[cfg(test)]
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        (start..self.ends[row]).map(|at| (self.sources[at] as usize, self.weights[at]))
    }

    /// Replaces the rows of each frame by their sums. `data`: frame `t` stands at `t * stride..`; a term's source is
    /// less than the number of rows, which is at most `stride`, a multiple of 8.
    pub fn apply(&self, data: &mut [f32], stride: usize, scratch: &mut Vec<f32>) {
        assert!(stride.is_multiple_of(8) && self.ends.len() <= stride);
        assert!(self.sources.iter().all(|&source| (source as usize) < stride));
        if scratch.len() < 3 * stride * TILE + LINE {
            scratch.resize(3 * stride * TILE + LINE, 0.0);
        }
        // values that are read together lie in one cache line
        let skipped = scratch.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        let (padded, tiles) = scratch[skipped..].split_at_mut(stride * TILE);
        let (from, to) = tiles.split_at_mut(stride * TILE);
        // what lies between the rows and the stride is 0 and stays so
        to[self.ends.len() * TILE..stride * TILE].fill(0.0);
        for frames in data.chunks_mut(stride * TILE) {
            if frames.len() == stride * TILE {
                self.combine(frames, stride, from, to);
            } else {
                // so that a frame's result does not depend on how many are given with it
                padded[..frames.len()].copy_from_slice(frames);
                self.combine(padded, stride, from, to);
                frames.copy_from_slice(&padded[..frames.len()]);
            }
        }
    }

    /// For a whole tile of frames; `from` and `to` are as long.
    fn combine(&self, frames: &mut [f32], stride: usize, from: &mut [f32], to: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            assert!([frames.len(), from.len(), to.len()].iter().all(|&length| length >= stride * TILE));
            // SAFETY: the processor has AVX2 and FMA; the assertions hold every index within the tile.
            unsafe { avx2::combine(self, frames, stride, from, to) };
            return;
        }
        self.combine_portably(frames, stride, from, to);
    }

    fn combine_portably(&self, frames: &mut [f32], stride: usize, from: &mut [f32], to: &mut [f32]) {
        for (frame, values) in frames.chunks_exact(stride).enumerate() {
            for (row, &value) in values.iter().enumerate() {
                from[row * TILE + frame] = value;
            }
        }
        let mut start = 0;
        for (&end, sums) in self.ends.iter().zip(to.chunks_exact_mut(TILE)) {
            let mut sum = [0.0; TILE];
            for at in start..end {
                let (source, weight) = (self.sources[at] as usize * TILE, self.weights[at]);
                for (sum, value) in sum.iter_mut().zip(&from[source..source + TILE]) {
                    *sum += weight * value;
                }
            }
            sums.copy_from_slice(&sum);
            start = end;
        }
        for (frame, values) in frames.chunks_exact_mut(stride).enumerate() {
            for (row, value) in values[..self.ends.len()].iter_mut().enumerate() {
                *value = to[row * TILE + frame];
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{TILE, Weights};

    /// As `Weights::combine_portably`.
    ///
    /// SAFETY: `frames` holds `stride * TILE` values, `from` and `to` too; sources are less than `stride`, a multiple
    /// of 8, and there are no more rows than that. The processor has AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn combine(weights: &Weights, frames: &mut [f32], stride: usize, from: &mut [f32], to: &mut [f32]) {
        for frame in (0..TILE).step_by(8) {
            for row in (0..stride).step_by(8) {
                unsafe {
                    let (a, b) = (frames.as_ptr().add(frame * stride + row), from.as_mut_ptr().add(row * TILE + frame));
                    transpose(a, stride, b, TILE);
                }
            }
        }
        let rows = weights.ends.len();
        let mut start = 0;
        for (row, &end) in weights.ends.iter().enumerate() {
            unsafe {
                let mut sums = [_mm256_setzero_ps(); TILE / 8];
                for at in start..end {
                    let weight = _mm256_set1_ps(*weights.weights.get_unchecked(at));
                    let source = from.as_ptr().add(*weights.sources.get_unchecked(at) as usize * TILE);
                    for (lane, sum) in sums.iter_mut().enumerate() {
                        *sum = _mm256_fmadd_ps(weight, _mm256_loadu_ps(source.add(8 * lane)), *sum);
                    }
                }
                for (lane, sum) in sums.iter().enumerate() {
                    _mm256_storeu_ps(to.as_mut_ptr().add(row * TILE + 8 * lane), *sum);
                }
            }
            start = end;
        }
        for frame in (0..TILE).step_by(8) {
            for row in (0..rows).step_by(8) {
                unsafe {
                    let (a, b) = (to.as_ptr().add(row * TILE + frame), frames.as_mut_ptr().add(frame * stride + row));
                    transpose(a, TILE, b, stride);
                }
            }
        }
    }

    /// Eight by eight values.
    ///
    /// SAFETY: eight values can be read at `from` and at each of the seven following strides, and written so at `to`.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn transpose(from: *const f32, from_stride: usize, to: *mut f32, to_stride: usize) {
        unsafe {
            let pair = |low: usize, half: usize| {
                let a = _mm_loadu_ps(from.add(low * from_stride + 4 * half));
                let b = _mm_loadu_ps(from.add((low + 4) * from_stride + 4 * half));
                _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(a), b)
            };
            for half in 0..2 {
                let (a, b, c, d) = (pair(0, half), pair(1, half), pair(2, half), pair(3, half));
                let (e, f) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                let (g, h) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
                let to = to.add(4 * half * to_stride);
                _mm256_storeu_ps(to, _mm256_shuffle_ps::<0x44>(e, g));
                _mm256_storeu_ps(to.add(to_stride), _mm256_shuffle_ps::<0xee>(e, g));
                _mm256_storeu_ps(to.add(2 * to_stride), _mm256_shuffle_ps::<0x44>(f, h));
                _mm256_storeu_ps(to.add(3 * to_stride), _mm256_shuffle_ps::<0xee>(f, h));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sums_of_the_rows_before_whatever_the_number_of_frames() {
        for (rows, stride) in [(1, 16), (5, 16), (33, 48)] {
            let mut weights = Weights::default();
            for row in 0..rows {
                weights.push(row, 0.5);
                weights.push((row + 1) % rows, 0.25);
                weights.finish_row();
            }
            for frames in [0, 1, 7, 64, 200] {
                let value = |frame: usize, row: usize| (frame * 10 + row * row) as f32;
                let mut data = vec![0.0; frames * stride];
                for frame in 0..frames {
                    for row in 0..rows {
                        data[frame * stride + row] = value(frame, row);
                    }
                }
                weights.apply(&mut data, stride, &mut Vec::new());
                for frame in 0..frames {
                    for row in 0..stride {
                        let sum = 0.5 * value(frame, row) + 0.25 * value(frame, (row + 1) % rows);
                        assert_eq!(data[frame * stride + row], if row < rows { sum } else { 0.0 });
                    }
                }
            }
        }
    }

    #[test]
    fn with_and_without_avx2_the_sums_are_the_same() {
        let (rows, stride) = (21, 32);
        let mut weights = Weights::default();
        for row in 0..rows {
            (0..6).for_each(|step| weights.push((row + 3 * step) % rows, 1.0 / (step + 2) as f32));
            weights.finish_row();
        }
        let data: Vec<f32> =
            (0..stride * TILE).map(|at| if at % stride < rows { (at % 97) as f32 } else { 0.0 }).collect();
        let (mut one, mut two) = (data.clone(), data);
        weights.apply(&mut one, stride, &mut Vec::new());
        let (mut from, mut to) = (vec![0.0; stride * TILE], vec![0.0; stride * TILE]);
        weights.combine_portably(&mut two, stride, &mut from, &mut to);
        assert!(one.iter().zip(&two).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}
