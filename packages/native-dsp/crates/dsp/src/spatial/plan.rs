//! Spatial steps as data: indices are those of rows.

use crate::motion::Motion;
use crate::{DspError, Result};

#[derive(Debug, Clone, PartialEq)]
pub enum SpatialPlan {
    GroupReference(GroupReferencePlan),
    LocalReference(LocalReferencePlan),
    SpatialHighPass(SpatialHighPassPlan),
    Mix(MixPlan),
    MotionCorrection(MotionCorrectionPlan),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Median,
    Mean,
}

/// Of an even number of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Middle {
    Mean,
    Upper,
    Lower,
}

/// Subtracts from the rows of each group what is common to its members; a row in no group stays.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupReferencePlan {
    pub operator: Operator,
    pub middle: Middle,
    /// CatGT: values become whole counts (towards zero, clamped to int16) and the reference is truncated towards zero.
    pub whole: bool,
    /// Groups share no row.
    pub groups: Vec<GroupPlan>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupPlan {
    /// Rows that make the reference.
    pub of: Vec<usize>,
    /// Rows from which it is subtracted.
    pub from: Vec<usize>,
}

/// Subtracts from each row the median or mean of its neighbours; a row without neighbours stays.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalReferencePlan {
    pub operator: Operator,
    /// As that of [`GroupReferencePlan`].
    pub whole: bool,
    /// Of each row.
    pub neighbours: Vec<Vec<usize>>,
}

/// IBL's k-filter: a Butterworth high-pass across the rows of each group, forward and backward, with gain control.
#[derive(Debug, Clone, PartialEq)]
pub struct SpatialHighPassPlan {
    pub groups: Vec<Vec<usize>>,
    pub order: u32,
    /// As a fraction of the spatial Nyquist frequency.
    pub cutoff: f64,
    /// Channels, mirrored, on either side.
    pub padding: usize,
    /// Channels.
    pub taper: usize,
    pub gain_control: Option<GainControlPlan>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainControlPlan {
    /// An even number counts as the next odd one.
    pub window_frames: usize,
    /// In the unit of the rows.
    pub epsilon: f64,
}

/// Each row becomes a weighted sum of rows: interpolation of bad channels, whitening.
#[derive(Debug, Clone, PartialEq)]
pub struct MixPlan {
    /// Those that change.
    pub rows: Vec<MixedRow>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MixedRow {
    pub row: usize,
    pub of: Vec<usize>,
    pub weights: Vec<f64>,
}

/// Moves rows along the probe against the drift of the tissue.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionCorrectionPlan {
    /// (µm) of each row.
    pub positions: Vec<[f64; 2]>,
    /// (µm)
    pub sigma: f64,
    pub power: f64,
    /// Per segment.
    pub motion: Vec<Motion>,
}

/// Refuses a row that stands twice in what must be apart.
pub(super) fn require_apart<'a>(
    name: &'static str,
    rows: impl IntoIterator<Item = &'a usize>,
    channels: usize,
) -> Result<()> {
    let mut seen = vec![false; channels];
    for &row in rows {
        if row >= channels || std::mem::replace(&mut seen[row], true) {
            let expected = if row >= channels { "the index of a row" } else { "each row at most once" };
            return Err(DspError::InvalidParameter { name, value: row as f64, expected });
        }
    }
    Ok(())
}
