import type { Detecting, Peaks } from '../detecting.ts'
import { requireDetection } from '../detecting-parameters.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation } from './operation.ts'

/** What `crates/node` exports for this area. */
export interface DetectingBinding {
  detectPeaks(
    traces: Float32Array,
    channels: number,
    noiseLevels: Float32Array,
    criteria: NativeCriteria,
    ...control: Control
  ): Promise<Peaks>
}

export interface NativeCriteria {
  readonly positions: readonly number[]
  readonly threshold: number
  readonly radius: number
  readonly exclusionSamples: number
  readonly sign: 'negative' | 'positive' | 'both'
  readonly method: 'locally-exclusive' | 'by-channel'
}

export function createNativeDetecting(binding: Binding): Detecting {
  return {
    async detectPeaks(traces, detection, options = {}) {
      requireDetection(traces, detection)
      const { channels, noiseLevels, threshold, radius, exclusionSamples, sign } = detection
      const { method = 'locally-exclusive' } = detection
      const positions = Array.from(detection.positions)
      const criteria = { positions, threshold, radius, exclusionSamples, sign, method }
      return runOperation(binding, options, (...control) =>
        binding.detectPeaks(traces, channels, noiseLevels, criteria, ...control),
      )
    },
  }
}
