//! How the tissue moves along the probe: its displacement by time and depth.

mod displacement;
pub(crate) mod kriging;
pub(crate) mod weights;

pub use displacement::Motion;
