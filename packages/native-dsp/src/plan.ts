/**
 * A chain resolved against one recording: every number that the computation needs, and nothing that has to be looked up.
 * Both implementations run plans; two equal plans over equal counts give equal results, whatever the threads and the range.
 *
 * Rows are single-precision counts, a frame after the other, of the channels that take part, in the order of `columns`.
 */
export interface Plan {
  readonly samplingRate: number // (Hz)
  /** Words of a frame of the source that take part. */
  readonly columns: readonly number[]
  /** What makes one gain of all gains: rows are multiplied by it before the spatial steps and divided by it after them. Null where all gains are equal. */
  readonly scale: readonly number[] | null
  readonly mask: MaskPlan | null
  readonly temporal: TemporalPlan
  /** In this order, after the temporal steps. */
  readonly spatial: readonly SpatialPlan[]
  /** How rows become int16, once, at the end; what lies beyond int16 is clamped. */
  readonly rounding: 'half-even' | 'truncate'
}

/** Frames that are not to be used: they are written as 0, and nothing is filtered across them. */
export interface MaskPlan {
  /** Known before: lost packets, and what the caller says. Sorted, apart from each other. */
  readonly gaps: readonly Interval[]
  /** Frames in which all columns stand still for at least so long count as a gap; null to keep them. */
  readonly flatFrames: number | null
  readonly saturation: SaturationPlan | null
}

export interface Interval {
  readonly segment: number
  readonly start: number // (frames of the segment)
  readonly end: number
}

/** A frame is saturated where more than a share of channels is beyond a level, or steps by more than a slope. */
export interface SaturationPlan {
  readonly level: number // (counts)
  readonly slope: number // (counts per sample)
  readonly share: number // 0 .. 1
  /** Frames around it that are masked too, on either side. */
  readonly widenFrames: number
}

export interface TemporalPlan {
  /** `direct`: in the time domain. `catgt`: in CatGT's blocks of 32,768 frames, by FFT, in double precision. */
  readonly method: 'direct' | 'catgt'
  /** How much later than the frame each row's channel was sampled, in samples, [0, 1); null to leave them. */
  readonly shifts: readonly number[] | null
  readonly taps: 16 | 24 | 32
  readonly filters: readonly FilterPlan[]
}

export type FilterPlan =
  | ((
      | { readonly kind: 'high-pass' | 'low-pass'; readonly cutoff: number; readonly order: number }
      | { readonly kind: 'band-pass'; readonly low: number; readonly high: number; readonly order: number }
      | { readonly kind: 'notch'; readonly frequency: number; readonly quality: number }
    ) & { readonly direction: 'zero-phase' | 'causal' })
  /** CatGT's `butter,N,hi,lo`: the magnitude only; for `method: 'catgt'`. */
  | {
      readonly kind: 'catgt-butterworth'
      readonly order: number
      readonly low: number | null
      readonly high: number | null
    }

export type SpatialPlan = GroupReferencePlan | LocalReferencePlan | SpatialHighPassPlan | MixPlan | MotionCorrectionPlan

/** Subtracts from the rows of each group what is common to its members. A row in no group stays; groups share no row. */
export interface GroupReferencePlan {
  readonly kind: 'group-reference'
  readonly operator: 'median' | 'mean'
  /** Of an even number of values. */
  readonly middle: 'mean' | 'upper' | 'lower'
  /** CatGT: on whole counts, the reference truncated towards zero. */
  readonly whole: boolean
  /** Rows that make the reference, and rows from which it is subtracted. */
  readonly groups: readonly { readonly of: readonly number[]; readonly from: readonly number[] }[]
}

/** Subtracts from each row the median or mean of its neighbours (at most 512 for means of whole counts); a row without neighbours stays. */
export interface LocalReferencePlan {
  readonly kind: 'local-reference'
  readonly operator: 'median' | 'mean'
  readonly whole: boolean
  readonly neighbours: readonly (readonly number[])[]
}

/** IBL's k-filter: a Butterworth high-pass across the rows of each group, forward and backward, with gain control. */
export interface SpatialHighPassPlan {
  readonly kind: 'spatial-high-pass'
  readonly groups: readonly (readonly number[])[]
  readonly order: number
  /** As a fraction of the spatial Nyquist frequency. */
  readonly cutoff: number
  readonly padding: number // (channels, mirrored, on either side)
  readonly taper: number // (channels)
  /** Null for none. */
  readonly gainControl: { readonly windowFrames: number; readonly epsilon: number } | null
}

/** Each row becomes a weighted sum of rows: interpolation of bad channels, whitening. */
export interface MixPlan {
  readonly kind: 'mix'
  /** What it is for, for people: `interpolate`, `whiten`. */
  readonly purpose: string
  /** For each row that changes: the rows that it is made of, and their weights. */
  readonly rows: readonly {
    readonly row: number
    readonly of: readonly number[]
    readonly weights: readonly number[]
  }[]
}

/**
 * Moves rows along the probe against the drift of the tissue: the value at x, y is that at x, y plus the displacement there,
 * by kriging with the kernel `exp(-(distance / sigma)^power)`. Beyond the outermost rows it fades.
 */
export interface MotionCorrectionPlan {
  readonly kind: 'motion-correction'
  readonly positions: readonly number[] // (um) x, y of each row in turn
  readonly sigma: number // (um)
  readonly power: number
  /** Per segment. */
  readonly motion: readonly {
    readonly times: readonly number[] // (s from the segment's start) centres of bins
    readonly depths: readonly number[] // (um) centres of windows; one for rigid motion
    /** (um) `times.length * depths.length`, a time after the other. */
    readonly displacement: readonly number[]
  }[]
}
