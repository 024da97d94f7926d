/**
 * What a thread is started with where the options of the process do not do: `--input-type`, which what `--eval` runs has,
 * is refused for files. Options that were not given to the process by itself may be none of V8's.
 */
export const threadOptions = (given: readonly string[] = process.execArgv): { readonly execArgv?: string[] } =>
  given.some((option) => option.startsWith('--input-type'))
    ? {
        execArgv: given.filter(
          (option) => !/^--(?:input-type|max-|stack-|expose|v8-)/.test(option.replaceAll('_', '-')),
        ),
      }
    : {}
