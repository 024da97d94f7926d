import { readFile, writeFile } from 'node:fs/promises'
import { formatNpy, ndarray, type NdArray } from '@neurojoint/arrays'
import { formatPlainDescription } from '@neurojoint/formats/plain'
import type { PlainDescription } from '@neurojoint/formats/plain'
import type { FrameInterval, Recording, Segment } from '@neurojoint/formats/recording'
import { formatDerivedMeta, parseSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import type { Resolution } from '../chain/resolve.ts'
import { appliedBy, appliedByName } from './applied.ts'
import { lfFactor } from './choices.ts'
import type { RecordingPeaks } from './findings.ts'
import type { SegmentsPass } from './open-passes.ts'
import { driftRasterPath, maskedPath, metaPath, peaksPath, sidecarPath, type PeakArray } from './side-paths.ts'
import { within, type Target, type TargetFile } from './target.ts'

/** A small file that is written when all frames are on the disk. */
export interface SideFile {
  readonly path: string
  readonly content: string | Uint8Array
}

/** What the written files are: a `.meta` for each file of SpikeGLX, else one JSON sidecar for all. */
export async function describeTarget(
  recording: Recording,
  target: Target,
  parts: readonly SegmentsPass[],
  resolution: Resolution,
): Promise<readonly SideFile[]> {
  if (recording.format === 'spikeglx') return describeSpikeGlx(recording, target, parts, resolution)
  const lfFiles = target.files.filter(({ lfPath }) => lfPath !== null)
  return [
    describePlain(recording, target, parts, resolution, 1),
    ...(lfFiles.length > 0
      ? [describePlain(recording, target, parts, resolution, lfFactor(recording.samplingRate))]
      : []),
  ]
}

async function describeSpikeGlx(
  recording: Recording,
  target: Target,
  parts: readonly SegmentsPass[],
  resolution: Resolution,
): Promise<readonly SideFile[]> {
  const files: SideFile[] = []
  const createdAt = localTime(new Date())
  const steps = appliedBy(resolution, recording).map(({ step, details }) => ({ step, details }))
  for (const [index, { binPath, lfPath, frames, startFrame }] of target.files.entries()) {
    const source = metaPath(parts[index]?.file?.path ?? '')
    const meta = parseSpikeGlxMeta(await readFile(source, 'utf8'), source)
    const derived = { channels: target.channels, startFrame, createdAt }
    const chain = { by: appliedByName, steps }
    files.push({ path: metaPath(binPath), content: formatDerivedMeta(meta, { ...derived, binPath, frames, chain }) })
    if (lfPath === null) continue
    const factor = lfFactor(meta.samplingRate)
    // the LF band is of all channels
    const channels = meta.channels.map((channel) => channel.index)
    const lf = {
      ...derived,
      channels,
      binPath: lfPath,
      frames: Math.ceil(frames / factor),
      lfFactor: factor,
      chain: lfChain(factor),
    }
    files.push({ path: metaPath(lfPath), content: formatDerivedMeta(meta, lf) })
  }
  return files
}

const lfChain = (factor: number) => ({
  by: appliedByName,
  steps: [{ step: 'decimate', details: `factor=${factor}` }],
})

function describePlain(
  recording: Recording,
  target: Target,
  parts: readonly SegmentsPass[],
  resolution: Resolution,
  factor: number,
): SideFile {
  const segments: (Segment & { readonly file: number })[] = parts.flatMap(({ segments: own }, file) =>
    own.flatMap((index) => {
      const segment = recording.segments[index]
      return segment ? [{ ...inTarget(segment, recording, target), file }] : []
    }),
  )
  // the LF band is of all channels
  const channels = factor === 1 ? target.channels : recording.channels.map((_, row) => row)
  const pathOf = (file: TargetFile): string => (factor === 1 ? file.binPath : (file.lfPath ?? file.binPath))
  const description: PlainDescription = {
    format: 'neurojoint-int16',
    version: 1,
    samplingRate: recording.samplingRate / factor,
    columns: channels.length + (target.files[0]?.copied.length ?? 0),
    channels: channels.flatMap((channel, index) => {
      const found = recording.channels[channel]
      return found ? [{ ...found, index }] : []
    }),
    files: target.files.map((file, index) => ({
      path: within(target.folder, pathOf(file)),
      offsetBytes: 0,
      segments: segments
        .filter((segment) => segment.file === index)
        .map(({ frames, startSeconds }) => ({ frames: Math.ceil(frames / factor), startSeconds })),
    })),
    gaps: factor === 1 ? gapsInTarget(recording.gaps ?? [], target) : [],
    applied: [
      ...(recording.applied ?? []),
      ...(factor === 1
        ? appliedBy(resolution, recording)
        : lfChain(factor).steps.map((step) => ({ ...step, by: appliedByName }))),
    ],
  }
  const path = sidecarPath(target, factor === 1 ? 'frames' : 'lf')
  return { path, content: formatPlainDescription(description) }
}

function inTarget(segment: Segment, { samplingRate }: Recording, { extent }: Target): Segment {
  if (!extent) return segment
  return { frames: extent.end - extent.start, startSeconds: segment.startSeconds + extent.start / samplingRate }
}

const gapsInTarget = (gaps: readonly FrameInterval[], { extent }: Target): readonly FrameInterval[] =>
  extent
    ? gaps.flatMap((gap) => {
        if (gap.segment !== extent.segment) return []
        const [start, end] = [Math.max(gap.start, extent.start), Math.min(gap.end, extent.end)]
        return start < end ? [{ segment: 0, start: start - extent.start, end: end - extent.start }] : []
      })
    : gaps

/** One array per file: `segment`, `sample_index`, `channel`, `amplitude` (uV), and `location` (um) where it was asked for. */
export function peakFiles(target: Target, peaks: RecordingPeaks): readonly SideFile[] {
  const { segment, sampleIndex, channel, amplitude, location } = peaks
  const file = (name: PeakArray, array: NdArray): SideFile => ({
    path: peaksPath(target, name),
    content: formatNpy(array),
  })
  return [
    file('segment', ndarray(segment)),
    file('sample_index', ndarray(sampleIndex)),
    file('channel', ndarray(channel)),
    file('amplitude', ndarray(amplitude)),
    ...(location ? [file('location', ndarray(location, [amplitude.length, 2]))] : []),
  ]
}

/** Rows of time (s from the start of the recording), depth (um) and amplitude (uV), one for each peak. */
export function driftRasterFile(target: Target, peaks: RecordingPeaks, recording: Recording): SideFile {
  const { segment, sampleIndex, channel, amplitude, location } = peaks
  const rows = new Float64Array(3 * amplitude.length)
  for (const [peak, sample] of sampleIndex.entries()) {
    const start = recording.segments[segment[peak] ?? 0]?.startSeconds ?? 0
    const depth = location?.[2 * peak + 1] ?? recording.channels[channel[peak] ?? 0]?.site?.y ?? Number.NaN
    rows.set([start + sample / recording.samplingRate, depth, amplitude[peak] ?? Number.NaN], 3 * peak)
  }
  const content = formatNpy(ndarray(rows, [amplitude.length, 3]))
  return { path: driftRasterPath(target), content }
}

/** Rows of segment, start and end of what was masked. */
export const maskFile = (target: Target, masked: readonly FrameInterval[]): SideFile => ({
  path: maskedPath(target),
  content: formatNpy(
    ndarray(Float64Array.from(masked.flatMap(({ segment, start, end }) => [segment, start, end])), [masked.length, 3]),
  ),
})

export const writeSideFile = ({ path, content }: SideFile): Promise<void> => writeFile(path, content)

/** `YYYY-MM-DDTHH:MM:SS` of the place. */
function localTime(date: Date): string {
  return new Date(date.getTime() - 60_000 * date.getTimezoneOffset()).toISOString().slice(0, 19)
}
