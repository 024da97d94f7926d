//! Where the counts of a pass come from.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;

use super::os;
use crate::{DspError, Result};

/// Frames of 16-bit counts that several threads read at once.
pub struct Source {
    store: Store,
    /// Words per frame.
    pub columns: usize,
    /// Frames of each segment, one after the other.
    pub segments: Vec<u64>,
}

/// Counts that are at hand for as long as the pass is open.
pub type Memory = Box<dyn AsRef<[i16]> + Send + Sync>;

enum Store {
    File { path: String, file: File, offset_bytes: u64 },
    Memory(Memory),
}

impl Source {
    /// A file of little-endian counts, from `offset_bytes` on; it must hold all segments, and may hold more.
    pub fn file(path: &str, offset_bytes: u64, columns: usize, segments: &[u64]) -> Result<Self> {
        let frames = total_frames(columns, segments)?;
        let expected = (2 * columns as u64).checked_mul(frames).and_then(|bytes| bytes.checked_add(offset_bytes));
        let expected = expected.ok_or(DspError::InvalidParameter {
            name: "segments",
            value: frames as f64,
            expected: "as many frames as a file may hold",
        })?;
        let failed = |error: std::io::Error| DspError::File { path: path.to_owned(), reason: error.to_string() };
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        if bytes < expected {
            return Err(DspError::TruncatedFile { path: path.to_owned(), bytes, expected });
        }
        let store = Store::File { path: path.to_owned(), file, offset_bytes };
        Ok(Self { store, columns, segments: segments.to_vec() })
    }

    /// Counts in memory, exactly those of the segments.
    pub fn memory(counts: Memory, columns: usize, segments: &[u64]) -> Result<Self> {
        let frames = total_frames(columns, segments)?;
        let length = (*counts).as_ref().len();
        if length as u64 != frames.saturating_mul(columns as u64) {
            let expected = usize::try_from(frames).unwrap_or(usize::MAX).saturating_mul(columns);
            return Err(DspError::WrongLength { name: "counts", length, expected });
        }
        Ok(Self { store: Store::Memory(counts), columns, segments: segments.to_vec() })
    }

    /// Whether frames have to be brought into memory first.
    pub fn is_file(&self) -> bool {
        matches!(self.store, Store::File { .. })
    }

    /// The path of a file.
    pub fn path(&self) -> Option<&str> {
        match &self.store {
            Store::File { path, .. } => Some(path),
            Store::Memory(_) => None,
        }
    }

    /// The words of the frames `range` of the source; those of a file are read into `room`.
    pub fn frames<'a>(&'a self, range: Range<u64>, room: &'a mut Vec<i16>) -> Result<&'a [i16]> {
        let words = |frame: u64| frame as usize * self.columns;
        match &self.store {
            Store::Memory(counts) => Ok(&(**counts).as_ref()[words(range.start)..words(range.end)]),
            Store::File { path, file, offset_bytes } => {
                let length = words(range.end - range.start);
                if room.len() < length {
                    *room = vec![0; length];
                    os::prefer_large_pages(room);
                }
                let counts = &mut room[..length];
                let start = offset_bytes + 2 * range.start * self.columns as u64;
                os::read_at(file, os::bytes_of_mut(counts), start).map_err(|error| match error.kind() {
                    ErrorKind::UnexpectedEof => DspError::TruncatedFile {
                        path: path.clone(),
                        bytes: file.metadata().map_or(start, |metadata| metadata.len()),
                        expected: start + 2 * length as u64,
                    },
                    _ => DspError::File { path: path.clone(), reason: error.to_string() },
                })?;
                os::swap_on_big_endian(counts);
                Ok(counts)
            }
        }
    }
}

/// JavaScript counts frames exactly up to here.
const MOST_FRAMES: u64 = 1 << 53;

fn total_frames(columns: usize, segments: &[u64]) -> Result<u64> {
    if columns == 0 {
        return Err(DspError::InvalidParameter {
            name: "columns",
            value: 0.0,
            expected: "at least one word per frame",
        });
    }
    let total = segments.iter().try_fold(0_u64, |total, &frames| total.checked_add(frames));
    total.filter(|&total| total <= MOST_FRAMES).ok_or(DspError::InvalidParameter {
        name: "segments",
        value: f64::INFINITY,
        expected: "at most 2^53 frames",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, bytes: &[u8]) -> String {
        let path = std::env::temp_dir().join(format!("neurojoint-source-{name}-{}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_file_is_read_from_its_offset_with_the_low_byte_first() {
        let path = written("offset", &[9, 9, 9, 1, 0, 2, 0, 255, 255, 4, 1]);
        let source = Source::file(&path, 3, 2, &[1, 1]).unwrap();
        let mut room = Vec::new();
        assert_eq!(source.frames(1..2, &mut room).unwrap(), [-1, 260]);
        assert_eq!(source.frames(0..2, &mut room).unwrap(), [1, 2, -1, 260]);
        assert_eq!(source.frames(2..2, &mut room).unwrap(), [0_i16; 0]);
        let refused = Source::file(&path, 3, 2, &[1, 2]).err();
        assert_eq!(refused, Some(DspError::TruncatedFile { path: path.clone(), bytes: 11, expected: 15 }));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_is_cut_while_it_is_read_is_refused_with_both_sizes() {
        let path = written("cut", &[0; 16]);
        let source = Source::file(&path, 0, 2, &[4]).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(13).unwrap();
        let refused = source.frames(2..4, &mut Vec::new()).err();
        assert_eq!(refused, Some(DspError::TruncatedFile { path: path.clone(), bytes: 13, expected: 16 }));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn memory_that_is_not_as_long_as_its_segments_is_refused() {
        let refused = Source::memory(Box::new(vec![0_i16; 7]), 2, &[3]).err();
        assert_eq!(refused, Some(DspError::WrongLength { name: "counts", length: 7, expected: 6 }));
        assert!(Source::memory(Box::new(vec![0_i16; 6]), 0, &[3]).is_err());
        assert!(Source::memory(Box::new(vec![0_i16; 6]), 2, &[u64::MAX, 4]).is_err());
    }
}
