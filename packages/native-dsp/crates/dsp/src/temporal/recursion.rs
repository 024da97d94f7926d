//! Recursive sections over tiles.
//!
//! A section is a difference equation in direct form I: first its zeros, which stand at ±1 and cost additions only,
//! then its poles. What is slow and large is taken away before it can be rounded together with what is small, and
//! the history of a section is its last inputs and outputs, in registers.

use super::lanes::{Lanes, Row, Scalar, WIDTH};
use super::machine::Machine;
use crate::design::cascade::Section;

/// The numerator of a section without its gain, and whether it has one pole or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `1 - z⁻¹`, one pole.
    Difference,
    /// `(1 - z⁻¹)²`
    SecondDifference,
    /// `1 - z⁻²`
    Span,
    /// `(1 + z⁻¹)²`
    SecondSum,
    /// `1 + c z⁻¹ + d z⁻²`
    General,
}

/// What a kernel does in one visit of the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    One(Shape),
    Two(Shape, Shape),
}

/// A section with a numerator that begins with 1.
#[derive(Debug, Clone, Copy)]
struct Recursion<S> {
    shape: Shape,
    /// `[c, d]` of [`Shape::General`].
    zeros: [S; 2],
    poles: [S; 2],
    /// The output for a constant input of 1.
    constant_gain: f64,
}

/// Sections in the order in which they run, without their gain.
#[derive(Debug, Clone)]
pub(crate) struct Recursions<S> {
    sections: Vec<Recursion<S>>,
    visits: Vec<Visit>,
    /// What the result has to be multiplied by.
    pub gain: f64,
}

/// The last inputs and outputs of each section of one tile.
#[derive(Debug, Clone)]
pub(crate) struct History<S>(Vec<[Row<S>; 4]>);

impl<S: Scalar> Recursions<S> {
    /// Those with zeros at 1 come first, so that what is slow is gone when the others run.
    pub fn new(sections: &[Section]) -> Self {
        let mut gain = 1.0;
        let mut recursions: Vec<Recursion<S>> = Vec::with_capacity(sections.len());
        for section in sections {
            gain *= section.b[0];
            recursions.push(Recursion::new(section));
        }
        let rank = |shape| match shape {
            Shape::Difference => 0,
            Shape::SecondDifference => 1,
            Shape::Span => 2,
            Shape::SecondSum => 3,
            Shape::General => 4,
        };
        recursions.sort_by_key(|recursion| rank(recursion.shape));
        let mut visits = Vec::new();
        let mut rest = recursions.iter().map(|recursion| recursion.shape).peekable();
        while let Some(first) = rest.next() {
            let fits = |second: &Shape| {
                matches!(
                    (first, second),
                    (Shape::Difference | Shape::SecondDifference, Shape::SecondDifference)
                        | (Shape::SecondSum, Shape::SecondSum)
                )
            };
            visits.push(rest.next_if(fits).map_or(Visit::One(first), |second| Visit::Two(first, second)));
        }
        Self { sections: recursions, visits, gain }
    }

    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    pub fn history(&self) -> History<S> {
        History(vec![[Row([S::default(); WIDTH]); 4]; self.sections.len()])
    }

    /// Brings the history to where a constant input that has lasted for ever would have brought it.
    pub fn settle(&self, history: &mut History<S>, level: &Row<S>) {
        let mut level = level.0.map(S::to_f64);
        let row = |values: [f64; WIDTH]| Row(values.map(S::from_f64));
        for (recursion, history) in self.sections.iter().zip(&mut history.0) {
            let output = level.map(|value| value * recursion.constant_gain);
            let second = match recursion.shape {
                Shape::Difference | Shape::SecondDifference => [0.0; WIDTH],
                Shape::SecondSum => level.map(|value| 2.0 * value),
                Shape::Span | Shape::General => level,
            };
            *history = [row(level), row(second), row(output), row(output)];
            level = output;
        }
    }

    /// Numbers too small to matter, but slow to compute with, become 0.
    pub fn flush(history: &mut History<S>) {
        let least = S::from_f64(1e-20);
        let small = S::from_f64(-1e-20);
        for row in history.0.iter_mut().flatten() {
            // Without branches, so that it becomes a few instructions on registers.
            row.0 = row.0.map(|value| if value < least && value > small { S::default() } else { value });
        }
    }
}

impl<S: Scalar> Recursion<S> {
    fn new(section: &Section) -> Self {
        let Section { b, a } = section;
        let zeros = [b[1] / b[0], b[2] / b[0]];
        // SciPy's zeros stand at ±1 but for rounding.
        let near = |c: f64, d: f64| (zeros[0] - c).abs() < 1e-9 && (zeros[1] - d).abs() < 1e-9;
        let (shape, numerator) = if near(-1.0, 0.0) && a[1] == 0.0 {
            (Shape::Difference, 0.0)
        } else if near(-2.0, 1.0) {
            (Shape::SecondDifference, 0.0)
        } else if near(0.0, -1.0) {
            (Shape::Span, 0.0)
        } else if near(2.0, 1.0) {
            (Shape::SecondSum, 4.0)
        } else {
            (Shape::General, 1.0 + zeros[0] + zeros[1])
        };
        let constant_gain = numerator / (1.0 + a[0] + a[1]);
        Self { shape, zeros: zeros.map(S::from_f64), poles: a.map(S::from_f64), constant_gain }
    }
}

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

/// Coefficients and history of a section in registers.
#[derive(Clone, Copy)]
struct Registers<L> {
    zeros: [L; 2],
    poles: [L; 2],
    past: [L; 4],
}

impl<L: Lanes> Registers<L> {
    /// # Safety
    /// The processor has the instructions.
    #[inline(always)]
    unsafe fn load(recursion: &Recursion<L::Scalar>, history: &[Row<L::Scalar>; 4]) -> Self {
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
    unsafe fn save(self, history: &mut [Row<L::Scalar>; 4]) {
        for (value, row) in self.past.into_iter().zip(history) {
            // SAFETY: rows have as many values as lanes; the caller answers for the instructions.
            unsafe { value.store(row.0.as_mut_ptr()) }
        }
    }
}

/// A shape as code: `past` is the last input, what the shape keeps beside it, and the last two outputs.
trait Step {
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

struct Difference;
struct SecondDifference;
struct Span;
struct SecondSum;
struct General;

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
