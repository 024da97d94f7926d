//! How a source beside the probe shows on its channels, as the matched filter expects it.

/// The weights of one source: in front of one channel, at one distance from the probe.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kernel {
    pub channel: u32,
    /// The index of its distance.
    pub depth: u32,
    pub of: Vec<(u32, f32)>,
}

/// Kernels of all channels at the first distance, then at the second, and so on.
///
/// A source in front of channel `i`, `z` away from the probe, shows on channel `j` as `exp(-sqrt(d_ij² + z²) / decay)`.
/// The weights of each channel `j` over all `i` are scaled to unit length, those below `0.5 / sqrt(channels)` dropped, and
/// the rest scaled again; weights are single precision. Source: SpikeInterface's `get_convolution_weights`, with its
/// scaling along the channels rather than the sources: it matters at the ends of the probe only, and there only where
/// sources compete.
pub(crate) fn kernels(positions: &[[f64; 2]], depths: &[f64], decay: f64) -> Vec<Kernel> {
    depths.iter().enumerate().flat_map(|(depth, z)| kernels_at(positions, depth as u32, *z, decay)).collect()
}

fn kernels_at(positions: &[[f64; 2]], depth: u32, z: f64, decay: f64) -> Vec<Kernel> {
    let least = 0.5 / (positions.len() as f64).sqrt();
    // Relative to the nearest source, which is z away: else weights of far sources would be too small for numbers.
    let weight = |[x, y]: [f64; 2], [u, v]: [f64; 2]| {
        let distance = (x - u).hypot(y - v);
        ((z - distance.hypot(z)) / decay).exp()
    };
    let mut kernels: Vec<Kernel> =
        (0..positions.len() as u32).map(|channel| Kernel { channel, depth, of: Vec::new() }).collect();
    for (on, at) in positions.iter().enumerate() {
        let mut shown: Vec<(usize, f64)> =
            positions.iter().enumerate().map(|(source, position)| (source, weight(*position, *at))).collect();
        let all = shown.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        shown.retain_mut(|(_, weight)| {
            *weight /= all;
            *weight >= least
        });
        let rest = shown.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        for (source, weight) in shown {
            kernels[source].of.push((on as u32, (weight / rest) as f32));
        }
    }
    kernels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_at_the_probe_shows_on_its_channel_alone_and_a_far_one_on_its_neighbours() {
        let positions: Vec<[f64; 2]> = (0..9).map(|row| [0.0, 20.0 * f64::from(row)]).collect();
        let found = kernels(&positions, &[0.0, 120.0], 2.5);
        assert_eq!(found[4].of, [(4, 1.0)]);
        let far = &found[9 + 4];
        assert_eq!((far.channel, far.depth), (4, 1));
        assert_eq!(far.of.iter().map(|(channel, _)| *channel).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(far.of[0].1 < far.of[1].1 && (far.of[0].1 - far.of[2].1).abs() < 1e-7);
    }
}
