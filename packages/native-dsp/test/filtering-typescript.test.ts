import { createTypeScriptFiltering } from '../src/typescript/filtering.ts'
import { testFiltering } from './filtering-kit.ts'

testFiltering('typescript', createTypeScriptFiltering())
