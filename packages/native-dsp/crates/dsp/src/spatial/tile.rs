//! Frames side by side: a tile holds the rows of sixteen frames, each row's sixteen values together.

use super::lanes::Lanes;

/// Frames of a tile.
pub(super) const TILE: usize = 16;

/// The values of one row in the frames of a tile.
pub(super) type TileRow = [f32; TILE];

/// Makes room for `floats` numbers that begin at a cache line.
pub(super) fn aligned(buffer: &mut Vec<f32>, floats: usize) -> &mut [f32] {
    const LINE: usize = 16;
    if buffer.len() < floats + LINE {
        buffer.resize(floats + LINE, 0.0);
    }
    let offset = buffer.as_ptr().align_offset(64).min(LINE);
    &mut buffer[offset..offset + floats]
}

/// As [`aligned`], for rows of a tile.
pub(super) fn tile_rows(buffer: &mut Vec<f32>, rows: usize) -> &mut [TileRow] {
    aligned(buffer, rows * TILE).as_chunks_mut().0
}

/// Puts up to [`TILE`] frames side by side; frames that there are not are 0.
///
/// `frames` holds whole frames of `stride` numbers, a multiple of 8; `tile` has as many rows.
#[inline(always)]
pub(super) fn load_tile<V: Lanes>(frames: &[f32], stride: usize, tile: &mut [TileRow]) {
    if frames.len() == stride * TILE {
        return load_full::<V>(frames, stride, tile);
    }
    let mut full = vec![0.0; stride * TILE];
    full[..frames.len()].copy_from_slice(frames);
    load_full::<V>(&full, stride, tile);
}

/// Puts the frames of a tile back one after the other.
#[inline(always)]
pub(super) fn store_tile<V: Lanes>(tile: &[TileRow], stride: usize, frames: &mut [f32]) {
    if frames.len() == stride * TILE {
        return store_full::<V>(tile, stride, frames);
    }
    let mut full = vec![0.0; stride * TILE];
    store_full::<V>(tile, stride, &mut full);
    frames.copy_from_slice(&full[..frames.len()]);
}

#[inline(always)]
fn load_full<V: Lanes>(frames: &[f32], stride: usize, tile: &mut [TileRow]) {
    let eights = stride / 8;
    let mut rows: [&[[f32; 8]]; TILE] = [&[]; TILE];
    for (row, frame) in rows.iter_mut().zip(frames.chunks_exact(stride)) {
        *row = &frame.as_chunks().0[..eights];
    }
    let tile = &mut tile.as_chunks_mut::<8>().0[..eights];
    for eight in 0..eights {
        for half in [0, 8] {
            let mut block = [V::splat(0.0); 8];
            for index in 0..8 {
                block[index] = V::load(&rows[half + index][eight]);
            }
            let block = V::transpose(block);
            for index in 0..8 {
                block[index].store(&mut tile[eight][index][half..]);
            }
        }
    }
}

#[inline(always)]
fn store_full<V: Lanes>(tile: &[TileRow], stride: usize, frames: &mut [f32]) {
    let eights = stride / 8;
    let tile = &tile.as_chunks::<8>().0[..eights];
    let (early, late) = frames.split_at_mut(stride * 8);
    for (half, frames) in [(0, early), (8, late)] {
        let mut rows: [&mut [[f32; 8]]; 8] = Default::default();
        for (row, frame) in rows.iter_mut().zip(frames.chunks_exact_mut(stride)) {
            *row = &mut frame.as_chunks_mut().0[..eights];
        }
        for eight in 0..eights {
            let mut block = [V::splat(0.0); 8];
            for index in 0..8 {
                block[index] = V::load(&tile[eight][index][half..]);
            }
            let block = V::transpose(block);
            for index in 0..8 {
                block[index].store(&mut rows[index][eight]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spatial::lanes::{dispatch, fast};

    #[test]
    fn a_tile_holds_each_row_by_itself_and_gives_the_frames_back() {
        for count in [0, 1, 7, 8, 9, 16] {
            let stride = 24;
            let frames: Vec<f32> = (0..count * stride).map(|index| index as f32).collect();
            let mut tile = vec![[-1.0; TILE]; stride];
            let (from, to) = (&frames[..], &mut tile[..]);
            dispatch!(fast(), load_tile(from: &[f32], stride: usize, to: &mut [TileRow]));
            for frame in 0..TILE {
                for row in 0..stride {
                    let expected = if frame < count { frames[frame * stride + row] } else { 0.0 };
                    assert_eq!(tile[row][frame], expected);
                }
            }
            let mut back = vec![-1.0; frames.len()];
            let (from, to) = (&tile[..], &mut back[..]);
            dispatch!(fast(), store_tile(from: &[TileRow], stride: usize, to: &mut [f32]));
            assert_eq!(back, frames);
        }
    }
}
