import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testDsp } from './kit.ts'

testDsp(createTypeScriptDsp(null))
