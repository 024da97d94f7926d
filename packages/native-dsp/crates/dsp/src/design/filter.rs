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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_every_kind_are_those_of_scipy() {
        for line in include_str!("../../../../../../fixtures/filtering/sections.csv").lines() {
            let (kind, rest) = line.split_once(',').unwrap();
            let numbers: Vec<f64> = rest.split(',').map(|number| number.parse().unwrap()).collect();
            let [order, first, second] = numbers[..3] else { panic!("{line}") };
            let order = order as u32;
            let kind = match kind {
                "high-pass" => FilterKind::HighPass { cutoff: first, order },
                "low-pass" => FilterKind::LowPass { cutoff: first, order },
                "band-pass" => FilterKind::BandPass { low: first, high: second, order },
                _ => FilterKind::Notch { frequency: first, quality: second },
            };
            let cascade = FilterSpec { kind, direction: Direction::Causal }.design(30_000.0).unwrap();
            let found: Vec<f64> =
                cascade.sections().iter().flat_map(|section| section.b.into_iter().chain(section.a)).collect();
            assert_eq!(found.len(), numbers.len() - 3, "{line}");
            for (found, expected) in found.iter().zip(&numbers[3..]) {
                assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1e-3), "{found} {expected}: {line}");
            }
        }
    }
}
