//! Frames of a tile through recursive sections, one or two sections in a visit.

use super::lanes::{Lanes, Row, Scalar, WIDTH};
use super::machine::Machine;
use super::recursion::{History, Recursion, Recursions, Shape, Visit};
use super::steps::{Difference, General, Registers, SecondDifference, SecondSum, Span, Step};

/// Values of a frame of a tile.
pub(crate) const STEP: isize = WIDTH as isize;

/// Frames of a tile: where the first stands, and how many values further on the next.
#[derive(Clone, Copy)]
pub(crate) struct From<S> {
    pub at: *const S,
    pub step: isize,
}

#[derive(Clone, Copy)]
pub(crate) struct To<S> {
    pub at: *mut S,
    pub step: isize,
}

/// A type with kernels.
pub(crate) trait Computed: Scalar {
    /// Runs `frames` frames through the sections, from `from` to `to` (which may be the same), and multiplies what
    /// comes out by `scale`.
    ///
    /// # Safety
    /// `from` and `to` point to so many frames of [`WIDTH`] values, and so does `between` if there are several
    /// visits; the machine is the one detected.
    unsafe fn recur(
        machine: Machine,
        recursions: &Recursions<Self>,
        history: &mut History<Self>,
        frames: usize,
        from: From<Self>,
        between: To<Self>,
        to: To<Self>,
        scale: Option<&Row<Self>>,
    );
}

macro_rules! computed {
    ($scalar:ty, $lanes:ident, $avx2:ident, $avx512:ident) => {
        impl Computed for $scalar {
            unsafe fn recur(
                machine: Machine,
                recursions: &Recursions<Self>,
                history: &mut History<Self>,
                frames: usize,
                from: From<Self>,
                between: To<Self>,
                to: To<Self>,
                scale: Option<&Row<Self>>,
            ) {
                // SAFETY: as the trait demands; the machine that was detected has the instructions.
                unsafe {
                    match machine {
                        #[cfg(target_arch = "x86_64")]
                        Machine::Avx512 => $avx512(recursions, history, frames, from, between, to, scale),
                        #[cfg(target_arch = "x86_64")]
                        Machine::Avx2 => $avx2(recursions, history, frames, from, between, to, scale),
                        _ => visit_all::<super::lanes::Portable<$scalar>>(
                            recursions, history, frames, from, between, to, scale,
                        ),
                    }
                }
            }
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn $avx2(
            recursions: &Recursions<$scalar>,
            history: &mut History<$scalar>,
            frames: usize,
            from: From<$scalar>,
            between: To<$scalar>,
            to: To<$scalar>,
            scale: Option<&Row<$scalar>>,
        ) {
            // SAFETY: as the caller's.
            unsafe { visit_all::<super::lanes::$lanes>(recursions, history, frames, from, between, to, scale) }
        }

        /// The same operations, with twice as many registers.
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma,avx512f,avx512vl")]
        unsafe fn $avx512(
            recursions: &Recursions<$scalar>,
            history: &mut History<$scalar>,
            frames: usize,
            from: From<$scalar>,
            between: To<$scalar>,
            to: To<$scalar>,
            scale: Option<&Row<$scalar>>,
        ) {
            // SAFETY: as the caller's.
            unsafe { visit_all::<super::lanes::$lanes>(recursions, history, frames, from, between, to, scale) }
        }
    };
}

computed!(f32, Single, visit_all_single, visit_all_single_512);
computed!(f64, Double, visit_all_double, visit_all_double_512);

/// # Safety
/// As [`Computed::recur`].
#[inline(always)]
unsafe fn visit_all<L: Lanes>(
    recursions: &Recursions<L::Scalar>,
    history: &mut History<L::Scalar>,
    frames: usize,
    from: From<L::Scalar>,
    between: To<L::Scalar>,
    to: To<L::Scalar>,
    scale: Option<&Row<L::Scalar>>,
) {
    let (mut from, mut first) = (from, 0);
    for (index, visit) in recursions.visits.iter().enumerate() {
        let last = index + 1 == recursions.visits.len();
        let to = if last { to } else { between };
        let scale = scale.filter(|_| last);
        let sections = &recursions.sections[first..];
        let history = &mut history.0[first..];
        // SAFETY: as the caller's.
        unsafe {
            match visit {
                Visit::One(Shape::Difference) => one::<L, Difference>(sections, history, frames, from, to, scale),
                Visit::One(Shape::SecondDifference) => {
                    one::<L, SecondDifference>(sections, history, frames, from, to, scale);
                }
                Visit::One(Shape::Span) => one::<L, Span>(sections, history, frames, from, to, scale),
                Visit::One(Shape::SecondSum) => one::<L, SecondSum>(sections, history, frames, from, to, scale),
                Visit::Two(Shape::Difference, _) => {
                    two::<L, Difference, SecondDifference>(sections, history, frames, from, to, scale);
                }
                Visit::Two(Shape::SecondDifference, _) => {
                    two::<L, SecondDifference, SecondDifference>(sections, history, frames, from, to, scale);
                }
                Visit::Two(Shape::SecondSum, _) => {
                    two::<L, SecondSum, SecondSum>(sections, history, frames, from, to, scale);
                }
                _ => one::<L, General>(sections, history, frames, from, to, scale),
            }
        }
        first += if matches!(visit, Visit::One(_)) { 1 } else { 2 };
        from = From { at: to.at, step: to.step };
    }
}

/// Frames ahead whose cache lines are fetched: the next tile of a chunk stands behind the one that is computed.
const AHEAD: usize = super::delay::CHUNK * WIDTH;

/// # Safety
/// As [`Computed::recur`].
#[inline(always)]
unsafe fn one<L: Lanes, A: Step>(
    sections: &[Recursion<L::Scalar>],
    history: &mut [[Row<L::Scalar>; 4]],
    frames: usize,
    from: From<L::Scalar>,
    to: To<L::Scalar>,
    scale: Option<&Row<L::Scalar>>,
) {
    // SAFETY: as the caller's.
    unsafe {
        let mut a = Registers::<L>::load(&sections[0], &history[0]);
        let (mut source, mut target) = (from.at, to.at);
        let mut before = a.past[0];
        macro_rules! run {
            ($result:ident => $scaled:expr) => {
                for _ in 0..frames {
                    let x = L::load(source);
                    L::fetch(source.wrapping_add(AHEAD));
                    let $result = A::step(x, before, &mut a);
                    $scaled.store(target);
                    before = x;
                    source = source.wrapping_offset(from.step);
                    target = target.wrapping_offset(to.step);
                }
            };
        }
        if let Some(scale) = scale {
            let scale = L::load(scale.0.as_ptr());
            run!(result => result.multiply(scale));
        } else {
            run!(result => result);
        }
        a.past[0] = before;
        a.save(&mut history[0]);
    }
}

/// # Safety
/// As [`Computed::recur`].
#[inline(always)]
unsafe fn two<L: Lanes, A: Step, B: Step>(
    sections: &[Recursion<L::Scalar>],
    history: &mut [[Row<L::Scalar>; 4]],
    frames: usize,
    from: From<L::Scalar>,
    to: To<L::Scalar>,
    scale: Option<&Row<L::Scalar>>,
) {
    // SAFETY: as the caller's.
    unsafe {
        let mut a = Registers::<L>::load(&sections[0], &history[0]);
        let mut b = Registers::<L>::load(&sections[1], &history[1]);
        let (mut source, mut target) = (from.at, to.at);
        let mut before = a.past[0];
        macro_rules! run {
            ($result:ident => $scaled:expr) => {
                for _ in 0..frames {
                    let x = L::load(source);
                    L::fetch(source.wrapping_add(AHEAD));
                    // What the second takes in is what the first gave out.
                    let between = a.past[2];
                    let y = A::step(x, before, &mut a);
                    let $result = B::step(y, between, &mut b);
                    $scaled.store(target);
                    before = x;
                    source = source.wrapping_offset(from.step);
                    target = target.wrapping_offset(to.step);
                }
            };
        }
        if let Some(scale) = scale {
            let scale = L::load(scale.0.as_ptr());
            run!(result => result.multiply(scale));
        } else {
            run!(result => result);
        }
        a.past[0] = before;
        b.past[0] = a.past[2];
        a.save(&mut history[0]);
        b.save(&mut history[1]);
    }
}
