use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use neurojoint_dsp::DspError;
use neurojoint_dsp::simulate::{Channel, Parameters, Simulation};

use crate::task::Background;

/// [`Parameters`] with one array per property of the channels.
#[napi(object)]
pub struct SimulationParameters {
    pub seed: u32,
    pub sampling_rate: f64,
    pub frames: i64,
    pub x: Float64Array,
    pub y: Float64Array,
    pub shanks: Uint32Array,
    pub shifts: Float64Array,
    pub references: Uint8Array,
    pub units: u32,
    pub lowest_firing_rate: f64,
    pub highest_firing_rate: f64,
    pub refractory_samples: u32,
    pub lowest_amplitude: f64,
    pub highest_amplitude: f64,
    pub amplitude_variation: f64,
    pub noise: f64,
    pub noise_radius: f64,
    pub common_noise: f64,
    pub rhythm_frequency: f64,
    pub rhythm_amplitude: f64,
    pub high_pass: f64,
    pub microvolts_per_count: f64,
    pub max_count: u32,
}

#[napi(object)]
pub struct SimulatedUnit {
    pub x: f64,
    pub y: f64,
    pub z: f64,
    pub shank: u32,
    pub peak_channel: u32,
    pub amplitude: f64,
    pub firing_rate: f64,
    pub trough_to_peak_seconds: f64,
}

#[napi(object)]
pub struct SimulatedSpikes {
    pub times: Float64Array,
    pub units: Int32Array,
    pub amplitudes: Float64Array,
}

/// A [`Simulation`] that JavaScript holds.
#[napi]
pub struct NativeSimulation(Arc<Simulation>);

/// Places the units and draws the spikes, on a worker thread.
#[napi(ts_return_type = "Promise<NativeSimulation>")]
pub fn open_simulation(parameters: SimulationParameters) -> AsyncTask<Background<NativeSimulation>> {
    let parameters = from_js(parameters);
    Background::start(move || Ok(NativeSimulation(Arc::new(Simulation::new(parameters?)?))))
}

#[napi]
impl NativeSimulation {
    #[napi]
    pub fn units(&self) -> Vec<SimulatedUnit> {
        let to_js = |unit: &neurojoint_dsp::simulate::Unit| SimulatedUnit {
            x: unit.x,
            y: unit.y,
            z: unit.z,
            shank: unit.shank,
            peak_channel: unit.peak_channel as u32,
            amplitude: unit.amplitude,
            firing_rate: unit.firing_rate,
            trough_to_peak_seconds: unit.trough_to_peak_seconds,
        };
        self.0.units.iter().map(to_js).collect()
    }

    #[napi]
    pub fn spikes(&self) -> SimulatedSpikes {
        let spikes = &self.0.spikes;
        SimulatedSpikes {
            times: spikes.times.clone().into(),
            units: spikes.units.iter().map(|&unit| unit as i32).collect::<Vec<_>>().into(),
            amplitudes: spikes.amplitudes.clone().into(),
        }
    }

    /// The counts of frames `start .. end` with `columns` words per frame, computed on a worker thread.
    #[napi(ts_return_type = "Promise<Int16Array>")]
    pub fn traces(&self, start: i64, end: i64, columns: u32) -> AsyncTask<Background<Int16Array>> {
        let simulation = self.0.clone();
        Background::start(move || {
            let traces = simulation.traces(whole("start", start)?, whole("end", end)?, columns as usize)?;
            Ok(traces.into())
        })
    }
}

fn from_js(from: SimulationParameters) -> neurojoint_dsp::Result<Parameters> {
    let channels = from.x.len();
    let lengths = [
        ("y", from.y.len()),
        ("shanks", from.shanks.len()),
        ("shifts", from.shifts.len()),
        ("references", from.references.len()),
    ];
    for (name, length) in lengths {
        if length != channels {
            return Err(DspError::WrongLength { name, length, expected: channels });
        }
    }
    let channel = |index: usize| Channel {
        x: from.x[index],
        y: from.y[index],
        shank: from.shanks[index],
        shift: from.shifts[index],
        reference: from.references[index] != 0,
    };
    Ok(Parameters {
        seed: from.seed,
        sampling_rate: from.sampling_rate,
        frames: whole("frames", from.frames)?,
        channels: (0..channels).map(channel).collect(),
        units: from.units as usize,
        firing_rates: [from.lowest_firing_rate, from.highest_firing_rate],
        refractory_samples: from.refractory_samples,
        amplitudes: [from.lowest_amplitude, from.highest_amplitude],
        amplitude_variation: from.amplitude_variation,
        noise: from.noise,
        noise_radius: from.noise_radius,
        common_noise: from.common_noise,
        rhythm_frequency: from.rhythm_frequency,
        rhythm_amplitude: from.rhythm_amplitude,
        high_pass: from.high_pass,
        microvolts_per_count: from.microvolts_per_count,
        max_count: from.max_count,
    })
}

fn whole(name: &'static str, value: i64) -> neurojoint_dsp::Result<u64> {
    let refused = DspError::InvalidParameter { name, value: value as f64, expected: "a whole number not below 0" };
    u64::try_from(value).map_err(|_| refused)
}
