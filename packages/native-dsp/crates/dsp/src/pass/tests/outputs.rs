use super::{Folder, all, noise, open, plan, read};
use crate::Unattended;
use crate::pass::plan::{Interval, MaskPlan, Plan};
use crate::pass::{LfOutput, Outputs, PeakOutput, Target};
use crate::peaks::{self, PeakCriteria, Sign};

fn peak_output(channels: usize, exclusion_frames: usize) -> PeakOutput {
    PeakOutput {
        criteria: PeakCriteria {
            positions: (0..channels).map(|channel| [0.0, 20.0 * channel as f64]).collect(),
            threshold: 2.2,
            radius: 50.0,
            exclusion_frames,
            sign: Sign::Negative,
            method: peaks::Method::LocallyExclusive,
        },
        locate_radius: Some(40.0),
        noise_levels: None,
    }
}

#[test]
fn outputs_change_no_bit_of_the_frames_and_no_thread_changes_them() {
    let folder = Folder::new("outputs");
    let (channels, columns, frames) = (12, 13, 70_001_u64);
    let mut plan = plan(channels);
    plan.mask = Some(MaskPlan { gaps: vec![Interval { segment: 0, start: 8190, end: 8200 }], ..MaskPlan::default() });
    let counts = noise(frames as usize * columns);
    let pass = open(&counts, columns, &[frames], &plan);
    let whole = pass.traces(&all(0, frames), 2, &Unattended).unwrap();
    let target = Target { path: folder.path("target.bin"), rows: (0..channels).collect(), copied: vec![] };
    let lf = LfOutput { path: folder.path("lf.bin"), factor: 12 };
    for exclusion in [15, 500] {
        let peaks = Some(peak_output(channels, exclusion));
        let outputs = Outputs { noise_levels: true, rms: true, peaks, lf: Some(lf.clone()) };
        let found = pass.run(Some(&target), &outputs, None, 1, &Unattended).unwrap();
        assert!(read(&target.path) == whole);
        let lf_words = read(&lf.path);
        assert_eq!(lf_words.len() as u64, frames.div_ceil(12) * channels as u64);
        assert_eq!(pass.run(Some(&target), &outputs, None, 3, &Unattended).unwrap(), found);
        assert!(read(&lf.path) == lf_words);
        assert_eq!(pass.run(None, &outputs, None, 2, &Unattended).unwrap(), found);

        let rms = found.rms.unwrap();
        for row in 0..channels {
            let squares = whole.chunks_exact(channels).map(|frame| f64::from(frame[row]).powi(2)).sum::<f64>();
            let expected = (squares / (frames - 10) as f64).sqrt();
            assert!((f64::from(rms[row]) - expected).abs() < 0.01 * expected, "{} {expected}", rms[row]);
        }
        let traces: Vec<f32> = whole.iter().map(|&word| f32::from(word)).collect();
        let levels = found.noise_levels.unwrap();
        let detection = peak_output(channels, exclusion).criteria;
        let expected = peaks::detect_peaks(&traces, channels, &levels, &detection, &Unattended).unwrap();
        let peaks = found.peaks.unwrap();
        // rounding to whole counts decides otherwise about a few
        assert!(peaks.len().abs_diff(expected.len()) <= expected.len() / 20, "{} {}", peaks.len(), expected.len());
        assert!(peaks.windows(2).all(|pair| (pair[0].frame, pair[0].row) < (pair[1].frame, pair[1].row)));
        assert!(peaks.iter().all(|peak| peak.location.is_some()));
        let near_seam = |frame: u64| frame % 8192 < 100 || frame % 8192 > 8092;
        let seams = peaks.iter().filter(|peak| near_seam(peak.frame)).count();
        let expected_seams = expected.iter().filter(|peak| near_seam(peak.frame)).count();
        assert!(seams.abs_diff(expected_seams) <= 2 + expected_seams / 10, "{seams} {expected_seams}");
    }
}

#[test]
fn low_frequencies_of_a_stretch_are_part_of_those_of_the_whole() {
    let folder = Folder::new("lf");
    let (channels, columns, frames) = (3, 4, 20_000_u64);
    let pass = open(&noise(frames as usize * columns), columns, &[frames], &plan(channels));
    let lf = |name: &str| Outputs { lf: Some(LfOutput { path: folder.path(name), factor: 12 }), ..Outputs::default() };
    let target = Target { path: folder.path("target.bin"), rows: vec![0], copied: vec![3] };
    pass.run(Some(&target), &lf("whole.bin"), None, 2, &Unattended).unwrap();
    pass.run(Some(&target), &lf("part.bin"), Some(7999..16_001), 2, &Unattended).unwrap();
    let (whole, part) = (read(folder.path("whole.bin")), read(folder.path("part.bin")));
    // the frames 8004, 8016, ... 15996
    assert!(part == whole[667 * columns..1334 * columns]);
}

#[test]
fn the_noise_level_of_white_noise_is_that_of_the_result() {
    let frames = 100_000;
    let pass = open(&noise(frames * 3), 3, &[frames as u64], &Plan { spatial: Vec::new(), ..plan(2) });
    let outputs = Outputs { noise_levels: true, ..Outputs::default() };
    let levels = pass.run(None, &outputs, None, 2, &Unattended).unwrap().noise_levels.unwrap();
    let traces = pass.traces(&all(0, frames as u64), 2, &Unattended).unwrap();
    let traces: Vec<f32> = traces.into_iter().map(f32::from).collect();
    let expected = crate::measure::noise::noise_levels(&traces, 2, &Unattended).unwrap();
    for (level, expected) in levels.iter().zip(expected) {
        assert!((level - expected).abs() < 0.03 * expected, "{level} {expected}");
    }
}
