import { InvalidValueError, MissingKeyError } from '../errors.ts'
import type { ImroFormat, ProbeType } from '../probes/index.ts'
import { optionalTable, rowNumbers } from './entries.ts'
import type { MetaEntries, MetaTable } from './entries.ts'

/** How one acquired channel is set up. */
export interface ImroChannel {
  /** Null where the format has one gain for the probe and states it elsewhere. */
  readonly apGain: number | null
  readonly lfGain: number | null
  readonly shank: number
  /** On its shank. */
  readonly electrode: number
}

/** By read-out channel. */
export type Imro = ReadonlyMap<number, ImroChannel>

type RowReader = (fields: readonly number[], channelsPerBank: number) => readonly [number, ImroChannel]

const fixedGain = { apGain: null, lfGain: null }

const electrodeOnShank: RowReader = ([channel = 0, shank = 0, , , electrode = 0]) => [
  channel,
  { ...fixedGain, shank, electrode },
]

const electrodeOnly: RowReader = ([channel = 0, , , electrode = 0]) => [channel, { ...fixedGain, shank: 0, electrode }]

const gainPerChannel: RowReader = ([channel = 0, bank = 0, , apGain = 0, lfGain = 0], channelsPerBank) => [
  channel,
  { apGain, lfGain, shank: 0, electrode: bank * channelsPerBank + channel },
]

const perShank = { fields: 'channel shank bank refid electrode', read: electrodeOnShank }
const oneShank = { fields: 'channel bank refid electrode', read: electrodeOnly }

const rowFormats: Readonly<Record<Exclude<ImroFormat, 'np1110'>, { fields: string; read: RowReader }>> = {
  // a sixth field, the high-pass, is absent in Phase 3A
  np1000: { fields: 'channel bank refid apGain lfGain', read: gainPerChannel },
  np2000: oneShank,
  np2003: oneShank,
  np3010: oneShank,
  np2010: perShank,
  np2013: perShank,
  np2020: perShank,
  np3020: perShank,
}

/** Reads `~imroTbl`, whose rows are the acquired channels, saved or not. Throws `missing-key`, `invalid-value`. */
export function readImro(entries: MetaEntries, probe: ProbeType): Imro {
  const table = optionalTable(entries, '~imroTbl')
  if (!table)
    throw new MissingKeyError(
      entries.path,
      '~imroTbl',
      'It says which electrodes were read and with which gain: restore the file from the acquisition computer.',
    )
  return probe.imroFormat === 'np1110'
    ? readGroups(entries, table)
    : readRows(entries, table, rowFormats[probe.imroFormat])
}

/** Header `(type,channels)`, `(part number,channels)`, or `(serial,option,channels)` of Phase 3A. */
function readRows(entries: MetaEntries, table: MetaTable, format: { fields: string; read: RowReader }): Imro {
  const channels = Number(table.header.at(-1))
  if (table.header.length < 2 || table.rows.length !== channels)
    throw new InvalidValueError(
      entries.path,
      table.key,
      `(${table.header.join(',')}) with ${table.rows.length} rows`,
      'a header (type,channels) and one row per channel',
    )
  return new Map(table.rows.map((row) => format.read(rowNumbers(entries, table, row, ' ', format.fields), channels)))
}

const groupHeader = 'type,colMode,refid,apGain,lfGain,apHipass'
const groups = 24

/** The 24 groups of NP1110: each of its 384 channels is at one of two banks (`IMROTbl_T1110.cpp` of SpikeGLX). */
function readGroups(entries: MetaEntries, table: MetaTable): Imro {
  // the first item may be the part number
  const header = rowNumbers(entries, table, ['0', ...table.header.slice(1)].join(','), ',', groupHeader)
  const [, columnMode = 0, , apGain = 0, lfGain = 0] = header
  const rows = table.rows.map((row) => rowNumbers(entries, table, row, ' ', 'group bankA bankB'))
  const banks = new Map(rows.map(([group = 0, bankA = 0, bankB = 0]) => [group, [bankA, bankB] as const]))
  return new Map(
    Array.from({ length: 16 * groups }, (_, channel) => {
      const pair = banks.get(groupOf(channel))
      if (!pair) throw new InvalidValueError(entries.path, table.key, `${table.rows.length} groups`, `${groups} groups`)
      const bank = pair[usesSecondBank(columnMode, ultraColumn(channel, pair[0])) ? 1 : 0]
      const electrode = 8 * ultraRow(channel, bank) + ultraColumn(channel, bank)
      return [channel, { apGain, lfGain, shank: 0, electrode }] as const
    }),
  )
}

function groupOf(channel: number): number {
  return 2 * Math.floor(channel / 32) + (channel % 2)
}

const groupColumns = [0, 3, 1, 2, 1, 2, 0, 3]

function ultraColumn(channel: number, bank: number): number {
  const groupColumn = groupColumns[4 * (bank % 2) + (groupOf(channel) % 4)] ?? 0
  const isCrossed = Math.floor(bank / 4) % 2
  const inGroup = (Math.floor((channel % 32) / 2) % 2) ^ isCrossed
  return 2 * groupColumn + (channel % 2 === 1 ? 1 - inGroup : inGroup)
}

function ultraRow(channel: number, bank: number): number {
  const inGroup = Math.floor((channel % 32) / 4)
  return 48 * bank + 8 * Math.floor(groupOf(channel) / 4) + (channel % 2 === 1 ? 7 - inGroup : inGroup)
}

/** Column mode 0 reads the inner columns from bank A, 1 the outer ones, 2 all. */
function usesSecondBank(columnMode: number, column: number): boolean {
  if (columnMode === 2) return false
  const isOuter = column <= 3 ? column % 2 === 0 : column % 2 === 1
  return columnMode === 1 ? !isOuter : isOuter
}
