import { describe, expect, test } from 'vitest'
import type { Dsp } from '../src/dsp.ts'
import { MissingBindingError } from '../src/errors.ts'
import { loadBinding } from '../src/native/load-binding.ts'
import { createNativeDsp } from '../src/native/native-dsp.ts'
import type { PassSource } from '../src/pass.ts'
import type { Plan } from '../src/plan.ts'
import { createTypeScriptPassing } from '../src/typescript/passing.ts'
import { testCatgt } from './pass-catgt-kit.ts'
import { compareWords, planFor, simulateCounts } from './pass-counts.ts'
import { testPassing } from './pass-kit.ts'

const bandPass = { kind: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' } as const

const native = tryNative()
if (native) {
  testPassing('native', native)
  testCatgt('native', native)
}

describe.skipIf(!native)('native (needs `pnpm build:native`)', () => {
  const passing = native ?? createTypeScriptPassing()

  test.for<[string, Partial<Plan>]>([
    ['high-pass', {}],
    ['band-pass', { temporal: { ...planFor(96).temporal, filters: [bandPass] } }],
    ['24 taps', { temporal: { ...planFor(96).temporal, taps: 24 } }],
  ])('gives the words of the TypeScript implementation but for 5 in 10,000, by 1 count: %s', async ([, changes]) => {
    const counts = simulateCounts(20_000, 96)
    const source: PassSource = { kind: 'memory', counts, columns: 97, segments: [11_000, 9000] }
    const plan = planFor(96, changes)
    const passes = [
      await passing.openPass(source, plan),
      await createTypeScriptPassing().openPass(source, plan),
    ] as const
    for (const [segment, end] of [11_000, 9000].entries()) {
      const [ours, theirs] = await Promise.all(passes.map((pass) => pass.traces({ segment, start: 0, end })))
      const { share, most } = compareWords(ours!, theirs!)
      expect(share).toBeLessThan(5e-4)
      expect(most).toBeLessThanOrEqual(1)
    }
    await Promise.all(passes.map((pass) => pass.close()))
  })
})

/** Null without a binding; where it was built (`npm test` with Rust says so) that is an error. */
function tryNative(): Dsp | null {
  try {
    return createNativeDsp(loadBinding())
  } catch (error) {
    if (error instanceof MissingBindingError && process.env['NEUROJOINT_NATIVE'] !== 'required') return null
    throw error
  }
}
