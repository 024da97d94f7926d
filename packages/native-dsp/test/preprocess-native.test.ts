import { describe, expect, test } from 'vitest'
import { testPreprocess } from './preprocess-kit.ts'
import { testPreprocessedPeaks } from './preprocess-peaks-kit.ts'
import { testPreprocessTargets } from './preprocess-target-kit.ts'
import { tryNative } from './native-dsp.ts'

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
