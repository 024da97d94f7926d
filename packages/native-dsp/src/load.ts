import type { Dsp } from './dsp.ts'
import { MissingBindingError } from './errors.ts'
import { loadBinding } from './native/load-binding.ts'
import { createNativeDsp } from './native/native-dsp.ts'
import { createTypeScriptDsp } from './typescript/typescript-dsp.ts'

let loaded: Dsp | undefined

/**
 * Returns the native implementation, or, where its binding cannot be loaded, the TypeScript one with the `reason`.
 * It is the same value each time.
 */
export async function loadDsp(): Promise<Dsp> {
  loaded ??= chooseDsp()
  return loaded
}

function chooseDsp(): Dsp {
  try {
    return createNativeDsp(loadBinding())
  } catch (error) {
    if (!(error instanceof MissingBindingError)) throw error
    return createTypeScriptDsp(error.message)
  }
}
