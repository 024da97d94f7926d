use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Folder, all, bytes, noise, open, plan};
use crate::pass::{Outputs, Pass, Source, Target};
use crate::{Control, DspError, Unattended};

/// Is cancelled when it has been asked so often.
struct Impatient(AtomicUsize);

impl Control for Impatient {
    fn cancelled(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(1))) == Ok(0)
    }

    fn progress(&self, _fraction: f64) {}
}

#[test]
fn a_cancelled_pass_leaves_nothing_and_what_was_there_stays() {
    let folder = Folder::new("cancelled");
    let pass = open(&noise(50_000 * 4), 4, &[50_000], &plan(3));
    let target = Target { path: folder.path("target.bin"), rows: vec![0, 1, 2], copied: vec![] };
    fs::write(&target.path, "before").unwrap();
    for patience in [0, 1, 4, 9] {
        let control = Impatient(AtomicUsize::new(patience));
        let stopped = pass.run(Some(&target), &Outputs::default(), None, 2, &control);
        assert_eq!(stopped.unwrap_err(), DspError::Cancelled);
        assert_eq!(folder.names(), ["target.bin"]);
        assert_eq!(fs::read(&target.path).unwrap(), b"before");
        let control = Impatient(AtomicUsize::new(patience));
        assert_eq!(pass.traces(&all(0, 50_000), 2, &control), Err(DspError::Cancelled));
    }
}

#[test]
fn a_source_that_is_cut_while_it_is_read_leaves_nothing() {
    let folder = Folder::new("source-cut");
    let source = folder.path("source.bin");
    fs::write(&source, bytes(&noise(40_000 * 4))).unwrap();
    let pass = Pass::open(Source::file(&source, 0, 4, &[40_000]).unwrap(), &plan(3)).unwrap();
    fs::File::options().write(true).open(&source).unwrap().set_len(8 * 30_000).unwrap();
    let target = Target { path: folder.path("target.bin"), rows: vec![0], copied: vec![3] };
    let failed = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap_err();
    assert!(matches!(failed, DspError::TruncatedFile { bytes: 240_000, .. }), "{failed}");
    assert_eq!(folder.names(), ["source.bin"]);
    // what is there can be read
    pass.traces(&all(0, 10_000), 2, &Unattended).unwrap();
}

#[test]
fn a_panic_leaves_nothing_and_the_pass_goes_on() {
    struct Trap(Vec<i16>, AtomicUsize);
    impl AsRef<[i16]> for Trap {
        fn as_ref(&self) -> &[i16] {
            // the first time is the check of its length
            assert!(self.1.fetch_add(1, Ordering::Relaxed) != 3, "sprung");
            &self.0
        }
    }
    let folder = Folder::new("panic");
    let trap = Trap(noise(40_000 * 4), AtomicUsize::new(0));
    let pass = Pass::open(Source::memory(Box::new(trap), 4, &[40_000]).unwrap(), &plan(3)).unwrap();
    let target = Target { path: folder.path("target.bin"), rows: vec![0], copied: vec![3] };
    let run = || pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    assert!(folder.names().is_empty());
    run().unwrap();
    assert_eq!(folder.names(), ["target.bin"]);
}

#[test]
fn a_target_that_cannot_be_written_is_refused_by_its_path() {
    let folder = Folder::new("target");
    let source = folder.path("source.bin");
    fs::write(&source, bytes(&noise(100 * 4))).unwrap();
    let pass = Pass::open(Source::file(&source, 0, 4, &[100]).unwrap(), &plan(3)).unwrap();
    fs::create_dir(folder.path("closed")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(folder.path("closed"), std::os::unix::fs::PermissionsExt::from_mode(0o500)).unwrap();
    let writable = fs::write(folder.path("closed/probe"), "").is_ok(); // root may write everywhere
    let _ = fs::remove_file(folder.path("closed/probe"));
    let mut paths = vec![folder.path("nowhere/target.bin"), folder.path(""), folder.path("closed"), source.clone()];
    if !writable {
        paths.push(folder.path("closed/target.bin"));
    }
    for path in paths {
        let target = Target { path: path.clone(), rows: vec![0], copied: vec![] };
        let failed = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap_err();
        assert!(matches!(&failed, DspError::File { path: found, .. } if *found == path), "{failed}");
    }
    assert_eq!(folder.names(), ["closed", "source.bin"]);
}

#[test]
fn where_one_of_two_files_cannot_have_its_name_neither_has() {
    use crate::pass::target::PartialFile;
    let folder = Folder::new("both");
    let paths = [folder.path("frames.bin"), folder.path("low.bin")];
    let files = paths.iter().map(|path| {
        let mut file = PartialFile::create(path, 2).unwrap();
        file.write(&mut [1], 0).unwrap();
        file.synchronise(&Unattended).unwrap();
        file
    });
    let files = files.collect();
    // somebody is faster
    fs::create_dir_all(folder.path("low.bin/taken")).unwrap();
    let failed = PartialFile::name_all(files).unwrap_err();
    assert!(matches!(&failed, DspError::File { path, .. } if *path == paths[1]), "{failed}");
    assert_eq!(folder.names(), ["low.bin"]);
}

/// Runs one test of this file where no file may be longer than 64 KiB, which is what a full disk is to a writer.
#[cfg(target_os = "linux")]
fn run_where_files_are_short(test: &str) {
    let shell =
        format!("trap '' XFSZ; ulimit -f 128; exec \"$0\" --exact pass::tests::failures::{test} --ignored --nocapture");
    let output = std::process::Command::new("sh").arg("-c").arg(shell).arg(std::env::current_exe().unwrap()).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_before_or_while_it_is_written_leaves_nothing() {
    run_where_files_are_short("where_files_are_short");
}

#[test]
#[ignore = "runs in a process of its own"]
#[cfg(target_os = "linux")]
fn where_files_are_short() {
    use crate::pass::target::PartialFile;
    let folder = Folder::new("short");
    let pass = open(&noise(50_000 * 4), 4, &[50_000], &plan(3));
    let target = Target { path: folder.path("target.bin"), rows: vec![0, 1, 2], copied: vec![] };
    let failed = pass.run(Some(&target), &Outputs::default(), None, 2, &Unattended).unwrap_err();
    assert!(matches!(failed, DspError::File { .. }), "{failed}");
    assert!(folder.names().is_empty(), "{:?}", folder.names());

    let file = PartialFile::create(&target.path, 0).unwrap();
    file.write(&mut vec![1; 10_000], 0).unwrap();
    assert_eq!(folder.names().len(), 1);
    assert!(file.write(&mut vec![1; 100_000], 20_000).is_err());
    drop(file);
    assert!(folder.names().is_empty());
}
