use super::bump::bump;
use super::parameters::{Channel, Parameters};
use super::random::bell_deviation;

/// Frames of white noise needed before a frame to colour it.
pub const BEFORE: usize = 2;
/// Frames of white noise needed after a frame to colour it.
pub const AFTER: usize = 3;
pub const TAPS: usize = BEFORE + 1 + AFTER;

/// Knot distance in samples: half the power below 3 kHz, almost nothing above 15 kHz at 30 kHz.
const KNOTS: f64 = 1.5;

/// The filter that colours white noise and reads it `shift` of a sample late; it keeps the variance.
pub fn colouring_taps(shift: f64) -> [f64; TAPS] {
    let taps: [f64; TAPS] = std::array::from_fn(|tap| bump((shift + BEFORE as f64 - tap as f64) / KNOTS));
    let norm = taps.iter().fold(0.0, |sum, tap| sum + tap * tap).sqrt();
    taps.map(|tap| tap / norm)
}

/// Colours the frame whose white noise stands at `frame + BEFORE`.
#[inline(always)]
pub fn colour<const N: usize>(taps: &[f64; TAPS], white: &[f64; N], frame: usize) -> f64 {
    taps[0] * white[frame]
        + taps[1] * white[frame + 1]
        + taps[2] * white[frame + 2]
        + taps[3] * white[frame + 3]
        + taps[4] * white[frame + 4]
        + taps[5] * white[frame + 5]
}

/// The white noises of which one channel's noise is mixed, in order of channels, with their weights
/// (white noise of standard deviation `bell_deviation` to µV).
pub type NoiseMix = Vec<(usize, f64)>;

/// Each channel mixes the white noise of the sites around it, so that neighbours share part of theirs.
pub fn mix_noise(parameters: &Parameters) -> Vec<NoiseMix> {
    let channels = &parameters.channels;
    let mix_of = |(own, channel): (usize, &Channel)| {
        let mut mix: NoiseMix = channels
            .iter()
            .enumerate()
            .map(|(index, other)| {
                let near = || nearness(channel, other, parameters.noise_radius);
                (
                    index,
                    if index == own {
                        1.0
                    } else if other.shank == channel.shank {
                        near()
                    } else {
                        0.0
                    },
                )
            })
            .filter(|&(_, weight)| weight != 0.0)
            .collect();
        let norm = mix.iter().fold(0.0, |sum, &(_, weight)| sum + weight * weight).sqrt();
        let scale = parameters.noise / bell_deviation() / norm;
        mix.iter_mut().for_each(|(_, weight)| *weight *= scale);
        mix
    };
    channels.iter().enumerate().map(mix_of).collect()
}

fn nearness(a: &Channel, b: &Channel, radius: f64) -> f64 {
    let dx = a.x - b.x;
    let dy = a.y - b.y;
    let squared = dx * dx + dy * dy;
    if squared >= radius * radius {
        return 0.0;
    }
    let inside = 1.0 - squared / (radius * radius);
    inside * inside
}
