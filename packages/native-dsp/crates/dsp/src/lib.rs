//! Preprocessing of extracellular recordings, for slices and files; knows nothing of Node.
//!
//! Traces are frame-major everywhere: the samples of frame `t` stand at
//! `t * channels .. (t + 1) * channels`. Lengths are in samples (frames), frequencies in Hz,
//! positions in µm.

mod control;
mod error;
pub mod reference;
pub mod simulate;

pub use control::{Control, Unattended};
pub use error::{DspError, Result};
