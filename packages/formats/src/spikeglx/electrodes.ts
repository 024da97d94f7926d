import { ContradictionError, InvalidValueError, OutOfRangeError } from '../errors.ts'
import type { Electrode, ProbeType } from '../probes/index.ts'
import { optionalTable, rowNumbers } from './entries.ts'
import type { MetaEntries, MetaTable } from './entries.ts'
import type { Imro } from './imro.ts'
import type { SavedChannel } from './saved-channels.ts'

/** The electrode that one saved analog channel was connected to. */
export interface SpikeGlxElectrode extends Electrode {
  /** Column among the saved analog channels. */
  readonly index: number
  readonly acquisitionIndex: number
  /** False for channels that were left out of spatial averages, such as the on-shank reference. */
  readonly used: boolean
}

interface Site {
  readonly electrode: Electrode
  readonly used: boolean
}

/**
 * The electrodes of the saved analog channels, from `~snsGeomMap`, else `~snsShankMap`, else `~imroTbl`; positions are
 * the vendor table's. Throws `invalid-value`, `contradiction`.
 */
export function readElectrodes(
  entries: MetaEntries,
  probe: ProbeType,
  imro: Imro,
  channels: readonly SavedChannel[],
): readonly SpikeGlxElectrode[] {
  const sites = readGeometryMap(entries, probe) ?? readShankMap(entries, probe)
  const siteOf = sites ? bySavedChannel(entries, probe, sites, channels.length) : byReadout(entries, probe, imro)
  return channels.map(({ acquisitionIndex }, index) => {
    const { electrode, used } = siteOf(index, acquisitionIndex)
    return { ...electrode, index, acquisitionIndex, used }
  })
}

type SiteOf = (index: number, acquisitionIndex: number) => Site

/** Maps have a row per saved channel; some versions wrote one per acquired channel. */
function bySavedChannel(
  entries: MetaEntries,
  probe: ProbeType,
  { key, sites }: { readonly key: string; readonly sites: readonly Site[] },
  saved: number,
): SiteOf {
  if (sites.length !== saved && sites.length !== probe.readoutChannels)
    throw new ContradictionError(
      entries.path,
      `${sites.length} rows in ${key}`,
      `${saved}, one per saved channel`,
      'Restore the file from the acquisition computer.',
    )
  return (index, acquisitionIndex) => {
    const site = sites[sites.length === saved ? index : acquisitionIndex]
    if (!site)
      throw new InvalidValueError(entries.path, key, `${sites.length} rows`, `a row for channel ${acquisitionIndex}`)
    return site
  }
}

function byReadout(entries: MetaEntries, probe: ProbeType, imro: Imro): SiteOf {
  return (_, acquisitionIndex) => {
    const settings = imro.get(acquisitionIndex)
    if (!settings)
      throw new InvalidValueError(
        entries.path,
        '~imroTbl',
        `${imro.size} rows`,
        `a row for channel ${acquisitionIndex}`,
      )
    const { shank, electrode } = settings
    const [column, row] = [electrode % probe.columns, Math.floor(electrode / probe.columns)]
    return { electrode: locate(entries, '~imroTbl', probe, shank, column, row), used: true }
  }
}

/** Rows `(shank:column:row:used)`. */
function readShankMap(entries: MetaEntries, probe: ProbeType) {
  const table = optionalTable(entries, '~snsShankMap')
  return (
    table &&
    readSites(entries, table, 'shank:column:row:used', ([shank = 0, column = 0, row = 0]) =>
      locate(entries, table.key, probe, shank, column, row),
    )
  )
}

/** Rows `(shank:x:z:used)`: µm from the left edge of the row's own shank and from the lowest row; the nearest site. */
function readGeometryMap(entries: MetaEntries, probe: ProbeType) {
  const table = optionalTable(entries, '~snsGeomMap')
  return (
    table &&
    readSites(entries, table, 'shank:x:z:used', ([shank = 0, x = 0, z = 0]) => {
      const row = Math.round(z / probe.verticalPitch)
      const offset = row % 2 === 0 ? probe.evenRowOffset : probe.oddRowOffset
      const column = probe.columns === 1 ? 0 : Math.round((x - offset) / probe.horizontalPitch)
      return locate(entries, table.key, probe, shank, column, row)
    })
  )
}

function readSites(
  entries: MetaEntries,
  table: MetaTable,
  fields: string,
  read: (row: readonly number[]) => Electrode,
) {
  const rows = table.rows.map((row) => rowNumbers(entries, table, row, ':', fields))
  return { key: table.key, sites: rows.map((row): Site => ({ electrode: read(row), used: row[3] !== 0 })) }
}

function locate(
  entries: MetaEntries,
  key: string,
  probe: ProbeType,
  shank: number,
  column: number,
  row: number,
): Electrode {
  try {
    return probe.electrodeAt(shank, column, row)
  } catch (error) {
    if (!(error instanceof OutOfRangeError)) throw error
    throw new InvalidValueError(
      entries.path,
      key,
      `${error.what} ${error.value}`,
      `a place on ${error.source}: ${error.available}`,
    )
  }
}
