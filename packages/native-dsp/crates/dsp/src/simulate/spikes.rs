use super::parameters::Parameters;
use super::random::{Purpose, Reader, Stream, bell, bell_deviation};
use super::units::Unit;

/// All spikes in order of time, then of unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spikes {
    /// Times of the troughs on the peak channel in samples, with their fraction, the ADC skew undone.
    pub times: Vec<f64>,
    pub units: Vec<u32>,
    /// Trough on the peak channel, in µV.
    pub amplitudes: Vec<f64>,
}

/// Draws Poisson trains with a refractory period for all units, and merges them.
pub(super) fn draw_spikes(parameters: &Parameters, units: &[Unit]) -> Spikes {
    let mut spikes: Vec<(f64, u32, f64)> = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let index = index as u32;
        let loudness = Stream::open(parameters.seed, Purpose::Amplitude, index);
        let train = draw_train(parameters, index, unit.firing_rate);
        spikes.extend(train.into_iter().enumerate().map(|(spike, time)| {
            let z = f64::from(bell(loudness.draw(spike as u32)));
            (time, index, unit.amplitude * (1.0 + parameters.amplitude_variation * z / bell_deviation()))
        }));
    }
    spikes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    Spikes {
        times: spikes.iter().map(|spike| spike.0).collect(),
        units: spikes.iter().map(|spike| spike.1).collect(),
        amplitudes: spikes.iter().map(|spike| spike.2).collect(),
    }
}

fn draw_train(parameters: &Parameters, unit: u32, firing_rate: f64) -> Vec<f64> {
    let frames = parameters.frames as f64;
    let refractory = f64::from(parameters.refractory_samples);
    let mean = parameters.sampling_rate / firing_rate - refractory;
    let mut random = Reader::new(Stream::open(parameters.seed, Purpose::Train, unit));
    let mut times = Vec::new();
    let mut time = random.exponential() * mean;
    while (time + 0.5).floor() < frames {
        times.push(time);
        time += refractory + random.exponential() * mean;
    }
    times
}
