//! Nanoseconds per frame and thread of each spatial step, on 384 rows: `cargo run --profile quick --example spatial`.

use std::time::Instant;

use neurojoint_dsp::spatial::{
    GainControlPlan, GroupPlan, GroupReferencePlan, LocalReferencePlan, Middle, MixPlan, MixedRow, Operator, Rows,
    Scratch, SpatialHighPassPlan, SpatialPlan, prepare,
};

const CHANNELS: usize = 384;
const FRAMES: usize = 128;
const REPEATS: usize = 200;

fn main() {
    let only = std::env::args().nth(1);
    let all: Vec<usize> = (0..CHANNELS).collect();
    let group = |rows: Vec<usize>| GroupPlan { of: rows.clone(), from: rows };
    let slots = |whole| {
        let slot = |slot| group(all.iter().copied().filter(|row| row % 24 / 2 == slot).collect());
        reference(Operator::Mean, whole, (0..12).map(slot).collect())
    };
    let shanks = || all.chunks(96).map(|rows| group(rows.to_vec())).collect::<Vec<_>>();
    let steps = [
        ("global mean", reference(Operator::Mean, false, vec![group(all.clone())])),
        ("demultiplexed mean", slots(false)),
        ("demultiplexed mean, whole", slots(true)),
        ("mean per shank", reference(Operator::Mean, false, shanks())),
        ("global median", reference(Operator::Median, false, vec![group(all.clone())])),
        ("median per shank", reference(Operator::Median, false, shanks())),
        ("annulus mean 40 to 140 um", local(Operator::Mean, false, 40.0, 140.0)),
        ("annulus mean 40 to 140 um, whole", local(Operator::Mean, true, 40.0, 140.0)),
        ("annulus median 30 to 55 um", local(Operator::Median, false, 30.0, 55.0)),
        ("annulus median 40 to 140 um", local(Operator::Median, false, 40.0, 140.0)),
        ("k-filter", high_pass(None)),
        ("k-filter with gain control", high_pass(Some(GainControlPlan { window_frames: 3001, epsilon: 0.01 }))),
        ("interpolation of 5 rows", weights(5, 30)),
        ("local whitening, 30 rows each", weights(CHANNELS, 30)),
        ("global whitening", weights(CHANNELS, CHANNELS)),
    ];
    for (name, plan) in steps.iter().filter(|(name, _)| only.as_ref().is_none_or(|only| name.contains(only.as_str()))) {
        println!("{name:34} {:7.1} ns per frame", nanoseconds(plan));
    }
}

/// The best of several runs.
fn nanoseconds(plan: &SpatialPlan) -> f64 {
    let step = prepare(plan, CHANNELS, 30_000.0).expect("a plan in order");
    let mut state = 1u32;
    let noise: Vec<f32> = (0..FRAMES * CHANNELS)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 22) as f32 / 16.0 - 32.0
        })
        .collect();
    let mut scratch = Scratch::default();
    let runs = (0..REPEATS).map(|_| {
        let mut data = noise.clone();
        let mut rows = Rows {
            data: &mut data,
            channels: CHANNELS,
            stride: CHANNELS,
            first_frame: 0,
            segment: 0,
            at_start: true,
            at_end: true,
            masked: &[],
        };
        let start = Instant::now();
        step.apply(&mut rows, &mut scratch);
        start.elapsed().as_nanos() as f64 / FRAMES as f64
    });
    runs.fold(f64::INFINITY, f64::min)
}

fn reference(operator: Operator, whole: bool, groups: Vec<GroupPlan>) -> SpatialPlan {
    SpatialPlan::GroupReference(GroupReferencePlan { operator, middle: Middle::Mean, whole, groups })
}

/// Of a Neuropixels 1.0 probe.
fn local(operator: Operator, whole: bool, inner: f64, outer: f64) -> SpatialPlan {
    let position = |row: usize| ([43.0, 11.0, 59.0, 27.0][row % 4], 20.0 * (row / 2) as f64);
    let distance = |a: usize, b: usize| {
        let ((ax, ay), (bx, by)) = (position(a), position(b));
        f64::hypot(ax - bx, ay - by)
    };
    let near = |row: usize| (0..CHANNELS).filter(|&other| (inner..=outer).contains(&distance(row, other))).collect();
    SpatialPlan::LocalReference(LocalReferencePlan { operator, whole, neighbours: (0..CHANNELS).map(near).collect() })
}

fn high_pass(gain_control: Option<GainControlPlan>) -> SpatialPlan {
    let groups = vec![(0..CHANNELS).collect()];
    SpatialPlan::SpatialHighPass(SpatialHighPassPlan {
        groups,
        order: 3,
        cutoff: 0.01,
        padding: 60,
        taper: 0,
        gain_control,
    })
}

fn weights(rows: usize, terms: usize) -> SpatialPlan {
    let mixed = |row: usize| {
        let first = row.saturating_sub(terms / 2).min(CHANNELS - terms);
        MixedRow { row, of: (first..first + terms).collect(), weights: vec![1.0 / terms as f64; terms] }
    };
    SpatialPlan::Mix(MixPlan { rows: (0..rows).map(mixed).collect() })
}
