//! Filters designed in double precision: sections of Butterworth and notch filters, taps of delays.

pub mod butterworth;
pub mod cascade;
mod complex;
pub mod delay;
mod filter;
mod notch;

pub use filter::{Direction, FilterKind, FilterSpec};
