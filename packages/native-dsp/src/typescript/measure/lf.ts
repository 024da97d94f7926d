import { requireColumns } from './columns.ts'
import { designDecimation } from './decimation.ts'

/**
 * Takes low-passed, decimated counts out of blocks of frames, in exact integers: blocks agree with the whole, and with
 * the native implementation, to the bit. `Decimation` says what passes and where frames stand.
 *
 * The counts are taken as they are: masked frames take part, and no channel is delayed. A copied column is no signal
 * (sync, digital words): its word of frame `k * factor` is frame `k`'s.
 */
export interface LfSink {
  /** Frames that are needed on either side of those that are visited, where the segment has them. */
  readonly margin: number
  /** Words of a frame of the result: the rows, then the copied columns. */
  readonly width: number
  /** Frames that a segment of so many frames gives. */
  frames(segment: number): number
  /**
   * The frames of the result that stand in `start` to `end` (exclusive) of `counts`, whose first frame is `firstFrame` of
   * its segment. Where `counts` end less than the margin beyond them, the segment must end.
   */
  visit(counts: Int16Array, firstFrame: number, start: number, end: number): Int16Array
}

export function prepareLf(factor: number, columns: number, rows: readonly number[], copied: readonly number[]): LfSink {
  const { taps, unit, reach } = designDecimation(factor)
  requireColumns(columns, rows)
  requireColumns(columns, copied)
  const width = rows.length + copied.length
  const sums = new Float64Array(rows.length)
  const frames = (segment: number): number => Math.ceil(segment / factor)

  return {
    margin: reach,
    width,
    frames,
    visit(counts, firstFrame, start, end) {
      const first = frames(firstFrame + start)
      const results = Math.max(frames(firstFrame + end) - first, 0)
      const out = new Int16Array(results * width)
      const last = counts.length / columns - 1
      for (let result = 0; result < results; result++) {
        const centre = (first + result) * factor - firstFrame
        sums.fill(0)
        for (let tap = 0; tap < taps.length; tap++) {
          const frame = Math.min(Math.max(centre + tap - reach, 0), last) * columns
          const weight = taps[tap]!
          for (let row = 0; row < rows.length; row++) sums[row]! += weight * counts[frame + rows[row]!]!
        }
        const to = result * width
        for (let row = 0; row < rows.length; row++) out[to + row] = toCount(sums[row]! / unit)
        copied.forEach((column, index) => (out[to + rows.length + index] = counts[centre * columns + column]!))
      }
      return out
    },
  }
}

/** Half to even, clamped; the quotient is exact. */
function toCount(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
  return Math.min(Math.max(whole, -32_768), 32_767)
}
