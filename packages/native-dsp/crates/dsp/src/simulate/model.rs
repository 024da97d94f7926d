use super::block;
use super::noise::{NoiseMix, TAPS, colouring_taps, mix_noise};
use super::parameters::Parameters;
use super::random::{Purpose, Stream, bell_deviation};
use super::rhythm::weigh_rhythm;
use super::spikes::{Spikes, draw_spikes};
use super::units::{Unit, place_units};
use crate::{DspError, Result};

/// A recording that is computed where it is read: all that does not depend on the range which is asked for.
#[derive(Debug, Clone)]
pub struct Simulation {
    pub parameters: Parameters,
    pub units: Vec<Unit>,
    pub spikes: Spikes,
    /// A spike is seen at most this many samples before its time,
    pub(super) head: f64,
    /// and this many after it.
    pub(super) tail: f64,
    pub(super) noise: Vec<NoiseMix>,
    pub(super) noise_streams: Vec<Stream>,
    pub(super) common_stream: Stream,
    /// White noise of standard deviation `bell_deviation` to µV.
    pub(super) common_scale: f64,
    /// One filter per distinct shift.
    pub(super) taps: Vec<[f64; TAPS]>,
    pub(super) taps_of_channel: Vec<usize>,
    /// Sine and cosine of each channel, in µV.
    pub(super) rhythm: Vec<(f64, f64)>,
}

impl Simulation {
    /// Places the units and draws all spikes; refuses parameters that cannot be computed.
    pub fn new(parameters: Parameters) -> Result<Self> {
        parameters.check()?;
        let units = place_units(&parameters);
        let spikes = draw_spikes(&parameters, &units);
        let mut shifts: Vec<f64> = Vec::new();
        let mut taps_of_channel = Vec::with_capacity(parameters.channels.len());
        for channel in &parameters.channels {
            let known = shifts.iter().position(|&shift| shift == channel.shift);
            taps_of_channel.push(known.unwrap_or(shifts.len()));
            if known.is_none() {
                shifts.push(channel.shift);
            }
        }
        let seen = || units.iter().flat_map(|unit| &unit.footprint);
        let channels = parameters.channels.len() as u32;
        Ok(Self {
            head: seen().fold(0.0, |most, f| f64::max(most, 2.0 * f.trough_width - f.delay)),
            tail: seen().fold(0.0, |most, f| f64::max(most, f.delay + f.recovery_delay + 2.0 * f.recovery_width)),
            noise: mix_noise(&parameters),
            noise_streams: (0..channels).map(|c| Stream::open(parameters.seed, Purpose::ChannelNoise, c)).collect(),
            common_stream: Stream::open(parameters.seed, Purpose::CommonNoise, 0),
            common_scale: parameters.common_noise / bell_deviation(),
            taps: shifts.into_iter().map(colouring_taps).collect(),
            taps_of_channel,
            rhythm: weigh_rhythm(&parameters),
            units,
            spikes,
            parameters,
        })
    }

    /// The counts of frames `start .. end`, frame-major with `columns` words per frame; words beyond the channels are 0.
    pub fn traces(&self, start: u64, end: u64, columns: usize) -> Result<Vec<i16>> {
        let channels = self.parameters.channels.len();
        if columns < channels {
            let (name, expected) = ("columns", "at least the number of channels");
            return Err(DspError::InvalidParameter { name, value: columns as f64, expected });
        }
        if start > end || end > self.parameters.frames {
            let (name, expected) = ("end", "a frame from `start` to the end of the recording");
            return Err(DspError::InvalidParameter { name, value: end as f64, expected });
        }
        let mut counts = vec![0; (end - start) as usize * columns];
        block::fill(self, start, columns, &mut counts);
        Ok(counts)
    }
}
