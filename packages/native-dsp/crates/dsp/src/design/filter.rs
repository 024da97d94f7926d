use super::butterworth::{Band, butterworth};
use super::cascade::Cascade;
use super::notch::notch;
use crate::Result;

/// What a filter lets through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FilterKind {
    /// Butterworth; half the power at `cutoff` (Hz) in one pass.
    HighPass { cutoff: f64, order: u32 },
    /// Butterworth; half the power at `cutoff` (Hz) in one pass.
    LowPass { cutoff: f64, order: u32 },
    /// Butterworth; half the power at `low` and `high` (Hz) in one pass; twice as many poles as its order.
    BandPass { low: f64, high: f64, order: u32 },
    /// Takes out `frequency` (Hz); half the power at a distance of `frequency / quality / 2`.
    Notch { frequency: f64, quality: f64 },
}

/// Whether a filter runs forward only, or forward and backward, so that nothing is delayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ZeroPhase,
    Causal,
}

/// One filter of a chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilterSpec {
    pub kind: FilterKind,
    pub direction: Direction,
}

impl FilterSpec {
    /// The sections of one pass, as SciPy's `butter(..., output="sos")` and `iirnotch` make them.
    pub fn design(&self, sampling_rate: f64) -> Result<Cascade> {
        match self.kind {
            FilterKind::HighPass { cutoff, order } => butterworth(order, Band::HighPass { cutoff }, sampling_rate),
            FilterKind::LowPass { cutoff, order } => butterworth(order, Band::LowPass { cutoff }, sampling_rate),
            FilterKind::BandPass { low, high, order } => {
                butterworth(order, Band::BandPass { low, high }, sampling_rate)
            }
            FilterKind::Notch { frequency, quality } => notch(frequency, quality, sampling_rate),
        }
    }
}
