import { InvalidParameterError, WrongLengthError } from './errors.ts'
import {
  requireCount,
  requireFilterOrder,
  requireNotNegative,
  requireOneOf,
  requirePositions,
  requirePositive,
} from './parameters.ts'
import { aRow, requireEachOnce, requireFrameCount, requireIndex, requireIndices } from './pass-parameters.ts'
import type {
  FilterPlan,
  Interval,
  MaskPlan,
  MixPlan,
  MotionCorrectionPlan,
  Plan,
  SpatialHighPassPlan,
  SpatialPlan,
  TemporalPlan,
} from './plan.ts'

/** Refuses a plan that does not fit frames of so many words, or says something that means nothing. */
export function requirePlan(plan: Plan, columns: number, segments: readonly number[]): void {
  const rows = plan.columns.length
  requirePositive('samplingRate', plan.samplingRate)
  if (rows === 0) throw new InvalidParameterError('columns', plan.columns, 'at least one word of a frame')
  requireEachOnce('columns', plan.columns, columns, 'a word of a frame of the source')
  if (plan.scale) {
    requireLength('scale', plan.scale, rows)
    for (const factor of plan.scale) requirePositive('scale', factor)
  }
  if (plan.mask) requireMask(plan.mask, segments)
  requireTemporal(plan.temporal, rows, plan.samplingRate)
  for (const step of plan.spatial) requireStep(step, rows, segments.length)
  requireOneOf('rounding', plan.rounding, ['half-even', 'truncate'])
}

function requireLength(name: string, list: ArrayLike<unknown>, expected: number): void {
  if (list.length !== expected) throw new WrongLengthError(name, list.length, expected)
}

function requireFinite(name: string, numbers: readonly number[]): void {
  const found = numbers.find((number) => !Number.isFinite(number))
  if (found !== undefined) throw new InvalidParameterError(name, found, 'finite numbers')
}

function requireMask({ gaps, flatFrames, saturation }: MaskPlan, segments: readonly number[]): void {
  let last: Interval | undefined
  for (const gap of gaps) {
    requireIndex('gaps', gap.segment, segments.length, 'an index into the segments')
    requireFrameCount('gaps', gap.start)
    requireFrameCount('gaps', gap.end)
    if (gap.start >= gap.end || gap.end > (segments[gap.segment] ?? 0)) {
      throw new InvalidParameterError('gaps', gap, 'intervals of at least one frame, inside of their segment')
    }
    if (last && (gap.segment < last.segment || (gap.segment === last.segment && gap.start < last.end))) {
      throw new InvalidParameterError('gaps', gap, 'intervals in order that do not overlap')
    }
    last = gap
  }
  if (flatFrames !== null) {
    requireCount('flatFrames', flatFrames)
    if (flatFrames < 2) throw new InvalidParameterError('flatFrames', flatFrames, 'at least 2 frames')
  }
  if (!saturation) return
  requireNotNegative('level', saturation.level)
  requirePositive('slope', saturation.slope)
  requireNotNegative('share', saturation.share)
  if (saturation.share > 1) throw new InvalidParameterError('share', saturation.share, 'a fraction from 0 to 1')
  requireCount('widenFrames', saturation.widenFrames)
}

function requireTemporal({ method, shifts, taps, filters }: TemporalPlan, rows: number, samplingRate: number): void {
  requireOneOf('method', method, ['direct', 'catgt'])
  if (shifts) {
    requireLength('shifts', shifts, rows)
    const outside = shifts.find((shift) => !(shift >= 0 && shift < 1))
    if (outside !== undefined) {
      throw new InvalidParameterError('shifts', outside, 'a fraction of a sample from 0 up to, not including, 1')
    }
  }
  requireOneOf('taps', taps, [16, 24, 32])
  for (const filter of filters) {
    if ((method === 'catgt') !== (filter.kind === 'catgt-butterworth')) {
      const expected = '`catgt-butterworth` with the method `catgt`, others with `direct`'
      throw new InvalidParameterError('filters', filter.kind, expected)
    }
    requireFilter(filter, samplingRate)
  }
}

/** Refuses a filter that cannot be made at this sampling rate. */
export function requireFilter(filter: FilterPlan, samplingRate: number): void {
  const requireBelow = (name: string, frequency: number): void => {
    requirePositive(name, frequency)
    if (frequency >= samplingRate / 2) {
      throw new InvalidParameterError(name, frequency, 'less than half the sampling rate')
    }
  }
  const requireOrdered = (low: number, high: number): void => {
    if (low >= high) throw new InvalidParameterError('low', low, 'less than `high`')
  }
  switch (filter.kind) {
    case 'high-pass':
    case 'low-pass':
      requireFilterOrder('order', filter.order)
      requireBelow('cutoff', filter.cutoff)
      break
    case 'band-pass':
      requireFilterOrder('order', filter.order)
      requireBelow('low', filter.low)
      requireBelow('high', filter.high)
      requireOrdered(filter.low, filter.high)
      break
    case 'notch':
      requireBelow('frequency', filter.frequency)
      requirePositive('quality', filter.quality)
      break
    case 'catgt-butterworth': {
      const { order, low, high } = filter
      if (!(Number.isInteger(order) && order >= 1 && order <= 64)) {
        throw new InvalidParameterError('order', order, 'an order from 1 to 64')
      }
      if (low !== null) requireBelow('low', low)
      if (high !== null) requireBelow('high', high)
      if (low !== null && high !== null) requireOrdered(low, high)
      return
    }
    default:
      throw new InvalidParameterError('filters', (filter as { kind: unknown }).kind, 'a kind of filter') // from JavaScript
  }
  requireOneOf('direction', filter.direction, ['zero-phase', 'causal'])
}

/** Refuses a step that does not fit so many rows and segments. */
export function requireStep(step: SpatialPlan, rows: number, segments: number): void {
  switch (step.kind) {
    case 'group-reference': {
      requireOneOf('operator', step.operator, ['median', 'mean'])
      requireOneOf('middle', step.middle, ['mean', 'upper', 'lower'])
      const from = step.groups.flatMap((group) => group.from)
      requireEachOnce('groups', from, rows, aRow)
      for (const group of step.groups) {
        requireEachOnce('groups', group.of, rows, aRow)
      }
      break
    }
    case 'local-reference':
      requireOneOf('operator', step.operator, ['median', 'mean'])
      requireLength('neighbours', step.neighbours, rows)
      for (const near of step.neighbours) requireEachOnce('neighbours', near, rows, aRow)
      if (step.whole && step.operator === 'mean') requireExact(step.neighbours)
      break
    case 'spatial-high-pass':
      requireSpatialHighPass(step, rows)
      break
    case 'mix':
      requireMix(step, rows)
      break
    case 'motion-correction':
      requireMotion(step, rows, segments)
      break
    default:
      throw new InvalidParameterError('spatial', (step as { kind: unknown }).kind, 'a kind of step') // from JavaScript
  }
}

/** Sums of so many whole counts are exact in single precision. */
const mostExact = 512

function requireExact(neighbours: readonly (readonly number[])[]): void {
  const most = neighbours.reduce((longest, { length }) => Math.max(longest, length), 0)
  if (most > mostExact) throw new InvalidParameterError('neighbours', most, `at most ${mostExact} for whole means`)
}

const longestWindow = 2 ** 20

function requireSpatialHighPass(step: SpatialHighPassPlan, rows: number): void {
  requireEachOnce('groups', step.groups.flat(), rows, aRow)
  requireFilterOrder('order', step.order)
  if (!(step.cutoff > 0 && step.cutoff < 1)) {
    throw new InvalidParameterError('cutoff', step.cutoff, 'between 0 and 1, the spatial Nyquist frequency')
  }
  requireCount('padding', step.padding)
  requireCount('taper', step.taper)
  if (!step.gainControl) return
  const { windowFrames, epsilon } = step.gainControl
  requirePositive('epsilon', epsilon)
  if (Number.isInteger(windowFrames) && windowFrames >= 3 && windowFrames <= longestWindow) return
  throw new InvalidParameterError('windowFrames', windowFrames, `3 to ${longestWindow} frames`)
}

/** Sums of counts with such weights, and sums of those, stay numbers in single precision. */
const largestWeight = 1e12

function requireMix(step: MixPlan, rows: number): void {
  const changed = step.rows.map(({ row }) => row)
  requireEachOnce('row', changed, rows, aRow)
  for (const { of, weights } of step.rows) {
    requireIndices('of', of, rows, aRow)
    requireLength('weights', weights, of.length)
    requireFinite('weights', weights)
    const huge = weights.find((weight) => Math.abs(weight) > largestWeight)
    if (huge !== undefined) throw new InvalidParameterError('weights', huge, `no more than ${largestWeight}`)
  }
}

function requireMotion(step: MotionCorrectionPlan, rows: number, segments: number): void {
  requirePositions('positions', step.positions, rows)
  requirePositive('sigma', step.sigma)
  requirePositive('power', step.power)
  requireLength('motion', step.motion, segments)
  for (const { times, depths, displacement } of step.motion) {
    requireLength('displacement', displacement, times.length * depths.length)
    requireFinite('displacement', displacement)
    requireRising('times', times)
    requireRising('depths', depths)
  }
}

function requireRising(name: string, numbers: readonly number[]): void {
  if (numbers.length === 0) throw new InvalidParameterError(name, numbers, 'at least one')
  requireFinite(name, numbers)
  const falling = numbers.find((number, index) => index > 0 && number <= (numbers[index - 1] ?? -Infinity))
  if (falling !== undefined) throw new InvalidParameterError(name, falling, 'numbers that rise')
}
