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

/** Where peaks lie, in any order. */
export type PeakPlaces = Pick<Peaks, 'sampleIndex' | 'channel'>

/** The frames `peak - before` to `peak + after` (exclusive). */
export interface PeakWindow {
  readonly before: number
  readonly after: number
}

/** What a spike looks like, for a matched filter. */
export interface MatchedFilter {
  readonly channels: number
  /** x, y of each channel in turn (um). */
  readonly positions: ArrayLike<number>
  /** A spike on its channel, in any unit: see `estimatePrototype`. It has the sign of the peaks that are looked for. */
  readonly prototype: Float32Array
  /** The frame of the prototype that is the peak. */
  readonly prototypePeak: number
  readonly sign: 'negative' | 'positive' | 'both'
  /** (um) Distances of sources from the probe that are tried; 0, 30, 60, 90 and 120 if not given. */
  readonly depths?: readonly number[] | undefined
  /** (um) over which a source's amplitude falls to `1 / e`; 2.5 if not given. */
  readonly decay?: number | undefined
}

export interface MatchedDetection extends MatchedFilter {
  /** Of the filtered signal: `depths * channels`, as `matchedNoiseLevels` gives them. */
  readonly noiseLevels: Float32Array
  /** In noise levels of the filtered signal, above 0. */
  readonly threshold: number
  /** Channels no further apart than this compete (um). */
  readonly radius: number
  /** Peaks no further apart than this compete. */
  readonly exclusionSamples: number
}

/** Peaks of a matched filter, in order of sample and channel. */
export interface MatchedPeaks extends Peaks {
  /** (um) The distance from the probe whose weights fit best. */
  readonly depth: Float32Array
  /** The filtered signal at the peak in its noise levels, with the sign of the peak. */
  readonly score: Float32Array
}

/** Snippets around peaks and which channels they show. */
export interface WaveformShape extends PeakWindow {
  readonly channels: number
  /** The channels no further than `radius` (um) from the peak's channel, the peak's channel alone, or all. */
  readonly around: { readonly positions: ArrayLike<number>; readonly radius: number } | 'peak' | 'all'
}

/** Snippets of one shape: peak after peak, frame after frame, place after place. */
export interface Waveforms {
  /** `peaks * frames * places` samples; 0 where there is no frame or no channel. */
  readonly data: Float32Array
  readonly frames: number
  /** The most channels that a peak has. */
  readonly places: number
  /** `peaks * places`: the channel at each place, in order; -1 where a peak has fewer. */
  readonly channels: Int32Array
  /** Of each snippet, the first frame that exists and the one after the last; those beyond the ends are 0. */
  readonly first: Int32Array
  readonly end: Int32Array
}

/** How large peaks are on their own channels, in the unit of the traces. */
export interface PeakAmplitudes {
  /** The sample at the peak. */
  readonly sample: Float32Array
  /** The largest sample of the window less the smallest; frames beyond the ends do not count. */
  readonly peakToPeak: Float32Array
}

/** Waveforms of the peaks' own channels, one after the other. */
export interface MainWaveforms {
  /** `peaks * frames` samples. */
  readonly data: Float32Array
  readonly frames: number
  /** The frame that is the peak. */
  readonly peak: number
}

/** A few shapes in time that waveforms are made of: right singular vectors. */
export interface TemporalSvd {
  /** `components * frames`: one vector after the other, of unit length, its largest entry positive. */
  readonly basis: Float32Array
  readonly frames: number
  readonly components: number
  /** Largest first. */
  readonly singularValues: Float64Array
  /** Waveforms that were taken: those whose extremum is at the peak. */
  readonly used: number
}

/** Detection of peaks, and what is taken from the traces around them. */
export interface Detecting {
  /**
   * Finds peaks that are the largest, in units of their channel's noise, within the radius and the exclusion time:
   * SpikeInterface's `locally_exclusive`. A candidate is a sample at or beyond its threshold that is beyond the sample
   * before it and not within the one after it; of equal ones the earlier is kept, and at the same time both. Samples
   * beyond the ends count as zero. A channel without noise (a level of 0, or NaN) has no peaks.
   */
  detectPeaks(traces: Float32Array, detection: PeakDetection, options?: OperationOptions): Promise<Peaks>
  /**
   * Finds spikes of one shape: SpikeInterface's `matched_filtering`. Traces (0 beyond the ends) are correlated with the
   * prototype, scaled to unit length, and combined across channels with the weights of a source in front of each channel
   * at each distance, `exp(-sqrt(d^2 + z^2) / decay)`, those below `0.5 / sqrt(channels)` left out. Local extrema in time
   * at or beyond the threshold compete within radius and exclusion time; of equal ones the earlier, and the nearer to the
   * probe, is kept. With `both`, the prototype turned upside down is looked for too.
   */
  detectMatched(traces: Float32Array, detection: MatchedDetection, options?: OperationOptions): Promise<MatchedPeaks>
  /**
   * The noise levels of the filtered signal of each distance and channel: those of 16 stretches of 1024 frames, spread
   * evenly over the traces, or of all frames where there are no more.
   */
  matchedNoiseLevels(traces: Float32Array, filter: MatchedFilter, options?: OperationOptions): Promise<Float32Array>
  /**
   * The shape of peaks: the median over waveforms, each divided by its absolute value at the peak. Waveforms that are 0
   * there, or hold what is no number, are left out.
   */
  estimatePrototype(waveforms: MainWaveforms, options?: OperationOptions): Promise<Float32Array>
  /** Cuts snippets around peaks. A peak that the traces do not have is refused. */
  cutWaveforms(
    traces: Float32Array,
    peaks: PeakPlaces,
    shape: WaveformShape,
    options?: OperationOptions,
  ): Promise<Waveforms>
  /** Measures peaks within a window around them. */
  peakAmplitudes(
    traces: Float32Array,
    peaks: PeakPlaces,
    window: PeakWindow & { readonly channels: number },
    options?: OperationOptions,
  ): Promise<PeakAmplitudes>
  /**
   * Fits shapes in time to waveforms of the peaks' own channels: a truncated SVD of those whose largest absolute sample is
   * at the peak, turned so that it is negative; not centred (SpikeInterface's `extract_peaks_svd`). In double precision.
   */
  fitTemporalSvd(
    waveforms: MainWaveforms,
    fit: { readonly components: number },
    options?: OperationOptions,
  ): Promise<TemporalSvd>
  /** Waveforms in terms of a basis: `peaks * components * places`; 0 where a peak has no channel. */
  projectWaveforms(waveforms: Waveforms, svd: TemporalSvd, options?: OperationOptions): Promise<Float32Array>
}
