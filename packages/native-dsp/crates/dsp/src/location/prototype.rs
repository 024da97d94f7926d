use super::peaks::{PeakPlaces, WaveformWindow};

/// Peaks of which a prototype is made, at most.
const MOST_PEAKS: usize = 5000;

/// The median waveform of peaks on their own channels, each over its value at the peak; 0 where no waveform reaches.
///
/// `traces`: frame-major; peaks lie within them. Of many peaks 5,000 count, evenly spread. `before + after` values.
/// Source: SpikeInterface's `get_prototype_and_waveforms_from_peaks`.
pub fn find_prototype(traces: &[f32], channels: usize, peaks: PeakPlaces<'_>, window: WaveformWindow) -> Vec<f64> {
    let frames = traces.len() / channels;
    let count = peaks.frames.len().min(MOST_PEAKS);
    let chosen: Vec<(usize, usize)> = (0..count)
        .map(|index| index * peaks.frames.len() / count)
        .map(|peak| (peaks.frames[peak] as usize, peaks.channels[peak] as usize))
        .collect();
    (0..window.before + window.after)
        .map(|offset| {
            let value = |&(frame, channel): &(usize, usize)| {
                let at = (frame + offset).checked_sub(window.before).filter(|&at| at < frames)?;
                let own = f64::from(traces[frame * channels + channel]);
                Some(f64::from(traces[at * channels + channel]) / own).filter(|value| value.is_finite())
            };
            median(chosen.iter().filter_map(value).collect())
        })
        .collect()
}

/// The mean of the two in the middle of an even number; of none, 0.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[middle],
        _ => 0.5 * (values[middle - 1] + values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_at_the_peak_whatever_the_signs_and_zero_where_nothing_reaches() {
        let traces = [0.0, -2.0, -4.0, 1.0, 0.0, 3.0, 6.0, 0.0];
        let peaks = PeakPlaces { frames: &[2, 6], channels: &[0, 0] };
        let window = WaveformWindow { before: 1, after: 3 };
        assert_eq!(find_prototype(&traces, 1, peaks, window), [0.5, 1.0, -0.125, 0.0]);
        let none = PeakPlaces { frames: &[], channels: &[] };
        assert_eq!(find_prototype(&[], 1, none, window), [0.0; 4]);
    }
}
