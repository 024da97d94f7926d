import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  AmbiguousRecordingError,
  FileTruncatedError,
  InvalidValueError,
  MissingFileError,
  RaggedFileError,
} from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import { openFlatFiles } from '../recording/flat-files.ts'
import type { Channel, Recording } from '../recording/recording.ts'
import { plainSidecars } from './sidecars.ts'
import { parsePlainDescription, type PlainDescription } from './description.ts'

const bytesPerSample = 2

/** What is to know of a plain int16 file that has no sidecar. */
export interface PlainOptions {
  /** (Hz) */
  readonly samplingRate: number
  /** Their number, or what is known of each; `index` is their place in the frame. */
  readonly channels: number | readonly Omit<Channel, 'index'>[]
  /** (uV per count) of channels that are given by their number. */
  readonly gain?: number
  /** Words per frame, where there are more than the channels; those come first. */
  readonly columns?: number
  /** Before the first frame. */
  readonly offsetBytes?: number
}

/**
 * Opens flat int16 files by their JSON sidecar (its path, that of a data file beside it: `a.bin`, `a.json`, or that of a folder
 * which holds one), or one file by options. Throws `missing-file`, `missing-key`, `invalid-value`, `file-truncated`,
 * `ragged-file`, `ambiguous-recording`.
 */
export async function openPlainRecording(path: string, options?: PlainOptions): Promise<Recording> {
  if (options) return openDescribed(path, await describe(path, options))
  const sidecar = (await sidecarIn(path)) ?? path.replace(/\.[^./\\]+$/, '.json')
  const advice = 'It says what the counts of the data file are: copy it too, or open the file with options.'
  const text = await readFile(sidecar, 'utf8').catch(refuseMissing(sidecar, advice))
  return openDescribed(sidecar, parsePlainDescription(text, sidecar))
}

/** The only sidecar of a folder; null for a file. */
async function sidecarIn(path: string): Promise<string | null> {
  const names = await readdir(path).catch(() => null)
  if (names === null) return null
  const [first, ...others] = plainSidecars(names.toSorted()).map((name) => join(path, name))
  if (first === undefined) throw new MissingFileError(path, '*.json', 'It should hold int16 files with their sidecar.')
  if (others.length > 0) throw new AmbiguousRecordingError(path, [first, ...others])
  return first
}

async function openDescribed(sidecar: string, description: PlainDescription): Promise<Recording> {
  const { samplingRate, channels, columns, gaps, applied } = description
  let segment = 0
  const files = description.files.map((file) => ({
    path: resolve(dirname(sidecar), file.path),
    offsetBytes: file.offsetBytes,
    columns,
    segments: file.segments.map(() => segment++),
  }))
  const segments = description.files.flatMap((file) => file.segments)
  for (const file of files) {
    const frames = file.segments.reduce((sum, index) => sum + (segments[index]?.frames ?? 0), 0)
    const expected = file.offsetBytes + frames * columns * bytesPerSample
    const { size } = await stat(file.path).catch(refuseMissing(file.path, `${sidecar} has its counts in this file.`))
    if (size < expected) {
      const fitting = Math.floor((size - file.offsetBytes) / (columns * bytesPerSample))
      const remedy = `describe the ${Math.max(0, fitting)} frames that are there in ${sidecar}`
      throw new FileTruncatedError(file.path, size, expected, remedy)
    }
  }
  return openFlatFiles({ format: 'plain', samplingRate, channels, segments, files, gaps, applied })
}

/** A description of one file, as long as it is. */
async function describe(path: string, options: PlainOptions): Promise<PlainDescription> {
  const { samplingRate, gain, offsetBytes = 0 } = options
  const given = typeof options.channels === 'number' ? equalChannels(path, options.channels, gain) : options.channels
  const columns = options.columns ?? given.length
  const { size } = await stat(path).catch(refuseMissing(path, 'It should be a file of int16 frames.'))
  const bytes = size - offsetBytes
  const frameBytes = columns * bytesPerSample
  if (!(frameBytes > 0) || bytes < 0 || bytes % frameBytes !== 0)
    throw new RaggedFileError(path, size, frameBytes, 'channels, columns or offsetBytes')
  const description = {
    format: 'neurojoint-int16',
    version: 1,
    samplingRate,
    columns,
    channels: given,
    files: [{ path, offsetBytes, segments: [{ frames: bytes / frameBytes }] }],
  }
  const checked = parsePlainDescription(JSON.stringify(description), path)
  return { ...checked, files: checked.files.map((file) => ({ ...file, path: resolve(path) })) }
}

function equalChannels(path: string, count: number, gain: number | undefined): readonly Omit<Channel, 'index'>[] {
  if (!Number.isInteger(count) || count < 1 || count > 65536)
    throw new InvalidValueError(path, 'channels', `${count}`, 'a number of channels from 1 to 65536')
  if (gain === undefined) throw new InvalidValueError(path, 'gain', 'missing', 'microvolts per count')
  return Array.from({ length: count }, (_, index) => ({
    name: `CH${index}`,
    acquisitionIndex: index,
    gain,
    offset: 0,
  }))
}
