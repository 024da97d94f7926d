//! A chain resolved against one recording: every number that a pass needs, and nothing that has to be looked up.

pub use crate::block::Rounding;
pub use crate::design::Direction;
use crate::design::{FilterKind, FilterSpec};
pub use crate::motion::Motion;
pub use crate::spatial::{
    GainControlPlan, GroupPlan, GroupReferencePlan, LocalReferencePlan, Middle, MixPlan, MixedRow,
    MotionCorrectionPlan, Operator, SpatialHighPassPlan, SpatialPlan,
};
use crate::{DspError, Result};

/// What is done to counts; two equal plans over equal counts give equal results.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// (Hz)
    pub sampling_rate: f64,
    /// Words of a frame of the source that take part; rows are in their order.
    pub columns: Vec<usize>,
    /// What makes one gain of all gains: rows are multiplied by it before the spatial steps and divided by it after them.
    pub scale: Option<Vec<f64>>,
    pub mask: Option<MaskPlan>,
    pub temporal: TemporalPlan,
    /// In this order, after the temporal steps.
    pub spatial: Vec<SpatialPlan>,
    /// How rows become int16, once, at the end; what lies beyond int16 is clamped.
    pub rounding: Rounding,
}

/// Frames that are not to be used: they are written as 0, and nothing is filtered across them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MaskPlan {
    /// Known before: lost packets, and what the caller says. Sorted, apart from each other.
    pub gaps: Vec<Interval>,
    /// Frames in which all columns stand still for at least so long count as a gap.
    pub flat_frames: Option<usize>,
    pub saturation: Option<SaturationPlan>,
}

/// Frames of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub segment: usize,
    pub start: u64,
    pub end: u64,
}

/// A frame is saturated where more than a share of channels is beyond a level, or steps by more than a slope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaturationPlan {
    /// (counts)
    pub level: f64,
    /// (counts per sample)
    pub slope: f64,
    /// 0 to 1.
    pub share: f64,
    /// Frames on either side that are masked too.
    pub widen_frames: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TemporalPlan {
    pub method: Method,
    /// How much later than the frame each row's channel was sampled, in samples, [0, 1).
    pub shifts: Option<Vec<f64>>,
    /// 16, 24 or 32.
    pub taps: usize,
    pub filters: Vec<FilterPlan>,
}

/// In the time domain, or in CatGT's blocks of 32,768 frames, by FFT, in double precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Direct,
    Catgt,
}

/// Frequencies in Hz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FilterPlan {
    HighPass {
        cutoff: f64,
        order: u32,
        direction: Direction,
    },
    LowPass {
        cutoff: f64,
        order: u32,
        direction: Direction,
    },
    BandPass {
        low: f64,
        high: f64,
        order: u32,
        direction: Direction,
    },
    Notch {
        frequency: f64,
        quality: f64,
        direction: Direction,
    },
    /// CatGT's `butter,N,hi,lo`: the magnitude only; for [`Method::Catgt`].
    CatgtButterworth {
        order: u32,
        low: Option<f64>,
        high: Option<f64>,
    },
}

impl FilterPlan {
    /// The filter for the method `direct`.
    pub fn spec(&self) -> Result<FilterSpec> {
        let (kind, direction) = match *self {
            Self::HighPass { cutoff, order, direction } => (FilterKind::HighPass { cutoff, order }, direction),
            Self::LowPass { cutoff, order, direction } => (FilterKind::LowPass { cutoff, order }, direction),
            Self::BandPass { low, high, order, direction } => (FilterKind::BandPass { low, high, order }, direction),
            Self::Notch { frequency, quality, direction } => (FilterKind::Notch { frequency, quality }, direction),
            Self::CatgtButterworth { .. } => {
                let expected = "a filter in the time domain, or the method `catgt`";
                return Err(DspError::InvalidParameter { name: "filters", value: f64::NAN, expected });
            }
        };
        Ok(FilterSpec { kind, direction })
    }
}
