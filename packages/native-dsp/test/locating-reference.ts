import { readFileSync } from 'node:fs'
import { parseNpy, toFloat32Array } from '@neurojoint/arrays'

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/locating/${name}`, import.meta.url))

/** An array of `fixtures/locating`, flattened. */
export const readArray = (name: string): Float32Array =>
  toFloat32Array(parseNpy(fixture(`${name}.npy`), `locating/${name}.npy`))

interface ReferenceMotion {
  readonly times: readonly number[]
  readonly depths: readonly number[]
  readonly displacement: readonly (readonly number[])[]
}

interface Reference {
  readonly positions: readonly (readonly [number, number])[]
  readonly channels: readonly number[]
  /** Of each peak, on the channels within 75 um, as triangulation takes them. */
  readonly amplitudes: readonly (readonly number[])[]
  readonly locations: {
    readonly center_of_mass: Readonly<Record<'x' | 'y', readonly number[]>>
    readonly monopolar_triangulation: Readonly<Record<'x' | 'y' | 'z' | 'alpha', readonly number[]>>
    readonly grid_convolution: Readonly<Record<'x' | 'y' | 'z', readonly number[]>>
  }
  readonly motion: ReferenceMotion & { readonly positions: readonly (readonly [number, number])[] }
  readonly estimates: Readonly<Record<'rigid' | 'windows', ReferenceMotion & { truth: readonly (readonly number[])[] }>>
}

/** What `fixtures/locating/reference.json` says; its shape stands in the README beside it. */
export const reference = JSON.parse(fixture('reference.json').toString()) as Reference

/** The largest difference. */
export const furthest = (found: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Array.from(found).reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0)
