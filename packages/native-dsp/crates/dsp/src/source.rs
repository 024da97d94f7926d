//! Where the samples of a recording come from.

use std::fs::File;

use crate::{DspError, Result};

/// Frames of 16-bit counts that several threads may read at once.
pub trait FrameSource: Sync {
    /// Words per frame.
    fn columns(&self) -> usize;

    /// Fills `counts` with the frames `start .. start + frames`.
    fn read(&self, start: u64, frames: usize, counts: &mut Vec<i16>) -> Result<()>;
}

/// A file of little-endian 16-bit frames and nothing else.
pub struct FlatFile {
    path: String,
    file: File,
    columns: usize,
}

impl FlatFile {
    /// Opens a file that must hold at least `frames` frames of `columns` words.
    pub fn open(path: &str, columns: usize, frames: u64) -> Result<Self> {
        let failed = |error: std::io::Error| DspError::File { path: path.to_owned(), reason: error.to_string() };
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let expected = frames.saturating_mul(2 * columns as u64);
        if bytes < expected {
            return Err(DspError::TruncatedFile { path: path.to_owned(), bytes, expected });
        }
        Ok(Self { path: path.to_owned(), file, columns })
    }
}

impl FrameSource for FlatFile {
    fn columns(&self) -> usize {
        self.columns
    }

    fn read(&self, start: u64, frames: usize, counts: &mut Vec<i16>) -> Result<()> {
        let mut bytes = vec![0; 2 * frames * self.columns];
        read_at(&self.file, &mut bytes, start * 2 * self.columns as u64)
            .map_err(|error| DspError::File { path: self.path.clone(), reason: error.to_string() })?;
        counts.clear();
        counts.extend(bytes.chunks_exact(2).map(|word| i16::from_le_bytes([word[0], word[1]])));
        Ok(())
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_shorter_than_its_recording_is_refused_with_both_sizes() {
        let path = std::env::temp_dir().join(format!("neurojoint-dsp-{}.bin", std::process::id()));
        std::fs::write(&path, [1, 0, 2, 0, 255, 255, 4, 0]).unwrap();
        let path = path.to_str().unwrap();

        let mut counts = Vec::new();
        FlatFile::open(path, 2, 2).unwrap().read(1, 1, &mut counts).unwrap();
        assert_eq!(counts, [-1, 4]);
        let refused = FlatFile::open(path, 2, 3).err();
        assert_eq!(refused, Some(DspError::TruncatedFile { path: path.to_owned(), bytes: 8, expected: 12 }));
        std::fs::remove_file(path).unwrap();
    }
}
