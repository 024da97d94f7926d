import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  AmbiguousRecordingError,
  ContradictionError,
  MissingFileError,
  OutOfRangeError,
  RaggedFileError,
} from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import { openFlatFiles } from '../recording/flat-files.ts'
import type { Recording, RecordingFile, Segment } from '../recording/recording.ts'
import { readChannels, readHistory } from './channels.ts'
import { parseOpenEphysSettings, type OpenEphysSettings } from './settings.ts'
import { parseOpenEphysStructure, type OpenEphysStream } from './structure.ts'
import { readStretches } from './timing.ts'

/** Which of several streams is meant. */
export interface OpenEphysOptions {
  /** Such as `ProbeA-AP`; where not given, the only one that is neither LFP nor of a board. */
  readonly stream?: string
}

/**
 * Opens a stream of an Open Ephys binary recording (GUI 0.6 and later) by the folder of a session, record node, experiment,
 * recording or stream, or by a file in it. Recordings of an experiment are its segments; lost packets part segments too.
 *
 * Throws `missing-file`, `missing-key`, `invalid-value`, `ragged-file`, `contradiction`, `ambiguous-recording`,
 * `out-of-range` for a stream that is not there, `unknown-probe`.
 */
export async function openOpenEphysRecording(path: string, options: OpenEphysOptions = {}): Promise<Recording> {
  const place = await findPlace(path)
  const structures: { path: string; streams: readonly OpenEphysStream[] }[] = []
  for (const structure of place.structures) {
    const text = await readFile(structure, 'utf8').catch(refuseMissing(structure, 'It describes the recording.'))
    structures.push({ path: structure, streams: parseOpenEphysStructure(text, structure) })
  }
  const [first] = structures
  if (!first) throw new MissingFileError(path, 'structure.oebin', 'It should be an Open Ephys binary recording.')
  const stream = chooseStream(first.path, first.streams, place.streamFolder, options.stream)
  const settings = await readSettings(first.path)
  const segments: Segment[] = []
  const files: RecordingFile[] = []
  let origin: number | null = null
  for (const structure of structures) {
    requireSameStream(structure.path, structure.streams, first.path, stream)
    const folder = join(dirname(structure.path), 'continuous', stream.folder)
    const stretches = await readFolder(folder, stream)
    origin ??= stretches[0]?.firstSample ?? null
    const numbers = stretches.map(({ start, end, firstSample }) => {
      const startSeconds = (firstSample - (origin ?? 0)) / stream.samplingRate
      return segments.push({ frames: end - start, startSeconds }) - 1
    })
    const columns = stream.channels.length
    files.push({ path: join(folder, 'continuous.dat'), offsetBytes: 0, columns, segments: numbers })
  }
  return openFlatFiles({
    format: 'openephys',
    samplingRate: stream.samplingRate,
    channels: readChannels(stream, settings, first.path),
    segments,
    files,
    applied: readHistory(stream, settings),
  })
}

interface Place {
  readonly structures: readonly string[]
  readonly streamFolder: string | null
}

/** The `structure.oebin` files that a path means. */
async function findPlace(path: string): Promise<Place> {
  const folder = /\.(oebin|dat|xml)$/.test(path) ? dirname(path) : path
  const names = await readdir(folder).catch(refuseMissing(folder, 'It should be an Open Ephys recording.'))
  if (names.includes('continuous.dat'))
    return { structures: [join(dirname(dirname(folder)), 'structure.oebin')], streamFolder: basename(folder) }
  const structures = await findStructures(folder)
  const experiments = [...new Set(structures.map((structure) => dirname(dirname(structure))))]
  if (experiments.length > 1) throw new AmbiguousRecordingError(path, experiments)
  return { structures: structures.toSorted(byNumber), streamFolder: null }
}

async function findStructures(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  if (entries.some(({ name }) => name === 'structure.oebin')) return [join(folder, 'structure.oebin')]
  const found: string[] = []
  for (const entry of entries)
    if (entry.isDirectory() && /^(Record[ _]Node.*|experiment\d+|recording\d+)$/.test(entry.name))
      found.push(...(await findStructures(join(folder, entry.name))))
  return found
}

/** `recording2` before `recording10`. */
const byNumber = (a: string, b: string): number => numberOf(a) - numberOf(b)
const numberOf = (structure: string): number => Number(/(\d+)$/.exec(dirname(structure))?.[1] ?? 0)

function chooseStream(
  path: string,
  streams: readonly OpenEphysStream[],
  folder: string | null,
  name: string | undefined,
): OpenEphysStream {
  const wanted = name ?? folder
  const matching = streams.filter((stream) =>
    wanted === null ? isWideBand(stream) : stream.name === wanted || stream.folder === wanted,
  )
  const [stream, ...others] = matching
  if (stream && others.length === 0) return stream
  const places = (found: readonly OpenEphysStream[]): readonly string[] =>
    found.map((candidate) => join(dirname(path), 'continuous', candidate.folder))
  if (stream || wanted === null) throw new AmbiguousRecordingError(dirname(path), places(stream ? matching : streams))
  throw new OutOfRangeError('Stream', wanted, path, streams.map((candidate) => candidate.name).join(', '))
}

const isWideBand = ({ name, channels }: OpenEphysStream): boolean =>
  !name.endsWith('-LFP') && channels.some(({ units }) => units === 'uV') && !/NI-?DAQ|PXIe-|ADC/i.test(name)

function requireSameStream(
  path: string,
  streams: readonly OpenEphysStream[],
  firstPath: string,
  stream: OpenEphysStream,
): void {
  const facts = JSON.stringify(stream)
  if (streams.some((candidate) => JSON.stringify(candidate) === facts)) return
  throw new ContradictionError(
    path,
    `no stream ${stream.name} as in ${firstPath}`,
    'the same channels in all recordings of an experiment',
    'Open the recordings one by one.',
  )
}

/** The settings of the record node, if they are there: `settings.xml` for the first experiment, `settings_2.xml` for the second. */
async function readSettings(structure: string): Promise<OpenEphysSettings | null> {
  const experiment = dirname(dirname(structure))
  const [, number = '1'] = /(\d+)$/.exec(experiment) ?? []
  const path = join(dirname(experiment), number === '1' ? 'settings.xml' : `settings_${number}.xml`)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  return text === null ? null : parseOpenEphysSettings(text, path)
}

async function readFolder(folder: string, { channels }: OpenEphysStream) {
  const data = join(folder, 'continuous.dat')
  const { size } = await stat(data).catch(refuseMissing(data, 'It holds the counts of the stream: copy it too.'))
  const frameBytes = 2 * channels.length
  if (size % frameBytes !== 0) throw new RaggedFileError(data, size, frameBytes, 'num_channels in structure.oebin')
  const numbers = join(folder, 'sample_numbers.npy')
  await stat(numbers).catch(refuseMissing(numbers, 'It tells when the frames were acquired: copy it too.'))
  return readStretches(numbers, size / frameBytes)
}
