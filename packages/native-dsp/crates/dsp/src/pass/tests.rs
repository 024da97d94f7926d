use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::plan::{
    Direction, FilterPlan, GroupPlan, GroupReferencePlan, Interval, MaskPlan, Method, Middle, Operator, Plan, Rounding,
    SpatialPlan, TemporalPlan,
};
use super::{FrameRange, LfOutput, Outputs, Pass, PeakOutput, Source, Target};
use crate::peaks::{self, PeakCriteria, Sign};
use crate::{Control, DspError, Unattended};

/// A folder of its own for each test, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("neurojoint-pass-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All channels but a last word that is copied.
fn plan(channels: usize) -> Plan {
    let rows: Vec<usize> = (0..channels).collect();
    let group = GroupPlan { of: rows.clone(), from: rows.clone() };
    let reference =
        GroupReferencePlan { operator: Operator::Median, middle: Middle::Mean, whole: false, groups: vec![group] };
    Plan {
        sampling_rate: 30_000.0,
        columns: rows,
        scale: None,
        mask: None,
        temporal: TemporalPlan {
            method: Method::Direct,
            shifts: Some((0..channels).map(|channel| (channel % 24 / 2) as f64 / 13.0).collect()),
            taps: 16,
            filters: vec![FilterPlan::HighPass { cutoff: 300.0, order: 3, direction: Direction::ZeroPhase }],
        },
        spatial: vec![SpatialPlan::GroupReference(reference)],
        rounding: Rounding::HalfEven,
    }
}

fn noise(words: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as i16 - 128
    };
    (0..words).map(next).collect()
}

fn open(counts: &[i16], columns: usize, segments: &[u64], plan: &Plan) -> Pass {
    Pass::open(Source::memory(Box::new(counts.to_vec()), columns, segments).unwrap(), plan).unwrap()
}

fn all(segment: usize, frames: u64) -> FrameRange {
    FrameRange { segment, frames: 0..frames, rows: None }
}

fn read(path: impl AsRef<Path>) -> Vec<i16> {
    fs::read(path).unwrap().chunks_exact(2).map(|word| i16::from_le_bytes([word[0], word[1]])).collect()
}

fn bytes(counts: &[i16]) -> Vec<u8> {
    counts.iter().flat_map(|count| count.to_le_bytes()).collect()
}

#[test]
fn any_range_and_number_of_threads_gives_the_bits_of_the_whole() {
    for (channels, frames) in [(1, 1), (1, 7), (33, 20_000), (7, 8192), (7, 8193)] {
        let (columns, total) = (channels + 1, frames as u64);
        let mut plan = plan(channels);
        let gap = |start: u64, end: u64| Interval { segment: 0, start: start.min(total), end: end.min(total) };
        let gaps =
            [gap(0, 3), gap(8180, 8192), gap(9000, 9500)].into_iter().filter(|gap| gap.start < gap.end).collect();
        plan.mask = Some(MaskPlan { gaps, ..MaskPlan::default() });
        let pass = open(&noise(frames * columns), columns, &[total], &plan);
        let whole = pass.traces(&all(0, total), 1, &Unattended).unwrap();
        assert_eq!(pass.traces(&all(0, total), 5, &Unattended).unwrap(), whole);
        for (start, end) in [(0, 0), (0, 1), (frames / 2, frames), (frames / 3, frames / 2), (frames - 1, frames)] {
            let range = FrameRange { segment: 0, frames: start as u64..end as u64, rows: None };
            let part = pass.traces(&range, 2, &Unattended).unwrap();
            assert_eq!(part, whole[start * channels..end * channels], "{channels} channels, {start} .. {end}");
            let range = FrameRange { rows: Some(vec![channels - 1, 0]), ..range };
            let part = pass.traces(&range, 2, &Unattended).unwrap();
            let expected = whole[start * channels..end * channels].chunks_exact(channels);
            assert_eq!(part, expected.flat_map(|row| [row[channels - 1], row[0]]).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_file_holds_what_traces_give_and_the_copied_words_to_the_bit() {
    let folder = Folder::new("holds");
    let (channels, columns, segments) = (20, 22, [9000_u64, 0, 5, 20_000]);
    let total: u64 = segments.iter().sum();
    let counts = noise(total as usize * columns);
    let source = folder.path("source.bin");
    fs::write(&source, [&[1, 2, 3][..], &bytes(&counts)].concat()).unwrap();
    let mut plan = plan(channels);
    plan.mask = Some(MaskPlan { gaps: vec![Interval { segment: 3, start: 50, end: 60 }], ..MaskPlan::default() });
    let pass = Pass::open(Source::file(&source, 3, columns, &segments).unwrap(), &plan).unwrap();
    let whole: Vec<Vec<i16>> = segments
        .iter()
        .enumerate()
        .map(|(segment, &frames)| pass.traces(&all(segment, frames), 2, &Unattended).unwrap())
        .collect();
    let whole = whole.concat();
    for (rows, copied) in
        [((0..channels).collect::<Vec<_>>(), vec![21, 20]), (vec![3, 19, 3], vec![]), (vec![], vec![21])]
    {
        let target = Target { path: folder.path("target.bin"), rows: rows.clone(), copied: copied.clone() };
        let found = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap();
        assert_eq!(found.masked, [Interval { segment: 3, start: 50, end: 60 }]);
        assert_eq!(found.frames, total);
        let expected: Vec<i16> = (0..total as usize)
            .flat_map(|frame| {
                let row = rows.iter().map(move |row| (frame, *row));
                let words = row.map(|(frame, row)| whole[frame * channels + row]);
                words.chain(copied.iter().map(|&column| counts[frame * columns + column])).collect::<Vec<_>>()
            })
            .collect();
        assert!(read(&target.path) == expected, "{rows:?} {copied:?}");
    }
    assert_eq!(folder.names(), ["source.bin", "target.bin"]);
}

#[test]
fn a_stretch_of_time_is_written_as_part_of_the_whole() {
    let folder = Folder::new("stretch");
    let (channels, frames) = (5, 30_000);
    let pass = open(&noise(frames * 6), 6, &[frames as u64], &plan(channels));
    let whole = pass.traces(&all(0, frames as u64), 2, &Unattended).unwrap();
    let target = Target { path: folder.path("part.bin"), rows: vec![0, 1, 2, 3, 4], copied: vec![] };
    for extent in [8000..8500_u64, 100..29_999, 7..7] {
        let found = pass.run(Some(&target), &Outputs::default(), Some(extent.clone()), 2, &Unattended).unwrap();
        assert_eq!(found.frames, extent.end - extent.start);
        assert!(read(&target.path) == whole[extent.start as usize * channels..extent.end as usize * channels]);
    }
    let two = open(&noise(60), 6, &[5, 5], &plan(channels));
    let refused = two.run(Some(&target), &Outputs::default(), Some(0..1), 2, &Unattended).unwrap_err();
    assert!(matches!(refused, DspError::InvalidParameter { name: "extent", .. }));
}

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

/// Is cancelled when it has been asked so often.
struct Impatient(AtomicUsize);

impl Control for Impatient {
    fn cancelled(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(1))) == Ok(0)
    }

    fn progress(&self, _fraction: f64) {}
}

#[test]
fn a_cancelled_pass_leaves_nothing_and_what_was_there_stays() {
    let folder = Folder::new("cancelled");
    let pass = open(&noise(50_000 * 4), 4, &[50_000], &plan(3));
    let target = Target { path: folder.path("target.bin"), rows: vec![0, 1, 2], copied: vec![] };
    fs::write(&target.path, "before").unwrap();
    for patience in [0, 1, 4, 9] {
        let control = Impatient(AtomicUsize::new(patience));
        let stopped = pass.run(Some(&target), &Outputs::default(), None, 2, &control);
        assert_eq!(stopped.unwrap_err(), DspError::Cancelled);
        assert_eq!(folder.names(), ["target.bin"]);
        assert_eq!(fs::read(&target.path).unwrap(), b"before");
        let control = Impatient(AtomicUsize::new(patience));
        assert_eq!(pass.traces(&all(0, 50_000), 2, &control), Err(DspError::Cancelled));
    }
}

#[test]
fn a_source_that_is_cut_while_it_is_read_leaves_nothing() {
    let folder = Folder::new("source-cut");
    let source = folder.path("source.bin");
    fs::write(&source, bytes(&noise(40_000 * 4))).unwrap();
    let pass = Pass::open(Source::file(&source, 0, 4, &[40_000]).unwrap(), &plan(3)).unwrap();
    fs::File::options().write(true).open(&source).unwrap().set_len(8 * 30_000).unwrap();
    let target = Target { path: folder.path("target.bin"), rows: vec![0], copied: vec![3] };
    let failed = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap_err();
    assert!(matches!(failed, DspError::TruncatedFile { bytes: 240_000, .. }), "{failed}");
    assert_eq!(folder.names(), ["source.bin"]);
    // what is there can be read
    pass.traces(&all(0, 10_000), 2, &Unattended).unwrap();
}

#[test]
fn a_panic_leaves_nothing_and_the_pass_goes_on() {
    struct Trap(Vec<i16>, AtomicUsize);
    impl AsRef<[i16]> for Trap {
        fn as_ref(&self) -> &[i16] {
            // the first time is the check of its length
            assert!(self.1.fetch_add(1, Ordering::Relaxed) != 3, "sprung");
            &self.0
        }
    }
    let folder = Folder::new("panic");
    let trap = Trap(noise(40_000 * 4), AtomicUsize::new(0));
    let pass = Pass::open(Source::memory(Box::new(trap), 4, &[40_000]).unwrap(), &plan(3)).unwrap();
    let target = Target { path: folder.path("target.bin"), rows: vec![0], copied: vec![3] };
    let run = || pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    assert!(folder.names().is_empty());
    run().unwrap();
    assert_eq!(folder.names(), ["target.bin"]);
}

#[test]
fn a_target_that_cannot_be_written_is_refused_by_its_path() {
    let folder = Folder::new("target");
    let source = folder.path("source.bin");
    fs::write(&source, bytes(&noise(100 * 4))).unwrap();
    let pass = Pass::open(Source::file(&source, 0, 4, &[100]).unwrap(), &plan(3)).unwrap();
    fs::create_dir(folder.path("closed")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(folder.path("closed"), std::os::unix::fs::PermissionsExt::from_mode(0o500)).unwrap();
    let writable = fs::write(folder.path("closed/probe"), "").is_ok(); // root may write everywhere
    let _ = fs::remove_file(folder.path("closed/probe"));
    let mut paths = vec![folder.path("nowhere/target.bin"), folder.path(""), folder.path("closed"), source.clone()];
    if !writable {
        paths.push(folder.path("closed/target.bin"));
    }
    for path in paths {
        let target = Target { path: path.clone(), rows: vec![0], copied: vec![] };
        let failed = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap_err();
        assert!(matches!(&failed, DspError::File { path: found, .. } if *found == path), "{failed}");
    }
    assert_eq!(folder.names(), ["closed", "source.bin"]);
}

/// Runs one test of this file where no file may be longer than 64 KiB, which is what a full disk is to a writer.
#[cfg(target_os = "linux")]
fn run_where_files_are_short(test: &str) {
    let shell = format!("trap '' XFSZ; ulimit -f 128; exec \"$0\" --exact pass::tests::{test} --ignored --nocapture");
    let output = std::process::Command::new("sh").arg("-c").arg(shell).arg(std::env::current_exe().unwrap()).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_before_or_while_it_is_written_leaves_nothing() {
    run_where_files_are_short("where_files_are_short");
}

#[test]
#[ignore = "runs in a process of its own"]
#[cfg(target_os = "linux")]
fn where_files_are_short() {
    use super::target::PartialFile;
    let folder = Folder::new("short");
    let pass = open(&noise(50_000 * 4), 4, &[50_000], &plan(3));
    let target = Target { path: folder.path("target.bin"), rows: vec![0, 1, 2], copied: vec![] };
    let failed = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap_err();
    assert!(matches!(failed, DspError::File { .. }), "{failed}");
    assert!(folder.names().is_empty(), "{:?}", folder.names());

    let file = PartialFile::create(&target.path, 0).unwrap();
    file.write(&mut vec![1; 10_000], 0).unwrap();
    assert_eq!(folder.names().len(), 1);
    assert!(file.write(&mut vec![1; 100_000], 20_000).is_err());
    drop(file);
    assert!(folder.names().is_empty());
}

#[test]
fn a_plan_that_does_not_fit_is_refused_by_the_name_of_what_does_not() {
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan(4);
        change(&mut plan);
        let source = Source::memory(Box::new(vec![0_i16; 50]), 5, &[10]).unwrap();
        match Pass::open(source, &plan).err() {
            Some(DspError::InvalidParameter { name, .. } | DspError::WrongLength { name, .. }) => name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|plan| plan.columns[3] = 5), "columns");
    assert_eq!(refused(&|plan| plan.columns[3] = 0), "columns");
    assert_eq!(refused(&|plan| plan.sampling_rate = f64::NAN), "samplingRate");
    assert_eq!(refused(&|plan| plan.scale = Some(vec![1.0; 3])), "scale");
    assert_eq!(refused(&|plan| plan.scale = Some(vec![0.0; 4])), "scale");
    assert_eq!(refused(&|plan| plan.temporal.shifts = Some(vec![0.5])), "shifts");
    assert_eq!(refused(&|plan| plan.temporal.shifts = Some(vec![1.0; 4])), "shifts");
    assert_eq!(refused(&|plan| plan.temporal.taps = 17), "taps");
    let gaps = |gaps: &[(usize, u64, u64)]| {
        let gaps = gaps.iter().map(|&(segment, start, end)| Interval { segment, start, end }).collect();
        Some(MaskPlan { gaps, ..MaskPlan::default() })
    };
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(1, 0, 1)])), "gaps");
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(0, 3, 3)])), "gaps");
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(0, 3, 11)])), "gaps");
    assert_eq!(refused(&|plan| plan.mask = gaps(&[(0, 3, 6), (0, 5, 7)])), "gaps");
    let group = |of: &[usize], from: &[usize]| GroupPlan { of: of.to_vec(), from: from.to_vec() };
    let groups = |groups: Vec<GroupPlan>| {
        let (operator, middle) = (Operator::Median, Middle::Mean);
        vec![SpatialPlan::GroupReference(GroupReferencePlan { operator, middle, whole: false, groups })]
    };
    assert_eq!(refused(&|plan| plan.spatial = groups(vec![group(&[0, 4], &[0])])), "groups.of");
    assert_eq!(refused(&|plan| plan.spatial = groups(vec![group(&[0], &[0]), group(&[1], &[0])])), "groups.from");
    let high_pass = FilterPlan::HighPass { cutoff: 15_000.0, order: 3, direction: Direction::ZeroPhase };
    assert_eq!(refused(&|plan| plan.temporal.filters = vec![high_pass]), "cutoff");
}

#[test]
fn a_range_that_there_is_not_is_refused_by_its_name() {
    let pass = open(&noise(10 * 4), 4, &[10], &plan(3));
    let refused =
        |segment, frames, rows| match pass.traces(&FrameRange { segment, frames, rows }, 1, &Unattended).unwrap_err() {
            DspError::InvalidParameter { name, .. } => name,
            other => panic!("{other}"),
        };
    assert_eq!(refused(1, 0..1, None), "segment");
    assert_eq!(refused(0, 0..11, None), "end");
    #[allow(clippy::reversed_empty_ranges)]
    let backwards = 5..4;
    assert_eq!(refused(0, backwards, None), "start");
    assert_eq!(refused(0, 0..1, Some(vec![3])), "rows");
}
