//! Converts, calls, converts back; holds no arithmetic.

mod recording;
mod simulate;
mod task;
mod traces;
