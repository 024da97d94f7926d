import { InvalidParameterError, WrongLengthError } from './errors.ts'
import { requireNotNegative, requirePositions, requirePositive } from './parameters.ts'
import type { GroupReferencePlan, MixPlan } from './plan.ts'

type Groups = GroupReferencePlan['groups']

/**
 * Groups of the rows that have the same key, each one subtracting its reference from itself: one key for a global
 * reference, shanks for one per shank, shifts or slots for CatGT's demultiplexed reference (`gbldmx`: rows that are sampled
 * at once). Rows without a key are in no group.
 */
export function groupRows(keys: readonly (number | null)[]): Groups {
  const keyed = [...keys.keys()].filter((row) => keys[row] !== null)
  return rowsByKey(keyed, (row) => keys[row] ?? 0).map((rows) => ({ of: rows, from: rows }))
}

/** Rows that have the same key, in the order in which they are given. */
export function rowsByKey(rows: readonly number[], keyOf: (row: number) => number): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}

/** Who is near whom. */
export interface Annulus {
  /** x, y of each row in turn (um). */
  readonly positions: readonly number[]
  /** (um) Neighbours are further than this ... */
  readonly inner: number
  /** (um) ... and no further than this. */
  readonly outer: number
  /**
   * Where the annulus holds fewer than so many, the nearest ones beyond `inner` take their place: 5 is SpikeInterface's
   * local reference, 0 CatGT's `loccar_um`.
   */
  readonly atLeast: number
  /** Neighbours are on the same shank; CatGT's rule. All of them, if not given. */
  readonly shanks?: readonly number[] | undefined
  /** Rows that may be neighbours: those that are used. All of them, if not given. */
  readonly members?: readonly number[] | undefined
  /** Rows that have neighbours; the members, if not given. */
  readonly rows?: readonly number[] | undefined
}

/** The neighbours of each row, in ascending order; a row is none of its own. */
export function annulusNeighbours(annulus: Annulus): readonly (readonly number[])[] {
  const { positions, inner, outer, atLeast, shanks, members } = annulus
  const rows = positions.length / 2
  requirePositions('positions', positions, Math.floor(rows))
  requireNotNegative('inner', inner)
  requirePositive('outer', outer)
  if (outer < inner) throw new InvalidParameterError('outer', outer, 'no less than `inner`')
  if (shanks && shanks.length !== rows) throw new WrongLengthError('shanks', shanks.length, rows)
  const eligible = members ?? Array.from({ length: rows }, (_, row) => row)
  const has = new Set(annulus.rows ?? eligible)
  return Array.from({ length: rows }, (_, row) => {
    if (!has.has(row)) return []
    const beyond = eligible
      .filter((other) => other !== row && shanks?.[other] === shanks?.[row])
      .map((other) => ({ other, distance: distance(positions, row, other) }))
      .filter(({ distance }) => distance > inner)
      .toSorted((a, b) => a.distance - b.distance || a.other - b.other)
    const ring = beyond.filter(({ distance }) => distance <= outer)
    const near = ring.length >= atLeast ? ring : beyond.slice(0, atLeast)
    return near.map(({ other }) => other).toSorted((a, b) => a - b)
  })
}

/** How bad rows are made of good ones. */
export interface Kriging {
  /** x, y of each row in turn (um). */
  readonly positions: readonly number[]
  readonly bad: readonly number[]
  /** Rows that may be used; all but the bad ones if not given. */
  readonly good?: readonly number[] | undefined
  /** (um) 20 in `ibldsp`; SpikeInterface takes the usual distance of two rows of sites. */
  readonly sigma: number
  /** 1.3 in both. */
  readonly power: number
}

/** Weights below this are left out, before and after they are divided by their sum. */
const leastWeight = 0.005

/**
 * Makes bad rows by `exp(-(d / sigma)^power)` of the distance of good ones: `get_kriging_channel_weights` of SpikeInterface,
 * `interpolate_bad_channels` of `ibldsp`, which give the same weights. They are divided by their sum before the least
 * ones are left out, so that the sum of what is left is a little less than 1. A row without good ones near becomes 0.
 */
export function krigingMix({ positions, bad, good, sigma, power }: Kriging): MixPlan {
  const rows = positions.length / 2
  requirePositions('positions', positions, Math.floor(rows))
  requirePositive('sigma', sigma)
  requirePositive('power', power)
  for (const row of [...bad, ...(good ?? [])]) {
    if (!(Number.isInteger(row) && row >= 0 && row < rows)) {
      throw new InvalidParameterError('bad', row, 'the index of a row')
    }
  }
  const isBad = new Set(bad)
  const usable = (good ?? Array.from({ length: rows }, (_, row) => row)).filter((row) => !isBad.has(row))
  const mixed = [...isBad].map((row) => {
    const weights = usable
      .map((of) => ({ of, weight: Math.exp(-((distance(positions, row, of) / sigma) ** power)) }))
      .filter(({ weight }) => weight >= leastWeight)
    const sum = weights.reduce((total, { weight }) => total + weight, 0)
    const kept = weights.map(({ of, weight }) => ({ of, weight: weight / sum }))
    const terms = kept.filter(({ weight }) => weight >= leastWeight)
    return { row, of: terms.map(({ of }) => of), weights: terms.map(({ weight }) => weight) }
  })
  return { kind: 'mix', purpose: 'interpolate', rows: mixed }
}

/** The step that multiplies frames by a matrix: `result[c] = sum over i of frame[i] * matrix[i * channels + c]`. */
export function matrixMix(matrix: Float64Array, channels: number, purpose: string): MixPlan {
  if (matrix.length !== channels * channels) {
    throw new WrongLengthError('matrix', matrix.length, channels * channels)
  }
  const rows = Array.from({ length: channels }, (_, row) => {
    const column = Array.from({ length: channels }, (_, of) => ({ of, weight: matrix[of * channels + row] ?? 0 }))
    const terms = column.filter(({ weight }) => weight !== 0)
    return { row, of: terms.map(({ of }) => of), weights: terms.map(({ weight }) => weight) }
  })
  return { kind: 'mix', purpose, rows }
}

/** Rows within a radius of each row, itself among them: those that local whitening makes it independent of. */
export function rowsWithin(positions: readonly number[], radius: number): readonly (readonly number[])[] {
  const rows = positions.length / 2
  requirePositions('positions', positions, Math.floor(rows))
  requireNotNegative('radius', radius)
  const all = Array.from({ length: rows }, (_, row) => row)
  return all.map((row) => all.filter((other) => distance(positions, row, other) <= radius))
}

function distance(positions: readonly number[], a: number, b: number): number {
  const [ax = 0, ay = 0] = positions.slice(2 * a, 2 * a + 2)
  const [bx = 0, by = 0] = positions.slice(2 * b, 2 * b + 2)
  return Math.hypot(ax - bx, ay - by)
}
