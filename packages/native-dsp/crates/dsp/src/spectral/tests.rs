use super::*;
use crate::Unattended;

fn run(frames: Range<usize>) -> Run {
    Run { frames, true_start: true, true_end: true }
}

fn apply(spec: &SpectralSpec, counts: &[i16], runs: &[Run]) -> Vec<f32> {
    let spectral = Spectral::prepare(spec, 30_000.0, 1).unwrap();
    let mut data = vec![f32::NAN; counts.len() * 16];
    let mut rows = Rows {
        data: &mut data,
        channels: 1,
        stride: 16,
        first_frame: 0,
        segment: 0,
        at_start: true,
        at_end: true,
        masked: &[],
    };
    let scratch = &mut SpectralScratch::default();
    let counts_at_hand = Counts { data: counts, columns: 1, take: &[0] };
    spectral.apply(&counts_at_hand, runs, 0, 0..counts.len(), &mut rows, scratch, &Unattended).unwrap();
    data.iter().step_by(16).copied().collect()
}

fn spec(shift: f64, filters: Vec<Magnitude>) -> SpectralSpec {
    SpectralSpec { shifts: Some(vec![shift]), filters, scale: None }
}

const USUAL: Magnitude = Magnitude { order: 12, low: Some(300.0), high: Some(9000.0) };

#[test]
fn the_magnitude_is_that_of_the_formula() {
    assert_eq!(USUAL.at(0.0), 0.0);
    assert!((USUAL.at(300.0) - 0.5_f64.sqrt()).abs() < 1e-12);
    assert!((USUAL.at(9000.0) - 0.5_f64.sqrt()).abs() < 1e-12);
    assert!((USUAL.at(1500.0) - 1.0).abs() < 1e-12);
    assert!((USUAL.at(150.0) - 1.0 / (1.0 + 2.0_f64.powi(24)).sqrt()).abs() < 1e-12);
}

#[test]
fn a_sine_is_delayed_and_cut_off_towards_zero() {
    let sine = |frame: f64| 1000.0 * (TAU * 1000.0 * frame / 30_000.0).sin();
    let counts: Vec<i16> = (0..70_000).map(|frame| sine(f64::from(frame)).round() as i16).collect();
    let found = apply(&spec(0.5, vec![USUAL]), &counts, &[run(0..counts.len())]);
    for frame in 1000..69_000 {
        let expected = sine(frame as f64 - 0.5);
        assert_eq!(found[frame], found[frame].trunc());
        assert!((f64::from(found[frame]) - expected).abs() < 1.6, "{frame}: {} {expected}", found[frame]);
    }
}

#[test]
fn a_channel_that_is_not_delayed_keeps_its_counts() {
    let counts: Vec<i16> = (0..40_000).map(|frame| (frame % 977) as i16 - 400).collect();
    let found = apply(&spec(0.0, Vec::new()), &counts, &[run(0..counts.len())]);
    assert!(found.iter().zip(&counts).all(|(found, count)| *found == f32::from(*count)));
}

#[test]
fn frames_outside_of_runs_are_0_and_do_not_reach_into_them() {
    let mut counts = vec![700_i16; 3000];
    counts[1000..1100].fill(-20_000);
    let found = apply(&spec(0.25, Vec::new()), &counts, &[run(0..1000), run(1100..3000)]);
    assert!(found[1000..1100].iter().all(|value| *value == 0.0));
    // a constant stays one, but for what is cut off
    assert!(found[..1000].iter().chain(&found[1100..]).all(|value| (699.0..=700.0).contains(value)));
}

#[test]
fn blocks_give_each_frame_once() {
    for (origin, inner) in [(0, 0..1), (64, 0..BLOCK + 128), (500, 100..3 * BLOCK), (0, 0..BLOCK + 501), (7, 7..7)] {
        let mut next = inner.start;
        for block in blocks(origin, &inner) {
            assert_eq!(block.start, next);
            assert!(block.end <= block.origin + BLOCK + MARGIN);
            next = block.end;
        }
        assert_eq!(next, inner.end);
    }
}
