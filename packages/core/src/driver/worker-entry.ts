import { existsSync } from 'node:fs'

/**
 * Where the file of a worker thread lies, named by its path under `src` without the ending: the source itself where this
 * code runs from source, else the entry of the build, whose bundled chunks may lie at its root or below.
 */
export function workerEntry(path: string): URL {
  if (import.meta.url.endsWith('.ts')) return new URL(`../${path}.ts`, import.meta.url)
  const candidates = ['./', '../', '../../'].map((up) => new URL(`${up}${path}.js`, import.meta.url))
  return candidates.find((url) => existsSync(url)) ?? new URL(`./${path}.js`, import.meta.url)
}

/**
 * What a thread is started with where the options of the process do not do: `--input-type`, which what `--eval` runs has,
 * is refused for files. Options that were not given to the process by itself may be none of V8's.
 */
export const threadOptions = (given: readonly string[]): { readonly execArgv?: string[] } =>
  given.some((option) => option.startsWith('--input-type'))
    ? {
        execArgv: given.filter(
          (option) => !/^--(?:input-type|max-|stack-|expose|v8-)/.test(option.replaceAll('_', '-')),
        ),
      }
    : {}
