//! What a pass finds on its way, beside the frames.

use std::ops::Range;

use super::block::{Asked, Blocks, Computed, Room};
use super::grid::Block;
use super::masks;
use super::plan::Interval;
use crate::block::{HALO, Observer};
use crate::peaks::sink::PeakScratch;
use crate::peaks::{Locate, PassPeak, PeakCriteria, PeakSink};
use crate::spatial::Rows;
use crate::{Control, DspError, Result};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    pub noise_levels: bool,
    pub rms: bool,
    pub peaks: Option<PeakOutput>,
    pub lf: Option<LfOutput>,
}

#[derive(Debug, Clone)]
pub struct PeakOutput {
    /// What counts as a peak; the threshold is in noise levels.
    pub criteria: PeakCriteria,
    /// (µm) peaks are located from the rows this near, by centre of mass.
    pub locate_radius: Option<f64>,
    /// (counts) of each row; those of the fixed sample where there are none given.
    pub noise_levels: Option<Vec<f32>>,
}

/// Low-passed and decimated counts of the source itself: all rows, then the words that the target copies.
#[derive(Debug, Clone)]
pub struct LfOutput {
    pub path: String,
    pub factor: usize,
}

/// What [`Pass::run`](super::Pass::run) finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// (counts) of each row: `median(|x - median(x)|) / 0.67449` of a fixed sample of the result; null where not asked for.
    pub noise_levels: Option<Vec<f32>>,
    /// (counts) of each row, over the frames that are not masked; `NaN` where all are.
    pub rms: Option<Vec<f32>>,
    /// In order, apart from each other.
    pub masked: Vec<Interval>,
    /// In order of segment, frame and row.
    pub peaks: Option<Vec<PassPeak>>,
    pub frames: u64,
}

/// What is found in one block.
#[derive(Default)]
pub struct BlockFindings {
    masked: Vec<Interval>,
    /// Sum of squares of each row.
    squares: Vec<f64>,
    /// Frames that are summed.
    summed: u64,
    pub peaks: Vec<PassPeak>,
}

/// The outputs prepared, shared by all threads.
pub struct Finder {
    rms: bool,
    peaks: Option<PeakSink>,
}

/// Centres of mass are those of what lies this near to the peak, as in SpikeInterface (0.5 ms).
const LOCATED_SECONDS: f64 = 0.0005;

impl Finder {
    /// `noise_levels` are those of the sample.
    pub fn prepare(outputs: &Outputs, sampling_rate: f64, noise_levels: Option<&[f32]>) -> Result<Self> {
        let prepare = |peaks: &PeakOutput| {
            let levels = peaks.noise_levels.as_deref().or(noise_levels).unwrap_or_default();
            let window = (LOCATED_SECONDS * sampling_rate) as usize;
            let locate = peaks.locate_radius.map(|radius| Locate { radius, before: window, after: window });
            PeakSink::prepare(&peaks.criteria, levels, locate)
        };
        Ok(Self { rms: outputs.rms, peaks: outputs.peaks.as_ref().map(prepare).transpose()? })
    }

    /// Whether it looks at rows.
    pub fn needs_rows(&self) -> bool {
        self.rms || self.near_peaks().is_some()
    }

    /// Frames of rows that it needs around those of a block.
    pub fn halo(&self) -> usize {
        self.near_peaks().map_or(0, PeakSink::halo)
    }

    /// Peaks that are decided from rows around a block's own.
    fn near_peaks(&self) -> Option<&PeakSink> {
        self.peaks.as_ref().filter(|peaks| peaks.halo() <= HALO)
    }

    /// Looks at the rows of a block that is being computed.
    pub fn look<'a>(&'a self, scratch: &'a mut PeakScratch) -> Look<'a> {
        Look { finder: self, scratch, found: BlockFindings::default() }
    }

    /// Peaks that are decided from further away than the block's rows go, from rows of their own.
    pub fn find_far(
        &self,
        block: &Block,
        blocks: &Blocks,
        room: &mut Room,
        scratch: &mut PeakScratch,
        control: &dyn Control,
    ) -> Result<Option<Vec<PassPeak>>> {
        let Some(peaks) = self.peaks.as_ref().filter(|peaks| peaks.halo() > HALO) else { return Ok(None) };
        let (wanted, halo) = (&block.wanted, peaks.halo() as u64);
        let frames = blocks.segments[block.segment].frames;
        let wide = wanted.start.saturating_sub(halo)..(wanted.end + halo).min(frames);
        let at = |frame: u64| (frame - wide.start) as usize;
        let inner = at(wanted.start)..at(wanted.end);
        let wide = Block { segment: block.segment, whole: wide.clone(), wanted: wide };
        let computed = blocks.compute(&wide, Asked::rows(), None, room, control)?;
        let mut found = Vec::new();
        peaks.visit(&computed.rows, inner, scratch, &mut found);
        Ok(Some(found))
    }

    /// Joins what was found in blocks, in their order.
    pub fn join(
        &self,
        found: Vec<BlockFindings>,
        noise_levels: Option<Vec<f32>>,
        frames: u64,
        rows: usize,
    ) -> Findings {
        let masked = masks::join(found.iter().flat_map(|block| block.masked.iter().copied()));
        let rms = self.rms.then(|| {
            let mut squares = vec![0.0; rows];
            let summed: u64 = found.iter().map(|block| block.summed).sum();
            for block in &found {
                squares.iter_mut().zip(&block.squares).for_each(|(total, part)| *total += part);
            }
            squares.into_iter().map(|square: f64| (square / summed as f64).sqrt() as f32).collect()
        });
        let peaks = self.peaks.as_ref().map(|_| found.into_iter().flat_map(|block| block.peaks).collect());
        Findings { noise_levels, rms, masked, peaks, frames }
    }
}

/// The masked frames among those wanted of a block.
fn masked_intervals(block: &Block, computed: &Computed<'_>) -> Vec<Interval> {
    let at = |frame: usize| block.wanted.start + frame as u64;
    let interval =
        |range: &Range<usize>| Interval { segment: block.segment, start: at(range.start), end: at(range.end) };
    computed.masked.iter().map(interval).collect()
}

/// What looks at the rows of one block.
pub struct Look<'a> {
    finder: &'a Finder,
    scratch: &'a mut PeakScratch,
    found: BlockFindings,
}

impl Look<'_> {
    /// What was found in the block, once all of it is computed.
    pub fn done(self, block: &Block, computed: &Computed<'_>) -> BlockFindings {
        let mut found = BlockFindings { masked: masked_intervals(block, computed), ..self.found };
        found.peaks.sort_unstable_by_key(|peak| (peak.frame, peak.row));
        found
    }
}

impl Observer for Look<'_> {
    fn observe(&mut self, rows: &Rows<'_>, inner: Range<usize>) {
        if self.finder.rms {
            self.found.add_squares(rows, &inner);
        }
        if let Some(peaks) = self.finder.near_peaks() {
            peaks.visit(rows, inner, self.scratch, &mut self.found.peaks);
        }
    }
}

/// Frames whose squares are summed in single precision before they go into a double.
const SUMMED_TOGETHER: usize = 16;

impl BlockFindings {
    fn add_squares(&mut self, rows: &Rows<'_>, inner: &Range<usize>) {
        self.squares.resize(rows.channels, 0.0);
        let mut part = vec![0.0_f32; rows.channels];
        for stretch in rows.unmasked(inner) {
            self.summed += (stretch.len() / rows.stride) as u64;
            for together in stretch.chunks(SUMMED_TOGETHER * rows.stride) {
                part.fill(0.0);
                for row in together.chunks_exact(rows.stride) {
                    part.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * value);
                }
                self.squares.iter_mut().zip(&part).for_each(|(sum, part)| *sum += f64::from(*part));
            }
        }
    }
}

impl PeakOutput {
    /// More frames than this would make blocks that need not fit into memory.
    const MOST_EXCLUSION: usize = 32_768;

    pub(super) fn check(&self, rows: usize) -> Result<()> {
        self.criteria.validate(rows)?;
        let exclusion = self.criteria.exclusion_frames;
        if exclusion > Self::MOST_EXCLUSION {
            let expected = "at most 32768 frames";
            return Err(DspError::InvalidParameter { name: "exclusionFrames", value: exclusion as f64, expected });
        }
        match &self.noise_levels {
            Some(levels) if levels.len() != rows => {
                Err(DspError::WrongLength { name: "noiseLevels", length: levels.len(), expected: rows })
            }
            _ => Ok(()),
        }
    }
}
