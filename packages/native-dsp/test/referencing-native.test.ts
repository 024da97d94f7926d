import { describe } from 'vitest'
import { MissingBindingError } from '../src/errors.ts'
import { loadBinding } from '../src/native/load-binding.ts'
import { createNativeReferencing } from '../src/native/referencing.ts'
import { testReferencing } from './referencing-kit.ts'

// not built: run `pnpm build:native`
describe.runIf(isBuilt())('with the native binding', () => {
  testReferencing('native', createNativeReferencing(loadBinding()))
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
