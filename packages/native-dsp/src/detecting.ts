import type { OperationOptions } from './dsp.ts'

/** What counts as a peak, and which of several near ones. */
export interface PeakDetection {
  readonly channels: number
  /** x, y of each channel in turn (um). */
  readonly positions: ArrayLike<number>
  /** One per channel, in the unit of the traces. */
  readonly noiseLevels: Float32Array
  /** In noise levels, above 0. */
  readonly threshold: number
  /** Channels no further apart than this compete (um). */
  readonly radius: number
  /** Peaks no further apart than this compete. */
  readonly exclusionSamples: number
  /** Peaks of both signs compete with each other. */
  readonly sign: 'negative' | 'positive' | 'both'
  /**
   * `locally-exclusive` if not given. `by-channel`: a peak is beyond every sample of its own channel within the exclusion
   * time, whatever its neighbours; the radius means nothing.
   */
  readonly method?: 'locally-exclusive' | 'by-channel' | undefined
}

/** Peaks in order of sample and channel. */
export interface Peaks {
  readonly sampleIndex: Float64Array
  readonly channel: Int32Array
  /** The sample at the peak, in the unit of the traces. */
  readonly amplitude: Float32Array
}

/** Detection of peaks. */
export interface Detecting {
  /**
   * Finds peaks that are the largest, in units of their channel's noise, within the radius and the exclusion time:
   * SpikeInterface's `locally_exclusive`. A candidate is a sample at or beyond its threshold that is beyond the sample
   * before it and not within the one after it; of equal ones the earlier is kept, and at the same time both. Samples
   * beyond the ends count as zero. A channel without noise (a level of 0, or NaN) has no peaks.
   */
  detectPeaks(traces: Float32Array, detection: PeakDetection, options?: OperationOptions): Promise<Peaks>
}
