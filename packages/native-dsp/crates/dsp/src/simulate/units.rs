use super::parameters::{Channel, Parameters};
use super::random::{Purpose, Reader, Stream};

/// A simulated unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// In µm.
    pub x: f64,
    /// In µm.
    pub y: f64,
    /// Distance from the plane of the probe in µm.
    pub z: f64,
    pub shank: u32,
    pub peak_channel: usize,
    /// Mean trough on the peak channel, in µV.
    pub amplitude: f64,
    /// In Hz.
    pub firing_rate: f64,
    pub trough_to_peak_seconds: f64,
    /// Height of the positive peak, relative to the trough.
    pub(super) recovery: f64,
    /// In order of channels.
    pub(super) footprint: Vec<Footprint>,
}

/// What a unit's spike looks like on one channel; times in samples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Footprint {
    pub channel: usize,
    /// Amplitude relative to the peak channel.
    pub scale: f64,
    /// Of the trough, the channel's ADC skew already undone.
    pub delay: f64,
    /// Knot distance of the trough's bump.
    pub trough_width: f64,
    /// From the trough to the positive peak.
    pub recovery_delay: f64,
    pub recovery_width: f64,
}

/// Distance in µm beyond which a spike is not seen.
const REACH: f64 = 150.0;
/// A spike that has less on a channel, in µV, is left out there.
const FAINTEST: f64 = 1.0;

/// Places the units along the shanks, one per stretch of sites, and gives each its shape.
pub(super) fn place_units(parameters: &Parameters) -> Vec<Unit> {
    let mut sites: Vec<&Channel> = parameters.channels.iter().filter(|channel| !channel.reference).collect();
    sites.sort_by(|a, b| a.shank.cmp(&b.shank).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x)));
    (0..parameters.units).map(|unit| place_unit(parameters, &sites, unit)).collect()
}

fn place_unit(parameters: &Parameters, sites: &[&Channel], unit: usize) -> Unit {
    let mut random = Reader::new(Stream::open(parameters.seed, Purpose::Unit, unit as u32));
    let stretch = (unit as f64 + random.uniform()) / parameters.units as f64 * sites.len() as f64;
    let site = sites[(stretch as usize).min(sites.len() - 1)];
    let x = site.x + 24.0 * (random.uniform() - 0.5);
    let y = site.y + 20.0 * (random.uniform() - 0.5);
    let z = 8.0 + 22.0 * random.uniform();
    let loudness = random.uniform();
    let amplitude = between(parameters.amplitudes, loudness * loudness);
    let firing_rate = between(parameters.firing_rates, random.uniform());
    let spread = 18.0 + 22.0 * random.uniform(); // µm
    let trough_to_peak = 0.25 + 0.4 * random.uniform(); // ms
    let trough_width = 0.09 + 0.14 * trough_to_peak; // ms
    let recovery_width = 0.5 * trough_to_peak; // ms: the positive bump begins at the trough and leaves its height alone
    let recovery = trough_width / recovery_width * (0.5 + 0.4 * random.uniform()); // 1 times the quotient would cancel the area
    let speed = 300.0 + 200.0 * random.uniform(); // µm/ms
    let samples_per_ms = parameters.sampling_rate / 1000.0;

    let seen: Vec<(f64, f64)> = parameters
        .channels
        .iter()
        .map(|channel| {
            let dx = channel.x - x;
            let dy = channel.y - y;
            let distance = (dx * dx + dy * dy + z * z).sqrt();
            let visible = channel.shank == site.shank && !channel.reference && distance < REACH;
            let taper = 1.0 - distance / REACH * (distance / REACH);
            let fall = 1.0 + distance / spread * (distance / spread);
            (distance, if visible { taper * taper / (fall * fall.sqrt()) } else { 0.0 })
        })
        .collect();
    let mut peak_channel = 0;
    for (channel, &(_, gain)) in seen.iter().enumerate() {
        if gain > seen[peak_channel].1 {
            peak_channel = channel;
        }
    }
    let (peak_distance, peak_gain) = seen[peak_channel];
    let footprint = seen
        .iter()
        .enumerate()
        .filter(|&(_, &(_, gain))| gain / peak_gain * amplitude >= FAINTEST)
        .map(|(channel, &(distance, gain))| {
            let further = distance - peak_distance; // µm
            let stretch = 1.0 + further / 300.0; // slower with distance
            Footprint {
                channel,
                scale: gain / peak_gain,
                delay: further / speed * samples_per_ms - parameters.channels[channel].shift,
                trough_width: trough_width * stretch * samples_per_ms,
                recovery_delay: trough_to_peak * stretch * samples_per_ms,
                recovery_width: recovery_width * stretch * samples_per_ms,
            }
        })
        .collect();
    Unit {
        x,
        y,
        z,
        shank: site.shank,
        peak_channel,
        amplitude,
        firing_rate,
        trough_to_peak_seconds: trough_to_peak / 1000.0,
        recovery,
        footprint,
    }
}

fn between([low, high]: [f64; 2], fraction: f64) -> f64 {
    low + (high - low) * fraction
}
