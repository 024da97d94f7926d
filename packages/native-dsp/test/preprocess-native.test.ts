import { describe, expect, test } from 'vitest'
import { preparePreprocess } from './preprocess-bench.ts'
import { testPreprocessChains } from './preprocess-chains-kit.ts'
import { testPreprocessFailures } from './preprocess-failures-kit.ts'
import { testPreprocessFormats } from './preprocess-formats-kit.ts'
import { testPreprocess } from './preprocess-kit.ts'
import { testPreprocessedPeaks } from './preprocess-peaks-kit.ts'
import { testPreprocessTargets } from './preprocess-target-kit.ts'
import { tryNative } from './native-dsp.ts'

const native = tryNative()
if (native) {
  const bench = preparePreprocess(native)
  testPreprocess(bench)
  testPreprocessChains(bench)
  testPreprocessFormats(bench)
  testPreprocessFailures(bench)
  testPreprocessedPeaks(native)
  testPreprocessTargets(native)
}

describe.skipIf(!native)('native (needs `pnpm build:native`)', () => {
  test('is what preprocessing uses', () => {
    expect(native?.implementation).toBe('native')
  })
})
