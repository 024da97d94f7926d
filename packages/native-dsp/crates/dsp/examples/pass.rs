//! What whole passes cost: `cargo run --release --example pass [seconds] [folder]`.
//!
//! A simulated recording of 384 channels and a word of sync, ADC shift, zero-phase high-pass and global median: in memory,
//! with peaks, and from file to file in `folder` where one is given. Times are those of the wall and of all processors.

use std::time::Instant;

use neurojoint_dsp::pass::plan::{
    Direction, FilterPlan, GroupPlan, GroupReferencePlan, Method, Middle, Operator, Plan, Rounding, SpatialPlan,
    TemporalPlan,
};
use neurojoint_dsp::pass::{FrameRange, Outputs, Pass, PeakOutput, Source, Target, give_back};
use neurojoint_dsp::peaks::{self, PeakCriteria, Sign};
use neurojoint_dsp::{Result, Unattended};

const CHANNELS: usize = 384;
const COLUMNS: usize = 385;
const RATE: f64 = 30_000.0;
const TURNS: usize = 5;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds: f64 = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(10.0);
    let folder = arguments.next();
    let frames = (seconds * RATE) as u64;
    let counts = noise(frames as usize);
    let plan = plan();
    let bytes: Vec<u8> = match &folder {
        Some(_) => counts.iter().flat_map(|count| count.to_le_bytes()).collect(),
        None => Vec::new(),
    };
    let pass = Pass::open(Source::memory(Box::new(counts), COLUMNS, &[frames])?, &plan)?;
    let whole = FrameRange { segment: 0, frames: 0..frames, rows: None };
    let second = FrameRange { segment: 0, frames: 12_345..42_345, rows: None };
    for threads in [1, 2] {
        let name = |what: &str| format!("{what}, {threads} threads");
        measure(&name("traces"), frames, || pass.traces(&whole, threads, &Unattended).map(give_back))?;
        measure(&name("run"), frames, || pass.run(None, &rms(), None, threads, &Unattended).map(drop))?;
        let peaks = Outputs { peaks: Some(peaks()), ..rms() };
        measure(&name("run with peaks"), frames, || pass.run(None, &peaks, None, threads, &Unattended).map(drop))?;
        measure(&name("a second"), 30_000, || pass.traces(&second, threads, &Unattended).map(give_back))?;
    }
    if let Some(folder) = folder {
        let (from, to) = (format!("{folder}/pass-source.bin"), format!("{folder}/pass-target.bin"));
        std::fs::write(&from, bytes).expect("the folder can be written");
        let pass = Pass::open(Source::file(&from, 0, COLUMNS, &[frames])?, &plan)?;
        let target = Target { path: to.clone(), rows: (0..CHANNELS).collect(), copied: vec![CHANNELS] };
        measure("a second of a file, 2 threads", 30_000, || pass.traces(&second, 2, &Unattended).map(give_back))?;
        measure("file to file, 2 threads", frames, || {
            let _ = std::fs::remove_file(&to);
            pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).map(drop)
        })?;
        let _ = std::fs::remove_file(from).and(std::fs::remove_file(to));
    }
    Ok(())
}

/// Prints the best and the median of some turns.
fn measure(name: &str, frames: u64, mut turn: impl FnMut() -> Result<()>) -> Result<()> {
    let mut taken = Vec::new();
    for _ in 0..TURNS {
        let (wall, processor) = (Instant::now(), processor_seconds());
        turn()?;
        taken.push((wall.elapsed().as_secs_f64(), processor_seconds() - processor));
    }
    taken.sort_by(|one, two| one.0.total_cmp(&two.0));
    let line = |(wall, processor): (f64, f64)| {
        let per_frame = |seconds: f64| seconds * 1e9 / frames as f64;
        let times = frames as f64 / RATE / wall;
        format!("{:7.1} ns a frame ({:7.1} of processors), {times:6.1}x", per_frame(wall), per_frame(processor))
    };
    println!("{name:32} best {}   median {}", line(taken[0]), line(taken[TURNS / 2]));
    Ok(())
}

/// Of all threads, as far as the system tells in hundredths; 0 where it does not.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn rms() -> Outputs {
    Outputs { rms: true, ..Outputs::default() }
}

fn peaks() -> PeakOutput {
    let criteria = PeakCriteria {
        positions: (0..CHANNELS).map(|channel| [16.0 * (channel % 4) as f64, 20.0 * (channel / 2) as f64]).collect(),
        threshold: 5.0,
        radius: 60.0,
        exclusion_frames: 15,
        sign: Sign::Negative,
        method: peaks::Method::LocallyExclusive,
    };
    PeakOutput { criteria, locate_radius: None, noise_levels: None }
}

/// Near to normal, on a slow wave.
fn noise(frames: usize) -> Vec<i16> {
    let mut state = 1_u64;
    let mut counts = Vec::with_capacity(frames * COLUMNS);
    for frame in 0..frames {
        let wave = (300.0 * (frame as f64 * 8.0 * std::f64::consts::TAU / RATE).sin()) as i32;
        for _ in 0..CHANNELS {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = ((state >> 32) & 15) + ((state >> 40) & 15) + ((state >> 48) & 15) + ((state >> 56) & 15);
            counts.push((wave + noise as i32 - 30) as i16);
        }
        counts.push((frame >> 12) as i16 & 64);
    }
    counts
}

fn plan() -> Plan {
    let rows: Vec<usize> = (0..CHANNELS).collect();
    let groups = vec![GroupPlan { of: rows.clone(), from: rows.clone() }];
    let reference = GroupReferencePlan { operator: Operator::Median, middle: Middle::Mean, whole: false, groups };
    Plan {
        sampling_rate: RATE,
        columns: rows,
        scale: None,
        mask: None,
        temporal: TemporalPlan {
            method: Method::Direct,
            shifts: Some((0..CHANNELS).map(|channel| (channel % 24 / 2) as f64 / 13.0).collect()),
            taps: 16,
            filters: vec![FilterPlan::HighPass { cutoff: 300.0, order: 3, direction: Direction::ZeroPhase }],
        },
        spatial: vec![SpatialPlan::GroupReference(reference)],
        rounding: Rounding::HalfEven,
    }
}
