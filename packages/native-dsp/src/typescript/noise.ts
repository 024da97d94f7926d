import { median } from './median.ts'

/** The median absolute deviation of a normal distribution with standard deviation 1. */
const normalDeviation = Math.fround(0.6744897501960817)

/** The noise level of one channel's samples, which it changes; NaN for none. */
export function noiseLevel(samples: Float32Array): number {
  if (samples.length === 0) return Number.NaN
  const middle = median(samples)
  for (let index = 0; index < samples.length; index++) samples[index] = Math.abs(samples[index]! - middle)
  return Math.fround(median(samples) / normalDeviation)
}
