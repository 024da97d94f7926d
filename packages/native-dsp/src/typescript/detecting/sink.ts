import { centerOfMass } from '../location/center-of-mass.ts'
import { contactsOf } from '../location/contacts.ts'
import type { Rows } from '../rows.ts'
import { createDetector, detectWithin, type Detector, type PeakCriteria } from './detector.ts'
import { rowsWithin } from './exclusion.ts'

/**
 * How peaks are located: by the center of mass of the peak-to-peak amplitudes in the frames `peak - before` to
 * `peak + after` (exclusive), of the rows within the radius.
 */
export interface Locate {
  readonly radius: number // (um)
  readonly before: number
  readonly after: number
}

/** A peak in the rows of a pass. */
export interface PassPeak {
  readonly segment: number
  /** Of the segment. */
  readonly frame: number
  readonly row: number
  readonly amplitude: number // (counts)
  /** (um) x, y; null where that was not asked for. */
  readonly location: readonly [number, number] | null
}

/** What finds the peaks of a pass, block by block, each once. */
export interface PeakSink {
  /** The frames that `visit` needs on either side of the inner range, where the segment does not end there. */
  readonly halo: number
  /** The peaks in the frames `start` to `end` (exclusive), counted from the first of the rows, in order of frame and row. */
  visit(rows: Rows, start: number, end: number): readonly PassPeak[]
}

/** `noiseLevels` are in counts, one for each row; a row without noise (0, or NaN) has no peaks. */
export function preparePeakSink(criteria: PeakCriteria, noiseLevels: Float32Array, locate: Locate | null): PeakSink {
  const detector = createDetector(noiseLevels, criteria)
  const locator = locate && prepareLocator(detector, locate)
  return {
    halo: Math.max(detector.halo, locate?.before ?? 0, locate?.after ?? 0),
    visit: (rows, start, end) =>
      detectWithin(rows.data, detector, start, end).map(({ frame, row, amplitude }) => ({
        segment: rows.segment,
        frame: rows.firstFrame + frame,
        row,
        amplitude,
        location: locator && locator(rows, frame, row),
      })),
  }
}

type Locator = (rows: Rows, frame: number, row: number) => readonly [number, number]

function prepareLocator({ criteria: { positions } }: Detector, { radius, before, after }: Locate): Locator {
  const near = Array.from({ length: positions.length / 2 }, (_, row) => {
    const rows = rowsWithin(positions, row, radius)
    return { rows, contacts: contactsOf(positions, rows), heights: new Float64Array(rows.length) }
  })
  return ({ data, channels }, frame, row) => {
    const start = Math.max(0, frame - before) * channels
    const end = Math.min(data.length, (frame + after) * channels)
    const { rows, contacts, heights } = near[row]!
    for (let place = 0; place < rows.length; place++) {
      let [lowest, highest] = [Infinity, -Infinity]
      for (let at = start + rows[place]!; at < end; at += channels) {
        const value = data[at]!
        if (value < lowest) lowest = value
        if (value > highest) highest = value
      }
      heights[place] = Math.fround(highest - lowest)
    }
    return centerOfMass(contacts, heights)
  }
}
