use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::decrease::Decrease;
use super::grid::{GridConvolution, Sources};
use super::prototype::find_prototype;
use super::{Monopole, center_of_mass, find_monopole};
use crate::control::Paced;
use crate::{Control, DspError, Result};

/// How peaks are located.
#[derive(Debug, Clone, PartialEq)]
pub enum LocationMethod {
    /// By peak-to-peak amplitudes on the channels within `radius` (µm): x, y.
    CenterOfMass { radius: f64 },
    /// By the same, made not to grow away from the peak: x, y, z and alpha. `max_distance`: see `find_monopole`.
    Monopolar { radius: f64, max_distance: f64 },
    /// By the product of waveforms and the one that is expected, 1 at the peak (`None`: `find_prototype`): x, y, z.
    Grid { grid: GridConvolution, prototype: Option<Vec<f64>> },
}

impl LocationMethod {
    /// How many numbers tell where a peak is.
    pub fn dimensions(&self) -> usize {
        match self {
            Self::CenterOfMass { .. } => 2,
            Self::Monopolar { .. } => 4,
            Self::Grid { .. } => 3,
        }
    }

    fn validate(&self, window: WaveformWindow) -> Result<()> {
        let positive = |name, value: f64| {
            let expected = "a positive number";
            let good = value > 0.0 && value.is_finite();
            if good { Ok(()) } else { Err(DspError::InvalidParameter { name, value, expected }) }
        };
        let not_negative = |name, value: f64| {
            let expected = "a number that is not negative";
            let good = value >= 0.0 && value.is_finite();
            if good { Ok(()) } else { Err(DspError::InvalidParameter { name, value, expected }) }
        };
        match self {
            Self::CenterOfMass { radius } => not_negative("radius", *radius),
            Self::Monopolar { radius, max_distance } => {
                not_negative("radius", *radius)?;
                positive("maxDistance", *max_distance)
            }
            Self::Grid { grid, prototype } => {
                let expected = window.before + window.after;
                let length = prototype.as_ref().map_or(expected, Vec::len);
                if length != expected {
                    return Err(DspError::WrongLength { name: "prototype", length, expected });
                }
                grid.validate()
            }
        }
    }
}

/// Peaks by the frame and the channel of their largest sample.
#[derive(Debug, Clone, Copy)]
pub struct PeakPlaces<'a> {
    pub frames: &'a [u64],
    pub channels: &'a [u32],
}

/// The frames of a peak's waveform: `before` frames before its own, up to `after` frames later, which is not in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaveformWindow {
    pub before: usize,
    pub after: usize,
}

/// Locates peaks by the traces around them; `dimensions` numbers per peak, in the order of the peaks.
///
/// `traces`: frame-major, as many channels as `positions` (x, y, µm). A waveform ends where the traces do. Where the
/// waveforms say nothing (no amplitude on any channel) a peak lies in the middle of the channels around it for the
/// center of mass and monopolar triangulation, and on its own channel for the grid, and what else is asked is `NaN`
/// (alpha: 0). Threads share the peaks; the result does not depend on their number.
pub fn locate_peaks(
    traces: &[f32],
    positions: &[[f64; 2]],
    peaks: PeakPlaces<'_>,
    window: WaveformWindow,
    method: &LocationMethod,
    threads: usize,
    control: &dyn Control,
) -> Result<Vec<f64>> {
    let channels = positions.len();
    crate::frames::require_frames(traces.len(), channels)?;
    method.validate(window)?;
    validate(traces.len() / channels, positions, peaks, window)?;
    let prototype = match method {
        LocationMethod::Grid { prototype: Some(prototype), .. } => prototype.clone(),
        LocationMethod::Grid { .. } => find_prototype(traces, channels, peaks, window),
        _ => Vec::new(),
    };
    let mut order: Vec<usize> = (0..peaks.frames.len()).collect();
    order.sort_by_key(|&peak| peaks.channels[peak]);
    let groups: Vec<&[usize]> = order.chunk_by(|&a, &b| peaks.channels[a] == peaks.channels[b]).collect();
    let dimensions = method.dimensions();
    let located = Mutex::new(vec![0.0; dimensions * peaks.frames.len()]);
    let paced = Paced::new(control, peaks.frames.len());
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(&group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut around = Around::prepare(method, &prototype, peaks.channels[group[0]] as usize, positions);
            let mut found = Vec::with_capacity(dimensions * group.len());
            for &peak in group {
                paced.check()?;
                around.locate(traces, peaks.frames[peak] as usize, window, &mut found);
                paced.step();
            }
            let mut located = located.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (&peak, place) in group.iter().zip(found.chunks_exact(dimensions)) {
                located[peak * dimensions..][..dimensions].copy_from_slice(place);
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.clamp(1, groups.len().max(1))).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().fold(own, |result, other| {
            result.and(other.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload)))
        })
    })?;
    control.progress(1.0);
    Ok(located.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn validate(frames: usize, positions: &[[f64; 2]], peaks: PeakPlaces<'_>, window: WaveformWindow) -> Result<()> {
    let (length, expected) = (peaks.channels.len(), peaks.frames.len());
    if length != expected {
        return Err(DspError::WrongLength { name: "channel", length, expected });
    }
    if let Some(&value) = positions.iter().flatten().find(|value| !value.is_finite()) {
        return Err(DspError::InvalidParameter { name: "positions", value, expected: "finite numbers" });
    }
    if window.before + window.after == 0 {
        let expected = "at least one frame with `before`";
        return Err(DspError::InvalidParameter { name: "after", value: 0.0, expected });
    }
    if let Some(&frame) = peaks.frames.iter().find(|&&frame| frame >= frames as u64) {
        let expected = "a frame of the traces";
        return Err(DspError::InvalidParameter { name: "sampleIndex", value: frame as f64, expected });
    }
    if let Some(&channel) = peaks.channels.iter().find(|&&channel| channel as usize >= positions.len()) {
        let expected = "a channel of the traces";
        return Err(DspError::InvalidParameter { name: "channel", value: f64::from(channel), expected });
    }
    Ok(())
}

/// What is the same for all peaks of one channel.
struct Around<'a> {
    channel: usize,
    /// Those whose waveforms are looked at.
    neighbours: Vec<usize>,
    contacts: Vec<[f64; 2]>,
    all: usize,
    values: Vec<f64>,
    way: Way<'a>,
}

enum Way<'a> {
    Mass,
    Monopolar { decrease: Decrease, max_distance: f64 },
    Grid { sources: Sources, percent: f64, prototype: &'a [f64], own: [f64; 2], scratch: Vec<f64> },
}

impl<'a> Around<'a> {
    fn prepare(method: &LocationMethod, prototype: &'a [f64], channel: usize, positions: &[[f64; 2]]) -> Self {
        let (neighbours, way) = match method {
            LocationMethod::CenterOfMass { radius } => (within(*radius, channel, positions), Way::Mass),
            LocationMethod::Monopolar { radius, max_distance } => {
                let neighbours = within(*radius, channel, positions);
                let decrease = Decrease::around(channel, &neighbours, positions);
                (neighbours, Way::Monopolar { decrease, max_distance: *max_distance })
            }
            LocationMethod::Grid { grid, .. } => {
                let sources = grid.sources(channel, positions);
                let (percent, own) = (grid.percent, positions[channel]);
                (sources.channels.clone(), Way::Grid { sources, percent, prototype, own, scratch: Vec::new() })
            }
        };
        let contacts = neighbours.iter().map(|&neighbour| positions[neighbour]).collect();
        Self { channel, values: vec![0.0; neighbours.len()], neighbours, contacts, all: positions.len(), way }
    }

    fn locate(&mut self, traces: &[f32], frame: usize, window: WaveformWindow, found: &mut Vec<f64>) {
        let frames = frame.saturating_sub(window.before)..(frame + window.after).min(traces.len() / self.all);
        let row = |at: usize| &traces[at * self.all..][..self.all];
        if let Way::Grid { sources, percent, prototype, own, scratch } = &mut self.way {
            let sign = if row(frame)[self.channel] > 0.0 { 1.0 } else { -1.0 };
            self.values.fill(0.0);
            for at in frames {
                let expected = sign * prototype[at + window.before - frame];
                for (value, &neighbour) in self.values.iter_mut().zip(&self.neighbours) {
                    *value += expected * f64::from(row(at)[neighbour]);
                }
            }
            if self.values.iter().any(|value| value.is_nan()) {
                found.extend([f64::NAN; 3]);
                return;
            }
            found.extend(sources.locate(&self.values, *percent, scratch).unwrap_or([own[0], own[1], f64::NAN]));
            return;
        }
        for (value, &neighbour) in self.values.iter_mut().zip(&self.neighbours) {
            let (mut least, mut most) = (f32::INFINITY, f32::NEG_INFINITY);
            for at in frames.clone() {
                let sample = row(at)[neighbour];
                least = least.min(sample);
                most = most.max(sample);
            }
            // the extremes pass over what is no number
            let unknown = frames.clone().any(|at| row(at)[neighbour].is_nan());
            *value = if unknown { f64::NAN } else { f64::from(most - least) };
        }
        if let Way::Monopolar { decrease, max_distance } = &self.way {
            decrease.enforce(&mut self.values);
            let Monopole { x, y, z, alpha } = find_monopole(&self.contacts, &self.values, *max_distance);
            found.extend([x, y, z, alpha]);
        } else {
            let amplitudes = self.values.iter().map(|&value| value as f32);
            found.extend(center_of_mass(self.contacts.iter().copied().zip(amplitudes)));
        }
    }
}

/// The channels within `radius` (µm) of one, ascending.
fn within(radius: f64, channel: usize, positions: &[[f64; 2]]) -> Vec<usize> {
    let [x, y] = positions[channel];
    let near = |[u, v]: [f64; 2]| ((x - u) * (x - u) + (y - v) * (y - v)).sqrt() <= radius;
    (0..positions.len()).filter(|&other| near(positions[other])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    const WINDOW: WaveformWindow = WaveformWindow { before: 2, after: 3 };

    fn methods() -> [LocationMethod; 3] {
        let grid = GridConvolution { radius: 40.0, spacing: 5.0, margin: 50.0, percent: 5.0 };
        [
            LocationMethod::CenterOfMass { radius: 75.0 },
            LocationMethod::Monopolar { radius: 75.0, max_distance: 150.0 },
            LocationMethod::Grid { grid, prototype: None },
        ]
    }

    fn column(channels: usize) -> Vec<[f64; 2]> {
        (0..channels).map(|row| [0.0, 20.0 * row as f64]).collect()
    }

    #[test]
    fn threads_change_nothing() {
        let positions = column(12);
        let traces: Vec<f32> = (0..12 * 40).map(|at| -((at * 7919 % 101) as f32)).collect();
        let frames: Vec<u64> = (0..30).map(|peak| peak * 7 % 40).collect();
        let channels: Vec<u32> = (0..30).map(|peak| peak * 5 % 12).collect();
        let peaks = PeakPlaces { frames: &frames, channels: &channels };
        for method in methods() {
            let of = |threads| locate_peaks(&traces, &positions, peaks, WINDOW, &method, threads, &Unattended).unwrap();
            assert_eq!(of(1), of(3));
            assert!(of(1).len() == 30 * method.dimensions() && of(1).iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn silent_traces_one_channel_and_no_peaks_are_no_trouble() {
        let peaks = PeakPlaces { frames: &[3], channels: &[0] };
        let none = PeakPlaces { frames: &[], channels: &[] };
        for method in methods() {
            let of = |peaks, traces: &[f32]| {
                locate_peaks(traces, &column(1), peaks, WINDOW, &method, 2, &Unattended).unwrap()
            };
            assert_eq!(of(peaks, &[0.0; 7])[..2], [0.0, 0.0]);
            assert!(of(peaks, &[0.0, 0.0, 1.0, -9.0, 2.0, 0.0, 0.0])[1].abs() < 1e-9);
            assert_eq!(of(none, &[]), []);
        }
    }

    #[test]
    fn peaks_beyond_the_traces_are_refused() {
        let method = LocationMethod::CenterOfMass { radius: 75.0 };
        for (frames, channels) in [(vec![9], vec![0]), (vec![0], vec![4]), (vec![0, 1], vec![0])] {
            let peaks = PeakPlaces { frames: &frames, channels: &channels };
            assert!(locate_peaks(&[0.0; 36], &column(4), peaks, WINDOW, &method, 1, &Unattended).is_err());
        }
    }
}
