//! Snippets of traces around peaks, and what is measured in them.

use super::criteria::{near, require_radius};
use crate::control::Control;
use crate::frames::require_frames;
use crate::{DspError, Result};

/// Where a peak lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub frame: u64,
    pub channel: u32,
}

/// The frames `peak - before .. peak + after` of a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub before: usize,
    pub after: usize,
}

impl Window {
    pub fn frames(&self) -> usize {
        self.before + self.after
    }

    pub(crate) fn validate(&self) -> Result<()> {
        if self.frames() > 0 {
            return Ok(());
        }
        Err(DspError::InvalidParameter {
            name: "after",
            value: self.after as f64,
            expected: "a window of a frame or more",
        })
    }

    /// The frames of the snippet that exist, counted from its first.
    fn existing(&self, peak: u64, frames: usize) -> std::ops::Range<usize> {
        let first = self.before.saturating_sub(peak as usize);
        let left = (frames + self.before).saturating_sub(peak as usize);
        first..left.min(self.frames()).max(first)
    }
}

/// For each channel, the channels that a snippet around its peaks shows, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbourhood(Vec<Vec<u32>>);

impl Neighbourhood {
    /// Only the peak's own channel.
    pub fn own(channels: usize) -> Self {
        Self((0..channels as u32).map(|channel| vec![channel]).collect())
    }

    pub fn all(channels: usize) -> Self {
        Self(vec![(0..channels as u32).collect(); channels])
    }

    /// Those no further away than `radius` (µm).
    pub fn within(positions: &[[f64; 2]], radius: f64) -> Result<Self> {
        require_radius("radius", radius)?;
        let of =
            |a: &[f64; 2]| (0..positions.len() as u32).filter(|&b| near(*a, positions[b as usize], radius)).collect();
        Ok(Self(positions.iter().map(of).collect()))
    }

    /// The most that a channel has.
    pub fn places(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or(0)
    }

    pub fn of(&self, channel: u32) -> &[u32] {
        &self.0[channel as usize]
    }
}

/// Snippets of one shape: peak after peak, frame after frame, place after place.
#[derive(Debug, Clone, PartialEq)]
pub struct Waveforms {
    /// `peaks * frames * places` samples; 0 where there is no frame or no channel.
    pub data: Vec<f32>,
    pub frames: usize,
    pub places: usize,
    /// `peaks * places`: the channel at each place; -1 where a peak has fewer.
    pub channels: Vec<i32>,
    /// The frames of each snippet that exist, from the first up to, not including, the end.
    pub first: Vec<i32>,
    pub end: Vec<i32>,
}

const PEAKS_PER_CHECK: usize = 256;

/// Cuts snippets around peaks out of frame-major traces. Frames beyond the ends are 0, and marked as missing.
pub fn cut_waveforms(
    traces: &[f32],
    peaks: &[Place],
    window: Window,
    neighbourhood: &Neighbourhood,
    control: &dyn Control,
) -> Result<Waveforms> {
    let channels = neighbourhood.0.len();
    require_frames(traces.len(), channels)?;
    window.validate()?;
    require_places(peaks, traces.len() / channels, channels)?;
    let (frames, places) = (window.frames(), neighbourhood.places());
    let mut waveforms = Waveforms {
        data: vec![0.0; peaks.len() * frames * places],
        frames,
        places,
        channels: vec![-1; peaks.len() * places],
        first: Vec::with_capacity(peaks.len()),
        end: Vec::with_capacity(peaks.len()),
    };
    for (index, peak) in peaks.iter().enumerate() {
        if index.is_multiple_of(PEAKS_PER_CHECK) {
            control.check()?;
        }
        let existing = window.existing(peak.frame, traces.len() / channels);
        waveforms.first.push(existing.start as i32);
        waveforms.end.push(existing.end as i32);
        let shown = neighbourhood.of(peak.channel);
        for (place, channel) in waveforms.channels[index * places..].iter_mut().zip(shown) {
            *place = *channel as i32;
        }
        for at in existing {
            let frame = &traces[(peak.frame as usize + at - window.before) * channels..][..channels];
            let snippet = &mut waveforms.data[(index * frames + at) * places..];
            for (sample, channel) in snippet.iter_mut().zip(shown) {
                *sample = frame[*channel as usize];
            }
        }
    }
    control.progress(1.0);
    Ok(waveforms)
}

/// How large peaks are on their own channels, in the unit of the traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Amplitudes {
    /// The sample at the peak.
    pub sample: Vec<f32>,
    /// The largest sample of the window less the smallest; frames beyond the ends do not count.
    pub peak_to_peak: Vec<f32>,
}

/// Measures peaks in frame-major traces, within a window that includes them.
pub fn peak_amplitudes(
    traces: &[f32],
    channels: usize,
    peaks: &[Place],
    window: Window,
    control: &dyn Control,
) -> Result<Amplitudes> {
    require_frames(traces.len(), channels)?;
    window.validate()?;
    let frames = traces.len() / channels;
    require_places(peaks, frames, channels)?;
    let mut amplitudes = Amplitudes { sample: Vec::new(), peak_to_peak: Vec::new() };
    for (index, peak) in peaks.iter().enumerate() {
        if index.is_multiple_of(PEAKS_PER_CHECK) {
            control.check()?;
        }
        let at = |frame: usize| traces[frame * channels + peak.channel as usize];
        amplitudes.sample.push(at(peak.frame as usize));
        let (mut lowest, mut highest) = (f32::INFINITY, f32::NEG_INFINITY);
        for offset in window.existing(peak.frame, frames) {
            let sample = at(peak.frame as usize + offset - window.before);
            (lowest, highest) = (lowest.min(sample), highest.max(sample));
        }
        amplitudes.peak_to_peak.push(highest - lowest);
    }
    control.progress(1.0);
    Ok(amplitudes)
}

fn require_places(peaks: &[Place], frames: usize, channels: usize) -> Result<()> {
    for peak in peaks {
        if peak.frame >= frames as u64 {
            let expected = "a frame of the traces";
            return Err(DspError::InvalidParameter { name: "sampleIndex", value: peak.frame as f64, expected });
        }
        if peak.channel as usize >= channels {
            let expected = "a channel of the traces";
            return Err(DspError::InvalidParameter { name: "channel", value: f64::from(peak.channel), expected });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;

    #[test]
    fn a_snippet_shows_its_neighbours_and_says_which_frames_there_are() {
        let traces: Vec<f32> = (0..12).map(|at| at as f32).collect(); // 4 frames of 3 channels
        let positions = [[0.0, 0.0], [0.0, 20.0], [0.0, 40.0]];
        let neighbourhood = Neighbourhood::within(&positions, 20.0).unwrap();
        let peaks = [Place { frame: 0, channel: 0 }, Place { frame: 3, channel: 1 }];
        let window = Window { before: 1, after: 2 };
        let found = cut_waveforms(&traces, &peaks, window, &neighbourhood, &Unattended).unwrap();
        assert_eq!((found.frames, found.places), (3, 3));
        assert_eq!(found.channels, [0, 1, -1, 0, 1, 2]);
        assert_eq!((found.first, found.end), (vec![1, 0], vec![3, 2]));
        let first = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 3.0, 4.0, 0.0];
        let second = [6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 0.0, 0.0, 0.0];
        assert_eq!(found.data, [first, second].concat());
        let amplitudes = peak_amplitudes(&traces, 3, &peaks, window, &Unattended).unwrap();
        assert_eq!(amplitudes, Amplitudes { sample: vec![0.0, 10.0], peak_to_peak: vec![3.0, 3.0] });
    }

    #[test]
    fn a_peak_that_the_traces_do_not_have_is_refused() {
        let peaks = [Place { frame: 2, channel: 0 }];
        let refused =
            cut_waveforms(&[0.0; 2], &peaks, Window { before: 1, after: 1 }, &Neighbourhood::own(1), &Unattended);
        let expected = "a frame of the traces";
        assert_eq!(refused, Err(DspError::InvalidParameter { name: "sampleIndex", value: 2.0, expected }));
    }

    #[test]
    fn a_window_longer_than_the_traces_shows_all_of_them() {
        let window = Window { before: 5, after: 7 };
        let neighbourhood = Neighbourhood::all(1);
        let found =
            cut_waveforms(&[3.0], &[Place { frame: 0, channel: 0 }], window, &neighbourhood, &Unattended).unwrap();
        assert_eq!((found.first[0], found.end[0], found.data.iter().sum::<f32>()), (5, 6, 3.0));
    }
}
