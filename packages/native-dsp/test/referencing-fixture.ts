import { readFileSync } from 'node:fs'
import { parseNpy } from '@neurojoint/arrays'
import type { GroupReferencePlan, LocalReferencePlan, SpatialHighPassPlan } from '../src/plan.ts'
import { difference, readReference, rms, summary } from './reference.ts'

const folder = new URL('../../../fixtures/referencing/', import.meta.url)

/** An array of numbers of any type, flattened. */
export function read(name: string): Float64Array {
  const { data } = parseNpy(readFileSync(new URL(`${name}.npy`, folder)), name)
  return Float64Array.from(data as ArrayLike<number>) // none of these files holds 64-bit integers
}

interface Facts {
  readonly loccar_neighbours: readonly number[]
  readonly kriging: {
    readonly bad: readonly number[]
    readonly sigma: number
    readonly p: number
    readonly spikeinterface: readonly (readonly number[])[]
    readonly ibl: readonly (readonly number[])[]
  }
}

export const facts = JSON.parse(readFileSync(new URL('facts.json', folder), 'utf8')) as Facts // its README says what it holds

export const positions = summary.channel_positions_um.flat()
export const recorded = readReference('bandpass_phase_shift') // 1500 frames of 32 channels
export const wide = Float32Array.from(read('counts_384')) // 96 frames of 384 channels
export const widePositions = Array.from({ length: 384 }, (_, row) => [
  [43, 11, 59, 27][row % 4] ?? 0,
  20 * (row >> 1),
]).flat()
export const all = (rows: number): readonly number[] => Array.from({ length: rows }, (_, row) => row)
export const used = all(384).filter((row) => row !== 191)

/** Every so many frames. */
export function every(step: number, traces: Float32Array, channels: number): Float32Array {
  const frames = Array.from({ length: Math.ceil(traces.length / channels / step) }, (_, index) => index * step)
  return Float32Array.from(frames.flatMap((frame) => [...traces.subarray(frame * channels, (frame + 1) * channels)]))
}

export const group = (
  operator: 'median' | 'mean',
  groups: GroupReferencePlan['groups'],
  more: Partial<GroupReferencePlan> = {},
): GroupReferencePlan => ({ kind: 'group-reference', operator, middle: 'mean', whole: false, groups, ...more })

export const local = (
  operator: 'median' | 'mean',
  neighbours: LocalReferencePlan['neighbours'],
  whole = false,
): LocalReferencePlan => ({ kind: 'local-reference', operator, whole, neighbours })

export const highPass = (
  groups: readonly (readonly number[])[],
  gainControl: SpatialHighPassPlan['gainControl'],
  more: Partial<SpatialHighPassPlan> = {},
): SpatialHighPassPlan => ({
  kind: 'spatial-high-pass',
  groups,
  order: 3,
  cutoff: 0.01,
  padding: 60,
  taper: 0,
  gainControl,
  ...more,
})

/** The largest error, in units of the RMS of what is expected. */
export const relative = (found: Float32Array, expected: Float64Array): number =>
  difference(found, expected) / rms(Float32Array.from(expected))
