//! Design of Butterworth filters as second-order sections.

use std::f64::consts::PI;

use super::cascade::{Cascade, Section};
use super::complex::Complex;
use crate::{DspError, Result};

/// The frequencies that a filter lets through (Hz).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Band {
    HighPass { cutoff: f64 },
    LowPass { cutoff: f64 },
    BandPass { low: f64, high: f64 },
}

/// The highest order that [`butterworth`] designs.
pub const MAX_ORDER: u32 = 8;

/// Designs a digital Butterworth filter, as `scipy.signal.butter(order, band, fs=..., output="sos")` does.
///
/// The analogue prototype's poles stand evenly on the left half of the unit circle; the band is
/// moved in the s plane at pre-warped frequencies `4 tan(π f / fs)` and the bilinear transform takes it
/// to the z plane. A band-pass of order `n` has `2 n` poles. Zeros are paired with poles, and
/// sections ordered, as `scipy.signal.zpk2sos` does (`pairing="nearest"`).
pub fn butterworth(order: u32, band: Band, sampling_rate: f64) -> Result<Cascade> {
    if !(1..=MAX_ORDER).contains(&order) {
        return Err(DspError::InvalidParameter {
            name: "order",
            value: order.into(),
            expected: "an order from 1 to 8",
        });
    }
    require_positive("samplingRate", sampling_rate)?;
    let digital = match band {
        Band::HighPass { cutoff } => {
            require_below("cutoff", cutoff, sampling_rate)?;
            high_pass(order, warp(cutoff, sampling_rate))
        }
        Band::LowPass { cutoff } => {
            require_below("cutoff", cutoff, sampling_rate)?;
            low_pass(order, warp(cutoff, sampling_rate))
        }
        Band::BandPass { low, high } => {
            require_below("high", high, sampling_rate)?;
            require_positive("low", low)?;
            if low >= high {
                return Err(DspError::InvalidParameter { name: "low", value: low, expected: "less than `high`" });
            }
            band_pass(order, warp(low, sampling_rate), warp(high, sampling_rate))
        }
    };
    Ok(Cascade::new(digital.bilinear().sections()))
}

pub(super) fn require_positive(name: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(DspError::InvalidParameter { name, value, expected: "a positive number" })
}

pub(super) fn require_below(name: &'static str, frequency: f64, sampling_rate: f64) -> Result<()> {
    require_positive(name, frequency)?;
    if frequency < sampling_rate / 2.0 {
        return Ok(());
    }
    Err(DspError::InvalidParameter { name, value: frequency, expected: "less than half the sampling rate" })
}

/// The bilinear transform is taken at a sampling rate of 2, as in SciPy.
const TWICE_RATE: f64 = 4.0;

fn warp(frequency: f64, sampling_rate: f64) -> f64 {
    TWICE_RATE * (PI * frequency / sampling_rate).tan()
}

/// A transfer function; `poles` holds one of each conjugate pair (non-negative imaginary part) and the real ones.
struct Zpk {
    zeros: Vec<f64>,
    poles: Vec<Complex>,
    gain: f64,
}

/// The prototype's poles with a non-negative imaginary part; the real one, if any, is exact.
fn prototype(order: u32) -> Vec<Complex> {
    let order = f64::from(order);
    let mut poles = Vec::new();
    let mut step = 1.0 - order;
    while step <= 0.0 {
        let angle = PI * step / (2.0 * order);
        poles.push(if step == 0.0 { Complex::real(-1.0) } else { Complex { re: -angle.cos(), im: -angle.sin() } });
        step += 2.0;
    }
    poles
}

fn high_pass(order: u32, cutoff: f64) -> Zpk {
    let poles = prototype(order).into_iter().map(|pole| Complex::real(cutoff) / pole);
    // The reciprocal of a pole lies on the other side of the real axis.
    let poles = poles.map(|pole| Complex { re: pole.re, im: pole.im.abs() }).collect();
    Zpk { zeros: vec![0.0; order as usize], poles, gain: 1.0 }
}

fn low_pass(order: u32, cutoff: f64) -> Zpk {
    let poles = prototype(order).into_iter().map(|pole| pole.scale(cutoff)).collect();
    Zpk { zeros: Vec::new(), poles, gain: cutoff.powi(order as i32) }
}

fn band_pass(order: u32, low: f64, high: f64) -> Zpk {
    let (width, centre) = (high - low, (low * high).sqrt());
    let mut poles = Vec::new();
    for pole in prototype(order) {
        let pole = pole.scale(width / 2.0);
        let root = (pole * pole - Complex::real(centre * centre)).square_root();
        let both = [pole + root, pole - root];
        if pole.im == 0.0 && root.im != 0.0 {
            poles.push(Complex { re: pole.re, im: root.im.abs() });
        } else {
            // A complex prototype pole becomes two, its conjugate their conjugates; a real one may become two real ones.
            poles.extend(both.map(|pole| Complex { re: pole.re, im: pole.im.abs() }));
        }
    }
    Zpk { zeros: vec![0.0; order as usize], poles, gain: width.powi(order as i32) }
}

impl Zpk {
    /// From the s plane to the z plane.
    fn bilinear(self) -> Self {
        let rate = Complex::real(TWICE_RATE);
        let count: usize = self.poles.iter().map(|pole| if pole.im == 0.0 { 1 } else { 2 }).sum();
        let numerator: f64 = self.zeros.iter().map(|zero| TWICE_RATE - zero).product();
        let mut denominator = 1.0;
        for &pole in &self.poles {
            let distance = rate - pole;
            denominator *= if pole.im == 0.0 { distance.re } else { (distance * distance.conjugate()).re };
        }
        let mut zeros: Vec<f64> = self.zeros.iter().map(|zero| (TWICE_RATE + zero) / (TWICE_RATE - zero)).collect();
        zeros.resize(count, -1.0);
        let poles = self.poles.iter().map(|&pole| (rate + pole) / (rate - pole)).collect();
        Self { zeros, poles, gain: self.gain * numerator / denominator }
    }

    /// Starting from the pole nearest to the unit circle, which goes into the last section, each pole pair
    /// takes the two zeros nearest to it.
    fn sections(self) -> Vec<Section> {
        let Self { mut zeros, mut poles, gain } = self;
        if zeros.len() % 2 == 1 {
            zeros.push(0.0);
            poles.push(Complex::real(0.0));
        }
        let mut sections = Vec::new();
        while let Some(worst) = nearest_to_circle(&poles, |_| true) {
            let pole = poles.remove(worst);
            let a = if pole.im == 0.0 {
                let partner = nearest_to_circle(&poles, |candidate| candidate.im == 0.0);
                let partner = partner.map_or(0.0, |index| poles.remove(index).re);
                [-(pole.re + partner), pole.re * partner]
            } else {
                [-2.0 * pole.re, pole.re * pole.re + pole.im * pole.im]
            };
            let (first, second) = (take_nearest(&mut zeros, pole), take_nearest(&mut zeros, pole));
            sections.push(Section { b: [1.0, -(first + second), first * second], a });
        }
        sections.reverse();
        for coefficient in &mut sections[0].b {
            *coefficient *= gain;
        }
        sections
    }
}

fn nearest_to_circle(poles: &[Complex], eligible: impl Fn(&Complex) -> bool) -> Option<usize> {
    let distance = |index: &usize| (1.0 - poles[*index].modulus()).abs();
    (0..poles.len())
        .filter(|&index| eligible(&poles[index]))
        .min_by(|left, right| distance(left).total_cmp(&distance(right)))
}

/// Takes out the zero nearest to `pole`; there is always one, zeros and poles being equally many.
fn take_nearest(zeros: &mut Vec<f64>, pole: Complex) -> f64 {
    let distance = |index: &usize| (Complex::real(zeros[*index]) - pole).modulus();
    let nearest = (0..zeros.len()).min_by(|left, right| distance(left).total_cmp(&distance(right)));
    nearest.map_or(0.0, |index| zeros.remove(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |H| at a frequency, from the sections.
    fn gain(cascade: &Cascade, frequency: f64, sampling_rate: f64) -> f64 {
        let angle = 2.0 * PI * frequency / sampling_rate;
        let z = Complex { re: angle.cos(), im: -angle.sin() };
        cascade.sections().iter().fold(1.0, |gain, Section { b, a }| {
            let numerator = Complex::real(b[0]) + z.scale(b[1]) + (z * z).scale(b[2]);
            let denominator = Complex::real(1.0) + z.scale(a[0]) + (z * z).scale(a[1]);
            gain * (numerator / denominator).modulus()
        })
    }

    #[test]
    fn the_gain_is_one_half_in_power_at_the_cutoff_for_every_order() {
        for order in 1..=MAX_ORDER {
            let cascade = butterworth(order, Band::HighPass { cutoff: 300.0 }, 30_000.0).unwrap();
            assert!((gain(&cascade, 300.0, 30_000.0).powi(2) - 0.5).abs() < 1e-9, "order {order}");
            let cascade = butterworth(order, Band::BandPass { low: 300.0, high: 6000.0 }, 30_000.0).unwrap();
            assert!((gain(&cascade, 300.0, 30_000.0).powi(2) - 0.5).abs() < 1e-9, "order {order}");
            assert!((gain(&cascade, 6000.0, 30_000.0).powi(2) - 0.5).abs() < 1e-9, "order {order}");
        }
    }

    #[test]
    fn the_sections_are_those_of_scipy() {
        let table = include_str!("../../../../../../fixtures/butterworth/sections.csv");
        for line in table.lines() {
            let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
            let [order, rate, low, high] = numbers[..4] else { panic!("{line}") };
            let band = if high == 0.0 { Band::HighPass { cutoff: low } } else { Band::BandPass { low, high } };
            let cascade = butterworth(order as u32, band, rate).unwrap();
            let found: Vec<f64> =
                cascade.sections().iter().flat_map(|section| section.b.into_iter().chain(section.a)).collect();
            assert_eq!(found.len(), numbers.len() - 4, "{line}");
            for (found, expected) in found.iter().zip(&numbers[4..]) {
                assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1e-3), "{found} {expected}: {line}");
            }
        }
    }

    #[test]
    fn a_first_order_high_pass_is_the_closed_form() {
        // tan(π / 4) = 1: H(z) = (1 - z⁻¹) / 2.
        let cascade = butterworth(1, Band::HighPass { cutoff: 250.0 }, 1000.0).unwrap();
        let [Section { b, a }] = cascade.sections() else { panic!("one section") };
        for (found, expected) in b.iter().chain(a).zip([0.5, -0.5, 0.0, 0.0, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{b:?} {a:?}");
        }
    }

    #[test]
    fn frequencies_and_orders_that_make_no_filter_are_refused() {
        let high = |cutoff| butterworth(3, Band::HighPass { cutoff }, 30_000.0);
        assert!(high(15_000.0).is_err() && high(0.0).is_err() && high(f64::NAN).is_err());
        assert!(butterworth(3, Band::BandPass { low: 6000.0, high: 300.0 }, 30_000.0).is_err());
        assert!(butterworth(9, Band::HighPass { cutoff: 300.0 }, 30_000.0).is_err());
        assert!(butterworth(0, Band::HighPass { cutoff: 300.0 }, 30_000.0).is_err());
    }
}
