import type { PeakDetection } from './detecting.ts'
import { WrongLengthError } from './errors.ts'
import {
  requireCount,
  requireFrames,
  requireNotNegative,
  requireOneOf,
  requirePositions,
  requirePositive,
} from './parameters.ts'

export function requireDetection(traces: Float32Array, detection: PeakDetection): void {
  const { channels, positions, noiseLevels, threshold, radius, exclusionSamples, sign, method } = detection
  requireFrames(traces, channels)
  requirePositions('positions', positions, channels)
  if (noiseLevels.length !== channels) throw new WrongLengthError('noiseLevels', noiseLevels.length, channels)
  requirePositive('threshold', threshold)
  requireNotNegative('radius', radius)
  requireCount('exclusionSamples', exclusionSamples)
  requireOneOf('sign', sign, ['negative', 'positive', 'both'])
  requireOneOf('method', method, ['locally-exclusive', 'by-channel', undefined])
}
