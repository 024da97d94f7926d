//! Where peaks come from, by their waveforms on the channels around them.

mod center_of_mass;
mod decrease;
mod grid;
mod monopolar;
mod peaks;
mod prototype;

pub use center_of_mass::center_of_mass;
pub use grid::GridConvolution;
pub use monopolar::{Monopole, find_monopole, monopole_misfit};
pub use peaks::{LocationMethod, PeakPlaces, WaveformWindow, locate_peaks};
pub use prototype::find_prototype;
