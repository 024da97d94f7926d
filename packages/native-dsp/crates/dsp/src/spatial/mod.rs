//! Steps that combine the channels of a frame.

mod channel_filter;
#[cfg(target_arch = "x86_64")]
mod counting;
mod gain_control;
mod group_mean;
mod group_median;
mod group_reference;
mod lanes;
mod local_reference;
mod middle;
mod mix;
mod motion_correction;
mod neighbour_sums;
mod network;
mod plan;
mod spatial_high_pass;
mod tile;
mod traces;

pub mod median;

use std::ops::Range;

use crate::{DspError, Result};

pub use motion_correction::{MotionCorrection, correct_motion};
pub use plan::{
    GainControlPlan, GroupPlan, GroupReferencePlan, LocalReferencePlan, Middle, MixPlan, MixedRow,
    MotionCorrectionPlan, Operator, SpatialHighPassPlan, SpatialPlan,
};
pub use traces::apply;

/// Makes the step that a plan asks for, for rows of so many channels.
///
/// Refuses indices of rows that there are not, rows in two groups, and parameters out of range; `sampling_rate` (Hz).
pub fn prepare(plan: &SpatialPlan, channels: usize, sampling_rate: f64) -> Result<Box<dyn SpatialStep>> {
    Ok(match plan {
        SpatialPlan::GroupReference(plan) => group_reference::prepare(plan, channels)?,
        SpatialPlan::LocalReference(plan) => Box::new(local_reference::LocalReference::prepare(plan, channels)?),
        SpatialPlan::SpatialHighPass(plan) => Box::new(spatial_high_pass::SpatialHighPass::prepare(plan, channels)?),
        SpatialPlan::Mix(plan) => Box::new(mix::Mix::prepare(plan, channels)?),
        SpatialPlan::MotionCorrection(MotionCorrectionPlan { positions, sigma, power, motion }) => {
            if positions.len() != channels {
                let length = positions.len();
                return Err(DspError::WrongLength { name: "spatial.positions", length, expected: channels });
            }
            Box::new(MotionCorrection::prepare(positions, *sigma, *power, motion, sampling_rate)?)
        }
    })
}

/// Frames of one segment in single-precision counts; what a step leaves in them is the next one's input.
pub struct Rows<'a> {
    /// Frame `t` stands at `t * stride .. t * stride + channels`; what lies between `channels` and `stride` is 0.
    pub data: &'a mut [f32],
    pub channels: usize,
    /// A multiple of 16.
    pub stride: usize,
    /// The frame of the segment that stands first.
    pub first_frame: u64,
    pub segment: usize,
    /// Whether the segment begins with the first of these frames, and ends with the last.
    pub at_start: bool,
    pub at_end: bool,
    /// Frames (counted from the first) that are masked: they are 0 and stay so.
    pub masked: &'a [Range<usize>],
}

impl Rows<'_> {
    pub fn frames(&self) -> usize {
        self.data.len() / self.stride
    }

    /// The rows, padded to their stride, of each stretch of the frames `inner` between masks.
    pub fn unmasked(&self, inner: &Range<usize>) -> impl Iterator<Item = &[f32]> {
        let (stride, inner) = (self.stride, inner.clone());
        let clipped = move |frame: usize| frame.clamp(inner.start, inner.end) * stride;
        let starts = [0].into_iter().chain(self.masked.iter().map(|mask| mask.end));
        let ends = self.masked.iter().map(|mask| mask.start).chain([usize::MAX]);
        starts.zip(ends).map(move |(start, end)| &self.data[clipped(start)..clipped(end)])
    }
}

/// Buffers that a thread uses again for every block.
#[derive(Default)]
pub struct Scratch {
    pub floats: Vec<f32>,
    pub words: Vec<i16>,
}

/// A step over rows, in place.
pub trait SpatialStep: Send + Sync {
    /// Frames on either side of a frame that its result depends on. Where the rows end and the segment does not,
    /// so many frames of the result are not valid; whoever calls gives that many more.
    fn margin(&self) -> usize {
        0
    }

    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch);
}
