import { stat, statfs } from 'node:fs/promises'
import { basename, dirname, extname, join, relative } from 'node:path'
import type { FrameInterval, Recording } from '@neurojoint/formats/recording'
import { InvalidParameterError, TargetExistsError, TargetIsSourceError } from '../errors.ts'
import { DiskFullError } from '../simulate-errors.ts'
import { lfFactor } from './choices.ts'
import { requireFolder } from './folder.ts'
import type { SegmentsPass } from './open-passes.ts'

/** The files that one part of a recording becomes. */
export interface TargetFile {
  readonly binPath: string
  /** Of the LF band; null where none is asked for. */
  readonly lfPath: string | null
  /** Words of the source's frames behind the analog channels, which are copied. */
  readonly copied: readonly number[]
  /** (frames of the source) its whole segments, or the range that was asked for. */
  readonly startFrame: number
  readonly frames: number
  /** Of both files. */
  readonly bytes: number
}

/** Everything that is written. */
export interface Target {
  readonly folder: string
  /** Without an ending; the first file's, in `folder`. */
  readonly stem: string
  readonly files: readonly TargetFile[]
  /** The stretch of one segment of the recording; null for all of everything. */
  readonly extent: FrameInterval | null
  /** Channels of the recording that are written, in ascending order. */
  readonly channels: readonly number[]
}

/** What is written where. */
export interface TargetChoices {
  readonly channels?: readonly number[] | undefined
  readonly extent: Target['extent']
  readonly lf: boolean
}

/** Names the files of a target folder; where there is none they are described all the same, without bytes. Throws `invalid-parameter`. */
export function planTarget(
  folder: string | null,
  recording: Recording,
  parts: readonly Pick<SegmentsPass, 'segments' | 'file'>[],
  { extent, ...choices }: TargetChoices,
): Target {
  const channels = chooseChannels(recording, choices.channels)
  const withLf = choices.lf && folder !== null
  const files = parts.map((part, index): TargetFile => {
    const name = nameOf(part.file?.path ?? null, recording.format, parts.length, index)
    const columns = part.file?.columns ?? recording.channels.length
    const copied = Array.from(
      { length: columns - recording.channels.length },
      (_, word) => recording.channels.length + word,
    )
    const all = part.segments.reduce((sum, segment) => sum + (recording.segments[segment]?.frames ?? 0), 0)
    const frames = extent ? extent.end - extent.start : all
    const bytes =
      2 * frames * (channels.length + copied.length) +
      (withLf ? 2 * Math.ceil(frames / lfFactor(recording.samplingRate)) * columns : 0)
    return {
      binPath: join(folder ?? '', `${name}.bin`),
      lfPath: withLf ? join(folder, `${lfName(name)}.bin`) : null,
      copied,
      startFrame: extent?.start ?? 0,
      frames,
      bytes: folder === null ? 0 : bytes,
    }
  })
  const stem = files.length === 0 ? 'recording' : basename(files[0]?.binPath ?? '', '.bin')
  return { folder: folder ?? '', stem, files, extent, channels }
}

/** SpikeGLX's files keep their names, since other programs read them; others get the name of their stream. */
function nameOf(path: string | null, format: string | undefined, parts: number, index: number): string {
  const own = path === null ? 'recording' : basename(path, extname(path))
  const name = format === 'openephys' && path !== null ? basename(dirname(path)) : own
  return parts === 1 || format === 'spikeglx' ? name : `${name}.${index + 1}`
}

const lfName = (name: string): string => (name.endsWith('.ap') ? name.replace(/\.ap$/, '.lf') : `${name}.lf`)

function chooseChannels({ channels }: Recording, chosen: readonly number[] | undefined): readonly number[] {
  if (!chosen) return channels.map((_, row) => row)
  const stray = chosen.find((channel) => !channels[channel])
  if (stray !== undefined)
    throw new InvalidParameterError('channels', stray, `an index into the ${channels.length} channels of the recording`)
  if (chosen.length === 0) throw new InvalidParameterError('channels', chosen, 'at least one')
  return [...new Set(chosen)].toSorted((a, b) => a - b)
}

/**
 * Refuses a target of which a file is one of the source's, by whatever name, or is there already, or that does not fit on the
 * disk, or whose folder cannot be; makes nothing.
 *
 * @param beside the files that will be written beside the frames
 * @throws {TargetIsSourceError} @throws {TargetExistsError} @throws {DiskFullError} @throws {FileError}
 */
export async function requireTarget(
  target: Target,
  recording: Recording,
  beside: readonly string[],
  overwrite: boolean,
): Promise<void> {
  const sources = await identitiesOf((recording.files ?? []).flatMap(({ path }) => [path, ...besideSource(path)]))
  const frames = target.files.flatMap(({ binPath, lfPath }) => [binPath, ...(lfPath === null ? [] : [lfPath])])
  const found = await identitiesOf([...frames, ...beside])
  for (const [identity, path] of found) if (sources.has(identity)) throw new TargetIsSourceError(path)
  const [first] = found.values()
  if (!overwrite && first !== undefined) throw new TargetExistsError(first)
  const parent = await requireFolder(target.folder)
  const needed = target.files.reduce((sum, { bytes }) => sum + bytes, 0)
  const { bavail, bsize } = await statfs(parent)
  const free = bavail * bsize
  if (needed > free) throw new DiskFullError(target.files[0]?.binPath ?? target.folder, needed, free)
}

/** Where what describes a file of frames may be. */
const besideSource = (path: string): readonly string[] =>
  ['.meta', '.json'].map((ending) => join(dirname(path), `${basename(path, extname(path))}${ending}`))

/** The files among these that are there, by what tells files apart whatever they are called. */
async function identitiesOf(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    paths.map((path) =>
      stat(path, { bigint: true }).then(
        ({ dev, ino }) => [[`${dev}:${ino}`, path] as const],
        () => [],
      ),
    ),
  )
  return new Map(found.flat())
}

/** A path as a file in `folder` says it. */
export const within = (folder: string, path: string): string => relative(folder, path).replaceAll('\\', '/')
