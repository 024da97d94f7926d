//! Rows of a tile that leave their precision for the rows of a target.

use super::lanes::{Row, WIDTH};
use super::machine::Machine;
use super::recursion::{History, Recursions};
use super::visits::{Computed, From, STEP, To};

/// A type whose rows become single-precision rows of a target.
pub(crate) trait Placed: Computed {
    fn scale_into(row: &Row<Self>, scale: &Row<Self>, to: &mut [f32]);

    /// [`Computed::recur`] from a chunk's last frame to its first, into single-precision rows.
    ///
    /// # Safety
    /// As there; `rows` has `count` rows of `stride` values, and `tile` is one of theirs.
    unsafe fn recur_to(
        machine: Machine,
        recursions: &Recursions<Self>,
        history: &mut History<Self>,
        count: usize,
        from: From<Self>,
        between: To<Self>,
        rows: &mut [f32],
        stride: usize,
        tile: usize,
        scale: &Row<Self>,
    );
}

impl Placed for f32 {
    #[inline]
    fn scale_into(row: &Row<Self>, scale: &Row<Self>, to: &mut [f32]) {
        for ((to, value), scale) in to.iter_mut().zip(row.0).zip(scale.0) {
            *to = value * scale;
        }
    }

    unsafe fn recur_to(
        machine: Machine,
        recursions: &Recursions<Self>,
        history: &mut History<Self>,
        count: usize,
        from: From<Self>,
        between: To<Self>,
        rows: &mut [f32],
        stride: usize,
        tile: usize,
        scale: &Row<Self>,
    ) {
        // SAFETY: as the caller's.
        unsafe {
            let last = rows.as_mut_ptr().add((count - 1) * stride + tile * WIDTH);
            let to = To { at: last, step: -(stride as isize) };
            Self::recur(machine, recursions, history, count, from, between, to, Some(scale));
        }
    }
}

impl Placed for f64 {
    fn scale_into(row: &Row<Self>, scale: &Row<Self>, to: &mut [f32]) {
        for ((to, value), scale) in to.iter_mut().zip(row.0).zip(scale.0) {
            *to = (value * scale) as f32;
        }
    }

    unsafe fn recur_to(
        machine: Machine,
        recursions: &Recursions<Self>,
        history: &mut History<Self>,
        count: usize,
        from: From<Self>,
        between: To<Self>,
        rows: &mut [f32],
        stride: usize,
        tile: usize,
        scale: &Row<Self>,
    ) {
        // SAFETY: as the caller's; `between` has a chunk, of which it points to the last frame.
        unsafe { Self::recur(machine, recursions, history, count, from, between, between, Some(scale)) }
        for frame in 0..count {
            // SAFETY: `between` points to the last of `count` frames.
            let row = unsafe {
                &*between.at.wrapping_offset((frame as isize + 1 - count as isize) * STEP).cast::<[f64; WIDTH]>()
            };
            for (to, value) in rows[frame * stride + tile * WIDTH..][..WIDTH].iter_mut().zip(row) {
                *to = *value as f32;
            }
        }
    }
}
