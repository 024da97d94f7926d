import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testMeasuring } from './measuring-kit.ts'

testMeasuring(createTypeScriptDsp(null))
