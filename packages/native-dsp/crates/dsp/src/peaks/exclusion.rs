//! Which candidates are outdone by a neighbour.

use super::criteria::near;

/// A sample that may be a peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    /// Counted from the first of the frames that were searched.
    pub frame: u32,
    pub row: u32,
    pub amplitude: f32,
    /// The amplitude's absolute value in units of the row's threshold.
    pub size: f32,
}

/// Who competes with whom.
pub(crate) struct Exclusion {
    /// For each row, one bit per row: 1 for those within the radius.
    neighbours: Vec<u64>,
    words: usize,
    frames: u32,
}

impl Exclusion {
    pub fn new(positions: &[[f64; 2]], radius: f64, frames: usize) -> Self {
        let words = positions.len().div_ceil(64);
        let mut neighbours = vec![0; positions.len() * words];
        for (row, a) in positions.iter().enumerate() {
            for (other, b) in positions.iter().enumerate() {
                if near(*a, *b, radius) {
                    neighbours[row * words + other / 64] |= 1 << (other % 64);
                }
            }
        }
        // Frames of one search are counted in 32 bits.
        Self { neighbours, words, frames: frames.min(u32::MAX as usize / 2) as u32 }
    }

    pub fn are_neighbours(&self, a: u32, b: u32) -> bool {
        self.neighbours[a as usize * self.words + b as usize / 64] >> (b % 64) & 1 == 1
    }

    /// Whether the candidate at `at` is outdone; `earliest` is the first of the candidates (in order of frame and row)
    /// that is not further from it than the exclusion time, and is moved up to there.
    pub fn is_outdone(&self, candidates: &[Candidate], at: usize, earliest: &mut usize) -> bool {
        let one = candidates[at];
        while candidates[*earliest].frame + self.frames < one.frame {
            *earliest += 1;
        }
        // The order of the tests: what costs least and fails most often stands first.
        candidates[*earliest..].iter().take_while(|other| other.frame <= one.frame + self.frames).any(|other| {
            other.size >= one.size
                && (other.size > one.size || other.frame < one.frame)
                && self.are_neighbours(one.row, other.row)
        })
    }
}
