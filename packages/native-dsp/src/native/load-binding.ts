import { createRequire } from 'node:module'
import { MissingBindingError } from '../errors.ts'
import type { Binding } from './binding.ts'
import { bindingFile, platform } from './platform.ts'

/**
 * Loads the compiled binding: the one beside this package (a build from source), else the platform package's.
 *
 * @throws {MissingBindingError} naming what was tried and why it failed
 */
export function loadBinding(): Binding {
  const require = createRequire(import.meta.url)
  const attempts: string[] = []
  for (const candidate of [...besidePackage, `@neurojoint/native-dsp-${platform}`]) {
    try {
      return require(candidate) as Binding // what crates/node exports; binding.ts states it
    } catch (error) {
      attempts.push(`${candidate}: ${firstLine(error)}`)
    }
  }
  throw new MissingBindingError(platform, attempts)
}

/** Seen from `src/native` and from the bundle in `dist`. */
const besidePackage = [`../../${bindingFile}`, `../${bindingFile}`]

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
