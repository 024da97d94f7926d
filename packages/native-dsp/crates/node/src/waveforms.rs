use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::Result;
use neurojoint_dsp::peaks::{
    Neighbourhood, Place, Waveforms as Snippets, Window, cut_waveforms as cut, estimate_prototype as median_shape,
    fit_temporal_svd as fit, peak_amplitudes as measure_peaks, project_waveforms as project,
};

use crate::detecting::pairs;
use crate::task::{Attended, Background, CancelFlag, ProgressFunction};

/// The median shape of waveforms, on a worker thread.
#[napi]
pub fn estimate_prototype(
    data: Float32Array,
    frames: u32,
    peak: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (data, control) = (data.to_vec(), Attended::new(flag, progress));
    Background::start(move || Ok(median_shape(&data, frames as usize, peak as usize, &control)?.into()))
}

/// Which frames and channels a snippet shows.
#[napi(object)]
pub struct WaveformShape {
    pub channels: u32,
    pub before: u32,
    pub after: u32,
    /// `radius`, `peak` or `all`.
    pub around: String,
    /// x, y of each channel in turn (µm); for `radius`.
    pub positions: Vec<f64>,
    pub radius: f64,
}

impl WaveformShape {
    fn window(&self) -> Window {
        Window { before: self.before as usize, after: self.after as usize }
    }

    fn neighbourhood(&self) -> Result<Neighbourhood> {
        match self.around.as_str() {
            "radius" => Neighbourhood::within(&pairs(&self.positions), self.radius),
            "all" => Ok(Neighbourhood::all(self.channels as usize)),
            _ => Ok(Neighbourhood::own(self.channels as usize)),
        }
    }
}

fn places(sample_index: &[f64], channel: &[i32]) -> Vec<Place> {
    let place = |(frame, channel): (&f64, &i32)| Place { frame: *frame as u64, channel: *channel as u32 };
    sample_index.iter().zip(channel).map(place).collect()
}

/// Snippets of one shape.
#[napi(object)]
pub struct Waveforms {
    pub data: Float32Array,
    pub frames: u32,
    pub places: u32,
    pub channels: Int32Array,
    pub first: Int32Array,
    pub end: Int32Array,
}

impl From<Snippets> for Waveforms {
    fn from(snippets: Snippets) -> Self {
        Self {
            data: snippets.data.into(),
            frames: snippets.frames as u32,
            places: snippets.places as u32,
            channels: snippets.channels.into(),
            first: snippets.first.into(),
            end: snippets.end.into(),
        }
    }
}

/// Cuts snippets around peaks, on a worker thread.
#[napi]
pub fn cut_waveforms(
    traces: Float32Array,
    sample_index: Float64Array,
    channel: Int32Array,
    shape: WaveformShape,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Waveforms>> {
    let (traces, peaks) = (traces.to_vec(), places(&sample_index, &channel));
    let control = Attended::new(flag, progress);
    Background::start(move || Ok(cut(&traces, &peaks, shape.window(), &shape.neighbourhood()?, &control)?.into()))
}

/// How large peaks are.
#[napi(object)]
pub struct PeakAmplitudes {
    pub sample: Float32Array,
    pub peak_to_peak: Float32Array,
}

/// Measures peaks, on a worker thread.
#[napi]
pub fn peak_amplitudes(
    traces: Float32Array,
    sample_index: Float64Array,
    channel: Int32Array,
    shape: WaveformShape,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<PeakAmplitudes>> {
    let (traces, peaks) = (traces.to_vec(), places(&sample_index, &channel));
    let control = Attended::new(flag, progress);
    Background::start(move || {
        let found = measure_peaks(&traces, shape.channels as usize, &peaks, shape.window(), &control)?;
        Ok(PeakAmplitudes { sample: found.sample.into(), peak_to_peak: found.peak_to_peak.into() })
    })
}

/// Shapes in time.
#[napi(object)]
pub struct TemporalSvd {
    pub basis: Float32Array,
    pub frames: u32,
    pub components: u32,
    pub singular_values: Float64Array,
    pub used: u32,
}

/// Fits shapes in time to waveforms, on a worker thread.
#[napi]
pub fn fit_temporal_svd(
    data: Float32Array,
    frames: u32,
    peak: u32,
    components: u32,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<TemporalSvd>> {
    let (data, control) = (data.to_vec(), Attended::new(flag, progress));
    Background::start(move || {
        let svd = fit(&data, frames as usize, peak as usize, components as usize, &control)?;
        let (basis, singular_values) = (svd.basis.into(), svd.singular_values.into());
        Ok(TemporalSvd { basis, frames, components, singular_values, used: svd.used as u32 })
    })
}

/// Waveforms in terms of shapes in time, on a worker thread.
#[napi]
pub fn project_waveforms(
    data: Float32Array,
    frames: u32,
    places: u32,
    basis: Float32Array,
    flag: &CancelFlag,
    progress: Option<ProgressFunction>,
) -> AsyncTask<Background<Float32Array>> {
    let (data, basis, control) = (data.to_vec(), basis.to_vec(), Attended::new(flag, progress));
    Background::start(move || Ok(project(&data, frames as usize, places as usize, &basis, &control)?.into()))
}
