use std::collections::BTreeMap;

use super::*;
use crate::design::{Direction, FilterKind, FilterSpec};
use crate::temporal::TemporalSpec;

const COLUMNS: usize = 22;
const CHANNELS: usize = 21;

impl Workspace {
    /// Bytes of the rows and of what spatial steps work in.
    fn held(&self) -> usize {
        64 * self.rows.capacity() + 4 * self.spatial.floats.capacity()
    }
}

#[test]
fn a_workspace_holds_no_more_than_is_said() {
    let plan = crate::spatial::SpatialHighPassPlan {
        groups: vec![(0..CHANNELS).collect()],
        order: 3,
        cutoff: 0.01,
        padding: 10,
        taper: 0,
        gain_control: Some(crate::spatial::GainControlPlan { window_frames: 301, epsilon: 0.01 }),
    };
    let plan = crate::spatial::SpatialPlan::SpatialHighPass(plan);
    let mut engine = engine(FilterKind::HighPass { cutoff: 300.0, order: 3 });
    engine.spatial.push(crate::spatial::prepare(&plan, CHANNELS, 30_000.0).unwrap());
    let (counts, frames, mut room) = (counts(4000), 4000, Workspace::default());
    let block = 0..2048_u64;
    let run = Run { frames: 0..frames, true_start: true, true_end: true };
    let window = Window { counts: &counts, first_frame: 0, segment: 0, segment_frames: frames as u64, runs: &[run] };
    let (wanted, control) = (block.clone(), &crate::Unattended);
    engine.compute(
        &window,
        Work { block, wanted, halo: HALO, rows: true, observer: None, words: None, control },
        &mut room,
    );
    assert!(room.held() > 0 && room.held() <= engine.workspace_bytes(2048));
}

fn engine(kind: FilterKind) -> Engine {
    let spec = TemporalSpec {
        shifts: Some((0..CHANNELS).map(|channel| (channel % 12) as f64 / 13.0).collect()),
        taps: 16,
        filters: vec![FilterSpec { kind, direction: Direction::ZeroPhase }],
        scale: None,
    };
    Engine {
        columns: COLUMNS,
        take: (0..CHANNELS).collect(),
        temporal: Temporal::prepare(&spec, 30_000.0, CHANNELS).unwrap(),
        spectral: None,
        spatial: Vec::new(),
        global_median: true,
        scale: None,
        rounding: Rounding::HalfEven,
    }
}

/// Noise on a field potential of 2000 counts at 8 Hz.
fn counts(frames: usize) -> Vec<i16> {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 16) / 65_536.0 - 0.5
    };
    let wave = |frame: usize| 2000.0 * (frame as f64 * 8.0 * std::f64::consts::TAU / 30_000.0).sin();
    (0..frames * COLUMNS).map(|at| (wave(at / COLUMNS) + 40.0 * noise()).round() as i16).collect()
}

/// The stretches of `runs` that lie in a window, as the window sees them.
fn runs_within(runs: &[Range<usize>], window: &Range<usize>) -> Vec<Run> {
    let inside = runs.iter().filter(|run| run.start < window.end && run.end > window.start);
    inside
        .map(|run| Run {
            frames: run.start.max(window.start) - window.start..run.end.min(window.end) - window.start,
            true_start: run.start >= window.start,
            true_end: run.end <= window.end,
        })
        .collect()
}

fn rows_of(engine: &Engine, counts: &[i16], runs: &[Range<usize>], block: usize) -> Vec<f32> {
    let (frames, mut work, mut found) = (counts.len() / COLUMNS, Workspace::default(), Vec::new());
    for start in (0..frames).step_by(block) {
        let end = (start + block).min(frames);
        let window = start.saturating_sub(engine.before())..(end + engine.after()).min(frames);
        let computed = engine.compute(
            &Window {
                counts: &counts[window.start * COLUMNS..window.end * COLUMNS],
                first_frame: window.start as u64,
                segment: 0,
                segment_frames: frames as u64,
                runs: &runs_within(runs, &window),
            },
            Work {
                block: start as u64..end as u64,
                wanted: start as u64..end as u64,
                halo: 0,
                rows: true,
                observer: None,
                words: None,
                control: &crate::Unattended,
            },
            &mut work,
        );
        for row in computed.rows.data.chunks_exact(computed.rows.stride) {
            found.extend_from_slice(&row[..CHANNELS]);
        }
    }
    found
}

fn largest_difference(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
}

#[test]
fn blocks_make_the_one_piece_result_within_a_thousandth_of_a_count() {
    let counts = counts(9000);
    for kind in [
        FilterKind::HighPass { cutoff: 300.0, order: 3 },
        FilterKind::HighPass { cutoff: 300.0, order: 5 },
        FilterKind::BandPass { low: 300.0, high: 6000.0, order: 5 },
    ] {
        let engine = engine(kind);
        for runs in [vec![0..9000], vec![0..3000, 3010..3500, 4096..9000]] {
            let whole = rows_of(&engine, &counts, &runs, 9000);
            let blocks = rows_of(&engine, &counts, &runs, 2048);
            let difference = largest_difference(&whole, &blocks);
            assert!(difference < 1e-3, "{kind:?}: {difference}");
        }
    }
}

#[test]
fn masked_frames_are_0() {
    let rows = rows_of(&engine(FilterKind::HighPass { cutoff: 300.0, order: 3 }), &counts(100), &[0..40, 60..100], 64);
    assert!(rows[40 * CHANNELS..60 * CHANNELS].iter().all(|value| *value == 0.0));
    assert!(rows[..40 * CHANNELS].iter().any(|value| *value != 0.0));
}

/// Every frame that was looked at, by its number: its rows and those of the frames around it.
struct Album {
    halo: u64,
    seen: BTreeMap<u64, Vec<f32>>,
}

impl Observer for Album {
    fn observe(&mut self, rows: &Rows<'_>, inner: Range<usize>) {
        let end = rows.first_frame + rows.frames() as u64;
        for frame in rows.first_frame + inner.start as u64..rows.first_frame + inner.end as u64 {
            let around = frame.saturating_sub(self.halo)..(frame + self.halo + 1).min(FRAMES);
            assert!(around.start >= rows.first_frame && around.end <= end, "{around:?} of {}..{end}", rows.first_frame);
            let at = |frame: u64| (frame - rows.first_frame) as usize * rows.stride;
            let known = self.seen.insert(frame, rows.data[at(around.start)..at(around.end)].to_vec());
            assert!(known.is_none(), "frame {frame} was seen before");
        }
    }
}

const FRAMES: u64 = 9000;

#[test]
fn who_looks_at_rows_on_their_way_sees_each_wanted_frame_once_with_those_around_it() {
    let counts = counts(FRAMES as usize);
    let causal = FilterSpec { kind: FilterKind::HighPass { cutoff: 300.0, order: 3 }, direction: Direction::Causal };
    let mean = crate::spatial::LocalReferencePlan {
        operator: crate::spatial::Operator::Mean,
        whole: false,
        neighbours: (0..CHANNELS).map(|row| (0..CHANNELS).filter(|&other| other != row).take(4).collect()).collect(),
    };
    let mean = crate::spatial::SpatialPlan::LocalReference(mean);
    for (filters, steps) in [(None, 0), (None, 1), (Some(causal), 0)] {
        let mut engine = engine(FilterKind::HighPass { cutoff: 300.0, order: 3 });
        if let Some(filter) = filters {
            let spec = TemporalSpec { shifts: None, taps: 16, filters: vec![filter], scale: None };
            engine.temporal = Temporal::prepare(&spec, 30_000.0, CHANNELS).unwrap();
        }
        engine.spatial.extend((0..steps).map(|_| crate::spatial::prepare(&mean, CHANNELS, 30_000.0).unwrap()));
        let (mut room, control) = (Workspace::default(), &crate::Unattended);
        for (runs, block, wanted) in [
            (vec![0..9000], 0..9000, 0..9000),
            (vec![0..9000], 0..9000, 2560..2561),
            (vec![0..9000], 2048..8192, 2555..7900),
            (vec![0..9000], 2048..8192, 2048..5130),
            (vec![0..3000, 3010..9000], 0..8192, 100..8000),
        ] {
            for halo in [0, 1, 16, HALO] {
                let window = Window {
                    counts: &counts,
                    first_frame: 0,
                    segment: 0,
                    segment_frames: FRAMES,
                    runs: &runs_within(&runs, &(0..9000)),
                };
                let mut work = |rows, observer| {
                    let work = Work {
                        block: block.clone(),
                        wanted: wanted.clone(),
                        halo,
                        rows,
                        observer,
                        words: None,
                        control,
                    };
                    engine.compute(&window, work, &mut room).rows.data.to_vec()
                };
                let rows = work(true, None);
                let mut album = Album { halo: halo as u64, seen: BTreeMap::new() };
                work(false, Some(&mut album));
                assert_eq!(album.seen.len() as u64, wanted.end - wanted.start);
                let first = wanted.start.saturating_sub(halo as u64);
                for (frame, seen) in album.seen {
                    let at = (frame.saturating_sub(halo as u64) - first) as usize * CHANNELS.next_multiple_of(16);
                    assert!(seen == rows[at..at + seen.len()], "frame {frame}, halo {halo}");
                }
            }
        }
    }
}
