import { describe, expect, test } from 'vitest'
import type { Dsp } from '../src/dsp.ts'
import { MissingBindingError } from '../src/errors.ts'
import { loadBinding } from '../src/native/load-binding.ts'
import { createNativeDsp } from '../src/native/native-dsp.ts'
import { testPreprocess } from './preprocess-kit.ts'
import { testPreprocessedPeaks } from './preprocess-peaks-kit.ts'
import { testPreprocessTargets } from './preprocess-target-kit.ts'

const native = tryNative()
if (native) {
  testPreprocess(native)
  testPreprocessedPeaks(native)
  testPreprocessTargets(native)
}

describe.skipIf(!native)('native (needs `pnpm build:native`)', () => {
  test('is what preprocessing uses', () => {
    expect(native?.implementation).toBe('native')
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
