import type {
  Detecting,
  MatchedPeaks,
  PeakAmplitudes,
  Peaks,
  TemporalSvd,
  Waveforms,
  WaveformShape,
} from '../detecting.ts'
import {
  requireBasis,
  requireComponents,
  requireDetection,
  requireMainWaveforms,
  requirePlaces,
  requireShape,
  requireWindow,
  resolveFilter,
  resolveMatched,
  type ResolvedFilter,
} from '../detecting-parameters.ts'
import { requireFrames } from '../parameters.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation } from './operation.ts'

/** What `crates/node` exports for this area. */
export interface DetectingBinding {
  detectPeaks(
    traces: Float32Array,
    channels: number,
    noiseLevels: Float32Array,
    criteria: NativeCriteria,
    ...control: Control
  ): Promise<Peaks>
  detectMatched(
    traces: Float32Array,
    channels: number,
    noiseLevels: Float32Array,
    filter: NativeFilter,
    criteria: NativeCriteria,
    ...control: Control
  ): Promise<MatchedPeaks>
  matchedNoiseLevels(
    traces: Float32Array,
    channels: number,
    filter: NativeFilter,
    criteria: NativeCriteria,
    ...control: Control
  ): Promise<Float32Array>
  estimatePrototype(data: Float32Array, frames: number, peak: number, ...control: Control): Promise<Float32Array>
  cutWaveforms(
    traces: Float32Array,
    sampleIndex: Float64Array,
    channel: Int32Array,
    shape: NativeShape,
    ...control: Control
  ): Promise<Waveforms>
  peakAmplitudes(
    traces: Float32Array,
    sampleIndex: Float64Array,
    channel: Int32Array,
    shape: NativeShape,
    ...control: Control
  ): Promise<PeakAmplitudes>
  fitTemporalSvd(
    data: Float32Array,
    frames: number,
    peak: number,
    components: number,
    ...control: Control
  ): Promise<TemporalSvd>
  projectWaveforms(
    data: Float32Array,
    frames: number,
    places: number,
    basis: Float32Array,
    ...control: Control
  ): Promise<Float32Array>
}

export interface NativeCriteria {
  readonly positions: readonly number[]
  readonly threshold: number
  readonly radius: number
  readonly exclusionSamples: number
  readonly sign: 'negative' | 'positive' | 'both'
  readonly method: 'locally-exclusive' | 'by-channel'
}

export interface NativeFilter {
  readonly prototype: Float32Array
  readonly peak: number
  readonly depths: readonly number[]
  readonly decay: number
}

export interface NativeShape {
  readonly channels: number
  readonly before: number
  readonly after: number
  readonly around: 'radius' | 'peak' | 'all'
  readonly positions: readonly number[]
  readonly radius: number
}

export function createNativeDetecting(binding: Binding): Detecting {
  return {
    async detectPeaks(traces, detection, options = {}) {
      requireDetection(traces, detection)
      const { channels, noiseLevels, threshold, radius, exclusionSamples, sign } = detection
      const { method = 'locally-exclusive' } = detection
      const positions = Array.from(detection.positions)
      const criteria = { positions, threshold, radius, exclusionSamples, sign, method }
      return runOperation(binding, options, (...control) =>
        binding.detectPeaks(traces, channels, noiseLevels, criteria, ...control),
      )
    },

    async detectMatched(traces, detection, options = {}) {
      const filter = resolveMatched(traces, detection)
      const { channels, noiseLevels, threshold, radius, exclusionSamples } = detection
      const criteria = { ...criteriaOf(filter), threshold, radius, exclusionSamples }
      return runOperation(binding, options, (...control) =>
        binding.detectMatched(traces, channels, noiseLevels, nativeFilter(filter), criteria, ...control),
      )
    },

    async matchedNoiseLevels(traces, matched, options = {}) {
      const filter = resolveFilter(traces, matched)
      return runOperation(binding, options, (...control) =>
        binding.matchedNoiseLevels(traces, filter.channels, nativeFilter(filter), criteriaOf(filter), ...control),
      )
    },

    async estimatePrototype(waveforms, options = {}) {
      requireMainWaveforms(waveforms)
      const { data, frames, peak } = waveforms
      return runOperation(binding, options, (...control) => binding.estimatePrototype(data, frames, peak, ...control))
    },

    async cutWaveforms(traces, peaks, shape, options = {}) {
      requireShape(shape)
      requirePlaces(peaks, requireFrames(traces, shape.channels), shape.channels)
      const { sampleIndex, channel } = peaks
      return runOperation(binding, options, (...control) =>
        binding.cutWaveforms(traces, sampleIndex, channel, nativeShape(shape), ...control),
      )
    },

    async peakAmplitudes(traces, peaks, window, options = {}) {
      requireWindow(window)
      requirePlaces(peaks, requireFrames(traces, window.channels), window.channels)
      const { sampleIndex, channel } = peaks
      return runOperation(binding, options, (...control) =>
        binding.peakAmplitudes(traces, sampleIndex, channel, nativeShape({ ...window, around: 'peak' }), ...control),
      )
    },

    async fitTemporalSvd(waveforms, { components }, options = {}) {
      requireMainWaveforms(waveforms)
      const { data, frames, peak } = waveforms
      requireComponents(components, frames)
      return runOperation(binding, options, (...control) =>
        binding.fitTemporalSvd(data, frames, peak, components, ...control),
      )
    },

    async projectWaveforms(waveforms, svd, options = {}) {
      requireBasis(waveforms, svd)
      const { data, frames, places } = waveforms
      return runOperation(binding, options, (...control) =>
        binding.projectWaveforms(data, frames, places, svd.basis, ...control),
      )
    },
  }
}

const nativeFilter = ({ prototype, prototypePeak, depths, decay }: ResolvedFilter): NativeFilter => {
  return { prototype, peak: prototypePeak, depths, decay }
}

/** What does not bear on noise levels is left as it may be. */
const criteriaOf = ({ positions, sign }: ResolvedFilter): NativeCriteria => {
  return { positions: Array.from(positions), sign, threshold: 1, radius: 0, exclusionSamples: 0, method: 'by-channel' }
}

function nativeShape({ channels, before, after, around }: WaveformShape): NativeShape {
  const shape = { channels, before, after }
  if (typeof around === 'string') return { ...shape, around, positions: [], radius: 0 }
  return { ...shape, around: 'radius', positions: Array.from(around.positions), radius: around.radius }
}
