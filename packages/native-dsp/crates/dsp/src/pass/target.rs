//! A file that appears under its name when all of it is on the disk, and otherwise not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::os;
use crate::{Control, DspError, Result};

/// Written under another name in the same folder; dropped unfinished, it is removed.
pub struct PartialFile {
    path: PathBuf,
    partial: PathBuf,
    /// Gone once the file is handed over to be synchronised.
    file: Option<File>,
}

static MADE: AtomicU64 = AtomicU64::new(0);

/// How long a cancellation waits while the disk is busy.
const POLL: Duration = Duration::from_millis(20);

impl PartialFile {
    /// Makes the file and takes room for so many bytes.
    pub fn create(path: &str, bytes: u64) -> Result<Self> {
        let path = PathBuf::from(path);
        let name = path.file_name().ok_or_else(|| failed(&path, "it names no file"))?;
        if path.is_dir() {
            return Err(failed(&path, "it is a folder"));
        }
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let partial = format!(".{}.{}-{number}.partial", name.to_string_lossy(), std::process::id());
        let partial = path.with_file_name(partial);
        let file = File::options().write(true).create_new(true).open(&partial).map_err(|error| failed(&path, error))?;
        let created = Self { path, partial, file: Some(file) };
        if let Some(file) = &created.file {
            os::reserve(file, bytes).map_err(|error| failed(&created.path, error))?;
        }
        Ok(created)
    }

    /// Writes counts, the low byte first, and lets the disk begin with them.
    pub fn write(&self, counts: &mut [i16], offset: u64) -> Result<()> {
        let Some(file) = &self.file else { return Err(failed(&self.path, "it is finished already")) };
        os::swap_on_big_endian(counts);
        let bytes = os::bytes_of(counts);
        os::write_at(file, bytes, offset).map_err(|error| failed(&self.path, error))?;
        os::start_write_back(file, offset, bytes.len() as u64);
        Ok(())
    }

    /// Waits until all is on the disk. A cancellation is heard while the disk works.
    pub fn synchronise(&mut self, control: &dyn Control) -> Result<()> {
        let Some(file) = self.file.take() else { return Err(failed(&self.path, "it is finished already")) };
        let (done, synchronised) = channel();
        std::thread::Builder::new()
            .name("synchronise".to_owned())
            .spawn(move || done.send(file.sync_all()))
            .map_err(|error| failed(&self.path, error))?;
        loop {
            match synchronised.recv_timeout(POLL) {
                Ok(result) => return result.map_err(|error| failed(&self.path, error)),
                Err(RecvTimeoutError::Timeout) => control.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(failed(&self.path, "it could not be synchronised")),
            }
        }
    }

    /// Gives synchronised files their names: all of them, or none has one after it.
    pub fn name_all(mut files: Vec<Self>) -> Result<()> {
        let named = files.iter_mut().try_for_each(Self::name);
        if named.is_err() {
            for file in files.iter().filter(|file| file.has_name()) {
                // What stands in the way of the clean-up is not what went wrong.
                let _ = fs::remove_file(&file.path);
            }
        }
        named
    }

    fn name(&mut self) -> Result<()> {
        fs::rename(&self.partial, &self.path).map_err(|error| failed(&self.path, error))?;
        // From here on the temporary name is nobody's.
        self.partial = PathBuf::new();
        synchronise_folder(&self.path).map_err(|error| failed(&self.path, error))
    }

    fn has_name(&self) -> bool {
        self.partial.as_os_str().is_empty()
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // An open file cannot be removed everywhere.
        self.file = None;
        if !self.has_name() {
            // What cannot be removed has been reported as the reason why the pass failed, or has no reader to tell.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// So that the new name outlasts a loss of power.
#[cfg(unix)]
fn synchronise_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn synchronise_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn failed(path: &Path, reason: impl ToString) -> DspError {
    DspError::File { path: path.to_string_lossy().into_owned(), reason: reason.to_string() }
}
