//! Recursive sections over tiles.
//!
//! A section is a difference equation in direct form I: first its zeros, which stand at ±1 and cost additions only,
//! then its poles. What is slow and large is taken away before it can be rounded together with what is small, and
//! the history of a section is its last inputs and outputs, in registers.

use super::lanes::{Row, Scalar, WIDTH};
use crate::design::cascade::Section;

/// The numerator of a section without its gain, and whether it has one pole or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
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
pub(super) enum Visit {
    One(Shape),
    Two(Shape, Shape),
}

/// A section with a numerator that begins with 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recursion<S> {
    pub shape: Shape,
    /// `[c, d]` of [`Shape::General`].
    pub zeros: [S; 2],
    pub poles: [S; 2],
    /// The output for a constant input of 1.
    constant_gain: f64,
}

/// Sections in the order in which they run, without their gain.
#[derive(Debug, Clone)]
pub(crate) struct Recursions<S> {
    pub(super) sections: Vec<Recursion<S>>,
    pub(super) visits: Vec<Visit>,
    /// What the result has to be multiplied by.
    pub gain: f64,
}

/// The last inputs and outputs of each section of one tile.
#[derive(Debug, Clone)]
pub(crate) struct History<S>(pub(super) Vec<[Row<S>; 4]>);

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
