//! Passes: a plan run over the counts of a recording, from file to file or for a viewer, in bounded memory.
//!
//! Each segment is cut on a fixed grid from its first frame on; a block is computed from the counts of and around it and
//! from nothing else, so that results depend neither on threads nor on the part of a recording that is asked for.

mod block;
mod check;
mod engine;
mod findings;
mod grid;
mod masks;
mod open;
mod os;
pub mod plan;
mod rank;
mod run;
mod sample;
mod source;
mod spare;
mod target;
#[cfg(test)]
mod tests;
mod workers;

pub use crate::peaks::PassPeak;
pub use findings::{Findings, LfOutput, Outputs, PeakOutput};
pub use open::{FrameRange, Pass};
pub use plan::{Interval, Plan};
pub use run::Target;
pub use source::{Memory, Source};
pub use spare::give as give_back;
