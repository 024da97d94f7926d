/** How a long operation is stopped and watched. */
export interface OperationOptions {
  /** Rejects the operation with `signal.reason` within 100 ms of the abort. */
  readonly signal?: AbortSignal
  /** Is told the fraction done, from 0 to 1, at most about ten times a second and once at the end. */
  readonly onProgress?: (fraction: number) => void
}

/**
 * Preprocessing of extracellular recordings; the native and the TypeScript implementation mean the same.
 *
 * Traces are frame-major: the samples of frame `t` stand at `t * channels .. (t + 1) * channels`. The input is read
 * before a call returns and is never changed.
 */
export interface Dsp {
  readonly implementation: 'native' | 'typescript'
  /** Why this implementation was chosen: null, or why there is no native one. */
  readonly reason: string | null
  /** Subtracts from every frame the median over its channels; the mean of the two middle values for an even count. */
  subtractCommonMedian(
    traces: Float32Array,
    shape: { readonly channels: number },
    options?: OperationOptions,
  ): Promise<Float32Array>
}
