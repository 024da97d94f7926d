//! Simulated recordings with known spikes.
//!
//! The generator is written twice, here and in TypeScript (`src/typescript/simulate`), with the same arithmetic: 32-bit
//! integers, and `f64` with `+ - * /`, `sqrt` and `floor` only, in the same order. IEEE 754 rounds these alike
//! everywhere, so both give the same spike times and the same counts, bit for bit.
//!
//! **Random numbers** come from counted streams: draw `k` of a stream is `mix(k * multiplier + offset)`, where `mix` is a
//! 32-bit finaliser and both constants follow from seed, purpose and index. Nothing has state, so any range of the
//! recording can be computed alone, on any thread, and equals that range of the whole. Bells are the four bytes of a
//! draw added up (Irwin-Hall of order 4): mixing and colouring add up to some twenty of them per sample, which leaves an
//! excess kurtosis of about -0.02.
//!
//! **Every signal is a function of continuous time**, and channel `c` shows in frame `n` its value at
//! `n + shift(c)`: the skew of the multiplexed ADCs. It is removed by delaying the channel by its shift.
//!
//! - *Units* are spread along the shanks, one per stretch of sites, 8 to 30 µm off the probe. Amplitude falls with
//!   distance `r` as `(1 + (r / spread)²)^-1.5`, tapered to 0 at 150 µm; the spike comes later (0.3 to 0.5 m/s) and gets
//!   slower with distance. Small amplitudes are more frequent: `low + (high - low) u²`.
//! - *Spike*: a trough and, 0.25 to 0.65 ms later, a wider positive peak; both are cubic B-splines.
//! - *Spike times*: Poisson with an absolute refractory period of whole samples; each spike has its own fraction of a
//!   sample and its own amplitude.
//! - *Noise*: white bells, mixed over the sites within `noise_radius` with weights `(1 - (d / radius)²)²`, coloured by a
//!   cubic B-spline of 1.5 samples (half the power below 3 kHz), scaled to the wanted deviation.
//! - *Common noise*: one such noise for all channels.
//! - *Rhythm*: a sine that grows towards the top of the probe (0.4 to 1) and whose phase runs one cycle per 2500 µm, after
//!   the amplifier's first-order high-pass.
//! - *Counts*: nearest integer, halves to even, clipped to the range of the ADC.

mod block;
mod bump;
mod model;
mod noise;
mod parameters;
mod random;
mod rhythm;
mod spikes;
#[cfg(test)]
mod tests;
mod units;

pub use model::Simulation;
pub use parameters::{Channel, Parameters};
pub use spikes::Spikes;
pub use units::Unit;
