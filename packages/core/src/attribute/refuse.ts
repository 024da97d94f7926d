import type { InvalidValueError } from './errors.ts'

/** Makes the error for the value at hand, from what was expected instead of it. */
export type Refuse = (expected: string) => InvalidValueError
