import type { OperationOptions } from './dsp.ts'
import type { DepthWindows, Motion } from './motion.ts'

/** How peaks are located; distances in um. Waveforms are compared over the frames that `PeakLocation` states. */
export type LocationMethod =
  /** By peak-to-peak amplitudes within `radius` (75): x, y. */
  | { readonly kind: 'center-of-mass'; readonly radius?: number | undefined }
  /**
   * By a point source whose amplitude falls with the inverse of its distance, fitted to the amplitudes within `radius` (75),
   * which are made not to grow away from the peak: x, y, z and alpha. It is sought no further than `maxDistance` (150)
   * from the center of mass, and z from 1 to ten times as much.
   */
  | { readonly kind: 'monopolar'; readonly radius?: number | undefined; readonly maxDistance?: number | undefined }
  /**
   * By comparison with sources on a grid: those within `radius` (40) of the peak's channel, `spacing` (5) apart, up to
   * `margin` (50) beyond the outermost channels; of the products with the waveforms the best `percent` (5) count: x, y, z.
   * `prototype` is the waveform that is expected, `before + after` values, 1 at the peak; if not given, the median of the
   * peaks' own waveforms over their sizes (of 5,000 of them at most). Where recordings are located in parts, give one.
   */
  | {
      readonly kind: 'grid'
      readonly radius?: number | undefined
      readonly spacing?: number | undefined
      readonly margin?: number | undefined
      readonly percent?: number | undefined
      readonly prototype?: ArrayLike<number> | undefined
    }

/** Peaks to locate, and how. */
export interface PeakLocation {
  readonly channels: number
  /** x, y of each channel in turn (um). */
  readonly positions: ArrayLike<number>
  /** The peaks: one entry per peak in both lists, as `detectPeaks` gives them. */
  readonly sampleIndex: ArrayLike<number>
  readonly channel: ArrayLike<number>
  /** Frames of a waveform before its peak, and from its peak on. */
  readonly before: number
  readonly after: number
  readonly method: LocationMethod
}

/** Where peaks come from (um), in their order. */
export interface PeakLocations {
  readonly x: Float64Array
  readonly y: Float64Array
  /** From the plane of the probe; null where the method does not tell. */
  readonly z: Float64Array | null
  /** (unit of the traces x um) An amplitude is `alpha / distance`; null where the method does not tell. */
  readonly alpha: Float64Array | null
}

/** Peaks of one segment: one entry per peak in each list. */
export interface MovingPeaks {
  readonly times: ArrayLike<number> // (s from the segment's start)
  readonly depths: ArrayLike<number> // (um)
  readonly amplitudes: ArrayLike<number> // of either sign, in any unit
}

/** How motion is estimated; in brackets what holds if not given. */
export interface MotionEstimation {
  readonly duration: number // (s) of the segment
  /** (um) Of the outermost channels; peaks beyond are left out. */
  readonly depthRange: readonly [number, number]
  readonly timeBin?: number | undefined // (2 s)
  readonly depthBin?: number | undefined // (5 um)
  /** Standard deviation by which histograms are smoothed along depth (5 um). */
  readonly depthSmoothing?: number | undefined
  readonly amplitudeBins?: number | undefined // (5)
  /** Null for rigid motion ({ step: 400, scale: 400 }). */
  readonly windows?: DepthWindows | null | undefined
  /** Between any two bins that are compared (100 um). */
  readonly mostDisplacement?: number | undefined
  /** Bins further apart are not compared (1000 s). */
  readonly horizon?: number | undefined
  /** Pairs of bins that correlate less do not count (0.1). */
  readonly leastCorrelation?: number | undefined
}

/** Traces to move against the motion of the tissue. */
export interface TraceCorrection {
  readonly channels: number
  readonly samplingRate: number // (Hz)
  /** x, y of each channel in turn (um). */
  readonly positions: ArrayLike<number>
  readonly motion: Motion
  /** Of the interpolation's kernel `exp(-(distance / sigma)^power)`: 20 um and 2 if not given. */
  readonly sigma?: number | undefined
  readonly power?: number | undefined
  /** The frame of the segment that stands first in the traces; 0 if not given. */
  readonly firstFrame?: number | undefined
}

export interface LocatingOptions extends OperationOptions {
  /** Of the native implementation; 1 to 64; as many as processors, up to 8, if not given. Changes nothing of the result. */
  readonly threads?: number | undefined
}

/** Where peaks come from, and how the tissue moves. */
export interface Locating {
  /**
   * Locates peaks by the waveforms around them: SpikeInterface's `localize_peaks`. A waveform ends where the traces do.
   * Where waveforms say nothing (they are flat), a peak lies in the middle of the channels within the radius (for the
   * grid, on its own channel), z is NaN and alpha 0.
   *
   * Center of mass: `sum(amplitude * position) / sum(amplitude)`. Monopolar triangulation (Boussard et al. 2021): the
   * least `mean((a - alpha q)^2) - log(1 + 10 z) / 10000`, where `a` are the amplitudes over the largest, `q` the inverse
   * distances and alpha the best for each place. Grid convolution: the mean place of sources at five distances from the
   * probe, weighted by their products with the waveforms.
   */
  locatePeaks(traces: Float32Array, location: PeakLocation, options?: LocatingOptions): Promise<PeakLocations>
  /**
   * Estimates how the tissue moves from located peaks of one segment: decentralised registration (Varol et al. 2021;
   * Windolf et al., DREDge; as in SpikeInterface's `dredge_ap`, with its sign).
   *
   * Peaks are counted in time bins by depth and logarithm of amplitude. Two bins are compared by the correlation of the
   * logarithms of their counts in windows along depth, at each displacement of one against the other. Displacements that
   * agree best with those of all compared pairs are found by robust least squares, small steps in time and between
   * windows preferred. In each window the median over time is 0. Memory: about 12 bytes for each of some hundred pairs
   * per time bin and window.
   */
  estimateMotion(peaks: MovingPeaks, estimation: MotionEstimation, options?: LocatingOptions): Promise<Motion>
  /**
   * Interpolates frames as contacts that move with the tissue would see them: SpikeInterface's `interpolate_motion` with
   * kriging and `border_mode="force_extrapolate"`, within 1e-4 of the signal. What is moved beyond the outermost channels
   * fades with its distance from them. A frame is moved by the time bin whose centre is nearest.
   */
  correctMotion(traces: Float32Array, correction: TraceCorrection, options?: OperationOptions): Promise<Float32Array>
}
