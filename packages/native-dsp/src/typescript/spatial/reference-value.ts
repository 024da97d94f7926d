import type { GroupReferencePlan } from '../../plan.ts'
import { select } from '../median.ts'

/** The mean in double precision. */
export function meanOf(values: Float32Array): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]!
  return sum / values.length
}

/** The median of at least one value, which it reorders; NaN if there is one. */
export function middleOf(values: Float32Array, middle: GroupReferencePlan['middle']): number {
  for (let index = 0; index < values.length; index++) if (Number.isNaN(values[index]!)) return Number.NaN
  const upperRank = values.length >> 1
  const upper = select(values, upperRank)
  if (values.length % 2 === 1 || middle === 'upper') return upper
  let lower = -Infinity
  for (let index = 0; index < upperRank; index++) if (values[index]! > lower) lower = values[index]!
  return middle === 'lower' ? lower : Math.fround(lower + upper) / 2
}

/** CatGT's counts: towards zero, clamped to int16; a NaN stays one. */
export const wholeCount = (value: number): number => Math.trunc(Math.max(-32768, Math.min(32767, value)))
