use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::DspError;
use neurojoint_dsp::pass::{self, Findings, FrameRange, PassPeak, Plan, Source, Target};
use neurojoint_dsp::peaks::{Method, PeakCriteria, Sign};

use crate::plan::{PassPlan, pair};
use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// A file (`path`) or counts in memory.
#[napi(object)]
pub struct PassSource {
    pub path: Option<String>,
    pub offset_bytes: Option<f64>,
    pub counts: Option<Int16Array>,
    pub columns: u32,
    pub segments: Vec<f64>,
}

#[napi(object)]
pub struct PassRange {
    pub segment: u32,
    pub start: f64,
    pub end: f64,
    pub rows: Option<Vec<u32>>,
}

#[napi(object)]
pub struct PassTarget {
    pub path: String,
    pub rows: Vec<u32>,
    pub copied: Vec<u32>,
}

#[napi(object)]
pub struct PassExtent {
    pub start: f64,
    pub end: f64,
}

#[napi(object)]
pub struct PeakOutput {
    pub positions: Vec<f64>,
    pub threshold: f64,
    pub radius: f64,
    pub exclusion_frames: u32,
    pub sign: String,
    pub locate_radius: Option<f64>,
    pub noise_levels: Option<Float32Array>,
}

#[napi(object)]
pub struct LfOutput {
    pub path: String,
    pub factor: u32,
}

#[napi(object)]
pub struct PassOutputs {
    pub noise_levels: bool,
    pub rms: bool,
    pub peaks: Option<PeakOutput>,
    pub lf: Option<LfOutput>,
}

/// One array for each property of the peaks.
#[napi(object)]
pub struct PassPeaks {
    pub segment: Int32Array,
    pub sample_index: Float64Array,
    pub row: Int32Array,
    pub amplitude: Float32Array,
    pub location: Option<Float32Array>,
}

#[napi(object)]
pub struct MaskedInterval {
    pub segment: u32,
    pub start: f64,
    pub end: f64,
}

#[napi(object)]
pub struct PassFindings {
    pub noise_levels: Option<Float32Array>,
    pub rms: Option<Float32Array>,
    pub masked: Vec<MaskedInterval>,
    pub peaks: Option<PassPeaks>,
    pub frames: f64,
}

/// A pass that JavaScript holds; closed, it lets go of its file and its buffers.
#[napi]
pub struct NativePass(Option<Arc<pass::Pass>>);

/// Opens a plan over a source, on a worker thread.
#[napi(ts_return_type = "Promise<NativePass>")]
pub fn open_pass(source: PassSource, plan: PassPlan) -> AsyncTask<Background<NativePass>> {
    Background::start(move || {
        let plan = Plan::try_from(plan)?;
        let segments = source
            .segments
            .iter()
            .map(|&frames| whole("segments", frames))
            .collect::<neurojoint_dsp::Result<Vec<u64>>>()?;
        let columns = source.columns as usize;
        let source = match (source.path, source.counts) {
            (Some(path), _) => {
                let offset = whole("offsetBytes", source.offset_bytes.unwrap_or(0.0))?;
                Source::file(&path, offset, columns, &segments)?
            }
            (None, Some(counts)) => Source::memory(Box::new(counts), columns, &segments)?,
            (None, None) => return Err(refused("source", f64::NAN, "a path or counts")),
        };
        Ok(NativePass(Some(Arc::new(pass::Pass::open(source, &plan)?))))
    })
}

#[napi]
impl NativePass {
    /// Frames on the grid; 0 once it is closed.
    #[napi]
    pub fn block_frames(&self) -> u32 {
        self.0.as_ref().map_or(0, |pass| pass.block_frames() as u32)
    }

    #[napi]
    pub fn memory_bytes(&self, threads: u32) -> f64 {
        self.0.as_ref().map_or(0.0, |pass| pass.memory_bytes(threads as usize) as f64)
    }

    #[napi(ts_return_type = "Promise<Int16Array>")]
    pub fn traces(
        &self,
        range: PassRange,
        threads: u32,
        flag: &CancelFlag,
        progress: Option<ProgressFunction>,
    ) -> AsyncTask<Background<Int16Array>> {
        let (pass, control) = (self.0.clone(), Attended::new(flag, progress));
        Background::start(move || {
            let range = FrameRange::try_from(range)?;
            Ok(recycled(open(&pass)?.traces(&range, threads as usize, &control)?))
        })
    }

    /// Into memory that JavaScript holds and leaves alone until this is done.
    #[napi(ts_return_type = "Promise<void>")]
    pub fn traces_into(
        &self,
        range: PassRange,
        mut into: Int16Array,
        threads: u32,
        flag: &CancelFlag,
        progress: Option<ProgressFunction>,
    ) -> AsyncTask<Background<()>> {
        let (pass, control) = (self.0.clone(), Attended::new(flag, progress));
        Background::start(move || {
            let range = FrameRange::try_from(range)?;
            // SAFETY: `into` is held here, and whoever gave it neither looks at it nor transfers it meanwhile.
            let words = unsafe { into.as_mut() };
            open(&pass)?.traces_into(&range, words, threads as usize, &control)
        })
    }

    #[napi(ts_return_type = "Promise<PassFindings>")]
    pub fn run(
        &self,
        target: Option<PassTarget>,
        outputs: PassOutputs,
        extent: Option<PassExtent>,
        threads: u32,
        flag: &CancelFlag,
        progress: Option<ProgressFunction>,
    ) -> AsyncTask<Background<PassFindings>> {
        let (pass, control) = (self.0.clone(), Attended::new(flag, progress));
        Background::start(move || {
            let target = target.map(|PassTarget { path, rows, copied }| Target {
                path,
                rows: indices(rows),
                copied: indices(copied),
            });
            let extent = extent
                .map(|extent| Ok::<_, DspError>(whole("start", extent.start)?..whole("end", extent.end)?))
                .transpose()?;
            let outputs = pass::Outputs::try_from(outputs)?;
            Ok(open(&pass)?.run(target.as_ref(), &outputs, extent, threads as usize, &control)?.into())
        })
    }

    /// What is running goes on to its end.
    #[napi]
    pub fn close(&mut self) {
        self.0 = None;
    }
}

/// Words whose memory is used again once JavaScript has let go of them.
fn recycled(words: Vec<i16>) -> Int16Array {
    if words.is_empty() {
        return words.into();
    }
    let mut words = std::mem::ManuallyDrop::new(words);
    let (length, capacity) = (words.len(), words.capacity());
    // SAFETY: the three belong together, and to nobody else; they become a vector again once.
    unsafe {
        Int16Array::with_external_data(words.as_mut_ptr(), length, move |start, length| {
            pass::give_back(Vec::from_raw_parts(start, length, capacity));
        })
    }
}

impl TryFrom<PassRange> for FrameRange {
    type Error = DspError;

    fn try_from(from: PassRange) -> neurojoint_dsp::Result<Self> {
        let frames = whole("start", from.start)?..whole("end", from.end)?;
        Ok(Self { segment: from.segment as usize, frames, rows: from.rows.map(indices) })
    }
}

fn open(pass: &Option<Arc<pass::Pass>>) -> neurojoint_dsp::Result<&pass::Pass> {
    pass.as_deref().ok_or_else(|| refused("pass", f64::NAN, "a pass that is not closed"))
}

fn indices(from: Vec<u32>) -> Vec<usize> {
    from.into_iter().map(|index| index as usize).collect()
}

fn refused(name: &'static str, value: f64, expected: &'static str) -> DspError {
    DspError::InvalidParameter { name, value, expected }
}

/// Frames, as JavaScript counts them.
pub fn whole(name: &'static str, value: f64) -> neurojoint_dsp::Result<u64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    if (0.0..=MOST).contains(&value) && value.fract() == 0.0 {
        return Ok(value as u64);
    }
    Err(refused(name, value, "a whole number that is not negative"))
}

impl TryFrom<PassOutputs> for pass::Outputs {
    type Error = DspError;

    fn try_from(from: PassOutputs) -> neurojoint_dsp::Result<Self> {
        Ok(Self {
            noise_levels: from.noise_levels,
            rms: from.rms,
            peaks: from.peaks.map(pass::PeakOutput::try_from).transpose()?,
            lf: from.lf.map(|lf| pass::LfOutput { path: lf.path, factor: lf.factor as usize }),
        })
    }
}

impl TryFrom<PeakOutput> for pass::PeakOutput {
    type Error = DspError;

    fn try_from(from: PeakOutput) -> neurojoint_dsp::Result<Self> {
        let sign = match from.sign.as_str() {
            "negative" => Sign::Negative,
            "positive" => Sign::Positive,
            "both" => Sign::Both,
            _ => return Err(refused("sign", f64::NAN, "negative, positive or both")),
        };
        let criteria = PeakCriteria {
            positions: from.positions.chunks(2).map(pair).collect(),
            threshold: from.threshold as f32,
            radius: from.radius,
            exclusion_frames: from.exclusion_frames as usize,
            sign,
            method: Method::LocallyExclusive,
        };
        let noise_levels = from.noise_levels.map(|levels| levels.to_vec());
        Ok(Self { criteria, locate_radius: from.locate_radius, noise_levels })
    }
}

impl From<Findings> for PassFindings {
    fn from(from: Findings) -> Self {
        let masked = from.masked.into_iter().map(|interval| MaskedInterval {
            segment: interval.segment as u32,
            start: interval.start as f64,
            end: interval.end as f64,
        });
        Self {
            noise_levels: from.noise_levels.map(Into::into),
            rms: from.rms.map(Into::into),
            masked: masked.collect(),
            peaks: from.peaks.map(Into::into),
            frames: from.frames as f64,
        }
    }
}

impl From<Vec<PassPeak>> for PassPeaks {
    fn from(peaks: Vec<PassPeak>) -> Self {
        let location: Option<Vec<[f32; 2]>> = peaks.iter().map(|peak| peak.location).collect();
        Self {
            segment: peaks.iter().map(|peak| peak.segment as i32).collect::<Vec<_>>().into(),
            sample_index: peaks.iter().map(|peak| peak.frame as f64).collect::<Vec<_>>().into(),
            row: peaks.iter().map(|peak| peak.row as i32).collect::<Vec<_>>().into(),
            amplitude: peaks.iter().map(|peak| peak.amplitude).collect::<Vec<_>>().into(),
            location: location.map(|location| location.into_flattened().into()),
        }
    }
}
