import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { preparePreprocess } from './preprocess-bench.ts'
import { testPreprocessChains } from './preprocess-chains-kit.ts'
import { testPreprocessFailures } from './preprocess-failures-kit.ts'
import { testPreprocessFormats } from './preprocess-formats-kit.ts'
import { testPreprocess } from './preprocess-kit.ts'
import { testPreprocessedPeaks } from './preprocess-peaks-kit.ts'
import { testPreprocessTargets } from './preprocess-target-kit.ts'

const dsp = createTypeScriptDsp(null)
const bench = preparePreprocess(dsp)
testPreprocess(bench)
testPreprocessChains(bench)
testPreprocessFormats(bench)
testPreprocessFailures(bench)
testPreprocessedPeaks(dsp)
testPreprocessTargets(dsp)
