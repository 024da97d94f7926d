use super::*;
use crate::DspError;

/// The lower 32 sites of a Neuropixels 1.0 probe, with its ADC shifts.
fn parameters() -> Parameters {
    let channels = (0..32u32).map(|c| Channel {
        x: [27.0, 59.0, 11.0, 43.0][c as usize % 4],
        y: f64::from(c / 2 * 20),
        shank: 0,
        shift: f64::from(c % 24 / 2) / 13.0,
        reference: false,
    });
    Parameters {
        seed: 7,
        sampling_rate: 30000.0,
        frames: 60000,
        channels: channels.collect(),
        units: 8,
        firing_rates: [5.0, 40.0],
        refractory_samples: 90,
        amplitudes: [60.0, 300.0],
        amplitude_variation: 0.1,
        noise: 8.0,
        noise_radius: 50.0,
        common_noise: 5.0,
        rhythm_frequency: 8.0,
        rhythm_amplitude: 250.0,
        high_pass: 300.0,
        microvolts_per_count: 2.34375,
        max_count: 512,
    }
}

#[test]
fn a_range_equals_that_range_of_the_whole() {
    let simulation = Simulation::new(parameters()).unwrap();
    let whole = simulation.traces(0, 4000, 32).unwrap();
    let part = simulation.traces(1111, 2345, 32).unwrap();
    assert!(part == whole[1111 * 32..2345 * 32]);
}

#[test]
fn further_columns_are_left_zero() {
    let simulation = Simulation::new(parameters()).unwrap();
    let narrow = simulation.traces(0, 300, 32).unwrap();
    let wide = simulation.traces(0, 300, 33).unwrap();
    for (narrow, wide) in narrow.chunks(32).zip(wide.chunks(33)) {
        assert_eq!(narrow, &wide[..32]);
        assert_eq!(wide[32], 0);
    }
}

#[test]
fn another_seed_gives_other_spikes_and_other_noise() {
    let a = Simulation::new(parameters()).unwrap();
    let b = Simulation::new(Parameters { seed: 8, ..parameters() }).unwrap();
    assert_ne!(a.spikes.times[..10], b.spikes.times[..10]);
    let (a, b) = (a.traces(0, 1000, 32).unwrap(), b.traces(0, 1000, 32).unwrap());
    let equal = a.iter().zip(&b).filter(|(a, b)| a == b).count();
    assert!(equal < a.len() / 5, "{equal} of {} samples are equal", a.len());
}

#[test]
fn no_unit_fires_within_its_refractory_period() {
    let simulation = Simulation::new(parameters()).unwrap();
    let mut last = [f64::NEG_INFINITY; 8];
    for (&time, &unit) in simulation.spikes.times.iter().zip(&simulation.spikes.units) {
        let sample = (time + 0.5).floor();
        assert!(sample - last[unit as usize] >= 90.0);
        last[unit as usize] = sample;
    }
}

#[test]
fn units_fire_at_their_rates() {
    let simulation = Simulation::new(Parameters { frames: 30000 * 200, ..parameters() }).unwrap();
    for (index, unit) in simulation.units.iter().enumerate() {
        let count = simulation.spikes.units.iter().filter(|&&u| u as usize == index).count() as f64;
        let expected = unit.firing_rate * 200.0;
        assert!((count - expected).abs() < 4.0 * expected.sqrt(), "{count} spikes, expected {expected}");
    }
}

#[test]
fn the_trough_stands_at_the_spike_time_with_the_unit_amplitude() {
    let quiet = Parameters {
        noise: 0.0,
        common_noise: 0.0,
        rhythm_amplitude: 0.0,
        amplitude_variation: 0.0,
        units: 1,
        microvolts_per_count: 0.1,
        max_count: 32768,
        ..parameters()
    };
    let simulation = Simulation::new(quiet).unwrap();
    let unit = &simulation.units[0];
    let shift = simulation.parameters.channels[unit.peak_channel].shift;
    let counts = simulation.traces(0, 60000, 32).unwrap();
    for &time in &simulation.spikes.times {
        let skewed = (time - shift).round() as usize;
        let near = |frame: usize| counts[frame * 32 + unit.peak_channel];
        assert!(near(skewed) <= near(skewed - 1) && near(skewed) <= near(skewed + 1));
        let trough = -f64::from(near(skewed)) * 0.1;
        // half a sample beside the trough of the narrowest spike, 3.75 samples of knot distance: 1.5 * (0.5 / 3.75)²
        assert!(trough <= unit.amplitude + 0.05 && trough > unit.amplitude * 0.97, "{trough} of {}", unit.amplitude);
    }
}

#[test]
fn the_noise_of_each_channel_has_the_wanted_deviation() {
    let noise = Parameters { units: 0, common_noise: 0.0, rhythm_amplitude: 0.0, ..parameters() };
    let counts = Simulation::new(noise).unwrap().traces(0, 60000, 32).unwrap();
    for channel in 0..32 {
        let squares: f64 = counts.iter().skip(channel).step_by(32).map(|&c| (f64::from(c) * 2.34375).powi(2)).sum();
        // rounding to counts adds 2.34375² / 12
        let expected = (64.0f64 + 2.34375 * 2.34375 / 12.0).sqrt();
        let deviation = (squares / 60000.0).sqrt();
        assert!((deviation / expected - 1.0).abs() < 0.02, "{deviation} uV, expected {expected}");
    }
}

#[test]
fn a_rate_that_the_refractory_period_forbids_is_refused() {
    let refused = Simulation::new(Parameters { firing_rates: [5.0, 400.0], ..parameters() }).unwrap_err();
    assert!(matches!(refused, DspError::InvalidParameter { name: "firing_rates[1]", value: 400.0, .. }));
}
