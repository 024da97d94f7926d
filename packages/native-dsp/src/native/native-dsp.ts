import type { Dsp } from '../dsp.ts'
import { openNativeSimulation } from '../simulate-native.ts'
import type { Binding } from './binding.ts'
import { createNativeDetecting } from './detecting.ts'
import { createNativeFiltering } from './filtering.ts'
import { createNativeMeasuring } from './measuring.ts'
import { createNativeLocating } from './locating.ts'
import { createNativePassing } from './passing.ts'
import { createNativeReferencing } from './referencing.ts'

/** The interface over a loaded binding. */
export function createNativeDsp(binding: Binding): Dsp {
  return {
    ...createNativePassing(binding),
    implementation: 'native',
    reason: null,

    ...createNativeDetecting(binding),
    ...createNativeFiltering(binding),
    ...createNativeMeasuring(binding),
    ...createNativeLocating(binding),
    ...createNativeReferencing(binding),

    openSimulation: (parameters) => openNativeSimulation(binding, parameters),
  }
}
