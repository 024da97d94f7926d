import type { OperationOptions } from './dsp.ts'
import type { FilterPlan } from './plan.ts'

/** A filter in the time domain: one of a plan, and what it runs over. */
export type TraceFilter = Exclude<FilterPlan, { readonly kind: 'catgt-butterworth' }> & {
  readonly channels: number
  readonly samplingRate: number // (Hz)
}

/** When the channels of a frame were sampled. */
export interface PhaseShift {
  readonly channels: number
  /** How much later than the frame each channel was sampled, as a fraction of a sample in [0, 1). */
  readonly shifts: ArrayLike<number>
  /** Of the delay; 16 if not given. */
  readonly taps?: 16 | 24 | 32 | undefined
}

/** What is done to each channel of frame-major traces along time, in double precision, rounded once. */
export interface Filtering {
  /**
   * Filters with a Butterworth high-pass, low-pass or band-pass (`scipy.signal.butter`) or a notch (`scipy.signal.iirnotch`).
   *
   * `causal` is `scipy.signal.sosfilt` from the steady state of the first sample; `zero-phase` is
   * `scipy.signal.sosfiltfilt`, forward and backward, with its odd extension at both ends, which is shortened where the
   * signal is shorter.
   */
  filter(traces: Float32Array, filter: TraceFilter, options?: OperationOptions): Promise<Float32Array>
  /**
   * Delays each channel by its shift, as if all channels had been sampled at once, with taps fitted by least squares: 16 up
   * to a third of the sampling rate (82 dB below the signal up to 9.5 of 30 kHz, 73 dB at 10 kHz), 24 and 32 up to two
   * fifths of it. Samples beyond the ends count as zero.
   */
  shiftPhase(traces: Float32Array, shift: PhaseShift, options?: OperationOptions): Promise<Float32Array>
}
