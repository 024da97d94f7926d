//! Delays and recursions over one run of frames, chunk by chunk.

use std::ops::Range;

use super::delay::{CHUNK, Counts, Delays, Pairs};
use super::delayed::Delayed;
use super::lanes::{Row, Scalar, WIDTH};
use super::machine::Machine;
use super::placed::Placed;
use super::recursion::{History, Recursions};
use super::visits::{Computed, From, STEP, To};

/// Chunks that are filtered backward before the forward filters go on: as many as stay in a cache, ...
const SLAB: usize = 20;
/// ... or, where backward filters begin further behind them than that, one for so many that they run through first.
const LOOK_AHEAD_PER_SLAB: usize = 4;
/// The odd extension at a true end is not longer.
const LONGEST_EXTENSION: usize = CHUNK - 1;

/// Delays and filters in one precision.
pub(crate) struct Stage<S> {
    pub forward: Recursions<S>,
    pub backward: Recursions<S>,
    /// Frames of the odd extension at true ends.
    pub extension: usize,
    /// Frames that the backward filters run through before what they give counts.
    pub look_ahead: usize,
    /// By tile: what rows are multiplied by at the end, gains of the filters and unit of the delays included.
    pub scale: Vec<Row<S>>,
}

/// Buffers of a thread.
pub(crate) struct StageScratch<S> {
    ring: Vec<Row<S>>,
    forward: Vec<History<S>>,
    backward: Vec<History<S>>,
    /// Chunks on their way from one kernel to the next.
    between: Vec<Row<S>>,
    /// Frames beyond a true end.
    extension: Vec<Row<S>>,
    /// What delays are computed from.
    pairs: Box<Pairs>,
}

impl<S: Scalar> Default for StageScratch<S> {
    fn default() -> Self {
        let row = Row([S::default(); WIDTH]);
        Self {
            ring: Vec::new(),
            forward: Vec::new(),
            backward: Vec::new(),
            between: vec![row; CHUNK],
            extension: vec![row; CHUNK],
            pairs: Box::new([[[0; WIDTH]; 2]; _]),
        }
    }
}

/// Where finished frames go; they come chunk by chunk, in any order.
pub(crate) trait Target {
    /// Room for frames of the counts: rows of a stride that is a multiple of [`WIDTH`], the first of them at the start.
    fn place(&mut self, frames: &Range<usize>) -> (&mut [f32], usize);

    /// All tiles of these frames stand where they were to be placed.
    fn done(&mut self, frames: &Range<usize>);

    /// Makes frames 0, which may be none.
    fn clear(&mut self, frames: &Range<usize>);
}

/// One run of frames, as far as it matters.
pub(crate) struct Stretch<'a> {
    pub counts: Counts<'a>,
    pub frames: Range<usize>,
    pub true_start: bool,
    pub true_end: bool,
    /// Those whose delayed samples depend on no frame beyond a cut.
    pub valid: Range<usize>,
    /// Those of the valid ones that are wanted.
    pub wanted: Range<usize>,
}

impl<S: Computed + Delayed + Placed> Stage<S> {
    pub fn run(
        &self,
        machine: Machine,
        delays: &Delays,
        stretch: &Stretch<'_>,
        target: &mut dyn Target,
        scratch: &mut StageScratch<S>,
    ) {
        let tiles = self.scale.len();
        let Range { start, end } = stretch.valid;
        if start >= end || tiles == 0 {
            return;
        }
        let chunks = (end - start).div_ceil(CHUNK);
        let frames_of = |chunk: usize| start + chunk * CHUNK..(start + (chunk + 1) * CHUNK).min(end);
        let look_ahead = self.look_ahead.div_ceil(CHUNK);
        let (slab_chunks, look_ahead) =
            if self.backward.is_empty() { (1, 0) } else { (SLAB.max(look_ahead / LOOK_AHEAD_PER_SLAB), look_ahead) };
        let slots = slab_chunks + look_ahead;
        scratch.ring.resize(slots * tiles * CHUNK, Row([S::default(); WIDTH]));
        scratch.forward.clear();
        scratch.forward.resize_with(tiles, || self.forward.history());
        scratch.backward.clear();
        scratch.backward.resize_with(tiles, || self.backward.history());
        let at = |chunk: usize, tile: usize| ((chunk % slots) * tiles + tile) * CHUNK;
        // Slabs do not depend on each other: those before and behind what is wanted are not filtered backward.
        let chunk_of = |frame: usize| (frame - start) / CHUNK;
        let (first_wanted, behind_wanted) = (chunk_of(stretch.wanted.start), chunk_of(stretch.wanted.end - 1) + 1);

        for tile in 0..tiles {
            self.begin(machine, delays, stretch, tile, start..end, scratch);
        }
        let (mut produced, mut slab) = (0, 0);
        loop {
            let last = slab + slots >= chunks;
            let slab_end = if last { chunks } else { slab + slab_chunks };
            let ready = if last { chunks } else { slab_end + look_ahead };
            for chunk in produced..ready {
                for tile in 0..tiles {
                    let StageScratch { ring, forward, pairs, .. } = scratch;
                    let rows = &mut ring[at(chunk, tile)..][..CHUNK];
                    let frames = frames_of(chunk);
                    let count = frames.len();
                    delays.apply(machine, &stretch.counts, tile, &stretch.frames, frames, rows, pairs);
                    let rows = rows.as_mut_ptr().cast::<S>();
                    let (from, to) = (From { at: rows.cast_const(), step: STEP }, To { at: rows, step: STEP });
                    if !self.forward.is_empty() {
                        // SAFETY: the rows are a chunk; the machine was detected.
                        unsafe { S::recur(machine, &self.forward, &mut forward[tile], count, from, to, to, None) }
                        Recursions::flush(&mut forward[tile]);
                    }
                }
            }
            produced = ready;
            if slab_end > first_wanted {
                if !self.backward.is_empty() {
                    for tile in 0..tiles {
                        let row = frames_of(ready - 1).len() - 1;
                        let level = scratch.ring[at(ready - 1, tile) + row];
                        self.turn(machine, delays, stretch, tile, start..end, last, level, scratch);
                    }
                }
                for chunk in (slab.max(first_wanted)..ready).rev() {
                    let frames = frames_of(chunk);
                    let wanted = frames.start.max(stretch.wanted.start)..frames.end.min(stretch.wanted.end);
                    let emitted = chunk < slab_end && !wanted.is_empty();
                    if !emitted && self.backward.is_empty() {
                        continue;
                    }
                    for tile in 0..tiles {
                        let from = at(chunk, tile);
                        let place = emitted.then(|| target.place(&wanted));
                        self.finish(machine, scratch, tile, from, &frames, &wanted, place);
                    }
                    if emitted {
                        target.done(&wanted);
                    }
                }
            }
            if slab_end >= behind_wanted {
                return;
            }
            slab = slab_end;
        }
    }

    /// The extension cannot be longer than the run allows.
    fn extension_of(&self, frames: &Range<usize>) -> usize {
        if self.backward.is_empty() { 0 } else { self.extension.min(frames.len() - 1).min(LONGEST_EXTENSION) }
    }

    /// Brings the forward filters of a tile to the first frame.
    fn begin(
        &self,
        machine: Machine,
        delays: &Delays,
        stretch: &Stretch<'_>,
        tile: usize,
        frames: Range<usize>,
        scratch: &mut StageScratch<S>,
    ) {
        if self.forward.is_empty() {
            return;
        }
        let StageScratch { forward, between, extension, pairs, .. } = scratch;
        let length = if stretch.true_start { self.extension_of(&frames) } else { 0 };
        let head = frames.start..frames.start + length + 1;
        delays.apply(machine, &stretch.counts, tile, &stretch.frames, head, between, pairs);
        for distance in 1..=length {
            extension[length - distance] = reflect(&between[0], &between[distance]);
        }
        let level = if length == 0 { between[0] } else { extension[0] };
        self.forward.settle(&mut forward[tile], &level);
        let rows = extension.as_mut_ptr().cast::<S>();
        let (from, to) = (From { at: rows.cast_const(), step: STEP }, To { at: rows, step: STEP });
        // SAFETY: the extension is shorter than its buffer; the machine was detected.
        unsafe { S::recur(machine, &self.forward, &mut forward[tile], length, from, to, to, None) }
    }

    /// Brings the backward filters of a tile to the last frame that the forward ones have reached.
    fn turn(
        &self,
        machine: Machine,
        delays: &Delays,
        stretch: &Stretch<'_>,
        tile: usize,
        frames: Range<usize>,
        last: bool,
        level: Row<S>,
        scratch: &mut StageScratch<S>,
    ) {
        let StageScratch { forward, backward, between, extension, pairs, .. } = scratch;
        let length = if last && stretch.true_end { self.extension_of(&frames) } else { 0 };
        if length == 0 {
            return self.backward.settle(&mut backward[tile], &level);
        }
        let tail = frames.end - length - 1..frames.end;
        delays.apply(machine, &stretch.counts, tile, &stretch.frames, tail, between, pairs);
        for distance in 1..=length {
            extension[distance - 1] = reflect(&between[length], &between[length - distance]);
        }
        let rows = extension.as_mut_ptr().cast::<S>();
        let (from, to) = (From { at: rows.cast_const(), step: STEP }, To { at: rows, step: STEP });
        // SAFETY: the extension is shorter than its buffer; the machine was detected.
        unsafe { S::recur(machine, &self.forward, &mut forward[tile], length, from, to, to, None) }
        self.backward.settle(&mut backward[tile], &extension[length - 1]);
        // SAFETY: as above, from the extension's last frame to its first.
        unsafe {
            let rows = extension.as_mut_ptr().cast::<S>().add((length - 1) * WIDTH);
            let (from, to) = (From { at: rows.cast_const(), step: -STEP }, To { at: rows, step: -STEP });
            S::recur(machine, &self.backward, &mut backward[tile], length, from, to, to, None);
        }
    }

    /// Runs a chunk of a tile backward and puts what is wanted of it in its place.
    fn finish(
        &self,
        machine: Machine,
        scratch: &mut StageScratch<S>,
        tile: usize,
        at: usize,
        frames: &Range<usize>,
        wanted: &Range<usize>,
        place: Option<(&mut [f32], usize)>,
    ) {
        let StageScratch { ring, backward, between, .. } = scratch;
        let rows = &ring[at..][..CHUNK];
        let count = frames.len();
        let scale = &self.scale[tile];
        if self.backward.is_empty() {
            if let Some((rows_to, stride)) = place {
                for (index, frame) in wanted.clone().enumerate() {
                    let row = &rows[frame - frames.start];
                    let to = &mut rows_to[index * stride + tile * WIDTH..][..WIDTH];
                    S::scale_into(row, scale, to);
                }
            }
            return;
        }
        let history = &mut backward[tile];
        let last = (count - 1) * WIDTH;
        // SAFETY: the last of `count` frames lies within the chunk; so below.
        let from = From { at: unsafe { rows.as_ptr().cast::<S>().add(last) }, step: -STEP };
        let through = To { at: unsafe { between.as_mut_ptr().cast::<S>().add(last) }, step: -STEP };
        match place {
            Some((rows_to, stride)) if wanted == frames => {
                assert!(rows_to.len() >= (count - 1) * stride + (tile + 1) * WIDTH);
                // SAFETY: as above; the place has room for all frames, and the machine was detected.
                unsafe {
                    S::recur_to(machine, &self.backward, history, count, from, through, rows_to, stride, tile, scale);
                }
            }
            place => {
                // SAFETY: as above.
                unsafe { S::recur(machine, &self.backward, history, count, from, through, through, Some(scale)) }
                let Some((rows_to, stride)) = place else { return };
                for (index, frame) in wanted.clone().enumerate() {
                    let to = &mut rows_to[index * stride + tile * WIDTH..][..WIDTH];
                    to.copy_from_slice(&between[frame - frames.start].0.map(S::to_f32));
                }
            }
        }
        Recursions::flush(history);
    }
}

/// The sample turned by 180 degrees about the end.
fn reflect<S: Scalar>(end: &Row<S>, sample: &Row<S>) -> Row<S> {
    Row(std::array::from_fn(|lane| S::from_f64(2.0 * end.0[lane].to_f64() - sample.0[lane].to_f64())))
}
