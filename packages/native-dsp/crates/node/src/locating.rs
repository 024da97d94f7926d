use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::location::{GridConvolution, LocationMethod, PeakPlaces, WaveformWindow, locate_peaks as locate};
use neurojoint_dsp::motion::{
    DepthWindows, Motion, MotionEstimation as Estimation, MovingPeaks, estimate_motion as estimate,
};
use neurojoint_dsp::spatial::correct_motion as correct;

use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// How peaks are located.
#[napi(object)]
pub struct PeakLocation {
    /// `center-of-mass`, `monopolar` or `grid`; what follows holds where the method asks for it.
    pub kind: String,
    pub radius: f64,
    pub max_distance: f64,
    pub spacing: f64,
    pub margin: f64,
    pub percent: f64,
    /// Of the waveform that is expected; if not given, that of the peaks.
    pub prototype: Option<Vec<f64>>,
    pub before: u32,
    pub after: u32,
}

impl From<PeakLocation> for LocationMethod {
    fn from(location: PeakLocation) -> Self {
        let PeakLocation { kind, radius, max_distance, spacing, margin, percent, prototype, .. } = location;
        match kind.as_str() {
            "monopolar" => Self::Monopolar { radius, max_distance },
            "grid" => Self::Grid { grid: GridConvolution { radius, spacing, margin, percent }, prototype },
            _ => Self::CenterOfMass { radius },
        }
    }
}

/// Locates peaks by the waveforms around them, on worker threads.
#[napi]
#[allow(clippy::too_many_arguments)]
pub fn locate_peaks(
    traces: Float32Array,
    positions: Vec<f64>,
    sample_index: Float64Array,
    channel: Int32Array,
    location: PeakLocation,
    threads: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float64Array>> {
    let (traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    let frames: Vec<u64> = sample_index.iter().map(|&frame| frame as u64).collect();
    let channels: Vec<u32> = channel.iter().map(|&channel| channel as u32).collect();
    let window = WaveformWindow { before: location.before as usize, after: location.after as usize };
    let method = LocationMethod::from(location);
    Background::start(move || {
        let peaks = PeakPlaces { frames: &frames, channels: &channels };
        Ok(locate(&traces, &pairs(&positions), peaks, window, &method, threads as usize, &control)?.into())
    })
}

/// How motion is estimated.
#[napi(object)]
pub struct MotionEstimation {
    pub duration: f64,
    pub low: f64,
    pub high: f64,
    pub time_bin: f64,
    pub depth_bin: f64,
    pub depth_smoothing: f64,
    pub amplitude_bins: u32,
    /// Of windows; 0 for rigid motion.
    pub step: f64,
    pub scale: f64,
    pub most_displacement: f64,
    pub horizon: f64,
    pub least_correlation: f64,
}

impl From<MotionEstimation> for Estimation {
    fn from(estimation: MotionEstimation) -> Self {
        let MotionEstimation { step, scale, .. } = estimation;
        Self {
            duration: estimation.duration,
            depth_range: [estimation.low, estimation.high],
            time_bin: estimation.time_bin,
            depth_bin: estimation.depth_bin,
            depth_smoothing: estimation.depth_smoothing,
            amplitude_bins: estimation.amplitude_bins as usize,
            windows: (step > 0.0).then_some(DepthWindows { step, scale }),
            most_displacement: estimation.most_displacement,
            horizon: estimation.horizon,
            least_correlation: estimation.least_correlation,
        }
    }
}

/// Displacement (µm) by time (s) and depth (µm).
#[napi(object)]
pub struct TissueMotion {
    pub times: Float64Array,
    pub depths: Float64Array,
    pub displacement: Float64Array,
}

impl From<Motion> for TissueMotion {
    fn from(Motion { times, depths, displacement }: Motion) -> Self {
        Self { times: times.into(), depths: depths.into(), displacement: displacement.into() }
    }
}

/// Estimates how the tissue moves, on worker threads.
#[napi]
pub fn estimate_motion(
    times: Float64Array,
    depths: Float64Array,
    amplitudes: Float64Array,
    estimation: MotionEstimation,
    threads: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<TissueMotion>> {
    let (times, depths, amplitudes) = (times.to_vec(), depths.to_vec(), amplitudes.to_vec());
    let control = Attended::new(flag, progress);
    Background::start(move || {
        let peaks = MovingPeaks { times: &times, depths: &depths, amplitudes: &amplitudes };
        Ok(estimate(&peaks, &estimation.into(), threads as usize, &control)?.into())
    })
}

/// How traces are moved.
#[napi(object)]
pub struct MotionCorrection {
    pub sampling_rate: f64,
    pub first_frame: f64,
    pub sigma: f64,
    pub power: f64,
}

/// Moves frame-major traces against the motion of the tissue, on a worker thread.
#[napi]
pub fn correct_motion(
    traces: Float32Array,
    positions: Vec<f64>,
    correction: MotionCorrection,
    motion: TissueMotion,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (mut traces, control) = (traces.to_vec(), Attended::new(flag, progress));
    let TissueMotion { times, depths, displacement } = motion;
    let motion = Motion { times: times.to_vec(), depths: depths.to_vec(), displacement: displacement.to_vec() };
    Background::start(move || {
        let MotionCorrection { sampling_rate, first_frame, sigma, power } = correction;
        let step = neurojoint_dsp::spatial::MotionCorrection::prepare(
            &pairs(&positions),
            sigma,
            power,
            &[motion],
            sampling_rate,
        )?;
        correct(&mut traces, positions.len() / 2, &step, first_frame as u64, &control)?;
        Ok(traces.into())
    })
}

fn pairs(positions: &[f64]) -> Vec<[f64; 2]> {
    positions.chunks_exact(2).map(|position| [position[0], position[1]]).collect()
}
