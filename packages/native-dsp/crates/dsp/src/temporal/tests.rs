use super::traces::filter_traces;
use super::*;
use crate::Unattended;

const CHANNELS: usize = 19;

/// Noise on a field potential of 2000 counts at 8 Hz.
fn counts(frames: usize) -> Vec<i16> {
    let mut state = 3u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 16) / 65_536.0 - 0.5
    };
    let wave = |frame: usize| 2000.0 * (frame as f64 * 8.0 * std::f64::consts::TAU / 30_000.0).sin();
    (0..frames * CHANNELS).map(|at| (wave(at / CHANNELS) + 40.0 * noise()).round() as i16).collect()
}

/// The largest difference to the double-precision filter of whole traces, and how many of the words differ.
fn difference(machine: Machine, spec: FilterSpec, frames: usize) -> (f32, usize) {
    let counts = counts(frames);
    let temporal = TemporalSpec { shifts: None, taps: 16, filters: vec![spec], scale: None };
    let temporal = Temporal::prepare_for(machine, &temporal, 30_000.0, CHANNELS).unwrap();
    let mut data = vec![f32::NAN; frames * 32];
    let mut rows = Rows {
        data: &mut data,
        channels: CHANNELS,
        stride: 32,
        first_frame: 0,
        segment: 0,
        at_start: true,
        at_end: true,
        masked: &[],
    };
    let runs = [Run { frames: 0..frames, true_start: true, true_end: true }];
    let take: Vec<usize> = (0..CHANNELS).collect();
    temporal.apply(&counts, CHANNELS, &take, &runs, 0..frames, &mut rows, &mut TemporalScratch::default());
    let mut expected: Vec<f32> = counts.iter().map(|count| f32::from(*count)).collect();
    let cascade = spec.design(30_000.0).unwrap();
    filter_traces(&mut expected, CHANNELS, &cascade, spec.direction, &Unattended).unwrap();
    let (mut largest, mut words) = (0.0f32, 0);
    for (row, expected) in data.chunks_exact(32).zip(expected.chunks_exact(CHANNELS)) {
        assert!(row[CHANNELS..].iter().all(|value| *value == 0.0));
        for (found, expected) in row.iter().zip(expected) {
            largest = largest.max((found - expected).abs());
            words += usize::from(found.round_ties_even() != expected.round_ties_even());
        }
    }
    (largest, words)
}

#[test]
fn every_filter_equals_the_double_precision_one_edges_too_on_every_machine() {
    let high = |cutoff, order| FilterKind::HighPass { cutoff, order };
    let low = |cutoff, order| FilterKind::LowPass { cutoff, order };
    for machine in Machine::all() {
        for (kind, limit) in [
            (high(300.0, 1), 2e-3),
            (high(300.0, 3), 2e-3),
            (high(300.0, 5), 2e-3),
            (high(150.0, 3), 2e-3),
            (high(300.0, 8), 1e-4),
            (high(10.0, 3), 1e-4),
            (low(500.0, 2), 1e-3),
            (low(6000.0, 5), 1e-2),
            (FilterKind::BandPass { low: 300.0, high: 6000.0, order: 5 }, 2e-3),
            (FilterKind::Notch { frequency: 50.0, quality: 30.0 }, 1e-3),
        ] {
            for direction in [Direction::ZeroPhase, Direction::Causal] {
                for frames in [1, 2, 7, 127, 128, 129, 5000] {
                    let (largest, words) = difference(machine, FilterSpec { kind, direction }, frames);
                    assert!(largest < limit, "{machine:?} {kind:?} {direction:?} {frames}: {largest}");
                    if limit <= 2e-3 {
                        assert!(words <= 1 + frames * CHANNELS / 2000, "{machine:?} {kind:?} {frames}: {words}");
                    }
                }
            }
        }
    }
}
