import { readFile } from 'node:fs/promises'
import { MissingKeyError } from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import { probeType } from '../probes/index.ts'
import type { ProbeType } from '../probes/index.ts'
import { partNumberOfType } from '../probes/vendor-table.ts'
import type { AppliedStep, Channel } from '../recording/recording.ts'
import { readSampleShifts } from './sample-shifts.ts'
import { readElectrodes } from './electrodes.ts'
import type { SpikeGlxElectrode } from './electrodes.ts'
import { optionalNumber, optionalText, parseEntries, requireText } from './entries.ts'
import type { MetaEntries } from './entries.ts'
import { readApplied } from './applied.ts'
import { readBoardSteps, readNidqGains, readObxGains, readProbeGains, readProbeSteps } from './gains.ts'
import { readImro } from './imro.ts'
import { isAnalog, readSavedChannels } from './saved-channels.ts'
import type { SavedChannel } from './saved-channels.ts'
import { readCreatedAt, readDuration, readSamplingRate } from './timing.ts'

/** The probe that a stream comes from. */
export interface SpikeGlxProbe {
  readonly serialNumber: string
  /** `3A` for Phase 3A, whose metas have no part number. */
  readonly partNumber: string
  readonly type: ProbeType
  readonly slot: number | null
  readonly port: number | null
  readonly dock: number | null
}

/** What a SpikeGLX `.meta` file says about its `.bin` file. */
export interface SpikeGlxMeta {
  readonly path: string
  readonly stream: 'ap' | 'lf' | 'nidq' | 'obx'
  /** (Hz) */
  readonly samplingRate: number
  /** (s) */
  readonly durationSeconds: number
  /** Of the `.bin` file; null where the meta does not say. */
  readonly fileSizeBytes: number | null
  /** Index of the first sample since the acquisition started; null where the meta does not say. */
  readonly firstSample: number | null
  /** Start, local time, `YYYY-MM-DDTHH:MM:SS`. */
  readonly createdAt: string
  /** `YYYYMMDD` of SpikeGLX. */
  readonly appVersion: string | null
  /** Words per frame in the file. */
  readonly savedChannels: number
  /** Of these words, the first are analog. */
  readonly analogChannels: number
  /** The words after them: sync, or the digital lines of `nidq` and `obx`. */
  readonly syncChannels: number
  /** The analog channels, with gains in µV per count. */
  readonly channels: readonly Channel[]
  /** Null for `nidq` and `obx`. */
  readonly probe: SpikeGlxProbe | null
  /** One per analog channel of a probe, else none. */
  readonly electrodes: readonly SpikeGlxElectrode[]
  /** How much later than the frame's start each analog channel was sampled, as a fraction of a sample. */
  readonly sampleShifts: readonly number[]
  /** What CatGT and our own chains did to the counts, in order. */
  readonly applied: readonly AppliedStep[]
  /** Every key of the file, as text. */
  readonly entries: ReadonlyMap<string, string>
}

/** Reads a `.meta` file. Throws `missing-file`, and what `parseSpikeGlxMeta` throws. */
export async function readSpikeGlxMeta(path: string): Promise<SpikeGlxMeta> {
  const advice = 'Every SpikeGLX .bin has a .meta of the same name: copy it too.'
  const text = await readFile(path, 'utf8').catch(refuseMissing(path, advice))
  return parseSpikeGlxMeta(text, path)
}

/**
 * Reads the text of a SpikeGLX `.meta` file; `path` only names it in errors. Throws `missing-key`, `invalid-value`,
 * `contradiction`, `unknown-probe`.
 */
export function parseSpikeGlxMeta(text: string, path: string): SpikeGlxMeta {
  const entries = parseEntries(text, path)
  const typeThis = requireText(entries, 'typeThis')
  const saved = readSavedChannels(entries, typeThis)
  const analog = saved.filter(isAnalog)
  const samplingRate = readSamplingRate(entries, typeThis)
  const stream = readStream(typeThis, analog)
  return {
    path,
    stream,
    samplingRate,
    durationSeconds: readDuration(entries, samplingRate, saved.length),
    fileSizeBytes: optionalNumber(entries, 'fileSizeBytes'),
    firstSample: optionalNumber(entries, 'firstSample'),
    createdAt: readCreatedAt(entries),
    appVersion: optionalText(entries, 'appVersion'),
    savedChannels: saved.length,
    analogChannels: analog.length,
    syncChannels: saved.length - analog.length,
    ...(typeThis === 'imec' ? readProbeStream(entries, stream, analog) : readBoardStream(entries, stream, analog)),
    applied: readApplied(entries),
    entries: entries.values,
  }
}

function readStream(typeThis: string, analog: readonly SavedChannel[]): SpikeGlxMeta['stream'] {
  if (typeThis === 'nidq' || typeThis === 'obx') return typeThis
  return analog.every(({ kind }) => kind === 'LF') && analog.length > 0 ? 'lf' : 'ap'
}

type StreamFacts = Pick<SpikeGlxMeta, 'channels' | 'probe' | 'electrodes' | 'sampleShifts'>

function readProbeStream(
  entries: MetaEntries,
  stream: SpikeGlxMeta['stream'],
  analog: readonly SavedChannel[],
): StreamFacts {
  const probe = readProbe(entries)
  const imro = readImro(entries, probe.type)
  const gains = readProbeGains(entries, probe.type, imro, analog)
  const electrodes = readElectrodes(entries, probe.type, imro, analog)
  const sampleShifts = readSampleShifts(entries, probe.type, stream === 'lf' ? 'lf' : 'ap', analog)
  const range = countRange(readProbeSteps(entries, probe.type))
  const channels = toChannels(analog, gains).map((channel, index): Channel => {
    const { shank, x, y, used } = electrodes[index] ?? { shank: 0, x: Number.NaN, y: Number.NaN, used: false }
    return { ...channel, site: { shank, x, y, used }, sampleShift: sampleShifts[index] ?? 0, range }
  })
  return { channels, probe, electrodes, sampleShifts }
}

function readBoardStream(
  entries: MetaEntries,
  stream: SpikeGlxMeta['stream'],
  analog: readonly SavedChannel[],
): StreamFacts {
  const board = stream === 'nidq' ? stream : 'obx'
  const gains = board === 'nidq' ? readNidqGains(entries, analog) : readObxGains(entries, analog)
  const range = countRange(readBoardSteps(entries, board))
  const channels = toChannels(analog, gains).map((channel): Channel => ({ ...channel, range }))
  return { channels, probe: null, electrodes: [], sampleShifts: analog.map(() => 0) }
}

const countRange = (steps: number) => ({ least: -steps, most: steps - 1 })

function toChannels(analog: readonly SavedChannel[], gains: readonly number[]): readonly Channel[] {
  return analog.map(({ name, acquisitionIndex }, index) => ({
    index,
    name,
    acquisitionIndex,
    gain: gains[index] ?? Number.NaN,
    offset: 0,
  }))
}

function readProbe(entries: MetaEntries): SpikeGlxProbe {
  const partNumber = readPartNumber(entries)
  const serialKey = entries.values.has('imProbeSN') ? 'imProbeSN' : 'imDatPrb_sn'
  return {
    serialNumber: requireText(entries, serialKey),
    partNumber,
    type: probeType(partNumber, entries.path),
    slot: optionalNumber(entries, 'imDatPrb_slot'),
    port: optionalNumber(entries, 'imDatPrb_port'),
    dock: optionalNumber(entries, 'imDatPrb_dock'),
  }
}

function readPartNumber(entries: MetaEntries): string {
  const partNumber = optionalText(entries, 'imDatPrb_pn')
  if (partNumber !== null) return partNumber
  if (optionalText(entries, 'imProbeOpt') !== null) return '3A'
  const type = optionalText(entries, 'imDatPrb_type')
  if (type === null)
    throw new MissingKeyError(
      entries.path,
      'imDatPrb_pn',
      'Nor is imDatPrb_type or imProbeOpt there: the probe is unknown.',
    )
  return partNumberOfType.get(type) ?? `NP${type}`
}
