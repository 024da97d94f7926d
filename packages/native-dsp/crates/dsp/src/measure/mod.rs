//! What is measured of a recording: noise levels, the frames that are not to be used, and its low frequencies.

pub mod decimation;
mod extremes;
mod fourier;
pub mod labels;
pub mod lf;
pub mod mask;
pub(crate) mod median;
pub mod noise;
mod polyphase;
pub mod rms;
pub mod spectrum;
