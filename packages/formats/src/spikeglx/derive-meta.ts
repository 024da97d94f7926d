import { InvalidValueError, OutOfRangeError } from '../errors.ts'
import { chainKey, numbered } from './applied.ts'
import { optionalTable } from './entries.ts'
import type { MetaEntries } from './entries.ts'
import type { SpikeGlxMeta } from './meta.ts'
import { isAnalog, readSavedChannels } from './saved-channels.ts'
import type { SavedChannel } from './saved-channels.ts'

/** A `.bin` that was made from another one. */
export interface DerivedFile {
  /** Where it lies. */
  readonly binPath: string
  /** Analog channels of the source that it has, by their index and in their order; its sync words stay behind them. */
  readonly channels: readonly number[]
  /** Of the source, where it begins. */
  readonly startFrame: number
  /** Its own. */
  readonly frames: number
  /** When it was made, local time, `YYYY-MM-DDTHH:MM:SS`. */
  readonly createdAt: string
  /** What was done to the counts. */
  readonly chain: {
    readonly by: string
    readonly steps: readonly { readonly step: string; readonly details: string }[]
  }
  /** Where it is the LF band taken from a full band: every so many frames of the source is one. */
  readonly lfFactor?: number
}

/**
 * The text of the `.meta` of a file that was made from another one: size, times, channels and their maps are its own, the
 * digest of the source is gone, and `neurojointChain0` (the next number where there are some) says what was done. Every other key stays.
 *
 * Throws `out-of-range` for channels that are not there or not in ascending order, `invalid-value` for the LF band of a
 * probe that records one of its own.
 */
export function formatDerivedMeta(meta: SpikeGlxMeta, file: DerivedFile): string {
  requireChannels(meta, file.channels)
  const source: MetaEntries = { path: meta.path, values: meta.entries }
  const words = readSavedChannels(source, meta.entries.get('typeThis') ?? '')
  const analog = words.filter(isAnalog)
  const kept = [
    ...file.channels.flatMap((channel) => analog[channel] ?? []),
    ...words.filter((word) => !isAnalog(word)),
  ]
  const samplingRate = meta.samplingRate / (file.lfFactor ?? 1)
  const chains = numbered(source, chainKey).length
  const changed: Readonly<Record<string, string | null>> = {
    fileCreateTime: file.createdAt,
    fileCreateTime_original: meta.createdAt,
    fileName: file.binPath.replaceAll('\\', '/'),
    fileSHA1: null,
    fileSizeBytes: `${file.frames * kept.length * 2}`,
    fileTimeSecs: `${file.frames / samplingRate}`,
    ...(meta.firstSample !== null && {
      firstSample: `${Math.floor((meta.firstSample + file.startFrame) / (file.lfFactor ?? 1))}`,
    }),
    nSavedChans: `${kept.length}`,
    ...savedKeys(source, kept, file.lfFactor !== undefined),
    ...(file.lfFactor === undefined ? {} : lfKeys(meta, samplingRate)),
    ...mapsOf(source, meta, file.channels),
    [chainKey(chains)]: JSON.stringify(file.chain),
  }
  const entries = new Map(meta.entries)
  for (const [key, value] of Object.entries(changed))
    if (value === null) entries.delete(key)
    else entries.set(key, value)
  // keys stand in alphabetical order, tables after them
  const lines = [...entries].toSorted(([a], [b]) => order(a, b)).map(([key, value]) => `${key}=${value}\r\n`)
  return lines.join('')
}

const isTable = (key: string): number => (key.startsWith('~') ? 1 : 0)
const order = (a: string, b: string): number => isTable(a) - isTable(b) || (a < b ? -1 : a > b ? 1 : 0)

function requireChannels(meta: SpikeGlxMeta, channels: readonly number[]): void {
  const stray = channels.find(
    (channel, place) =>
      !Number.isInteger(channel) ||
      channel < 0 ||
      channel >= meta.analogChannels ||
      (place > 0 && channel <= (channels[place - 1] ?? -1)),
  )
  if (stray === undefined) return
  throw new OutOfRangeError(
    'Channel',
    `${stray}`,
    meta.path,
    `${meta.analogChannels} analog channels, in ascending order`,
  )
}

interface StreamKeys {
  readonly kinds: readonly SavedChannel['kind'][]
  readonly acquiredKey: string
  readonly savedKey: string
}

const streamKeys: Readonly<Record<string, StreamKeys>> = {
  imec: { kinds: ['AP', 'LF', 'SY'], acquiredKey: 'acqApLfSy', savedKey: 'snsApLfSy' },
  nidq: { kinds: ['MN', 'MA', 'XA', 'DW'], acquiredKey: 'acqMnMaXaDw', savedKey: 'snsMnMaXaDw' },
  obx: { kinds: ['XA', 'DW', 'SY'], acquiredKey: 'acqXaDwSy', savedKey: 'snsXaDwSy' },
}

/** How many words of each kind there are, and which ones of the acquisition; for an LF band, AP channels are called LF. */
function savedKeys(
  source: MetaEntries,
  kept: readonly SavedChannel[],
  isLf: boolean,
): Readonly<Record<string, string>> {
  const typeThis = source.values.get('typeThis') ?? ''
  const keys = streamKeys[typeThis]
  if (!keys) throw new InvalidValueError(source.path, 'typeThis', typeThis, Object.keys(streamKeys).join(', '))
  const { kinds, acquiredKey, savedKey } = keys
  const acquired = (source.values.get(acquiredKey) ?? '').split(',').map(Number)
  if (isLf) acquired[1] = acquired[0] ?? 0
  const firstOf = (kind: SavedChannel['kind']): number =>
    acquired.slice(0, kinds.indexOf(kind)).reduce((total, count) => total + count, 0)
  const words = kept.map((word) => (isLf && word.kind === 'AP' ? { ...word, kind: 'LF' as const } : word))
  // channels of a probe count from the first of their kind
  const numbers = words.map(({ kind, acquisitionIndex }) =>
    typeThis === 'imec' ? firstOf(kind) + acquisitionIndex : acquisitionIndex,
  )
  return {
    [savedKey]: kinds.map((kind) => words.filter((word) => word.kind === kind).length).join(','),
    snsSaveChanSubset: formatRanges(numbers),
    ...(isLf && { acqApLfSy: acquired.join(',') }),
    ...channelMap(source, words, numbers, acquired),
  }
}

/** `0:3,7,9:10` */
function formatRanges(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = []
  for (const number of numbers) {
    const range = ranges.at(-1)
    if (range && number === range.last + 1) range.last = number
    else ranges.push({ first: number, last: number })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}:${last}`)).join(',')
}

function channelMap(
  source: MetaEntries,
  words: readonly SavedChannel[],
  numbers: readonly number[],
  acquired: readonly number[],
): Readonly<Record<string, string>> {
  const table = optionalTable(source, '~snsChanMap')
  if (!table) return {}
  const isLf = words.some(({ kind }) => kind === 'LF')
  const rows = words.map((word, place) => {
    const name = isLf && word.kind === 'LF' ? `LF${word.acquisitionIndex}` : word.name
    return `${name};${numbers[place]}:${place}`
  })
  const header = isLf ? acquired.slice(0, table.header.length) : table.header
  return { '~snsChanMap': formatTable(header.join(','), rows) }
}

/** Only probes that record one band have none of their own: a meta cannot say that LF counts have the gain of the AP band. */
function lfKeys(meta: SpikeGlxMeta, samplingRate: number): Readonly<Record<string, string>> {
  if (meta.probe && meta.probe.type.lfSamplingRate === null && meta.stream === 'ap')
    return { imSampRate: `${samplingRate}` }
  throw new InvalidValueError(
    meta.path,
    'imDatPrb_pn',
    meta.probe?.partNumber ?? 'none',
    'a probe of one band: this one records its LF band in a file of its own',
  )
}

/** Maps get a row per channel of the file. */
function mapsOf(
  source: MetaEntries,
  meta: SpikeGlxMeta,
  channels: readonly number[],
): Readonly<Record<string, string>> {
  const maps: Record<string, string> = {}
  for (const key of ['~snsGeomMap', '~snsShankMap']) {
    const table = optionalTable(source, key)
    if (!table) continue
    const perSaved = table.rows.length === meta.analogChannels
    const rows = channels.map((channel) => {
      const row = perSaved ? channel : (meta.channels[channel]?.acquisitionIndex ?? channel)
      return table.rows[row] ?? ''
    })
    maps[key] = formatTable(table.header.join(','), rows)
  }
  return maps
}

const formatTable = (header: string, rows: readonly string[]): string =>
  [header, ...rows].map((row) => `(${row})`).join('')
