import { readFileSync } from 'node:fs'
import { parseNpy, toFloat32Array } from '@neurojoint/arrays'

const fixture = (path: string): Buffer => readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url))

/** An array of the SpikeInterface reference, flattened frame-major. */
export function readReference(name: string): Float32Array {
  const path = `ephys-reference/${name}.npy`
  return toFloat32Array(parseNpy(fixture(path), path))
}

interface Step {
  readonly sum: readonly number[]
  readonly sumsq: readonly number[]
}

interface Summary {
  readonly channel_positions_um: readonly (readonly [number, number])[]
  readonly inter_sample_shift: readonly number[]
  readonly gain_uV: number
  readonly steps: Readonly<Record<string, Step>>
}

/** What `fixtures/ephys-reference/summary.json` says; its shape stands in the README beside it. */
export const summary = JSON.parse(fixture('ephys-reference/summary.json').toString()) as Summary

export const frames = 30_000
export const channels = 32
export const samplingRate = 30_000

/** All columns but the dead one (5) and the noisy one (20). */
export const goodColumns = Array.from({ length: channels }, (_, column) => column).filter((c) => c !== 5 && c !== 20)

export interface ReferencePeak {
  readonly sample: number
  readonly column: number
  readonly amplitude: number // (counts)
}

/** SpikeInterface's peaks, by the column of the recording. */
export const readReferencePeaks = (name: string): readonly ReferencePeak[] =>
  fixture(`ephys-reference/peaks_${name}.csv`)
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [sample = Number.NaN, index = -1, amplitude = Number.NaN] = line.split(',').map(Number)
      return { sample, column: goodColumns[index] ?? -1, amplitude }
    })

/** The 189 negative, locally exclusive ones. */
export const referencePeaks = readReferencePeaks('locally_exclusive_neg')

/** The stored frames of a result: 0:500, 14750:15250 and 29500:30000. */
export function windows(traces: Float32Array, width = channels): Float32Array {
  const parts = [0, 14_750, 29_500].map((start) => traces.subarray(start * width, (start + 500) * width))
  return Float32Array.from(parts.flatMap((part) => Array.from(part)))
}

export function selectColumns(traces: Float32Array, columns: readonly number[]): Float32Array {
  const selected = new Float32Array((traces.length / channels) * columns.length)
  for (let frame = 0; frame * channels < traces.length; frame++) {
    const samples = traces.subarray(frame * channels, (frame + 1) * channels)
    selected.set(
      columns.map((column) => samples[column] ?? Number.NaN),
      frame * columns.length,
    )
  }
  return selected
}

/** The largest difference; a number, because printing arrays of this size takes gigabytes. */
export function difference(found: Float32Array, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity
  let largest = 0
  found.forEach((value, index) => {
    const distance = Math.abs(value - (expected[index] ?? Number.NaN))
    if (!(distance <= largest)) largest = distance
  })
  return largest
}

export const rms = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

export interface SciPyCase {
  readonly order: number
  readonly samplingRate: number
  readonly low: number
  readonly high: number | undefined
  readonly numbers: readonly number[]
}

/** The lines of `fixtures/butterworth/<name>.csv`. */
export const readSciPy = (name: 'sections' | 'signals'): readonly SciPyCase[] =>
  fixture(`butterworth/${name}.csv`)
    .toString()
    .trim()
    .split('\n')
    .map((line) => {
      const [order = 0, rate = 0, low = 0, high = 0, ...numbers] = line.split(',').map(Number)
      return { order, samplingRate: rate, low, high: high === 0 ? undefined : high, numbers }
    })
