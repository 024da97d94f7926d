//! Noise levels and peaks of a whole recording, in bounded memory.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::chain::{Chain, PreparedChain, Scratch, Segment, Stretch};
use crate::control::{Control, Paced, SilentPart};
use crate::measure::noise::noise_levels_of;
use crate::peaks::{Detector, Peak};
use crate::source::FrameSource;
use crate::{DspError, Result};

/// The grid on which a segment is cut, from its first frame on. Results depend on it and on nothing
/// else: not on threads, nor on the order in which blocks are done.
pub const BLOCK_FRAMES: u64 = 32_768;

/// Noise levels come from this many stretches, spread evenly over the recording, ...
pub const NOISE_STRETCHES: u64 = 32;
/// ... each of this many frames; a recording that has no more than all of them together is taken whole.
pub const NOISE_STRETCH_FRAMES: u64 = 2048;

/// A noise level below this many counts is what rounding leaves of a channel that never moves: it becomes 0.
const LEAST_COUNTS: f64 = 1e-6;

/// A peak and the segment it lies in; its frame counts from the segment's start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecordingPeak {
    pub segment: u32,
    pub peak: Peak,
}

/// What [`preprocess_recording`] finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// µV, one per channel of the chain.
    pub noise_levels: Vec<f32>,
    /// In order of segment, frame and channel.
    pub peaks: Vec<RecordingPeak>,
}

/// Preprocesses a recording block by block and returns the noise levels and peaks of the result.
///
/// `segments` are the frames of each segment; they follow each other in the source and are never
/// filtered across. Blocks of [`BLOCK_FRAMES`] are computed with margins after which the filters
/// have forgotten all but 10⁻⁹ of what lies beyond, so that the result differs from that in
/// one piece by rounding only. Each thread holds about `frames * (2 columns + 4 channels)` bytes, with
/// `frames` a block and its margins, and the noise sample takes `65536 * 4 channels` bytes.
pub fn preprocess_recording(
    source: &dyn FrameSource,
    segments: &[u64],
    chain: &Chain,
    threads: usize,
    control: &dyn Control,
) -> Result<Findings> {
    let prepared = PreparedChain::prepare(chain, source.columns())?;
    let mut offset = 0;
    let segments: Vec<Segment> = segments
        .iter()
        .map(|&frames| {
            offset += frames;
            Segment { offset: offset - frames, frames }
        })
        .collect();
    let sample = noise_stretches(&segments);
    let blocks = blocks(&segments);
    let pass = Pass {
        source,
        segments: &segments,
        prepared: &prepared,
        threads: threads.max(1),
        progress: Paced::new(control, (sample.len() + blocks.len()) * prepared.tiles()),
    };
    let noise_levels = pass.noise_levels(&sample)?;
    let detector = Detector::new(chain.channels.len(), &noise_levels, &chain.detection)?;
    let peaks = pass.peaks(&blocks, &detector)?;
    Ok(Findings { noise_levels, peaks })
}

/// A stretch and the index of its segment.
type Job = (usize, Stretch);

fn blocks(segments: &[Segment]) -> Vec<Job> {
    let cut = |(index, segment): (usize, &Segment)| {
        let frames = segment.frames;
        let starts = (0..frames).step_by(BLOCK_FRAMES as usize);
        starts.map(move |start| (index, Stretch { start, end: (start + BLOCK_FRAMES).min(frames) })).collect::<Vec<_>>()
    };
    segments.iter().enumerate().flat_map(cut).collect()
}

/// Where noise is measured: stretch `i` starts at `i / 31` of the way to the last possible start; one that would run
/// over the end of its segment is moved back, or ends there if the segment is too short.
fn noise_stretches(segments: &[Segment]) -> Vec<Job> {
    let total: u64 = segments.iter().map(|segment| segment.frames).sum();
    if total <= NOISE_STRETCHES * NOISE_STRETCH_FRAMES {
        let whole = |(index, segment): (usize, &Segment)| (index, Stretch { start: 0, end: segment.frames });
        return segments.iter().enumerate().map(whole).collect();
    }
    let place = |stretch: u64| {
        let at = stretch * (total - NOISE_STRETCH_FRAMES) / (NOISE_STRETCHES - 1);
        let index = segments.partition_point(|segment| segment.offset + segment.frames <= at);
        let Segment { offset, frames } = segments[index];
        let start = (at - offset).min(frames.saturating_sub(NOISE_STRETCH_FRAMES));
        (index, Stretch { start, end: (start + NOISE_STRETCH_FRAMES).min(frames) })
    };
    (0..NOISE_STRETCHES).map(place).collect()
}

struct Pass<'a> {
    source: &'a dyn FrameSource,
    segments: &'a [Segment],
    prepared: &'a PreparedChain<'a>,
    threads: usize,
    progress: Paced<'a>,
}

impl Pass<'_> {
    fn noise_levels(&self, sample: &[Job]) -> Result<Vec<f32>> {
        let channels = self.prepared.chain.channels.len();
        let stretches = self.run(sample, |segment, stretch, scratch| {
            self.process(segment, stretch, scratch)?;
            Ok(std::mem::take(&mut scratch.traces))
        })?;
        let mut levels = noise_levels_of(&stretches, channels, &SilentPart(&self.progress))?;
        for (level, input) in levels.iter_mut().zip(&self.prepared.chain.channels) {
            if f64::from(*level) < LEAST_COUNTS * input.gain.abs() {
                *level = 0.0;
            }
        }
        Ok(levels)
    }

    fn peaks(&self, blocks: &[Job], detector: &Detector) -> Result<Vec<RecordingPeak>> {
        let found = self.run(blocks, |segment, stretch, scratch| {
            // What lies further away than this decides about no peak of the block.
            let halo = self.prepared.chain.detection.exclusion_frames + 1;
            let wide = stretch.widened(halo, segment.frames);
            self.process(segment, wide, scratch)?;
            let peaks = detector.detect(&scratch.traces, &self.progress)?.into_iter();
            let peaks = peaks.map(|peak| Peak { frame: wide.start + peak.frame, ..peak });
            Ok(peaks.filter(|peak| (stretch.start..stretch.end).contains(&peak.frame)).collect::<Vec<_>>())
        })?;
        let of_segment = |(&(segment, _), peaks): (&Job, Vec<Peak>)| {
            peaks.into_iter().map(move |peak| RecordingPeak { segment: segment as u32, peak })
        };
        Ok(blocks.iter().zip(found).flat_map(of_segment).collect())
    }

    fn process(&self, segment: Segment, stretch: Stretch, scratch: &mut Scratch) -> Result<()> {
        let progress = &self.progress;
        self.prepared.process(self.source, segment, stretch, scratch, progress, || progress.step())
    }

    /// Does every job on the pass's threads; the results come in the order of the jobs.
    fn run<T: Send>(
        &self,
        jobs: &[Job],
        work: impl Fn(Segment, Stretch, &mut Scratch) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let results = Mutex::new(Vec::with_capacity(jobs.len()));
        let worker = || {
            let mut scratch = Scratch::default();
            while !failed.load(Ordering::Relaxed) {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(segment, stretch)) = jobs.get(index) else { break };
                let result = work(self.segments[segment], stretch, &mut scratch);
                failed.fetch_or(result.is_err(), Ordering::Relaxed);
                results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((index, result));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.threads.min(jobs.len()) {
                scope.spawn(worker);
            }
            worker();
        });
        let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }
}

/// Refuses a recording that is too long for the numbers that JavaScript counts frames with.
pub fn total_frames(segments: &[u64]) -> Result<u64> {
    const LARGEST: u64 = 1 << 53;
    let total = segments.iter().try_fold(0_u64, |total, frames| total.checked_add(*frames));
    total.filter(|total| *total < LARGEST).ok_or(DspError::InvalidParameter {
        name: "segments",
        value: f64::INFINITY,
        expected: "fewer than 2^53 frames",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unattended;
    use crate::butterworth::Band;
    use crate::chain::{FilterSpec, InputChannel};
    use crate::peaks::{Method, PeakCriteria, Sign};

    const COLUMNS: usize = 5;

    /// Where trough `n` of the source stands; 32, 64 and 96 touch the seams of blocks from either side.
    fn trough(n: u64) -> (u64, u32) {
        (1024 * n - u64::from(n.is_multiple_of(3)), (n % 2) as u32)
    }

    /// Counts of a fixed noise, with its troughs.
    struct Synthetic;

    impl FrameSource for Synthetic {
        fn columns(&self) -> usize {
            COLUMNS
        }

        fn read(&self, start: u64, frames: usize, counts: &mut Vec<i16>) -> Result<()> {
            counts.clear();
            for frame in start..start + frames as u64 {
                for column in 0..COLUMNS as u64 {
                    let hash = (frame * COLUMNS as u64 + column + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    let noise = (hash >> 58) as i16 - 32;
                    let low = frame > 1 && trough(frame.div_ceil(1024)) == (frame, column as u32);
                    counts.push(noise + if low { -300 } else { 0 });
                }
            }
            Ok(())
        }
    }

    /// Two channels of the noise around one that stands still.
    struct Stuck;

    impl FrameSource for Stuck {
        fn columns(&self) -> usize {
            COLUMNS
        }

        fn read(&self, start: u64, frames: usize, counts: &mut Vec<i16>) -> Result<()> {
            Synthetic.read(start, frames, counts)?;
            counts.chunks_exact_mut(COLUMNS).for_each(|frame| frame[1] = 511);
            Ok(())
        }
    }

    fn chain() -> Chain {
        Chain {
            channels: (0..4).map(|column| InputChannel { column, gain: 2.0, offset: 0.0 }).collect(),
            sampling_rate: 30_000.0,
            filter: Some(FilterSpec { order: 3, band: Band::HighPass { cutoff: 300.0 } }),
            shifts: Some(vec![0.0, 0.25, 0.5, 0.75]),
            common_median: true,
            detection: PeakCriteria {
                positions: (0..4).map(|channel| [0.0, 20.0 * f64::from(channel)]).collect(),
                threshold: 5.0,
                radius: 60.0,
                exclusion_frames: 15,
                sign: Sign::Negative,
                method: Method::LocallyExclusive,
            },
        }
    }

    fn find(segments: &[u64], threads: usize) -> Findings {
        preprocess_recording(&Synthetic, segments, &chain(), threads, &Unattended).unwrap()
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        assert_eq!(find(&[100_000], 1), find(&[100_000], 3));
    }

    #[test]
    fn every_trough_is_found_once_also_at_the_seams_of_blocks() {
        let found = find(&[4 * BLOCK_FRAMES], 2).peaks.into_iter().map(|found| (found.peak.frame, found.peak.channel));
        let put_in: Vec<(u64, u32)> = (1..128).map(trough).collect();
        assert!([32_768, 65_536, 98_303].iter().all(|seam| put_in.iter().any(|(frame, _)| frame == seam)));
        assert_eq!(found.collect::<Vec<_>>(), put_in);
    }

    #[test]
    fn a_block_is_what_the_segment_in_one_piece_gives() {
        let prepared_chain = chain();
        let prepared = PreparedChain::prepare(&prepared_chain, COLUMNS).unwrap();
        let segment = Segment { offset: 0, frames: 20_000 };
        let process = |start, end| {
            let mut scratch = Scratch::default();
            let stretch = Stretch { start, end };
            prepared.process(&Synthetic, segment, stretch, &mut scratch, &Unattended, || ()).unwrap();
            scratch.traces
        };
        let whole = process(0, 20_000);
        for (start, end) in [(0, 1), (0, 5000), (7000, 7001), (9000, 12_345), (19_999, 20_000)] {
            let piece = process(start, end);
            let same = &whole[4 * start as usize..4 * end as usize];
            let difference = piece.iter().zip(same).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(difference < 1e-4, "{start}..{end}: {difference} µV"); // single precision of 600 µV
        }
    }

    #[test]
    fn segments_are_not_filtered_across_and_peaks_count_from_their_start() {
        let found = find(&[1500, 1500], 1).peaks;
        let places: Vec<(u32, u64)> = found.iter().map(|found| (found.segment, found.peak.frame)).collect();
        assert_eq!(places, [(0, 1024), (1, 548)]);
    }

    #[test]
    fn a_channel_that_stands_still_has_no_noise_and_no_peaks() {
        let filter = Some(FilterSpec { order: 5, band: Band::BandPass { low: 300.0, high: 6000.0 } });
        let chain = Chain { filter, common_median: false, ..chain() };
        let Findings { noise_levels, peaks } =
            preprocess_recording(&Stuck, &[4 * BLOCK_FRAMES], &chain, 1, &Unattended).unwrap();
        assert_eq!(noise_levels[1], 0.0);
        let put_in: Vec<u64> =
            (1..128).map(trough).filter(|(_, channel)| *channel == 0).map(|(frame, _)| frame).collect();
        assert_eq!(peaks.iter().map(|found| found.peak.frame).collect::<Vec<_>>(), put_in);
    }

    #[test]
    fn odd_sizes_are_processed() {
        for frames in [1, 2, 7, 33] {
            assert_eq!(find(&[frames], 2).noise_levels.len(), 4);
        }
        for segments in [&[][..], &[0]] {
            let nothing = find(segments, 2);
            assert!(nothing.peaks.is_empty() && nothing.noise_levels.iter().all(|level| level.is_nan()));
        }
    }

    #[test]
    fn noise_is_measured_evenly_over_the_recording_and_inside_the_segments() {
        let segments = [Segment { offset: 0, frames: 100_000 }, Segment { offset: 100_000, frames: 900 }];
        let stretches = noise_stretches(&segments);
        assert_eq!(stretches.len(), 32);
        assert_eq!(stretches[0], (0, Stretch { start: 0, end: 2048 }));
        assert_eq!(stretches[31], (0, Stretch { start: 97_952, end: 100_000 }));
        assert!(stretches.iter().all(|(index, stretch)| stretch.end <= segments[*index].frames));
    }

    #[test]
    fn a_raised_flag_stops_before_the_next_block() {
        let stopped = preprocess_recording(&Synthetic, &[1_000_000], &chain(), 2, &AtomicBool::new(true));
        assert_eq!(stopped, Err(DspError::Cancelled));
    }

    #[test]
    fn a_flag_raised_during_a_block_stops_before_another_is_read() {
        struct StopsAfterFirstRead {
            reads: AtomicUsize,
        }
        impl FrameSource for StopsAfterFirstRead {
            fn columns(&self) -> usize {
                COLUMNS
            }
            fn read(&self, start: u64, frames: usize, counts: &mut Vec<i16>) -> Result<()> {
                self.reads.fetch_add(1, Ordering::Relaxed);
                Synthetic.read(start, frames, counts)
            }
        }
        impl Control for StopsAfterFirstRead {
            fn cancelled(&self) -> bool {
                self.reads.load(Ordering::Relaxed) > 0
            }
            fn progress(&self, _fraction: f64) {}
        }
        let watched = StopsAfterFirstRead { reads: AtomicUsize::new(0) };
        let stopped = preprocess_recording(&watched, &[1_000_000], &chain(), 1, &watched);
        assert_eq!((stopped, watched.reads.into_inner()), (Err(DspError::Cancelled), 1));
    }

    #[test]
    fn a_cutoff_that_needs_more_memory_than_stated_is_refused() {
        let filter = Some(FilterSpec { order: 5, band: Band::HighPass { cutoff: 1.0 } });
        let refused = preprocess_recording(&Synthetic, &[1000], &Chain { filter, ..chain() }, 1, &Unattended);
        assert!(matches!(refused, Err(DspError::InvalidParameter { name: "filter", .. })));
    }
}
