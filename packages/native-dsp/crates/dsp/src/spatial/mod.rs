//! Steps that combine the channels of a frame.

mod motion_correction;

use std::ops::Range;

pub use motion_correction::MotionCorrection;

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
