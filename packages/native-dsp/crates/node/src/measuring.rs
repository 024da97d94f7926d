use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::measure::decimation::decimate as take_every;
use neurojoint_dsp::measure::labels::{Labelled, Labelling, Rule, label_channels as label};
use neurojoint_dsp::measure::mask::{Mask, MaskSpec, SaturationSpec, find_masked as find};
use neurojoint_dsp::measure::noise::noise_levels as measure_noise_levels;
use neurojoint_dsp::measure::rms::rms as measure_rms;
use neurojoint_dsp::measure::spectrum::{PowerSpectra, power_spectral_density as measure_spectra};

use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// The noise level of each channel, on a worker thread.
#[napi]
pub fn noise_levels(
    traces: Float32Array,
    channels: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    Background::start(move || Ok(measure_noise_levels(&traces, channels as usize, &control)?.into()))
}

/// The root mean square of each channel, on a worker thread.
#[napi]
pub fn rms(
    traces: Float32Array,
    channels: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    Background::start(move || Ok(measure_rms(&traces, channels as usize, &control)?.into()))
}

/// The density of channel `c` at frequency `f` stands at `f * channels + c`.
#[napi(object)]
pub struct Spectra {
    pub frequencies: Float64Array,
    pub density: Float64Array,
}

impl From<PowerSpectra> for Spectra {
    fn from(spectra: PowerSpectra) -> Self {
        Self { frequencies: spectra.frequencies.into(), density: spectra.density.into() }
    }
}

/// Power spectral densities by Welch's method, on a worker thread.
#[napi]
pub fn power_spectral_density(
    traces: Float32Array,
    channels: u32,
    sampling_rate: f64,
    segment_samples: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Spectra>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    let (channels, segment) = (channels as usize, segment_samples as usize);
    Background::start(move || Ok(measure_spectra(&traces, channels, sampling_rate, segment, &control)?.into()))
}

/// How channels are labelled.
#[napi(object)]
pub struct LabellingRule {
    pub ibl: bool,
    pub sampling_rate: f64,
    pub high_pass: Option<f64>,
    pub margin_before: u32,
    pub margin_after: u32,
    pub dead_threshold: f64,
    pub noisy_threshold: f64,
    pub outside_threshold: f64,
    pub power_threshold: f64,
}

impl From<LabellingRule> for Labelling {
    fn from(rule: LabellingRule) -> Self {
        Self {
            rule: if rule.ibl { Rule::Ibl } else { Rule::CoherencePsd },
            sampling_rate: rule.sampling_rate,
            high_pass: rule.high_pass,
            margin: [rule.margin_before as usize, rule.margin_after as usize],
            dead: rule.dead_threshold,
            noisy: rule.noisy_threshold,
            outside: rule.outside_threshold,
            power: rule.power_threshold,
        }
    }
}

/// Labels (0 good, 1 dead, 2 noisy, 3 outside) and what decided them.
#[napi(object)]
pub struct LabelledChannels {
    pub labels: Uint8Array,
    pub similarity: Float64Array,
    pub neighbourhood: Float64Array,
    pub power: Float64Array,
}

impl From<Labelled> for LabelledChannels {
    fn from(labelled: Labelled) -> Self {
        Self {
            labels: labelled.labels.iter().map(|label| *label as u8).collect::<Vec<_>>().into(),
            similarity: labelled.similarity.into(),
            neighbourhood: labelled.neighbourhood.into(),
            power: labelled.power.into(),
        }
    }
}

/// Labels the channels of one stretch of traces, on a worker thread.
#[napi]
pub fn label_channels(
    traces: Float32Array,
    channels: u32,
    rule: LabellingRule,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<LabelledChannels>> {
    let (traces, rule, control) = (traces.to_vec(), Labelling::from(rule), Attended::new(flag, progress));
    Background::start(move || Ok(label(traces, channels as usize, &rule, &control)?.into()))
}

/// Which frames are masked.
#[napi(object)]
pub struct MaskCriteria {
    pub flat_frames: Option<u32>,
    pub saturation: Option<SaturationCriteria>,
}

#[napi(object)]
pub struct SaturationCriteria {
    pub level: f64,
    pub slope: f64,
    pub share: f64,
    pub widen_frames: u32,
}

impl From<MaskCriteria> for MaskSpec {
    fn from(criteria: MaskCriteria) -> Self {
        Self {
            flat_frames: criteria.flat_frames.map(|frames| frames as usize),
            saturation: criteria.saturation.map(|saturation| SaturationSpec {
                level: saturation.level,
                slope: saturation.slope,
                share: saturation.share,
                widen_frames: saturation.widen_frames as usize,
            }),
        }
    }
}

/// Starts and ends of masked frames in turn, on a worker thread.
#[napi]
pub fn find_masked(
    counts: Int16Array,
    columns: u32,
    take: Vec<u32>,
    criteria: MaskCriteria,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float64Array>> {
    let (counts, control) = (counts.to_vec(), Attended::new(flag, progress));
    Background::start(move || {
        let take: Vec<usize> = take.into_iter().map(|column| column as usize).collect();
        let ranges = find(&counts, &Mask::prepare(&criteria.into(), columns as usize, &take)?, &control)?;
        Ok(ranges.iter().flat_map(|range| [range.start as f64, range.end as f64]).collect::<Vec<_>>().into())
    })
}

/// Low-passes and decimates traces, on a worker thread.
#[napi]
pub fn decimate(
    traces: Float32Array,
    channels: u32,
    factor: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    Background::start(move || Ok(take_every(&traces, channels as usize, factor as usize, &control)?.into()))
}
