//! What is measured of a recording: noise levels, and the frames that are not to be used.

mod extremes;
pub mod mask;
pub mod noise;
