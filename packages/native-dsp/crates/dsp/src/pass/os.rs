//! What the standard library leaves to the operating system: positioned reads and writes, room on the disk, write-back.

use std::fs::File;
use std::io::Result;

/// The bytes of whole counts.
pub fn bytes_of(counts: &[i16]) -> &[u8] {
    // SAFETY: a count is two bytes, and a byte has no alignment and no invalid values.
    unsafe { std::slice::from_raw_parts(counts.as_ptr().cast(), size_of_val(counts)) }
}

/// The bytes of whole counts; any bytes may be left there.
pub fn bytes_of_mut(counts: &mut [i16]) -> &mut [u8] {
    // SAFETY: a count is two bytes, any two bytes are a count, and a byte has no alignment.
    unsafe { std::slice::from_raw_parts_mut(counts.as_mut_ptr().cast(), size_of_val(counts)) }
}

/// Files hold the low byte first.
pub fn swap_on_big_endian(counts: &mut [i16]) {
    if cfg!(target_endian = "big") {
        counts.iter_mut().for_each(|count| *count = count.swap_bytes());
    }
}

/// Fills all of `bytes`, or fails with `UnexpectedEof`.
#[cfg(unix)]
pub fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
pub fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> Result<()> {
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

#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
pub fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

/// Makes the file so long, and takes the room for it where the file system can: a full disk is found before the work.
#[cfg(target_os = "linux")]
pub fn reserve(file: &File, bytes: u64) -> Result<()> {
    use std::os::fd::AsRawFd;
    const INTERRUPTED: i32 = 4;
    const NOT_SUPPORTED: i32 = 95;
    unsafe extern "C" {
        fn fallocate64(descriptor: i32, mode: i32, offset: i64, length: i64) -> i32;
    }
    let Ok(length) = i64::try_from(bytes) else { return file.set_len(bytes) };
    if length == 0 {
        return Ok(());
    }
    loop {
        // SAFETY: the descriptor is open for as long as `file` is borrowed, and no memory is handed over.
        if unsafe { fallocate64(file.as_raw_fd(), 0, 0, length) } == 0 {
            return Ok(());
        }
        let error = std::io::Error::last_os_error();
        match error.raw_os_error() {
            Some(INTERRUPTED) => {}
            Some(NOT_SUPPORTED) => return file.set_len(bytes),
            _ => return Err(error),
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub fn reserve(file: &File, bytes: u64) -> Result<()> {
    file.set_len(bytes)
}

/// Asks for these bytes to be brought to the disk, and does not wait; a refusal costs time only.
#[cfg(target_os = "linux")]
pub fn start_write_back(file: &File, offset: u64, bytes: u64) {
    use std::os::fd::AsRawFd;
    const WRITE: u32 = 2;
    unsafe extern "C" {
        fn sync_file_range(descriptor: i32, offset: i64, length: i64, flags: u32) -> i32;
    }
    // SAFETY: the descriptor is open for as long as `file` is borrowed, and no memory is handed over.
    unsafe { sync_file_range(file.as_raw_fd(), offset as i64, bytes as i64, WRITE) };
}

#[cfg(not(target_os = "linux"))]
pub fn start_write_back(_file: &File, _offset: u64, _bytes: u64) {}

/// Large buffers cost less where they lie on large pages: while they are filled first, and in every visit.
#[cfg(target_os = "linux")]
pub fn prefer_large_pages<T>(values: &mut [T]) {
    const HUGE_PAGE: i32 = 14;
    advise(values, HUGE_PAGE);
}

#[cfg(not(target_os = "linux"))]
pub fn prefer_large_pages<T>(_values: &mut [T]) {}

/// Tells that what values hold is not needed any more: the system may take the memory for something else, until it is
/// written again.
#[cfg(target_os = "linux")]
pub fn is_spare<T>(values: &mut [T]) {
    const FREE: i32 = 8;
    advise(values, FREE);
}

#[cfg(not(target_os = "linux"))]
pub fn is_spare<T>(_values: &mut [T]) {}

/// Advises about the whole pages of a buffer, if there are many.
#[cfg(target_os = "linux")]
fn advise<T>(values: &mut [T], advice: i32) {
    const PAGE: usize = 4096;
    const LARGE: usize = 1 << 21;
    unsafe extern "C" {
        fn madvise(address: *mut std::ffi::c_void, length: usize, advice: i32) -> i32;
    }
    let bytes = size_of_val(values);
    let start = values.as_mut_ptr().cast::<u8>();
    let skipped = start.align_offset(PAGE);
    if bytes >= LARGE + skipped {
        // SAFETY: the advice is about whole pages of a buffer that is borrowed alone; it leaves what they hold or, where
        // the caller needs it no more, zero.
        unsafe { madvise(start.add(skipped).cast(), (bytes - skipped) / PAGE * PAGE, advice) };
    }
}
