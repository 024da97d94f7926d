import { expect, test } from 'vitest'
import { probeSimulation, simulatedProbe } from '../src/simulate-probe.ts'
import { openTypescriptSimulation } from '../src/typescript/simulate/open.ts'
import { withNative } from './native-dsp.ts'
import { testSimulatedRun } from './simulated-run-kit.ts'
import { testSimulation } from './simulation-kit.ts'

withNative(({ openSimulation: openNative }) => {
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
