import { describe, expect, test } from 'vitest'
import { loadBinding } from '../src/native/load-binding.ts'
import { runOperation } from '../src/native/operation.ts'
import { openNativeSimulation } from '../src/simulate-native.ts'
import { probeSimulation, simulatedProbe } from '../src/simulate-probe.ts'
import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testDsp } from './kit.ts'
import { channels, difference, readReference, samplingRate, summary } from './reference.ts'
import { tryNative } from './native-dsp.ts'

const native = tryNative()
if (native) testDsp(native)

describe.skipIf(!native)('native (needs `pnpm build:native`)', () => {
  const { dsp, typescript } = { dsp: native ?? createTypeScriptDsp(null), typescript: createTypeScriptDsp(null) }

  test('gives the numbers of the TypeScript implementation', async () => {
    const counts = readReference('excerpt_int16')
    const { inter_sample_shift: shifts } = summary
    for (const filter of [
      { channels, samplingRate, kind: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' },
      { channels, samplingRate, kind: 'band-pass', low: 500, high: 3000, order: 2, direction: 'causal' },
    ] as const) {
      const [ours, theirs] = [await dsp.filter(counts, filter), await typescript.filter(counts, filter)]
      expect(difference(ours, theirs)).toBeLessThan(1e-5)
    }
    const shape = { channels, shifts }
    const [ours, theirs] = [await dsp.shiftPhase(counts, shape), await typescript.shiftPhase(counts, shape)]
    expect(difference(ours, theirs)).toBeLessThan(1e-5)
  })

  test('a panic is an error, not the end of the process', async () => {
    const binding = loadBinding()
    const opened: Awaited<ReturnType<typeof binding.openSimulation>>[] = []
    const openSimulation: typeof binding.openSimulation = async (parameters) => {
      opened.push(await binding.openSimulation(parameters))
      return opened[0]!
    }
    const most = 2 ** 32 - 1
    const choices = { seed: 1, durationSeconds: most / 30_000, units: 0 }
    await openNativeSimulation({ openSimulation }, probeSimulation(simulatedProbe('NP1010'), choices))
    // more samples than fit into an address space; the wrapper refuses so many columns
    const running = runOperation(binding, {}, () => opened[0]!.traces(0, most, most))
    const message: unknown = expect.stringContaining('capacity overflow')
    await expect(running).rejects.toMatchObject({ code: 'panic', message })
  })
})
