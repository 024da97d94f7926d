/** Every error of this package: recognise one by its `code`, never by its class. */
export abstract class PipelineError extends Error {
  abstract readonly code: string
}

/** Attributes as an error names them. */
export const listNames = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ')

/** What an error is recognised by; of what is no error of ours, `undefined` or what others put there. */
export const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
