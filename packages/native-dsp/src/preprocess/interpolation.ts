import type { Channel } from '@neurojoint/formats/recording'
import type { MixPlan } from '../plan.ts'

/** Weights below this are left out. */
const leastWeight = 0.005
const power = 1.3

/**
 * Makes channels from others by `exp(-(d / sigma)^1.3)` of their distance, with a sum of 1: SpikeInterface's and IBL's
 * interpolation; `sigma` is the usual distance of rows of sites, 20 um on Neuropixels 1.0. A channel without others near
 * becomes 0.
 */
export function interpolationRows(
  channels: readonly Channel[],
  bad: readonly number[],
  good: readonly number[],
): MixPlan['rows'] {
  const sigma = rowPitch(channels)
  return bad.map((row) => {
    const weights = good.map((other) => Math.exp(-((distance(channels[row], channels[other]) / sigma) ** power)))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const shares = weights.map((weight) => (total > 0 ? weight / total : 0))
    const kept = shares.flatMap((share, place) => (share >= leastWeight ? [place] : []))
    const sum = kept.reduce((all, place) => all + (shares[place] ?? 0), 0)
    return {
      row,
      of: kept.map((place) => good[place] ?? 0),
      weights: kept.map((place) => (shares[place] ?? 0) / sum),
    }
  })
}

const distance = (a: Channel | undefined, b: Channel | undefined): number =>
  Math.hypot((a?.site?.x ?? 0) - (b?.site?.x ?? 0), (a?.site?.y ?? 0) - (b?.site?.y ?? 0))

/** The distance between neighbouring depths that is found most often (um). */
function rowPitch(channels: readonly Channel[]): number {
  const depths = [...new Set(channels.map(({ site }) => site?.y ?? 0))].toSorted((a, b) => a - b)
  const counts = new Map<number, number>()
  for (const [place, depth] of depths.entries()) {
    const step = (depths[place + 1] ?? depth) - depth
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
  return most?.[0] ?? 20
}
