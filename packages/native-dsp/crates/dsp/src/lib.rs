//! Preprocessing of extracellular recordings, for slices and files; knows nothing of Node.
//!
//! Traces are frame-major everywhere: the samples of frame `t` stand at
//! `t * channels .. (t + 1) * channels`. Lengths are in samples (frames), frequencies in Hz,
//! positions in µm.

pub mod block;
mod control;
pub mod design;
mod error;
mod frames;
pub mod location;
pub mod measure;
pub mod motion;
pub mod pack;
pub mod pass;
pub mod peaks;
pub mod simulate;
pub mod spatial;
pub mod spectral;
pub mod temporal;
mod tridiagonal;
pub mod whitening;

pub use control::{Control, Unattended};
pub use error::{DspError, Result};
