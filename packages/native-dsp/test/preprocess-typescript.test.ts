import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testPreprocess } from './preprocess-kit.ts'

testPreprocess(createTypeScriptDsp(null))
