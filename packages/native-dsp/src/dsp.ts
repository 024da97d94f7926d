import type { Detecting } from './detecting.ts'
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

/** A Butterworth high-pass, run forward and backward. */
export interface HighPass {
  readonly channels: number
  readonly samplingRate: number // (Hz)
  readonly cutoff: number // (Hz) where one pass has half the power; both passes together have a quarter
  readonly order: number // 1 .. 8, of one pass
}

/** A Butterworth band-pass, run forward and backward. */
export interface BandPass {
  readonly channels: number
  readonly samplingRate: number // (Hz)
  readonly low: number // (Hz)
  readonly high: number // (Hz)
  readonly order: number // 1 .. 8, of one pass; the band-pass has twice as many poles
}

/** When the channels of a frame were sampled. */
export interface PhaseShift {
  readonly channels: number
  /** How much later than the frame each channel was sampled, as a fraction of a sample in [0, 1). */
  readonly shifts: ArrayLike<number>
}

/**
 * Preprocessing of extracellular recordings; the native and the TypeScript implementation mean the same.
 *
 * Traces are frame-major: the samples of frame `t` stand at `t * channels .. (t + 1) * channels`. The input is read
 * before a call returns and is never changed. Refused parameters reject with `invalid-parameter`, `wrong-length` or
 * `ragged-frames`. Results of the two implementations differ by single-precision rounding.
 */
export interface Dsp extends Detecting, Locating, Measuring, Passing, Referencing {
  readonly implementation: 'native' | 'typescript'
  /** Null for the native implementation; else why there is none. */
  readonly reason: string | null
  /**
   * Filters forward and backward with a Butterworth high-pass: `scipy.signal.sosfiltfilt` in double precision, with
   * its odd extension at both ends, which is shortened where the signal is shorter.
   */
  highPass(traces: Float32Array, filter: HighPass, options?: OperationOptions): Promise<Float32Array>
  /** Filters forward and backward with a Butterworth band-pass, as `highPass` does. */
  bandPass(traces: Float32Array, filter: BandPass, options?: OperationOptions): Promise<Float32Array>
  /**
   * Delays each channel by its shift, as if all channels had been sampled at once: 16 taps, fitted by least squares up
   * to a third of the sampling rate; the error is 82 dB below the signal up to 9.5 of 30 kHz, 73 dB at 10 kHz. Samples
   * beyond the ends count as zero.
   */
  shiftPhase(traces: Float32Array, shift: PhaseShift, options?: OperationOptions): Promise<Float32Array>
  /**
   * Subtracts from every frame the median over its channels; the mean of the two middle values for an even count. A frame
   * with a NaN becomes NaN.
   */
  subtractCommonMedian(
    traces: Float32Array,
    shape: { readonly channels: number },
    options?: OperationOptions,
  ): Promise<Float32Array>
  /** Opens a seeded recording with known spikes, computed where it is read. */
  readonly openSimulation: OpenSimulation
}
