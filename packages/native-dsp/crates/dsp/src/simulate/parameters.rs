use crate::{DspError, Result};

/// One channel of a simulated probe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// In µm.
    pub x: f64,
    /// In µm, along the shank.
    pub y: f64,
    pub shank: u32,
    /// How much later than frame `n` the channel is sampled, as a fraction of a sample in [0, 1).
    pub shift: f64,
    /// A reference site: it carries noise, but no spikes and no rhythm.
    pub reference: bool,
}

/// Everything that a simulated recording is made of: the same parameters give the same recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    pub seed: u32,
    /// In Hz.
    pub sampling_rate: f64,
    pub frames: u64,
    pub channels: Vec<Channel>,
    pub units: usize,
    /// Lowest and highest, in Hz.
    pub firing_rates: [f64; 2],
    /// In samples.
    pub refractory_samples: u32,
    /// Lowest and highest trough on the peak channel, in µV.
    pub amplitudes: [f64; 2],
    /// Standard deviation over a unit's spikes, as a fraction of its amplitude.
    pub amplitude_variation: f64,
    /// Standard deviation of the noise of each channel, in µV.
    pub noise: f64,
    /// Distance within which a channel takes part in its neighbours' noise, in µm; 0: independent channels.
    pub noise_radius: f64,
    /// Standard deviation of the noise that all channels share, in µV.
    pub common_noise: f64,
    /// In Hz.
    pub rhythm_frequency: f64,
    /// At the top of the probe, before the high-pass, in µV.
    pub rhythm_amplitude: f64,
    /// Corner of the amplifier's first-order high-pass in Hz; 0: none.
    pub high_pass: f64,
    pub microvolts_per_count: f64,
    /// Counts lie in `-max_count .. max_count`.
    pub max_count: u32,
}

impl Parameters {
    /// Refuses what the generator could not compute.
    pub fn check(&self) -> Result<()> {
        let positive = [
            ("sampling_rate", self.sampling_rate),
            ("firing_rates[0]", self.firing_rates[0]),
            ("microvolts_per_count", self.microvolts_per_count),
        ];
        for (name, value) in positive {
            require(name, value, "a number above 0", value > 0.0 && value.is_finite())?;
        }
        let numbers = [
            ("firing_rates[1]", self.firing_rates[1]),
            ("amplitudes[0]", self.amplitudes[0]),
            ("amplitudes[1]", self.amplitudes[1]),
            ("amplitude_variation", self.amplitude_variation),
            ("noise", self.noise),
            ("noise_radius", self.noise_radius),
            ("common_noise", self.common_noise),
            ("rhythm_frequency", self.rhythm_frequency),
            ("rhythm_amplitude", self.rhythm_amplitude),
            ("high_pass", self.high_pass),
        ];
        for (name, value) in numbers {
            require(name, value, "a number not below 0", value >= 0.0 && value.is_finite())?;
        }
        let busiest = self.firing_rates[1];
        require(
            "firing_rates[1]",
            busiest,
            "fewer spikes than refractory periods fit into a second",
            busiest * f64::from(self.refractory_samples) < self.sampling_rate,
        )?;
        let largest = f64::from(self.max_count);
        require("max_count", largest, "1 to 32768", (1.0..=32768.0).contains(&largest))?;
        require("frames", self.frames as f64, "at most 2^32 - 1", self.frames <= u64::from(u32::MAX))?;
        for channel in &self.channels {
            require("x", channel.x, "a finite number", channel.x.is_finite())?;
            require("y", channel.y, "a finite number", channel.y.is_finite())?;
            require("shift", channel.shift, "a fraction in [0, 1)", (0.0..1.0).contains(&channel.shift))?;
        }
        let sites = self.channels.iter().filter(|channel| !channel.reference).count();
        require("channels", sites as f64, "one channel or more that is no reference", sites > 0)
    }
}

fn require(name: &'static str, value: f64, expected: &'static str, holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(DspError::InvalidParameter { name, value, expected }) }
}
