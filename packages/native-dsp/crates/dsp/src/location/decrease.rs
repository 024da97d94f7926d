//! Amplitudes that do not grow away from the peak.

/// For one channel: which of its neighbours must not exceed the largest of which others, from the inside out.
///
/// Source: SpikeInterface's `make_radial_order_parents`. Neighbours are seen in rings of growing distance from the
/// channel; each is held down by those seen before it that are among the three nearest rings around itself.
pub struct Decrease {
    /// Indices among the neighbours: one that is held down, and those by which it is.
    steps: Vec<(usize, Vec<usize>)>,
}

/// Rings around a neighbour in which those that hold it down are sought.
const PARENT_RINGS: usize = 3;

impl Decrease {
    /// `neighbours`: channels around `channel`, itself among them, ascending.
    pub fn around(channel: usize, neighbours: &[usize], positions: &[[f64; 2]]) -> Self {
        let rings = Rings::around(channel, positions);
        let mut seen = vec![false; positions.len()];
        seen[channel] = true;
        let mut count = 1;
        for other in rings.within(1) {
            count += usize::from(!seen[other]);
            seen[other] = true;
        }
        let mut steps = Vec::new();
        let mut ring = 2;
        while count < neighbours.len() && ring <= rings.count() {
            let all: Vec<usize> = rings.within(ring).collect();
            let new: Vec<usize> = (0..neighbours.len())
                .filter(|&index| !seen[neighbours[index]] && all.contains(&neighbours[index]))
                .collect();
            for &index in &new {
                let own = Rings::around(neighbours[index], positions);
                let near: Vec<usize> = own.within(PARENT_RINGS).collect();
                let parents: Vec<usize> = (0..neighbours.len())
                    .filter(|&other| seen[neighbours[other]] && near.contains(&neighbours[other]))
                    .collect();
                if !parents.is_empty() {
                    steps.push((index, parents));
                }
            }
            for &index in &new {
                seen[neighbours[index]] = true;
                count += 1;
            }
            ring += 1;
        }
        Self { steps }
    }

    /// Lowers amplitudes (one per neighbour) where they exceed those further in.
    pub fn enforce(&self, amplitudes: &mut [f64]) {
        for (index, parents) in &self.steps {
            let most = parents.iter().map(|&parent| amplitudes[parent]).fold(f64::NEG_INFINITY, f64::max);
            if amplitudes[*index] > most {
                amplitudes[*index] = most;
            }
        }
    }
}

/// Other channels by their distance from one.
struct Rings {
    channel: usize,
    distances: Vec<f64>,
    /// The different distances, ascending, without 0.
    radii: Vec<f64>,
}

impl Rings {
    fn around(channel: usize, positions: &[[f64; 2]]) -> Self {
        let [x, y] = positions[channel];
        let distances: Vec<f64> =
            positions.iter().map(|&[u, v]| ((x - u) * (x - u) + (y - v) * (y - v)).sqrt()).collect();
        let mut radii: Vec<f64> = distances.iter().copied().filter(|&distance| distance > 0.0).collect();
        radii.sort_unstable_by(f64::total_cmp);
        radii.dedup();
        Self { channel, distances, radii }
    }

    fn count(&self) -> usize {
        self.radii.len()
    }

    /// The channels of the first `rings` rings, without the one in the middle.
    fn within(&self, rings: usize) -> impl Iterator<Item = usize> {
        let last = rings.min(self.radii.len());
        let radius = if last == 0 { f64::NEG_INFINITY } else { self.radii[last - 1] + 1e-8 };
        (0..self.distances.len()).filter(move |&other| other != self.channel && self.distances[other] <= radius)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_nearest_ring_amplitudes_are_held_down_by_those_further_in() {
        let positions: Vec<[f64; 2]> = (0..5).map(|row| [0.0, 20.0 * f64::from(row)]).collect();
        let decrease = Decrease::around(0, &[0, 1, 2, 3, 4], &positions);
        let mut amplitudes = [10.0, 12.0, 11.0, 30.0, 5.0];
        decrease.enforce(&mut amplitudes);
        assert_eq!(amplitudes, [10.0, 12.0, 11.0, 12.0, 5.0]);
    }

    #[test]
    fn one_channel_has_none_around_it() {
        let mut amplitudes = [10.0];
        Decrease::around(0, &[0], &[[0.0, 0.0]]).enforce(&mut amplitudes);
        assert_eq!(amplitudes, [10.0]);
    }
}
