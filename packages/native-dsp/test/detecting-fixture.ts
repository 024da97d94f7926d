import { readFileSync } from 'node:fs'
import { parseNpy, toFloat32Array, toNumbers } from '@neurojoint/arrays'
import type { PeakPlaces } from '../src/detecting.ts'
import { channels as columns, frames, goodColumns, readReference, summary } from './reference.ts'

export const channels = goodColumns.length
export const positions = goodColumns.flatMap((column) => summary.channel_positions_um[column] ?? [])

const parse = (name: string) => {
  const path = `detecting/${name}.npy`
  return parseNpy(readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url)), path)
}

export const readFixture = (name: string): Float32Array => toFloat32Array(parse(name))

/** Rows of whole numbers. */
export function readRows(name: string, width: number): readonly (readonly number[])[] {
  const numbers = Array.from(toNumbers(parse(name)))
  return Array.from({ length: numbers.length / width }, (_, row) => numbers.slice(row * width, (row + 1) * width))
}

/** The traces of `fixtures/detecting/make.py`: whole numbers, with ties and plateaus. */
export function makeTraces(): Float32Array {
  const counts = readReference('excerpt_int16')
  const traces = new Float32Array(frames * channels)
  for (let frame = 8; frame < frames - 8; frame++) {
    goodColumns.forEach((column, channel) => {
      const at = (lag: number): number => counts[(frame + lag) * columns + column] ?? Number.NaN
      traces[frame * channels + channel] = 2 * at(0) - at(-8) - at(8)
    })
  }
  return traces
}

export const placesOf = ({ sampleIndex, channel }: PeakPlaces): readonly (readonly number[])[] =>
  Array.from(sampleIndex, (sample, at) => [sample, channel[at] ?? -1])

export const peaksAt = (rows: readonly (readonly number[])[]): PeakPlaces => ({
  sampleIndex: Float64Array.from(rows, ([sample]) => sample ?? -1),
  channel: Int32Array.from(rows, ([, channel]) => channel ?? -1),
})
