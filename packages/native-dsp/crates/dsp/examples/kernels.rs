//! What the kernels cost, in memory: nanoseconds of processor time per frame of 384 channels in one thread (on Linux;
//! elapsed time elsewhere), and how many times faster than a recording of 30 kHz one thread and two are by the clock.
//!
//! `cargo run --release --example kernels [-- [what] [block frames] [seconds]]`

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use neurojoint_dsp::Unattended;
use neurojoint_dsp::block::{Engine, Rounding, Window, Work, Workspace};
use neurojoint_dsp::design::{Direction, FilterKind, FilterSpec};
use neurojoint_dsp::spatial::{
    GroupPlan, GroupReferencePlan, LocalReferencePlan, Middle, Operator, SpatialPlan, prepare,
};
use neurojoint_dsp::temporal::{Run, Temporal, TemporalSpec};

const CHANNELS: usize = 384;
const COLUMNS: usize = 385;
const RATE: f64 = 30_000.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.first().filter(|what| *what != "all");
    let number = |index: usize, otherwise: usize| {
        arguments.get(index).map_or(otherwise, |text| text.parse().expect("a whole number"))
    };
    let (block, seconds) = (number(1, 8192), number(2, 10));
    let counts = simulate(seconds * RATE as usize);
    let high_pass = |order| vec![FilterKind::HighPass { cutoff: 300.0, order }];
    let band_pass = vec![FilterKind::BandPass { low: 300.0, high: 6000.0, order: 5 }];
    let cases = [
        ("copy", false, vec![], Reference::None),
        ("shift", true, vec![], Reference::None),
        ("high3", false, high_pass(3), Reference::None),
        ("shift-high3", true, high_pass(3), Reference::None),
        ("median", false, vec![], Reference::Median),
        ("shift-high3-median", true, high_pass(3), Reference::Median),
        ("shift-high5-median", true, high_pass(5), Reference::Median),
        ("shift-band5-median", true, band_pass, Reference::Median),
        ("shift-high3-slots", true, high_pass(3), Reference::Slots),
        ("shift-high3-annulus", true, high_pass(3), Reference::Annulus),
    ];
    println!("{:24}{:>10}{:>12}{:>12}{:>12}", "block of", block, "ns/frame", "x (1)", "x (2)");
    for (name, shift, filters, reference) in cases {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let engine = engine(shift, &filters, reference);
        let best = |threads| {
            let runs = (0..5).map(|_| measure(&engine, &counts, block, threads));
            runs.reduce(|best, run| Cost {
                clock: best.clock.min(run.clock),
                processor: best.processor.min(run.processor),
            })
            .expect("five runs")
        };
        let (one, two) = (best(1), best(2));
        let times = |nanoseconds: f64| 1e9 / RATE / nanoseconds;
        println!("{name:34}{:>12.1}{:>12.1}{:>12.1}", one.processor, times(one.clock), times(two.clock));
    }
}

/// Nanoseconds per frame.
struct Cost {
    clock: f64,
    processor: f64,
}

/// Nanoseconds that this thread has run, if the system says so.
fn processor_time() -> Option<f64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

/// What is subtracted in the end: nothing, the median of all channels, the mean of those sampled together, that of an annulus.
#[derive(Clone, Copy, PartialEq)]
enum Reference {
    None,
    Median,
    Slots,
    Annulus,
}

impl Reference {
    fn step(self) -> Option<SpatialPlan> {
        let operator = Operator::Mean;
        match self {
            Self::None | Self::Median => None,
            Self::Slots => {
                let slot = |slot| (0..CHANNELS).filter(|row| row % 24 / 2 == slot).collect::<Vec<_>>();
                let groups = (0..12).map(|number| GroupPlan { of: slot(number), from: slot(number) }).collect();
                let plan = GroupReferencePlan { operator, middle: Middle::Mean, whole: false, groups };
                Some(SpatialPlan::GroupReference(plan))
            }
            Self::Annulus => {
                let near =
                    |row: usize| (0..CHANNELS).filter(move |&other| (40.0..=140.0).contains(&distance(row, other)));
                let neighbours = (0..CHANNELS).map(|row| near(row).collect()).collect();
                Some(SpatialPlan::LocalReference(LocalReferencePlan { operator, whole: false, neighbours }))
            }
        }
    }
}

/// (µm) Between two sites of a Neuropixels 1.0 probe.
fn distance(one: usize, other: usize) -> f64 {
    let site = |row: usize| ([43.0, 11.0, 59.0, 27.0][row % 4], 20.0 * (row / 2) as f64);
    let ((x, y), (u, v)) = (site(one), site(other));
    f64::hypot(x - u, y - v)
}

fn engine(shift: bool, filters: &[FilterKind], reference: Reference) -> Engine {
    let shifts = shift.then(|| (0..CHANNELS).map(|channel| (channel % 24 / 2) as f64 / 13.0).collect());
    let filters = filters.iter().map(|kind| FilterSpec { kind: *kind, direction: Direction::ZeroPhase }).collect();
    let spec = TemporalSpec { shifts, taps: 16, filters, scale: None };
    Engine {
        columns: COLUMNS,
        take: (0..CHANNELS).collect(),
        temporal: Temporal::prepare(&spec, RATE, CHANNELS).expect("a spec that holds"),
        spectral: None,
        spatial: reference.step().iter().map(|step| prepare(step, CHANNELS, RATE).expect("a step in order")).collect(),
        global_median: reference == Reference::Median,
        scale: None,
        rounding: Rounding::HalfEven,
    }
}

fn measure(engine: &Engine, counts: &[i16], block: usize, threads: usize) -> Cost {
    let frames = counts.len() / COLUMNS;
    let next = AtomicUsize::new(0);
    // Written once before it counts, so that the pages are there.
    let mut output = vec![1i16; frames * CHANNELS];
    let blocks: Vec<std::sync::Mutex<&mut [i16]>> =
        output.chunks_mut(block * CHANNELS).map(std::sync::Mutex::new).collect();
    let used = std::sync::Mutex::new(0.0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut work = Workspace::default();
                let before = processor_time();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(output) = blocks.get(index) else { break };
                    let (start, end) = (index * block, ((index + 1) * block).min(frames));
                    let window = start.saturating_sub(engine.before())..(end + engine.after()).min(frames);
                    let mut output = output.lock().expect("no panic");
                    let window = Window {
                        counts: &counts[window.start * COLUMNS..window.end * COLUMNS],
                        first_frame: window.start as u64,
                        segment: 0,
                        segment_frames: frames as u64,
                        runs: &[Run {
                            frames: 0..window.len(),
                            true_start: window.start == 0,
                            true_end: window.end == frames,
                        }],
                    };
                    let block = start as u64..end as u64;
                    let words = Some((&mut output[..], CHANNELS));
                    let wanted = block.clone();
                    let observer = None;
                    let work_of = Work { block, wanted, halo: 0, rows: false, observer, words, control: &Unattended };
                    engine.compute(&window, work_of, &mut work);
                }
                let ran = processor_time().zip(before).map_or(f64::NAN, |(after, before)| after - before);
                *used.lock().expect("no panic") += ran;
            });
        }
    });
    let clock = started.elapsed().as_secs_f64() * 1e9 / frames as f64;
    let processor = used.into_inner().expect("no panic") / frames as f64;
    Cost { clock, processor: if processor.is_nan() { clock } else { processor } }
}

/// Noise, noise that the channels share, and a field potential.
fn simulate(frames: usize) -> Vec<i16> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // The sum of four evenly spread numbers is nearly Gaussian.
        let sum: u64 = (0..4).map(|part| (state >> (16 * part)) & 0xffff).sum();
        (sum as f64 / 65_536.0 - 2.0) * 1.732
    };
    let mut counts = Vec::with_capacity(frames * COLUMNS);
    for frame in 0..frames {
        let wave = 300.0 * (frame as f64 * 8.0 * std::f64::consts::TAU / RATE).sin();
        let shared = 5.0 * noise();
        for _ in 0..CHANNELS {
            counts.push((wave + shared + 10.0 * noise()).round() as i16);
        }
        counts.push(0);
    }
    counts
}
