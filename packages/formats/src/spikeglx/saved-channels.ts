import { ContradictionError, InvalidValueError } from '../errors.ts'
import { optionalTable, requireCounts, requireNumber, requireText } from './entries.ts'
import type { MetaEntries } from './entries.ts'

/** `imec`: AP, LF, SY; `nidq`: MN, MA, XA, DW; `obx`: XA, DW, SY. */
export type ChannelKind = 'AP' | 'LF' | 'SY' | 'MN' | 'MA' | 'XA' | 'DW'

/** One word of a frame. */
export interface SavedChannel {
  readonly kind: ChannelKind
  readonly name: string
  /** Among the acquired channels of its kind on a probe, else among all acquired channels. */
  readonly acquisitionIndex: number
}

/** The order of the kinds in the acquisition, and the keys that count them. */
interface StreamLayout {
  readonly kinds: readonly ChannelKind[]
  readonly savedKey: string
  readonly acquiredKey: string
  /** Whether a channel number starts again with each kind. */
  readonly numbersPerKind: boolean
}

const layouts: Readonly<Record<string, StreamLayout>> = {
  imec: { kinds: ['AP', 'LF', 'SY'], savedKey: 'snsApLfSy', acquiredKey: 'acqApLfSy', numbersPerKind: true },
  nidq: {
    kinds: ['MN', 'MA', 'XA', 'DW'],
    savedKey: 'snsMnMaXaDw',
    acquiredKey: 'acqMnMaXaDw',
    numbersPerKind: false,
  },
  obx: { kinds: ['XA', 'DW', 'SY'], savedKey: 'snsXaDwSy', acquiredKey: 'acqXaDwSy', numbersPerKind: false },
}

const digital: readonly ChannelKind[] = ['DW', 'SY']

/** The values of `typeThis`. */
const streamTypes = Object.keys(layouts)

export function isAnalog({ kind }: { readonly kind: ChannelKind }): boolean {
  return !digital.includes(kind)
}

/** The words of a frame in the order of the file. Throws `missing-key`, `invalid-value`, `contradiction`. */
export function readSavedChannels(entries: MetaEntries, typeThis: string): readonly SavedChannel[] {
  const layout = Object.hasOwn(layouts, typeThis) ? layouts[typeThis] : undefined
  if (!layout) throw new InvalidValueError(entries.path, 'typeThis', typeThis, streamTypes.join(', '))
  const { kinds, savedKey, acquiredKey, numbersPerKind } = layout
  const saved = requireCounts(entries, savedKey, kinds.length)
  const acquired = requireCounts(entries, acquiredKey, kinds.length)
  const total = requireNumber(entries, 'nSavedChans')
  const names = readNames(entries)
  const firsts = kinds.map((_, position) => sum(acquired.slice(0, position)))
  const channels = parseSubset(entries, sum(acquired)).map((index): SavedChannel => {
    const position = firsts.findLastIndex((first) => index >= first)
    const kind = kinds[position] ?? 'SY'
    const acquisitionIndex = numbersPerKind ? index - (firsts[position] ?? 0) : index
    return { kind, acquisitionIndex, name: names.get(index) ?? `${kind}${acquisitionIndex}` }
  })
  // `all`, and the list of early versions, name the channels of both bands; a file holds those of its own
  const inFile = channels.filter(({ kind }) => (saved[kinds.indexOf(kind)] ?? 0) > 0)
  const counts = kinds.map((kind) => inFile.filter((channel) => channel.kind === kind).length)
  if (inFile.length !== total || counts.some((count, position) => count !== saved[position]))
    throw new ContradictionError(
      entries.path,
      `snsSaveChanSubset with ${kinds.map((kind, position) => `${counts[position]} ${kind}`).join(', ')}`,
      `nSavedChans=${total} and ${savedKey}=${saved.join(',')}`,
      'Restore the file from the acquisition computer.',
    )
  return inFile
}

/** `all`, or a list such as `0:383,768` whose ranges include both ends. */
function parseSubset(entries: MetaEntries, acquired: number): readonly number[] {
  const key = 'snsSaveChanSubset'
  const text = requireText(entries, key)
  if (text === 'all') return Array.from({ length: acquired }, (_, index) => index)
  return text.split(',').flatMap((item) => {
    const [, from, to = from] = /^(\d+)(?::(\d+))?$/.exec(item) ?? []
    const first = Number(from)
    const last = Number(to)
    if (from === undefined || last < first || last >= acquired)
      throw new InvalidValueError(
        entries.path,
        key,
        text,
        `"all" or channels such as 0:383,768, each below the ${acquired} acquired`,
      )
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })
}

/** Names by index among the acquired channels, from rows such as `AP0;0:0`. */
function readNames(entries: MetaEntries): ReadonlyMap<number, string> {
  const table = optionalTable(entries, '~snsChanMap')
  return new Map(
    table?.rows.map((row) => {
      const [, name, index] = /^(.*);(\d+):\d+$/.exec(row) ?? []
      if (name === undefined)
        throw new InvalidValueError(entries.path, table.key, `(${row})`, 'rows of (name;index:order)')
      return [Number(index), name] as const
    }),
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
