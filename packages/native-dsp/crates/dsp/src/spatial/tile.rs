//! Frames side by side: a tile holds the rows of sixteen frames, each row's sixteen values together.

use super::lanes::Lanes;

/// Frames of a tile.
pub(super) const TILE: usize = 16;

/// Makes room for `floats` numbers that begin at a cache line.
pub(super) fn aligned(buffer: &mut Vec<f32>, floats: usize) -> &mut [f32] {
    const LINE: usize = 16;
    if buffer.len() < floats + LINE {
        buffer.resize(floats + LINE, 0.0);
    }
    let offset = buffer.as_ptr().align_offset(64).min(LINE);
    &mut buffer[offset..offset + floats]
}

/// Puts up to [`TILE`] frames side by side: row `r` comes to stand at `r * TILE`; frames that there are not are 0.
///
/// `frames` holds whole frames of `stride` numbers, a multiple of 8.
#[inline(always)]
pub(super) fn load_tile<V: Lanes>(frames: &[f32], stride: usize, tile: &mut [f32]) {
    let count = frames.len() / stride;
    for row in (0..stride).step_by(8) {
        let tile = &mut tile[row * TILE..(row + 8) * TILE];
        for half in [0, 8] {
            let mut block = [V::splat(0.0); 8];
            for index in 0..8 {
                if half + index < count {
                    block[index] = V::load(&frames[(half + index) * stride + row..]);
                }
            }
            let block = V::transpose(block);
            for index in 0..8 {
                block[index].store(&mut tile[index * TILE + half..]);
            }
        }
    }
}

/// Puts the frames of a tile back one after the other.
#[inline(always)]
pub(super) fn store_tile<V: Lanes>(tile: &[f32], stride: usize, frames: &mut [f32]) {
    let count = frames.len() / stride;
    for row in (0..stride).step_by(8) {
        let tile = &tile[row * TILE..(row + 8) * TILE];
        for half in [0, 8] {
            let mut block = [V::splat(0.0); 8];
            for index in 0..8 {
                block[index] = V::load(&tile[index * TILE + half..]);
            }
            let block = V::transpose(block);
            for index in 0..8 {
                if half + index < count {
                    block[index].store(&mut frames[(half + index) * stride + row..]);
                }
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
            let mut tile = vec![-1.0; stride * TILE];
            let (from, to) = (&frames[..], &mut tile[..]);
            dispatch!(fast(), load_tile(from: &[f32], stride: usize, to: &mut [f32]));
            for frame in 0..TILE {
                for row in 0..stride {
                    let expected = if frame < count { frames[frame * stride + row] } else { 0.0 };
                    assert_eq!(tile[row * TILE + frame], expected);
                }
            }
            let mut back = vec![-1.0; frames.len()];
            let (from, to) = (&tile[..], &mut back[..]);
            dispatch!(fast(), store_tile(from: &[f32], stride: usize, to: &mut [f32]));
            assert_eq!(back, frames);
        }
    }
}
