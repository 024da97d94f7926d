import type { FrameRange } from '../../measuring.ts'
import type { MaskPlan } from '../../plan.ts'
import { requireMask } from './mask-check.ts'

export type { FrameRange }

/** What is masked beside the gaps that are known. */
export type MaskCriteria = Pick<MaskPlan, 'flatFrames' | 'saturation'>

/** Criteria for frames of so many words, of which some count. */
export interface Mask {
  /** Frames on either side of a frame that decide whether it is masked; where the segment has them, they are to be given. */
  readonly margin: number
  /** The masked frames, counted from the first: sorted, apart from each other. Where the counts end, the segment is taken to end. */
  ranges(counts: Int16Array): FrameRange[]
}

/**
 * Saturation after `ibldsp.voltage.saturation` and SpikeInterface's `detect_saturation_periods`, on counts:
 * `mean(|x[t]| > level) > share` or `mean(|x[t + 1] - x[t]| >= slope) > share`; the last frame has no step. Flat frames
 * are those of a row of at least `flatFrames` that are equal in all columns.
 */
export function prepareMask({ flatFrames, saturation }: MaskCriteria, columns: number, take: readonly number[]): Mask {
  requireMask({ flatFrames, saturation }, columns, take)
  const bounds: Bounds = saturation
    ? { level: saturation.level, slope: saturation.slope, needed: moreThan(saturation.share, take.length) }
    : { level: Infinity, slope: Infinity, needed: Infinity }
  const widen = saturation?.widenFrames ?? 0
  const shortest = flatFrames ?? Infinity
  return {
    margin: Math.max(flatFrames === null ? 0 : flatFrames - 1, saturation ? widen + 1 : 0),
    ranges: (counts) => {
      const frames = Math.floor(counts.length / columns)
      const found: FrameRange[] = []
      if (flatFrames === null && !saturation) return found
      let stillSince = 0
      for (let frame = 0; frame < frames; frame++) {
        const signs = look(counts, frame, frames, columns, take, bounds)
        if (signs.saturated) {
          found.push({ start: Math.max(frame - widen, 0), end: Math.min(frame + 1 + widen, frames) })
        }
        if (!signs.moves) continue
        if (frame + 1 - stillSince >= shortest) found.push({ start: stillSince, end: frame + 1 })
        stillSince = frame + 1
      }
      return mergeRanges(found)
    },
  }
}

/** Sorts ranges and joins those that overlap or touch; empty ones go. */
export function mergeRanges(ranges: readonly FrameRange[]): FrameRange[] {
  const merged: FrameRange[] = []
  for (const range of ranges.filter(({ start, end }) => end > start).toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (!last || range.start > last.end) merged.push(range)
    else if (range.end > last.end) merged[merged.length - 1] = { start: last.start, end: range.end }
  }
  return merged
}

interface Bounds {
  readonly level: number
  readonly slope: number
  /** So many columns are more than the share. */
  readonly needed: number
}

/** What a frame does, and whether it differs from the next one; the last frame does. */
function look(
  counts: Int16Array,
  frame: number,
  frames: number,
  columns: number,
  take: readonly number[],
  { level, slope, needed }: Bounds,
): { readonly saturated: boolean; readonly moves: boolean } {
  const last = frame + 1 === frames
  const now = frame * columns
  const next = last ? now : now + columns
  let [beyond, steep, moves] = [0, 0, last]
  for (const column of take) {
    const count = counts[now + column]!
    const step = counts[next + column]! - count
    if (step !== 0) {
      moves = true
      if (step >= slope || -step >= slope) steep++
    }
    if (count > level || -count > level) beyond++
  }
  return { saturated: beyond >= needed || steep >= needed, moves }
}

/** The least number of columns that is more than a share of them. */
function moreThan(share: number, columns: number): number {
  for (let count = 0; count <= columns; count++) if (count / columns > share) return count
  return Infinity
}
