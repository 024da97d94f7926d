/**
 * What is done to a recording, as plain data that can be stored: the steps in their order, and how the result becomes
 * whole counts. Stated quantities are of the recording, not of its sampling: seconds, Hz, um, uV.
 *
 * Steps on each channel for itself (masks, filters, the phase shift) come before those across channels. What a step does
 * not say has the default that stands beside it.
 */
export interface Chain {
  /** For people, and for the name of what is made with it. */
  readonly name?: string | undefined
  readonly steps: readonly ChainStep[]
  /** Once, at the end, clamped to int16: to the nearest, of two the even one (default), or towards zero as CatGT and IBL do. */
  readonly rounding?: 'half-even' | 'truncate' | undefined
}

export type ChainStep =
  | MaskStep
  | HighPassStep
  | LowPassStep
  | BandPassStep
  | NotchStep
  | CatGtButterworthStep
  | PhaseShiftStep
  | BadChannelsStep
  | CommonReferenceStep
  | LocalReferenceStep
  | SpatialHighPassStep
  | WhitenStep
  | MotionCorrectionStep

/** Frames that are not to be used become 0; nothing is filtered across them. */
export interface MaskStep {
  readonly step: 'mask'
  /** Frames that the recording says were lost. Default true. */
  readonly gaps?: boolean | undefined
  /** (s) Stretches at least so long in which no channel moves, as lost packets leave them; null to keep them. Default null. */
  readonly flatSeconds?: number | null | undefined
  /** Frames in which the amplifiers are driven to their end; null to keep them. Default null. */
  readonly saturation?: SaturationRule | null | undefined
}

/** IBL's rule: a frame is saturated where more than a share of the channels is beyond a level, or steps by more than a slope. */
export interface SaturationRule {
  /** As a share of the converter's range. Default 0.96. */
  readonly level?: number | undefined
  /** (uV per sample) Default 300. */
  readonly slope?: number | undefined
  /** 0 to 1. Default 0.2. */
  readonly share?: number | undefined
  /** (s) masked before and after it too. Default 0.00025, 7 samples at 30 kHz. */
  readonly widenSeconds?: number | undefined
}

/** Forward and backward without a delay (`zero-phase`, SciPy's `sosfiltfilt`), or forward only. Default `zero-phase`. */
export type Direction = 'zero-phase' | 'causal'

/** Butterworth. At true ends, zero-phase: SciPy's odd extension; causal: as if the first sample had been there for ever. */
export interface HighPassStep {
  readonly step: 'high-pass'
  /** (Hz) where one pass has half the power. Default 300. */
  readonly cutoff?: number | undefined
  /** Of one pass, 1 to 8. Default 3. */
  readonly order?: number | undefined
  readonly direction?: Direction | undefined
}

export interface LowPassStep {
  readonly step: 'low-pass'
  readonly cutoff: number // (Hz)
  /** Default 3. */
  readonly order?: number | undefined
  readonly direction?: Direction | undefined
}

export interface BandPassStep {
  readonly step: 'band-pass'
  /** (Hz) Default 300. */
  readonly low?: number | undefined
  /** (Hz) Default 6000. */
  readonly high?: number | undefined
  /** Of one pass; the band-pass has twice as many poles. Default 5. */
  readonly order?: number | undefined
  readonly direction?: Direction | undefined
}

export interface NotchStep {
  readonly step: 'notch'
  readonly frequency: number // (Hz)
  /** Frequency by width at half the power. Default 30. */
  readonly quality?: number | undefined
  readonly direction?: Direction | undefined
}

/** CatGT's `butter,N,high,low`: its magnitude 1 / sqrt(1 + (f / fc)^2N) without a phase, in its blocks, in double precision. */
export interface CatGtButterworthStep {
  readonly step: 'catgt-butterworth'
  /** Default 12, as of an order 3 forward and backward. */
  readonly order?: number | undefined
  /** (Hz) lower edge; null for none. Default 300. */
  readonly low?: number | null | undefined
  /** (Hz) upper edge; null for none. Default 9000. */
  readonly high?: number | null | undefined
}

/** Delays each channel by its turn at its converter, as if all had been sampled at once. Beyond true ends the end's sample repeats. */
export interface PhaseShiftStep {
  readonly step: 'phase-shift'
  /** Taps of the filter that delays, fitted by least squares up to 10 of 30 kHz: 16 is 74 dB below the signal. Default 16. */
  readonly taps?: 16 | 24 | 32 | undefined
  /** For each channel of the recording, samples in [0, 1); what the recording says if not given. */
  readonly shifts?: readonly number[] | null | undefined
}

/** Finds bad channels in fixed stretches of the recording, and makes them from their neighbours. */
export interface BadChannelsStep {
  readonly step: 'bad-channels'
  /** SpikeInterface's coherence and spectrum (default), IBL's rule, or only those of `channels`. */
  readonly method?: 'coherence+psd' | 'ibl' | 'given' | undefined
  /** Indices of channels that are known to be bad. Default none. */
  readonly channels?: readonly number[] | undefined
  /** `interpolate` (default): dead and noisy channels become weighted sums of their neighbours; `exclude`: they stay and enter no reference. */
  readonly action?: 'interpolate' | 'exclude' | undefined
  /** Whether channels outside of the brain enter no reference. Default true. */
  readonly outside?: boolean | undefined
}

/** What is common to its members is subtracted from a group. */
export interface CommonReferenceStep {
  readonly step: 'common-reference'
  /** Default `median`. */
  readonly operator?: 'median' | 'mean' | undefined
  /**
   * Groups: all channels, those of a shank (default), those that are read out together (384 at a time, as the quad base has
   * them), or those that the converters sample in the same turn (CatGT's `gbldmx`).
   */
  readonly scope?: 'all' | 'shank' | 'read-out' | 'turn' | undefined
  /** The median of an even number of values. Default `mean`. */
  readonly middle?: 'mean' | 'upper' | 'lower' | undefined
  /** On whole counts, as CatGT does. Default false. */
  readonly whole?: boolean | undefined
}

/** From each channel the median or mean of the channels of its shank in a ring around it is subtracted. */
export interface LocalReferenceStep {
  readonly step: 'local-reference'
  /** Default `median`. */
  readonly operator?: 'median' | 'mean' | undefined
  /** (um) neighbours are further away than this. Default 30. */
  readonly inner?: number | undefined
  /** (um) and no further than this. Default 55. */
  readonly outer?: number | undefined
  /** Where the ring holds fewer, the nearest beyond `inner` are taken. Default 0: the ring only. */
  readonly atLeast?: number | undefined
  /** On whole counts, as CatGT does. Default false. */
  readonly whole?: boolean | undefined
}

/** IBL's k-filter: a Butterworth high-pass along the probe, forward and backward. */
export interface SpatialHighPassStep {
  readonly step: 'spatial-high-pass'
  /** Default `shank`. */
  readonly scope?: 'all' | 'shank' | undefined
  /** Default 3. */
  readonly order?: number | undefined
  /** As a fraction of the spatial Nyquist frequency. Default 0.01. */
  readonly cutoff?: number | undefined
  /** (channels) mirrored on either side, no more than there are. Default 60. */
  readonly padding?: number | undefined
  /** (channels) over which the padded ends are tapered. Default 0. */
  readonly taper?: number | undefined
  /** Evens the channels out before, and undoes it after; null for none. Default as below. */
  readonly gainControl?: GainControl | null | undefined
}

export interface GainControl {
  /** (s) Default 0.1. */
  readonly windowSeconds?: number | undefined
  /** The least gain, as a share of the standard deviation of the signal, which is measured in fixed stretches. Default 0.003. */
  readonly epsilon?: number | undefined
}

/**
 * Makes the noise of channels uncorrelated and of one size: ZCA from the covariance in fixed stretches. Before it, bad channels
 * are better excluded than interpolated: what is made from neighbours holds nothing of its own but rounding, which would be
 * blown up.
 */
export interface WhitenStep {
  readonly step: 'whiten'
  /** From all channels (default), or for each channel from those within `radius`. */
  readonly scope?: 'all' | 'local' | undefined
  /** (um) Default 100. */
  readonly radius?: number | undefined
  /** (counts^2) added to the eigenvalues of the covariance; null, the default, for SpikeInterface's rule. */
  readonly epsilon?: number | null | undefined
  /**
   * (counts) what one standard deviation of the noise becomes. Default null: the median of the channels' standard deviations,
   * so that sizes stay about what they were.
   */
  readonly scale?: number | null | undefined
}

/** Moves the signal along the probe against the drift of the tissue. */
export interface MotionCorrectionStep {
  readonly step: 'motion-correction'
  /**
   * The motion of each segment; null, the default, to estimate it: from the peaks of the result of all steps before, beyond
   * 8 noise levels, located by their centre of mass, in a pass of its own over the whole recording.
   */
  readonly motion?: readonly SegmentMotion[] | null | undefined
  /** Whether all depths are estimated to move alike. Default false: windows 400 um apart. */
  readonly rigid?: boolean | undefined
  /** (s) of the estimate. Default 2. */
  readonly timeBinSeconds?: number | undefined
  /** (um) of the kriging kernel. Default 20. */
  readonly sigma?: number | undefined
  /** Of the kriging kernel. Default 2. */
  readonly power?: number | undefined
}

export interface SegmentMotion {
  readonly times: readonly number[] // (s from the segment's start) centres of bins
  readonly depths: readonly number[] // (um) centres of windows; one for rigid motion
  /** (um) `times.length * depths.length`, a time after the other. */
  readonly displacement: readonly number[]
}

/** A step with everything said. */
export type CompleteStep = Complete<ChainStep>

/** A chain with everything said. */
export interface CompleteChain {
  readonly name: string
  readonly steps: readonly CompleteStep[]
  readonly rounding: 'half-even' | 'truncate'
}

export type Complete<Step> = Step extends { readonly step: string }
  ? { readonly [Field in keyof Step]-?: CompleteField<Exclude<Step[Field], undefined>> }
  : never

/** Rules within a step have defaults too; lists are whole as they are. */
type CompleteField<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Field in keyof Value]-?: Exclude<Value[Field], undefined> }
    : Value
