import { createTypeScriptLocating } from '../src/typescript/locating.ts'
import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'
import { testLocating } from './locating-kit.ts'
import { testMotionPass } from './motion-kit.ts'

testLocating('typescript', createTypeScriptLocating())
testMotionPass('typescript', createTypeScriptDsp(null))
