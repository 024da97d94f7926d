//! Where peaks come from, by their waveforms on the channels around them.

mod center_of_mass;

pub use center_of_mass::center_of_mass;
