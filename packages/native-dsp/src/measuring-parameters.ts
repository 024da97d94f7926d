import { InvalidParameterError, RaggedFramesError } from './errors.ts'
import type { Labelling, MaskSearch, SpectrumEstimate } from './measuring.ts'
import { requireBelowNyquist, requireCount, requireFrames, requireOneOf, requirePositive } from './parameters.ts'

/** The longest segment of a spectrum. */
const longestSegment = 65_536

export function requireSpectrum(traces: Float32Array, estimate: SpectrumEstimate): void {
  const { channels, samplingRate, segmentSamples } = estimate
  requireFrames(traces, channels)
  requirePositive('samplingRate', samplingRate)
  if (Number.isInteger(segmentSamples) && segmentSamples >= 1 && segmentSamples <= longestSegment) return
  throw new InvalidParameterError('segmentSamples', segmentSamples, `1 to ${longestSegment} samples`)
}

/** A labelling with all its numbers. */
export interface FullLabelling {
  readonly channels: number
  readonly samplingRate: number
  readonly ibl: boolean
  readonly highPass: number | null
  readonly margin: readonly [number, number]
  readonly dead: number
  readonly noisy: number
  readonly outside: number
  readonly power: number
}

/** Sampling rates up to this one belong to the low-frequency band. */
export const lowBandRate = 2600 // (Hz)

export function requireLabelling(traces: Float32Array, labelling: Labelling): FullLabelling {
  const { channels, samplingRate, method, highPass = null, margin = [0, 0], thresholds = {} } = labelling
  const frames = requireFrames(traces, channels)
  requirePositive('samplingRate', samplingRate)
  requireOneOf('method', method, ['coherence+psd', 'ibl'])
  const ibl = method === 'ibl'
  if (highPass !== null) requireBelowNyquist('highPass', highPass, samplingRate)
  else if (ibl) requireBelowNyquist('the high-pass', samplingRate > lowBandRate ? 300 : 1, samplingRate)
  for (const count of margin) requireCount('margin', count)
  if (margin[0] + margin[1] >= frames) {
    throw new InvalidParameterError('margin', margin[0] + margin[1], 'less than the frames that there are')
  }
  const {
    dead = -0.5,
    noisy = 1,
    outside = -0.75,
    power = ibl && samplingRate <= lowBandRate ? 1.4 : 0.02,
  } = thresholds
  for (const [name, value] of Object.entries({ dead, noisy, outside, power })) {
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw new InvalidParameterError(`${name}Threshold`, value, 'a number')
    }
  }
  return { channels, samplingRate, ibl, highPass, margin, dead, noisy, outside, power }
}

/** A search with all its parts. */
export interface FullMaskSearch {
  readonly columns: number
  readonly take: readonly number[]
  readonly flatFrames: number | null
  readonly saturation: NonNullable<MaskSearch['saturation']> | null
}

export function requireMaskSearch(counts: Int16Array, search: MaskSearch): FullMaskSearch {
  const { columns, flatFrames = null, saturation = null } = search
  requireCount('columns', columns)
  if (columns === 0 || counts.length % columns !== 0) throw new RaggedFramesError(counts.length, columns)
  const take = search.take ?? Array.from({ length: columns }, (_, column) => column)
  return { columns, take, flatFrames, saturation }
}
