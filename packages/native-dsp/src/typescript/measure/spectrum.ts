import type { PowerSpectra, SpectrumEstimate } from '../../measuring.ts'
import type { Attention } from '../attention.ts'
import { complex, createFourier, type Complex, type Fourier } from './fourier.ts'

/** Welch's method: `Measuring.powerSpectralDensity`. */
export async function estimateSpectra(
  traces: Float32Array,
  { channels, samplingRate, segmentSamples }: SpectrumEstimate,
  attention: Attention,
  fraction: (done: number) => number,
): Promise<PowerSpectra> {
  const frames = traces.length / channels
  const length = Math.min(segmentSamples, frames)
  if (length === 0) return { frequencies: new Float64Array(0), density: new Float64Array(0) }
  const bins = Math.floor(length / 2) + 1
  const step = length - Math.floor(length / 2)
  const segments = Math.floor((frames - length) / step) + 1
  const welch = createWelch(length)
  const density = new Float64Array(bins * channels)
  const sums = new Float64Array(length)
  for (let channel = 0; channel < channels; channel++) {
    sums.fill(0)
    for (let segment = 0; segment < segments; segment += 2) {
      if (attention.due()) await attention.rest(fraction((channel + segment / segments) / channels))
      const next = segment + 1 < segments ? (segment + 1) * step : null
      addPower(traces, channels, channel, segment * step, next, welch, sums)
    }
    const scale = 1 / (samplingRate * welch.energy * segments)
    for (let bin = 0; bin < bins; bin++) {
      const sides = bin === 0 || 2 * bin === length ? 1 : 2
      const power = (sums[bin]! + sums[(length - bin) % length]!) / 2
      density[bin * channels + channel] = power * scale * sides
    }
  }
  return { frequencies: Float64Array.from({ length: bins }, (_, bin) => (bin * samplingRate) / length), density }
}

interface Welch {
  readonly window: Float64Array
  /** Of the window. */
  readonly energy: number
  readonly transform: Fourier
  readonly input: Complex
  readonly output: Complex
}

function createWelch(length: number): Welch {
  const hann = (t: number): number => (length === 1 ? 1 : 0.5 - 0.5 * Math.cos((2 * Math.PI * t) / length))
  const window = Float64Array.from({ length }, (_, t) => hann(t))
  const energy = window.reduce((sum, weight) => sum + weight * weight, 0)
  return { window, energy, transform: createFourier(length), input: complex(length), output: complex(length) }
}

/**
 * Adds the power of one or two segments of a channel.
 *
 * Two real segments are the parts of one complex signal `z`: `|Z[k]|^2 + |Z[-k]|^2` is twice the sum of their powers.
 */
function addPower(
  traces: Float32Array,
  channels: number,
  channel: number,
  first: number,
  second: number | null,
  { window, transform, input, output }: Welch,
  sums: Float64Array,
): void {
  take(traces, channels, channel, first, window, input.re)
  if (second === null) input.im.fill(0)
  else take(traces, channels, channel, second, window, input.im)
  transform(input, output)
  for (let k = 0; k < sums.length; k++) sums[k]! += output.re[k]! * output.re[k]! + output.im[k]! * output.im[k]!
}

/** A segment without its mean, under the window. */
function take(
  traces: Float32Array,
  channels: number,
  channel: number,
  start: number,
  window: Float64Array,
  values: Float64Array,
): void {
  const from = start * channels + channel
  let sum = 0
  for (let t = 0; t < window.length; t++) sum += traces[from + t * channels]!
  const mean = sum / window.length
  for (let t = 0; t < window.length; t++) values[t] = (traces[from + t * channels]! - mean) * window[t]!
}
