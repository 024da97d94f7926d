import type { OperationOptions } from './dsp.ts'

/** How a power spectral density is estimated. */
export interface SpectrumEstimate {
  readonly channels: number
  readonly samplingRate: number // (Hz)
  /** 1 to 65536; the frequencies stand `samplingRate / segmentSamples` apart. */
  readonly segmentSamples: number
}

export interface PowerSpectra {
  /** (Hz) from 0 to half the sampling rate. */
  readonly frequencies: Float64Array
  /** (squared unit of the traces per Hz) frequency `f` of channel `c` stands at `f * channels + c`. */
  readonly density: Float64Array
}

/** Whose rule decides which channels are bad. */
export type BadChannelMethod = 'coherence+psd' | 'ibl'

export const channelLabels = ['good', 'dead', 'noisy', 'outside'] as const

export type ChannelLabel = (typeof channelLabels)[number]

/** Where the limits lie; those of SpikeInterface and IBL if not given. */
export interface BadChannelThresholds {
  /** Dead channels resemble the median channel by so much less than their neighbours do. Default -0.5. */
  readonly dead?: number | undefined
  /** Noisy channels resemble it by so much more. Default 1. */
  readonly noisy?: number | undefined
  /** Channels at the end of the probe are outside where their neighbourhood resembles it by less than 1 plus this. Default -0.75. */
  readonly outside?: number | undefined
  /** (uV^2/Hz) Noisy channels have more power above 0.8 of the Nyquist frequency. Default 0.02; for IBL at up to 2600 Hz 1.4. */
  readonly power?: number | undefined
}

/** How the channels of one stretch of traces (uV) are labelled. They stand in order of depth, the tip first. */
export interface Labelling {
  readonly channels: number
  readonly samplingRate: number // (Hz)
  readonly method: BadChannelMethod
  /** (Hz) For `coherence+psd`: the traces are filtered first (order 5, forward and backward). Null, the default, where they are filtered already. */
  readonly highPass?: number | null | undefined
  /** Frames at the start and at the end that are there for the filter only. Default none. */
  readonly margin?: readonly [before: number, after: number] | undefined
  readonly thresholds?: BadChannelThresholds | undefined
}

/** Labels, and what they were decided by, of each channel. */
export interface LabelledChannels {
  /** Indices into `channelLabels`. */
  readonly labels: Uint8Array
  /** `<x, m> / <m, m>` with the median channel `m`, less its median over 11 channels around. */
  readonly similarity: Float64Array
  /** That median over 11 channels, less 1; of filtered traces for IBL. */
  readonly neighbourhood: Float64Array
  /** (uV^2/Hz) Mean density above 0.8 of the Nyquist frequency. */
  readonly power: Float64Array
}

/** Which frames of counts are not to be used; with neither criterion, none. */
export interface MaskSearch {
  /** Words of a frame. */
  readonly columns: number
  /** Words that count; all if not given. */
  readonly take?: readonly number[] | undefined
  /** At least so many frames in a row that are equal in all columns, 2 to 32768. */
  readonly flatFrames?: number | null | undefined
  /** `mean(|x[t]| > level) > share` or `mean(|x[t + 1] - x[t]| >= slope) > share`, widened by frames on either side. */
  readonly saturation?:
    | {
        readonly level: number // (counts)
        readonly slope: number // (counts per sample)
        readonly share: number // 0 .. 1
        readonly widenFrames: number // up to 32768
      }
    | null
    | undefined
}

/** Frames `start` to `end` (exclusive). */
export interface FrameRange {
  readonly start: number
  readonly end: number
}

/** What is measured of traces and counts. */
export interface Measuring {
  /**
   * `median(|x - median(x)|) / 0.6744897501960817` of each channel, in the unit of the traces (SpikeInterface's
   * `get_noise_levels`); NaN for no frames.
   */
  noiseLevels(
    traces: Float32Array,
    shape: { readonly channels: number },
    options?: OperationOptions,
  ): Promise<Float32Array>
  /** `sqrt(mean(x ** 2))` of each channel, nothing subtracted; NaN for no frames. */
  rms(traces: Float32Array, shape: { readonly channels: number }, options?: OperationOptions): Promise<Float32Array>
  /**
   * One-sided densities by Welch's method, in double precision: `scipy.signal.welch(x, samplingRate,
   * nperseg=segmentSamples)`. Segments overlap by half (rounded down), each without its mean and under a periodic Hann
   * window; frames that do not fill one at the end are left out. A signal shorter than a segment is one segment.
   */
  powerSpectralDensity(
    traces: Float32Array,
    estimate: SpectrumEstimate,
    options?: OperationOptions,
  ): Promise<PowerSpectra>
  /**
   * Labels the channels of one stretch of traces, by how they resemble the median channel and by their power near the
   * Nyquist frequency: SpikeInterface's `coherence+psd` (outside goes before noisy before dead; the neighbourhood shrinks
   * at the ends of the probe) or `ibldsp.voltage.detect_bad_channels` (noisy, dead, outside; the end's value repeats).
   * Where nothing moves at all every channel is good. `findBadChannels` does it over a recording.
   */
  labelChannels(traces: Float32Array, labelling: Labelling, options?: OperationOptions): Promise<LabelledChannels>
  /**
   * Frames that are saturated, by the rules of `ibldsp.voltage.saturation` and SpikeInterface's
   * `detect_saturation_periods`, and frames that stand still; sorted, apart from each other. The last frame has no step.
   */
  findMasked(counts: Int16Array, search: MaskSearch, options?: OperationOptions): Promise<readonly FrameRange[]>
  /**
   * Low-passes and takes every `factor`-th frame (2 to 32): `ceil(n / factor)` frames, frame `k` where frame `k * factor`
   * was. Linear phase, `26 * factor - 1` taps, sums in double precision. Up to 0.8 of the new Nyquist frequency the gain
   * is 1 within 0.003 dB, at it a half, from 1.2 of it on at most -72 dB (-79 dB for a factor of 12). Beyond the ends
   * their own samples repeat (`scipy.signal.resample_poly(..., padtype='edge')` with the same filter).
   */
  decimate(
    traces: Float32Array,
    decimation: { readonly channels: number; readonly factor: number },
    options?: OperationOptions,
  ): Promise<Float32Array>
}
