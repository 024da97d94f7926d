import type { Dsp } from '../dsp.ts'
import { createTypeScriptDetecting } from './detecting.ts'
import { createTypeScriptFiltering } from './filtering.ts'
import { createTypeScriptMeasuring } from './measuring.ts'
import { createTypeScriptPassing } from './passing.ts'
import { createTypeScriptLocating } from './locating.ts'
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

    ...createTypeScriptDetecting(),
    ...createTypeScriptFiltering(),
    ...createTypeScriptMeasuring(),
    ...createTypeScriptLocating(),
    ...createTypeScriptReferencing(),
    openSimulation: openTypescriptSimulation,
  }
}
