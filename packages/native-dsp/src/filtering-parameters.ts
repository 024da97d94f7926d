import { InvalidParameterError, WrongLengthError } from './errors.ts'
import type { PhaseShift, TraceFilter } from './filtering.ts'
import { requireFrames, requireOneOf, requirePositive } from './parameters.ts'
import { requireFilter } from './plan-parameters.ts'

/** The taps of a delay if not given. */
export const defaultTaps = 16

/** Refuses traces that are no whole frames, and a filter that cannot be made. */
export function requireTraceFilter(traces: Float32Array, filter: TraceFilter): void {
  requireFrames(traces, filter.channels)
  requirePositive('samplingRate', filter.samplingRate)
  requireOneOf('kind', filter.kind, ['high-pass', 'low-pass', 'band-pass', 'notch'])
  requireFilter(filter, filter.samplingRate)
}

export function requirePhaseShift(traces: Float32Array, { channels, shifts, taps = defaultTaps }: PhaseShift): void {
  requireFrames(traces, channels)
  if (shifts.length !== channels) throw new WrongLengthError('shifts', shifts.length, channels)
  for (const shift of Array.from(shifts)) {
    if (!(shift >= 0 && shift < 1)) {
      throw new InvalidParameterError('shifts', shift, 'a fraction of a sample from 0 up to, not including, 1')
    }
  }
  requireOneOf('taps', taps, [16, 24, 32])
}
