import { describe } from 'vitest'
import { MissingBindingError } from '../src/errors.ts'
import { loadBinding } from '../src/native/load-binding.ts'
import { createNativeFiltering } from '../src/native/filtering.ts'
import { testFiltering } from './filtering-kit.ts'

// not built: run `pnpm build:native`
describe.runIf(isBuilt())('with the native binding', () => {
  testFiltering('native', createNativeFiltering(loadBinding()))
})

/** Where the binding was built (`npm test` with Rust says so), that it is missing is an error. */
function isBuilt(): boolean {
  try {
    loadBinding()
    return true
  } catch (error) {
    if (error instanceof MissingBindingError && process.env['NEUROJOINT_NATIVE'] !== 'required') return false
    throw error
  }
}
