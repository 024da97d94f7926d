import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testPreprocess } from './preprocess-kit.ts'
import { testPreprocessedPeaks } from './preprocess-peaks-kit.ts'
import { testPreprocessTargets } from './preprocess-target-kit.ts'

const dsp = createTypeScriptDsp(null)
testPreprocess(dsp)
testPreprocessedPeaks(dsp)
testPreprocessTargets(dsp)
