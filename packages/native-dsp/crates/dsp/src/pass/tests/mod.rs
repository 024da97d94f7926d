//! Passes over small recordings; helpers of all their tests.

mod failures;
mod frames;
mod outputs;
mod refusals;

use std::fs;
use std::path::{Path, PathBuf};

use super::plan::{
    Direction, FilterPlan, GroupPlan, GroupReferencePlan, Method, Middle, Operator, Plan, Rounding, SpatialPlan,
    TemporalPlan,
};
use super::{FrameRange, Pass, Source};

/// A folder of its own for each test, removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("neurojoint-pass-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All channels but a last word that is copied.
fn plan(channels: usize) -> Plan {
    let rows: Vec<usize> = (0..channels).collect();
    let group = GroupPlan { of: rows.clone(), from: rows.clone() };
    let reference =
        GroupReferencePlan { operator: Operator::Median, middle: Middle::Mean, whole: false, groups: vec![group] };
    Plan {
        sampling_rate: 30_000.0,
        columns: rows,
        scale: None,
        mask: None,
        temporal: TemporalPlan {
            method: Method::Direct,
            shifts: Some((0..channels).map(|channel| (channel % 24 / 2) as f64 / 13.0).collect()),
            taps: 16,
            filters: vec![FilterPlan::HighPass { cutoff: 300.0, order: 3, direction: Direction::ZeroPhase }],
        },
        spatial: vec![SpatialPlan::GroupReference(reference)],
        rounding: Rounding::HalfEven,
    }
}

fn noise(words: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as i16 - 128
    };
    (0..words).map(next).collect()
}

fn open(counts: &[i16], columns: usize, segments: &[u64], plan: &Plan) -> Pass {
    Pass::open(Source::memory(Box::new(counts.to_vec()), columns, segments).unwrap(), plan).unwrap()
}

fn all(segment: usize, frames: u64) -> FrameRange {
    FrameRange { segment, frames: 0..frames, rows: None }
}

fn read(path: impl AsRef<Path>) -> Vec<i16> {
    fs::read(path).unwrap().chunks_exact(2).map(|word| i16::from_le_bytes([word[0], word[1]])).collect()
}

fn bytes(counts: &[i16]) -> Vec<u8> {
    counts.iter().flat_map(|count| count.to_le_bytes()).collect()
}
