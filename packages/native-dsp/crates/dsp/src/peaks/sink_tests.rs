use super::*;
use crate::Unattended;
use crate::spatial::Rows;

/// Small whole numbers, so that ties and plateaus are common.
fn noisy(frames: usize, channels: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from(state) / 2f64.powi(32)
    };
    (0..frames * channels).map(|_| (3.0 * (draw() + draw() + draw() - 1.5)).round() as f32).collect()
}

fn criteria(channels: usize, sign: Sign, method: Method) -> PeakCriteria {
    let positions = (0..channels).map(|c| [16.0 * (c % 2) as f64, 20.0 * (c / 2) as f64]).collect();
    PeakCriteria { positions, threshold: 2.0, radius: 45.0, exclusion_frames: 4, sign, method }
}

/// All peaks of a segment by way of blocks of `block` frames.
fn in_blocks(traces: &[f32], channels: usize, noise: &[f32], criteria: &PeakCriteria, block: usize) -> Vec<Peak> {
    let sink = PeakSink::prepare(criteria, noise, None).unwrap();
    let frames = traces.len() / channels;
    let stride = channels.next_multiple_of(16);
    let mut scratch = sink::PeakScratch::default();
    let mut found = Vec::new();
    for start in (0..frames).step_by(block) {
        let end = frames.min(start + block);
        let (first, last) = (start.saturating_sub(sink.halo()), frames.min(end + sink.halo()));
        let mut data = vec![0.0; (last - first) * stride];
        for frame in first..last {
            let row = &mut data[(frame - first) * stride..][..channels];
            row.copy_from_slice(&traces[frame * channels..][..channels]);
        }
        let rows = Rows {
            data: &mut data,
            channels,
            stride,
            first_frame: first as u64,
            segment: 0,
            at_start: first == 0,
            at_end: last == frames,
            masked: &[],
        };
        sink.visit(&rows, start - first..end - first, &mut scratch, &mut found);
    }
    found.iter().map(|&PassPeak { frame, row, amplitude, .. }| Peak { frame, channel: row, amplitude }).collect()
}

#[test]
fn blocks_of_any_size_find_every_peak_of_the_whole_once() {
    for channels in [1, 2, 7, 16, 33, 70] {
        let mut noise = vec![1.0; channels];
        noise[channels / 2] = if channels > 2 { 0.0 } else { 0.9 };
        for frames in [0, 1, 7, 50, 301] {
            let traces = noisy(frames, channels, (channels * 1000 + frames) as u32);
            for sign in [Sign::Negative, Sign::Positive, Sign::Both] {
                for method in [Method::LocallyExclusive, Method::ByChannel] {
                    let criteria = criteria(channels, sign, method);
                    let whole = detect_peaks(&traces, channels, &noise, &criteria, &Unattended).unwrap();
                    for block in [1, 3, 64, 1000] {
                        assert_eq!(
                            in_blocks(&traces, channels, &noise, &criteria, block),
                            whole,
                            "{channels} {frames}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_peak_is_located_at_the_centre_of_mass_of_its_neighbours() {
    let criteria = criteria(3, Sign::Negative, Method::LocallyExclusive);
    let locate = Locate { radius: 30.0, before: 1, after: 1 };
    let sink = PeakSink::prepare(&criteria, &[1.0; 3], Some(locate)).unwrap();
    let mut data = vec![0.0; 4 * 16];
    data[16..19].copy_from_slice(&[-6.0, -2.0, -4.0]);
    let rows = Rows {
        data: &mut data,
        channels: 3,
        stride: 16,
        first_frame: 100,
        segment: 2,
        at_start: true,
        at_end: true,
        masked: &[],
    };
    let mut peaks = Vec::new();
    sink.visit(&rows, 0..4, &mut Default::default(), &mut peaks);
    let location = Some([32.0 / 12.0, 80.0 / 12.0]);
    assert_eq!(peaks, [PassPeak { segment: 2, frame: 101, row: 0, amplitude: -6.0, location }]);
}

#[test]
fn eight_rows_at_a_time_give_the_candidates_of_one_at_a_time() {
    for channels in [1, 8, 32, 45, 64, 100] {
        let mut traces = noisy(203, channels, channels as u32);
        traces[50 * channels] = f32::NAN;
        traces[60 * channels + channels / 2] = f32::NEG_INFINITY;
        let mut thresholds = vec![2.0; channels];
        thresholds[channels / 3] = f32::INFINITY;
        let frames = scan::Frames { data: &traces, stride: channels };
        for sign in [Sign::Negative, Sign::Positive, Sign::Both] {
            for range in [0..203, 5..6, 3..17, 200..203] {
                let (mut fast, mut plain) = (Vec::new(), Vec::new());
                scan::scan(frames, range.clone(), &thresholds, sign, &mut fast);
                scan::scan_portably(frames, range, &thresholds, sign, &mut plain);
                assert_eq!(fast, plain);
            }
        }
    }
}
