import { InvalidParameterError, WrongLengthError } from './errors.ts'
import type { LocationMethod, MotionEstimation, MovingPeaks, PeakLocation, TraceCorrection } from './locating.ts'
import type { DepthWindows, Motion } from './motion.ts'
import {
  requireCount,
  requireFrames,
  requireNotNegative,
  requireOneOf,
  requirePositions,
  requirePositive,
} from './parameters.ts'

/** A method with every number that it needs. */
export interface ResolvedMethod {
  readonly kind: LocationMethod['kind']
  readonly radius: number
  readonly maxDistance: number
  readonly spacing: number
  readonly margin: number
  readonly percent: number
  /** Null for that of the peaks. */
  readonly prototype: readonly number[] | null
}

/** Refuses what does not fit together; returns the method with what holds if not given. */
export function requireLocation(traces: Float32Array, location: PeakLocation): ResolvedMethod {
  const { channels, positions, sampleIndex, channel, before, after, method } = location
  const frames = requireFrames(traces, channels)
  requirePositions('positions', positions, channels)
  requireCount('before', before)
  requireCount('after', after)
  if (before + after === 0) throw new InvalidParameterError('after', after, 'at least one frame with `before`')
  if (channel.length !== sampleIndex.length) throw new WrongLengthError('channel', channel.length, sampleIndex.length)
  requireIndices('sampleIndex', sampleIndex, frames, 'a frame of the traces')
  requireIndices('channel', channel, channels, 'a channel of the traces')
  requireOneOf('method', method.kind, ['center-of-mass', 'monopolar', 'grid'])
  return resolveMethod(method, before + after)
}

function resolveMethod(method: LocationMethod, samples: number): ResolvedMethod {
  const common = { maxDistance: 150, spacing: 5, margin: 50, percent: 5, prototype: null }
  if (method.kind === 'grid') {
    const { radius = 40, spacing = 5, margin = 50, percent = 5 } = method
    requirePositive('radius', radius)
    requirePositive('spacing', spacing)
    requireNotNegative('margin', margin)
    requirePositive('percent', percent)
    if (percent > 100) throw new InvalidParameterError('percent', percent, 'above 0, up to 100')
    const prototype = method.prototype ? Array.from(method.prototype) : null
    if (prototype && prototype.length !== samples) throw new WrongLengthError('prototype', prototype.length, samples)
    requireFinite('prototype', prototype ?? [])
    return { ...common, kind: 'grid', radius, spacing, margin, percent, prototype }
  }
  const { kind, radius = 75 } = method
  requireNotNegative('radius', radius)
  const maxDistance = requirePositive('maxDistance', method.kind === 'monopolar' ? (method.maxDistance ?? 150) : 150)
  return { ...common, kind, radius, maxDistance }
}

/** An estimation with every number that it needs. */
export interface ResolvedEstimation {
  readonly duration: number
  readonly low: number
  readonly high: number
  readonly timeBin: number
  readonly depthBin: number
  readonly depthSmoothing: number
  readonly amplitudeBins: number
  readonly windows: DepthWindows | null
  readonly mostDisplacement: number
  readonly horizon: number
  readonly leastCorrelation: number
}

export function requireEstimation(peaks: MovingPeaks, estimation: MotionEstimation): ResolvedEstimation {
  const { times, depths, amplitudes } = peaks
  for (const [name, list] of Object.entries({ times, depths, amplitudes })) {
    if (list.length !== times.length) throw new WrongLengthError(name, list.length, times.length)
    requireFinite(name, list)
  }
  const { depthRange, windows = { step: 400, scale: 400 }, amplitudeBins = 5 } = estimation
  const [low, high] = depthRange
  requireFinite('depthRange', depthRange)
  if (low > high) throw new InvalidParameterError('depthRange', depthRange, 'two ascending numbers')
  if (!(Number.isInteger(amplitudeBins) && amplitudeBins >= 1 && amplitudeBins <= 100)) {
    throw new InvalidParameterError('amplitudeBins', amplitudeBins, '1 to 100')
  }
  if (windows) {
    requirePositive('windows.step', windows.step)
    requirePositive('windows.scale', windows.scale)
  }
  return {
    duration: requirePositive('duration', estimation.duration),
    low,
    high,
    timeBin: requirePositive('timeBin', estimation.timeBin ?? 2),
    depthBin: requirePositive('depthBin', estimation.depthBin ?? 5),
    depthSmoothing: requireNotNegative('depthSmoothing', estimation.depthSmoothing ?? 5),
    amplitudeBins,
    windows,
    mostDisplacement: requirePositive('mostDisplacement', estimation.mostDisplacement ?? 100),
    horizon: requirePositive('horizon', estimation.horizon ?? 1000),
    leastCorrelation: requireNotNegative('leastCorrelation', estimation.leastCorrelation ?? 0.1),
  }
}

/** Refuses lists that do not fit together, that do not ascend, or that hold what is no number. */
export function requireMotion({ times, depths, displacement }: Motion): void {
  for (const [name, list] of Object.entries({ times, depths })) {
    if (list.length === 0) throw new WrongLengthError(name, 0, 1)
    requireFinite(name, list)
    const wrong = list.find((value, index) => index > 0 && value <= (list[index - 1] ?? Number.NaN))
    if (wrong !== undefined) throw new InvalidParameterError(name, wrong, 'ascending values')
  }
  const expected = times.length * depths.length
  if (displacement.length !== expected) throw new WrongLengthError('displacement', displacement.length, expected)
  requireFinite('displacement', displacement)
}

export function requireCorrection(
  traces: Float32Array,
  correction: TraceCorrection,
): { readonly sigma: number; readonly power: number; readonly firstFrame: number } {
  const { channels, positions, samplingRate, motion, sigma = 20, power = 2, firstFrame = 0 } = correction
  requireFrames(traces, channels)
  requirePositions('positions', positions, channels)
  requirePositive('samplingRate', samplingRate)
  requirePositive('sigma', sigma)
  requirePositive('power', power)
  requireCount('firstFrame', firstFrame)
  requireMotion(motion)
  return { sigma, power, firstFrame }
}

function requireIndices(name: string, indices: ArrayLike<number>, end: number, expected: string): void {
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]
    if (!(Number.isInteger(index) && Number(index) >= 0 && Number(index) < end)) {
      throw new InvalidParameterError(name, index, expected)
    }
  }
}

function requireFinite(name: string, values: ArrayLike<number>): void {
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) throw new InvalidParameterError(name, values[at], 'finite numbers')
  }
}
