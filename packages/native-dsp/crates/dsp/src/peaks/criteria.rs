use crate::{DspError, Result};

/// The sign of the peaks that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Negative,
    Positive,
    /// Peaks of either sign, which compete with each other.
    Both,
}

/// Which candidates a peak must outdo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Candidates on channels within the radius, in units of their thresholds.
    LocallyExclusive,
    /// Every sample of its own channel within the exclusion time; its threshold must be passed, not only reached.
    ByChannel,
}

/// What counts as a peak.
#[derive(Debug, Clone, PartialEq)]
pub struct PeakCriteria {
    /// x, y of each channel (µm).
    pub positions: Vec<[f64; 2]>,
    /// In units of the channel's noise level.
    pub threshold: f32,
    /// Channels no further apart than this compete (µm).
    pub radius: f64,
    /// Peaks no further apart than this compete.
    pub exclusion_frames: usize,
    pub sign: Sign,
    pub method: Method,
}

impl PeakCriteria {
    pub(crate) fn validate(&self, channels: usize) -> Result<()> {
        if self.positions.len() != channels {
            let length = self.positions.len();
            return Err(DspError::WrongLength { name: "positions", length, expected: channels });
        }
        if let Some(&value) = self.positions.iter().flatten().find(|coordinate| !coordinate.is_finite()) {
            return Err(DspError::InvalidParameter { name: "positions", value, expected: "finite numbers" });
        }
        let value = f64::from(self.threshold);
        if !(value > 0.0 && value.is_finite()) {
            return Err(DspError::InvalidParameter { name: "threshold", value, expected: "a positive number" });
        }
        require_radius("radius", self.radius)
    }
}

pub(crate) fn require_radius(name: &'static str, value: f64) -> Result<()> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(DspError::InvalidParameter { name, value, expected: "a number that is not negative" })
}

/// Whether two channels are no further apart than `radius`.
pub(crate) fn near([x, y]: [f64; 2], [u, v]: [f64; 2], radius: f64) -> bool {
    (x - u).hypot(y - v) <= radius
}
