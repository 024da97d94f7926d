//! Frames that are not to be used: those known before, and those found.

use std::ops::Range;

use super::plan::{Interval, MaskPlan};
use crate::Result;
use crate::measure::mask::{Mask, MaskSpec, SaturationSpec, merge};
use crate::temporal::Run;

/// A plan's masks, prepared.
pub struct Masks {
    gaps: Vec<Interval>,
    found: Option<Mask>,
}

impl Masks {
    pub fn prepare(plan: Option<&MaskPlan>, columns: usize, take: &[usize]) -> Result<Self> {
        let plan = plan.cloned().unwrap_or_default();
        let saturation = plan.saturation.map(|plan| SaturationSpec {
            level: plan.level,
            slope: plan.slope,
            share: plan.share,
            widen_frames: plan.widen_frames,
        });
        let spec = MaskSpec { flat_frames: plan.flat_frames, saturation };
        let found = if spec == MaskSpec::default() { None } else { Some(Mask::prepare(&spec, columns, take)?) };
        Ok(Self { gaps: plan.gaps, found })
    }

    /// Frames on either side of a frame that decide whether it is masked.
    pub fn margin(&self) -> usize {
        self.found.as_ref().map_or(0, Mask::margin)
    }

    /// Replaces `out` by the masked frames of `inside`, counted from its first: sorted, apart from each other.
    ///
    /// `counts` are whole frames from `first_frame` of the segment on.
    pub fn find(
        &self,
        counts: &[i16],
        segment: usize,
        first_frame: u64,
        inside: Range<usize>,
        out: &mut Vec<Range<usize>>,
    ) {
        out.clear();
        if let Some(mask) = &self.found {
            mask.ranges(counts, out);
            for range in &mut *out {
                let at = |frame: usize| frame.clamp(inside.start, inside.end) - inside.start;
                *range = at(range.start)..at(range.end);
            }
        }
        let frames = first_frame + inside.start as u64..first_frame + inside.end as u64;
        let from = self.gaps.partition_point(|gap| (gap.segment, gap.end) <= (segment, frames.start));
        let gaps = self.gaps[from..].iter().take_while(|gap| gap.segment == segment && gap.start < frames.end);
        out.extend(gaps.map(|gap| {
            let at = |frame: u64| (frame.clamp(frames.start, frames.end) - frames.start) as usize;
            at(gap.start)..at(gap.end)
        }));
        merge(out);
    }
}

/// Replaces `out` by what lies between masks in so many frames, which are the segment's first or last or are cut there.
pub fn runs_between(masked: &[Range<usize>], frames: usize, at_start: bool, at_end: bool, out: &mut Vec<Run>) {
    out.clear();
    let mut start = 0;
    for mask in masked.iter().chain([&(frames..frames)]) {
        if mask.start > start {
            let true_end = at_end || mask.start < frames;
            out.push(Run { frames: start..mask.start, true_start: at_start || start > 0, true_end });
        }
        start = mask.end;
    }
}

/// Joins intervals that touch, in order of segment and start.
pub fn join(intervals: impl IntoIterator<Item = Interval>) -> Vec<Interval> {
    let mut joined: Vec<Interval> = Vec::new();
    for interval in intervals {
        match joined.last_mut() {
            Some(last) if last.segment == interval.segment && last.end >= interval.start => {
                last.end = last.end.max(interval.end);
            }
            _ => joined.push(interval),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_what_is_found_are_one_list_of_the_frames_at_hand() {
        let gap = |segment, start, end| Interval { segment, start, end };
        let gaps = vec![gap(0, 0, 5), gap(1, 90, 104), gap(1, 104, 106), gap(1, 300, 301)];
        let plan = MaskPlan { gaps, flat_frames: Some(3), saturation: None };
        let masks = Masks::prepare(Some(&plan), 1, &[0]).unwrap();
        assert_eq!(masks.margin(), 2);
        // frames 98 .. 114, of which 100 .. 112 are at hand; 105 .. 108 stand still
        let counts = [1, 2, 3, 4, 5, 6, 7, 9, 9, 9, 1, 2, 3, 4, 5, 6];
        let mut masked = Vec::new();
        masks.find(&counts, 1, 98, 2..14, &mut masked);
        assert_eq!(masked, [0..8]);
        masks.find(&counts, 2, 98, 2..14, &mut masked);
        assert_eq!(masked, [5..8]);
    }

    #[test]
    fn runs_end_truly_at_masks_and_at_the_ends_of_the_segment() {
        let mut runs = Vec::new();
        let run = |frames, true_start, true_end| Run { frames, true_start, true_end };
        runs_between(&[0..2, 5..6, 9..10], 10, true, true, &mut runs);
        assert_eq!(runs, [run(2..5, true, true), run(6..9, true, true)]);
        runs_between(&[4..5], 10, false, false, &mut runs);
        assert_eq!(runs, [run(0..4, false, true), run(5..10, true, false)]);
        runs_between(&[], 10, true, false, &mut runs);
        assert_eq!(runs, [run(0..10, true, false)]);
        runs_between(&[], 0, true, true, &mut runs);
        assert_eq!(runs, []);
    }
}
