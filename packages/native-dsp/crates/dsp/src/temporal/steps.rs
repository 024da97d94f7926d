//! One frame through one section: its shape as code, with what it remembers in registers.

use super::lanes::{Lanes, Row};
use super::recursion::Recursion;

/// Coefficients and history of a section in registers.
#[derive(Clone, Copy)]
pub(super) struct Registers<L> {
    pub zeros: [L; 2],
    pub poles: [L; 2],
    pub past: [L; 4],
}

impl<L: Lanes> Registers<L> {
    /// # Safety
    /// The processor has the instructions.
    #[inline(always)]
    pub unsafe fn load(recursion: &Recursion<L::Scalar>, history: &[Row<L::Scalar>; 4]) -> Self {
        // SAFETY: rows have as many values as lanes; the caller answers for the instructions.
        unsafe {
            let Recursion { zeros, poles, .. } = recursion;
            let past = [
                L::load(history[0].0.as_ptr()),
                L::load(history[1].0.as_ptr()),
                L::load(history[2].0.as_ptr()),
                L::load(history[3].0.as_ptr()),
            ];
            Self {
                zeros: [L::splat(zeros[0]), L::splat(zeros[1])],
                poles: [L::splat(poles[0]), L::splat(poles[1])],
                past,
            }
        }
    }

    /// # Safety
    /// The processor has the instructions.
    #[inline(always)]
    pub unsafe fn save(self, history: &mut [Row<L::Scalar>; 4]) {
        for (value, row) in self.past.into_iter().zip(history) {
            // SAFETY: rows have as many values as lanes; the caller answers for the instructions.
            unsafe { value.store(row.0.as_mut_ptr()) }
        }
    }
}

/// A shape as code: `past` is the last input, what the shape keeps beside it, and the last two outputs.
pub(super) trait Step {
    const ONE_POLE: bool = false;

    /// The input without its zeros, given the one before it.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn zeros<L: Lanes>(x: L, before: L, registers: &mut Registers<L>) -> L;

    /// # Safety
    /// The processor has the instructions.
    #[inline(always)]
    unsafe fn step<L: Lanes>(x: L, before: L, registers: &mut Registers<L>) -> L {
        // SAFETY: as the caller's.
        unsafe {
            let d = Self::zeros(x, before, registers);
            let (first, poles) = (registers.past[2], registers.poles);
            let y = if Self::ONE_POLE {
                first.multiply_take(poles[0], d)
            } else {
                // The older output first: the younger one is what the next frame waits for.
                let rest = registers.past[3].multiply_take(poles[1], d);
                registers.past[3] = first;
                first.multiply_take(poles[0], rest)
            };
            registers.past[2] = y;
            y
        }
    }
}

pub(super) struct Difference;
pub(super) struct SecondDifference;
pub(super) struct Span;
pub(super) struct SecondSum;
pub(super) struct General;

// SAFETY, of every block: as the caller's.
impl Step for Difference {
    const ONE_POLE: bool = true;

    #[inline(always)]
    unsafe fn zeros<L: Lanes>(x: L, before: L, _registers: &mut Registers<L>) -> L {
        unsafe { x.subtract(before) }
    }
}

impl Step for SecondDifference {
    #[inline(always)]
    unsafe fn zeros<L: Lanes>(x: L, before: L, registers: &mut Registers<L>) -> L {
        let e = unsafe { x.subtract(before) };
        let d = unsafe { e.subtract(registers.past[1]) };
        registers.past[1] = e;
        d
    }
}

impl Step for Span {
    #[inline(always)]
    unsafe fn zeros<L: Lanes>(x: L, before: L, registers: &mut Registers<L>) -> L {
        let d = unsafe { x.subtract(registers.past[1]) };
        registers.past[1] = before;
        d
    }
}

impl Step for SecondSum {
    #[inline(always)]
    unsafe fn zeros<L: Lanes>(x: L, before: L, registers: &mut Registers<L>) -> L {
        let e = unsafe { x.add(before) };
        let d = unsafe { e.add(registers.past[1]) };
        registers.past[1] = e;
        d
    }
}

impl Step for General {
    #[inline(always)]
    unsafe fn zeros<L: Lanes>(x: L, before: L, registers: &mut Registers<L>) -> L {
        let (second, zeros) = (registers.past[1], registers.zeros);
        registers.past[1] = before;
        unsafe { before.multiply_add(zeros[0], second.multiply_add(zeros[1], x)) }
    }
}
