import type { Dsp } from '../dsp.ts'
import { requireFrames } from '../parameters.ts'
import { openNativeSimulation } from '../simulate-native.ts'
import type { Binding } from './binding.ts'
import { createNativeDetecting } from './detecting.ts'
import { createNativeFiltering } from './filtering.ts'
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

    async subtractCommonMedian(traces, { channels }, options = {}) {
      requireFrames(traces, channels)
      return runOperation(binding, options, (...control) => binding.subtractCommonMedian(traces, channels, ...control))
    },

    ...createNativeDetecting(binding),
    ...createNativeFiltering(binding),
    ...createNativeMeasuring(binding),
    ...createNativeLocating(binding),
    ...createNativeReferencing(binding),

    openSimulation: (parameters) => openNativeSimulation(binding, parameters),
  }
}
