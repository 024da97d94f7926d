import type {
  MainWaveforms,
  MatchedDetection,
  MatchedFilter,
  PeakDetection,
  PeakPlaces,
  PeakWindow,
  TemporalSvd,
  Waveforms,
  WaveformShape,
} from './detecting.ts'
import { InvalidParameterError, WrongLengthError } from './errors.ts'
import {
  requireCount,
  requireFrames,
  requireNotNegative,
  requireOneOf,
  requirePositions,
  requirePositive,
} from './parameters.ts'

const signs = ['negative', 'positive', 'both']

export function requireDetection(traces: Float32Array, detection: PeakDetection): void {
  const { channels, positions, noiseLevels, threshold, radius, exclusionSamples, sign, method } = detection
  requireFrames(traces, channels)
  requirePositions('positions', positions, channels)
  if (noiseLevels.length !== channels) throw new WrongLengthError('noiseLevels', noiseLevels.length, channels)
  requirePositive('threshold', threshold)
  requireNotNegative('radius', radius)
  requireCount('exclusionSamples', exclusionSamples)
  requireOneOf('sign', sign, signs)
  requireOneOf('method', method, ['locally-exclusive', 'by-channel', undefined])
}

/** A matched filter with all that it leaves open filled in. */
export type ResolvedFilter = { readonly [K in keyof MatchedFilter]-?: NonNullable<MatchedFilter[K]> }

export function resolveFilter(traces: Float32Array, filter: MatchedFilter): ResolvedFilter {
  const { channels, positions, prototype, prototypePeak, sign, depths = [0, 30, 60, 90, 120], decay = 2.5 } = filter
  requireFrames(traces, channels)
  requirePositions('positions', positions, channels)
  requireOneOf('sign', sign, signs)
  requireCount('prototypePeak', prototypePeak)
  const extremum = prototype[prototypePeak]
  if (extremum === undefined) {
    throw new InvalidParameterError('prototypePeak', prototypePeak, 'a frame of the prototype')
  }
  const unusable = prototype.find((value) => !Number.isFinite(value))
  if (unusable !== undefined || prototype.every((value) => value === 0)) {
    throw new InvalidParameterError('prototype', unusable ?? 0, 'finite numbers that are not all 0')
  }
  if ((sign === 'negative' && !(extremum < 0)) || (sign === 'positive' && !(extremum > 0))) {
    throw new InvalidParameterError('prototype', extremum, `${sign} at its peak, as the peaks that are looked for`)
  }
  if (depths.length === 0) throw new WrongLengthError('depths', 0, 1)
  for (const depth of depths) requireNotNegative('depths', depth)
  requirePositive('decay', decay)
  const copies = { positions: Array.from(positions), prototype: prototype.slice(), depths: [...depths] }
  return { ...copies, channels, prototypePeak, sign, decay }
}

export function resolveMatched(traces: Float32Array, detection: MatchedDetection): ResolvedFilter {
  const filter = resolveFilter(traces, detection)
  const { noiseLevels, threshold, radius, exclusionSamples } = detection
  const kernels = filter.depths.length * filter.channels
  if (noiseLevels.length !== kernels) throw new WrongLengthError('noiseLevels', noiseLevels.length, kernels)
  requirePositive('threshold', threshold)
  requireNotNegative('radius', radius)
  requireCount('exclusionSamples', exclusionSamples)
  return filter
}

export function requireWindow({ before, after }: PeakWindow): void {
  requireCount('before', before)
  requireCount('after', after)
  if (before + after === 0) throw new InvalidParameterError('after', after, 'a window of a frame or more')
}

export function requireShape(shape: WaveformShape): void {
  requireWindow(shape)
  requireCount('channels', shape.channels)
  if (typeof shape.around === 'string') {
    requireOneOf('around', shape.around, ['peak', 'all'])
  } else {
    requirePositions('around.positions', shape.around.positions, shape.channels)
    requireNotNegative('around.radius', shape.around.radius)
  }
}

export function requirePlaces({ sampleIndex, channel }: PeakPlaces, frames: number, channels: number): void {
  if (channel.length !== sampleIndex.length) throw new WrongLengthError('channel', channel.length, sampleIndex.length)
  for (const frame of sampleIndex) {
    if (Number.isInteger(frame) && frame >= 0 && frame < frames) continue
    throw new InvalidParameterError('sampleIndex', frame, 'a frame of the traces')
  }
  for (const index of channel) {
    if (!(index >= 0 && index < channels)) throw new InvalidParameterError('channel', index, 'a channel of the traces')
  }
}

export function requireMainWaveforms({ data, frames, peak }: MainWaveforms): void {
  requireCount('frames', frames)
  if (frames === 0 || data.length % frames !== 0) {
    throw new WrongLengthError('waveforms', data.length, Math.ceil(data.length / Math.max(frames, 1)) * frames)
  }
  if (!(Number.isInteger(peak) && peak >= 0 && peak < frames)) {
    throw new InvalidParameterError('peak', peak, 'a frame of the waveforms')
  }
}

export function requireComponents(components: number, frames: number): void {
  if (Number.isInteger(components) && components >= 1 && components <= frames) return
  throw new InvalidParameterError('components', components, 'from 1 to the number of frames of a waveform')
}

export function requireBasis({ data, frames, places }: Waveforms, svd: TemporalSvd): void {
  const expected = svd.components * frames
  if (svd.frames !== frames || svd.basis.length !== expected) {
    throw new WrongLengthError('basis', svd.basis.length, expected)
  }
  const size = Math.max(frames * places, 1)
  if (data.length % size !== 0) throw new WrongLengthError('data', data.length, Math.ceil(data.length / size) * size)
}

export const tooFewWaveforms = (used: number): InvalidParameterError => {
  const expected = 'at least as many waveforms with their extremum at the peak as components'
  return new InvalidParameterError('waveforms', used, expected)
}

export const noWaveforms = (): InvalidParameterError =>
  new InvalidParameterError('waveforms', 0, 'at least one waveform that is not 0 at its peak')
