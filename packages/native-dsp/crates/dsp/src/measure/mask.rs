//! Frames that are not to be used: saturated ones, and those in which nothing moves.

use std::ops::Range;

use super::extremes::{Bounds, Columns};
use crate::control::Control;
use crate::frames::require_frames;
use crate::{DspError, Result};

/// Which frames are masked. With neither criterion, none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MaskSpec {
    /// At least so many frames in a row that are equal in all columns, 2 to [`MOST_FRAMES`].
    pub flat_frames: Option<usize>,
    pub saturation: Option<SaturationSpec>,
}

/// A frame is saturated where more than a share of the columns is beyond a level, or steps by a slope towards the
/// next frame.
///
/// These are the rules of `ibldsp.voltage.saturation` (1.11.3: level 0.96 times the range, slope 300 µV per sample,
/// share 0.2) and of SpikeInterface's `detect_saturation_periods` (0.104.8: level and slope given, share 0.2), on
/// counts: `mean(|x[t]| > level) > share` or `mean(|x[t + 1] - x[t]| >= slope) > share`. The last frame has no step.
#[derive(Debug, Clone, PartialEq)]
pub struct SaturationSpec {
    /// (counts) 0 or more.
    pub level: f64,
    /// (counts per sample) above 0.
    pub slope: f64,
    /// 0 to 1.
    pub share: f64,
    /// Frames on either side of a saturated one that are masked too, up to [`MOST_FRAMES`].
    pub widen_frames: usize,
}

/// Frames that are looked over together: seldom does one of them come near to a bound.
const GROUP: usize = 16;

/// Of the frames that have to stand still, and of those that are masked beside others: what they need on either side
/// is to fit into memory.
pub const MOST_FRAMES: usize = 1 << 15;

/// A [`MaskSpec`] for frames of so many columns, of which some count.
#[derive(Debug, Clone)]
pub struct Mask {
    columns: Columns,
    flat_frames: Option<usize>,
    saturation: Option<Saturation>,
}

#[derive(Debug, Clone)]
struct Saturation {
    bounds: Bounds,
    /// So many columns are more than the share.
    needed: usize,
    widen: usize,
}

impl Mask {
    /// Refuses numbers that mean nothing, columns that the frames do not have, and no columns at all.
    pub fn prepare(spec: &MaskSpec, columns: usize, take: &[usize]) -> Result<Self> {
        if let Some(frames) = spec.flat_frames.filter(|frames| !(2..=MOST_FRAMES).contains(frames)) {
            return refuse("flatFrames", frames as f64, "2 to 32768 frames");
        }
        let saturation = spec.saturation.as_ref().map(|spec| Saturation::prepare(spec, take.len())).transpose()?;
        Ok(Self { columns: Columns::prepare(columns, take)?, flat_frames: spec.flat_frames, saturation })
    }

    /// Frames on either side of a frame that decide whether it is masked: so many more are to be given where the
    /// counts end and the segment does not, and the ranges say nothing about those.
    pub fn margin(&self) -> usize {
        let flat = self.flat_frames.map_or(0, |frames| frames - 1);
        flat.max(self.saturation.as_ref().map_or(0, |saturation| saturation.widen + 1))
    }

    /// Replaces `out` by the masked frames of `counts`, counted from its first: sorted, and apart from each other.
    ///
    /// Where the counts end, the segment is taken to end.
    pub fn ranges(&self, counts: &[i16], out: &mut Vec<Range<usize>>) {
        out.clear();
        let none = Bounds::none();
        let (bounds, needed, widen) = self
            .saturation
            .as_ref()
            .map_or((&none, usize::MAX, 0), |saturation| (&saturation.bounds, saturation.needed, saturation.widen));
        let flat_frames = self.flat_frames.unwrap_or(usize::MAX);
        if self.saturation.is_none() && self.flat_frames.is_none() {
            return;
        }
        let frames = counts.len() / self.columns.width();
        let mut still_since = 0;
        for start in (0..frames).step_by(GROUP) {
            let group = start..(start + GROUP).min(frames);
            let quiet = self.columns.quiet(counts, group.clone(), bounds);
            for index in group {
                let saturated = !quiet
                    && (self.columns.beyond(counts, index, bounds) >= needed
                        || self.columns.steep(counts, index, bounds) >= needed);
                if saturated {
                    join(out, index.saturating_sub(widen)..(index + 1).saturating_add(widen).min(frames));
                }
                if self.flat_frames.is_some() && self.columns.moves(counts, index) {
                    if index + 1 - still_since >= flat_frames {
                        out.push(still_since..index + 1);
                    }
                    still_since = index + 1;
                }
            }
        }
        merge(out);
    }
}

impl Saturation {
    fn prepare(spec: &SaturationSpec, channels: usize) -> Result<Self> {
        if spec.level.is_nan() || spec.level < 0.0 {
            return refuse("level", spec.level, "a number of counts that is not negative");
        }
        if spec.slope.is_nan() || spec.slope <= 0.0 {
            return refuse("slope", spec.slope, "a positive number of counts per sample");
        }
        if !(0.0..=1.0).contains(&spec.share) {
            return refuse("share", spec.share, "a fraction from 0 to 1");
        }
        if spec.widen_frames > MOST_FRAMES {
            return refuse("widenFrames", spec.widen_frames as f64, "up to 32768 frames");
        }
        let more = |count: &usize| *count as f64 / channels as f64 > spec.share;
        let needed = (0..=channels).find(more).unwrap_or(usize::MAX);
        Ok(Self { bounds: Bounds::new(spec.level, spec.slope), needed, widen: spec.widen_frames })
    }
}

/// The masked frames of a whole segment, block by block.
pub fn find_masked(counts: &[i16], mask: &Mask, control: &dyn Control) -> Result<Vec<Range<usize>>> {
    let width = mask.columns.width();
    let frames = require_frames(counts.len(), width)?;
    let (mut found, mut part) = (Vec::new(), Vec::new());
    for start in (0..frames).step_by(FRAMES_PER_CHECK) {
        control.check()?;
        control.progress(start as f64 / frames as f64);
        let end = (start + FRAMES_PER_CHECK).min(frames);
        let from = start.saturating_sub(mask.margin());
        let to = end.saturating_add(mask.margin()).min(frames);
        mask.ranges(&counts[from * width..to * width], &mut part);
        found.extend(part.iter().map(|range| (range.start + from).max(start)..(range.end + from).min(end)));
    }
    merge(&mut found);
    Ok(found)
}

const FRAMES_PER_CHECK: usize = 1 << 16;

fn refuse<T>(name: &'static str, value: f64, expected: &'static str) -> Result<T> {
    Err(DspError::InvalidParameter { name, value, expected })
}

/// Appends a range, to the last one if they touch.
fn join(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.end >= range.start && last.start <= range.start => last.end = last.end.max(range.end),
        _ => ranges.push(range),
    }
}

/// Sorts ranges and joins those that overlap or touch; empty ones go.
pub fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|next, last| {
        let joined = next.start <= last.end;
        if joined {
            last.end = last.end.max(next.end);
        }
        joined
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saturation(level: f64, slope: f64, share: f64, widen_frames: usize) -> MaskSpec {
        MaskSpec { flat_frames: None, saturation: Some(SaturationSpec { level, slope, share, widen_frames }) }
    }

    fn ranges(spec: &MaskSpec, columns: usize, take: &[usize], counts: &[i16]) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        Mask::prepare(spec, columns, take).unwrap().ranges(counts, &mut out);
        out
    }

    #[test]
    fn more_than_the_share_of_channels_must_be_beyond_the_level() {
        let spec = saturation(100.0, 1e9, 0.5, 0);
        let counts = [101, 0, 101, 0, 101, 101, 100, -100, -101, -101, 0, 0];
        assert_eq!(ranges(&spec, 2, &[0, 1], &counts), [2..3, 4..5]);
        // only column 1 counts
        assert_eq!(ranges(&spec, 2, &[1], &counts), [2..3, 4..5]);
        assert_eq!(ranges(&spec, 2, &[0], &counts), [0..3, 4..5]);
    }

    #[test]
    fn a_step_masks_the_frame_before_it_and_what_is_widened() {
        let mut counts = [0_i16; 20];
        counts[10..].fill(300);
        assert_eq!(ranges(&saturation(1e9, 300.0, 0.2, 0), 1, &[0], &counts), [9..10]);
        assert_eq!(ranges(&saturation(1e9, 300.0, 0.2, 3), 1, &[0], &counts), [6..13]);
        assert_eq!(ranges(&saturation(1e9, 300.5, 0.2, 3), 1, &[0], &counts), []);
    }

    #[test]
    fn the_widest_step_and_the_lowest_count_are_seen() {
        let counts = [i16::MIN, i16::MAX, i16::MAX];
        assert_eq!(ranges(&saturation(1e9, 65_535.0, 0.0, 0), 1, &[0], &counts), [0..1]);
        assert_eq!(ranges(&saturation(1e9, 65_536.0, 0.0, 0), 1, &[0], &counts), []);
        assert_eq!(ranges(&saturation(32_767.0, 1e9, 0.0, 0), 1, &[0], &counts), [0..1]);
        assert_eq!(ranges(&saturation(32_768.0, 1e9, 0.0, 0), 1, &[0], &counts), []);
    }

    #[test]
    fn frames_that_stand_still_for_long_enough_are_masked() {
        let spec = MaskSpec { flat_frames: Some(3), saturation: None };
        let counts = [1, 1, 2, 2, 2, 3, 4, 4, 4, 4];
        assert_eq!(ranges(&spec, 1, &[0], &counts), [2..5, 6..10]);
        // the other column moves once
        let pairs: Vec<i16> = counts.iter().enumerate().flat_map(|(at, count)| [*count, i16::from(at > 7)]).collect();
        assert_eq!(ranges(&spec, 2, &[0, 1], &pairs), [2..5]);
        assert_eq!(ranges(&spec, 1, &[0], &[]), []);
        assert_eq!(ranges(&spec, 1, &[0], &[7]), []);
    }

    #[test]
    fn parts_with_the_margin_agree_with_the_whole() {
        let mut random = 1_u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) as i32
        };
        for channels in [1, 7, 16, 33, 384] {
            let width = channels + 1;
            let mut counts: Vec<i16> = (0..300 * width).map(|_| (next() % 50) as i16).collect();
            for _ in 0..6 {
                let (at, long) = (next() as usize % 250, next() as usize % 30);
                for index in at..at + long {
                    let frame = counts[at * width..(at + 1) * width].to_vec();
                    counts[index * width..(index + 1) * width].copy_from_slice(&frame);
                }
                let at = next() as usize % 300;
                counts[at * width..(at + 1) * width].fill(i16::MIN);
            }
            let take: Vec<usize> = (0..channels).collect();
            let spec = MaskSpec { flat_frames: Some(9), ..saturation(400.0, 5000.0, 0.3, 2) };
            let mask = Mask::prepare(&spec, width, &take).unwrap();
            let mut whole = Vec::new();
            mask.ranges(&counts, &mut whole);
            assert!(!whole.is_empty());
            let inside = |ranges: &[Range<usize>], frame| ranges.iter().any(|range| range.contains(&frame));
            for (start, end) in [(0, 64), (64, 65), (65, 200), (200, 300)] {
                let (from, to) = (start.max(mask.margin()) - mask.margin(), (end + mask.margin()).min(300));
                let mut part = Vec::new();
                mask.ranges(&counts[from * width..to * width], &mut part);
                for frame in start..end {
                    assert_eq!(inside(&part, frame - from), inside(&whole, frame), "frame {frame} of {channels}");
                }
            }
        }
    }

    #[test]
    fn numbers_that_mean_nothing_are_refused() {
        let refused = |spec: &MaskSpec| Mask::prepare(spec, 2, &[0]).map(|_| ()).unwrap_err().to_string();
        assert!(refused(&MaskSpec { flat_frames: Some(1), saturation: None }).contains("flatFrames"));
        assert!(refused(&saturation(f64::NAN, 1.0, 0.2, 0)).contains("level"));
        assert!(refused(&saturation(1.0, 0.0, 0.2, 0)).contains("slope"));
        assert!(refused(&saturation(1.0, 1.0, 1.2, 0)).contains("share"));
        assert!(Mask::prepare(&MaskSpec::default(), 2, &[2]).is_err());
        assert!(Mask::prepare(&MaskSpec::default(), 2, &[]).is_err());
    }
}
