use super::bump::bump;
use super::model::Simulation;
use super::noise::{AFTER, BEFORE, colour};
use super::random::{Stream, bell};
use super::rhythm::sine_of_cycles;
use super::units::Footprint;

/// Keeps a tile of 384 channels near the second-level cache; any size gives the same samples.
const TILE: usize = 256;
const PADDED: usize = TILE + BEFORE + AFTER;

/// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, halves to even, as the ADC of the model does.
const ROUNDER: f64 = 6755399441055744.0;

/// Buffers of one tile, channel-major; white noise has the halo of the colouring filter on both sides.
struct Tile {
    spikes: Vec<[f64; TILE]>,
    white: Vec<[f64; PADDED]>,
    /// One row per distinct shift.
    common: Vec<[f64; TILE]>,
    mixed: [f64; PADDED],
    sine: [f64; TILE],
    cosine: [f64; TILE],
}

/// Fills `out` with the frames from `start` on, `columns` words per frame; leaves further words alone.
pub fn fill(simulation: &Simulation, start: u64, columns: usize, out: &mut [i16]) {
    let channels = simulation.noise.len();
    let mut tile = Tile {
        spikes: vec![[0.0; TILE]; channels],
        white: vec![[0.0; PADDED]; channels],
        common: vec![[0.0; TILE]; simulation.taps.len()],
        mixed: [0.0; PADDED],
        sine: [0.0; TILE],
        cosine: [0.0; TILE],
    };
    for (index, rows) in out.chunks_mut(TILE * columns).enumerate() {
        let from = start + (index * TILE) as u64;
        let frames = rows.len() / columns;
        tile.fill_spikes(simulation, from as f64, frames);
        for (&stream, row) in simulation.noise_streams.iter().zip(&mut tile.white) {
            fill_white(stream, from, row);
        }
        tile.fill_common(simulation, from);
        tile.fill_rhythm(simulation, from);
        for channel in 0..channels {
            tile.mix_white(&simulation.noise[channel]);
            tile.quantize(simulation, channel, columns, rows);
        }
    }
}

/// White noise is numbered by channel and frame, so that a range can be computed alone; before frame 0 it wraps.
fn fill_white(stream: Stream, from: u64, row: &mut [f64; PADDED]) {
    let first = (from as u32).wrapping_sub(BEFORE as u32);
    for (frame, value) in row.iter_mut().enumerate() {
        *value = f64::from(bell(stream.draw(first.wrapping_add(frame as u32))));
    }
}

impl Tile {
    fn fill_spikes(&mut self, simulation: &Simulation, from: f64, frames: usize) {
        self.spikes.iter_mut().for_each(|row| row.fill(0.0));
        let spikes = &simulation.spikes;
        let last = from + frames as f64 - 1.0 + simulation.head;
        let first = spikes.times.partition_point(|&time| time < from - simulation.tail);
        for spike in first..spikes.times.len() {
            let time = spikes.times[spike];
            if time > last {
                break;
            }
            let unit = &simulation.units[spikes.units[spike] as usize];
            for seen in &unit.footprint {
                let row = &mut self.spikes[seen.channel][..frames];
                add_spike(row, seen, unit.recovery, spikes.amplitudes[spike], time, from);
            }
        }
    }

    fn fill_common(&mut self, simulation: &Simulation, from: u64) {
        fill_white(simulation.common_stream, from, &mut self.mixed);
        self.mixed.iter_mut().for_each(|value| *value *= simulation.common_scale);
        for (taps, row) in simulation.taps.iter().zip(&mut self.common) {
            for (frame, value) in row.iter_mut().enumerate() {
                *value = colour(taps, &self.mixed, frame);
            }
        }
    }

    fn fill_rhythm(&mut self, simulation: &Simulation, from: u64) {
        let parameters = &simulation.parameters;
        for frame in 0..TILE {
            let cycles = parameters.rhythm_frequency * (from as f64 + frame as f64) / parameters.sampling_rate;
            self.sine[frame] = sine_of_cycles(cycles);
            self.cosine[frame] = sine_of_cycles(cycles + 0.25);
        }
    }

    fn mix_white(&mut self, mix: &[(usize, f64)]) {
        for (index, &(source, weight)) in mix.iter().enumerate() {
            let pairs = self.mixed.iter_mut().zip(&self.white[source]);
            if index == 0 {
                pairs.for_each(|(value, white)| *value = weight * white);
            } else {
                pairs.for_each(|(value, white)| *value += weight * white);
            }
        }
    }

    fn quantize(&self, simulation: &Simulation, channel: usize, columns: usize, out: &mut [i16]) {
        let largest = f64::from(simulation.parameters.max_count);
        let counts_per_microvolt = 1.0 / simulation.parameters.microvolts_per_count;
        let shift = simulation.taps_of_channel[channel];
        let taps = &simulation.taps[shift];
        let common = &self.common[shift];
        let spikes = &self.spikes[channel];
        let (p, q) = simulation.rhythm[channel];
        let mut counts = [0.0; TILE];
        for (frame, count) in counts.iter_mut().enumerate() {
            let own = colour(taps, &self.mixed, frame);
            let rhythm = p * self.sine[frame] + q * self.cosine[frame];
            let microvolts = spikes[frame] + own + common[frame] + rhythm;
            let rounded = microvolts * counts_per_microvolt + ROUNDER - ROUNDER;
            *count = rounded.max(-largest).min(largest - 1.0);
        }
        for (row, count) in out.chunks_exact_mut(columns).zip(counts) {
            row[channel] = count as i16;
        }
    }
}

fn add_spike(row: &mut [f64], seen: &Footprint, recovery: f64, amplitude: f64, time: f64, from: f64) {
    let trough = time + seen.delay - from;
    let height = amplitude * seen.scale;
    add_bump(row, -height, trough, seen.trough_width);
    add_bump(row, height * recovery, trough + seen.recovery_delay, seen.recovery_width);
}

fn add_bump(row: &mut [f64], height: f64, center: f64, width: f64) {
    let first = (center - 2.0 * width).ceil().max(0.0);
    let end = ((center + 2.0 * width).floor() + 1.0).min(row.len() as f64);
    if first >= end {
        return;
    }
    let scale = 1.0 / width;
    for (frame, value) in row.iter_mut().enumerate().take(end as usize).skip(first as usize) {
        *value += height * bump((frame as f64 - center) * scale);
    }
}
