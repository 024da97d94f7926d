//! Converts, calls, converts back; holds no arithmetic.

mod reference;
mod task;
