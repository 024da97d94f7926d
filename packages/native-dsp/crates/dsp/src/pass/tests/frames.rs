use std::fs;

use super::{Folder, all, bytes, noise, open, plan, read};
use crate::pass::plan::{Direction, FilterPlan, Interval, MaskPlan, Plan};
use crate::pass::{FrameRange, Outputs, Pass, Source, Target};
use crate::temporal::traces::filter_traces;
use crate::{DspError, Unattended};

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
            let mut into = vec![9; part.len()];
            pass.traces_into(&range, &mut into, 1, &Unattended).unwrap();
            assert_eq!(into, part);
            into.push(9);
            let refused = DspError::WrongLength { name: "into", length: part.len() + 1, expected: part.len() };
            assert_eq!(pass.traces_into(&range, &mut into, 1, &Unattended), Err(refused));
            let range = FrameRange { rows: Some(vec![channels - 1, 0]), ..range };
            let part = pass.traces(&range, 2, &Unattended).unwrap();
            let expected = whole[start * channels..end * channels].chunks_exact(channels);
            assert_eq!(part, expected.flat_map(|row| [row[channels - 1], row[0]]).collect::<Vec<_>>());
        }
    }
}

/// A high-pass at 3 Hz remembers 40,000 frames.
#[test]
fn filters_that_remember_for_long_have_a_wider_grid_and_give_the_whole_filter_in_any_range() {
    let (channels, total) = (2, 150_000_u64);
    let filter = FilterPlan::HighPass { cutoff: 3.0, order: 3, direction: Direction::ZeroPhase };
    let mut plan = Plan { spatial: Vec::new(), ..plan(channels) };
    plan.temporal.shifts = None;
    plan.temporal.filters = vec![filter.clone()];
    let counts = noise(total as usize * (channels + 1));
    let pass = open(&counts, channels + 1, &[total], &plan);
    assert_eq!(pass.block_frames(), 24_576);
    let whole = pass.traces(&all(0, total), 2, &Unattended).unwrap();
    let mut expected: Vec<f32> = counts
        .chunks_exact(channels + 1)
        .flat_map(|frame| frame[..channels].iter().map(|&count| f32::from(count)))
        .collect();
    let cascade = filter.spec().unwrap().design(plan.sampling_rate).unwrap();
    filter_traces(&mut expected, channels, &cascade, Direction::ZeroPhase, &Unattended).unwrap();
    assert!(whole.iter().zip(&expected).all(|(word, expected)| (f32::from(*word) - expected).abs() < 0.502));
    for (start, end) in [(0, 1), (24_575, 24_577), (70_000, 70_500), (149_999, 150_000)] {
        let range = FrameRange { segment: 0, frames: start..end, rows: None };
        let part = pass.traces(&range, 1, &Unattended).unwrap();
        assert_eq!(part, whole[start as usize * channels..end as usize * channels]);
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
