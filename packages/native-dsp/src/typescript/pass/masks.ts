import { mergeRanges, prepareMask } from '../measure/mask.ts'
import type { MaskPlan } from '../../plan.ts'
import type { Span } from '../rows.ts'
import { clipped, countedFrom, lengthOf } from './grid.ts'

/** What a plan masks, prepared. */
export interface Masks {
  /** Frames on either side of a frame that decide whether it is masked. */
  readonly margin: number
  /**
   * The masked frames among `inner` of some counts, whose first frame is `firstFrame` of its segment; `inner` and the
   * result count from there and from the start of `inner`.
   */
  find(counts: Int16Array, segment: number, firstFrame: number, inner: Span): readonly Span[]
}

export function prepareMasks(plan: MaskPlan | null, columns: number, take: readonly number[]): Masks {
  if (!plan) return { margin: 0, find: () => [] }
  const mask = prepareMask(plan, columns, take)
  return {
    margin: mask.margin,
    find(counts, segment, firstFrame, inner) {
      const gaps = plan.gaps.filter((gap) => gap.segment === segment).map((gap) => countedFrom(gap, firstFrame))
      const found = [...gaps, ...mask.ranges(counts)].map((span) => countedFrom(clipped(span, inner), inner.start))
      return mergeRanges(found.filter((span) => lengthOf(span) > 0))
    },
  }
}

/** The frames between masks, of so many. */
export function runsBetween(masked: readonly Span[], frames: number): readonly Span[] {
  const starts = [0, ...masked.map(({ end }) => end)]
  const ends = [...masked.map(({ start }) => start), frames]
  return starts.map((start, index) => ({ start, end: ends[index]! })).filter(({ start, end }) => end > start)
}
