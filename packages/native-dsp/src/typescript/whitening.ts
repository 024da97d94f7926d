import type { Attention } from './attention.ts'
import { decompose } from './eigen.ts'

/** `U (S + epsilon)^(-1/2) U'` of the covariance about 0, of all channels or of the neighbours of each; row-major. */
export async function computeWhitening(
  traces: Float32Array,
  channels: number,
  neighbours: readonly (readonly number[])[] | null,
  epsilon: number,
  attention: Attention,
): Promise<Float64Array> {
  const covariance = await computeCovariance(traces, channels, attention)
  if (!neighbours) return whiten(covariance, channels, epsilon, attention)
  const matrix = new Float64Array(channels * channels)
  for (const [channel, near] of neighbours.entries()) {
    const part = Float64Array.from(near.flatMap((a) => near.map((b) => covariance[a * channels + b]!)))
    const local = await whiten(part, near.length, epsilon, attention)
    const own = near.indexOf(channel) * near.length
    for (const [index, other] of near.entries()) matrix[other * channels + channel] = local[own + index]!
  }
  return matrix
}

/** The mean product of any two channels. */
async function computeCovariance(traces: Float32Array, channels: number, attention: Attention): Promise<Float64Array> {
  const sums = new Float64Array(channels * channels)
  const frames = traces.length / channels
  for (let frame = 0, start = 0; frame < frames; frame++, start += channels) {
    if (attention.due()) await attention.rest(frame / frames)
    for (let a = 0; a < channels; a++) {
      const factor = traces[start + a]!
      for (let b = 0, to = a * channels; b <= a; b++, to++) sums[to]! += factor * traces[start + b]!
    }
  }
  for (let a = 0; a < channels; a++) {
    for (let b = 0; b <= a; b++) {
      sums[b * channels + a] = sums[a * channels + b] = sums[a * channels + b]! / frames
    }
  }
  return sums
}

async function whiten(
  covariance: Float64Array,
  size: number,
  epsilon: number,
  attention: Attention,
): Promise<Float64Array> {
  const { values, vectors } = await decompose(covariance, size, attention)
  // rounding may leave an eigenvalue of 0 a little below it
  const scales = values.map((value) => 1 / Math.sqrt(Math.max(0, value) + epsilon))
  const matrix = new Float64Array(size * size)
  for (let a = 0; a < size; a++) {
    if (attention.due()) await attention.rest(1)
    for (let b = 0; b <= a; b++) {
      let sum = 0
      for (let k = 0; k < size; k++) sum += vectors[a * size + k]! * scales[k]! * vectors[b * size + k]!
      matrix[a * size + b] = matrix[b * size + a] = sum
    }
  }
  return matrix
}
