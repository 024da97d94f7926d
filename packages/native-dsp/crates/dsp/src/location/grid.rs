//! Location by comparison with sources on a grid around the probe.

use crate::{DspError, Result};

/// Sources on a grid of places, and at several distances from the probe, against which peaks are held.
///
/// The weight of a source on a channel is `exp(-distance / 2.5 µm)` over the distance in space, divided by the norm
/// over all channels; weights below `0.5 / sqrt(channels)` are left out. A peak lies at the mean place of the sources
/// around its channel, weighted by their product with the peak's waveforms, of which the best `percent` count.
/// Source: SpikeInterface's `grid_convolution` (`exponential_3d`).
#[derive(Debug, Clone, PartialEq)]
pub struct GridConvolution {
    /// (µm) From the channel of the peak to the sources that are tried.
    pub radius: f64,
    /// (µm) Between sources.
    pub spacing: f64,
    /// (µm) By which the grid extends beyond the outermost channels.
    pub margin: f64,
    /// Of the products that are not negative, how many count, 0 to 100.
    pub percent: f64,
}

/// (µm) Distances of sources from the plane of the probe.
const DEPTHS: [f64; 5] = [0.0, 30.0, 60.0, 90.0, 120.0];
/// (µm) Over which a source's weight falls by a factor of e.
const DECAY: f64 = 2.5;
/// Of e-foldings, beyond which a weight is nothing.
const FOLDINGS: f64 = 40.0;

/// The sources around one channel.
pub(super) struct Sources {
    places: Vec<[f64; 3]>,
    /// Where each source's terms end; sources of one distance follow each other.
    ends: Vec<usize>,
    /// Index among `channels`, and the weight there.
    terms: Vec<(u32, f64)>,
    /// The channels on which these sources are seen.
    pub channels: Vec<usize>,
}

impl GridConvolution {
    pub(super) fn validate(&self) -> Result<()> {
        for (name, value) in [("radius", self.radius), ("spacing", self.spacing)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(DspError::InvalidParameter { name, value, expected: "a positive number" });
            }
        }
        if !(self.margin >= 0.0 && self.margin.is_finite()) {
            let expected = "a number that is not negative";
            return Err(DspError::InvalidParameter { name: "margin", value: self.margin, expected });
        }
        if !(self.percent > 0.0 && self.percent <= 100.0) {
            let expected = "above 0, up to 100";
            return Err(DspError::InvalidParameter { name: "percent", value: self.percent, expected });
        }
        Ok(())
    }

    pub(super) fn sources(&self, channel: usize, positions: &[[f64; 2]]) -> Sources {
        let axes = [0, 1].map(|axis| self.near(channel, positions, axis));
        let [x, y] = positions[channel];
        let mut places = Vec::new();
        for &v in &axes[1] {
            for &u in &axes[0] {
                if ((u - x).powi(2) + (v - y).powi(2)).sqrt() <= self.radius {
                    places.push([u, v]);
                }
            }
        }
        let deepest = DEPTHS[DEPTHS.len() - 1];
        let reach = (self.radius.hypot(deepest) + FOLDINGS * DECAY).powi(2) - deepest.powi(2);
        let distance = |[u, v]: [f64; 2], channel: usize| {
            let [x, y] = positions[channel];
            (x - u).powi(2) + (y - v).powi(2)
        };
        let least = 0.5 / (positions.len() as f64).sqrt();
        let mut near: Vec<usize> = (0..positions.len())
            .filter(|&other| distance([x, y], other).sqrt() <= self.radius + reach.sqrt())
            .collect();
        let mut sources = Sources { places: Vec::new(), ends: Vec::new(), terms: Vec::new(), channels: Vec::new() };
        let mut used = vec![false; near.len()];
        for depth in DEPTHS {
            for &place in &places {
                let squares: Vec<f64> = near.iter().map(|&other| distance(place, other) + depth * depth).collect();
                let nearest = squares.iter().copied().fold(f64::INFINITY, f64::min).sqrt();
                // against the nearest, so that nothing vanishes
                let weights: Vec<f64> =
                    squares.iter().map(|square| ((nearest - square.sqrt()) / DECAY).exp()).collect();
                let norm = norm(weights.iter().copied());
                let seen = |weight: f64| weight / norm >= least;
                let rest = norm_of_seen(&weights, seen);
                for (index, &weight) in weights.iter().enumerate() {
                    if seen(weight) {
                        used[index] = true;
                        sources.terms.push((index as u32, weight / rest));
                    }
                }
                sources.ends.push(sources.terms.len());
                sources.places.push([place[0], place[1], depth]);
            }
        }
        // number the channels that are used from 0
        let mut number = 0;
        let numbers: Vec<u32> = used
            .iter()
            .map(|&used| {
                number += u32::from(used);
                number - u32::from(used)
            })
            .collect();
        sources.terms.iter_mut().for_each(|term| term.0 = numbers[term.0 as usize]);
        let mut index = 0;
        near.retain(|_| {
            index += 1;
            used[index - 1]
        });
        sources.channels = near;
        sources
    }

    /// The grid's coordinates that are no further than the radius from the channel.
    fn near(&self, channel: usize, positions: &[[f64; 2]], axis: usize) -> Vec<f64> {
        let along = || positions.iter().map(|position| position[axis]);
        let start = along().fold(f64::INFINITY, f64::min) - self.margin;
        let end = along().fold(f64::NEG_INFINITY, f64::max) + self.margin + self.spacing / 10.0;
        let middle = positions[channel][axis];
        let first = (((middle - self.radius - start) / self.spacing).floor() - 1.0).max(0.0) as usize;
        (first..)
            .map(|index| start + index as f64 * self.spacing)
            .take_while(|&value| value < end && value <= middle + self.radius)
            .filter(|&value| value >= middle - self.radius)
            .collect()
    }
}

impl Sources {
    /// `products`: of the waveform on each of the channels and what is expected of a peak. The place x, y, z (µm); `None`
    /// where no product is above 0.
    pub fn locate(&self, products: &[f64], percent: f64, scratch: &mut Vec<f64>) -> Option<[f64; 3]> {
        let mut start = 0;
        let scores: Vec<f64> = self
            .ends
            .iter()
            .map(|&end| {
                let terms = &self.terms[start..end];
                start = end;
                terms.iter().map(|&(channel, weight)| weight * products[channel as usize]).sum()
            })
            .collect();
        let threshold = quantile(scores.iter().copied().filter(|&score| score >= 0.0), 1.0 - percent / 100.0, scratch);
        let (mut sum, mut place) = (0.0, [0.0; 3]);
        for (score, source) in scores.iter().zip(&self.places) {
            if *score >= threshold {
                sum += score;
                (0..3).for_each(|axis| place[axis] += score * source[axis]);
            }
        }
        (sum > 0.0).then(|| place.map(|value| value / sum))
    }
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

fn norm_of_seen(weights: &[f64], seen: impl Fn(f64) -> bool) -> f64 {
    norm(weights.iter().copied().filter(|&weight| seen(weight)))
}

/// Linear between the values, as NumPy's `percentile`; of none, infinity.
fn quantile(values: impl Iterator<Item = f64>, share: f64, sorted: &mut Vec<f64>) -> f64 {
    sorted.clear();
    sorted.extend(values);
    if sorted.is_empty() {
        return f64::INFINITY;
    }
    let at = share * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let (_, &mut low, above) = sorted.select_nth_unstable_by(below, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    low + (high - low) * (at - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_between_values_as_numpys_does() {
        let of = |values: &[f64], share| quantile(values.iter().copied(), share, &mut Vec::new());
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert_eq!(of(&[4.0, 1.0, 3.0, 2.0], 0.95), 3.0 + 0.95 * 3.0 - 2.0);
        assert_eq!((of(&[7.0], 0.95), of(&[], 0.95)), (7.0, f64::INFINITY));
    }

    #[test]
    fn sources_have_norm_one_over_the_channels_that_see_them() {
        let positions: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i % 2) * 32.0, f64::from(i / 2) * 20.0]).collect();
        let grid = GridConvolution { radius: 40.0, spacing: 5.0, margin: 50.0, percent: 5.0 };
        let sources = grid.sources(20, &positions);
        let mut start = 0;
        for &end in &sources.ends {
            let norm = norm(sources.terms[start..end].iter().map(|term| term.1));
            assert!((norm - 1.0).abs() < 1e-12);
            start = end;
        }
        assert!(sources.places.iter().all(|&[x, y, _]| (x - 0.0).hypot(y - 200.0) <= 40.0 && (x + 50.0) % 5.0 == 0.0));
    }
}
