//! IBL's k-filter.

use super::channel_filter::{HighPass, Line};
use super::gain_control::{GainControl, Window};
use super::lanes::{Lanes, dispatch, fast};
use super::plan::{SpatialHighPassPlan, require_apart};
use super::tile::{TILE, TileRow, aligned, load_tile, store_tile, tile_rows};
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

    /// Knot by knot the frames that have whole windows.
    fn filter_with_gain(&self, control: &GainControl, rows: &mut Rows<'_>, ring: &mut [f32], room: &mut [TileRow]) {
        let (stride, step, first) = (rows.stride, control.step as u64, rows.first_frame);
        let from = first + if rows.at_start { 0 } else { control.margin() as u64 };
        let to = (first + rows.frames() as u64).saturating_sub(if rows.at_end { 0 } else { control.margin() as u64 });
        if from >= to {
            return;
        }
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
                let place = |index: usize| (start - knot * step + index as u64) as f32 / step as f32;
                let gain = Gain { before: &before, after: &after, place: std::array::from_fn(place) };
                self.filter_frames(frames, stride, Some(&gain), room);
                start = stop;
            }
        }
    }

    /// Up to [`TILE`] frames.
    fn filter_frames(&self, frames: &mut [f32], stride: usize, gain: Option<&Gain<'_>>, room: &mut [TileRow]) {
        let (kept, room) = room.split_at_mut(self.untouched.len());
        for (index, frame) in frames.chunks_exact(stride).enumerate() {
            self.untouched.iter().zip(kept.iter_mut()).for_each(|(&row, kept)| kept[index] = frame[row]);
        }
        let mut full = Vec::new();
        let step = self;
        if frames.len() < stride * TILE {
            full.resize(stride * TILE, 0.0);
            full[..frames.len()].copy_from_slice(frames);
        }
        let whole = if full.is_empty() { &mut *frames } else { &mut full[..] };
        dispatch!(
            self.fast,
            filter_tile(
                step: &SpatialHighPass,
                whole: &mut [f32],
                stride: usize,
                gain: Option<&Gain<'_>>,
                room: &mut [TileRow],
            )
        );
        if !full.is_empty() {
            frames.copy_from_slice(&full[..frames.len()]);
        }
        for (index, frame) in frames.chunks_exact_mut(stride).enumerate() {
            self.untouched.iter().zip(kept.iter()).for_each(|(&row, kept)| frame[row] = kept[index]);
        }
    }
}

/// The gain of all rows at the knots before and after the frames of a tile, and where each of them stands between the two.
struct Gain<'a> {
    before: &'a [f32],
    after: &'a [f32],
    place: TileRow,
}

impl Gain<'_> {
    /// Of the eight rows from `row` on, in a frame of the tile.
    #[inline(always)]
    fn at<V: Lanes>(&self, row: usize, frame: usize) -> V {
        let (before, after) = (V::load(&self.before[row..]), V::load(&self.after[row..]));
        after.sub(before).mul_add(V::splat(self.place[frame]), before)
    }
}

/// Filters [`TILE`] frames.
#[inline(always)]
fn filter_tile<V: Lanes>(
    step: &SpatialHighPass,
    frames: &mut [f32],
    stride: usize,
    gain: Option<&Gain<'_>>,
    room: &mut [TileRow],
) {
    let (tile, room) = room.split_at_mut(stride);
    let factor = V::splat(step.filter.gain);
    let epsilon = V::splat(step.gain.as_ref().map_or(0.0, |control| control.epsilon));
    for (index, frame) in frames.chunks_exact_mut(stride).enumerate() {
        for (eight, value) in frame.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let scale = match gain {
                Some(gain) => factor.div(epsilon.max(gain.at(8 * eight, index))),
                None => factor,
            };
            V::load(value).mul(scale).store(value);
        }
    }
    load_tile::<V>(frames, stride, tile);
    for line in &step.lines {
        line.filter::<V>(&step.filter, tile, room);
    }
    store_tile::<V>(tile, stride, frames);
    let Some(gain) = gain else { return };
    for (index, frame) in frames.chunks_exact_mut(stride).enumerate() {
        for (eight, value) in frame.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            V::load(value).mul(gain.at(8 * eight, index)).store(value);
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
        let room = stride + self.untouched.len() + lines;
        let Some(control) = &self.gain else {
            let room = tile_rows(&mut scratch.floats, room);
            for frames in rows.data.chunks_mut(stride * TILE) {
                self.filter_frames(frames, stride, None, room);
            }
            return;
        };
        let (room, ring) = aligned(&mut scratch.floats, room * TILE + control.room(stride)).split_at_mut(room * TILE);
        self.filter_with_gain(control, rows, ring, room.as_chunks_mut().0);
    }
}
