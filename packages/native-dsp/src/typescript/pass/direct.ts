import { InvalidParameterError } from '../../errors.ts'
import { remembered } from '../cascade.ts'
import { designDelay } from '../delay-design.ts'
import type { Counts, Span } from '../rows.ts'
import type { TemporalPlan } from '../../plan.ts'
import { delayLane } from './delays.ts'
import { designFilters, type Filters } from './filters.ts'
import { prepareRecursion, runBackward, runForward } from './recursion.ts'
import { blockFrames, clipped, lengthOf } from './grid.ts'
import type { TemporalStage } from './stage.ts'

/** Channels that are taken out of the frames together: their samples lie in half a cache line. */
const lanes = 16

/** What lies beyond a block's margin is felt in it by less than this part. */
const residue = 3e-6

/**
 * Delays, then filters, in the time domain. Beyond the ends of a run the delay sees the end's own sample repeated, a
 * zero-phase filter the odd extension of `scipy.signal.sosfiltfilt` (several have the sum of their lengths), and a causal
 * one by itself the first sample since ever.
 */
export function prepareDirect(
  plan: TemporalPlan,
  scale: readonly number[] | null,
  samplingRate: number,
): TemporalStage {
  const taps = plan.shifts && designDelays(plan.shifts, plan.taps)
  const delayed = plan.shifts?.some((shift) => shift !== 0) ?? false
  const reach = delayed ? plan.taps / 2 : 0
  const filter = prepareFilter(designFilters(plan.filters, samplingRate))
  let samples = new Float64Array()
  let signals = new Float64Array()

  function applyGroup(counts: Counts, run: Span, inner: Span, rows: Float32Array, first: number): void {
    const { columns, take, data } = counts
    const channels = take.length
    const count = Math.min(lanes, channels - first)
    const frames = lengthOf(run)
    const padded = frames + 2 * reach
    const stride = frames + 2 * filter.pad
    if (samples.length < lanes * padded) samples = new Float64Array(lanes * padded)
    if (signals.length < lanes * stride) signals = new Float64Array(lanes * stride)
    const into = delayed ? samples : signals
    const intoStride = delayed ? padded : stride
    const margin = delayed ? reach : filter.pad
    takeLanes(data, columns, take, first, count, run, into, intoStride, margin)
    for (let lane = 0; lane < count; lane++) {
      const at = lane * stride + filter.pad
      if (delayed) {
        repeatEnds(samples, lane * padded, padded, reach)
        delayLane(samples, lane * padded + reach, frames, taps![first + lane]!, signals, at)
      }
      filter.run(signals, at, frames)
    }
    const given = clipped(run, inner)
    const skipped = filter.pad + given.start - run.start
    putLanes(
      signals,
      stride,
      skipped,
      lengthOf(given),
      rows,
      (given.start - inner.start) * channels + first,
      channels,
      count,
    )
    if (scale)
      scaleLanes(rows, (given.start - inner.start) * channels + first, lengthOf(given), channels, count, scale, first)
  }

  return {
    blockFrames,
    before: filter.before + reach,
    after: filter.after + reach,
    apply(counts, runs, inner, _origin, rows, look) {
      const channels = counts.take.length
      let done = inner.start
      for (const run of runs) {
        const given = clipped(run, inner)
        if (given.end <= given.start) continue
        rows.fill(0, (done - inner.start) * channels, (given.start - inner.start) * channels)
        done = given.end
        for (let first = 0; first < channels; first += lanes) {
          look()
          applyGroup(counts, run, inner, rows, first)
        }
      }
      rows.fill(0, (done - inner.start) * channels)
    },
  }
}

/** The whole taps of each channel; those of equal shifts are designed once. */
function designDelays(shifts: readonly number[], count: TemporalPlan['taps']): readonly Float64Array[] {
  const designed = new Map([...new Set(shifts)].map((shift) => [shift, designDelay(shift, count).whole]))
  return shifts.map((shift) => designed.get(shift)!)
}

interface LaneFilter {
  readonly before: number
  readonly after: number
  /** Room that a signal needs on either side. */
  readonly pad: number
  /** Filters `frames` samples from `at` on, in place. */
  run(signals: Float64Array, at: number, frames: number): void
}

/** Filters that remember longer would need blocks that need not fit into memory. */
const longestMemory = 2 ** 18

function prepareFilter({ all, zeroPhase, extension }: Filters): LaneFilter {
  const forward = prepareRecursion(all)
  const backward = prepareRecursion(zeroPhase)
  const before = remembered(all, residue)
  const after = remembered(zeroPhase, residue)
  if (before > longestMemory) {
    const expected = `a filter that forgets within ${longestMemory} frames (a higher cutoff or a lower order)`
    throw new InvalidParameterError('filters', before, expected)
  }
  return {
    before,
    after,
    pad: extension,
    run(signals, at, frames) {
      if (all.length === 0) return
      const pad = Math.min(extension, frames - 1)
      const last = at + frames - 1
      for (let distance = 1; distance <= pad; distance++) {
        signals[at - distance] = 2 * signals[at]! - signals[at + distance]!
        signals[last + distance] = 2 * signals[last]! - signals[last - distance]!
      }
      runForward(signals, at - pad, last + 1 + pad, forward)
      runBackward(signals, at - pad, last + 1 + pad, backward)
    },
  }
}

/** Frames whose words of some channels stay in the nearest cache. */
const framesAtOnce = 64

/** Frames become signals, one after the other. */
function takeLanes(
  data: Int16Array,
  columns: number,
  take: readonly number[],
  first: number,
  count: number,
  run: Span,
  into: Float64Array,
  stride: number,
  margin: number,
): void {
  for (let start = run.start; start < run.end; start += framesAtOnce) {
    const end = Math.min(run.end, start + framesAtOnce)
    for (let lane = 0; lane < count; lane++) {
      let to = lane * stride + margin + start - run.start
      const last = end * columns
      for (let at = start * columns + take[first + lane]!; at < last; at += columns) into[to++] = data[at]!
    }
  }
}

function repeatEnds(samples: Float64Array, start: number, length: number, reach: number): void {
  samples.fill(samples[start + reach]!, start, start + reach)
  samples.fill(samples[start + length - reach - 1]!, start + length - reach, start + length)
}

/** Signals become frames: the reverse of `takeLanes`. */
function putLanes(
  signals: Float64Array,
  stride: number,
  skipped: number,
  frames: number,
  rows: Float32Array,
  to: number,
  channels: number,
  count: number,
): void {
  for (let start = 0; start < frames; start += framesAtOnce) {
    const end = Math.min(frames, start + framesAtOnce)
    for (let lane = 0; lane < count; lane++) {
      let at = lane * stride + skipped + start
      const last = to + end * channels
      for (let place = to + start * channels + lane; place < last; place += channels) rows[place] = signals[at++]!
    }
  }
}

function scaleLanes(
  rows: Float32Array,
  to: number,
  frames: number,
  channels: number,
  count: number,
  scale: readonly number[],
  first: number,
): void {
  const factors = Float32Array.from(scale.slice(first, first + count))
  for (let t = 0, frame = to; t < frames; t++, frame += channels) {
    for (let lane = 0; lane < count; lane++) rows[frame + lane]! *= factors[lane]!
  }
}
