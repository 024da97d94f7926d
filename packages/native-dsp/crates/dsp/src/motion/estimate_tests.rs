use super::*;
use crate::Unattended;

const ESTIMATION: MotionEstimation = MotionEstimation {
    duration: 240.0,
    depth_range: [0.0, 1600.0],
    time_bin: 2.0,
    depth_bin: 5.0,
    depth_smoothing: 5.0,
    amplitude_bins: 5,
    windows: None,
    most_displacement: 100.0,
    horizon: 1000.0,
    least_correlation: 0.1,
};

/// A simple generator of numbers from 0 to 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.roll()).ln()).sqrt() * (std::f64::consts::TAU * self.roll()).cos()
    }
}

/// Peaks of 120 units at 2 Hz each, their depths scattered by 10 µm, in tissue that moves by `drift(time, depth)`.
fn simulate(drift: impl Fn(f64, f64) -> f64) -> [Vec<f64>; 3] {
    let mut dice = Dice(7);
    let mut peaks = [const { Vec::new() }; 3];
    for _ in 0..120 {
        let (rest, size) = (1600.0 * dice.roll(), 40.0 + 200.0 * dice.roll().powi(3));
        for _ in 0..480 {
            let time = 240.0 * dice.roll();
            let depth = rest + drift(time, rest) + 10.0 * dice.normal();
            peaks[0].push(time);
            peaks[1].push(depth);
            peaks[2].push(-size * (1.0 + 0.1 * dice.normal()));
        }
    }
    peaks
}

fn estimate(peaks: &[Vec<f64>; 3], estimation: &MotionEstimation, threads: usize) -> Motion {
    let [times, depths, amplitudes] = peaks;
    estimate_motion(&MovingPeaks { times, depths, amplitudes }, estimation, threads, &Unattended).unwrap()
}

/// Root mean square of the error in each window, after the mean of each, which nothing tells.
fn error(motion: &Motion, drift: impl Fn(f64, f64) -> f64) -> f64 {
    let windows = motion.depths.len();
    let mut squares = 0.0;
    for (window, &depth) in motion.depths.iter().enumerate() {
        let off: Vec<f64> = motion
            .times
            .iter()
            .enumerate()
            .map(|(bin, &time)| motion.displacement[bin * windows + window] - drift(time, depth))
            .collect();
        let mean = off.iter().sum::<f64>() / off.len() as f64;
        squares += off.iter().map(|off| (off - mean).powi(2)).sum::<f64>() / off.len() as f64;
    }
    (squares / windows as f64).sqrt()
}

fn zigzag(time: f64) -> f64 {
    let phase = (time / 80.0).fract();
    60.0 * if phase < 0.5 { phase } else { 1.0 - phase } - 15.0
}

#[test]
fn a_rigid_zigzag_is_found_within_two_micrometres() {
    let drift = |time, _| zigzag(time);
    let motion = estimate(&simulate(drift), &ESTIMATION, 2);
    assert_eq!((motion.times.len(), motion.depths.as_slice()), (120, [800.0].as_slice()));
    let error = error(&motion, drift);
    assert!(error < 2.0, "{error}");
}

#[test]
fn motion_that_grows_with_depth_is_found_window_by_window() {
    let drift = |time: f64, depth: f64| zigzag(time) * depth / 800.0;
    let windows = Some(DepthWindows { step: 200.0, scale: 200.0 });
    let motion = estimate(&simulate(drift), &MotionEstimation { windows, ..ESTIMATION }, 2);
    assert_eq!(motion.depths.len(), 8);
    let error = error(&motion, drift);
    assert!(error < 3.0, "{error}");
}
