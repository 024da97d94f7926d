import { InvalidParameterError, WrongLengthError } from './errors.ts'
import { requireFrames, requirePositive } from './parameters.ts'
import { requireEachOnce } from './pass-parameters.ts'
import { requireStep } from './plan-parameters.ts'
import type { SpatialPlan } from './plan.ts'
import type { OverChannels, Whitening } from './referencing.ts'

const aChannel = 'the index of a channel'

export function requireOverChannels(
  traces: Float32Array,
  step: OverChannels<SpatialPlan>,
  kinds: readonly SpatialPlan['kind'][],
): void {
  requireFrames(traces, step.channels)
  if (!kinds.includes(step.kind)) throw new InvalidParameterError('kind', step.kind, `one of ${kinds.join(', ')}`)
  requireStep(step, step.channels, 1)
}

export function requireWhitening(traces: Float32Array, { channels, neighbours, epsilon }: Whitening): void {
  if (requireFrames(traces, channels) === 0) throw new WrongLengthError('traces', 0, channels)
  if (epsilon !== undefined) requirePositive('epsilon', epsilon)
  if (!neighbours) return
  if (neighbours.length !== channels) throw new WrongLengthError('neighbours', neighbours.length, channels)
  for (const [channel, near] of neighbours.entries()) {
    requireEachOnce('neighbours', near, channels, aChannel)
    if (!near.includes(channel)) throw new InvalidParameterError('neighbours', near, `lists that hold their channel`)
  }
}

/** Refuses NaN and infinities. */
export function requireFiniteTraces(traces: Float32Array): void {
  for (const value of traces) {
    if (!Number.isFinite(value)) throw new InvalidParameterError('traces', value, 'finite numbers')
  }
}

/** SpikeInterface's default: 1e-16, or a small part of the median of the squares where that is small. */
export function whiteningEpsilon(traces: Float32Array): number {
  let small = 0
  for (const value of traces) if (Math.abs(value) < 1) small++
  if (small < traces.length / 2) return 1e-16
  const sizes = traces.map(Math.abs).toSorted()
  const [lower = 0, upper = 0] = [sizes[(sizes.length - 1) >> 1], sizes[sizes.length >> 1]]
  const middle = (lower * lower + upper * upper) / 2
  return middle > 0 && middle < 1 ? Math.max(1e-16, middle * 1e-3) : 1e-16
}
