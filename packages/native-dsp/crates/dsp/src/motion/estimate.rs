use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::alignment::{PairDisplacements, align};
use super::displacement::Motion;
use super::histogram::{GRAIN, Histograms, bins};
use super::pairs::{Buffers, Comparison, Finding};
use super::windows::{DepthWindows, centers, weights};
use crate::control::Paced;
use crate::{Control, DspError, Result};

/// Peaks of one segment: one entry per peak in each list.
#[derive(Debug, Clone, Copy)]
pub struct MovingPeaks<'a> {
    /// (s from the segment's start)
    pub times: &'a [f64],
    /// (µm) As they were located.
    pub depths: &'a [f64],
    /// Of either sign, in any unit.
    pub amplitudes: &'a [f64],
}

/// How motion is estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionEstimation {
    /// (s) Of the segment.
    pub duration: f64,
    /// (µm) The depths of the outermost contacts.
    pub depth_range: [f64; 2],
    /// (s)
    pub time_bin: f64,
    /// (µm)
    pub depth_bin: f64,
    /// (µm) Standard deviation by which histograms are smoothed along depth.
    pub depth_smoothing: f64,
    pub amplitude_bins: usize,
    /// `None` for rigid motion.
    pub windows: Option<DepthWindows>,
    /// (µm) Between any two bins that are compared.
    pub most_displacement: f64,
    /// (s) Bins further apart are not compared.
    pub horizon: f64,
    /// Pairs of bins that correlate less do not count.
    pub least_correlation: f64,
}

/// Pairs of bins less than so far apart are all compared; beyond, half as many for each doubling of the distance.
const DENSE_DELAYS: usize = 32;

/// Of windows, delays and time bins, and of time, amplitude and depth bins.
const MOST_NUMBERS: f64 = 2e8;

/// Estimates how the tissue moves, from peaks: decentralised registration.
///
/// Peaks are counted per time bin by depth and logarithm of amplitude. Two bins are compared by the correlation of
/// their histograms (`log(1 + n)`, smoothed), weighted by a window along depth, at each displacement of one against the
/// other; the displacement is that of the largest, refined by a parabola. The displacement of each bin is what agrees
/// best with those of all pairs, robustly (`align`), and is 0 for the median bin of each window. Windows follow each
/// other every `step`, half a `scale` off the ends of the probe; one for a short probe.
///
/// Memory: 12 bytes per window and compared pair of bins (some hundred pairs per bin, growing with the logarithm of the
/// horizon), and the histograms. Threads share the pairs; the result does not depend on their number.
/// Sources: Varol et al. 2021 (decentralised motion inference), Windolf et al. (DREDge), as in SpikeInterface's
/// `dredge_ap`, whose sign this has; histograms by amplitude as in Kilosort.
pub fn estimate_motion(
    peaks: &MovingPeaks<'_>,
    estimation: &MotionEstimation,
    threads: usize,
    control: &dyn Control,
) -> Result<Motion> {
    estimation.validate()?;
    validate(peaks)?;
    let times = bins(estimation.duration / estimation.time_bin);
    let depths = centers(estimation.windows, estimation.depth_range);
    let most = (estimation.most_displacement / estimation.depth_bin).ceil() as usize;
    let delays = delays((estimation.horizon / estimation.time_bin).min(times as f64 - 1.0) as usize);
    let [low, high] = estimation.depth_range;
    let counts = estimation.amplitude_bins as f64 * ((high - low) / estimation.depth_bin + 2.0 * most as f64);
    if times as f64 * counts.max((depths.len() * delays.len()) as f64) > MOST_NUMBERS {
        let expected = "a larger value: there are too many bins";
        return Err(DspError::InvalidParameter { name: "timeBin", value: estimation.time_bin, expected });
    }
    let histograms = Histograms::new(peaks, estimation, most, control)?;
    let places: Vec<f64> = (0..histograms.depths / GRAIN)
        .map(|group| estimation.depth_range[0] + ((group as f64 + 0.5) * GRAIN as f64) * estimation.depth_bin)
        .collect();
    let single = depths.len() == 1;
    let windows = depths.iter().map(|&center| weights(estimation.windows, single, center, &places)).collect();
    let pairs = compare_all(&histograms, windows, delays, estimation, threads, control)?;
    let mut found = align(&pairs, 2.0 * estimation.depth_bin, control)?;
    found.chunks_exact_mut(times).for_each(center_on_median);
    control.progress(1.0);
    Ok(Motion {
        times: (0..times).map(|bin| (bin as f64 + 0.5) * estimation.time_bin).collect(),
        displacement: (0..times).flat_map(|bin| found[bin..].iter().step_by(times).copied()).collect(),
        depths,
    })
}

fn compare_all(
    histograms: &Histograms,
    windows: Vec<Vec<f64>>,
    delays: Vec<usize>,
    estimation: &MotionEstimation,
    threads: usize,
    control: &dyn Control,
) -> Result<PairDisplacements> {
    let (times, count) = (histograms.times, windows.len());
    let comparison = Comparison::new(histograms, windows, control)?;
    let length = count * delays.len() * times;
    let (displacement, weight) = (vec![0.0; length], vec![0.0; length]);
    let pairs = Mutex::new(PairDisplacements { times, windows: count, delays: delays.clone(), displacement, weight });
    // the last tenth is the alignment
    let paced = Paced::new(control, times + times.div_ceil(9));
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        let mut buffers = Buffers::default();
        let mut findings = Vec::new();
        loop {
            let early = next.fetch_add(1, Ordering::Relaxed);
            if early >= times {
                return Ok(());
            }
            comparison.hold(early, &mut buffers);
            findings.clear();
            for (index, &delay) in delays.iter().enumerate().take_while(|(_, delay)| early + **delay < times) {
                paced.check()?;
                comparison.compare(early, early + delay, &mut buffers, |window, finding| {
                    findings.push((window, index, finding));
                });
            }
            let mut pairs = pairs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for &(window, index, Finding { displacement, correlation }) in &findings {
                let at = pairs.start(window, index) + early;
                pairs.displacement[at] = displacement * estimation.depth_bin as f32;
                let counts = f64::from(correlation) >= estimation.least_correlation;
                pairs.weight[at] = if counts { correlation * correlation } else { 0.0 };
            }
            drop(pairs);
            paced.step();
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.clamp(1, times)).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().fold(own, |result, other| {
            result.and(other.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)))
        })
    })?;
    Ok(pairs.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// All delays up to `DENSE_DELAYS`, then every second, every fourth and so on, as far as `longest`.
fn delays(longest: usize) -> Vec<usize> {
    let (mut delays, mut step, mut at) = (Vec::new(), 1, 1);
    while at <= longest {
        delays.push(at);
        if at >= DENSE_DELAYS * step {
            step *= 2;
        }
        at += step;
    }
    delays
}

/// Of an even number, the upper of the two in the middle.
fn center_on_median(values: &mut [f64]) {
    let mut sorted = values.to_vec();
    let middle = sorted.len() / 2;
    let (_, &mut median, _) = sorted.select_nth_unstable_by(middle, f64::total_cmp);
    values.iter_mut().for_each(|value| *value -= median);
}

fn validate(peaks: &MovingPeaks<'_>) -> Result<()> {
    let expected = peaks.times.len();
    for (name, values) in [("times", peaks.times), ("depths", peaks.depths), ("amplitudes", peaks.amplitudes)] {
        if values.len() != expected {
            return Err(DspError::WrongLength { name, length: values.len(), expected });
        }
        if let Some(&value) = values.iter().find(|value| !value.is_finite()) {
            return Err(DspError::InvalidParameter { name, value, expected: "finite numbers" });
        }
    }
    Ok(())
}

impl MotionEstimation {
    fn validate(&self) -> Result<()> {
        let windows = self.windows.map_or([1.0, 1.0], |DepthWindows { step, scale }| [step, scale]);
        for (name, value) in [
            ("duration", self.duration),
            ("timeBin", self.time_bin),
            ("depthBin", self.depth_bin),
            ("mostDisplacement", self.most_displacement),
            ("horizon", self.horizon),
            ("windows.step", windows[0]),
            ("windows.scale", windows[1]),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(DspError::InvalidParameter { name, value, expected: "a positive number" });
            }
        }
        for (name, value) in [("depthSmoothing", self.depth_smoothing), ("leastCorrelation", self.least_correlation)] {
            if !(value >= 0.0 && value.is_finite()) {
                let expected = "a number that is not negative";
                return Err(DspError::InvalidParameter { name, value, expected });
            }
        }
        let [low, high] = self.depth_range;
        if !(low.is_finite() && high.is_finite() && low <= high) {
            let expected = "two ascending numbers";
            return Err(DspError::InvalidParameter { name: "depthRange", value: high, expected });
        }
        if !(1..=100).contains(&self.amplitude_bins) {
            let value = self.amplitude_bins as f64;
            return Err(DspError::InvalidParameter { name: "amplitudeBins", value, expected: "1 to 100" });
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
