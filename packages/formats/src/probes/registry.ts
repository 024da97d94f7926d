import { OutOfRangeError, UnknownProbeError } from '../errors.ts'
import type { Electrode, ProbeFeatures, ProbeType } from './probe-type.ts'
import { sampleShift } from './sample-shift.ts'
import { partNumberAliases as aliases, vendorTable } from './vendor-table.ts'

const types: ReadonlyMap<string, ProbeType> = new Map(
  vendorTable.flatMap(({ partNumbers, ...features }) =>
    partNumbers.map((partNumber) => [partNumber, makeProbeType(partNumber, features)] as const),
  ),
)

/** Every part number of the vendor table, sorted. */
export const partNumbers: readonly string[] = [...types.keys()].toSorted()

/**
 * The probe type of a part number (`NP1010`, `PRB_1_4_0480_1`, `3A` for Phase 3A) or of a name that the DataJoint
 * Elements use (`neuropixels 1.0 - 3B`). Throws `unknown-probe`, which names `path` as the file that said it.
 */
export function probeType(partNumber: string, path: string | null = null): ProbeType {
  const type = types.get(aliases.get(partNumber) ?? partNumber)
  if (!type) throw new UnknownProbeError(partNumber, partNumbers, path)
  return type
}

function makeProbeType(partNumber: string, probe: ProbeFeatures): ProbeType {
  const { shanks, columns, rows } = probe
  const site = (shank: number, column: number, row: number): Electrode => ({
    electrode: shank * rows * columns + row * columns + column,
    shank,
    column,
    row,
    x:
      shank * probe.shankPitch +
      (row % 2 === 0 ? probe.evenRowOffset : probe.oddRowOffset) +
      column * probe.horizontalPitch,
    y: row * probe.verticalPitch,
  })
  return {
    kind: 'probe-type',
    partNumber,
    ...probe,
    electrodeCount: shanks * rows * columns,
    *electrodes() {
      for (let shank = 0; shank < shanks; shank++)
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) yield site(shank, column, row)
    },
    electrodeAt(shank, column, row) {
      if (!isIndex(shank, shanks) || !isIndex(column, columns) || !isIndex(row, rows))
        throw new OutOfRangeError(
          'Electrode',
          `(shank ${shank}, column ${column}, row ${row})`,
          `the probe ${partNumber}`,
          `${shanks} shanks of ${columns} columns and ${rows} rows`,
        )
      return site(shank, column, row)
    },
    sampleShift(channel, band = 'ap') {
      if (!isIndex(channel, probe.readoutChannels))
        throw new OutOfRangeError(
          'Channel',
          `${channel}`,
          `the probe ${partNumber}`,
          `${probe.readoutChannels} read-out channels`,
        )
      return sampleShift(probe.muxFormat, channel, band)
    },
  }
}

function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length
}
