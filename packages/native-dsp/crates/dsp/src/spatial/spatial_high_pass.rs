//! IBL's k-filter.

use super::channel_filter::{HighPass, Line};
use super::gain_control::{GainControl, Window};
use super::lanes::{Lanes, dispatch, fast};
use super::plan::{SpatialHighPassPlan, require_apart};
use super::tile::{TILE, aligned, load_tile, store_tile};
use super::{Rows, Scratch, SpatialStep};
use crate::Result;

/// A Butterworth high-pass across the rows of each group, forward and backward: `ibldsp.voltage.kfilt`, SpikeInterface's
/// `highpass_spatial_filter`.
///
/// Rows are divided by `max(epsilon, gain)` before and multiplied by their gain after it. At both ends rows are mirrored,
/// tapered by a cosine, then extended as `scipy.signal.sosfiltfilt` does (by less where there are too few rows). What is
/// the same in all rows of a group goes, so that a group of one row becomes 0; rows in no group stay. Infinities and NaN
/// have no meaning here: the gain control would carry them on.
pub(super) struct SpatialHighPass {
    fast: bool,
    filter: HighPass,
    lines: Vec<Line>,
    /// Rows in no group.
    untouched: Vec<usize>,
    gain: Option<GainControl>,
}

impl SpatialHighPass {
    pub fn prepare(plan: &SpatialHighPassPlan, channels: usize) -> Result<Self> {
        require_apart("groups", plan.groups.iter().flatten(), channels)?;
        let filter = HighPass::design(plan.order, plan.cutoff)?;
        let groups = plan.groups.iter().filter(|group| !group.is_empty());
        let lines = groups.map(|group| Line::new(group, &filter, plan.padding, plan.taper)).collect();
        let touched = |row: &usize| plan.groups.iter().any(|group| group.contains(row));
        let untouched = (0..channels).filter(|row| !touched(row)).collect();
        let gain = plan.gain_control.as_ref().map(GainControl::prepare).transpose()?;
        Ok(Self { fast: fast(), filter, lines, untouched, gain })
    }

    fn filter_plain(&self, data: &mut [f32], stride: usize, room: &mut [f32]) {
        let (one, part) = (&vec![1.0; stride], Part { first: 0.0, step: 0.0 });
        for frames in data.chunks_mut(stride * TILE) {
            self.filter_tile(frames, [one, one], part, f32::MIN_POSITIVE, room);
        }
    }

    /// Knot by knot the frames that have whole windows.
    fn filter_with_gain(&self, control: &GainControl, rows: &mut Rows<'_>, room: &mut [f32]) {
        let (stride, step, first) = (rows.stride, control.step as u64, rows.first_frame);
        let from = first + if rows.at_start { 0 } else { control.margin() as u64 };
        let to = (first + rows.frames() as u64).saturating_sub(if rows.at_end { 0 } else { control.margin() as u64 });
        if from >= to {
            return;
        }
        let (ring, room) = room.split_at_mut(control.room(stride));
        let mut window = Window::open(control, first, stride, ring);
        let (mut before, mut after) = (vec![0.0; stride], vec![0.0; stride]);
        window.at(from / step, rows, &mut after);
        for knot in from / step..=(to - 1) / step {
            std::mem::swap(&mut before, &mut after);
            window.at(knot + 1, rows, &mut after);
            let (mut start, end) = ((knot * step).max(from), ((knot + 1) * step).min(to));
            while start < end {
                let stop = end.min(start + TILE as u64);
                let frames = &mut rows.data[(start - first) as usize * stride..(stop - first) as usize * stride];
                let part = Part { first: (start - knot * step) as f32 / step as f32, step: 1.0 / step as f32 };
                self.filter_tile(frames, [&before, &after], part, control.epsilon, room);
                start = stop;
            }
        }
    }

    fn filter_tile(&self, frames: &mut [f32], gain: [&[f32]; 2], part: Part, epsilon: f32, room: &mut [f32]) {
        let step = self;
        dispatch!(
            self.fast,
            filter_tile(
                step: &SpatialHighPass,
                frames: &mut [f32],
                gain: [&[f32]; 2],
                part: Part,
                epsilon: f32,
                room: &mut [f32],
            )
        );
    }
}

/// Where between two knots the frames of a tile stand.
#[derive(Clone, Copy)]
struct Part {
    first: f32,
    step: f32,
}

/// Filters up to [`TILE`] frames; `gain` is that at the knots before and after them.
#[inline(always)]
fn filter_tile<V: Lanes>(
    step: &SpatialHighPass,
    frames: &mut [f32],
    [before, after]: [&[f32]; 2],
    part: Part,
    epsilon: f32,
    room: &mut [f32],
) {
    let stride = before.len();
    let (tile, room) = room.split_at_mut(stride * TILE);
    let (kept, room) = room.split_at_mut(step.untouched.len() * TILE);
    let (factor, epsilon) = (V::splat(step.filter.gain), V::splat(epsilon));
    for (frame, kept) in frames.chunks_exact(stride).zip(kept.chunks_exact_mut(step.untouched.len().max(1))) {
        step.untouched.iter().zip(kept).for_each(|(&row, kept)| *kept = frame[row]);
    }
    for (index, frame) in frames.chunks_exact_mut(stride).enumerate() {
        let part = V::splat(part.first + part.step * index as f32);
        for ((value, before), after) in frame.chunks_exact_mut(8).zip(before.chunks_exact(8)).zip(after.chunks_exact(8))
        {
            let gain = V::load(after).sub(V::load(before)).mul_add(part, V::load(before));
            V::load(value).mul(factor.div(epsilon.max(gain))).store(value);
        }
    }
    load_tile::<V>(frames, stride, tile);
    for line in &step.lines {
        line.filter::<V>(&step.filter, tile, room);
    }
    store_tile::<V>(tile, stride, frames);
    for (index, frame) in frames.chunks_exact_mut(stride).enumerate() {
        let part = V::splat(part.first + part.step * index as f32);
        for ((value, before), after) in frame.chunks_exact_mut(8).zip(before.chunks_exact(8)).zip(after.chunks_exact(8))
        {
            let gain = V::load(after).sub(V::load(before)).mul_add(part, V::load(before));
            V::load(value).mul(gain).store(value);
        }
    }
    for (frame, kept) in frames.chunks_exact_mut(stride).zip(kept.chunks_exact(step.untouched.len().max(1))) {
        for (&row, &value) in step.untouched.iter().zip(kept) {
            frame[row] = value;
        }
    }
}

impl SpatialStep for SpatialHighPass {
    fn margin(&self) -> usize {
        self.gain.as_ref().map_or(0, GainControl::margin)
    }

    fn apply(&self, rows: &mut Rows<'_>, scratch: &mut Scratch) {
        let stride = rows.stride;
        let lines = self.lines.iter().map(Line::room).max().unwrap_or(0);
        let tiles = (stride + self.untouched.len()) * TILE + lines;
        match &self.gain {
            None => self.filter_plain(rows.data, stride, aligned(&mut scratch.floats, tiles)),
            Some(control) => {
                let room = aligned(&mut scratch.floats, control.room(stride) + tiles);
                self.filter_with_gain(control, rows, room);
            }
        }
    }
}
