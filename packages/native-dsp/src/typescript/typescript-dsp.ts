import type { Dsp } from '../dsp.ts'
import { requireFrames } from '../parameters.ts'
import { Attention } from './attention.ts'
import { createTypeScriptDetecting } from './detecting.ts'
import { createTypeScriptFiltering } from './filtering.ts'
import { createTypeScriptMeasuring } from './measuring.ts'
import { createTypeScriptPassing } from './passing.ts'
import { createTypeScriptLocating } from './locating.ts'
import { subtractMedian } from './reference.ts'
import { createTypeScriptReferencing } from './referencing.ts'
import { openTypescriptSimulation } from './simulate/open.ts'

/**
 * The interface in TypeScript: on the event loop's thread, in slices of a few milliseconds.
 *
 * @param reason why there is no native implementation, or null if this one was asked for
 */
export function createTypeScriptDsp(reason: string | null): Dsp {
  return {
    ...createTypeScriptPassing(),
    implementation: 'typescript',
    reason,

    async subtractCommonMedian(traces, { channels }, options = {}) {
      const frames = requireFrames(traces, channels)
      const attention = new Attention(options)
      const result = traces.slice()
      await subtractMedian(result, channels, attention, (frame) => frame / frames)
      attention.finish()
      return result
    },

    ...createTypeScriptDetecting(),
    ...createTypeScriptFiltering(),
    ...createTypeScriptMeasuring(),
    ...createTypeScriptLocating(),
    ...createTypeScriptReferencing(),
    openSimulation: openTypescriptSimulation,
  }
}
