import { createTypeScriptLocating } from '../src/typescript/locating.ts'
import { testLocating } from './locating-kit.ts'

testLocating('typescript', createTypeScriptLocating())
