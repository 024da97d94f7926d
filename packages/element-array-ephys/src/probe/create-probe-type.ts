import type { Database } from '@neurojoint/core'
import { probeType } from '@neurojoint/formats/probes'
import { ProbeTypeDiffersError } from '../errors.ts'
import type { activate } from './activate.ts'

/**
 * Makes a probe type with its electrodes from the vendor's table, under the name given: a part number (`NP1010`), or a
 * name of the DataJoint Elements (`neuropixels 1.0 - 3B`). Returns false where it is there already.
 *
 * @throws UnknownProbeError `unknown-probe` where the vendor's table does not have it
 * @throws ProbeTypeDiffersError `probe-type-differs` where it is there with other electrodes
 */
export async function createProbeType(
  db: Database,
  { ProbeType }: Pick<ReturnType<typeof activate>, 'ProbeType'>,
  name: string,
): Promise<boolean> {
  const rows = Array.from(probeType(name).electrodes(), ({ electrode, shank, column, row, x, y }) => ({
    probe_type: name,
    electrode,
    shank,
    shank_col: column,
    shank_row: row,
    x_coord: x,
    y_coord: y,
  }))
  return db.transaction(async (transaction) => {
    const present = await transaction(ProbeType.Electrode).restrict({ probe_type: name }).fetch()
    if (present.length > 0) {
      const placeOf = new Map(present.map((row) => [row.electrode, formatPlace(row)]))
      const differing = rows.filter((row) => placeOf.get(row.electrode) !== formatPlace(row)).length
      if (differing > 0) throw new ProbeTypeDiffersError(name, differing, rows.length)
      return false
    }
    await transaction(ProbeType).insert([{ probe_type: name }], { skipDuplicates: true })
    await transaction(ProbeType.Electrode).insert(rows)
    return true
  })
}

interface Place {
  readonly shank: number
  readonly shank_col: number
  readonly shank_row: number
  readonly x_coord: number | null
  readonly y_coord: number | null
}

/** Coordinates as float32 keeps them. */
const formatPlace = ({ shank, shank_col, shank_row, x_coord, y_coord }: Place): string =>
  [shank, shank_col, shank_row, ...[x_coord, y_coord].map((value) => value ?? 0).map(Math.fround)].join(' ')
