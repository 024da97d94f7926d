import type { Rows } from '../rows.ts'

/** A knot of the gain stands at every so many frames; between two knots it is interpolated. */
const knotFrames = (half: number): number => (half < 128 ? 1 : Math.min(32, 2 ** Math.floor(Math.log2(half / 64))))

/**
 * Automatic gain control's gain: `|x|` under a running Hann window of `2 half + 1` frames (`numpy.hanning`, normalised to
 * a sum of 1); beyond the ends of a segment, and where frames are masked, `|x|` counts as 0.
 *
 * The window's sum is taken at knots, at most 1/64 of half the window apart, and interpolated linearly between them: 3e-4
 * of a lone impulse, far less of noise. `|x|` is summed up plain and under a cosine and a sine over the frames between two
 * knots; such sums over a window make the window at any of its knots.
 */
export interface GainControl {
  /** Frames on either side of a frame that its gain depends on. */
  readonly margin: number
  readonly step: number
  /** Begins with the frames at hand. */
  open(rows: Rows): void
  /** The gain of each row at knot `index` (at frame `index * step` of the segment); asked for in ascending order. */
  at(index: number, gain: Float64Array): void
}

export function createGainControl(windowFrames: number, channels: number): GainControl {
  const half = Math.floor(windowFrames / 2)
  const step = knotFrames(half)
  const reach = Math.round(half / step) // bins of a window on either side of its knot
  const period = 2 * half
  const [cosines, sines] = [new Float64Array(period), new Float64Array(period)]
  for (let frame = 0; frame < period; frame++) {
    cosines[frame] = Math.cos((2 * Math.PI * frame) / period)
    sines[frame] = Math.sin((2 * Math.PI * frame) / period)
  }
  const capacity = 2 * reach + 1
  const ring = new Float64Array(capacity * 3 * channels)
  const sums = new Float64Array(3 * channels)
  let rows: Rows | null = null
  let next = 0 // the bin that follows those in the sums
  let first = 0 // the oldest bin in the sums

  /** Fills the place of a bin, and adds it to the sums. */
  function enter(bin: number): void {
    const place = (bin % capacity) * 3 * channels
    ring.fill(0, place, place + 3 * channels)
    if (rows) {
      const { data, firstFrame } = rows
      const start = Math.max(bin * step, firstFrame)
      const end = Math.min((bin + 1) * step, firstFrame + data.length / channels)
      for (let frame = start; frame < end; frame++) {
        const [cosine, sine] = [cosines[frame % period]!, sines[frame % period]!]
        const from = (frame - firstFrame) * channels
        for (let channel = 0, to = place; channel < channels; channel++, to += 3) {
          const value = Math.abs(data[from + channel]!)
          ring[to]! += value
          ring[to + 1]! += value * cosine
          ring[to + 2]! += value * sine
        }
      }
    }
    for (let index = 0; index < sums.length; index++) sums[index]! += ring[place + index]!
  }

  function leave(bin: number): void {
    const place = (bin % capacity) * 3 * channels
    for (let index = 0; index < sums.length; index++) sums[index]! -= ring[place + index]!
  }

  return {
    margin: (reach + 2) * step,
    step,
    open(opened) {
      rows = opened
      sums.fill(0)
      next = first = Math.floor(opened.firstFrame / step)
    },
    at(index, gain) {
      for (; next < index + reach; next++) {
        for (; first < next - 2 * reach; first++) leave(first)
        enter(next)
      }
      for (; first < index - reach; first++) leave(first)
      const place = (index * step) % period
      const [cosine, sine] = [cosines[place]!, sines[place]!]
      for (let channel = 0, from = 0; channel < channels; channel++, from += 3) {
        const sum = sums[from]! + cosine * sums[from + 1]! + sine * sums[from + 2]!
        gain[channel] = Math.max(0, sum / period)
      }
    },
  }
}
