import type { OperationOptions } from './dsp.ts'
import type { GroupReferencePlan, LocalReferencePlan, MixPlan, SpatialHighPassPlan } from './plan.ts'

/** A step of a plan over traces of so many channels; its rows are the channels. */
export type OverChannels<Step> = Step & { readonly channels: number }

/** Which covariance is whitened. */
export interface Whitening {
  readonly channels: number
  /** Channels that each channel is made independent of, itself among them; null for all of them at once. */
  readonly neighbours: readonly (readonly number[])[] | null
  /**
   * Added to the eigenvalues of the covariance, in the square of the traces' unit. If not given, as SpikeInterface does:
   * 1e-16, or 1e-3 of the median of the squared traces where that is below 1 (but not below 1e-16).
   */
  readonly epsilon?: number | undefined
}

/** Combines the channels of each frame. */
export interface Referencing {
  /**
   * Subtracts from channels the median or mean of their group, or of their neighbours. Medians are exact, means are off by
   * single-precision rounding; `whole` is CatGT's integer arithmetic to the bit. A NaN among the members makes NaN of all
   * channels that their reference is subtracted from, in that frame.
   */
  subtractReference(
    traces: Float32Array,
    reference: OverChannels<GroupReferencePlan | LocalReferencePlan>,
    options?: OperationOptions,
  ): Promise<Float32Array>
  /**
   * IBL's k-filter (`ibldsp.voltage.kfilt`, SpikeInterface's `highpass_spatial_filter`): a Butterworth high-pass from
   * channel to channel, forward and backward, with gain control by a running Hann window. Within 1e-3 of the traces' RMS.
   * Traces begin and end as a recording does. Refuses values that are not finite.
   */
  spatialHighPass(
    traces: Float32Array,
    filter: OverChannels<SpatialHighPassPlan>,
    options?: OperationOptions,
  ): Promise<Float32Array>
  /** Makes channels weighted sums of channels; a NaN makes NaN of those that it enters, in that frame. */
  mix(traces: Float32Array, mix: OverChannels<MixPlan>, options?: OperationOptions): Promise<Float32Array>
  /**
   * The whitening matrix `W` of traces, row-major: column `c` has the weights that make channel `c`. Of the covariance
   * about 0, `U S U'`, it is `U (S + epsilon)^(-1/2) U'` (ZCA); with `neighbours`, each channel's column is that of the
   * matrix of its neighbours alone. SpikeInterface's `compute_whitening_matrix` within 1e-5. Refuses traces without
   * frames, and values that are not finite.
   */
  whiteningMatrix(traces: Float32Array, whitening: Whitening, options?: OperationOptions): Promise<Float64Array>
}
