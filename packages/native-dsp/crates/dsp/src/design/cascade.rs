//! Second-order sections.

/// One second-order section: `y[t] = b0 x[t] + b1 x[t-1] + b2 x[t-2] - a0 y[t-1] - a1 y[t-2]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    pub b: [f64; 3],
    /// The denominator without its leading 1.
    pub a: [f64; 2],
}

impl Section {
    /// The modulus of its pole nearest to the unit circle.
    fn pole_radius(&self) -> f64 {
        let [a1, a2] = self.a;
        let discriminant = a1 * a1 - 4.0 * a2;
        if discriminant < 0.0 { a2.sqrt() } else { (a1.abs() + discriminant.sqrt()) / 2.0 }
    }
}

/// Sections in the order in which a sample runs through them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascade {
    sections: Vec<Section>,
}

/// A margin's end is felt at its start by less than this part.
const MARGIN_RESIDUE: f64 = 1e-9;
const MARGIN_STEP: usize = 64;

impl Cascade {
    /// At most eight sections: what a band-pass of the highest order has.
    pub(crate) fn new(sections: Vec<Section>) -> Self {
        debug_assert!(sections.len() <= 8);
        Self { sections }
    }

    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The samples by which `scipy.signal.sosfiltfilt` extends a signal at either end.
    pub fn pad_length(&self) -> usize {
        let count = |at_origin: fn(&Section) -> bool| self.sections.iter().filter(|section| at_origin(section)).count();
        let cancelled = count(|section| section.b[2] == 0.0).min(count(|section| section.a[1] == 0.0));
        3 * (2 * self.sections.len() + 1 - cancelled)
    }

    /// The frames after which what lies beyond is forgotten to one part in 10⁹, a multiple of 64.
    pub fn margin(&self) -> usize {
        self.memory(MARGIN_RESIDUE)
    }

    /// The frames after which what lies beyond is forgotten to the given part, a multiple of 64.
    pub fn memory(&self, residue: f64) -> usize {
        let radius = self.sections.iter().map(Section::pole_radius).fold(0.0, f64::max);
        let frames = if radius <= 0.0 { 0.0 } else { residue.ln() / radius.ln() };
        (frames as usize / MARGIN_STEP + 1) * MARGIN_STEP
    }
}

#[cfg(test)]
mod tests {
    use super::super::butterworth::{Band, butterworth};

    #[test]
    fn pads_as_scipy_does() {
        // Three sections, one of them of first order: 3 (2 * 3 + 1 - 1).
        assert_eq!(butterworth(5, Band::HighPass { cutoff: 300.0 }, 30_000.0).unwrap().pad_length(), 18);
        assert_eq!(butterworth(5, Band::BandPass { low: 300.0, high: 6000.0 }, 30_000.0).unwrap().pad_length(), 33);
    }

    #[test]
    fn a_lower_cutoff_needs_a_longer_margin() {
        let margin = |cutoff| butterworth(5, Band::HighPass { cutoff }, 30_000.0).unwrap().margin();
        assert_eq!(margin(300.0), 1088);
        assert!(margin(150.0) > 2000);
    }
}
