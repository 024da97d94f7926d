import { InvalidParameterError } from '../../errors.ts'
import type { FilterPlan, TemporalPlan } from '../../plan.ts'
import type { TemporalStage } from '../pass/stage.ts'
import type { Counts, Span } from '../rows.ts'
import { createFourier } from './fourier.ts'

/** Frames that are transformed together. */
const length = 32_768
/** Frames on either side of a block that are transformed with it. */
export const catgtMargin = 500
/** Frames of a block: the grid. */
const catgtBlock = length - 2 * catgtMargin

/**
 * CatGT's temporal stage, written from the description of CatGT 5.3 (B. Karsh): delay and magnitude filter in one
 * spectrum, in double precision, in blocks of 32,768 frames of which the first and the last 500 are thrown away. Before
 * the first frame of a run its sample is repeated, after the last frame its own; results are cut off to whole counts.
 * Channels that are neither delayed nor filtered keep their counts.
 */
export function prepareCatgt(plan: TemporalPlan, scale: readonly number[] | null, samplingRate: number): TemporalStage {
  const fourier = createFourier(length)
  const gains = gainsOf(plan.filters, samplingRate)
  const re = new Float64Array(length)
  const im = new Float64Array(length)
  const pair: Pair = { re, im, place: fourier.place, gains }

  /** Two channels at a time: one is the real part of a signal, the other its imaginary part. */
  function applyPair(counts: Counts, run: Span, first: number, channels: readonly number[]): void {
    takeSignal(counts, run, first, channels[0]!, re)
    if (channels.length > 1) takeSignal(counts, run, first, channels[1]!, im)
    else im.fill(0)
    fourier.forward(re, im)
    const shift = (index: number): number => plan.shifts?.[channels[index] ?? -1] ?? 0
    shapeSpectrum(pair, shift(0), shift(1))
    fourier.inverse(re, im)
  }

  function put(
    values: Float64Array,
    first: number,
    wanted: Span,
    inner: Span,
    rows: Float32Array,
    width: number,
    row: number,
  ): void {
    const factor = scale ? Math.fround(scale[row]!) : 1
    for (let frame = wanted.start; frame < wanted.end; frame++) {
      const value = Math.min(32_767, Math.max(-32_768, Math.trunc(values[frame - first]!)))
      rows[(frame - inner.start) * width + row] = value * factor
    }
  }

  return {
    blockFrames: catgtBlock,
    before: catgtMargin,
    after: catgtMargin,
    apply(counts, runs, inner, origin, rows, look) {
      const width = counts.take.length
      const isKept = (row: number): boolean => gains === null && (plan.shifts?.[row] ?? 0) === 0
      const all = Array.from({ length: width }, (_, row) => row)
      const changed = all.filter((row) => !isKept(row))
      rows.fill(0)
      for (const block of piecesOf(origin, inner)) {
        const first = block.origin - catgtMargin
        for (const run of runs) {
          const wanted = { start: Math.max(run.start, block.start), end: Math.min(run.end, block.end) }
          if (wanted.end <= wanted.start) continue
          for (let at = 0; at < changed.length; at += 2) {
            look()
            const rowsAtOnce = changed.slice(at, at + 2)
            applyPair(counts, run, first, rowsAtOnce)
            put(re, first, wanted, inner, rows, width, rowsAtOnce[0]!)
            if (rowsAtOnce.length > 1) put(im, first, wanted, inner, rows, width, rowsAtOnce[1]!)
          }
          for (const row of all.filter(isKept)) {
            takeSignal(counts, run, first, row, re)
            put(re, first, wanted, inner, rows, width, row)
          }
        }
      }
    },
  }
}

/** Frames `start` to `end` that come from one transform, of the block that begins at `origin`. */
interface Piece extends Span {
  readonly origin: number
}

/** Blocks from `origin` on that together give the frames `inner`; fewer than the margin come from the margins. */
function piecesOf(origin: number, inner: Span): readonly Piece[] {
  const count = Math.max(1, Math.ceil((inner.end - origin - catgtMargin) / catgtBlock))
  return Array.from({ length: count }, (_, index) => {
    const from = origin + index * catgtBlock
    return {
      origin: from,
      start: index === 0 ? inner.start : from,
      end: index + 1 === count ? inner.end : from + catgtBlock,
    }
  })
}

/** What each frequency is multiplied by, with the transforms' factor; null without filters. */
function gainsOf(filters: readonly FilterPlan[], samplingRate: number): Float64Array | null {
  if (filters.length === 0) return null
  const each = filters.map((filter) => {
    if (filter.kind === 'catgt-butterworth') return filter
    throw new InvalidParameterError('filters', filter.kind, '`catgt-butterworth` with the method `catgt`')
  })
  return Float64Array.from({ length: length / 2 + 1 }, (_, bin) => {
    const frequency = (bin * samplingRate) / length
    return each.reduce((gain, { order, low, high }) => {
      const below = low === null ? 1 : frequency === 0 ? Infinity : 1 + (low / frequency) ** (2 * order)
      const above = high === null ? 1 : 1 + (frequency / high) ** (2 * order)
      return gain / Math.sqrt(below) / Math.sqrt(above)
    }, 1)
  })
}

/** The samples from the frame `first` on, the ends of the run going on beyond it. */
function takeSignal(
  { data, columns, take }: Counts,
  run: Span,
  first: number,
  row: number,
  signal: Float64Array,
): void {
  const word = take[row]!
  const from = Math.max(first, run.start)
  const to = Math.min(first + length, run.end)
  for (let frame = from; frame < to; frame++) signal[frame - first] = data[frame * columns + word]!
  signal.fill(signal[from - first]!, 0, from - first)
  signal.fill(signal[to - 1 - first]!, to - first)
}

/** Two real signals as one complex one. */
interface Pair {
  readonly re: Float64Array
  readonly im: Float64Array
  readonly place: Int32Array
  readonly gains: Float64Array | null
}

/** Takes the spectra of the two signals apart, delays and filters each, and puts them together. */
function shapeSpectrum({ re, im, place, gains }: Pair, shiftOne: number, shiftTwo: number): void {
  const half = length / 2
  for (let bin = 0; bin <= half; bin++) {
    const at = place[bin]!
    const mirror = place[(length - bin) % length]!
    const gain = (gains ? gains[bin]! : 1) / length
    const [a, b, c, d] = [re[at]!, im[at]!, re[mirror]!, im[mirror]!]
    // the one is (z + conjugate of the mirror) / 2, the other their difference / 2i
    const oneRe = (a + c) / 2
    const oneIm = (b - d) / 2
    const twoRe = (b + d) / 2
    const twoIm = (c - a) / 2
    const angle = (-2 * Math.PI * bin) / length
    const cosOne = gain * Math.cos(angle * shiftOne)
    const sinOne = gain * Math.sin(angle * shiftOne)
    const cosTwo = gain * Math.cos(angle * shiftTwo)
    const sinTwo = gain * Math.sin(angle * shiftTwo)
    const isReal = bin === 0 || bin === half
    const x = oneRe * cosOne - oneIm * sinOne
    const y = isReal ? 0 : oneRe * sinOne + oneIm * cosOne
    const u = twoRe * cosTwo - twoIm * sinTwo
    const v = isReal ? 0 : twoRe * sinTwo + twoIm * cosTwo
    re[at] = x - v
    im[at] = y + u
    re[mirror] = x + v
    im[mirror] = u - y
  }
}
