import { createTypeScriptDetecting } from '../src/typescript/detecting.ts'
import { testDetecting } from './detecting-kit.ts'

testDetecting('typescript', createTypeScriptDetecting())
