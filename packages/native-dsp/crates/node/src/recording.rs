use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::butterworth::Band;
use neurojoint_dsp::chain::{Chain, FilterSpec, InputChannel};
use neurojoint_dsp::peaks::Peak;
use neurojoint_dsp::recording::{Findings, preprocess_recording as preprocess, total_frames};
use neurojoint_dsp::source::FlatFile;

use crate::detecting::{PeakCriteria, Peaks};
use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// A flat int16 file and what to do with it.
#[napi(object)]
pub struct RecordingJob {
    pub path: String,
    /// Words per frame in the file.
    pub columns: u32,
    /// Frames of each segment, one after the other in the file.
    pub segments: Vec<f64>,
    /// The words of a frame that take part; gains (µV per count) and offsets (µV) belong to them.
    pub channels: Vec<u32>,
    pub gains: Vec<f64>,
    pub offsets: Vec<f64>,
    pub sampling_rate: f64,
    pub filter: Option<Filter>,
    pub shifts: Option<Vec<f64>>,
    pub common_median: bool,
    pub detection: PeakCriteria,
    pub threads: u32,
}

/// A band-pass, or a high-pass where `high` is missing.
#[napi(object)]
pub struct Filter {
    pub order: u32,
    pub low: f64,
    pub high: Option<f64>,
}

/// Noise levels (µV) and peaks; `segment` belongs to the peaks.
#[napi(object)]
pub struct RecordingFindings {
    pub noise_levels: Float32Array,
    pub peaks: Peaks,
    pub segment: Int32Array,
}

/// Preprocesses a recording in bounded memory, on threads of its own.
#[napi]
pub fn preprocess_recording(
    job: RecordingJob,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<RecordingFindings>> {
    let control = Attended::new(flag, progress);
    Background::start(move || {
        let segments: Vec<u64> = job.segments.iter().map(|frames| *frames as u64).collect();
        let source = FlatFile::open(&job.path, job.columns as usize, total_frames(&segments)?)?;
        let threads = job.threads as usize;
        Ok(preprocess(&source, &segments, &Chain::from(job), threads, &control)?.into())
    })
}

impl From<RecordingJob> for Chain {
    fn from(job: RecordingJob) -> Self {
        let scales = job.gains.into_iter().zip(job.offsets);
        let channels = job.channels.into_iter().zip(scales);
        Self {
            channels: channels
                .map(|(column, (gain, offset))| InputChannel { column: column as usize, gain, offset })
                .collect(),
            sampling_rate: job.sampling_rate,
            filter: job.filter.map(FilterSpec::from),
            shifts: job.shifts,
            common_median: job.common_median,
            detection: job.detection.into(),
        }
    }
}

impl From<Filter> for FilterSpec {
    fn from(Filter { order, low, high }: Filter) -> Self {
        let band = high.map_or(Band::HighPass { cutoff: low }, |high| Band::BandPass { low, high });
        Self { order, band }
    }
}

impl From<Findings> for RecordingFindings {
    fn from(Findings { noise_levels, peaks }: Findings) -> Self {
        Self {
            noise_levels: noise_levels.into(),
            segment: peaks.iter().map(|found| found.segment as i32).collect::<Vec<_>>().into(),
            peaks: peaks.into_iter().map(|found| found.peak).collect::<Vec<Peak>>().into(),
        }
    }
}
