import type { Detecting } from './detecting.ts'
import type { Filtering } from './filtering.ts'
import type { Locating } from './locating.ts'
import type { Measuring } from './measuring.ts'
import type { Passing } from './pass.ts'
import type { Referencing } from './referencing.ts'
import type { OpenSimulation } from './simulate.ts'

/** How a long operation is stopped and watched. */
export interface OperationOptions {
  /** Rejects the operation with `signal.reason` within 100 ms of the abort. */
  readonly signal?: AbortSignal | undefined
  /** Is told the fraction done, from 0 to 1, about ten times a second, and 1 before the operation resolves. */
  readonly onProgress?: ((fraction: number) => void) | undefined
}

/**
 * Preprocessing of extracellular recordings; the native and the TypeScript implementation mean the same.
 *
 * Traces are frame-major: the samples of frame `t` stand at `t * channels .. (t + 1) * channels`. The input is read
 * before a call returns and is never changed. Refused parameters reject with `invalid-parameter`, `wrong-length` or
 * `ragged-frames`. Results of the two implementations differ by single-precision rounding.
 */
export interface Dsp extends Detecting, Filtering, Locating, Measuring, Passing, Referencing {
  readonly implementation: 'native' | 'typescript'
  /** Null for the native implementation; else why there is none. */
  readonly reason: string | null
  /** Opens a seeded recording with known spikes, computed where it is read. */
  readonly openSimulation: OpenSimulation
}
