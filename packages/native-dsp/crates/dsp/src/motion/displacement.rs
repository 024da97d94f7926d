use crate::{DspError, Result};

/// The displacement of the tissue in one segment; positive where it is higher (at larger depths) than on average.
///
/// A unit that rests at depth `y` is seen at `y + displacement`: SpikeInterface's sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Motion {
    /// (s from the segment's start) Centres of bins, ascending.
    pub times: Vec<f64>,
    /// (µm) Centres of windows, ascending; one for rigid motion.
    pub depths: Vec<f64>,
    /// (µm) `times.len() * depths.len()`, a time after the other.
    pub displacement: Vec<f64>,
}

impl Motion {
    /// Refuses lists that do not fit together, that do not ascend, or that hold what is no number.
    pub fn validate(&self) -> Result<()> {
        require_ascending("times", &self.times)?;
        require_ascending("depths", &self.depths)?;
        let (length, expected) = (self.displacement.len(), self.times.len() * self.depths.len());
        if length != expected {
            return Err(DspError::WrongLength { name: "displacement", length, expected });
        }
        require_finite("displacement", &self.displacement)
    }

    /// Where bin `bin` (a time) displaces what rests at `depth` (µm): linear between windows, constant beyond them.
    pub fn in_bin(&self, bin: usize, depth: f64) -> f64 {
        let row = &self.displacement[bin * self.depths.len()..][..self.depths.len()];
        let (low, high, share) = between(&self.depths, depth);
        mix(row[low], row[high], share)
    }

    /// The displacement (µm) at a time (s) and depth (µm): linear between bins and windows, constant beyond them.
    pub fn at(&self, time: f64, depth: f64) -> f64 {
        let (early, late, share) = between(&self.times, time);
        mix(self.in_bin(early, depth), self.in_bin(late, depth), share)
    }

    /// The bin whose centre is nearest to `time` (s); the later one half-way between two.
    pub fn bin_at(&self, time: f64) -> usize {
        let (mut low, mut high) = (0, self.times.len() - 1);
        while low < high {
            let middle = (low + high) / 2;
            let border = 0.5 * (self.times[middle] + self.times[middle + 1]);
            if border <= time { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// The two neighbours of `at` among ascending values, and how far it is from the first to the second.
fn between(values: &[f64], at: f64) -> (usize, usize, f64) {
    let above = values.partition_point(|value| *value <= at);
    if above == 0 {
        return (0, 0, 0.0);
    }
    if above == values.len() {
        return (above - 1, above - 1, 0.0);
    }
    let (low, high) = (values[above - 1], values[above]);
    (above - 1, above, (at - low) / (high - low))
}

fn mix(low: f64, high: f64, share: f64) -> f64 {
    low + (high - low) * share
}

fn require_ascending(name: &'static str, values: &[f64]) -> Result<()> {
    if values.is_empty() {
        return Err(DspError::WrongLength { name, length: 0, expected: 1 });
    }
    require_finite(name, values)?;
    match values.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(DspError::InvalidParameter { name, value: pair[1], expected: "ascending values" }),
        None => Ok(()),
    }
}

fn require_finite(name: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().find(|value| !value.is_finite()) {
        Some(&value) => Err(DspError::InvalidParameter { name, value, expected: "finite numbers" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn motion() -> Motion {
        let displacement = vec![0.0, 10.0, 4.0, 30.0, 8.0, 50.0];
        Motion { times: vec![1.0, 3.0, 5.0], depths: vec![100.0, 200.0], displacement }
    }

    #[test]
    fn is_linear_between_bins_and_windows_and_constant_beyond() {
        let motion = motion();
        assert_eq!(motion.at(3.0, 150.0), 17.0);
        assert_eq!(motion.at(2.0, 200.0), 20.0);
        assert_eq!((motion.at(-9.0, -9.0), motion.at(99.0, 999.0)), (0.0, 50.0));
    }

    #[test]
    fn a_time_belongs_to_the_nearest_bin() {
        let motion = motion();
        assert_eq!([-1.0, 1.9, 2.0, 3.9, 4.0, 99.0].map(|time| motion.bin_at(time)), [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert_eq!(motion().validate(), Ok(()));
        assert!(Motion { times: vec![], ..motion() }.validate().is_err());
        assert!(Motion { times: vec![1.0, 1.0, 2.0], ..motion() }.validate().is_err());
        assert!(Motion { displacement: vec![0.0], ..motion() }.validate().is_err());
        assert!(Motion { displacement: vec![f64::NAN; 6], ..motion() }.validate().is_err());
    }
}
