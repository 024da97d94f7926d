use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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

/// Part of an operation: stops with the whole, and leaves the progress to it.
pub(crate) struct SilentPart<'a>(pub &'a dyn Control);

impl Control for SilentPart<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    fn progress(&self, _fraction: f64) {}
}

const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// Counts steps that several threads take, and reports them at most ten times a second.
pub(crate) struct Paced<'a> {
    control: &'a dyn Control,
    steps: usize,
    done: AtomicUsize,
    reported: Mutex<Instant>,
}

impl<'a> Paced<'a> {
    pub fn new(control: &'a dyn Control, steps: usize) -> Self {
        Self { control, steps, done: AtomicUsize::new(0), reported: Mutex::new(Instant::now()) }
    }

    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // A thread that finds the lock taken leaves the report to the one that holds it.
        let Ok(mut reported) = self.reported.try_lock() else { return };
        if reported.elapsed() >= REPORT_INTERVAL {
            *reported = Instant::now();
            self.progress(done as f64 / self.steps as f64);
        }
    }
}

impl Control for Paced<'_> {
    fn cancelled(&self) -> bool {
        self.control.cancelled()
    }

    fn progress(&self, fraction: f64) {
        self.control.progress(fraction);
    }
}
