//! Channels that are dead, noisy or outside of the brain, by how they resemble the median channel.

use super::spectrum::{PowerSpectra, power_spectral_density};
use crate::control::{Control, SilentPart};
use crate::design::Direction;
use crate::design::butterworth::{Band, butterworth};
use crate::frames::require_frames;
use crate::measure::median::median;
use crate::temporal::traces::filter_traces;
use crate::{DspError, Result};

/// Whose rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// SpikeInterface's `coherence+psd` (0.104.8), on traces that are high-pass filtered (300 Hz, order 5).
    CoherencePsd,
    /// `ibldsp.voltage.detect_bad_channels` (ibl-neuropixel 1.11.3), on traces as recorded.
    Ibl,
}

/// What a channel must be to be labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelling {
    pub rule: Rule,
    pub sampling_rate: f64,
    /// For `CoherencePsd`, the traces are filtered first (Hz, order 5, forward and backward); `None` where they are.
    pub high_pass: Option<f64>,
    /// Frames at the start and the end that are there for the filter only.
    pub margin: [usize; 2],
    /// Dead channels resemble the median channel by so much less than their neighbours do; -0.5 in both programs.
    pub dead: f64,
    /// Noisy channels resemble it by so much more; 1 in both programs.
    pub noisy: f64,
    /// Channels of the end of the probe whose neighbourhood resembles it by less than 1 plus this; -0.75 in both.
    pub outside: f64,
    /// (squared unit of the traces per Hz) noisy channels have more power above 0.8 of the Nyquist frequency;
    /// 0.02 µV²/Hz in both programs, for IBL 1.4 at up to 2600 Hz.
    pub power: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Label {
    Good = 0,
    Dead = 1,
    Noisy = 2,
    Outside = 3,
}

/// What the labels are decided by, for each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    pub labels: Vec<Label>,
    /// `<x, m> / <m, m>` with the median channel `m`, less its median over 11 channels around.
    pub similarity: Vec<f64>,
    /// That median over 11 channels, less 1; of filtered traces for IBL.
    pub neighbourhood: Vec<f64>,
    /// Mean density above 0.8 of the Nyquist frequency.
    pub power: Vec<f64>,
}

/// Channels around that a channel is compared with, itself included.
const NEIGHBOURS: usize = 11;

/// Labels the channels of one stretch of frame-major traces, which stand in order of depth, the tip first.
///
/// - Both rules: channels without their means; the median channel `m` without its mean.
/// - `CoherencePsd`: segments of 10 ms for the spectrum; the 11 channels shrink at the ends of the probe; outside
///   before noisy before dead where several are true.
/// - `Ibl`: segments of 256 samples; beyond the ends the end's own value is repeated; "outside" is decided on traces
///   after a high-pass of order 3 (300 Hz; 1 Hz at up to 2600 Hz), and noisy goes before dead before outside.
///
/// Outside are only channels that reach without a gap to the last channel. Where nothing moves at all, the
/// similarities are `NaN` and every channel is good.
pub fn label_channels(
    mut traces: Vec<f32>,
    channels: usize,
    labelling: &Labelling,
    control: &dyn Control,
) -> Result<Labelled> {
    let frames = require_frames(traces.len(), channels)?;
    let [before, after] = labelling.margin;
    let inner = before..frames.saturating_sub(after);
    if inner.is_empty() {
        let (name, expected) = ("margin", "less than the frames that there are");
        return Err(DspError::InvalidParameter { name, value: (before + after) as f64, expected });
    }
    for (name, value) in [
        ("deadThreshold", labelling.dead),
        ("noisyThreshold", labelling.noisy),
        ("outsideThreshold", labelling.outside),
        ("powerThreshold", labelling.power),
    ] {
        if value.is_nan() {
            return Err(DspError::InvalidParameter { name, value, expected: "a number" });
        }
    }
    let part = SilentPart(control);
    let rate = labelling.sampling_rate;
    if let (Rule::CoherencePsd, Some(cutoff)) = (labelling.rule, labelling.high_pass) {
        filter_traces(
            &mut traces,
            channels,
            &butterworth(5, Band::HighPass { cutoff }, rate)?,
            Direction::ZeroPhase,
            &part,
        )?;
    }
    traces.truncate(inner.end * channels);
    traces.drain(..inner.start * channels);
    control.progress(0.3);
    subtract_means(&mut traces, channels);
    let segment = if labelling.rule == Rule::Ibl { 256 } else { (10.0 * rate / 1000.0) as usize };
    let power = high_frequency_power(&power_spectral_density(&traces, channels, rate, segment.max(1), &part)?, rate);
    control.progress(0.6);
    let own = similarities(&traces, channels, &part)?;
    let labelled = match labelling.rule {
        Rule::CoherencePsd => {
            let trend = running_medians(&own, shrinking);
            let labels = coherence_psd_labels(&own, &trend, &power, labelling);
            Labelled { labels, similarity: subtract(&own, &trend), neighbourhood: less_one(&trend), power }
        }
        Rule::Ibl => {
            let cutoff = if rate > 2600.0 { 300.0 } else { 1.0 };
            let filter = butterworth(3, Band::HighPass { cutoff }, rate)?;
            filter_traces(&mut traces, channels, &filter, Direction::ZeroPhase, &part)?;
            let filtered = similarities(&traces, channels, &part)?;
            let similarity = subtract(&own, &running_medians(&own, repeating));
            let neighbourhood = less_one(&running_medians(&filtered, repeating));
            let labels = ibl_labels(&similarity, &neighbourhood, &power, labelling);
            Labelled { labels, similarity, neighbourhood, power }
        }
    };
    control.check()?;
    Ok(labelled)
}

fn coherence_psd_labels(own: &[f64], trend: &[f64], power: &[f64], labelling: &Labelling) -> Vec<Label> {
    let outside = trend.iter().rev().take_while(|trend| **trend < labelling.outside + 1.0).count();
    let channel = |index: usize| {
        let similarity = own[index] - trend[index];
        if index + outside >= own.len() {
            Label::Outside
        } else if power[index] > labelling.power || similarity > labelling.noisy {
            Label::Noisy
        } else if similarity < labelling.dead {
            Label::Dead
        } else {
            Label::Good
        }
    };
    (0..own.len()).map(channel).collect()
}

fn ibl_labels(similarity: &[f64], neighbourhood: &[f64], power: &[f64], labelling: &Labelling) -> Vec<Label> {
    let outside = neighbourhood.iter().rev().take_while(|value| **value < labelling.outside).count();
    let channel = |index: usize| {
        if power[index] > labelling.power || similarity[index] > labelling.noisy {
            Label::Noisy
        } else if similarity[index] < labelling.dead {
            Label::Dead
        } else if index + outside >= similarity.len() {
            Label::Outside
        } else {
            Label::Good
        }
    };
    (0..similarity.len()).map(channel).collect()
}

/// Means in double precision, the rest in single.
fn subtract_means(traces: &mut [f32], channels: usize) {
    let frames = (traces.len() / channels) as f64;
    let mut means = vec![0.0; channels];
    for frame in traces.chunks_exact(channels) {
        for (mean, sample) in means.iter_mut().zip(frame) {
            *mean += f64::from(*sample);
        }
    }
    for frame in traces.chunks_exact_mut(channels) {
        for (sample, sum) in frame.iter_mut().zip(&means) {
            *sample = (f64::from(*sample) - sum / frames) as f32;
        }
    }
}

/// `<x, m> / <m, m>` of each channel, with the median over channels less its mean.
fn similarities(traces: &[f32], channels: usize, control: &dyn Control) -> Result<Vec<f64>> {
    let mut keys = Vec::with_capacity(channels);
    let mut reference = Vec::with_capacity(traces.len() / channels);
    for (index, frame) in traces.chunks_exact(channels).enumerate() {
        if index.is_multiple_of(4096) {
            control.check()?;
        }
        reference.push(f64::from(median(frame, &mut keys)));
    }
    let mean = reference.iter().sum::<f64>() / reference.len() as f64;
    let mut products = vec![0.0; channels];
    let mut energy = 0.0;
    for (frame, value) in traces.chunks_exact(channels).zip(&reference) {
        let value = value - mean;
        energy += value * value;
        for (product, sample) in products.iter_mut().zip(frame) {
            *product += f64::from(*sample) * value;
        }
    }
    Ok(products.iter().map(|product| product / energy).collect())
}

fn high_frequency_power(spectra: &PowerSpectra, sampling_rate: f64) -> Vec<f64> {
    let channels = spectra.density.len() / spectra.frequencies.len();
    let from = spectra.frequencies.partition_point(|frequency| *frequency <= sampling_rate / 2.0 * 0.8);
    let count = (spectra.frequencies.len() - from) as f64;
    let sum = |channel: usize| spectra.density[from * channels..].iter().skip(channel).step_by(channels).sum::<f64>();
    (0..channels).map(|channel| sum(channel) / count).collect()
}

/// The values around one: fewer near the ends.
fn shrinking(values: &[f64], index: usize) -> Vec<f64> {
    let half = NEIGHBOURS / 2;
    values[index.saturating_sub(half)..(index + half + 1).min(values.len())].to_vec()
}

/// The values around one: those of the ends again beyond them.
fn repeating(values: &[f64], index: usize) -> Vec<f64> {
    let half = NEIGHBOURS / 2;
    (index..index + NEIGHBOURS).map(|at| values[at.saturating_sub(half).min(values.len() - 1)]).collect()
}

fn running_medians(values: &[f64], around: impl Fn(&[f64], usize) -> Vec<f64>) -> Vec<f64> {
    let middle = |index: usize| {
        let mut sorted = around(values, index);
        if sorted.iter().any(|value| value.is_nan()) {
            return f64::NAN;
        }
        sorted.sort_by(f64::total_cmp);
        (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
    };
    (0..values.len()).map(middle).collect()
}

fn subtract(values: &[f64], others: &[f64]) -> Vec<f64> {
    values.iter().zip(others).map(|(value, other)| value - other).collect()
}

fn less_one(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value - 1.0).collect()
}

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
