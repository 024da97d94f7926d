import { createTypeScriptReferencing } from '../src/typescript/referencing.ts'
import { testReferencing } from './referencing-kit.ts'

testReferencing('typescript', createTypeScriptReferencing())
