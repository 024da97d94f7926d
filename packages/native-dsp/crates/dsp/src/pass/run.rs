//! One visit of all frames: they are written to a file, and outputs are found.

use std::ops::Range;

use super::block::{Asked, Computed};
use super::findings::{BlockFindings, Finder, Findings, LfOutput, Outputs};
use super::grid::{Block, blocks_of};
use super::open::{Kept, Pass};
use super::target::PartialFile;
use crate::control::Paced;
use crate::measure::lf::LfSink;
use crate::{Control, DspError, Result};

/// Where a pass writes int16 frames: rows, then words of the source that are copied to the bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Has its name only when all of it is on the disk.
    pub path: String,
    pub rows: Vec<usize>,
    /// Words of a frame of the source.
    pub copied: Vec<usize>,
}

/// Where a block's frames go.
struct Writer<'a> {
    target: &'a Target,
    file: PartialFile,
    /// Rows stand in the file as they are computed.
    in_order: bool,
}

/// Where low frequencies go.
struct LfWriter {
    sink: LfSink,
    file: PartialFile,
}

/// A block and where its wanted frames stand in files.
struct Job {
    block: Block,
    at: u64,
    lf_at: u64,
}

/// What is done with every block.
struct Visit<'a> {
    writer: Option<Writer<'a>>,
    lf: Option<LfWriter>,
    finder: Finder,
}

impl Pass {
    /// Visits all frames of all segments, or `extent` of the only one; `outputs` are found in what is visited.
    ///
    /// Nothing is left under the target's name after a failure or a cancellation.
    pub fn run(
        &self,
        target: Option<&Target>,
        outputs: &Outputs,
        extent: Option<Range<u64>>,
        threads: usize,
        control: &dyn Control,
    ) -> Result<Findings> {
        let visited = self.visited(extent)?;
        let frames: u64 = visited.iter().map(|(_, range)| range.end - range.start).sum();
        let peaks = outputs.peaks.as_ref();
        peaks.map_or(Ok(()), |peaks| peaks.check(self.rows))?;
        let copied = target.map_or(&[][..], |target| &target.copied);
        let writer = target.map(|target| self.writer(target, frames)).transpose()?;
        let lf = outputs.lf.as_ref().map(|output| self.lf_writer(output, copied, &visited)).transpose()?;

        let jobs = self.jobs(&visited, lf.as_ref().map(|lf| &lf.sink));
        let measured = outputs.noise_levels || peaks.is_some_and(|peaks| peaks.noise_levels.is_none());
        let sample = if measured { self.noise_sample(&visited) } else { Vec::new() };
        let progress = Paced::new(control, sample.len() + jobs.len());
        let noise_levels = if measured { Some(self.noise_levels(&sample, threads, &progress)?) } else { None };
        let finder = Finder::prepare(outputs, self.sampling_rate, noise_levels.as_deref())?;

        let visit = Visit { writer, lf, finder };
        let found =
            self.each(threads, jobs.len(), &progress, |index, kept| self.visit(&jobs[index], &visit, kept, &progress))?;
        let Visit { writer, lf, finder } = visit;
        let mut files: Vec<PartialFile> =
            writer.map(|writer| writer.file).into_iter().chain(lf.map(|lf| lf.file)).collect();
        files.iter_mut().try_for_each(|file| file.synchronise(control))?;
        control.check()?;
        PartialFile::name_all(files)?;
        Ok(finder.join(found, noise_levels.filter(|_| outputs.noise_levels), frames, self.rows))
    }

    fn jobs(&self, visited: &[(usize, Range<u64>)], lf: Option<&LfSink>) -> Vec<Job> {
        let mut jobs = Vec::new();
        let (mut done, mut lf_done) = (0, 0);
        let lf_frames =
            |range: Range<u64>| lf.map_or(0, |sink| sink.within(range.clone()).end - sink.within(range).start);
        for (segment, range) in visited {
            let frames = self.blocks.segments[*segment].frames;
            jobs.extend(blocks_of(*segment, frames, range.clone(), self.block_frames()).map(|block| Job {
                at: done + block.wanted.start - range.start,
                lf_at: lf_done + lf_frames(range.start..block.wanted.start),
                block,
            }));
            done += range.end - range.start;
            lf_done += lf_frames(range.clone());
        }
        jobs
    }

    fn visit(&self, job: &Job, visit: &Visit<'_>, kept: &mut Kept, control: &dyn Control) -> Result<BlockFindings> {
        let Visit { writer, lf, finder } = visit;
        let Kept { room, words, selected, peaks, lf: lf_scratch } = kept;
        let block = &job.block;
        let width = writer.as_ref().map(|writer| if writer.in_order { writer.width() } else { self.rows });
        let out = width.map(|width| {
            words.resize(block.wanted_frames() * width, 0);
            (&mut words[..], width)
        });
        let mut look = finder.look(peaks);
        let asked = Asked {
            rows: false,
            observer: finder.needs_rows().then_some(&mut look as _),
            halo: finder.halo(),
            reach: lf.as_ref().map_or(0, |lf| lf.sink.margin()),
        };
        let computed = self.blocks.compute(block, asked, out, room, control)?;
        let mut found = look.done(block, &computed);
        if let Some(writer) = writer {
            let frames = if writer.in_order {
                &mut *words
            } else {
                writer.select(words, self.rows, selected);
                &mut *selected
            };
            writer.copy(&computed, frames);
            writer.file.write(frames, 2 * job.at * writer.width() as u64)?;
        }
        if let Some(LfWriter { sink, file }) = lf {
            selected.clear();
            sink.visit(computed.counts, computed.first_frame, computed.wanted.clone(), lf_scratch, selected);
            file.write(selected, 2 * job.lf_at * sink.width() as u64)?;
        }
        if let Some(far) = finder.find_far(block, &self.blocks, room, peaks, control)? {
            found.peaks = far;
        }
        Ok(found)
    }

    fn visited(&self, extent: Option<Range<u64>>) -> Result<Vec<(usize, Range<u64>)>> {
        let segments = &self.blocks.segments;
        match extent {
            None => Ok(segments.iter().enumerate().map(|(index, segment)| (index, 0..segment.frames)).collect()),
            Some(_) if segments.len() != 1 => {
                let expected = "none, there being more than one segment";
                Err(DspError::InvalidParameter { name: "extent", value: segments.len() as f64, expected })
            }
            Some(extent) => {
                self.check_frames(0, &extent)?;
                Ok(vec![(0, extent)])
            }
        }
    }

    fn writer<'a>(&self, target: &'a Target, frames: u64) -> Result<Writer<'a>> {
        self.check_rows("rows", &target.rows)?;
        let columns = self.blocks.source.columns;
        if let Some(&column) = target.copied.iter().find(|&&column| column >= columns) {
            let expected = "a word of a frame of the source";
            return Err(DspError::InvalidParameter { name: "copied", value: column as f64, expected });
        }
        let width = target.rows.len() + target.copied.len();
        if width == 0 {
            let expected = "at least one row or copied word";
            return Err(DspError::InvalidParameter { name: "rows", value: 0.0, expected });
        }
        self.check_path(&target.path)?;
        let in_order = target.rows.len() == self.rows && target.rows.iter().enumerate().all(|(at, row)| at == *row);
        let file = PartialFile::create(&target.path, 2 * frames * width as u64)?;
        Ok(Writer { target, file, in_order })
    }

    fn lf_writer(&self, output: &LfOutput, copied: &[usize], visited: &[(usize, Range<u64>)]) -> Result<LfWriter> {
        let sink = LfSink::prepare(output.factor, self.blocks.source.columns, &self.blocks.engine.take, copied)?;
        let within = |(_, range): &(usize, Range<u64>)| sink.within(range.clone());
        let frames: u64 = visited.iter().map(within).map(|range| range.end - range.start).sum();
        self.check_path(&output.path)?;
        let file = PartialFile::create(&output.path, 2 * frames * sink.width() as u64)?;
        Ok(LfWriter { sink, file })
    }

    /// Refuses to write over what is read.
    fn check_path(&self, path: &str) -> Result<()> {
        let real = |path: &str| std::fs::canonicalize(path).ok();
        match self.blocks.source.path().and_then(real) {
            Some(source) if real(path).is_some_and(|path| path == source) => {
                let reason = "it is the source of the pass; write to another file".to_owned();
                Err(DspError::File { path: path.to_owned(), reason })
            }
            _ => Ok(()),
        }
    }
}

impl Writer<'_> {
    /// Words of a frame.
    fn width(&self) -> usize {
        self.target.rows.len() + self.target.copied.len()
    }

    /// Takes the target's rows out of frames of so many rows, and leaves room for the copied words.
    fn select(&self, words: &[i16], rows: usize, selected: &mut Vec<i16>) {
        selected.clear();
        selected.reserve_exact(words.len() / rows * self.width());
        for from in words.chunks_exact(rows) {
            selected.extend(self.target.rows.iter().map(|&row| from[row]));
            selected.resize(selected.len() + self.target.copied.len(), 0);
        }
    }

    /// Copies words of the source to the ends of the target's frames.
    fn copy(&self, computed: &Computed<'_>, frames: &mut [i16]) {
        let (copied, columns, width) = (&self.target.copied, computed.columns, self.width());
        if copied.is_empty() {
            return;
        }
        let counts = computed.counts[computed.wanted.start * columns..].chunks_exact(columns);
        for (from, to) in counts.zip(frames.chunks_exact_mut(width)) {
            for (word, &column) in to[width - copied.len()..].iter_mut().zip(copied) {
                *word = from[column];
            }
        }
    }
}
