use std::sync::atomic::{AtomicBool, Ordering};

use crate::{DspError, Result};

/// How a long operation is watched and stopped; one value is shared by all its threads.
pub trait Control: Sync {
    /// Is polled between blocks: true makes the operation return [`DspError::Cancelled`].
    fn cancelled(&self) -> bool;

    /// Is told how much is done, as a fraction from 0 to 1 that never falls.
    fn progress(&self, fraction: f64);

    /// Refuses to go on after a cancellation.
    fn check(&self) -> Result<()> {
        if self.cancelled() { Err(DspError::Cancelled) } else { Ok(()) }
    }
}

/// Neither watches nor stops.
pub struct Unattended;

impl Control for Unattended {
    fn cancelled(&self) -> bool {
        false
    }

    fn progress(&self, _fraction: f64) {}
}

/// A flag that another thread may raise; progress is dropped.
impl Control for AtomicBool {
    fn cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }

    fn progress(&self, _fraction: f64) {}
}
