//! How the tissue moves along the probe: its displacement by time and depth.

mod alignment;
mod displacement;
mod estimate;
mod histogram;
pub(crate) mod kriging;
mod pairs;
pub(crate) mod weights;
mod windows;

pub use displacement::Motion;
pub use estimate::{MotionEstimation, MovingPeaks, estimate_motion};
pub use windows::DepthWindows;
