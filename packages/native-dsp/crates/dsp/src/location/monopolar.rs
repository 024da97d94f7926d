//! Triangulation of a source whose amplitude falls with the inverse of its distance.

use super::center_of_mass;

/// A point source beside the probe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Monopole {
    /// (µm) In the plane of the probe.
    pub x: f64,
    pub y: f64,
    /// (µm) From the plane of the probe.
    pub z: f64,
    /// (amplitude x µm) An amplitude is `alpha / distance`.
    pub alpha: f64,
}

/// (µm) Where the search for the distance starts, and what it is at least.
const FIRST_Z: f64 = 20.0;
const LEAST_Z: f64 = 1.0;
/// The distance is at most this many times as large as the offset in the plane.
const Z_RANGE: f64 = 10.0;

const MOST_STEPS: usize = 200;

/// The source that explains amplitudes (not negative, one per contact) best: monopolar triangulation.
///
/// Minimises [`monopole_misfit`] over x and y no further than `max_distance` (µm) from the center of mass and z from
/// 1 to 10 times that, by Levenberg's and Marquardt's method from the center of mass and z = 20 µm; `alpha` is the
/// best for each place. Where no amplitude is above 0 there is no source: z is `NaN` and alpha 0.
/// Source: SpikeInterface's `monopolar_triangulation` (`minimize_with_log_penality`), after Boussard et al. 2021.
pub fn find_monopole(contacts: &[[f64; 2]], amplitudes: &[f64], max_distance: f64) -> Monopole {
    let middle = center_of_mass(contacts.iter().copied().zip(amplitudes.iter().map(|&amplitude| amplitude as f32)));
    let largest = amplitudes.iter().copied().fold(0.0, f64::max);
    if !middle[0].is_finite() || !middle[1].is_finite() {
        return Monopole { x: f64::NAN, y: f64::NAN, z: f64::NAN, alpha: f64::NAN };
    }
    if largest <= 0.0 {
        return Monopole { x: middle[0], y: middle[1], z: f64::NAN, alpha: 0.0 };
    }
    let scaled: Vec<f64> = amplitudes.iter().map(|amplitude| amplitude / largest).collect();
    let problem = Problem { contacts, amplitudes: &scaled };
    let least = [middle[0] - max_distance, middle[1] - max_distance, LEAST_Z];
    let most = [middle[0] + max_distance, middle[1] + max_distance, (Z_RANGE * max_distance).max(LEAST_Z)];
    let [x, y, z] = problem.minimise([middle[0], middle[1], FIRST_Z.min(most[2])], least, most);
    Monopole { x, y, z, alpha: largest * problem.alpha([x, y, z]) }
}

/// `mean((a - alpha q)^2) - log(1 + 10 z) / 10000`, where `a` are the amplitudes as fractions of the largest, `q` the
/// inverse distances to the place `[x, y, z]` and `alpha = <q, a> / <q, q>`.
pub fn monopole_misfit(contacts: &[[f64; 2]], amplitudes: &[f64], place: [f64; 3]) -> f64 {
    let largest = amplitudes.iter().copied().fold(0.0, f64::max);
    let scaled: Vec<f64> = amplitudes.iter().map(|amplitude| amplitude / largest).collect();
    Problem { contacts, amplitudes: &scaled }.misfit(place)
}

struct Problem<'a> {
    contacts: &'a [[f64; 2]],
    /// The largest is 1.
    amplitudes: &'a [f64],
}

/// The slope of the misfit, and its curvature as Gauss and Newton approximate it.
struct Slope {
    gradient: [f64; 3],
    curvature: [[f64; 3]; 3],
}

impl Problem<'_> {
    fn inverse_distance(&self, contact: usize, [x, y, z]: [f64; 3]) -> f64 {
        let [u, v] = self.contacts[contact];
        1.0 / ((x - u) * (x - u) + (y - v) * (y - v) + z * z).sqrt()
    }

    fn alpha(&self, place: [f64; 3]) -> f64 {
        let (mut qa, mut qq) = (0.0, 0.0);
        for (contact, amplitude) in self.amplitudes.iter().enumerate() {
            let q = self.inverse_distance(contact, place);
            qa += q * amplitude;
            qq += q * q;
        }
        qa / qq
    }

    fn misfit(&self, place: [f64; 3]) -> f64 {
        let alpha = self.alpha(place);
        let mut sum = 0.0;
        for (contact, amplitude) in self.amplitudes.iter().enumerate() {
            let rest = amplitude - alpha * self.inverse_distance(contact, place);
            sum += rest * rest;
        }
        sum / self.amplitudes.len() as f64 - (10.0 * place[2]).ln_1p() / 10000.0
    }

    fn slope(&self, place: [f64; 3]) -> Slope {
        let alpha = self.alpha(place);
        let scale = 2.0 / self.amplitudes.len() as f64;
        let (mut gradient, mut curvature) = ([0.0; 3], [[0.0; 3]; 3]);
        // `alpha` follows the place: what the inverse distances have of its direction does not count.
        let (mut qq, mut dq) = (0.0, [0.0; 3]);
        for (contact, amplitude) in self.amplitudes.iter().enumerate() {
            let [u, v] = self.contacts[contact];
            let q = self.inverse_distance(contact, place);
            let cube = -q * q * q;
            let derivative = [(place[0] - u) * cube, (place[1] - v) * cube, place[2] * cube];
            let rest = amplitude - alpha * q;
            qq += q * q;
            for i in 0..3 {
                dq[i] += derivative[i] * q;
                gradient[i] -= scale * rest * alpha * derivative[i];
                for j in 0..3 {
                    curvature[i][j] += derivative[i] * derivative[j];
                }
            }
        }
        for i in 0..3 {
            for j in 0..3 {
                curvature[i][j] = scale * alpha * alpha * (curvature[i][j] - dq[i] * dq[j] / qq);
            }
        }
        let inside = 1.0 + 10.0 * place[2];
        gradient[2] -= 10.0 / inside / 10000.0;
        curvature[2][2] += 100.0 / (inside * inside) / 10000.0;
        Slope { gradient, curvature }
    }

    fn minimise(&self, start: [f64; 3], least: [f64; 3], most: [f64; 3]) -> [f64; 3] {
        let (mut place, mut misfit) = (start, self.misfit(start));
        let mut damping = 1e-3;
        let mut slope = self.slope(place);
        for _ in 0..MOST_STEPS {
            let step = slope.step(damping, |axis| {
                (place[axis] <= least[axis] && slope.gradient[axis] > 0.0)
                    || (place[axis] >= most[axis] && slope.gradient[axis] < 0.0)
            });
            let next = [0, 1, 2].map(|axis| (place[axis] + step[axis]).clamp(least[axis], most[axis]));
            let better = self.misfit(next);
            if better < misfit {
                let gain = misfit - better;
                let moved = (0..3).map(|axis| (next[axis] - place[axis]).abs()).fold(0.0, f64::max);
                (place, misfit) = (next, better);
                slope = self.slope(place);
                damping = (damping * 0.2).max(1e-9);
                if gain < 1e-13 && moved < 1e-4 {
                    break;
                }
            } else {
                damping *= 4.0;
                if damping > 1e9 {
                    break;
                }
            }
        }
        place
    }
}

impl Slope {
    /// `-(curvature + damping)^-1 gradient` over the axes that are not held.
    fn step(&self, damping: f64, held: impl Fn(usize) -> bool) -> [f64; 3] {
        let mut rows = [[0.0; 4]; 3];
        let largest = (0..3).map(|axis| self.curvature[axis][axis]).fold(f64::MIN_POSITIVE, f64::max);
        for axis in 0..3 {
            if held(axis) {
                rows[axis][axis] = 1.0;
                continue;
            }
            for other in 0..3 {
                rows[axis][other] = if held(other) { 0.0 } else { self.curvature[axis][other] };
            }
            rows[axis][axis] += damping * self.curvature[axis][axis].max(1e-6 * largest);
            rows[axis][3] = -self.gradient[axis];
        }
        eliminate(rows)
    }
}

/// Solves three equations by elimination; the matrix is positive definite, so that no pivot is sought.
fn eliminate(mut rows: [[f64; 4]; 3]) -> [f64; 3] {
    for pivot in 0..3 {
        for below in pivot + 1..3 {
            let factor = rows[below][pivot] / rows[pivot][pivot];
            for column in pivot..4 {
                rows[below][column] -= factor * rows[pivot][column];
            }
        }
    }
    let mut solution = [0.0; 3];
    for axis in (0..3).rev() {
        let known: f64 = (axis + 1..3).map(|other| rows[axis][other] * solution[other]).sum();
        solution[axis] = (rows[axis][3] - known) / rows[axis][axis];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contacts() -> Vec<[f64; 2]> {
        (0..16).map(|i| [f64::from(i % 2) * 32.0, f64::from(i / 2) * 20.0]).collect()
    }

    #[test]
    fn a_source_is_found_where_its_amplitudes_say() {
        let contacts = contacts();
        let distance = |[u, v]: [f64; 2]| ((20.0 - u).powi(2) + (71.0 - v).powi(2) + 35.0f64.powi(2)).sqrt();
        let amplitudes: Vec<f64> = contacts.iter().map(|&contact| 4000.0 / distance(contact)).collect();
        let Monopole { x, y, z, alpha } = find_monopole(&contacts, &amplitudes, 150.0);
        // the penalty draws it away from the probe by a little
        assert!((x - 20.0).abs() < 0.2 && (y - 71.0).abs() < 0.2 && (z - 35.0).abs() < 1.0, "{x} {y} {z}");
        assert!((alpha / 4000.0 - 1.0).abs() < 0.03, "{alpha}");
    }

    #[test]
    fn without_amplitudes_there_is_no_source() {
        let Monopole { x, y, z, alpha } = find_monopole(&contacts(), &[0.0; 16], 150.0);
        assert!((x, y, alpha) == (16.0, 70.0, 0.0) && z.is_nan());
    }

    #[test]
    fn one_contact_gives_a_place_within_bounds() {
        let Monopole { x, y, z, .. } = find_monopole(&[[10.0, 20.0]], &[50.0], 150.0);
        assert!((x - 10.0).abs() <= 150.0 && (y - 20.0).abs() <= 150.0 && (1.0..=1500.0).contains(&z));
    }
}
