import type { Plan } from '../../plan.ts'
import type { Computed } from './compute.ts'

/** What a frame of int16 is made of. */
export interface Selection {
  readonly rows: readonly number[]
  /** Words of a frame of the source, to the bit. */
  readonly copied: readonly number[]
}

/** The wanted frames of a block as int16: rows rounded and clamped, then copied words. */
export function wordsOf(
  { rows, inner, counts, wanted }: Computed,
  columns: number,
  { rows: chosen, copied }: Selection,
  rounding: Plan['rounding'],
): Int16Array<ArrayBuffer> {
  const { data, channels } = rows
  const width = chosen.length + copied.length
  const words = new Int16Array((inner.end - inner.start) * width)
  const selected = Int32Array.from(chosen)
  const round = rounding === 'half-even' ? roundHalfEven : truncate
  for (let frame = inner.start, to = 0; frame < inner.end; frame++, to += width) {
    round(data, frame * channels, selected, words, to)
  }
  const from = Int32Array.from(copied)
  if (from.length === 0) return words
  let to = selected.length
  for (let frame = wanted.start; frame < wanted.end; frame++, to += width) {
    for (let index = 0; index < from.length; index++) words[to + index] = counts.data[frame * columns + from[index]!]!
  }
  return words
}

/** Added to a number and taken away again, it leaves the nearest whole number, the even one of two (at most 2^51 from 0). */
const shifter = 2 ** 52 + 2 ** 51

function roundHalfEven(data: Float32Array, start: number, selected: Int32Array, words: Int16Array, to: number): void {
  for (let index = 0; index < selected.length; index++) {
    const value = data[start + selected[index]!]! + shifter - shifter
    words[to + index] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value
  }
}

function truncate(data: Float32Array, start: number, selected: Int32Array, words: Int16Array, to: number): void {
  for (let index = 0; index < selected.length; index++) {
    const value = data[start + selected[index]!]!
    words[to + index] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value
  }
}
