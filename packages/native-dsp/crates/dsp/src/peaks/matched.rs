//! Detection of spikes of one shape, fainter than a threshold on single samples would find.

use std::ops::Range;

use super::criteria::{PeakCriteria, Sign};
use super::exclusion::Exclusion;
use super::kernels::Kernel;
use super::matched_filter::{MatchedFilter, Scratch, WIDTH};
use crate::control::{Control, Paced, SilentPart};
use crate::frames::require_frames;
use crate::measure::noise::noise_levels;
use crate::{DspError, Result};

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedCriteria {
    /// Their threshold is in noise levels of the filtered signal; their method means nothing.
    pub peaks: PeakCriteria,
    /// The shape of a spike on its channel, in any unit.
    pub prototype: Vec<f32>,
    /// The frame of the prototype that is the peak.
    pub peak: usize,
    /// Distances of sources from the probe (µm) that are tried: SpikeInterface's are 0, 30, 60, 90 and 120.
    pub depths: Vec<f64>,
    /// Of the amplitude, to `1 / e`, with the distance from the source (µm): SpikeInterface's is 2.5.
    pub decay: f64,
}

/// A spike of the shape looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchedPeak {
    pub frame: u64,
    pub channel: u32,
    /// The sample of the traces at the peak.
    pub amplitude: f32,
    /// The distance from the probe whose weights fit best (µm).
    pub depth: f32,
    /// The filtered signal at the peak, in its noise levels, with the sign of the peak.
    pub score: f32,
}

const STRETCHES: usize = 16;
const STRETCH_FRAMES: usize = 1024;

/// The noise levels of the filtered signal, `depths * channels` of them, the first distance first: those of 16 stretches
/// of 1024 frames, spread evenly over the traces, or of all frames where there are no more.
pub fn matched_noise_levels(
    traces: &[f32],
    channels: usize,
    criteria: &MatchedCriteria,
    control: &dyn Control,
) -> Result<Vec<f32>> {
    let frames = require_frames(traces.len(), channels)?;
    let filter = MatchedFilter::prepare(criteria, channels)?;
    let mut scratch = Scratch::default();
    let mut levels = Vec::with_capacity(filter.kernels.len());
    let progress = Paced::new(control, criteria.depths.len());
    for kernels in filter.kernels.chunks(channels) {
        let mut filtered = Vec::new();
        for stretch in stretches(frames) {
            for start in stretch.clone().step_by(WIDTH) {
                control.check()?;
                filter.run(traces, start as i64, kernels, &mut scratch);
                for at in 0..WIDTH.min(stretch.end - start) {
                    filtered.extend(scratch.output[at..].iter().step_by(WIDTH));
                }
            }
        }
        levels.extend(noise_levels(&filtered, channels, &SilentPart(control))?);
        progress.step();
    }
    control.progress(1.0);
    Ok(levels)
}

fn stretches(frames: usize) -> Vec<Range<usize>> {
    if frames <= STRETCHES * STRETCH_FRAMES {
        return std::iter::once(0..frames).collect();
    }
    let start = |index: usize| index * (frames - STRETCH_FRAMES) / (STRETCHES - 1);
    (0..STRETCHES).map(|index| start(index)..start(index) + STRETCH_FRAMES).collect()
}

/// Finds spikes of one shape in frame-major traces, in order of frame and channel ("matched_filtering" in SpikeInterface).
///
/// The traces (0 beyond the ends) are correlated with the prototype, scaled to unit length, and combined across channels
/// with the weights of a source in front of each channel at each distance. Where the result is at or beyond its threshold,
/// `threshold * noise`, and a local extremum in time, it is a candidate; of candidates on channels within the radius and
/// within the exclusion time the largest in units of its threshold is a peak; of equal ones the earlier, and of those the
/// nearer to the probe. With [`Sign::Both`], the prototype turned upside down is looked for too. A kernel without noise
/// (0 or `NaN`) finds nothing. Sums are in single precision, in a fixed order.
///
/// `noise_levels` are those of [`matched_noise_levels`], `depths * channels`.
pub fn detect_matched(
    traces: &[f32],
    channels: usize,
    criteria: &MatchedCriteria,
    noise_levels: &[f32],
    control: &dyn Control,
) -> Result<Vec<MatchedPeak>> {
    let frames = require_frames(traces.len(), channels)?;
    let filter = MatchedFilter::prepare(criteria, channels)?;
    let (length, expected) = (noise_levels.len(), filter.kernels.len());
    if length != expected {
        return Err(DspError::WrongLength { name: "noiseLevels", length, expected });
    }
    let thresholds: Vec<f32> = noise_levels
        .iter()
        .map(|&level| if level > 0.0 { level * criteria.peaks.threshold } else { f32::INFINITY })
        .collect();
    let both = criteria.peaks.sign == Sign::Both;
    let side = criteria.prototype[criteria.peak].signum();
    let mut candidates = Vec::new();
    let mut scratch = Scratch::default();
    let progress = Paced::new(control, frames.div_ceil(WIDTH - 2) + 1);
    // A frame is judged with the ones beside it, so that stretches overlap by two.
    for start in (0..frames).step_by(WIDTH - 2) {
        control.check()?;
        filter.run(traces, start as i64 - 1, &filter.kernels, &mut scratch);
        let inner = 1..WIDTH.min(frames - start + 1).min(WIDTH - 1);
        let first = candidates.len();
        for ((kernel, signal), threshold) in
            filter.kernels.iter().zip(scratch.output.chunks_exact(WIDTH)).zip(&thresholds)
        {
            let found = |at, size| Candidate { frame: (start + at - 1) as u64, kernel, size };
            search(signal, inner.clone(), *threshold, both, |at, size| candidates.push(found(at, side * size)));
        }
        candidates[first..].sort_by_key(|candidate| (candidate.frame, candidate.kernel.channel));
        progress.step();
    }
    let exclusion = Exclusion::new(&criteria.peaks.positions, criteria.peaks.radius, 0);
    let mut peaks = Vec::new();
    let mut earliest = 0;
    for (index, candidate) in candidates.iter().enumerate() {
        if index.is_multiple_of(256) {
            control.check()?;
        }
        let reach = criteria.peaks.exclusion_frames as u64;
        while candidates[earliest].frame + reach < candidate.frame {
            earliest += 1;
        }
        let rivals = candidates[earliest..].iter().take_while(|other| other.frame <= candidate.frame + reach);
        if !rivals.into_iter().any(|other| candidate.is_outdone(other, &exclusion)) {
            peaks.push(MatchedPeak {
                frame: candidate.frame,
                channel: candidate.kernel.channel,
                amplitude: traces[candidate.frame as usize * channels + candidate.kernel.channel as usize],
                depth: criteria.depths[candidate.kernel.depth as usize] as f32,
                score: candidate.size * criteria.peaks.threshold,
            });
        }
    }
    control.progress(1.0);
    Ok(peaks)
}

#[derive(Clone, Copy)]
struct Candidate<'a> {
    frame: u64,
    kernel: &'a Kernel,
    /// In units of the threshold, with the sign of the peak.
    size: f32,
}

impl Candidate<'_> {
    fn is_outdone(&self, other: &Self, exclusion: &Exclusion) -> bool {
        let (size, rival) = (self.size.abs(), other.size.abs());
        let first = (other.frame, other.kernel.depth) < (self.frame, self.kernel.depth);
        rival >= size && (rival > size || first) && exclusion.are_neighbours(self.kernel.channel, other.kernel.channel)
    }
}

/// Calls back with the candidates among the frames `inner` of a filtered signal and their values in thresholds; the filter
/// makes spikes of the shape positive, and those of the shape upside down negative.
fn search(signal: &[f32], inner: Range<usize>, threshold: f32, both: bool, mut found: impl FnMut(usize, f32)) {
    if threshold == f32::INFINITY || !signal.iter().fold(false, |any, value| any | (value.abs() >= threshold)) {
        return;
    }
    for at in inner {
        let (before, value, after) = (signal[at - 1], signal[at], signal[at + 1]);
        let crest = value >= threshold && value > before && value >= after;
        let trough = both && value <= -threshold && value < before && value <= after;
        if crest || trough {
            found(at, value / threshold);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;
    use crate::peaks::Method;

    fn criteria(channels: usize, sign: Sign) -> MatchedCriteria {
        let positions = (0..channels).map(|row| [0.0, 20.0 * row as f64]).collect();
        let method = Method::LocallyExclusive;
        let peaks = PeakCriteria { positions, threshold: 5.0, radius: 50.0, exclusion_frames: 10, sign, method };
        let prototype = vec![0.0, -0.5, -1.0, -0.5, 0.2, 0.1];
        MatchedCriteria { peaks, prototype, peak: 2, depths: vec![0.0, 60.0, 120.0], decay: 2.5 }
    }

    /// Noise, and spikes of the prototype's shape of height `sizes` every 50 frames.
    fn traces(channels: usize, sizes: &[f32]) -> Vec<f32> {
        let shape = criteria(1, Sign::Both).prototype;
        let mut state = 7u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let mut traces: Vec<f32> = (0..50 * (sizes.len() + 1) * channels).map(|_| noise()).collect();
        for (index, size) in sizes.iter().enumerate() {
            for (at, value) in shape.iter().enumerate() {
                traces[(50 * (index + 1) + at - 2) * channels + channels / 2] += size * value;
            }
        }
        traces
    }

    fn detect(traces: &[f32], channels: usize, sign: Sign) -> Vec<MatchedPeak> {
        let criteria = criteria(channels, sign);
        let levels = matched_noise_levels(traces, channels, &criteria, &Unattended).unwrap();
        detect_matched(traces, channels, &criteria, &levels, &Unattended).unwrap()
    }

    #[test]
    fn spikes_of_the_shape_are_found_where_they_are_and_those_of_the_other_sign_if_asked_for() {
        let traces = traces(7, &[6.0, -6.0, 8.0]);
        let places = |sign| {
            let peaks = detect(&traces, 7, sign).into_iter();
            peaks.map(|peak| (peak.frame, peak.channel, peak.score.signum())).collect::<Vec<_>>()
        };
        assert_eq!(places(Sign::Negative), [(50, 3, -1.0), (150, 3, -1.0)]);
        assert_eq!(places(Sign::Both), [(50, 3, -1.0), (100, 3, 1.0), (150, 3, -1.0)]);
    }

    #[test]
    fn a_part_of_the_traces_with_its_surroundings_gives_the_peaks_of_the_whole() {
        let traces = traces(5, &[6.0, 7.0, 8.0, 9.0, 6.0]);
        let criteria = criteria(5, Sign::Negative);
        let levels = matched_noise_levels(&traces, 5, &criteria, &Unattended).unwrap();
        let whole = detect_matched(&traces, 5, &criteria, &levels, &Unattended).unwrap();
        for cut in [99, 100, 101, 149] {
            let (mut found, halo) = (Vec::new(), 6 + 10 + 1);
            for (start, end) in [(0, cut), (cut, 300)] {
                let (first, last) = (start - halo.min(start), 300.min(end + halo));
                let part = &traces[first * 5..last * 5];
                let peaks = detect_matched(part, 5, &criteria, &levels, &Unattended).unwrap().into_iter();
                let peaks = peaks.map(|peak| MatchedPeak { frame: peak.frame + first as u64, ..peak });
                found.extend(peaks.filter(|peak| (start as u64..end as u64).contains(&peak.frame)));
            }
            assert_eq!(found, whole);
        }
    }

    #[test]
    fn odd_sizes_and_silence_have_no_peaks() {
        for (channels, frames) in [(1, 0), (1, 1), (3, 7), (5, 33)] {
            assert_eq!(detect(&vec![0.0; channels * frames], channels, Sign::Both), []);
        }
    }

    #[test]
    fn a_prototype_of_the_wrong_sign_is_refused_by_name() {
        let refused = matched_noise_levels(&[0.0], 1, &criteria(1, Sign::Positive), &Unattended);
        assert!(matches!(refused, Err(DspError::InvalidParameter { name: "prototype", .. })));
    }
}
