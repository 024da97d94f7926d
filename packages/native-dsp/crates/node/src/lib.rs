//! Converts, calls, converts back; holds no arithmetic.

// In a test build, napi exports nothing.
#![cfg_attr(test, allow(dead_code))]

mod detecting;
mod locating;
mod measuring;
mod pass;
mod plan;
mod referencing;
mod simulate;
mod task;
mod traces;
mod waveforms;
