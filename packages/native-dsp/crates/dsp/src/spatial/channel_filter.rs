//! A zero-phase Butterworth high-pass from row to row, of sixteen frames at a time.

use std::f64::consts::PI;

use super::lanes::{Lanes, pair, store_pair};
use super::tile::TileRow;
use crate::Result;
use crate::design::butterworth::{Band, butterworth};
use crate::design::cascade::Section;

/// Sections with all zeros at 1; the first-order one, if any, comes first.
pub(super) struct HighPass {
    first: Option<f32>,
    /// Denominators without their leading 1.
    second: Vec<[f32; 2]>,
    /// Of both passes.
    pub gain: f32,
    /// Values by which `sosfiltfilt` extends a signal at either end.
    extension: usize,
}

impl HighPass {
    /// `cutoff` as a fraction of the Nyquist frequency.
    pub fn design(order: u32, cutoff: f64) -> Result<Self> {
        let cascade = butterworth(order, Band::HighPass { cutoff }, 2.0)?;
        let (first, second): (Vec<_>, Vec<_>) = cascade.sections().iter().partition(|section| section.a[1] == 0.0);
        let gain: f64 = cascade.sections().iter().map(|section| section.b[0]).product();
        let sections = cascade.sections().len();
        Ok(Self {
            first: first.first().map(|section: &&Section| section.a[0] as f32),
            second: second.iter().map(|section| [section.a[0] as f32, section.a[1] as f32]).collect(),
            gain: (gain * gain) as f32,
            extension: 3 * (2 * sections + 1 - first.len()),
        })
    }
}

/// The rows of a group in the order of the filter, with what stands beyond both ends.
pub(super) struct Line {
    /// For each value of the mirrored signal, its row.
    rows: Vec<u32>,
    mirrored: usize,
    extension: usize,
    /// Empty for none.
    taper: Vec<f32>,
}

impl Line {
    /// `group` has at least one row; more padding than rows is cut to their number, as in `ibldsp.voltage.kfilt`.
    pub fn new(group: &[usize], filter: &HighPass, padding: usize, taper: usize) -> Self {
        let mirrored = padding.min(group.len());
        let (head, tail) = (group[..mirrored].iter().rev(), group[group.len() - mirrored..].iter().rev());
        let rows: Vec<u32> = head.chain(group).chain(tail).map(|&row| row as u32).collect();
        let length = rows.len();
        let taper = if taper == 0 { Vec::new() } else { cosine_taper(length, taper) };
        Self { rows, mirrored, extension: filter.extension.min(length - 1), taper }
    }

    /// Rows of a tile that [`Line::filter`] needs room for.
    pub fn room(&self) -> usize {
        self.rows.len() + 2 * self.extension
    }

    /// Filters the rows of the group, in a tile; their values must have been multiplied by the filter's gain.
    #[inline(always)]
    pub fn filter<V: Lanes>(&self, filter: &HighPass, tile: &mut [TileRow], room: &mut [TileRow]) {
        match (filter.first, &filter.second[..]) {
            (None, &[a]) => self.run::<V, 0, 1>([], [a], tile, room),
            (None, &[a, b]) => self.run::<V, 0, 2>([], [a, b], tile, room),
            (None, &[a, b, c]) => self.run::<V, 0, 3>([], [a, b, c], tile, room),
            (None, &[a, b, c, d]) => self.run::<V, 0, 4>([], [a, b, c, d], tile, room),
            (Some(first), &[]) => self.run::<V, 1, 0>([first], [], tile, room),
            (Some(first), &[a]) => self.run::<V, 1, 1>([first], [a], tile, room),
            (Some(first), &[a, b]) => self.run::<V, 1, 2>([first], [a, b], tile, room),
            (Some(first), &[a, b, c]) => self.run::<V, 1, 3>([first], [a, b, c], tile, room),
            _ => unreachable!("an order from 1 to 8 has one to four sections"),
        }
    }

    #[inline(always)]
    fn run<V: Lanes, const FIRST: usize, const SECOND: usize>(
        &self,
        first: [f32; FIRST],
        second: [[f32; 2]; SECOND],
        tile: &mut [TileRow],
        room: &mut [TileRow],
    ) {
        let (extension, length, mirrored) = (self.extension, self.rows.len(), self.mirrored);
        let (last, room) = (length - 1, &mut room[..length + 2 * extension]);
        let [early, late] = self.extended::<V>(tile, 0, extension);
        let mut forward = [Sections::<V, FIRST, SECOND>::at_rest(first, second, early); 2];
        forward[1] = Sections::at_rest(first, second, late);
        let (head, body) = room.split_at_mut(extension);
        let (body, tail) = body.split_at_mut(length);
        for (index, to) in head.iter_mut().enumerate() {
            step_both(&mut forward, self.extended(tile, 0, extension - index), to);
        }
        if self.taper.is_empty() {
            for (&row, to) in self.rows.iter().zip(body.iter_mut()) {
                step_both(&mut forward, pair(&tile[row as usize]), to);
            }
        } else {
            for (index, to) in body.iter_mut().enumerate() {
                step_both(&mut forward, self.value(tile, index), to);
            }
        }
        for (index, to) in tail.iter_mut().enumerate() {
            step_both(&mut forward, self.extended(tile, last, last - 1 - index), to);
        }
        let [early, late] = pair::<V>(&room[room.len() - 1]);
        let mut backward = [Sections::<V, FIRST, SECOND>::at_rest(first, second, early); 2];
        backward[1] = Sections::at_rest(first, second, late);
        let (body, beyond) = room.split_at_mut(extension + length - mirrored);
        for from in beyond.iter_mut().rev() {
            step_both(&mut backward, pair(from), from);
        }
        let body = &body[extension + mirrored..];
        for (&row, from) in self.rows[mirrored..length - mirrored].iter().zip(body.iter()).rev() {
            step_both(&mut backward, pair(from), &mut tile[row as usize]);
        }
    }

    /// A value of the mirrored and tapered signal.
    #[inline(always)]
    fn value<V: Lanes>(&self, tile: &[TileRow], place: usize) -> [V; 2] {
        let [early, late] = pair::<V>(&tile[self.rows[place] as usize]);
        if self.taper.is_empty() {
            return [early, late];
        }
        let weight = V::splat(self.taper[place]);
        [early.mul(weight), late.mul(weight)]
    }

    /// The odd extension: what stands at `inner`, turned by 180 degrees about the `end`.
    #[inline(always)]
    fn extended<V: Lanes>(&self, tile: &[TileRow], end: usize, inner: usize) -> [V; 2] {
        let ([early, late], [a, b]) = (self.value::<V>(tile, end), self.value::<V>(tile, inner));
        [early.add(early).sub(a), late.add(late).sub(b)]
    }
}

#[inline(always)]
fn step_both<V: Lanes, const FIRST: usize, const SECOND: usize>(
    sections: &mut [Sections<V, FIRST, SECOND>; 2],
    input: [V; 2],
    to: &mut TileRow,
) {
    let early = sections[0].step(input[0]);
    let late = sections[1].step(input[1]);
    store_pair([early, late], to);
}

/// Sections on their way along the rows, in transposed direct form II.
#[derive(Clone, Copy)]
struct Sections<V, const FIRST: usize, const SECOND: usize> {
    a: [V; FIRST],
    /// The state's negative.
    state: [V; FIRST],
    a1: [V; SECOND],
    a2: [V; SECOND],
    state1: [V; SECOND],
    state2: [V; SECOND],
}

impl<V: Lanes, const FIRST: usize, const SECOND: usize> Sections<V, FIRST, SECOND> {
    /// After a constant for ever, to which a high-pass answers 0.
    #[inline(always)]
    fn at_rest(first: [f32; FIRST], second: [[f32; 2]; SECOND], constant: V) -> Self {
        let zero = V::splat(0.0);
        let mut sections = Self {
            a: [zero; FIRST],
            state: [zero; FIRST],
            a1: [zero; SECOND],
            a2: [zero; SECOND],
            state1: [zero; SECOND],
            state2: [zero; SECOND],
        };
        for index in 0..FIRST {
            sections.a[index] = V::splat(first[index]);
        }
        for index in 0..SECOND {
            sections.a1[index] = V::splat(second[index][0]);
            sections.a2[index] = V::splat(second[index][1]);
        }
        if FIRST > 0 {
            sections.state[0] = constant;
        } else {
            sections.state1[0] = zero.sub(constant);
            sections.state2[0] = constant;
        }
        sections
    }

    #[inline(always)]
    fn step(&mut self, input: V) -> V {
        let mut x = input;
        for index in 0..FIRST {
            let y = x.sub(self.state[index]);
            self.state[index] = y.mul_add(self.a[index], x);
            x = y;
        }
        for index in 0..SECOND {
            let y = x.add(self.state1[index]);
            let rest = x.neg_mul_add(V::splat(2.0), self.state2[index]);
            self.state1[index] = y.neg_mul_add(self.a1[index], rest);
            self.state2[index] = y.neg_mul_add(self.a2[index], x);
            x = y;
        }
        x
    }
}

/// IBL's `fcn_cosine` over `[0, taper]`, and turned around over the last `taper` values.
fn cosine_taper(length: usize, taper: usize) -> Vec<f32> {
    let rise = |place: f64| (1.0 - (PI * (place / taper as f64).clamp(0.0, 1.0)).cos()) / 2.0;
    (0..length)
        .map(|index| (rise(index as f64) * (1.0 - rise(index as f64 - (length as f64 - taper as f64)))) as f32)
        .collect()
}
