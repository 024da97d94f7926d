import { describe, expect, test } from 'vitest'
import { MissingBindingError } from '../src/errors.ts'
import { loadBinding } from '../src/native/load-binding.ts'
import { openNativeSimulation } from '../src/simulate-native.ts'
import { probeSimulation, simulatedProbe } from '../src/simulate-probe.ts'
import type { OpenSimulation } from '../src/simulate.ts'
import { openTypescriptSimulation } from '../src/typescript/simulate/open.ts'
import { testSimulatedRun } from './simulated-run-kit.ts'
import { testSimulation } from './simulation-kit.ts'

const openNative: OpenSimulation = (parameters) => openNativeSimulation(loadBinding(), parameters)

// not built: run `pnpm build:native`
describe.runIf(isBuilt())('with the native binding', () => {
  testSimulation('native', openNative)
  testSimulatedRun('native', openNative)

  test.each([1, 2 ** 31, 2 ** 32 - 1])(
    'both implementations agree in every spike and sample of seed %i',
    async (seed) => {
      const parameters = probeSimulation(simulatedProbe('NP1010'), { seed, durationSeconds: 1 })
      const [native, typescript] = [await openNative(parameters), await openTypescriptSimulation(parameters)]
      expect(native.units).toEqual(typescript.units)
      expect(native.spikes).toEqual(typescript.spikes)
      const range = { start: 12345, end: 18000, columns: 385 }
      const [a, b] = [await native.traces(range), await typescript.traces(range)]
      expect(a.findIndex((count, at) => count !== b[at])).toBe(-1)
      await Promise.all([native.close(), typescript.close()])
    },
  )
})

/** Where the binding was built (`npm test` with Rust says so), that it is missing is an error. */
function isBuilt(): boolean {
  try {
    loadBinding()
    return true
  } catch (error) {
    if (error instanceof MissingBindingError && process.env['NEUROJOINT_NATIVE'] !== 'required') return false
    throw error
  }
}
