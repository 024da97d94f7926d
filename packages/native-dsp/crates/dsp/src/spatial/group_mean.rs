use super::lanes::{Lanes, dispatch, fast};
use super::plan::{GroupPlan, GroupReferencePlan};
use super::tile::aligned;
use super::{Rows, Scratch, SpatialStep};

/// Means over groups, a frame at a time.
///
/// Rows are taken eight at a time. Eights whose rows belong to the same groups in the same order (there are few such
/// patterns on a probe: one for each shank, three or four for the slots of its converters) are added up together before
/// their eight sums go to their groups.
pub(super) struct GroupMeans {
    fast: bool,
    whole: bool,
    counts: Vec<f32>,
    members: Vec<Pattern>,
    subtracted: Vec<Pattern>,
    /// Groups that share members, or too many of them for exact single-precision sums.
    apart: Vec<GroupPlan>,
}

/// Eights of rows, by their number, that belong to the same groups.
struct Pattern {
    groups: [Option<usize>; 8],
    eights: Vec<usize>,
}

/// Sums of so many whole counts are exact in single precision.
const MOST_EXACT: usize = 512;

impl GroupMeans {
    pub fn new(plan: &GroupReferencePlan, channels: usize) -> Self {
        let groups = plan.groups.iter().filter(|group| !group.of.is_empty() && !group.from.is_empty());
        let mut taken = vec![false; channels];
        let (apart, together): (Vec<_>, Vec<_>) = groups.cloned().partition(|GroupPlan { of, .. }| {
            let free = of.len() <= MOST_EXACT && of.iter().all(|&row| !taken[row]);
            of.iter().filter(|_| free).for_each(|&row| taken[row] = true);
            !free
        });
        Self {
            fast: fast(),
            whole: plan.whole,
            counts: together.iter().map(|group| group.of.len() as f32).collect(),
            members: patterns(together.iter().map(|group| &group.of[..]), channels, false),
            // whole counts are made of the rows in no group too
            subtracted: patterns(together.iter().map(|group| &group.from[..]), channels, plan.whole),
            apart,
        }
    }

    fn subtract_apart(&self, frame: &mut [f32], references: &mut Vec<f32>) {
        let value = |value: f32| if self.whole { [value; 8].whole()[0] } else { value };
        references.clear();
        references.extend(self.apart.iter().map(|group| {
            let sum: f64 = group.of.iter().map(|&row| f64::from(value(frame[row]))).sum();
            let mean = sum / group.of.len() as f64;
            if self.whole { mean.trunc() as f32 } else { mean as f32 }
        }));
        for (group, reference) in self.apart.iter().zip(references) {
            group.from.iter().for_each(|&row| frame[row] = value(frame[row]) - *reference);
        }
    }
}

fn patterns<'a>(groups: impl Iterator<Item = &'a [usize]>, channels: usize, all: bool) -> Vec<Pattern> {
    let mut group_of = vec![None; channels.next_multiple_of(8)];
    for (group, rows) in groups.enumerate() {
        rows.iter().for_each(|&row| group_of[row] = Some(group));
    }
    let mut patterns: Vec<Pattern> = Vec::new();
    for (index, eight) in group_of.chunks_exact(8).enumerate() {
        let groups: [Option<usize>; 8] = std::array::from_fn(|lane| eight[lane]);
        if groups == [None; 8] && !all {
            continue;
        }
        match patterns.iter_mut().find(|pattern| pattern.groups == groups) {
            Some(pattern) => pattern.eights.push(index),
            None => patterns.push(Pattern { groups, eights: vec![index] }),
        }
    }
    patterns
}

/// Each of the frames, whole ones of `stride` numbers.
#[inline(always)]
fn subtract<V: Lanes>(means: &GroupMeans, frames: &mut [f32], stride: usize, sums: &mut [f32]) {
    if means.whole {
        subtract_from::<V, true>(means, frames, stride, sums);
    } else {
        subtract_from::<V, false>(means, frames, stride, sums);
    }
}

#[inline(always)]
fn subtract_from<V: Lanes, const WHOLE: bool>(means: &GroupMeans, frames: &mut [f32], stride: usize, sums: &mut [f32]) {
    for frame in frames.chunks_exact_mut(stride) {
        let frame = frame.as_chunks_mut::<8>().0;
        sums.fill(0.0);
        for Pattern { groups, eights } in &means.members {
            // four sums side by side: the processor works on one while it waits for the others
            let (fours, rest) = eights.as_chunks::<4>();
            let mut part = [V::splat(0.0); 4];
            for four in fours {
                for index in 0..4 {
                    part[index] = part[index].add(value::<V, WHOLE>(&frame[four[index]]));
                }
            }
            for &eight in rest {
                part[0] = part[0].add(value::<V, WHOLE>(&frame[eight]));
            }
            let mut lanes = [0.0; 8];
            part[0].add(part[1]).add(part[2].add(part[3])).store(&mut lanes);
            if let (Some(group), true) = (groups[0], groups[1..].iter().all(|group| *group == groups[0])) {
                // eight additions to one place would wait for each other
                let [a, b, c, d, e, f, g, h] = lanes;
                sums[group] += ((a + b) + (c + d)) + ((e + f) + (g + h));
                continue;
            }
            for (group, lane) in groups.iter().zip(lanes) {
                if let Some(group) = group {
                    sums[*group] += lane;
                }
            }
        }
        for (sum, count) in sums.iter_mut().zip(&means.counts) {
            *sum /= count;
            if WHOLE {
                *sum = sum.trunc();
            }
        }
        for Pattern { groups, eights } in &means.subtracted {
            let mut reference = [0.0; 8];
            for lane in 0..8 {
                reference[lane] = groups[lane].map_or(0.0, |group| sums[group]);
            }
            let reference = V::load(&reference);
            for &eight in eights {
                let place = &mut frame[eight];
                value::<V, WHOLE>(place).sub(reference).store(place);
            }
        }
    }
}

#[inline(always)]
fn value<V: Lanes, const WHOLE: bool>(from: &[f32; 8]) -> V {
    let value = V::load(from);
    if WHOLE { value.whole() } else { value }
}

impl SpatialStep for GroupMeans {
    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch) {
        let (means, stride) = (self, rows.stride);
        let (sums, original) = aligned(&mut scratch.floats, self.counts.len() + stride).split_at_mut(self.counts.len());
        if self.apart.is_empty() {
            let data = &mut *rows.data;
            dispatch!(self.fast, subtract(means: &GroupMeans, data: &mut [f32], stride: usize, sums: &mut [f32]));
            return;
        }
        let mut references = Vec::new();
        for frame in rows.data.chunks_exact_mut(stride) {
            // rows of one kind of groups may be members of the other
            original.copy_from_slice(frame);
            self.subtract_apart(original, &mut references);
            dispatch!(self.fast, subtract(means: &GroupMeans, frame: &mut [f32], stride: usize, sums: &mut [f32]));
            for &row in self.apart.iter().flat_map(|group| &group.from) {
                frame[row] = original[row];
            }
        }
    }
}
