use super::parameters::Parameters;

/// Depth over which the rhythm's phase runs one cycle, in µm.
const DEPTH_OF_CYCLE: f64 = 2500.0;

/// The field potential of each channel is `sine * sin + cosine * cos` of the rhythm's phase: (sine, cosine) in µV.
/// It is louder towards the top of the probe; its phase runs with depth and with the ADC skew.
pub fn weigh_rhythm(parameters: &Parameters) -> Vec<(f64, f64)> {
    let frequency = parameters.rhythm_frequency;
    let corner = parameters.high_pass;
    let bottom = parameters.channels.iter().fold(f64::INFINITY, |lowest, channel| lowest.min(channel.y));
    let top = parameters.channels.iter().fold(f64::NEG_INFINITY, |highest, channel| highest.max(channel.y));
    let passed = if frequency == 0.0 { 0.0 } else { frequency / (frequency * frequency + corner * corner).sqrt() };
    let weigh = |channel: &super::Channel| {
        if channel.reference {
            return (0.0, 0.0);
        }
        let height = if top > bottom { (channel.y - bottom) / (top - bottom) } else { 1.0 };
        let amplitude = parameters.rhythm_amplitude * passed * (0.4 + 0.6 * height);
        let phase = channel.y / DEPTH_OF_CYCLE + frequency * channel.shift / parameters.sampling_rate;
        (amplitude * sine_of_cycles(phase + 0.25), amplitude * sine_of_cycles(phase))
    };
    parameters.channels.iter().map(weigh).collect()
}

/// sin(2 pi x) within 1e-9, by the Taylor polynomial of order 13: the same bits in every language.
pub fn sine_of_cycles(x: f64) -> f64 {
    let mut r = x - (x + 0.5).floor();
    if r > 0.25 {
        r = 0.5 - r;
    } else if r < -0.25 {
        r = -0.5 - r;
    }
    #[allow(clippy::approx_constant)] // TAU, spelt as in the other implementation
    let z = 6.283185307179586 * r;
    let s = z * z;
    z * (1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0 * (1.0 - s / 110.0 * (1.0 - s / 156.0))))))
}
