use napi_derive::napi;
use neurojoint_dsp::pass::plan::{
    Direction, FilterPlan, GainControlPlan, GroupPlan, GroupReferencePlan, Interval, LocalReferencePlan, MaskPlan,
    Method, Middle, MixPlan, MixedRow, Motion, MotionCorrectionPlan, Operator, Plan, Rounding, SaturationPlan,
    SpatialHighPassPlan, SpatialPlan, TemporalPlan,
};
use neurojoint_dsp::{DspError, Result};

use crate::pass::whole;

/// [`Plan`]; unions are objects with a `kind` and the fields that belong to it.
#[napi(object)]
pub struct PassPlan {
    pub sampling_rate: f64,
    pub columns: Vec<u32>,
    pub scale: Option<Vec<f64>>,
    pub mask: Option<PassMask>,
    pub temporal: PassTemporal,
    pub spatial: Vec<PassStep>,
    pub rounding: String,
}

#[napi(object)]
pub struct PassMask {
    pub gaps: Vec<PassInterval>,
    pub flat_frames: Option<u32>,
    pub saturation: Option<PassSaturation>,
}

#[napi(object)]
pub struct PassInterval {
    pub segment: u32,
    pub start: f64,
    pub end: f64,
}

#[napi(object)]
pub struct PassSaturation {
    pub level: f64,
    pub slope: f64,
    pub share: f64,
    pub widen_frames: u32,
}

#[napi(object)]
pub struct PassTemporal {
    pub method: String,
    pub shifts: Option<Vec<f64>>,
    pub taps: u32,
    pub filters: Vec<PassFilter>,
}

#[napi(object)]
pub struct PassFilter {
    pub kind: String,
    pub direction: Option<String>,
    pub order: Option<u32>,
    pub cutoff: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub frequency: Option<f64>,
    pub quality: Option<f64>,
}

#[napi(object)]
pub struct PassStep {
    pub kind: String,
    pub operator: Option<String>,
    pub middle: Option<String>,
    pub whole: Option<bool>,
    /// Of a group reference.
    pub groups: Option<Vec<PassGroup>>,
    pub neighbours: Option<Vec<Vec<u32>>>,
    /// Of a spatial high-pass.
    pub members: Option<Vec<Vec<u32>>>,
    pub order: Option<u32>,
    pub cutoff: Option<f64>,
    pub padding: Option<u32>,
    pub taper: Option<u32>,
    pub gain_control: Option<PassGainControl>,
    pub rows: Option<Vec<PassMixedRow>>,
    pub positions: Option<Vec<f64>>,
    pub sigma: Option<f64>,
    pub power: Option<f64>,
    pub motion: Option<Vec<PassMotion>>,
}

#[napi(object)]
pub struct PassGroup {
    pub of: Vec<u32>,
    pub from: Vec<u32>,
}

#[napi(object)]
pub struct PassGainControl {
    pub window_frames: u32,
    pub epsilon: f64,
}

#[napi(object)]
pub struct PassMixedRow {
    pub row: u32,
    pub of: Vec<u32>,
    pub weights: Vec<f64>,
}

#[napi(object)]
pub struct PassMotion {
    pub times: Vec<f64>,
    pub depths: Vec<f64>,
    pub displacement: Vec<f64>,
}

fn indices(from: Vec<u32>) -> Vec<usize> {
    from.into_iter().map(|index| index as usize).collect()
}

fn refused(name: &'static str, expected: &'static str) -> DspError {
    DspError::InvalidParameter { name, value: f64::NAN, expected }
}

/// What belongs to the kind, or a refusal by its name.
fn needed<T>(name: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| refused(name, "a value"))
}

impl TryFrom<PassPlan> for Plan {
    type Error = DspError;

    fn try_from(from: PassPlan) -> Result<Self> {
        Ok(Self {
            sampling_rate: from.sampling_rate,
            columns: indices(from.columns),
            scale: from.scale,
            mask: from.mask.map(MaskPlan::try_from).transpose()?,
            temporal: from.temporal.try_into()?,
            spatial: from.spatial.into_iter().map(SpatialPlan::try_from).collect::<Result<_>>()?,
            rounding: match from.rounding.as_str() {
                "half-even" => Rounding::HalfEven,
                "truncate" => Rounding::Truncate,
                _ => return Err(refused("rounding", "half-even or truncate")),
            },
        })
    }
}

impl TryFrom<PassMask> for MaskPlan {
    type Error = DspError;

    fn try_from(from: PassMask) -> Result<Self> {
        let gap = |gap: PassInterval| {
            let (start, end) = (whole("gaps", gap.start)?, whole("gaps", gap.end)?);
            Ok(Interval { segment: gap.segment as usize, start, end })
        };
        let saturation = from.saturation.map(|PassSaturation { level, slope, share, widen_frames }| SaturationPlan {
            level,
            slope,
            share,
            widen_frames: widen_frames as usize,
        });
        Ok(Self {
            gaps: from.gaps.into_iter().map(gap).collect::<Result<_>>()?,
            flat_frames: from.flat_frames.map(|frames| frames as usize),
            saturation,
        })
    }
}

impl TryFrom<PassTemporal> for TemporalPlan {
    type Error = DspError;

    fn try_from(from: PassTemporal) -> Result<Self> {
        Ok(Self {
            method: match from.method.as_str() {
                "direct" => Method::Direct,
                "catgt" => Method::Catgt,
                _ => return Err(refused("method", "direct or catgt")),
            },
            shifts: from.shifts,
            taps: from.taps as usize,
            filters: from.filters.into_iter().map(FilterPlan::try_from).collect::<Result<_>>()?,
        })
    }
}

impl TryFrom<PassFilter> for FilterPlan {
    type Error = DspError;

    fn try_from(from: PassFilter) -> Result<Self> {
        let direction = || match from.direction.as_deref() {
            Some("zero-phase") => Ok(Direction::ZeroPhase),
            Some("causal") => Ok(Direction::Causal),
            _ => Err(refused("direction", "zero-phase or causal")),
        };
        let order = || needed("order", from.order);
        Ok(match from.kind.as_str() {
            "high-pass" => {
                Self::HighPass { cutoff: needed("cutoff", from.cutoff)?, order: order()?, direction: direction()? }
            }
            "low-pass" => {
                Self::LowPass { cutoff: needed("cutoff", from.cutoff)?, order: order()?, direction: direction()? }
            }
            "band-pass" => {
                let (low, high) = (needed("low", from.low)?, needed("high", from.high)?);
                Self::BandPass { low, high, order: order()?, direction: direction()? }
            }
            "notch" => {
                let (frequency, quality) = (needed("frequency", from.frequency)?, needed("quality", from.quality)?);
                Self::Notch { frequency, quality, direction: direction()? }
            }
            "catgt-butterworth" => Self::CatgtButterworth { order: order()?, low: from.low, high: from.high },
            _ => return Err(refused("filters", "a kind of filter")),
        })
    }
}

fn operator(from: Option<String>) -> Result<Operator> {
    match from.as_deref() {
        Some("median") => Ok(Operator::Median),
        Some("mean") => Ok(Operator::Mean),
        _ => Err(refused("operator", "median or mean")),
    }
}

fn middle(from: Option<String>) -> Result<Middle> {
    match from.as_deref() {
        Some("mean") => Ok(Middle::Mean),
        Some("upper") => Ok(Middle::Upper),
        Some("lower") => Ok(Middle::Lower),
        _ => Err(refused("middle", "mean, upper or lower")),
    }
}

impl TryFrom<PassStep> for SpatialPlan {
    type Error = DspError;

    fn try_from(from: PassStep) -> Result<Self> {
        let lists = |lists: Vec<Vec<u32>>| lists.into_iter().map(indices).collect();
        Ok(match from.kind.as_str() {
            "group-reference" => Self::GroupReference(GroupReferencePlan {
                operator: operator(from.operator)?,
                middle: middle(from.middle)?,
                whole: needed("whole", from.whole)?,
                groups: needed("groups", from.groups)?
                    .into_iter()
                    .map(|PassGroup { of, from }| GroupPlan { of: indices(of), from: indices(from) })
                    .collect(),
            }),
            "local-reference" => Self::LocalReference(LocalReferencePlan {
                operator: operator(from.operator)?,
                whole: needed("whole", from.whole)?,
                neighbours: lists(needed("neighbours", from.neighbours)?),
            }),
            "spatial-high-pass" => Self::SpatialHighPass(SpatialHighPassPlan {
                groups: lists(needed("groups", from.members)?),
                order: needed("order", from.order)?,
                cutoff: needed("cutoff", from.cutoff)?,
                padding: needed("padding", from.padding)? as usize,
                taper: needed("taper", from.taper)? as usize,
                gain_control: from.gain_control.map(|control| GainControlPlan {
                    window_frames: control.window_frames as usize,
                    epsilon: control.epsilon,
                }),
            }),
            "mix" => Self::Mix(MixPlan {
                rows: needed("rows", from.rows)?
                    .into_iter()
                    .map(|PassMixedRow { row, of, weights }| MixedRow { row: row as usize, of: indices(of), weights })
                    .collect(),
            }),
            "motion-correction" => Self::MotionCorrection(MotionCorrectionPlan {
                positions: needed("positions", from.positions)?.chunks(2).map(pair).collect(),
                sigma: needed("sigma", from.sigma)?,
                power: needed("power", from.power)?,
                motion: needed("motion", from.motion)?
                    .into_iter()
                    .map(|PassMotion { times, depths, displacement }| Motion { times, depths, displacement })
                    .collect(),
            }),
            _ => return Err(refused("spatial", "a kind of step")),
        })
    }
}

/// A coordinate that is missing is no number.
pub fn pair(from: &[f64]) -> [f64; 2] {
    [from.first().copied().unwrap_or(f64::NAN), from.get(1).copied().unwrap_or(f64::NAN)]
}
