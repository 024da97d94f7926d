//! Converts, calls, converts back; holds no arithmetic.

mod reference;
mod simulate;
mod task;
