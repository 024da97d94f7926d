import { test } from 'vitest'
import type { Dsp } from '../src/dsp.ts'
import { MissingBindingError } from '../src/errors.ts'
import { loadBinding } from '../src/native/load-binding.ts'
import { createNativeDsp } from '../src/native/native-dsp.ts'

/** The native implementation; null without a binding, which is an error where it was built (`npm test` with Rust says so). */
export function tryNative(): Dsp | null {
  try {
    return createNativeDsp(loadBinding())
  } catch (error) {
    if (error instanceof MissingBindingError && process.env['NEUROJOINT_NATIVE'] !== 'required') return null
    throw error
  }
}

/** Hands the native implementation to kits, or says that they are skipped without it. */
export function withNative(run: (dsp: Dsp) => void): void {
  const native = tryNative()
  if (native) run(native)
  else test.skip('native (needs `pnpm build:native`)', () => {})
}
