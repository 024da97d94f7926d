import { InvalidValueError } from '../errors.ts'
import type { ProbeType } from '../probes/index.ts'
import { optionalTable, rowNumbers } from './entries.ts'
import type { MetaEntries } from './entries.ts'
import type { SavedChannel } from './saved-channels.ts'

/**
 * How much later than the frame's start each channel was sampled, as a fraction of a sample: from `~muxTbl`, else from
 * the part number. Throws `invalid-value`.
 */
export function readSampleShifts(
  entries: MetaEntries,
  probe: ProbeType,
  band: 'ap' | 'lf',
  channels: readonly SavedChannel[],
): readonly number[] {
  const table = readTurns(entries)
  if (!table) return channels.map(({ acquisitionIndex }) => probe.sampleShift(acquisitionIndex, band))
  // where a probe has an LF band, each ADC takes one more turn for it; an LF sample is spread over as many AP samples as there are turns
  const cycles = band === 'ap' && probe.lfSamplingRate !== null ? table.turns + 1 : table.turns
  return channels.map(({ acquisitionIndex }) => {
    const turn = table.turnOf.get(acquisitionIndex)
    if (turn !== undefined) return turn / cycles
    const expected = `a turn for the saved channel ${acquisitionIndex}`
    throw new InvalidValueError(entries.path, '~muxTbl', `${table.turnOf.size} channels`, expected)
  })
}

/** Rows are turns, items the channels that the ADCs sample in it; numbers beyond the channels mark an ADC that pauses. */
function readTurns(entries: MetaEntries): { turns: number; turnOf: ReadonlyMap<number, number> } | null {
  const table = optionalTable(entries, '~muxTbl')
  if (!table) return null
  const [converters = 0, turns = 0] = rowNumbers(entries, table, table.header.join(','), ',', 'ADCs,turns')
  if (!(converters >= 1) || table.rows.length !== turns)
    throw new InvalidValueError(
      entries.path,
      table.key,
      `(${table.header.join(',')}) with ${table.rows.length} rows`,
      'a header (ADCs,turns) and one row per turn',
    )
  const turnOf = new Map<number, number>()
  for (const [turn, row] of table.rows.entries()) {
    const channels = rowNumbers(entries, table, row.trim(), ' ', 'channel')
    if (channels.length !== converters)
      throw new InvalidValueError(entries.path, table.key, `(${row})`, `${converters} channels in each row`)
    for (const channel of channels) if (!turnOf.has(channel)) turnOf.set(channel, turn)
  }
  return { turns, turnOf }
}
