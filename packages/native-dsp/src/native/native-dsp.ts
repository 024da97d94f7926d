import type { Dsp } from '../dsp.ts'
import { requireBandPass, requireFrames, requireHighPass, requirePhaseShift } from '../parameters.ts'
import { openNativeSimulation } from '../simulate-native.ts'
import type { Binding } from './binding.ts'
import { createNativeDetecting } from './detecting.ts'
import { createNativeMeasuring } from './measuring.ts'
import { createNativeLocating } from './locating.ts'
import { runOperation } from './operation.ts'
import { createNativePassing } from './passing.ts'
import { createNativeReferencing } from './referencing.ts'

/** The interface over a loaded binding. */
export function createNativeDsp(binding: Binding): Dsp {
  return {
    ...createNativePassing(binding),
    implementation: 'native',
    reason: null,

    async highPass(traces, filter, options = {}) {
      requireFrames(traces, filter.channels)
      requireHighPass(filter)
      const { channels, samplingRate, order, cutoff } = filter
      return runOperation(binding, options, (...control) =>
        binding.highPass(traces, channels, samplingRate, order, cutoff, ...control),
      )
    },

    async bandPass(traces, filter, options = {}) {
      requireFrames(traces, filter.channels)
      requireBandPass(filter)
      const { channels, samplingRate, order, low, high } = filter
      return runOperation(binding, options, (...control) =>
        binding.bandPass(traces, channels, samplingRate, order, low, high, ...control),
      )
    },

    async shiftPhase(traces, shift, options = {}) {
      requireFrames(traces, shift.channels)
      requirePhaseShift(shift)
      return runOperation(binding, options, (...control) =>
        binding.shiftPhase(traces, shift.channels, Array.from(shift.shifts), ...control),
      )
    },

    async subtractCommonMedian(traces, { channels }, options = {}) {
      requireFrames(traces, channels)
      return runOperation(binding, options, (...control) => binding.subtractCommonMedian(traces, channels, ...control))
    },

    ...createNativeDetecting(binding),
    ...createNativeMeasuring(binding),
    ...createNativeLocating(binding),
    ...createNativeReferencing(binding),

    openSimulation: (parameters) => openNativeSimulation(binding, parameters),
  }
}
