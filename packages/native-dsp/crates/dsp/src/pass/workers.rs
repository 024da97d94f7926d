//! Jobs that several threads take from a counter.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::control::{Control, Paced};
use crate::{DspError, Result};

/// A lock whose value is never left half changed: a panic elsewhere spoils nothing.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Does the jobs `0 .. jobs`, each of which is one step of progress; the results come in the order of the jobs.
///
/// `begin` makes what a thread keeps from job to job; `end` gets it back. After a failure, a panic or a cancellation no
/// job is begun, and the failure of the earliest job is returned; a panic goes on in the calling thread.
pub fn run<W, T: Send>(
    threads: usize,
    jobs: usize,
    progress: &Paced<'_>,
    begin: impl Fn() -> W + Sync,
    end: impl Fn(W) + Sync,
    work: impl Fn(usize, &mut W) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let results = Mutex::new(Vec::with_capacity(jobs));
    let panicked: Mutex<Option<Box<dyn Any + Send>>> = Mutex::new(None);
    let worker = || {
        let mut kept = begin();
        while !stopped.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= jobs {
                break;
            }
            let job = AssertUnwindSafe(|| progress.check().and_then(|()| work(index, &mut kept)));
            match catch_unwind(job) {
                Ok(result) => {
                    stopped.fetch_or(result.is_err(), Ordering::Relaxed);
                    lock(&results).push((index, result));
                    progress.step();
                }
                Err(payload) => {
                    stopped.store(true, Ordering::Relaxed);
                    lock(&panicked).get_or_insert(payload);
                }
            }
        }
        end(kept);
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(jobs) {
            // Where the system gives no further thread, those that there are do the work.
            let _ = std::thread::Builder::new().name("pass".to_owned()).spawn_scoped(scope, worker);
        }
        worker();
    });
    if let Some(payload) = lock(&panicked).take() {
        resume_unwind(payload);
    }
    let mut results = std::mem::take(&mut *lock(&results));
    results.sort_unstable_by_key(|(index, _)| *index);
    let results: Vec<T> = results.into_iter().map(|(_, result)| result).collect::<Result<_>>()?;
    if results.len() == jobs { Ok(results) } else { Err(DspError::Cancelled) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    fn squares(threads: usize, jobs: usize, work: impl Fn(usize) -> Result<usize> + Sync) -> Result<Vec<usize>> {
        run(threads, jobs, &Paced::new(&Unattended, jobs), || (), |()| (), |index, ()| work(index))
    }

    #[test]
    fn results_come_in_the_order_of_the_jobs_whatever_the_threads() {
        for threads in [1, 2, 7] {
            let slow_first = |index: usize| {
                std::thread::sleep(std::time::Duration::from_millis(if index == 0 { 5 } else { 0 }));
                Ok(index * index)
            };
            assert_eq!(squares(threads, 5, slow_first).unwrap(), [0, 1, 4, 9, 16]);
        }
        assert_eq!(squares(3, 0, Ok).unwrap(), [0_usize; 0]);
    }

    #[test]
    fn a_failure_stops_the_others_and_is_what_is_returned() {
        let begun = AtomicUsize::new(0);
        let failing = |index: usize| {
            begun.fetch_add(1, Ordering::Relaxed);
            if index == 3 { Err(DspError::RaggedFrames { samples: 3, channels: 2 }) } else { Ok(index) }
        };
        assert_eq!(squares(2, 100_000, failing), Err(DspError::RaggedFrames { samples: 3, channels: 2 }));
        assert!(begun.into_inner() < 100_000);
    }

    #[test]
    fn a_panic_in_any_thread_reaches_the_caller_with_its_words() {
        for threads in [1, 2] {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                squares(threads, 100, |index| if index == 50 { panic!("at fifty") } else { Ok(index) })
            }));
            assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"at fifty"));
        }
    }

    #[test]
    fn a_raised_flag_begins_no_job() {
        let flag = AtomicBool::new(true);
        let stopped = run(2, 9, &Paced::new(&flag, 9), || (), |()| (), |_, ()| -> Result<()> { panic!("begun") });
        assert_eq!(stopped, Err(DspError::Cancelled));
    }
}
