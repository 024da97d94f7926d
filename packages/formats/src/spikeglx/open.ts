import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AmbiguousRecordingError,
  ContradictionError,
  FileOverlongError,
  FileTruncatedError,
  MissingFileError,
  RaggedFileError,
} from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import { openFlatFiles } from '../recording/flat-files.ts'
import type { Recording } from '../recording/recording.ts'
import { readSpikeGlxMeta } from './meta.ts'
import type { SpikeGlxMeta } from './meta.ts'
import { findSpikeGlxRuns } from './runs.ts'

const bytesPerSample = 2

/**
 * Opens the `.bin` file beside a `.meta` file (either path will do), or all triggers of the AP stream in the folder of a
 * probe (of its LF band where the folder has nothing else), a segment each, and checks sizes. Throws `missing-file`, `file-truncated`, `ragged-file`, `file-overlong`,
 * `contradiction`, `ambiguous-recording`, and what `parseSpikeGlxMeta` throws.
 */
export async function openSpikeGlxRecording(path: string): Promise<Recording> {
  const metas: SpikeGlxMeta[] = []
  for (const metaPath of await findMetas(path)) metas.push(await readSpikeGlxMeta(metaPath))
  const [first] = metas
  if (!first) throw new MissingFileError(path, '*.imec*.ap.meta', 'It should be the folder of a probe in a run.')
  for (const meta of metas) requireSameStream(first, meta)
  const frames: number[] = []
  for (const meta of metas) frames.push(await countFrames(meta))
  const startSample = Math.min(...metas.map((meta) => meta.firstSample ?? 0))
  return openFlatFiles({
    format: 'spikeglx',
    samplingRate: first.samplingRate,
    channels: first.channels,
    applied: first.applied,
    segments: metas.map((meta, segment) => ({
      frames: frames[segment] ?? 0,
      startSeconds: metas.length === 1 ? 0 : ((meta.firstSample ?? 0) - startSample) / first.samplingRate,
    })),
    files: metas.map((meta, segment) => ({
      path: binPathOf(meta),
      offsetBytes: 0,
      columns: meta.savedChannels,
      segments: [segment],
    })),
  })
}

const binPathOf = (meta: SpikeGlxMeta): string => meta.path.replace(/\.meta$/, '.bin')

/** The metas of a path: its own, those of all triggers in a folder, or the only one that it holds. */
async function findMetas(path: string): Promise<readonly string[]> {
  if (/\.(meta|bin)$/.test(path)) return [path.replace(/\.bin$/, '.meta')]
  const wideBand = await findSpikeGlxRuns(path)
  const runs = wideBand.length > 0 ? wideBand : await findSpikeGlxRuns(path, 'lf')
  const [first] = runs
  if (!first) return findOther(path)
  const stranger = runs.find(
    (run) =>
      run.run !== first?.run ||
      run.gate !== first.gate ||
      run.probeNumber !== first.probeNumber ||
      (runs.length > 1 && run.trigger === 'cat'),
  )
  if (!stranger) return runs.map((run) => run.path)
  throw new AmbiguousRecordingError(
    path,
    runs.map((run) => run.path),
  )
}

/** A meta that is no band of a probe, or was renamed. */
async function findOther(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.meta')).toSorted()
  const paths = names.map((name) => join(folder, name))
  if (paths.length > 1) throw new AmbiguousRecordingError(folder, paths)
  return paths
}

function requireSameStream(first: SpikeGlxMeta, meta: SpikeGlxMeta): void {
  const facts = ({ samplingRate, savedChannels, channels }: SpikeGlxMeta) =>
    JSON.stringify([samplingRate, savedChannels, channels])
  const history = ({ applied }: SpikeGlxMeta) =>
    applied.map(({ step, by }) => `${step} (${by})`).join(', ') || 'nothing'
  if (history(first) !== history(meta))
    throw new ContradictionError(
      meta.path,
      `counts to which ${history(meta)} was applied`,
      `${history(first)}, as to those of ${first.path}`,
      'Open the triggers one by one.',
    )
  if (facts(first) === facts(meta)) return
  const describe = ({ samplingRate, savedChannels }: SpikeGlxMeta) =>
    `${savedChannels} saved channels at ${samplingRate} Hz`
  throw new ContradictionError(
    meta.path,
    `${describe(meta)}, set up otherwise than ${first.path}`,
    `${describe(first)} with the same gains and electrodes`,
    'Open the triggers one by one.',
  )
}

/** What the meta says of a recording that ends with the last whole frame of a file. */
function whatIsThere(size: number, frameBytes: number, { samplingRate }: SpikeGlxMeta): string {
  const frames = Math.floor(size / frameBytes)
  const rest = size % frameBytes
  const cut = rest === 0 ? '' : `, and cut the last ${rest} bytes of the file`
  return `set fileSizeBytes=${frames * frameBytes} and fileTimeSecs=${frames / samplingRate} in the .meta${cut}`
}

async function countFrames(meta: SpikeGlxMeta): Promise<number> {
  const path = binPathOf(meta)
  const { size } = await stat(path).catch(refuseMissing(path, 'The .meta has its counts in this file: copy it too.'))
  const frameBytes = meta.savedChannels * bytesPerSample
  const expected = meta.fileSizeBytes ?? size
  if (size < expected) throw new FileTruncatedError(path, size, expected, whatIsThere(size, frameBytes, meta))
  if (size % frameBytes !== 0) throw new RaggedFileError(path, size, frameBytes)
  if (size > expected) throw new FileOverlongError(path, size, expected)
  const seconds = size / frameBytes / meta.samplingRate
  // calibrated rates differ from nominal ones by parts in ten thousand
  if (Math.abs(seconds - meta.durationSeconds) > 0.001 + 0.001 * seconds)
    throw new ContradictionError(
      meta.path,
      `fileTimeSecs=${meta.durationSeconds}`,
      `${seconds} s for ${size} bytes of ${meta.savedChannels} channels at ${meta.samplingRate} Hz`,
      'Correct fileTimeSecs, or restore the .bin.',
    )
  return size / frameBytes
}
