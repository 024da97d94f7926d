//! Filtering forward and backward, so that nothing is delayed.

use crate::Result;
use crate::cascade::{Cascade, Section};
use crate::control::Control;
use crate::reference::require_frames;
use crate::tile::{LANES, Row, gather, scatter};

/// Filters every channel forward and backward, in place (`scipy.signal.sosfiltfilt`).
///
/// `traces` is frame-major; the arithmetic is in double precision. At both ends the signal is
/// continued by its odd extension (the samples turned by 180° about the end) over
/// [`Cascade::pad_length`] samples; where SciPy refuses a signal that is no longer than that, the
/// extension is as long as the signal allows. One frame gives the response to a constant.
pub fn filter_zero_phase(traces: &mut [f32], channels: usize, cascade: &Cascade, control: &dyn Control) -> Result<()> {
    require_frames(traces.len(), channels)?;
    let mut tile = Vec::new();
    for first in (0..channels).step_by(LANES) {
        control.check()?;
        gather(traces, channels, first, &mut tile);
        filter_tile(&mut tile, cascade);
        scatter(&tile, traces, channels, first);
        control.progress((first + LANES).min(channels) as f64 / channels as f64);
    }
    Ok(())
}

/// Filters a tile forward and backward in place.
pub(crate) fn filter_tile(tile: &mut [Row], cascade: &Cascade) {
    if tile.is_empty() || cascade.sections().is_empty() {
        return;
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { filter_tile_avx2(tile, cascade) };
    }
    filter_tile_portable(tile, cascade);
}

/// The same operations in wider registers: no fused multiply-add, so that every processor gives the same bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn filter_tile_avx2(tile: &mut [Row], cascade: &Cascade) {
    filter_tile_portable(tile, cascade);
}

#[inline(always)]
fn filter_tile_portable(tile: &mut [Row], cascade: &Cascade) {
    // The number of sections is a constant inside, so that the compiler unrolls over them.
    match cascade.sections().len() {
        1 => filter_sections::<1>(tile, cascade),
        2 => filter_sections::<2>(tile, cascade),
        3 => filter_sections::<3>(tile, cascade),
        4 => filter_sections::<4>(tile, cascade),
        5 => filter_sections::<5>(tile, cascade),
        6 => filter_sections::<6>(tile, cascade),
        7 => filter_sections::<7>(tile, cascade),
        _ => filter_sections::<8>(tile, cascade),
    }
}

#[inline(always)]
fn filter_sections<const N: usize>(tile: &mut [Row], cascade: &Cascade) {
    let mut sections = [Section::IDENTITY; N];
    sections.copy_from_slice(cascade.sections());
    let steady = cascade.steady_state();
    let last = tile.len() - 1;
    let pad = cascade.pad_length().min(last);

    let before = |distance: usize| reflect(&tile[0], &tile[distance]);
    let mut forward = States::<N>::start(&steady, &before(pad));
    for distance in (1..=pad).rev() {
        forward.step(&sections, before(distance));
    }
    let after: Vec<Row> = (1..=pad).map(|distance| reflect(&tile[last], &tile[last - distance])).collect();
    for row in &mut *tile {
        *row = forward.step(&sections, *row);
    }
    let mut extension: Vec<Row> = after.into_iter().map(|row| forward.step(&sections, row)).collect();

    let end = *extension.last().unwrap_or(&tile[last]);
    let mut backward = States::<N>::start(&steady, &end);
    while let Some(row) = extension.pop() {
        backward.step(&sections, row);
    }
    for row in tile.iter_mut().rev() {
        *row = backward.step(&sections, *row);
    }
}

/// The sample turned by 180 degrees about the end.
fn reflect(end: &Row, sample: &Row) -> Row {
    std::array::from_fn(|lane| 2.0 * end[lane] - sample[lane])
}

/// The two delays of each section (transposed direct form II), for every lane.
struct States<const N: usize>([[Row; 2]; N]);

impl<const N: usize> States<N> {
    #[inline(always)]
    fn start(steady: &[[f64; 2]], level: &Row) -> Self {
        Self(std::array::from_fn(|section| steady[section].map(|state| level.map(|value| state * value))))
    }

    #[inline(always)]
    fn step(&mut self, sections: &[Section; N], mut x: Row) -> Row {
        for (Section { b, a }, [first, second]) in sections.iter().zip(&mut self.0) {
            for lane in 0..LANES {
                let y = b[0] * x[lane] + first[lane];
                first[lane] = b[1] * x[lane] - a[0] * y + second[lane];
                second[lane] = b[2] * x[lane] - a[1] * y;
                x[lane] = y;
            }
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;
    use crate::butterworth::{Band, butterworth};

    fn high_pass() -> Cascade {
        butterworth(3, Band::HighPass { cutoff: 300.0 }, 30_000.0).unwrap()
    }

    #[test]
    fn a_constant_is_removed_whatever_the_length() {
        for frames in [1, 2, 7, 12, 13, 500] {
            let mut traces = vec![1500.0; frames];
            filter_zero_phase(&mut traces, 1, &high_pass(), &Unattended).unwrap();
            assert!(traces.iter().all(|sample| sample.abs() < 1e-3), "{frames} frames");
        }
    }

    #[test]
    fn a_sinusoid_in_the_band_keeps_its_phase() {
        let wave = |frame: usize| (2.0 * std::f32::consts::PI * 3000.0 * frame as f32 / 30_000.0).sin();
        let mut traces: Vec<f32> = (0..3000).map(wave).collect();
        filter_zero_phase(&mut traces, 1, &high_pass(), &Unattended).unwrap();
        let error = |frame: usize| (traces[frame] - wave(frame)).abs();
        assert!((500..2500).all(|frame| error(frame) < 1e-4));
    }

    #[test]
    fn channels_do_not_touch_each_other() {
        let sample = |frame: usize, channel: usize| ((frame * 31 + channel * 17) % 97) as f32;
        let channels = 11;
        let mut together: Vec<f32> = (0..200 * channels).map(|at| sample(at / channels, at % channels)).collect();
        filter_zero_phase(&mut together, channels, &high_pass(), &Unattended).unwrap();
        for channel in 0..channels {
            let mut alone: Vec<f32> = (0..200).map(|frame| sample(frame, channel)).collect();
            filter_zero_phase(&mut alone, 1, &high_pass(), &Unattended).unwrap();
            assert!((0..200).all(|frame| together[frame * channels + channel] == alone[frame]));
        }
    }

    #[test]
    fn no_frames_give_no_frames() {
        filter_zero_phase(&mut [], 4, &high_pass(), &Unattended).unwrap();
    }
}
